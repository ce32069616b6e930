"""The verb ``calibrate``: can the judge be trusted?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from measurand.analysis.calibration import Locked, concluded, locked, rated_split
from measurand.analysis.calibration_options import CalibrationOptions, Counts
from measurand.analysis.calibration_split import Split
from measurand.analysis.result import Findings
from measurand.core.fingerprint import fingerprint
from measurand.core.plan import Plan
from measurand.errors import UsageError
from measurand.jobs.answer import Answer
from measurand.jobs.calibrating.counting import Show, tally
from measurand.jobs.calibrating.drawing import calibration_source
from measurand.jobs.calibrating.identity import identity_of
from measurand.jobs.calibrating.records import expired, records
from measurand.jobs.calibrating.splitting import frozen_split
from measurand.jobs.manifest import current
from measurand.jobs.source import Reading, Source, from_file, rounds_of
from measurand.jobs.texts import listed
from measurand.report.calibration_page import calibration_document
from measurand.report.sections import PageContext
from measurand.store.ledger import Ledger, open_ledger
from measurand.store.ledger_calibration import CalibrationEvent

__all__ = ["calibrate", "planned_calibration"]

_MACHINES = ("judge",)


def planned_calibration(plan: Plan | None) -> CalibrationOptions:
    """What a plan says of calibration; the usual where there is none."""
    if plan is None:
        return CalibrationOptions()
    told = plan.calibration
    return CalibrationOptions(
        target=told.target,
        development=told.development,
        test=told.test,
        split_seed=plan.seed,
        max_failures=plan.run.max_failures,
    )


def calibrate(
    source: Source | str | Path,
    *,
    reading: Reading | None = None,
    judges: Sequence[str] = (),
    options: CalibrationOptions | None = None,
    ledger: Path | str | None = None,
    retire: bool = False,
) -> Answer:
    """Hold judges against people on outputs that were locked until the judges were done.

    With a ledger the split is kept, and looks at the locked outputs and judges that were tried are
    counted; without one nobody counts, and a limit says so.

    Args:
        source: Ratings already read, or a ratings file.
        reading: How the file is to be read.
        judges: Which judges; all raters of kind judge by default.
        options: Target, sizes, level; by default what the plan says.
        ledger: The ledger that counts.
        retire: Whether the outputs that are locked now are given up, and others locked instead.

    Raises:
        DataError: The file cannot be read as ratings.
        UsageError: A judge rated nothing, or there is none.
        LedgerError: The ledger cannot be read or written.
    """
    read = source if isinstance(source, Source) else from_file(Path(source), reading or Reading())
    chosen = options or planned_calibration(read.plan)
    if chosen.rounds is None:
        chosen = replace(chosen, rounds=rounds_of(read))
    names = _judges(read, judges)
    if ledger is None:
        if retire:
            raise UsageError("what was locked is kept in a ledger; name it to lock other outputs")
        held, found = _uncounted(read, names, chosen)
    else:
        with open_ledger(ledger) as opened:
            read = calibration_source(read, opened.calibration)
            held, found = _counted(read, names, chosen, ledger=opened, retire=retire)
    together = _joined(found)
    limits = tuple(dict.fromkeys((*read.limits, *together.limits)))
    findings = replace(together, limits=limits)
    return Answer(
        verb="calibrate",
        findings=findings,
        document=calibration_document(
            findings,
            held,
            target=chosen.target,
            context=PageContext(intakes=read.intakes, rubric=read.rubric),
        ),
        intakes=read.intakes,
        decided=True,
    )


def _judges(read: Source, wanted: Sequence[str]) -> tuple[str, ...]:
    rows = read.ratings.where(against=None)
    raters = tuple(str(name) for name in rows.distinct("rater"))
    if unknown := [name for name in wanted if name not in raters]:
        raise UsageError(
            f"no single output was rated by {listed(unknown)}; the raters are: {listed(raters)}"
        )
    if wanted:
        return tuple(dict.fromkeys(wanted))
    judges = tuple(str(r) for kind in _MACHINES for r in rows.where(kind=kind).distinct("rater"))
    if not judges:
        raise UsageError(
            "no rater of kind judge rated a single output; name who is to be held against people "
            f"with --judge: {listed(raters)}"
        )
    return judges


def _held(
    read: Source, names: Sequence[str], split: Split, *, options: CalibrationOptions
) -> tuple[Locked, ...]:
    return tuple(
        locked(
            read.ratings,
            read.scales,
            judge=name,
            examples=read.examples,
            options=options,
            split=split,
        )
        for name in names
    )


def _uncounted(
    read: Source, names: Sequence[str], options: CalibrationOptions
) -> tuple[tuple[Locked, ...], tuple[Findings, ...]]:
    """Where nobody counts, judges that are shown together count each other."""
    split = rated_split(read.ratings, read.scales, examples=read.examples, options=options)
    held = _held(read, names, split, options=options)
    tried = max(len(names), options.candidates)
    chosen = replace(options, candidates=tried)
    return held, tuple(concluded(one, rubric=read.rubric, options=chosen) for one in held)


def _counted(
    read: Source,
    names: Sequence[str],
    options: CalibrationOptions,
    *,
    ledger: Ledger,
    retire: bool,
) -> tuple[tuple[Locked, ...], tuple[Findings, ...]]:
    log = ledger.calibration
    split = frozen_split(
        log,
        read.ratings,
        read.scales,
        examples=read.examples,
        options=options,
        retire=retire,
    )
    held = _held(read, names, split, options=options)
    shows = [_shows(read, one, ledger) for one in held]
    counts, news = _tallies(ledger, shows, options)
    # What is looked at is looked at, whatever comes after.
    log.add(news)
    old = [tuple(expired(log, own)) for own in shows]
    found = []
    kept: list[CalibrationEvent] = []
    fresh = {(event.judge, event.rubric) for event in news if event.kind == "look"}
    for one, own, gone in zip(held, shows, old, strict=True):
        chosen = replace(options, counts=counts[one.judge])
        findings = concluded(one, rubric=read.rubric, options=chosen)
        more = (*_unpinned(own), *gone)
        found.append(replace(findings, limits=(*findings.limits, *more)))
        new = [show for show in own if (show.judge.version, show.rubric) in fresh]
        test = log.events("split")[-1].test
        kept += records(one, findings, new, test=test)
    log.add(kept)
    return held, tuple(found)


def _shows(read: Source, held: Locked, ledger: Ledger) -> list[Show]:
    manifest = current(ledger, read.plan).manifest if read.plan else None
    who = identity_of(held.judge, read.plan, manifest=manifest, account=read.run)
    return [
        Show(who, name, read.rubric.dimension(name).fingerprint, pool, _said(held, name))
        for name, pool in held.pools.items()
    ]


def _said(held: Locked, dimension: str) -> str:
    """The fingerprint of what a judge said on a dimension, in whatever order it stands there."""
    rows = held.rows.where(rater=held.judge, dimension=dimension)
    cells = zip(*(rows[name] for name in ("example", "system", "repeat", "value")), strict=True)
    return fingerprint(sorted([str(cell) for cell in row] for row in cells))


def _tallies(
    ledger: Ledger, shows: Sequence[Sequence[Show]], options: CalibrationOptions
) -> tuple[dict[str, dict[str, Counts]], list[CalibrationEvent]]:
    """The counts by judge and dimension, and the looks that are new."""
    counts: dict[str, dict[str, Counts]] = {own[0].judge.name: {} for own in shows if own}
    by: dict[str, list[Show]] = {}
    for show in (show for own in shows for show in own):
        by.setdefault(show.dimension, []).append(show)
    news: list[CalibrationEvent] = []
    for dimension, together in by.items():
        found = tally(
            ledger.calibration, together, candidates=options.candidates, target=options.target
        )
        news += found.news
        for judge, count in found.counts.items():
            counts[judge][dimension] = count
    return counts, news


def _unpinned(shows: Sequence[Show]) -> Iterator[str]:
    for who in dict.fromkeys(show.judge.name for show in shows if show.judge.unpinned):
        yield (
            f"{who} is unpinned: its name does not say which snapshot answers, and what was "
            "measured holds for the one that did."
        )


def _joined(found: Sequence[Findings]) -> Findings:
    """The findings of all judges as one, limits once each."""
    return Findings(
        results=tuple(result for one in found for result in one.results),
        verdicts=tuple(verdict for one in found for verdict in one.verdicts),
        limits=tuple(dict.fromkeys(limit for one in found for limit in one.limits)),
        failures=tuple(failure for one in found for failure in one.failures),
        readings=tuple(reading for one in found for reading in one.readings),
    )
