"""What was measured of a judge, kept with everything that makes it up; it expires with any part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from measurand.analysis.account import RunAccount
from measurand.analysis.calibration import Locked
from measurand.analysis.result import Findings, Verdict
from measurand.core.plan import Plan
from measurand.errors import InsufficientData
from measurand.jobs.calibrating.counting import Show
from measurand.jobs.calibrating.identity import Identity, changed, identity_of
from measurand.stats.estimate import Estimate
from measurand.stats.mapping import fit_mapping, mapping_kind
from measurand.store.ledger import Ledger
from measurand.store.ledger_calibration import CalibrationEvent, CalibrationLog

__all__ = ["Record", "calibrated", "expired", "records", "standings", "untrusted"]

_KEPT = (
    *("correlation_with_people", "correlation_bound", "rank_correlation_with_people"),
    *("ceiling_correlation", "icc_absolute", "kappa_with_people", "error_with_people"),
    *("error_among_people", "sensitivity", "specificity", "leniency", "repeat_reliability"),
)
_STANDS = frozenset({"VERIFIED", "PASS"})
"""The verdicts with which a judge may decide what ships."""


def records(
    held: Locked, found: Findings, shows: Sequence[Show], *, test: str
) -> Iterator[CalibrationEvent]:
    """What was measured of one judge on each dimension, with the mapping from judge to people.

    Args:
        held: The outputs.
        found: What came of them.
        shows: The judge, a dimension each.
        test: The fingerprint of the test set.
    """
    verdicts = {verdict.dimension: verdict for verdict in found.verdicts}
    for show in shows:
        numbers = {
            result.name: _plain(result.estimate)
            for result in found.results
            if result.dimension == show.dimension
            and result.component is None
            and result.name in _KEPT
        }
        yield CalibrationEvent(
            kind="record",
            rubric=show.rubric,
            judge=show.judge.version,
            test=test,
            body={
                "name": show.judge.name,
                "dimension": show.dimension,
                "parts": {**show.judge.parts, "dimension": show.rubric},
                "data": show.data,
                "numbers": numbers,
                "mapping": _mapping(held, show.dimension),
                **_decided(verdicts[show.dimension]),
            },
        )


def _decided(verdict: Verdict) -> dict[str, Any]:
    tested = verdict.tested
    counts = {} if tested is None else {"n_test": tested.n_test, "looks": tested.looks}
    more = {} if tested is None else {"candidates": tested.candidates}
    return {"verdict": verdict.outcome, "target": verdict.bound, **counts, **more}


def _plain(estimate: Estimate) -> list[float] | None:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return None
    return [float(estimate.value), float(estimate.low), float(estimate.high)]


def _mapping(held: Locked, dimension: str) -> dict[str, Any] | None:
    """From the judge's values to people's, of all outputs that both rated; for later use."""
    parts = [held.pools[dimension], held.developed[dimension]]
    judge = np.concatenate([part.judge[part.both] for part in parts])
    people = np.concatenate([part.people[part.both] for part in parts])
    try:
        fitted = fit_mapping(judge, people, mapping_kind(len(judge)))
    except InsufficientData:
        return None
    knots = [[float(x), float(y)] for x, y in fitted.knots]
    return {"kind": fitted.kind, "knots": knots, "n": len(judge)}


def expired(log: CalibrationLog, shows: Sequence[Show]) -> Iterator[str]:
    """Which earlier calibrations of these judges are of another judge by now, in sentences.

    Args:
        log: Where records are kept.
        shows: Judges and dimensions.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    gone = [
        found
        for show in shows
        if (found := _expired(log, show.judge, show.dimension, rubric=show.rubric)) is not None
    ]
    yield from _told(gone)


def standings(
    ledger: Ledger, plan: Plan, manifest: Mapping[str, Any], *, account: RunAccount | None
) -> Iterator[str]:
    """What is known of the plan's judges by dimension, in sentences; none where nothing is.

    Args:
        ledger: Where records are kept.
        plan: The plan.
        manifest: What the newest run wrote down of itself.
        account: What providers said has answered.

    Raises:
        LedgerError: The ledger cannot be read.
        PlanError: What a dimension wants of the judge cannot be.
    """
    log = ledger.calibration
    if plan.judge is None or not log.events("record"):
        return
    for model in plan.judge.models:
        who = identity_of(model.model, plan, manifest=manifest, account=account)
        standing: list[str] = []
        gone: list[_Expired] = []
        for dimension in plan.rubric:
            found = _expired(log, who, dimension.name, rubric=dimension.fingerprint)
            if found is not None:
                gone.append(found)
            elif (last := _last(log, who, dimension.name)) is not None:
                standing.append(_standing(dimension.name, last))
        yield from _told(gone)
        if standing:
            yield f"The judge {who.name}, held against people: {'; '.join(standing)}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of a judge on one dimension, from its last calibration.

    Args:
        judge: Its name; of a panel all names.
        correlation: With people on locked outputs: low, value, high; of a panel the mean of each.
        reliability: Of one call; None where it was not measured; of a panel the mean.
        n: Locked outputs; of a panel the fewest.
    """

    judge: str
    correlation: tuple[float, float, float]
    reliability: float | None
    n: int


def calibrated(ledger: Ledger, plan: Plan) -> dict[str, Record]:
    """The last calibration of the plan's judges by dimension.

    Of a panel the mean over its judges: the best one of several looks better than it is, and what
    all of them together are worth is at least about what one is on average.

    Args:
        ledger: Where records are kept.
        plan: The plan.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    judges = {model.model for model in plan.judge.models} if plan.judge else set()
    rubric = {dimension.name: dimension.fingerprint for dimension in plan.rubric}
    found: dict[tuple[str, str], Record] = {}
    for event in ledger.calibration.events("record"):
        body = event.body
        numbers = body["numbers"].get("correlation_with_people")
        ours = body["name"] in judges and rubric.get(body["dimension"]) == event.rubric
        if numbers is None or not ours:
            continue
        value, low, high = numbers
        shared = body["numbers"].get("repeat_reliability")
        found[body["dimension"], body["name"]] = Record(
            judge=body["name"],
            correlation=(low, value, high),
            reliability=None if shared is None else shared[0],
            n=body.get("n_test", 0),
        )
    panels: dict[str, list[Record]] = {}
    for (dimension, _), record in found.items():
        panels.setdefault(dimension, []).append(record)
    return {dimension: _panel(panel) for dimension, panel in panels.items()}


def _panel(records: Sequence[Record]) -> Record:
    low, value, high = np.mean([record.correlation for record in records], axis=0)
    known = [record.reliability for record in records if record.reliability is not None]
    return Record(
        judge=", ".join(sorted(record.judge for record in records)),
        correlation=(float(low), float(value), float(high)),
        reliability=float(np.mean(known)) if known else None,
        n=min(record.n for record in records),
    )


def untrusted(
    ledger: Ledger, plan: Plan, manifest: Mapping[str, Any], *, account: RunAccount | None
) -> Iterator[str]:
    """Why judges of a plan cannot be trusted, a reason each; nothing where all can.

    Args:
        ledger: Where records are kept.
        plan: The plan.
        manifest: What the newest run wrote down of itself.
        account: What providers said has answered.

    Raises:
        LedgerError: The ledger cannot be read.
        PlanError: What a dimension wants of the judge cannot be.
    """
    judged = [d for d in plan.rubric if any(rater.name == "judge" for rater in d.raters)]
    for model in plan.judge.models if plan.judge else ():
        who = identity_of(model.model, plan, manifest=manifest, account=account)
        for dimension in judged:
            last = _last(ledger.calibration, who, dimension.name)
            told = f"the judge {who.name} on {dimension.name}"
            if last is None:
                yield f"{told} was never held against people"
            elif _expired(ledger.calibration, who, dimension.name, rubric=dimension.fingerprint):
                yield f"{told}: its calibration of {last.at[:10]} was of another judge"
            elif last.body["verdict"] not in _STANDS:
                yield f"{told}: its calibration of {last.at[:10]} says {last.body['verdict']}"


def _standing(dimension: str, last: CalibrationEvent) -> str:
    """What was decided on one dimension, and beside which target."""
    body = last.body
    numbers, target = body["numbers"].get("correlation_with_people"), body.get("target")
    r = "" if numbers is None else f", r = {numbers[0]:.2f} ({numbers[1]:.2f} to {numbers[2]:.2f})"
    beside = "" if target is None else f" for a target of {target:g}"
    return (
        f"on {dimension} {body['verdict']}{beside} on {last.at[:10]}{r}, "
        f"{body.get('n_test', 0):,} locked outputs"
    )


def _last(log: CalibrationLog, judge: Identity, dimension: str) -> CalibrationEvent | None:
    own = [
        event
        for event in log.events("record")
        if event.body["name"] == judge.name and event.body["dimension"] == dimension
    ]
    return own[-1] if own else None


@dataclass(frozen=True, slots=True)
class _Expired:
    """A calibration of one dimension that was of another judge, and what has changed since."""

    event: CalibrationEvent
    parts: tuple[str, ...]


def _expired(
    log: CalibrationLog, judge: Identity, dimension: str, *, rubric: str
) -> _Expired | None:
    last = _last(log, judge, dimension)
    if last is None:
        return None
    parts = changed(last.body["parts"], {**judge.parts, "dimension": rubric})
    return _Expired(last, tuple(parts)) if parts else None


def _told(gone: Sequence[_Expired]) -> Iterator[str]:
    """A sentence for each judge, date and change, with all dimensions of which that is true."""
    alike: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for one in gone:
        body, date = one.event.body, one.event.at[:10]
        told = f"{body['dimension']} ({body['verdict']})"
        alike.setdefault((body["name"], date, one.parts), []).append(told)
    for (name, date, parts), dimensions in alike.items():
        yield (
            f"The calibration of {name} on {', '.join(dimensions)} of {date} has expired, as it "
            f"was of another judge; changed since: {', '.join(parts)}. Its numbers are not joined "
            "with these."
        )
