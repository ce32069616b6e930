"""The mean of a score over independent units, or over units that come in clusters."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.proportion import unanimous_share
from measurand.stats.quantiles import check_level, t_quantile, two_sided_t

__all__ = [
    "FEW",
    "as_wide_as_equal",
    "caution_if_few",
    "cluster_codes",
    "cluster_sums",
    "clustered_mean",
    "mean_of",
    "mean_p",
    "mean_t",
]

FEW = 20
"""Below this many clusters, or resampled units, an interval carries a caution.

With 10 clusters of very unequal size the nominal 95 % of CR1 and t(C-1) are about 90 %; with
clusters of equal size they are 95 % down to 3 clusters.
"""

_ROUNDING = 1e-12
"""A standard error this small, relative to the values, is rounding and not spread."""


class _Fit(NamedTuple):
    mean: float
    error: float
    clusters: int


def mean_t(
    values: ArrayLike, *, bounds: tuple[float, float] | None = None, level: float = LEVEL
) -> Estimate:
    """The mean of independent values with Student's t interval.

    A sample without spread has no t interval: its standard error of 0 would claim certainty.
    Where the ends of the scale are known an exact interval exists nonetheless. If n values all
    equal v, another value has at most the probability u that Clopper-Pearson gives for 0 of n;
    the mean then lies within u of the way from v to either end. For 0/1 data this is
    Clopper-Pearson itself.

    Args:
        values: One finite number per unit, shape (n,).
        bounds: The ends of the scale. They clip the interval.
        level: The confidence level.

    Raises:
        InsufficientData: Fewer than two values; or all are equal and the bounds are unknown.
        UsageError: The values are not a vector of finite numbers within the bounds.
    """
    vector = _vector(values, bounds)
    return _interval(vector, None, bounds=bounds, level=level, method="t(n-1)")


def clustered_mean(
    values: ArrayLike,
    clusters: ArrayLike,
    *,
    bounds: tuple[float, float] | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The mean of values that come in clusters: several per document, conversation or prompt.

    The variance is the cluster-robust sandwich with the factor C / (C - 1), the quantile that of
    t with C - 1 degrees. With one value per cluster it is `mean_t`. Values may be 0/1.

    Args:
        values: One finite number per unit, shape (n,).
        clusters: The cluster of each unit, shape (n,).
        bounds: The ends of the scale, as for `mean_t`; of equal values the clusters count.
        level: The confidence level.

    Raises:
        InsufficientData: Fewer than two clusters; clusters that do not differ at all; or all
            values are equal and the bounds are unknown.
        UsageError: The arguments are not vectors of one length, or leave the bounds.

    References:
        Cameron and Miller (2015), J. Human Resources 50, 317-372, sections II.B and VI.
    """
    vector = _vector(values, bounds)
    codes = cluster_codes(clusters, vector.size)
    return _interval(vector, codes, bounds=bounds, level=level, method="CR1, t(C-1)")


def mean_of(
    values: ArrayLike,
    clusters: ArrayLike | None,
    *,
    bounds: tuple[float, float] | None = None,
    level: float = LEVEL,
) -> Estimate:
    """`clustered_mean` of values in clusters, `mean_t` of values that come in none.

    Raises:
        InsufficientData: As they have it.
        UsageError: Likewise.
    """
    if clusters is None:
        return mean_t(values, bounds=bounds, level=level)
    return clustered_mean(values, clusters, bounds=bounds, level=level)


def as_wide_as_equal(estimate: Estimate, units: int, *, bounds: tuple[float, float]) -> Estimate:
    """The same, but no narrower than the interval of as many units that are all equal.

    A few values that happen to lie close together have a narrow t interval, and nothing in them
    excludes a rare value as far away as the scale allows.

    Args:
        estimate: A mean; without an interval it stays as it is.
        units: On how many independent units or clusters it rests, at least one.
        bounds: The ends of the scale of the values.

    References:
        As for the exact interval of `mean_t`.
    """
    value, low, high = estimate.value, estimate.low, estimate.high
    if value is None or low is None or high is None:
        return estimate
    other = 1 - unanimous_share(units, estimate.level)
    below = value - other * (value - bounds[0])
    above = value + other * (bounds[1] - value)
    if low <= below and above <= high:
        return estimate
    told = f"{units} units leave that much possible, however close together they lie"
    return replace(
        estimate,
        low=min(low, below),
        high=max(high, above),
        method=f"{estimate.method}, as wide as of equal values",
        reason="; ".join(filter(None, (estimate.reason, told))),
    )


def mean_p(values: ArrayLike, *, clusters: ArrayLike | None = None, null: float = 0.0) -> float:
    """The two-sided p-value against ``null`` that agrees with `mean_t` or `clustered_mean`.

    It is below 1 - level exactly where the (unclipped) interval of that level excludes ``null``.
    A mean that equals ``null`` has p = 1 even without spread.

    Raises:
        InsufficientData: Fewer than two values or clusters, or no spread around another mean.
        UsageError: The arguments are not vectors of one length.
    """
    vector = _vector(values, None)
    codes = None if clusters is None else cluster_codes(clusters, vector.size)
    fit = _fit(vector, codes)
    if fit.mean == null:
        return 1.0
    _refuse_no_spread(vector, fit)
    return two_sided_t((fit.mean - null) / fit.error, fit.clusters - 1)


def cluster_codes(clusters: ArrayLike, n: int) -> NDArray[np.intp]:
    """Number the clusters of ``n`` units 0, 1, ... in sorted order of their labels."""
    labels = np.asarray(clusters)
    if labels.shape != (n,):
        raise UsageError(f"one cluster per unit is needed; found {labels.shape} for {n} units")
    if labels.dtype.kind == "f" and np.isnan(labels).any():
        raise UsageError("every unit needs a cluster; found NaN")
    return np.unique(labels, return_inverse=True)[1].astype(np.intp)


def cluster_sums(rows: Floats, codes: NDArray[np.intp]) -> Floats:
    """Add up the rows of each cluster: (units, p) to (clusters, p)."""
    size = int(codes.max(initial=-1)) + 1
    return np.stack([np.bincount(codes, column, minlength=size) for column in rows.T], axis=1)


def caution_if_few(count: int, noun: str) -> str | None:
    """The caution that an interval over so few clusters or units carries, if any."""
    return None if count >= FEW else f"only {count} {noun}: the interval may be too narrow"


def _vector(values: ArrayLike, bounds: tuple[float, float] | None) -> Floats:
    vector = check_finite(values, 1)
    if bounds is not None:
        low, high = bounds
        if not low < high:
            raise UsageError(f"the bounds of a scale run upwards; found {bounds}")
        if vector.size and (vector.min() < low or vector.max() > high):
            raise UsageError(
                f"values lie within the bounds {bounds}; found {vector.min()} to {vector.max()}"
            )
    return vector


def _fit(values: Floats, codes: NDArray[np.intp] | None) -> _Fit:
    clusters = values.size if codes is None else int(codes.max(initial=-1)) + 1
    if clusters < 2:  # noqa: PLR2004 - the fewest that can differ
        noun = "value" if codes is None else "cluster"
        raise InsufficientData(
            f"a mean needs at least two {noun}s to have an interval; found {clusters}"
        )
    # A mean of equal values is that value, not that value up to rounding.
    mean = float(values[0] if np.ptp(values) == 0 else values.mean())
    residuals = values - mean
    sums = residuals if codes is None else np.bincount(codes, residuals)
    error = math.sqrt(clusters / (clusters - 1) * float(sums @ sums)) / values.size
    return _Fit(mean, error, clusters)


def _interval(
    values: Floats,
    codes: NDArray[np.intp] | None,
    *,
    bounds: tuple[float, float] | None,
    level: float,
    method: str,
) -> Estimate:
    check_level(level)
    fit = _fit(values, codes)
    if bounds is not None and np.ptp(values) == 0:
        return _all_equal(fit, bounds, n=values.size, level=level)
    _refuse_no_spread(values, fit)
    half = t_quantile((1 + level) / 2, fit.clusters - 1) * fit.error
    low, high = bounds or (-math.inf, math.inf)
    return Estimate(
        value=fit.mean,
        low=max(low, fit.mean - half),
        high=min(high, fit.mean + half),
        level=level,
        n=values.size,
        method=method,
        reason=None if codes is None else caution_if_few(fit.clusters, "clusters"),
    )


def _all_equal(fit: _Fit, bounds: tuple[float, float], *, n: int, level: float) -> Estimate:
    other = 1 - unanimous_share(fit.clusters, level)
    low, high = bounds
    return Estimate(
        value=fit.mean,
        low=fit.mean - other * (fit.mean - low),
        high=fit.mean + other * (high - fit.mean),
        level=level,
        n=n,
        method="exact, all values equal",
        reason=f"all {n} values are equal; the interval is what Clopper-Pearson leaves possible",
    )


def _refuse_no_spread(values: Floats, fit: _Fit) -> None:
    if np.ptp(values) == 0:
        raise InsufficientData(
            f"all {values.size} values are equal ({fit.mean:g}): without spread and without the "
            f"bounds of the scale there is no interval"
        )
    if fit.error <= _ROUNDING * float(np.abs(values).max()):
        raise InsufficientData(
            f"all {fit.clusters} clusters have the same mean: no spread between them to "
            f"build an interval on"
        )
