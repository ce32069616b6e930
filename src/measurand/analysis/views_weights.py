"""Whether a winner is one under every weighting that could be defended, or under this one alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from measurand.analysis.correction import as_opinion
from measurand.analysis.matrix import Floats
from measurand.analysis.measure import OVERALL, Measure
from measurand.analysis.pair import Pair
from measurand.analysis.result import Result, Verdict
from measurand.core.rubric import WEIGHT_ADVICE, Rubric
from measurand.errors import InsufficientData
from measurand.stats.estimate import Estimate
from measurand.stats.weightings import MOST_RANGES, Weighted, weighted_extreme

if TYPE_CHECKING:
    from measurand.analysis.views import Scene

__all__ = ["WEIGHTS", "WeightRanges", "weight_findings", "weight_ranges"]

WEIGHTS = "weights"
"""The name of the verdicts."""

LEAST, MOST = "difference_at_least_favourable_weights", "difference_at_most_favourable_weights"

_SURVIVES = "survives every weighting"
_DEPENDS = "depends on the weights"
_METHOD = "CR1, t over the corners of the weights"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightRanges:
    """What each dimension's weight may be, as shares that sum to 1 over the rated dimensions.

    Args:
        layers: The places of the dimensions among those that were scored.
        names: Their names.
        stated: Their stated weights.
        low: The least of each.
        high: The greatest.
        advised: Which of them have the guide's range; the others go from half to double.
    """

    layers: tuple[int, ...]
    names: tuple[str, ...]
    stated: Floats
    low: Floats
    high: Floats
    advised: tuple[bool, ...]

    def told(self, weights: Floats) -> str:
        """A weighting in words, in percent of the rated dimensions."""
        return ", ".join(f"{n} {w:.0%}" for n, w in zip(self.names, weights, strict=True))


def weight_ranges(measure: Measure, rubric: Rubric) -> WeightRanges:
    """The ranges of the dimensions that count in the overall score.

    The usual range of a ready dimension, in proportion to what the ready dimensions weigh here
    where not all seven are rated or others weigh as well; of any other dimension from half to
    double its weight; each stretched to hold the weight that is stated. In shares of what the
    rated dimensions weigh.

    Raises:
        InsufficientData: Fewer than two dimensions count, or more than 12.
    """
    scores = measure.head
    counted = scores.weights.sum(axis=0) > 0
    given = ~np.isnan(scores.values).all(axis=(0, 1))
    layers = tuple(np.flatnonzero(counted & given).tolist())
    if len(layers) < 2:  # noqa: PLR2004 - one weight is always all of it
        raise InsufficientData("with fewer than two dimensions there is nothing to weigh")
    if len(layers) > MOST_RANGES:
        raise InsufficientData(f"{len(layers)} weights are too many to look at every corner")
    names = tuple(scores.dimensions[layer].name for layer in layers)
    of_all = rubric.weights()
    stated = np.asarray([of_all[name] for name in names])
    if not stated.sum() > 0:
        stated = np.full(len(names), 1 / len(names))
    total = float(stated.sum())
    advised = tuple(name in WEIGHT_ADVICE for name in names)
    low, high = _ends(names, stated)
    return WeightRanges(
        layers=layers,
        names=names,
        stated=stated / total,
        low=low / total,
        high=np.minimum(high / total, 1.0),
        advised=advised,
    )


def _ends(names: Sequence[str], stated: Floats) -> tuple[Floats, Floats]:
    """The least and the greatest weight of each, in the unit of the stated weights."""
    usual = {name: sum(ends) / 2 for name, ends in WEIGHT_ADVICE.items()}
    here = sum(w for name, w in zip(names, stated, strict=True) if name in usual)
    there = sum(usual[name] for name in names if name in usual) / sum(usual.values())
    ranges = [
        (WEIGHT_ADVICE[name][0] / 100, WEIGHT_ADVICE[name][1] / 100)
        if name in usual
        else (weight / 2, weight * 2)
        for name, weight in zip(names, stated, strict=True)
    ]
    scale = [here / there if name in usual else 1.0 for name in names]
    low, high = (np.asarray([one[end] for one in ranges]) * scale for end in (0, 1))
    return np.minimum(low, stated), np.maximum(high, stated)


def weight_findings(
    measure: Measure, pairs: Sequence[Pair], scene: Scene
) -> tuple[tuple[Result, ...], tuple[Verdict, ...], tuple[str, ...]]:
    """The overall difference of every pair where the weights are least, and most, in its favour.

    Verdicts are decided by intervals that are Bonferroni's over the pairs, and carry them.
    Nothing where fewer than two dimensions count.
    """
    try:
        ranges = weight_ranges(measure, scene.rubric)
    except InsufficientData:
        return (), (), ()
    results: list[Result] = []
    verdicts: list[Verdict] = []
    compared = list(dict.fromkeys(pair.systems for pair in pairs))
    adjusted = replace(measure, level=1 - (1 - measure.level) / max(len(compared), 1))
    for systems in compared:
        found = _extremes(measure, ranges, systems=systems)
        results += _results(measure, found, systems)
        among = found if len(compared) == 1 else _extremes(adjusted, ranges, systems=systems)
        verdicts.append(_verdict(measure, ranges, among, systems=systems))
    uneven = sum(by is not None for by in measure.head.weighed_by)
    limits = tuple(_limits(ranges, scene.rubric, uneven)) if compared else ()
    return tuple(results), tuple(verdicts), limits


@dataclass(frozen=True, slots=True)
class _Extremes:
    """The difference at its least, at the stated weights and at its most; or why there is none."""

    least: Weighted | None
    most: Weighted | None
    stated: Weighted | None
    reason: str = ""


def _extremes(measure: Measure, ranges: WeightRanges, *, systems: tuple[str, str]) -> _Extremes:
    scores = measure.head
    first, second = map(scores.systems.index, systems)
    layers = list(ranges.layers)
    gaps = (scores.values[:, first] - scores.values[:, second])[:, layers]
    rows = ~np.isnan(scores.overall[:, [first, second]]).any(axis=1)
    clusters = scores.clusters[rows] if measure.clustered else None
    try:
        extreme = partial(weighted_extreme, gaps[rows], clusters=clusters, level=measure.level)
        least = extreme(ranges.low, ranges.high, side="least")
        most = extreme(ranges.low, ranges.high, side="most")
        stated = extreme(ranges.stated, ranges.stated, side="least")
    except InsufficientData as problem:
        return _Extremes(None, None, None, str(problem))
    return _Extremes(least, most, stated)


def _results(measure: Measure, found: _Extremes, systems: tuple[str, str]) -> Iterator[Result]:
    judged = measure.head.overall_judged.any()
    for name, extreme in ((LEAST, found.least), (MOST, found.most)):
        if extreme is None:
            estimate = Estimate.absent(found.reason, method=_METHOD, level=measure.level)
        else:
            estimate = as_opinion(extreme.estimate) if judged else extreme.estimate
        yield Result(name=name, estimate=estimate, dimension=OVERALL, systems=systems)


def _verdict(
    measure: Measure, ranges: WeightRanges, found: _Extremes, *, systems: tuple[str, str]
) -> Verdict:
    outcome, reason, estimate = "inconclusive", found.reason, None
    if found.least is not None and found.most is not None and found.stated is not None:
        here = found.stated.estimate.value or 0.0
        ends = (found.least, found.most) if here >= 0 else (found.most, found.least)
        outcome, reason = _told(ranges, ends, systems if here >= 0 else systems[::-1], here=here)
        estimate = ends[0].estimate
        if measure.head.overall_judged.any():
            estimate = as_opinion(estimate)
    return Verdict(
        name=WEIGHTS,
        outcome=outcome,
        reason=reason,
        estimate=estimate,
        bound=0.0,
        dimension=OVERALL,
        systems=systems,
    )


def _told(
    ranges: WeightRanges, ends: tuple[Weighted, Weighted], systems: tuple[str, str], *, here: float
) -> tuple[str, str]:
    """The outcome and why, of a pair of which the first is ahead at the stated weights.

    That it depends on the weights is shown only where both extremes are: at some weights one is
    surely better, at others the other one. The end of an interval that this rests on is
    Bonferroni's over the corners.
    """
    (ahead, behind), (worst, best) = systems, ends
    there = worst.estimate.value or 0.0
    side = _side(worst.estimate, forward=here >= 0)
    if side > 0:
        return _SURVIVES, (
            f"{ahead} is surely better than {behind} at every weighting in the ranges, even at "
            f"{ranges.told(worst.weights)}"
        )
    if (there >= 0) if here >= 0 else (there <= 0):
        return "inconclusive", (
            f"{ahead} is ahead of {behind} at every weighting in the ranges, but not surely at "
            f"{ranges.told(worst.weights)}"
        )
    flip = ranges.told(_flip(ranges.stated, worst.weights, here=here, there=there))
    if side < 0 < _side(best.estimate, forward=here >= 0):
        return _DEPENDS, (
            f"{ahead} is surely better than {behind} at some weightings in the ranges, and surely "
            f"worse at others; the two are level at {flip}"
        )
    return "inconclusive", (
        f"{ahead} is ahead of {behind} at the stated weights, and behind at others in their "
        f"ranges, but not both surely; as measured the two are level at {flip}"
    )


def _side(estimate: Estimate, *, forward: bool) -> int:
    """On which side of 0 the interval lies, seen from the one that is ahead; 0 where on both."""
    low, high = estimate.low or 0.0, estimate.high or 0.0
    side = int(low > 0) - int(high < 0)
    return side if forward else -side


def _flip(stated: Floats, against: Floats, *, here: float, there: float) -> Floats:
    """Where the difference is 0 on the way from the stated weights to the least favourable."""
    return np.asarray(stated + here / (here - there) * (against - stated))


def _limits(ranges: WeightRanges, rubric: Rubric, uneven: int) -> Iterator[str]:
    own = [name for name, advised in zip(ranges.names, ranges.advised, strict=True) if not advised]
    usual = [name for name, advised in zip(ranges.names, ranges.advised, strict=True) if advised]
    parts = []
    if usual:
        parts.append(f"the usual ranges for {', '.join(usual)}")
    if own:
        parts.append(f"from half to double the weight for {', '.join(own)}")
    without = "" if any(d.weight for d in rubric) else " No weights are stated: all count alike."
    yield (
        f"Other weightings were tried within {' and '.join(parts)}, the stated weights always "
        "among them; the sum stays the same, and the usual ranges are in proportion to it."
        f"{without} Their differences are of the dimensions' own means, each over the examples "
        "that both systems were rated on."
    )
    if uneven:
        yield (
            f"Other weightings were tried from the rubric's weights, for all examples alike; the "
            f"{uneven:,} that have others are taken as the rest there."
        )
