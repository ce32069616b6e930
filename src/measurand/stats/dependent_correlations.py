"""Two correlations that share a variable: which of two benchmarks predicts an outcome better?

All of these take correlations that are already known, with the number of units. Where the values
themselves are at hand, `measurand.stats.correlation_difference` is for values of any shape.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from measurand.errors import InsufficientData, UsageError
from measurand.stats.correlation_pairs import PERFECT, around
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.quantiles import (
    check_level,
    normal_cdf,
    normal_quantile,
    t_quantile,
    two_sided_t,
    two_sided_z,
)

__all__ = [
    "FEWEST",
    "Overlapping",
    "Tested",
    "joined",
    "overlapping_difference",
    "overlapping_n",
    "steiger_z",
    "together",
    "williams_t",
]

FEWEST = 5
"""Units from which on two correlations that share a variable are compared."""

_MOST = 1_000_000
"""Beyond so many units a number of them would be no plan."""

_ROUNDING = 1e-10
"""A determinant as near to 0 is that of three variables of which one is a sum of the others."""


class Overlapping(NamedTuple):
    """Two correlations with one outcome, and that between the two predictors.

    Args:
        first: Of the first predictor with the outcome.
        second: Of the second.
        between: Of the two predictors.
    """

    first: float
    second: float
    between: float


class Tested(NamedTuple):
    """A test of whether two correlations are equal.

    Args:
        statistic: Negative where the first is the smaller.
        df: Its degrees of freedom; None where it is normal.
        p: Two-sided.
    """

    statistic: float
    df: int | None
    p: float


def williams_t(r: Overlapping, n: int) -> Tested:
    """Williams' test, as Steiger recommends it for two correlations that share a variable.

    Raises:
        InsufficientData: Fewer than five units; a correlation of 1 or -1; or no spread is left.
        UsageError: Three such correlations cannot be of the same units.

    References:
        Williams (1959), Journal of the Royal Statistical Society B 21, 396-399; Steiger (1980),
        Psychological Bulletin 87, 245-251, equation 7.
    """
    left = _determinant(r, n)
    mean = (r.first + r.second) / 2
    spread = 2 * (n - 1) / (n - 3) * left + mean**2 * (1 - r.between) ** 3
    if spread <= _ROUNDING:
        raise InsufficientData("what is predicted is the difference of the two that predict it")
    t = (r.first - r.second) * math.sqrt((n - 1) * (1 + r.between) / spread)
    return Tested(t, n - 3, two_sided_t(t, n - 3))


def steiger_z(r: Overlapping, n: int) -> Tested:
    """Steiger's test on Fisher's scale, with the mean of both in the covariance.

    Raises:
        InsufficientData: As for `williams_t`.
        UsageError: As for `williams_t`.

    References:
        Steiger (1980), Psychological Bulletin 87, 245-251, equation 14.
    """
    _determinant(r, n)
    mean = (r.first + r.second) / 2
    common = together(mean, mean, r.between)
    if common > PERFECT:
        raise InsufficientData("what is predicted is the sum of the two that predict it")
    apart = math.atanh(r.first) - math.atanh(r.second)
    z = apart * math.sqrt((n - 3) / (2 - 2 * common))
    return Tested(z, None, 2 * normal_cdf(-abs(z)))


def overlapping_difference(r: Overlapping, n: int, *, level: float = LEVEL) -> Estimate:
    """How much larger the first correlation is than the second, with Zou's interval.

    Raises:
        InsufficientData: As for `williams_t`.
        UsageError: As for `williams_t`.

    References:
        Zou (2007), Psychological Methods 12, 399-413, equations 13 and 15.
    """
    check_level(level)
    _determinant(r, n)
    half = two_sided_z(level) / math.sqrt(n - 3)
    low, high = joined((r.first, r.second), (half, half), together(*r))
    return Estimate(
        value=r.first - r.second, low=low, high=high, level=level, n=n, method="Zou, Fisher z"
    )


def overlapping_n(r: Overlapping, *, power: float = 0.8, level: float = LEVEL) -> int:
    """How many units Williams' test takes to tell two correlations apart, if they are these.

    Args:
        r: The true correlations.
        power: How likely it is to be; at 0.5 it is about where these very values are significant.
        level: One minus the error rate of the test, two-sided.

    Raises:
        InsufficientData: They are equal, or so near that a million units would not do.
        UsageError: The correlations are impossible, or the power is.
    """
    reach = normal_quantile(check_level(power))

    def shown(n: int) -> bool:
        wanted = t_quantile((1 + check_level(level)) / 2, n - 3) + reach
        return abs(williams_t(r, n).statistic) >= wanted

    low, high = FEWEST - 1, FEWEST
    while not shown(high):
        low, high = high, 2 * high
        if high > _MOST:
            raise InsufficientData(
                f"{r.first:g} and {r.second:g} are not told apart by any reasonable number of units"
            )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if shown(middle) else (middle, high)
    return high


def together(one: float, two: float, between: float) -> float:
    """The correlation between two correlations that share a variable, on Fisher's scale.

    References:
        Steiger (1980), Psychological Bulletin 87, 245-251, equation 3; Zou (2007), equation 15.
    """
    squares = one**2 + two**2 + between**2
    above = (between - one * two / 2) * (1 - squares) + between**3
    return above / ((1 - one**2) * (1 - two**2))


def joined(
    r: tuple[float, float], reach: tuple[float, float], common: float
) -> tuple[float, float]:
    """The interval of the difference of two correlations; Zou, equation 13.

    Args:
        r: Both correlations.
        reach: How far the interval of each goes on Fisher's scale.
        common: The correlation of their errors.
    """
    (low, high), (other_low, other_high) = map(around, r, reach)
    below, above = r[0] - low, high - r[0]
    other_below, other_above = r[1] - other_low, other_high - r[1]
    down = below**2 + other_above**2 - 2 * common * below * other_above
    up = above**2 + other_below**2 - 2 * common * above * other_below
    apart = r[0] - r[1]
    return apart - math.sqrt(max(down, 0.0)), apart + math.sqrt(max(up, 0.0))


def _determinant(r: Overlapping, n: int) -> float:
    """The determinant of the three, after refusing what cannot be compared."""
    if not all(-1 <= one <= 1 for one in r):
        raise UsageError(f"correlations lie between -1 and 1; found {tuple(r)}")
    if n < FEWEST:
        raise InsufficientData(f"two correlations take {FEWEST} units to compare; {n} here")
    if max(map(abs, r)) > PERFECT:
        raise InsufficientData("one of the three correlations is perfect")
    one, two, between = r
    left = 1 - one**2 - two**2 - between**2 + 2 * one * two * between
    if left < -_ROUNDING:
        raise UsageError(
            f"no three variables have the correlations {one:g}, {two:g} and {between:g}"
        )
    return left if left > _ROUNDING else 0.0
