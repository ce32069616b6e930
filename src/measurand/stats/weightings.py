"""The weighted difference over all weightings within a box, at its least and at its most.

Weights that sum to 1, each within its own range, form a polytope. A weighted difference is linear
in them, so that its least and its greatest value lie at corners.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, as_table, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few, cluster_codes, cluster_sums
from measurand.stats.quantiles import check_level, t_quantile

__all__ = ["MOST_RANGES", "Weighted", "corners", "least_weighting", "weighted_extreme"]

MOST_RANGES = 12
"""Beyond so many weights the corners are too many to look at each."""

_SUM = 1e-9
_ROUNDING = 1e-12
"""A standard error this small, relative to the values, is rounding and not spread."""


@dataclass(frozen=True, slots=True)
class Weighted:
    """An extreme of the weighted difference, and the weighting that gives it.

    Args:
        estimate: The difference there.
        weights: Shape (dimensions,), summing to 1.
    """

    estimate: Estimate
    weights: Floats


def least_weighting(values: ArrayLike, low: ArrayLike, high: ArrayLike) -> Floats:
    """The weights within their ranges, summing to 1, whose weighted sum of values is least.

    Each gets its least weight; what is left goes to the smallest value first.

    Args:
        values: One number a weight, shape (d,).
        low: The least of each weight.
        high: The greatest.

    Raises:
        UsageError: The ranges are no ranges, or no weights within them sum to 1.
    """
    numbers = check_finite(values, 1)
    least, most = _ranges(low, high)
    if numbers.shape != least.shape:
        raise UsageError(f"one range a value is needed; found {least.size} for {numbers.size}")
    weights = least.copy()
    left = 1.0 - float(least.sum())
    for place in np.argsort(numbers, kind="stable"):
        added = min(left, float(most[place] - least[place]))
        weights[place] += added
        left -= added
    return weights


def corners(low: ArrayLike, high: ArrayLike) -> Floats:
    """All corners of the weightings within their ranges: all weights but one are at an end.

    Args:
        low: The least of each weight, shape (d,).
        high: The greatest.

    Returns:
        Shape (corners, d).

    Raises:
        UsageError: As for `least_weighting`; or there are over 12 weights that can vary.
    """
    least, most = _ranges(low, high)
    moving = np.flatnonzero(most > least)
    if not moving.size:
        return least[None, :]
    if moving.size > MOST_RANGES:
        raise UsageError(f"corners of {moving.size} weights; at most {MOST_RANGES} may vary")
    patterns = np.arange(2 ** (moving.size - 1))[:, None] >> np.arange(moving.size - 1) & 1
    found = []
    for free in moving:
        others = moving[moving != free]
        table = np.tile(least, (len(patterns), 1))
        table[:, others] = np.where(patterns, most[others], least[others])
        table[:, free] = 0.0
        table[:, free] = 1.0 - table.sum(axis=1)
        fits = (table[:, free] >= least[free] - _SUM) & (table[:, free] <= most[free] + _SUM)
        found.append(table[fits])
    return np.unique(np.round(np.concatenate(found), 12), axis=0)


def weighted_extreme(
    gaps: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    *,
    side: Literal["least", "most"],
    clusters: ArrayLike | None = None,
    level: float = LEVEL,
) -> Weighted:
    """The weighted mean difference where the weights make it least, or most.

    The end of the interval that a decision rests on (the lower of the least, the upper of the
    most) is the furthest of the pointwise t bounds of all corners: the true extreme lies at one
    of them, whose own bound holds, so that no correction for their number is due (an
    intersection-union test). The other end is Bonferroni's over the corners, and conservative.

    Args:
        gaps: Differences by unit and dimension, shape (n, d); NaN where one is not known. The
            mean of each dimension is over the units that have it.
        low: The least of each weight.
        high: The greatest.
        side: Which extreme.
        clusters: The cluster of each unit, shape (n,).
        level: The level of the interval.

    Raises:
        InsufficientData: A dimension without a difference; fewer than two units or clusters; or
            differences without any spread.
        UsageError: The arguments do not fit together.

    References:
        Berger (1982), Technometrics 24, 295-300, for intersection-union tests.
    """
    table = as_table(np.asarray(gaps, dtype=np.float64))
    sign = 1.0 if side == "least" else -1.0
    means, covariance, units = _moments(sign * table, clusters)
    places = _corners(tuple(np.asarray(low).tolist()), tuple(np.asarray(high).tolist()))
    centres = places @ means
    errors = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", places, covariance, places), 0.0))
    if errors.max() <= _ROUNDING * np.nanmax(np.abs(table)):
        raise InsufficientData(
            f"all {len(table)} units differ alike: without spread there is no interval"
        )
    tail = (1 - check_level(level)) / 2
    alone = -t_quantile(tail, units - 1)
    together = -t_quantile(tail / len(places), units - 1)
    value = float(centres.min())
    ends = [float((centres - alone * errors).min()), float((centres + together * errors).min())]
    found = Estimate(
        value=value,
        low=min(ends[0], value),
        high=max(ends[1], value),
        level=level,
        n=len(table),
        method=f"CR1, t over {len(places)} corners of the weights",
        reason=caution_if_few(units, "units" if clusters is None else "clusters"),
    )
    return Weighted(found.scaled(sign), least_weighting(means, low, high))


@lru_cache(maxsize=64)
def _corners(low: tuple[float, ...], high: tuple[float, ...]) -> Floats:
    """The corners, found once for all pairs that share the ranges."""
    return corners(low, high)


def _moments(table: Floats, clusters: ArrayLike | None) -> tuple[Floats, Floats, int]:
    """The mean of every dimension, their cluster-robust covariance, and the number of clusters."""
    labels = np.arange(len(table)) if clusters is None else clusters
    codes = cluster_codes(labels, len(table))
    given = ~np.isnan(table)
    counts = given.sum(axis=0)
    units = int(codes.max(initial=-1)) + 1
    if not table.size or not counts.all():
        raise InsufficientData("a dimension has no difference to weigh")
    if units < 2:  # noqa: PLR2004 - the fewest that can differ
        raise InsufficientData(f"weighted differences need two units or clusters; found {units}")
    filled = np.where(given, table, 0.0)
    means = filled.sum(axis=0) / counts
    influence = np.where(given, table - means, 0.0) / counts
    sums = cluster_sums(influence, codes)
    return means, units / (units - 1) * sums.T @ sums, units


def _ranges(low: ArrayLike, high: ArrayLike) -> tuple[Floats, NDArray[np.float64]]:
    least, most = check_finite(low, 1), check_finite(high, 1)
    if least.shape != most.shape or (least > most).any() or (least < 0).any():
        raise UsageError("each weight has a range from a number of 0 or more upwards")
    sums = float(least.sum()), float(most.sum())
    if sums[0] > 1 + _SUM or sums[1] < 1 - _SUM or math.isnan(sum(sums)):
        raise UsageError(f"no weights within these ranges sum to 1: {sums[0]:g} to {sums[1]:g}")
    return least, most
