"""How wide an interval will be with so many units and raters, before they are rated."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, as_table
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.power import POWER
from measurand.stats.proportion import score_bounds
from measurand.stats.quantiles import check_level, normal_quantile, t_quantile, two_sided_z

__all__ = [
    "MOST_UNITS",
    "best_raters",
    "ceiling_width",
    "icc_units",
    "icc_units_above",
    "icc_width",
    "least_number",
    "mean_width",
    "rescaled_width",
    "share_width",
    "variance_parts",
]

MOST_UNITS = 1_000_000
"""Beyond so many units nobody rates, and no number is sought."""

_SCORES = np.linspace(-6.5, 6.5, 40)
_NODES = special.ndtr(_SCORES)
_WEIGHTS = np.exp(-(_SCORES**2) / 2) / np.exp(-(_SCORES**2) / 2).sum()
"""Quantiles at evenly spread normal scores: the trapezoidal rule over them errs below 1e-7, and
below 0.003 where ends are cut at 0."""
_TWO = 2
_RISES_FROM = 0.7
"""Two raters who agree so much or more need a few units more than the approximation says."""
_LEAST_UNITS = 3


def icc_units(icc: float, raters: int, width: float, *, level: float = LEVEL) -> float:
    """The units with which the interval of ICC(1,1) is about so wide, not rounded.

    Args:
        icc: The intraclass correlation to expect of single ratings.
        raters: Who rate each unit.
        width: From one end of the interval to the other.
        level: The confidence level.

    Raises:
        UsageError: An argument is impossible.

    References:
        Bonett (2002), Statistics in Medicine 21, 1331-1335, formula 3 and its correction for two
        raters.
    """
    _check(icc, raters)
    if not width > 0:
        raise UsageError(f"an interval is more than 0 wide; found {width:g}")
    z = two_sided_z(level)
    spread = (1 - icc) * (1 + (raters - 1) * icc)
    units = 8 * (z * spread / width) ** 2 / (raters * (raters - 1)) + 1
    return units + (5 * icc if raters == _TWO and icc >= _RISES_FROM else 0.0)


def icc_units_above(
    icc: float, bound: float, raters: int, *, power: float = POWER, level: float = LEVEL
) -> float:
    """The units with which the lower end of ICC(1,1) exceeds a bound so often, not rounded.

    Args:
        icc: The intraclass correlation to expect of single ratings.
        bound: What its lower end is to exceed; below `icc`.
        raters: Who rate each unit.
        power: How often.
        level: Of the two-sided interval.

    Raises:
        UsageError: An argument is impossible.

    References:
        Walter, Eliasziw and Donner (1998), Statistics in Medicine 17, 101-110.
    """
    _check(icc, raters)
    if not 0 <= bound < icc:
        raise UsageError(f"the bound lies from 0 to below what is expected; found {bound:g}")
    z = two_sided_z(level) + normal_quantile(check_level(power))
    gap = math.log(_ratio(icc, raters) / _ratio(bound, raters))
    return 1 + 2 * z**2 * raters / (gap**2 * (raters - 1))


def icc_width(icc: float, units: float, raters: float, *, level: float = LEVEL) -> float:
    """The mean width of the F interval of ICC(1,1), over samples of normal ratings.

    Args:
        icc: The intraclass correlation to expect of single ratings.
        units: How many are rated.
        raters: Who rate each unit.
        level: The confidence level.

    Raises:
        UsageError: An argument is impossible.

    References:
        Shrout and Fleiss (1979), Psychological Bulletin 86, for the interval; its mean is taken
        over the distribution of the ratio of mean squares, which is F up to a factor.
    """
    low, high = _ends(icc, units, raters, level=level)
    return float(_WEIGHTS @ (high - low))


def ceiling_width(icc: float, units: float, raters: float, *, level: float = LEVEL) -> float:
    """The mean width of the interval of the ceiling of a correlation with the raters' mean.

    Args:
        icc: The intraclass correlation to expect of single ratings; above 0.
        units: How many are rated.
        raters: Who rate each unit, and whose mean is the truth.
        level: The confidence level.

    Raises:
        UsageError: An argument is impossible.
    """
    ends = (np.maximum(end, 0.0) for end in _ends(icc, units, raters, level=level))
    low, high = (np.sqrt(raters * end / (1 + (raters - 1) * end)) for end in ends)
    return float(_WEIGHTS @ (high - low))


def rescaled_width(
    measured: Estimate, units: float, *, raters: tuple[float, float] | None = None
) -> float:
    """How wide the measured interval of an agreement coefficient will be with other numbers.

    The logarithm of one minus the coefficient has a spread that falls with the root of the units,
    and with raters as that of an intraclass correlation r does: as
    ``(1 + (k - 1) r) / sqrt(k (k - 1))``.

    Args:
        measured: The coefficient in a pilot, at most 1, with its interval over units.
        units: How many will be rated.
        raters: Who rated each unit in the pilot and who will; None where that stays.

    Raises:
        InsufficientData: There is no such interval, or it says that nothing was disputed.

    References:
        Fisher (1925), *Statistical Methods for Research Workers*, section 39, for the dependence
        on raters; Krippendorff's alpha of interval data is an intraclass correlation but for
        terms of order 1/n.
    """
    value, low, high = measured.value, measured.low, measured.high
    if value is None or low is None or high is None:
        raise InsufficientData(measured.reason or "nothing was measured")
    if value >= 1 or low >= value:
        raise InsufficientData("no unit of the pilot was disputed, so its interval has no scale")
    factor = math.sqrt(measured.n / units)
    factor *= t_quantile((1 + measured.level) / 2, max(units - 1, 1))
    factor /= t_quantile((1 + measured.level) / 2, max(measured.n - 1, 1))
    if raters is not None:
        factor *= _per_raters(value, raters[1]) / _per_raters(value, raters[0])
    up = (1 - low) / (1 - value)
    down = (1 - high) / (1 - value) if high < 1 else 1 / up  # an end that was cut says nothing
    return float((1 - value) * (up**factor - down**factor))


def mean_width(
    between: float, within: float, *, units: float, raters: float, level: float = LEVEL
) -> float:
    """The width of the interval of a mean over units, each of which has the mean of its raters.

    Args:
        between: The variance of units' expected ratings.
        within: The variance of ratings of one unit.
        units: How many are rated.
        raters: Who rate each; infinite is allowed, and leaves what only more units narrow.
        level: The confidence level.

    Raises:
        UsageError: A variance is negative, or there are fewer than two units.

    References:
        Cochran (1977), *Sampling Techniques*, 3rd ed., section 10.3.
    """
    if between < 0 or within < 0 or units < _TWO or not raters > 0:
        raise UsageError("variances are not negative, and two units are the fewest")
    variance = (between + within / raters) / units
    return 2 * t_quantile((1 + level) / 2, units - 1) * math.sqrt(variance)


def best_raters(between: float, within: float, *, unit_cost: float, rating_cost: float) -> float:
    """The raters a unit that make a mean most precise for the money, not rounded.

    Args:
        between: The variance of units' expected ratings; above 0.
        within: The variance of ratings of one unit.
        unit_cost: What a unit costs before anybody rates it.
        rating_cost: What a rating costs; above 0.

    Returns:
        Often below 1: then one rater a unit, and more units, is best.

    Raises:
        UsageError: A variance or a cost is impossible.

    References:
        Cochran (1977), *Sampling Techniques*, 3rd ed., section 10.6.
    """
    if not (between > 0 and within >= 0 and unit_cost >= 0 and rating_cost > 0):
        raise UsageError("the spread of units and the cost of a rating are above 0")
    return math.sqrt(unit_cost / rating_cost * within / between)


def share_width(share: float, units: float, *, level: float = LEVEL) -> float:
    """The width of Wilson's interval of a share.

    Args:
        share: The share to expect, from 0 to 1; at 0.5 the interval is widest.
        units: How many are looked at.
        level: The confidence level.
    """
    low, high = score_bounds(share, units, level=level)
    return float(high - low)


def least_number(
    width: Callable[[int], float], wanted: float, *, least: int, most: int = MOST_UNITS
) -> int | None:
    """The smallest number from which on an interval is at most so wide.

    Args:
        width: The width by number, which falls as the number grows.
        wanted: The width to reach.
        least: The smallest number that is sought.
        most: The largest.

    Returns:
        None where not even the largest does.
    """
    if width(least) <= wanted:
        return least
    if width(most) > wanted:
        return None
    low, high = least, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if width(middle) <= wanted else (middle, high)
    return high


def variance_parts(ratings: ArrayLike) -> tuple[float, float]:
    """The variance between units and that of ratings within one, from any numbers of ratings.

    Args:
        ratings: Shape (units, raters); NaN marks a rating that was not given.

    Returns:
        Between, not below 0, and within.

    Raises:
        InsufficientData: Fewer than three units, or none with two ratings.
        UsageError: The ratings are not a finite two-dimensional table.

    References:
        Searle, Casella and McCulloch (1992), *Variance Components*, section 3.6.
    """
    table = as_table(np.asarray(ratings, dtype=np.float64))
    table = table[~np.isnan(table).all(axis=1)]
    size = (~np.isnan(table)).sum(axis=1).astype(np.float64)
    units, total = len(table), float(size.sum())
    if units < _LEAST_UNITS or total <= units:
        raise InsufficientData(
            "the spread between units and within them takes three units, some rated twice; "
            f"found {units} with {total:.0f} ratings"
        )
    means = np.nansum(table, axis=1) / size
    inside = float(np.nansum((table - means[:, None]) ** 2)) / (total - units)
    centre = float(np.nansum(table)) / total
    across = float(size @ (means - centre) ** 2) / (units - 1)
    usual = (total - float(size @ size) / total) / (units - 1)
    return max(0.0, (across - inside) / usual), inside


def _ends(icc: float, units: float, raters: float, *, level: float) -> tuple[Floats, Floats]:
    """Both ends of the F interval at the nodes of the ratio of mean squares."""
    _check(icc, raters)
    if units < _LEAST_UNITS:
        raise UsageError(f"an interval takes three units; found {units:g}")
    free = units - 1, units * (raters - 1)
    tail = (1 + check_level(level)) / 2
    ratio = _ratio(icc, raters) * special.fdtri(*free, _NODES)
    low = ratio / float(special.fdtri(*free, tail))
    high = ratio * float(special.fdtri(*free[::-1], tail))
    return (low - 1) / (low + raters - 1), (high - 1) / (high + raters - 1)


def _ratio(icc: float, raters: float) -> float:
    """The expected mean square between units over that within."""
    return (1 + (raters - 1) * icc) / (1 - icc)


def _per_raters(icc: float, raters: float) -> float:
    """How the standard error of log(1 - r) depends on raters."""
    if raters < _TWO:
        raise InsufficientData(f"agreement takes two raters a unit; found {raters:g}")
    if math.isinf(raters):
        return abs(icc)
    return abs(1 + (raters - 1) * icc) / math.sqrt(raters * (raters - 1))


def _check(icc: float, raters: float) -> None:
    if raters < _TWO or not -1 / (raters - 1) < icc < 1:
        raise UsageError(
            f"raters are two or more and their correlation is below 1 and above -1/(k - 1); "
            f"found {raters:g} and {icc:g}"
        )
