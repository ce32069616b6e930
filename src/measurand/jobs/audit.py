"""The verb ``audit``: what biases does a judge have? From recorded ratings, or by asking it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from measurand.analysis.audit import AuditOptions
from measurand.core.family import family_of
from measurand.core.plan import Plan
from measurand.core.rating import Ratings
from measurand.errors import Unfinished, UsageError
from measurand.jobs.audit_file import AuditAnswer, audit_answer, audit_file
from measurand.jobs.auditing.after import with_afterwards
from measurand.jobs.auditing.live import Asked, AuditTrip
from measurand.jobs.auditing.options import AuditRun
from measurand.jobs.carrying import Watch
from measurand.jobs.project import from_project
from measurand.jobs.run import Ran
from measurand.jobs.source import Reading, Source
from measurand.models.environment import Environment
from measurand.report.sections import PageContext
from measurand.store.plans import load_plan

__all__ = ["Audited", "audit", "audit_forecast", "audit_project"]

_PLANS = (".yaml", ".yml")
_STOPPED, _CUT_SHORT = 130, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """An audit of a project's judges.

    Args:
        answer: What was found; None where it stopped before its end.
        asked: What was asked for it.
    """

    answer: AuditAnswer | None
    asked: Asked

    @property
    def ran(self) -> Ran | None:
        """What was done this time."""
        return self.asked.ran

    @property
    def exit_code(self) -> int:
        """That of the answer; 4 budget or provider, 130 interrupted."""
        if self.answer is not None:
            return self.answer.exit_code
        stopped = self.ran is not None and self.ran.stop.reason == "asked"
        return _STOPPED if stopped else _CUT_SHORT


def audit(
    source: Source | str | Path = "measurand.yaml",
    *,
    reading: Reading | None = None,
    judges: Sequence[str] = (),
    options: AuditOptions | None = None,
    run: AuditRun | None = None,
) -> AuditAnswer:
    """What biases does a judge have, and are they large enough to matter?

    Of a ratings file, everything that recorded ratings tell; nobody is asked. Of a plan, its judges
    are asked what probes want to know, within its budget and only what the ledger does not hold.

    Args:
        source: A ratings file, ratings already read, or a plan (``.yaml``).
        reading: How a file is to be read.
        judges: Which judges; by default all.
        options: Margin, level, families.
        run: Of a plan: which biases, how many outputs, which mitigations.

    Raises:
        Unfinished: The budget was reached, or every further call would have failed alike; what was
            said up to then is in the ledger.
        DataError: The file cannot be read as ratings.
        UsageError: A judge is named that rated nothing, nobody judges, or a budget would not do.
    """
    if isinstance(source, Source) or Path(source).suffix.lower() not in _PLANS:
        return audit_file(source, reading=reading, judges=judges, options=options)
    done = audit_project(Path(source), run, options=options, judges=judges)
    if done.answer is None:
        stop = done.ran.stop if done.ran is not None else None
        if stop is not None and stop.reason == "asked":
            raise KeyboardInterrupt
        raise Unfinished(stop.message if stop is not None else "stopped", done)
    return done.answer


def audit_forecast(
    plan_path: Path, run: AuditRun | None = None, *, environment: Environment | None = None
) -> Asked:
    """What an audit of a plan's judges would ask and cost; nothing is spent to know.

    Args:
        plan_path: The plan.
        run: What would be asked.
        environment: Where keys and addresses come from; by default the process's.

    Raises:
        MeasurandError: As for `audit_project`.
    """
    return _trip(plan_path, run, environment)[0].foretell()


def audit_project(  # noqa: PLR0913 - what an audit of a project depends on
    plan_path: Path,
    run: AuditRun | None = None,
    *,
    options: AuditOptions | None = None,
    judges: Sequence[str] = (),
    watch: Watch | None = None,
    tell: Callable[[Asked], None] | None = None,
    environment: Environment | None = None,
) -> Audited:
    """Ask a plan's judges what probes want to know, and say what their biases are.

    Args:
        plan_path: The plan.
        run: What is asked.
        options: Margin, level; families are the plan's.
        judges: Which judges the answer is about; by default all that are asked.
        watch: Told how far it is.
        tell: Told what is foretold, before anything is asked.
        environment: Where keys and addresses come from; by default the process's.

    Raises:
        PlanError: The plan is wrong, or a judge is of a compared system's family.
        UsageError: Nobody judges, a key is missing, or the budget would not do.
        InsufficientData: There is no output to ask about.
        LedgerError: The ledger cannot be read or written.
    """
    trip, read = _trip(plan_path, run, environment)
    asked = trip.go(watch=watch, tell=tell)
    if asked.ran is not None and asked.ran.stop.reason is not None:
        return Audited(answer=None, asked=asked)
    chosen = options or AuditOptions()
    source = replace(read, notes=(*read.notes, *_declined(asked)))
    answer = audit_answer(
        source,
        probes=with_afterwards(asked.rows, _wanted(trip)),
        judges=judges or tuple(judge.name for judge in asked.scene.judges),
        options=replace(
            chosen,
            families={**_families(trip.plan), **chosen.families},
            biases=frozenset(trip.run.biases),
        ),
        context=PageContext(rubric=read.rubric, run=read.run),
    )
    return Audited(answer=answer, asked=asked)


def _trip(
    plan_path: Path, run: AuditRun | None, environment: Environment | None
) -> tuple[AuditTrip, Source]:
    """The audit, and what was rated so far."""
    told = environment or Environment()
    plan = load_plan(plan_path)
    try:
        read = from_project(plan_path, environment=told)
    except UsageError:  # nobody has rated anything yet; outputs may be there all the same
        read = Source(ratings=Ratings.of(()), rubric=plan.rubric, intakes=(), plan=plan)
    trip = AuditTrip(
        plan=plan,
        file=plan_path,
        run=run or AuditRun(),
        ratings=read.ratings,
        environment=told,
    )
    return trip, read


def _wanted(trip: AuditTrip) -> tuple[str, ...]:
    """The mitigations that are measured."""
    planned = trip.plan.judge.mitigations if trip.plan.judge is not None else ()
    return planned if trip.run.mitigations is None else trip.run.mitigations


def _families(plan: Plan) -> dict[str, str]:
    """The families of judges and systems, as far as the plan or a name tells."""
    told = {model.model: model.family for model in plan.judge.models} if plan.judge else {}
    told |= {system.name: system.family for system in plan.systems}
    for system in plan.systems:
        if told[system.name] is None and system.kind == "model":
            told[system.name] = family_of(system.target)
    return {name: family.lower() for name, family in told.items() if family}


def _declined(asked: Asked) -> Iterator[str]:
    """Where probes could not act: a sentence for each judge and reason, with all it kept back."""
    for judge, probes in asked.scene.declined.items():
        by_reason: dict[str, list[tuple[str, int]]] = {}
        for name, reasons in probes.items():
            for why, count in reasons.items():
                by_reason.setdefault(why, []).append((name, count))
        for why, stopped in by_reason.items():
            told = ", ".join(f"{name} ({count:,})" for name, count in stopped)
            yield f"{judge}: what could not be asked, because {why}: {told}."
