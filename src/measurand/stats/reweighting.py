"""What re-weighting does to a mean: the same units counted in two ways."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few, cluster_codes
from measurand.stats.poststrata import Strata
from measurand.stats.quantiles import check_level, t_quantile

__all__ = ["reweighted_difference", "share_error"]

_FEWEST = 2
_ROUNDING = 1e-12


def reweighted_difference(
    values: ArrayLike,
    strata: Strata,
    *,
    before: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    shares_error: float = 0.0,
    level: float = LEVEL,
) -> Estimate:
    """The mean with the strata's shares, less the mean of the units as they are.

    Both are of the same units, so that what they share cancels out: the variance is that of what
    each unit contributes to the one mean less what it does to the other, linearised. The units are
    taken as a sample, and how many of them are of which stratum as chance. A stratum in which few
    units stand for most varies no less here than in the mean itself (`Strata.contributions`).

    Args:
        values: One finite number per unit, shape (units,).
        strata: Of the same units, with the shares they are to have.
        before: What each unit counts in the mean that is taken off; alike by default.
        clusters: What units share, shape (units,).
        shares_error: The standard error that the mean has since the shares are estimated.
        level: The confidence level.

    Raises:
        InsufficientData: A stratum with fewer than two units or clusters, or no spread anywhere.
        UsageError: The arguments do not fit.

    References:
        Holt and Smith (1979), Post stratification, Journal of the Royal Statistical Society A 142.
    """
    check_level(level)
    vector = check_finite(values, 1)
    old = np.ones(vector.size) if before is None else check_finite(before, 1)
    if not vector.size == strata.codes.size == old.size:
        raise UsageError("each value has one stratum and one weight")
    plain = old / old.sum()
    value = float((strata.weights - plain) @ vector)
    parts = strata.residuals(vector, clusters) - plain * (vector - float(plain @ vector))
    groups = np.arange(vector.size) if clusters is None else cluster_codes(clusters, vector.size)
    sums = np.bincount(groups, parts)
    if sums.size < _FEWEST:
        raise InsufficientData(f"a mean needs at least two clusters; found {sums.size}")
    sums = sums - sums.mean()
    variance = sums.size / (sums.size - 1) * float(sums @ sums)
    error = math.hypot(math.sqrt(variance), shares_error)
    if error <= _ROUNDING * max(1.0, float(np.abs(vector).max())):
        raise InsufficientData("all units say the same: there is no interval")
    df = max(1, sums.size - (strata.shares.size if clusters is None else 1))
    half = t_quantile((1 + level) / 2, float(df)) * error
    return Estimate(
        value=value,
        low=value - half,
        high=value + half,
        level=level,
        n=vector.size,
        method=f"difference of two weightings over {strata.shares.size} strata, t",
        reason=None if clusters is None else caution_if_few(sums.size, "clusters"),
    )


def share_error(
    values: ArrayLike, strata: Strata, counted: ArrayLike, *, clusters: ArrayLike | None = None
) -> float:
    """The standard error that a re-weighted mean has since its shares are themselves estimated.

    Each unit of the population's sample is given the mean of its stratum; the error is that of
    the mean of these.

    Args:
        values: One finite number per unit, shape (units,).
        strata: Of the same units.
        counted: The stratum of each unit of the sample that the shares are of.
        clusters: What those share.

    Raises:
        InsufficientData: A stratum with fewer than two units.
        UsageError: The arguments do not fit.
    """
    vector = check_finite(values, 1)
    if vector.size != strata.codes.size:
        raise UsageError("each value has one stratum")
    codes = np.asarray(counted, dtype=np.intp)
    if codes.size < _FEWEST:
        raise InsufficientData("shares need two units to be estimated from")
    strata.weights  # noqa: B018 - refuses strata of which too little is known
    given = strata.means(vector)[codes]
    gaps: Floats = given - given.mean()
    sums = gaps if clusters is None else np.bincount(cluster_codes(clusters, codes.size), gaps)
    if sums.size < _FEWEST:
        raise InsufficientData("the shares are of one cluster: nothing is known of how they vary")
    return math.sqrt(sums.size / (sums.size - 1) * float(sums @ sums)) / codes.size
