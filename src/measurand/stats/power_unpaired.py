"""How many units two systems need that have units of their own, on yes or no."""

from __future__ import annotations

import math

import numpy as np

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import LEVEL
from measurand.stats.power_parts import (
    MOST,
    POWER,
    Sides,
    check_difference,
    check_n,
    likely_counts,
    normal_power_of,
    power_z,
    sided_z,
)
from measurand.stats.quantiles import binomial_cdf, binomial_pmf

__all__ = ["unpaired_exactly", "unpaired_n", "unpaired_n_exact", "unpaired_power"]

_ROUNDING = 1e-9
"""How far a root that is a whole number may come out beside it."""
_EXACT = 25_000.0
"""The variance of a count beyond which the normal distribution errs by less than .001."""


def unpaired_n(
    first: float,
    second: float,
    *,
    power: float = POWER,
    level: float = LEVEL,
    side: Sides = "two",
) -> int:
    """The units per arm needed by the formula of the pooled z test of two proportions.

    It errs either way; `unpaired_n_exact` has the power.

    Raises:
        UsageError: The proportions are impossible or equal.

    References:
        Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, 4.2.
    """
    _check_shares(first, second)
    check_difference(first - second)
    pooled, separate = _spreads(first, second)
    reach = sided_z(level, side) * pooled + power_z(power) * separate
    return math.ceil(reach**2 / (first - second) ** 2)


def unpaired_n_exact(
    first: float,
    second: float,
    *,
    power: float = POWER,
    level: float = LEVEL,
    side: Sides = "two",
) -> int:
    """The units per arm with which the power of the pooled z test reaches ``power``.

    The answer has the power and one unit less has not. Among the smallest samples power does not
    rise evenly with n.

    Raises:
        InsufficientData: More than a hundred million would be needed.
        UsageError: The proportions are impossible or equal.
    """

    def short(n: int) -> bool:
        return unpaired_power(n, first, second, level=level, side=side) < power

    low, high = 0, unpaired_n(first, second, power=power, level=level, side=side)
    while high > MOST or short(high):
        if high >= MOST:
            raise InsufficientData(f"more than {MOST:,} units of each system would be needed")
        low, high = high, min(2 * high, MOST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if short(middle) else (low, middle)
    return high


def unpaired_exactly(n: int, first: float) -> bool:
    """Whether `unpaired_power` sums over all tables, and not by the normal distribution."""
    return n * first * (1 - first) <= _EXACT


def unpaired_power(
    n: int, first: float, second: float, *, level: float = LEVEL, side: Sides = "two"
) -> float:
    """The probability that the pooled z test rejects, with ``n`` units in each arm.

    Exact: for every count of the first arm the accepted counts of the second are those between
    the roots of a quadratic. Of very many units by the normal distribution.

    Raises:
        UsageError: The proportions are impossible or ``n`` is not positive.
    """
    _check_shares(first, second)
    check_n(n)
    z = sided_z(level, side)
    if not unpaired_exactly(n, first):
        pooled, separate = (spread / math.sqrt(n) for spread in _spreads(first, second))
        return normal_power_of(second - first, z * pooled, sd=separate, side=side)
    z2 = z**2
    x = likely_counts(n, first)
    # Accepted: 2 n (x - y)^2 <= z^2 (x + y) (2 n - x - y), a quadratic in y.
    a = 2 * n + z2
    half_b = (z2 - 2 * n) * x - n * z2
    c = a * x**2 - 2 * n * z2 * x
    root = np.sqrt(np.maximum(half_b**2 - a * c, 0))
    lowest = np.ceil((-half_b - root) / a - _ROUNDING)
    highest = np.floor((-half_b + root) / a + _ROUNDING)
    above = 1 - binomial_cdf(highest, n, second)
    below = binomial_cdf(lowest - 1, n, second)
    if side == "one":
        return float(binomial_pmf(x, n, first) @ (above if second > first else below))
    return float(binomial_pmf(x, n, first) @ (above + below))


def _spreads(first: float, second: float) -> tuple[float, float]:
    """The standard deviation of a difference of two units, were both alike, and as they are."""
    mean = (first + second) / 2
    return math.sqrt(2 * mean * (1 - mean)), math.sqrt(first * (1 - first) + second * (1 - second))


def _check_shares(first: float, second: float) -> None:
    if not (0 <= first <= 1 and 0 <= second <= 1):
        raise UsageError(f"proportions lie between 0 and 1; found {first} and {second}")
