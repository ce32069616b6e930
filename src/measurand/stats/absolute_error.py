"""How far a judge is from people, and people from each other, in points of the scale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, as_table, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import mean_of

__all__ = ["human_absolute_error", "mean_absolute_error", "rater_absolute_error"]

_PAIR = 2


def mean_absolute_error(
    x: ArrayLike,
    y: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    span: float | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The mean distance of two values a unit, with the interval of a mean.

    Args:
        x: One finite number per unit, shape (n,).
        y: The other, on the same scale.
        clusters: The cluster of each unit, shape (n,); by default each unit is its own.
        span: The length of the scale, which bounds a distance. With it, distances that are all
            equal have an interval too.
        level: The confidence level.

    Raises:
        InsufficientData: As for the mean: fewer than two units or clusters, or no spread.
        UsageError: The arguments are not vectors of one length; or a distance exceeds the span.
    """
    first, second = check_finite(x, 1), check_finite(y, 1)
    if first.shape != second.shape:
        raise UsageError(f"two values a unit are compared; found {first.size} and {second.size}")
    found = _mean(np.abs(first - second), clusters, span, level=level)
    return replace(found, method=f"mean absolute error, {found.method}")


def rater_absolute_error(
    judge: ArrayLike,
    ratings: Floats,
    *,
    clusters: ArrayLike | None = None,
    span: float | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The mean distance of a judge from a single person, as `human_absolute_error` has it.

    The distance from the mean of several people is smaller for everybody, since their errors
    cancel; only with the same yardstick can a judge be compared with people.

    Args:
        judge: One finite number per unit, shape (units,).
        ratings: Shape (units, raters); NaN marks a rating that was not given.
        clusters: As for `mean_absolute_error`.
        span: As for `mean_absolute_error`.
        level: As for `mean_absolute_error`.

    Raises:
        InsufficientData: No unit has a rating; or as for `mean_absolute_error`.
        UsageError: As for `mean_absolute_error`.
    """
    vector, table = check_finite(judge, 1), as_table(ratings)
    if vector.size != len(table):
        raise UsageError(f"one judgment a unit is needed; found {vector.size} for {len(table)}")
    given = ~np.isnan(table)
    some = np.asarray(given.any(axis=1))
    if not some.any():
        raise InsufficientData("no unit has a rating, so there is nothing to compare")
    apart = np.where(given, np.abs(table - vector[:, None]), 0.0)[some]
    each = apart.sum(axis=1) / given[some].sum(axis=1)
    found = _mean(each, _of(clusters, some), span, level=level)
    return replace(found, method=f"mean distance from one rater, {found.method}")


def human_absolute_error(
    ratings: Floats,
    *,
    clusters: ArrayLike | None = None,
    span: float | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The mean distance of two people who rated the same unit, pairs averaged within a unit.

    Args:
        ratings: Shape (units, raters); NaN marks a rating that was not given.
        clusters: As for `mean_absolute_error`.
        span: As for `mean_absolute_error`.
        level: As for `mean_absolute_error`.

    Raises:
        InsufficientData: No unit has two ratings; or as for `mean_absolute_error`.
        UsageError: As for `mean_absolute_error`.
    """
    table = as_table(ratings)
    sizes = (~np.isnan(table)).sum(axis=1)
    enough = sizes >= _PAIR
    if not enough.any():
        raise InsufficientData("no unit has two ratings, so there is nothing to compare")
    ordered, k = np.sort(table[enough], axis=1), sizes[enough].astype(np.float64)
    # Of k ordered values the i-th is the larger of i pairs and the smaller of k - 1 - i.
    place = np.arange(ordered.shape[1])
    times = np.where(np.isnan(ordered), 0.0, 2 * place - (k[:, None] - 1))
    each = (times * np.nan_to_num(ordered)).sum(axis=1) / (k * (k - 1) / 2)
    found = _mean(each, _of(clusters, enough), span, level=level)
    return replace(found, method=f"mean distance of two raters, {found.method}")


def _of(clusters: ArrayLike | None, rows: NDArray[np.bool_]) -> ArrayLike | None:
    if clusters is None:
        return None
    labels = np.asarray(clusters)
    if labels.shape != rows.shape:
        raise UsageError(f"one cluster per unit is needed; found {labels.shape} for {rows.size}")
    return np.asarray(labels[rows])


def _mean(
    apart: Floats, clusters: ArrayLike | None, span: float | None, *, level: float
) -> Estimate:
    bounds = None if span is None else (0.0, span)
    found = mean_of(apart, clusters, bounds=bounds, level=level)
    return replace(found, low=max(0.0, found.low or 0.0))
