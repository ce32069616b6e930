"""Where the difference lies: by segment and by component, with a stated share of false findings.

The share holds for the findings by the overall score, and for those by dimension, each; of both
taken together it may be more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from measurand.analysis.composition import as_drawn, pool_of
from measurand.analysis.correction import as_opinion
from measurand.analysis.frame import Bools
from measurand.analysis.measure import OVERALL, Measure
from measurand.analysis.pair import Pair
from measurand.analysis.result import Result, Verdict
from measurand.core.example import COMPONENTS
from measurand.stats.estimate import Estimate
from measurand.stats.multiple import benjamini_hochberg

if TYPE_CHECKING:
    from measurand.analysis.comparison import ComparisonOptions

__all__ = ["SLICE", "Slice", "slice_findings", "slices_of", "worst_slices"]

SLICE = "slice"
"""The name of the verdicts."""

_FEWEST = 10
"""Below so many independent examples a slice is no sample of anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of the evaluation set.

    Args:
        rows: Shape (examples,): which.
        component: Its component, or None.
        segment: Its segment, or None; of a segment, the examples that the headline is of.
    """

    rows: Bools
    component: str | None = None
    segment: str | None = None

    @property
    def name(self) -> str:
        """What it is, in words."""
        if self.segment is not None:
            return f"segment {self.segment}"
        return pool_of(self.component)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """One pair of systems in one slice, overall or on one dimension."""

    of: Slice
    pair: Pair
    estimate: Estimate
    p: float | None


def slices_of(measure: Measure) -> tuple[Slice, ...]:
    """Components and segments that hold some of the examples, and not all."""
    scores, found = measure.scores, []
    for component in COMPONENTS:
        rows = np.asarray([name == component for name in scores.components], dtype=bool)
        if rows.any() and not rows.all():
            found.append(Slice(rows=rows, component=component))
    whole = np.ones(len(scores.examples), dtype=bool)
    headline = whole if measure.population is None else measure.population.rows
    for segment in sorted({tag for tags in scores.segments for tag in tags}):
        rows = headline & np.asarray([segment in tags for tags in scores.segments], dtype=bool)
        if rows.any() and not (rows == headline).all():
            found.append(Slice(rows=rows, segment=segment))
    return tuple(found)


def slice_findings(
    measure: Measure, pairs: Sequence[Pair], options: ComparisonOptions
) -> tuple[tuple[Result, ...], tuple[Verdict, ...]]:
    """The difference of every pair within every slice, and what is shown of it.

    Benjamini and Hochberg's step-up adjusts the p-values of a pair: once over its slices by the
    overall score, and once over its slices by dimension. Every slice has a verdict overall; by
    dimension only those have one in which something is shown.
    """
    parts = slices_of(measure)
    results: list[Result] = []
    verdicts: list[Verdict] = []
    measures = [_within(measure, part) for part in parts]
    for systems in dict.fromkeys(pair.systems for pair in pairs):
        for overall in (True, False):
            cuts = list(_cuts(measures, parts, systems, options=options, overall=overall))
            results += (_result(cut) for cut in cuts)
            verdicts += _verdicts(cuts, level=measure.level)
    return tuple(results), tuple(verdicts)


def _within(measure: Measure, part: Slice) -> Measure:
    """The same of one slice; what was drawn from production counts for what it stands for."""
    scores = measure.scores.only(part.rows)
    return replace(measure, scores=scores, population=as_drawn(scores))


def _cuts(
    measures: Sequence[Measure],
    parts: Sequence[Slice],
    systems: tuple[str, str],
    *,
    options: ComparisonOptions,
    overall: bool,
) -> Iterator[_Cut]:
    for measure, part in zip(measures, parts, strict=True):
        scores = measure.scores
        first, second = map(scores.systems.index, systems)
        for layer in (None,) if overall else range(len(scores.dimensions)):
            pair = Pair(measure, first, second, dimension=layer, margin=options.margin)
            yield _cut(pair, part)


def _cut(pair: Pair, part: Slice) -> _Cut:
    n, units = len(pair.first), pair.units
    if units < _FEWEST:
        reason = (
            f"{n} examples shared in {part.name}"
            + (f", in {units} clusters" if units < n else "")
            + f": fewer than {_FEWEST} are too few for a slice"
        )
        absent = Estimate.absent(reason, n=n, method="paired difference", level=pair.measure.level)
        return _Cut(of=part, pair=pair, estimate=absent, p=None)
    estimate = pair.told(pair.difference(pair.measure.level))
    p = pair.p_value() if estimate.present else None
    told = as_opinion(estimate) if pair.opinion else estimate
    return _Cut(of=part, pair=pair, estimate=told, p=p)


def _result(cut: _Cut) -> Result:
    return Result(
        name="difference",
        estimate=cut.estimate,
        dimension=cut.pair.name,
        systems=cut.pair.systems,
        component=cut.of.component,
        segment=cut.of.segment,
    )


def _verdicts(cuts: Sequence[_Cut], *, level: float) -> Iterator[Verdict]:
    tested = [cut for cut in cuts if cut.p is not None]
    adjusted = benjamini_hochberg(np.asarray([cut.p for cut in tested], dtype=np.float64))
    found = {id(cut): float(p) for cut, p in zip(tested, adjusted, strict=True)}
    for cut in cuts:
        p = found.get(id(cut))
        shown = p is not None and p < 1 - level
        if shown or cut.pair.name == OVERALL:
            yield _verdict(cut, p, family=len(tested), level=level)


def _verdict(cut: _Cut, p: float | None, *, family: int, level: float) -> Verdict:
    a, b = cut.pair.systems
    value = cut.estimate.value
    if p is None or value is None:
        outcome, reason = "inconclusive", cut.estimate.reason or f"{a} and {b} have no difference"
    else:
        rate = f"p = {p:.2g} over {family} slices, false discovery rate {1 - level:.2g}"
        if p < 1 - level:
            outcome = "a better" if value > 0 else "b better"
            better, worse = (a, b) if value > 0 else (b, a)
            reason = f"{cut.of.name}: {better} is better than {worse} ({rate})"
        else:
            outcome = "inconclusive"
            reason = f"{cut.of.name}: {a} and {b} cannot be told apart ({rate})"
    if cut.pair.name != OVERALL:
        reason = f"{cut.pair.name}, {reason}"
    return Verdict(
        name=SLICE,
        outcome=outcome,
        reason=reason,
        estimate=cut.estimate,
        bound=0.0,
        dimension=cut.pair.name,
        systems=cut.pair.systems,
        component=cut.of.component,
        segment=cut.of.segment,
    )


def worst_slices(results: Sequence[Result], verdicts: Sequence[Verdict]) -> Iterator[str]:
    """For each pair, the slice in which the first does worst against the second, in a sentence."""
    decided = {
        (v.systems, v.component, v.segment): v
        for v in verdicts
        if v.name == SLICE and v.dimension == OVERALL
    }
    for systems in dict.fromkeys(key[0] for key in decided):
        own = [r for r in results if r.systems == systems and r.dimension == OVERALL]
        present = [r for r in own if r.estimate.value is not None]
        if len(present) > 1:
            yield _worst(min(present, key=lambda r: r.estimate.value or 0.0), decided)


def _worst(
    worst: Result, decided: dict[tuple[tuple[str, ...], str | None, str | None], Verdict]
) -> str:
    a, b = worst.systems
    estimate = worst.estimate
    where = f"segment {worst.segment}" if worst.segment is not None else pool_of(worst.component)
    verdict = decided[worst.systems, worst.component, worst.segment]
    told = f"{estimate.value:+.3f} ({estimate.low:+.3f} to {estimate.high:+.3f}, of it alone)"
    if verdict.outcome == "b better":
        shown = f"there {b} is better"
    elif verdict.outcome == "a better":
        shown = f"even there {a} is better"
    else:
        shown = f"that {b} is better there is not shown"
    return f"Worst slice of {a} against {b}: {where}, {told}; {shown}."
