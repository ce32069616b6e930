"""The power of the t test of a mean difference: independent units, clusters, repeats."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import LEVEL
from measurand.stats.power_parts import MOST, POWER, Sides, percent, sided_level
from measurand.stats.precision import least_number
from measurand.stats.quantiles import check_level, normal_cdf, normal_quantile, t_quantile

__all__ = [
    "NODES",
    "WEIGHTS",
    "MeanDesign",
    "design_effect",
    "mean_detectable",
    "mean_n",
    "mean_power",
    "noncentral_above",
    "normal_power",
]

_PRECISION = 1e-9
_FEWEST = 2
_SCORES = np.linspace(-8.0, 8.0, 160)
NODES = special.ndtr(_SCORES)
WEIGHTS = np.exp(-(_SCORES**2) / 2) / np.exp(-(_SCORES**2) / 2).sum()
"""Quantiles at evenly spread normal scores, and the weight of each: the trapezoidal rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanDesign:
    """How units come, and how far their differences spread.

    Args:
        sd: The standard deviation of one unit's difference.
        icc: The share of its variance that lies between clusters, from 0 to 1.
        size: Units of each cluster, 1 or more; None where their number is fixed instead.
        clusters: How many clusters there are, 2 or more; None where their size is fixed.
        felt: The size of the cluster that a unit is in, on average: sum of squares over sum. None
            where all are of one size; else more than ``size``, and what the icc multiplies.
        pairs: Whether each unit has both systems; else each has an arm of ``n`` units, and
            ``sd`` is that of the units of one arm.

    Raises:
        UsageError: One of them is impossible.
    """

    sd: float
    icc: float = 0.0
    size: float | None = 1.0
    clusters: int | None = None
    felt: float | None = None
    pairs: bool = True

    def __post_init__(self) -> None:
        if not (self.sd > 0 and math.isfinite(self.sd)):
            raise UsageError(f"a standard deviation is above 0; found {self.sd}")
        if not 0 <= self.icc <= 1:
            raise UsageError(f"an intraclass correlation lies from 0 to 1; found {self.icc}")
        if (self.size is None) == (self.clusters is None):
            raise UsageError("either the size of clusters or their number is fixed")
        if self.size is not None and self.size < 1:
            raise UsageError(f"a cluster has at least one unit; found {self.size}")
        if self.clusters is not None and self.clusters < _FEWEST:
            raise UsageError(f"an interval takes two clusters; found {self.clusters}")

        if self.felt is not None and not self.felt >= (self.size or math.inf):
            raise UsageError(f"the size that units feel is that of clusters or more; {self.felt}")

    def error(self, n: float) -> float:
        """The standard error of the mean difference of ``n`` units (of each arm)."""
        size = self.felt or self.size or 1.0
        if self.clusters is not None:
            size = max(n / self.clusters, 1.0)
        variance = self.sd**2 * design_effect(self.icc, size) / n
        return math.sqrt(variance if self.pairs else 2 * variance)

    def free(self, n: float) -> float:
        """The degrees of freedom of its t: independent clusters less the means estimated."""
        units = min(n, self.clusters) if self.clusters is not None else n / (self.size or 1.0)
        return units - 1 if self.pairs else 2 * (units - 1)


def design_effect(icc: float, size: float) -> float:
    """By how much clusters multiply the variance of a mean.

    Args:
        icc: How alike units of one cluster are.
        size: Of every cluster; of unequal ones the sum of squared sizes over their sum.

    References:
        Kish (1965), *Survey Sampling*, section 5.4; Kish (1987), *Statistical Design for
        Research*, for unequal clusters.
    """
    return 1 + (size - 1) * icc


def mean_power(
    n: float,
    difference: float,
    design: MeanDesign,
    *,
    level: float = LEVEL,
    side: Sides = "two",
) -> float:
    """The probability that the t test (over clusters where there are any) finds the difference.

    Exact for normal values; of clusters of one size with CR1 errors too.

    Args:
        n: Units; of each arm where systems have units of their own.
        difference: The true mean difference; 0 gives the level.
        design: How units come.
        level: One minus the error rate.
        side: Whether only the expected sign counts as found.

    Raises:
        UsageError: ``n`` has no degree of freedom.
    """
    free = design.free(n)
    if not free > 0:
        raise UsageError(f"a t test takes two units or clusters; found {n:g} units")
    bound = t_quantile((1 + sided_level(level, side)) / 2, free)
    shift = abs(difference) / design.error(n)
    return noncentral_above(bound, free, shift) + (
        noncentral_above(bound, free, -shift) if side == "two" else 0.0
    )


def mean_n(
    difference: float,
    design: MeanDesign,
    *,
    power: float = POWER,
    level: float = LEVEL,
    side: Sides = "two",
) -> int:
    """The units (of each arm) with which the difference is found so often.

    Raises:
        InsufficientData: No number of units does, as with too few clusters.
        UsageError: The difference is 0.
    """
    if not difference:
        raise UsageError("no sample finds a difference of 0")
    check_level(power)
    least = math.ceil(_FEWEST * (design.size or 1.0))
    if design.clusters is not None:
        least = design.clusters

    def short(n: int) -> float:
        return -mean_power(n, difference, design, level=level, side=side)

    found = least_number(short, -power, least=least, most=MOST)
    if found is None:
        looked = f"a difference of {abs(difference):g} with a power of {percent(power)}"
        if design.clusters is not None and design.icc:
            raise InsufficientData(
                f"no number of units in {design.clusters} clusters finds {looked}: only more "
                "clusters would"
            )
        raise InsufficientData(f"more than {MOST:,} units would be needed to find {looked}")
    return found


def mean_detectable(
    n: float,
    design: MeanDesign,
    *,
    power: float = POWER,
    level: float = LEVEL,
    side: Sides = "two",
) -> float:
    """The smallest mean difference that is found so often.

    Raises:
        UsageError: ``n`` has no degree of freedom.
    """
    free = design.free(n)
    if not free > 0:
        raise UsageError(f"a t test takes two units or clusters; found {n:g} units")
    return design.error(n) * _shift(
        free, check_level(power), level=sided_level(level, side), side=side
    )


@cache
def _shift(free: float, power: float, *, level: float, side: Sides) -> float:
    """By how many standard errors a mean must lie off 0 to be found so often."""
    bound = t_quantile((1 + level) / 2, free)

    def found(shift: float) -> float:
        other = noncentral_above(bound, free, -shift) if side == "two" else 0.0
        return noncentral_above(bound, free, shift) + other

    low, high = 0.0, bound
    while found(high) < power:
        low, high = high, 2 * high
    while high - low > _PRECISION:
        middle = (low + high) / 2
        low, high = (low, middle) if found(middle) >= power else (middle, high)
    return high


def normal_power(shift: float, level: float, side: Sides) -> float:
    """The power of a z test where the truth is so many standard errors from what is held."""
    bound = normal_quantile((1 + sided_level(level, side)) / 2)
    other = normal_cdf(-abs(shift) - bound) if side == "two" else 0.0
    return normal_cdf(abs(shift) - bound) + other


def noncentral_above(bound: float, free: float, shift: float) -> float:
    """The probability that a noncentral t exceeds a bound.

    The mean, over the distribution of the estimated standard error, of the normal probability
    given that error; `scipy.special.nctdtr` gives NaN where the probability is very small.

    Args:
        bound: The bound.
        free: Degrees of freedom, above 0; they need not be whole.
        shift: The noncentrality.
    """
    errors = np.sqrt(special.chdtri(free, NODES) / free)
    return float(WEIGHTS @ special.ndtr(shift - bound * errors))
