"""A gate on a table of ratings: what either system was rated on must be there of both."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from measurand._version import __version__
from measurand.analysis.gate_terms import GateTerms
from measurand.core.fingerprint import fingerprint
from measurand.core.gate import AGAINST, MARGIN, GatePlan
from measurand.core.plan import Plan
from measurand.core.rating import COLUMNS
from measurand.errors import UsageError
from measurand.jobs.gating.hashes import code_of, data_of
from measurand.jobs.gating.options import GateOptions, asked_plan
from measurand.jobs.gating.scene import Scene, waivers_of, waivers_print
from measurand.jobs.source import Source, rounds_of
from measurand.jobs.texts import listed
from measurand.stats.estimate import LEVEL

__all__ = ["of_table"]


def of_table(source: Source, options: GateOptions, *, today: date) -> Scene:
    """What a gate of ratings is decided on.

    Args:
        source: The ratings.
        options: What is asked.
        today: The day on which waivers are held against the calendar.

    Raises:
        UsageError: It is left open which systems are meant, or nobody rated them.
        DataError: The waivers are wrong.
    """
    if options.run:
        raise UsageError("ratings alone cannot be run; name a plan, or leave out --run")
    planned = source.plan
    plan = asked_plan(planned.gate if planned else GatePlan(), options)
    system, against = _sides(source, options)
    told = any(cell is not None for cell in source.ratings.distinct("component"))
    waivers = waivers_of(options, plan, Path(), source=source)
    margin = options.margin or (planned.compare.margin if planned else MARGIN)
    terms = GateTerms(
        system=system,
        baseline=against,
        today=today,
        plan=plan,
        level=options.level or (planned.compare.level if planned else LEVEL),
        margin=margin,
        seed=_seed(options, planned),
        flags=planned.judge.flags if planned and planned.judge else "any",
        rounds=rounds_of(source) or {},
        by=options.by,
        whole=not (source.examples or told or options.components or options.core),
        waivers=waivers,
    )
    return Scene(
        name=planned.name if planned else "measurand",
        source=source,
        ratings=source.ratings,
        rubric=source.rubric,
        terms=terms,
        examples=source.examples,
        outputs=source.outputs,
        hashes={
            "data": data_of(source.examples.values()) if source.examples else _rows(source),
            "ratings": _rows(source),
            "rubric": source.rubric.fingerprint,
            "prompt": "not known: ratings do not say",
            "judge": _judges(source),
            "waivers": waivers_print(waivers),
            "code": code_of(Path()),
            "measurand": __version__,
        },
        notes=source.limits,
    )


def _seed(options: GateOptions, planned: Plan | None) -> int:
    if options.seed is not None:
        return options.seed
    return planned.seed if planned else 0


def _sides(source: Source, options: GateOptions) -> tuple[str, str]:
    systems = [str(name) for name in source.ratings.distinct("system")]
    against, system = options.against, options.system
    if against is None or against in AGAINST:
        raise UsageError(
            "ratings do not say which system is the baseline; name it with --baseline; "
            f"the systems are: {listed(systems)}"
        )
    if system is None:
        others = [name for name in systems if name != against]
        if len(others) != 1:
            raise UsageError(
                "which system wants to ship? Name it with --system; "
                f"the systems are: {listed(systems)}"
            )
        system = others[0]
    unknown = [name for name in (system, against) if name not in systems]
    if unknown:
        raise UsageError(
            f"nobody rated the system {', '.join(unknown)}; the systems are: {listed(systems)}"
        )
    if system == against:
        raise UsageError(f"{system} would be held against itself; name two systems")
    return system, against


def _rows(source: Source) -> str:
    """The fingerprint of the ratings; their order does not count."""
    cells = zip(*(source.ratings[name] for name in COLUMNS), strict=True)
    return fingerprint(sorted(map(repr, cells)))


def _judges(source: Source) -> str:
    names = source.ratings.where(kind="judge").distinct("rater")
    return ", ".join(sorted(f"{name} (imported)" for name in names)) or "none"
