"""How many units a comparison needs, and what a given number of them can detect.

A `level` is one minus the two-sided error rate of the test, as everywhere else.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

import numpy as np

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.estimate import LEVEL
from measurand.stats.paired import McNemarMethod, mcnemar_p_values
from measurand.stats.quantiles import (
    binomial_cdf,
    binomial_pmf,
    check_level,
    normal_quantile,
    two_sided_z,
)
from measurand.stats.rejection import Rejection

__all__ = [
    "POWER",
    "Sides",
    "mcnemar_power",
    "minimum_detectable_difference",
    "paired_n",
    "paired_n_exact",
    "questions_needed",
    "sided_level",
    "unpaired_n",
    "unpaired_power",
]

Sides = Literal["two", "one"]
"""Whether a test looks to both sides, or only for a difference of the sign that is expected."""

POWER = 0.8
"""The power wherever none is asked for."""

_PRECISION = 1e-6
"""How exactly a minimum detectable difference is found."""

_HALF = 0.5

_ROUNDING = 1e-9
"""How far a root that is a whole number may come out beside it."""

_FAR = 9.0
"""Standard deviations beyond which a binomial has no mass that a float could show."""


def mcnemar_power(
    n: int,
    discordance: float,
    difference: float,
    *,
    method: McNemarMethod = "mid-p",
    level: float = LEVEL,
    side: Sides = "two",
) -> float:
    """The exact probability that McNemar's test rejects; at difference 0 its actual level.

    Unconditional: over the binomial number of discordant pairs, and then over their split.

    Args:
        n: Pairs.
        discordance: The share of units on which exactly one of the two succeeds.
        difference: The difference of the two success rates, at most the discordance.
        method: Which version of the test.
        level: One minus the error rate.
        side: Whether only the expected sign counts as found.

    Raises:
        UsageError: The probabilities are impossible or ``n`` is not positive.
    """
    _check_pairs(n, discordance, difference)
    discordant = _likely_counts(n, discordance)
    critical = _critical_counts(discordant, method=method, level=sided_level(level, side))
    region = Rejection(discordant, critical)
    return _power(n, discordance, difference, region=region, side=side)


def minimum_detectable_difference(
    n: int,
    discordance: float,
    *,
    power: float = POWER,
    method: McNemarMethod = "mid-p",
    level: float = LEVEL,
    side: Sides = "two",
) -> float:
    """The smallest difference that McNemar's test on ``n`` pairs finds with this power.

    Raises:
        InsufficientData: Not even a difference as large as the discordance is found.
        UsageError: As for `mcnemar_power`.
    """
    check_level(power)
    _check_pairs(n, discordance, discordance)
    discordant = _likely_counts(n, discordance)
    critical = _critical_counts(discordant, method=method, level=sided_level(level, side))
    region = Rejection(discordant, critical)

    def excess(difference: float) -> float:
        return _power(n, discordance, difference, region=region, side=side) - power

    most = excess(discordance)
    if most < 0:
        raise InsufficientData(
            f"with {n} pairs and a discordance of {discordance:.1%} no difference is found with "
            f"a power of {power:.0%}"
        )
    return _upper_end(excess, (0.0, excess(0.0)), (discordance, most))


def paired_n(
    discordance: float,
    difference: float,
    *,
    power: float = POWER,
    level: float = LEVEL,
    side: Sides = "two",
) -> int:
    """The pairs needed by the normal approximation to McNemar's test.

    Raises:
        UsageError: The probabilities are impossible or the difference is 0.

    References:
        Connor (1987), Biometrics 43, 207-211.
    """
    _check_difference(difference)
    _check_pairs(1, discordance, difference)
    sd = math.sqrt(discordance - difference**2)
    reach = _z(level, side) * math.sqrt(discordance) + _power_z(power) * sd
    return max(1, math.ceil(reach**2 / difference**2 - _ROUNDING))


def paired_n_exact(
    discordance: float,
    difference: float,
    *,
    power: float = POWER,
    method: McNemarMethod = "mid-p",
    level: float = LEVEL,
    side: Sides = "two",
) -> int:
    """The pairs with which the exact power of McNemar's test reaches ``power``.

    The answer has the power and one pair less has not. Averaged over the number of discordant
    pairs power rises with n, but for ripples among the smallest samples.

    Raises:
        UsageError: The probabilities are impossible or the difference is 0.
    """

    def short(n: int) -> bool:
        found = mcnemar_power(n, discordance, difference, method=method, level=level, side=side)
        return found < power

    low, high = 0, paired_n(discordance, difference, power=power, level=level, side=side)
    while short(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if short(middle) else (low, middle)
    return high


def unpaired_n(
    first: float,
    second: float,
    *,
    power: float = POWER,
    level: float = LEVEL,
    side: Sides = "two",
) -> int:
    """The units per arm needed by the pooled z test of two independent proportions.

    Raises:
        UsageError: The proportions are impossible or equal.

    References:
        Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, 4.2.
    """
    _check_shares(first, second)
    _check_difference(first - second)
    mean = (first + second) / 2
    pooled = math.sqrt(2 * mean * (1 - mean))
    separate = math.sqrt(first * (1 - first) + second * (1 - second))
    reach = _z(level, side) * pooled + _power_z(power) * separate
    return math.ceil(reach**2 / (first - second) ** 2)


def unpaired_power(
    n: int, first: float, second: float, *, level: float = LEVEL, side: Sides = "two"
) -> float:
    """The exact probability that the pooled z test rejects, with ``n`` units in each arm.

    For every count of the first arm the accepted counts of the second are those between the
    roots of a quadratic.

    Raises:
        UsageError: The proportions are impossible or ``n`` is not positive.
    """
    _check_shares(first, second)
    _check_n(n)
    z2 = _z(level, side) ** 2
    x = _likely_counts(n, first)
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


def questions_needed(
    difference: float,
    *,
    between: float,
    within: tuple[float, float] = (0.0, 0.0),
    repeats: tuple[int, int] = (1, 1),
    power: float = POWER,
    level: float = LEVEL,
) -> int:
    """The questions needed to compare two systems that answer each several times.

    Args:
        difference: The difference of mean scores to find.
        between: The variance over questions of the difference of expected scores.
        within: For either system the variance of its score on one question, over repeats.
        repeats: How often either system answers each question.
        power: The probability of finding the difference.
        level: One minus the two-sided error rate.

    Raises:
        UsageError: A variance is negative, no repeats, or the difference is 0.

    References:
        Miller (2024), Adding Error Bars to Evals, arXiv:2411.00640, section 5.
    """
    _check_difference(difference)
    if between < 0 or min(within) < 0 or min(repeats) < 1:
        raise UsageError("variances are not negative and every question is answered at least once")
    noise = sum(variance / k for variance, k in zip(within, repeats, strict=True))
    reach = two_sided_z(level) + _power_z(power)
    return max(1, math.ceil(reach**2 * (between + noise) / difference**2))


def sided_level(level: float, side: Sides) -> float:
    """The level of the two-sided test whose one side errs as often as a test of this level may.

    Raises:
        UsageError: The level is impossible; a one-sided one is above 0.5.
    """
    check_level(level)
    if side == "two":
        return level
    if level <= _HALF:
        raise UsageError(f"the level of a one-sided test is above 0.5; found {level}")
    return 2 * level - 1


def _z(level: float, side: Sides) -> float:
    return two_sided_z(sided_level(level, side))


def _power_z(power: float) -> float:
    return normal_quantile(check_level(power))


def _likely_counts(n: int, p: float) -> Floats:
    """The counts out of ``n`` that have any mass to speak of."""
    reach = _FAR * math.sqrt(n * p * (1 - p)) + _FAR
    return np.arange(max(0, math.floor(n * p - reach)), min(n, math.ceil(n * p + reach)) + 1.0)


def _critical_counts(discordant: Floats, *, method: McNemarMethod, level: float) -> Floats:
    """For each number of discordant pairs the largest smaller count that rejects; -1 if none."""
    check_level(level)
    most = 1 << int(discordant.max(initial=1.0)).bit_length()
    return _critical_table(most, method, level)[discordant.astype(np.intp)]


@lru_cache(maxsize=2**6)
def _critical_table(most: int, method: McNemarMethod, level: float) -> Floats:
    """The same for 0, 1, ... up to ``most`` pairs. Kept: it does not depend on the sample."""
    error, discordant = 1 - level, np.arange(most + 1.0)
    rejects, accepts = np.full_like(discordant, -1), np.floor(discordant / 2)
    while (accepts - rejects > 1).any():
        middle = np.floor((rejects + accepts) / 2)
        reject = (middle >= 0) & (mcnemar_p_values(middle, discordant, method=method) <= error)
        rejects = np.where(reject, middle, rejects)
        accepts = np.where(reject, accepts, np.maximum(middle, 0))
    return rejects


def _power(
    n: int,
    discordance: float,
    difference: float,
    *,
    region: Rejection,
    side: Sides,
) -> float:
    """Sum up the rejection probability over the numbers of discordant pairs."""
    share = 0.5 + 0.5 * abs(difference) / discordance if discordance else 0.5
    rejected = region.chance(1 - share)
    if side == "two":
        rejected = rejected + region.chance(share)
    return float(binomial_pmf(region.discordant, n, discordance) @ rejected)


def _upper_end(
    excess: Callable[[float], float], low: tuple[float, float], high: tuple[float, float]
) -> float:
    """Where a rising function reaches 0, from above and to the precision, with few evaluations.

    References:
        Dowell and Jarratt (1971), BIT 11, 168-174: the Illinois method.
    """
    (a, below), (b, above) = low, high
    moved = 0
    while b - a > _PRECISION:
        at = (a * above - b * below) / (above - below) if above > below else (a + b) / 2
        # At least so far from either end, so that the bracket closes around the root.
        at = min(max(at, a + _PRECISION / 2), b - _PRECISION / 2)
        found = excess(at)
        if found < 0:
            a, below, above = at, found, above / 2 if moved < 0 else above
            moved = -1
        else:
            b, above, below = at, found, below / 2 if moved > 0 else below
            moved = 1
    return b


def _check_n(n: int) -> None:
    if n < 1:
        raise UsageError(f"a sample has at least one unit; found {n}")


def _check_difference(difference: float) -> None:
    if difference == 0:
        raise UsageError("no sample finds a difference of 0")


def _check_pairs(n: int, discordance: float, difference: float) -> None:
    _check_n(n)
    if not abs(difference) <= discordance <= 1:
        raise UsageError(
            f"a difference is at most the discordance, and that at most 1; "
            f"found {difference} and {discordance}"
        )


def _check_shares(first: float, second: float) -> None:
    if not (0 <= first <= 1 and 0 <= second <= 1):
        raise UsageError(f"proportions lie between 0 and 1; found {first} and {second}")
