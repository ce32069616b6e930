"""The ceiling where several units share a prompt, or units were not drawn alike.

Units of one prompt are alike in quality and in how people err on them, so that the prompt is
what is left out. Units that were drawn more often than others weigh less, as they do in the
correlation that is held against the ceiling.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import exp, sqrt

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats, as_table
from measurand.stats.bca import require_units
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few
from measurand.stats.oneway import oneway_moments, oneway_squares
from measurand.stats.patterns import Patterns
from measurand.stats.proportion import unanimous_share
from measurand.stats.resampling import jackknife_t
from measurand.stats.sample import Sample

__all__ = ["mean_reliability", "sampled_ceiling"]

_NAME = "the ceiling of a correlation"
_ROUNDING = 1e-12


def mean_reliability(
    ratings: Floats,
    *,
    clusters: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The reliability of the mean of a unit's ratings, ICC(1,k), of a sample of any design.

    Args:
        ratings: Shape (units, raters); NaN marks a rating that was not given. Units with fewer
            than two do not count.
        clusters: The cluster of each unit, shape (units,); by default each unit is its own.
        weights: Positive, shape (units,): the inverse of how likely a unit was to be drawn.
        level: The confidence level.

    Returns:
        At most 1, and below 0 where raters of one unit differ more than those of different ones.
        The interval is jackknife-t over clusters on the logarithm of the ratio of mean squares;
        the exact bound where no unit has two different ratings.

    Raises:
        InsufficientData: No unit has two ratings; fewer than three clusters; all ratings are
            equal; or units do not differ, be it only without one cluster.
        UsageError: The arguments differ in shape, or a weight is not positive.

    References:
        Hinkley (1977), Biometrika 64, 21-28, for the jackknife; Searle, Casella and McCulloch
        (1992), Variance Components, chapter 3, for the expected squares.
    """
    table = as_table(ratings)
    patterns = Patterns.of(table, compressed=False)
    sample = Sample.of(len(table), clusters, weights).only((~np.isnan(table)).sum(axis=1) > 1)
    require_units(sample.count, _NAME, sample.noun)
    sums = sample.added(oneway_moments(patterns, sample.weights))
    ratio, usual, _ = (float(one[0]) for one in oneway_squares(sums.sum(axis=0)[None, :]))
    if not np.isfinite(ratio):
        raise InsufficientData("no ceiling exists: the units do not differ")
    method = f"reliability of the mean of {usual:.4g} raters (ICC(1,1), "
    found = Estimate(
        value=1 - ratio,
        low=1 - ratio,
        high=1.0,
        level=level,
        n=patterns.n,
        method=f"{method}exact bound)",
        reason=caution_if_few(sample.count, sample.noun),
    )
    if patterns.unanimous:
        return replace(found, low=_bound(patterns, sample, usual, level=level))
    logs = jackknife_t(partial(_log_ratios, sums), np.ones(len(sums)), level=level, name=_NAME)
    low, high = min(1 - exp(logs.high), 1 - ratio), max(1 - exp(logs.low), 1 - ratio)
    return replace(found, low=low, high=high, method=f"{method}jackknife-t over {sample.noun})")


def sampled_ceiling(
    ratings: Floats,
    *,
    clusters: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    level: float = LEVEL,
) -> Estimate:
    """`ceiling_correlation` of units in clusters, or of units that were not drawn alike.

    Args:
        ratings: As for `mean_reliability`, like all else.
        clusters: The same.
        weights: The same.
        level: The same.

    Returns:
        In (0, 1]: the root of the reliability of the mean. A lower end of 0 says that there may
        be no ceiling at all.

    Raises:
        InsufficientData: The reliability is 0 or below; or as for `mean_reliability`.
        UsageError: As for `mean_reliability`.
    """
    found = mean_reliability(ratings, clusters=clusters, weights=weights, level=level)
    value, low, high = found.value or 0.0, found.low or 0.0, found.high or 0.0
    if value <= _ROUNDING:
        raise InsufficientData(
            "no ceiling exists: raters of the same unit differ as much as raters of different "
            f"units (ICC(1,k) = {value:.2f})"
        )
    none = "the interval reaches a reliability of 0 or below, where no ceiling exists; it is cut"
    return replace(
        found,
        value=sqrt(value),
        low=sqrt(max(low, 0.0)),
        high=sqrt(high),
        method=f"square root of the {found.method}",
        reason=f"{none} at 0" if low <= 0 else found.reason,
    )


def _log_ratios(sums: Floats, times: Floats) -> Floats:
    """The logarithm of the mean square within over that between; NaN where either is 0."""
    ratio = oneway_squares(times @ sums)[0]
    return np.log(np.where((ratio > 0) & np.isfinite(ratio), ratio, np.nan))


def _bound(patterns: Patterns, sample: Sample, usual: float, *, level: float) -> float:
    """How low the reliability may be although no two ratings of a unit differ."""
    totals = patterns.totals()
    size = float(totals.sum())
    differing = 1 - float(totals @ (totals - 1)) / (size * (size - 1))
    single = 1 - (1 - unanimous_share(sample.count, level)) / differing
    return max(usual * single / (1 + (usual - 1) * single), 0.0) if single > 0 else 0.0
