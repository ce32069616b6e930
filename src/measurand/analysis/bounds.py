"""What every mean would be if all that is missing were the worst, or the best, there is."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from measurand.analysis.correction import as_opinion
from measurand.analysis.frame import Bools, Frame, failed
from measurand.analysis.matrix import Floats, codes_of
from measurand.analysis.measure import OVERALL, Measure, on_scale, overall_means
from measurand.analysis.result import Result
from measurand.analysis.score import Scores, layer_of, overall_of
from measurand.core.rating import Column, Kind, Ratings
from measurand.core.rubric import Dimension
from measurand.stats.estimate import Estimate

__all__ = ["mean_bounds"]

_End = Literal["worst", "best"]
_ENDS: tuple[_End, ...] = ("worst", "best")


def mean_bounds(measure: Measure, ratings: Ratings) -> Iterator[Result]:
    """``mean_if_worst`` and ``mean_if_best`` of every system and dimension on which any failed.

    Each is the mean with every failed rating, by the kind of rater that scores the dimension, at
    the worst or the best value of the scale, with the interval that the mean itself has. Whatever
    the missing values are, the mean of all of them lies between the two, so the low end of the
    first and the high end of the second hold it at the level or above.

    Overall, an output that may be blocked counts where that is worse, or better, for the mean.

    Args:
        measure: The scores, and how their uncertainty is expressed.
        ratings: The table that they are the scores of.

    References:
        Horowitz and Manski (2000), JASA 95, 77-84: the bounds; Imbens and Manski (2004),
        Econometrica 72, 1845-1857: the interval around them, here with the two-sided quantile.
    """
    scores = measure.head
    single = ratings.where(
        against=None, system=frozenset(scores.systems), example=frozenset(scores.examples)
    )
    lost = _lost(single, scores)
    if not (scores.dimensions and (lost.any() or scores.unknown.any())):
        return
    ends = {end: _filled(single, scores, lost=lost, end=end) for end in _ENDS}
    for place, system in enumerate(scores.systems):
        touched = bool(lost[:, place].any())
        if touched or scores.unknown[:, place].any():
            for end, filled in ends.items():
                (estimate,) = overall_means(measure, filled.overall[:, [place]])
                judged = bool(scores.overall_judged[place])
                told = _named(end, estimate, judged=judged)
                yield Result(
                    name=f"mean_if_{end}", estimate=told, systems=(system,), dimension=OVERALL
                )
        for layer, dimension in enumerate(scores.dimensions):
            if lost[:, place, layer].any():
                for end, filled in ends.items():
                    values = filled.values[:, place, layer]
                    estimate = _of_dimension(measure, values, dimension)
                    judged = bool(scores.judged[layer])
                    told = _named(end, estimate, judged=judged)
                    yield Result(
                        name=f"mean_if_{end}",
                        estimate=told,
                        systems=(system,),
                        dimension=dimension.name,
                    )


def _named(end: _End, estimate: Estimate, *, judged: bool) -> Estimate:
    """The estimate, told as what it is: whose failures count how, and of a judge, an opinion."""
    told = replace(estimate, method=f"{estimate.method}; failed ratings at the {end} value")
    return as_opinion(told) if judged else told


def _of_dimension(measure: Measure, values: Floats, dimension: Dimension) -> Estimate:
    if not dimension.scale.bounded:
        reason = f"{dimension.name} has a scale without bounds, so nothing is the worst or the best"
        return Estimate.absent(reason, n=len(values), method="mean", level=measure.level)
    clusters = measure.head.clusters if measure.clustered else None
    estimate = measure.mean(values, scale=dimension.scale, clusters=clusters, strata=measure.strata)
    return on_scale(estimate, dimension.scale)


def _lost(rows: Ratings, scores: Scores) -> Bools:
    """Where a rating failed that would have counted, shape (examples, systems, dimensions)."""
    frame = Frame(rows, scores.systems, rounds=scores.rounds)
    found = np.zeros(scores.values.shape, dtype=bool)
    for layer, dimension in enumerate(scores.dimensions):
        own = rows.where(dimension=dimension.name, kind=scores.kinds[dimension.name])
        gone = own.filtered(failed(own).astype(np.uint8).tobytes())
        found[:, :, layer] = frame.counts(frame.places(gone)) > 0
    return found


@dataclass(frozen=True, slots=True)
class _Filled:
    values: Floats
    overall: Floats


def _filled(rows: Ratings, scores: Scores, *, lost: Bools, end: _End) -> _Filled:
    """The scores with every failed rating at one end of its scale."""
    table = rows
    for dimension in scores.dimensions:
        scale = dimension.scale
        value = scale.low if end == "worst" else scale.high
        if scale.bounded and value is not None:
            table = _with(table, dimension.name, kind=scores.kinds[dimension.name], value=value)
    frame = Frame(table, scores.systems, rounds=scores.rounds)
    layers = [layer_of(frame, d, scores.kinds[d.name]).values for d in scores.dimensions]
    found = np.stack(layers, axis=2)
    tied = np.isnan(found) & lost & _bounded(scores)
    values = np.where(tied, 0.0 if end == "worst" else 1.0, found)
    overall = overall_of(values, scores.weights, scores.blocked)
    for place in range(len(scores.systems)):
        overall[:, place] = _extreme(overall[:, place], scores.unknown[:, place], end=end)
    return _Filled(values, overall)


def _bounded(scores: Scores) -> Bools:
    """Which layers have bounds: a yes/no vote that missing votes tie has no score otherwise."""
    return np.asarray([d.scale.bounded for d in scores.dimensions], dtype=bool)


def _with(rows: Ratings, dimension: str, *, kind: Kind, value: float) -> Ratings:
    """The table with this value in place of the failed ratings of one dimension by one kind."""
    column = rows["value"]
    about = _mask(rows, "dimension", dimension) & _mask(rows, "kind", kind) & failed(rows)
    codes = np.where(about, len(column.levels), codes_of(column)).astype(np.int32)
    filled = Column(array("i", codes.tobytes()), (*column.levels, value))
    return Ratings({**rows.columns, "value": filled})


def _mask(rows: Ratings, name: str, cell: str) -> Bools:
    return np.frombuffer(rows[name].mask(cell.__eq__), dtype=np.uint8) > 0


def _extreme(overall: Floats, unknown: Bools, *, end: _End) -> Floats:
    """The scores without those outputs that may be blocked whose presence would help the mean.

    Taken from the far end on, an output is kept as long as it moves the mean further out.
    """
    may = unknown & ~np.isnan(overall)
    sure = overall[~unknown & ~np.isnan(overall)]
    sign = 1.0 if end == "worst" else -1.0
    order = np.flatnonzero(may)[np.argsort(sign * overall[may], kind="stable")]
    total, n, kept = float(sure.sum()), len(sure), 0
    for place in order:
        if n and sign * overall[place] >= sign * total / n:
            break
        total, n, kept = total + float(overall[place]), n + 1, kept + 1
    found = overall.copy()
    found[order[kept:]] = np.nan
    return found
