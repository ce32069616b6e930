"""What the anchors of a ledger tell of its judges, as they are now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from statistics import fmean

from measurand.analysis.anchors import AnchorOptions
from measurand.analysis.anchors import anchors as analyse
from measurand.analysis.anchors_stream import StreamScore
from measurand.analysis.result import Findings
from measurand.core.anchors import ANCHOR, AnchorPlan, AnchorSet
from measurand.core.plan import Plan
from measurand.core.probe import ProbeRow
from measurand.core.scale import Scale, Value
from measurand.jobs.anchor_kept import kept
from measurand.jobs.manifest import IMPORTED, current
from measurand.store.ledger import Ledger
from measurand.store.ledger_anchors import judged_then

__all__ = ["drift", "drift_notes"]


def drift(ledger: Ledger, plan: Plan, options: AnchorOptions | None = None) -> Findings | None:
    """Whether judges or systems have changed since anchors were frozen; None without anchors.

    Args:
        ledger: The ledger.
        plan: The plan.
        options: Alpha, level, seed; by default as the plan says.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    found = kept(ledger)
    if found is None:
        return None
    frozen, first = found
    rows, notes = _rows(ledger, plan, first)
    chosen = options or AnchorOptions(alpha=(plan.anchors or AnchorPlan()).alpha, seed=plan.seed)
    findings = analyse(
        rows,
        _labels(frozen, plan),
        {dimension.name: dimension.scale for dimension in plan.rubric},
        stream=tuple(_stream(ledger, plan, first)),
        clusters={a.example: a.cluster for a in frozen.items if a.cluster is not None},
        options=chosen,
    )
    return replace(findings, limits=(*notes, *findings.limits))


def drift_notes(ledger: Ledger, plan: Plan) -> tuple[str, ...]:
    """That a judge, or what it judges, has changed, for everybody who reads its ratings."""
    if plan.anchors is None:
        return ()
    found = drift(ledger, plan)
    verdicts = found.verdicts if found else ()
    return tuple(f"Drift: {one.reason}." for one in verdicts if one.outcome in {"judge", "system"})


def _labels(frozen: AnchorSet, plan: Plan) -> dict[tuple[str, str, str], Value]:
    """What people say, under definitions that are still asked."""
    now = {dimension.name: dimension.fingerprint for dimension in plan.rubric}
    return {
        (anchor.example, anchor.system, name): value
        for anchor in frozen.items
        for name, value in anchor.labels.items()
        if now.get(name) == anchor.rubric[name]
    }


def _rows(ledger: Ledger, plan: Plan, first: int) -> tuple[list[ProbeRow], tuple[str, ...]]:
    """What judges, as they are now, said of the anchors that are frozen now."""
    versions: Mapping[str, str] = current(ledger, plan).manifest.get("raters", {})
    every = [r for r in ledger.probes.rows(probe=ANCHOR) if r.row.repeat >= first]
    now = [r for r in every if versions.get(r.row.rater, r.version) == r.version]
    notes = [
        f"Another version of {rater}, with another prompt, rubric or parameters, judged anchors "
        "too; nothing of that is joined with what is said now."
        for rater in sorted({r.row.rater for r in every if r not in now})
    ]
    if not now:
        notes.append("The judges, as they are now, have not judged the anchors yet: measurand run.")
    return [replace(r.row, repeat=r.row.repeat - first) for r in now], tuple(notes)


def _stream(ledger: Ledger, plan: Plan, first: int) -> Iterator[StreamScore]:
    """What the same judges said of the systems' own outputs, the mean over repeats of each run."""
    scales: dict[str, Scale] = {d.name: d.scale for d in plan.rubric if d.scale.bounded}
    versions = (current(ledger, plan).versions or frozenset()) - {IMPORTED}
    shares: dict[tuple[int, str, str, str, str], list[float]] = defaultdict(list)
    for one in judged_then(ledger.probes, ANCHOR, versions):
        if one.round >= first and one.dimension in scales:
            share = scales[one.dimension].unit(one.value)
            if share is not None:
                key = (one.round - first, one.judge, one.example, one.system, one.dimension)
                shares[key].append(share)
    for (number, judge, example, system, dimension), found in shares.items():
        yield StreamScore(
            round=number,
            judge=judge,
            example=example,
            system=system,
            dimension=dimension,
            share=fmean(found),
        )
