"""BCa intervals by resampling units or clusters, for any smooth function of means.

A resample enters the statistic only through its column sums, so resampling means drawing how
often each unit is taken and one matrix product. Units with equal rows are drawn together. On a
scale of few grades that turns thousands of units into a handful of patterns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few, check_finite, cluster_codes, cluster_sums
from measurand.stats.quantiles import check_level

__all__ = ["RESAMPLES", "Statistic", "bca", "mean_bca"]

RESAMPLES = 9_999
"""Resamples wherever no number is asked for."""

Statistic = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Column means of shape (..., p) to one number each, of shape (...)."""

_CELLS = 2**16
"""Draws held in memory at a time, whatever the number of units: what a processor cache holds."""

_UNITS_PER_PATTERN = 8
"""From this many units per distinct row on, drawing patterns is faster than drawing units."""

_TIE = 1e-10
"""Replicates this close to the estimate, relative to their spread, are equal to it."""


class _Patterns(NamedTuple):
    rows: NDArray[np.float64]
    """The distinct rows of cluster sums, with the cluster size last: (patterns, p + 1)."""
    owner: NDArray[np.intp]
    """The pattern of each cluster, shape (clusters,)."""
    counts: NDArray[np.float64]
    """How many clusters have the pattern, shape (patterns,)."""


def bca(
    columns: ArrayLike,
    statistic: Statistic,
    *,
    clusters: ArrayLike | None = None,
    rng: np.random.Generator,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Estimate:
    """The bias-corrected and accelerated interval of a smooth function of column means.

    The statistic sees the mean of each column over the units of a resample. A mean over the
    units that have a score is the ratio of two columns, score (0 where missing) and presence;
    a weighted mean the ratio of weight times score and weight.

    Replicates that equal the estimate count half in the bias correction; the acceleration comes
    from the jackknife over units or clusters. The same generator state gives the same interval.

    Source: Efron (1987), JASA 82, 171-185; clusters: Davison and Hinkley (1997), section 3.8.

    Args:
        columns: One finite row per unit, shape (n, p).
        statistic: From column means of shape (..., p) to numbers of shape (...).
        clusters: The cluster of each unit, shape (n,); by default each unit is its own.
        rng: The source of the resamples.
        level: The confidence level.
        resamples: How many resamples to draw.

    Raises:
        InsufficientData: Fewer than two units or clusters; the statistic does not exist on all
            resamples, does not vary over them, or lies outside of them.
        UsageError: The arguments have the wrong shape; or so few resamples that less than one is
            expected in either tail.
    """
    _check_resamples(resamples, level)
    rows = check_finite(columns, 2)
    patterns = _patterns(rows, clusters)
    value = _evaluate(statistic, patterns.counts[None, :] @ patterns.rows, "the data")[0]
    replicates = np.concatenate(
        [
            _evaluate(statistic, sums, "a resample")
            for sums in _resampled_sums(patterns, rng, resamples)
        ]
    )
    tails = _bca_tails(
        _bias(replicates, float(value)), _acceleration(patterns, statistic), level=level
    )
    low, high = np.quantile(replicates, tails, method="weibull")
    kind, noun = ("", "units") if clusters is None else ("cluster ", "clusters")
    return Estimate(
        value=float(value),
        low=float(low),
        high=float(high),
        level=level,
        n=len(rows),
        method=f"BCa {kind}bootstrap, {resamples} resamples",
        reason=caution_if_few(patterns.owner.size, noun),
    )


def mean_bca(
    values: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    rng: np.random.Generator,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Estimate:
    """The mean, or weighted mean, with its BCa interval; of paired differences likewise.

    Args:
        values: One finite number per unit, shape (n,).
        clusters: As for `bca`.
        weights: Non-negative, shape (n,); their scale does not matter.
        rng: As for `bca`.
        level: As for `bca`.
        resamples: As for `bca`.

    Raises:
        InsufficientData: As for `bca`.
        UsageError: As for `bca`; or a weight is negative.
    """
    vector = check_finite(values, 1)
    weight = np.ones_like(vector) if weights is None else check_finite(weights, 1)
    if weight.shape != vector.shape or weight.min(initial=0.0) < 0:
        raise UsageError("weights are one non-negative number per value")
    return bca(
        np.stack([vector * weight, weight], axis=1),
        lambda means: means[..., 0] / means[..., 1],
        clusters=clusters,
        rng=rng,
        level=level,
        resamples=resamples,
    )


def _check_resamples(resamples: int, level: float) -> None:
    if resamples * (1 - check_level(level)) < 2:  # noqa: PLR2004 - one in either tail
        raise UsageError(f"{resamples} resamples are too few for an interval of level {level:g}")


def _patterns(rows: NDArray[np.float64], clusters: ArrayLike | None) -> _Patterns:
    sized = np.column_stack([rows, np.ones(len(rows))])
    sums = sized if clusters is None else cluster_sums(sized, cluster_codes(clusters, len(rows)))
    if len(sums) < 2:  # noqa: PLR2004 - the fewest that can be resampled
        noun = "units" if clusters is None else "clusters"
        raise InsufficientData(f"a bootstrap needs at least two {noun}; found {len(sums)}")
    distinct, owner, counts = np.unique(sums, axis=0, return_inverse=True, return_counts=True)
    return _Patterns(distinct, owner.astype(np.intp), counts.astype(np.float64))


def _resampled_sums(
    patterns: _Patterns, rng: np.random.Generator, resamples: int
) -> list[NDArray[np.float64]]:
    """Draw the column sums of every resample, in blocks of bounded memory."""
    kinds, units = len(patterns.rows), patterns.owner.size
    by_pattern = kinds * _UNITS_PER_PATTERN <= units
    block = max(1, _CELLS // (kinds if by_pattern else units))
    sums = []
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        if by_pattern:
            taken = rng.multinomial(units, patterns.counts / units, size=size)
        else:
            drawn = patterns.owner[rng.integers(units, size=(size, units))]
            drawn += kinds * np.arange(size)[:, None]
            taken = np.bincount(drawn.ravel(), minlength=size * kinds).reshape(size, kinds)
        sums.append(taken @ patterns.rows)
    return sums


def _evaluate(statistic: Statistic, sums: NDArray[np.float64], where: str) -> NDArray[np.float64]:
    """Apply the statistic to the column means that belong to these sums."""
    with np.errstate(all="ignore"):
        values = np.asarray(statistic(sums[:, :-1] / sums[:, -1:]), dtype=np.float64)
    if values.shape != sums.shape[:1]:
        raise UsageError(
            f"the statistic must turn means of shape (..., p) into shape (...); "
            f"{len(sums)} rows gave {values.shape}"
        )
    if not np.isfinite(values).all():
        raise InsufficientData(
            f"the statistic does not exist on {where} (a division by zero, or nothing to "
            f"average): too few units carry it"
        )
    return values


def _bias(replicates: NDArray[np.float64], value: float) -> float:
    """The bias correction z0, with ties counted half."""
    spread = float(np.ptp(replicates))
    if spread <= _TIE * max(abs(value), float(np.abs(replicates).max())):
        raise InsufficientData(
            "the statistic is the same on every resample: without spread there is no interval"
        )
    gap = replicates - value
    tie = np.abs(gap) <= _TIE * spread
    below = float(np.mean(np.where(tie, 0.5, gap < 0)))
    if not 0 < below < 1:
        raise InsufficientData(
            "the estimate lies outside of all its resamples: too few units, or a statistic "
            "that is not smooth"
        )
    return float(special.ndtri(below))


def _acceleration(patterns: _Patterns, statistic: Statistic) -> float:
    """The jackknife acceleration: the skewness of the leave-one-out values over 6 root C."""
    left_out = patterns.counts @ patterns.rows - patterns.rows
    values = _evaluate(statistic, left_out, "the data without one unit or cluster")
    gap = np.average(values, weights=patterns.counts) - values
    squares = float(patterns.counts @ gap**2)
    return float(patterns.counts @ gap**3) / (6 * squares**1.5) if squares > 0 else 0.0


def _bca_tails(bias: float, acceleration: float, *, level: float) -> NDArray[np.float64]:
    """The two probabilities whose quantiles of the replicates are the ends of the interval."""
    z = bias + special.ndtri(np.array([1 - level, 1 + level]) / 2)
    stretch = 1 - acceleration * z
    if stretch.min() <= 0:
        raise InsufficientData("the statistic is too skewed for a BCa interval of this level")
    return np.asarray(special.ndtr(bias + z / stretch), dtype=np.float64)
