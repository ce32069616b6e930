"""How many units a comparison needs, and what a given number of them can detect.

A `level` is one minus the two-sided error rate of the test, as everywhere else.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.estimate import LEVEL
from measurand.stats.paired import McNemarMethod, mcnemar_p_values
from measurand.stats.power_parts import (
    MOST,
    POWER,
    Sides,
    check_difference,
    check_n,
    likely_counts,
    normal_power_of,
    percent,
    power_z,
    sided_level,
    sided_z,
)
from measurand.stats.quantiles import binomial_pmf, check_level, two_sided_z
from measurand.stats.rejection import Rejection

__all__ = [
    "POWER",
    "Sides",
    "mcnemar_power",
    "minimum_detectable_difference",
    "paired_exactly",
    "paired_n",
    "paired_n_exact",
    "questions_needed",
    "sided_level",
]

_PRECISION = 1e-6
"""How exactly a minimum detectable difference is found."""

_ROUNDING = 1e-9
"""How far a root that is a whole number may come out beside it."""

_EXACT = 20_000.0
"""Discordant pairs, as expected, beyond which the normal distribution errs by less than .0001."""

_KEPT = 1 << 14
"""Discordant pairs up to which the test's limits are kept in tables."""


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

    Unconditional: over the binomial number of discordant pairs, and then over their split. Beyond
    20,000 discordant pairs it is that of the normal distribution: see `paired_exactly`.

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
    found = _powers(n, discordance, method=method, level=level, side=side)(difference)
    return min(found, 1.0)  # sums of very many probabilities pass it by what rounding adds


def paired_exactly(n: int, discordance: float) -> bool:
    """Whether powers of so many pairs are summed up, and not taken by the normal distribution."""
    return n * discordance <= _EXACT


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
    found = _powers(n, discordance, method=method, level=level, side=side)

    def excess(difference: float) -> float:
        return found(difference) - power

    most = excess(discordance)
    if most < 0:
        raise InsufficientData(
            f"with {n} pairs and a discordance of {discordance:.1%} no difference is found with "
            f"a power of {percent(power)}"
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
    check_difference(difference)
    _check_pairs(1, discordance, difference)
    sd = math.sqrt(discordance - difference**2)
    reach = sided_z(level, side) * math.sqrt(discordance) + power_z(power) * sd
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
        InsufficientData: More than a hundred million would be needed.
        UsageError: The probabilities are impossible or the difference is 0.
    """

    def short(n: int) -> bool:
        found = mcnemar_power(n, discordance, difference, method=method, level=level, side=side)
        return found < power

    low, high = 0, paired_n(discordance, difference, power=power, level=level, side=side)
    while high > MOST or short(high):
        if high >= MOST:
            raise InsufficientData(f"more than {MOST:,} pairs would be needed")
        low, high = high, min(2 * high, MOST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if short(middle) else (low, middle)
    return high


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
    check_difference(difference)
    if between < 0 or min(within) < 0 or min(repeats) < 1:
        raise UsageError("variances are not negative and every question is answered at least once")
    noise = sum(variance / k for variance, k in zip(within, repeats, strict=True))
    reach = two_sided_z(level) + power_z(power)
    return max(1, math.ceil(reach**2 * (between + noise) / difference**2))


def _powers(
    n: int, discordance: float, *, method: McNemarMethod, level: float, side: Sides
) -> Callable[[float], float]:
    """The power by difference."""
    if not paired_exactly(n, discordance):
        bound, root = sided_z(level, side) * math.sqrt(discordance / n), math.sqrt(n)

        def by_normal(difference: float) -> float:
            sd = math.sqrt(max(discordance - difference**2, 0.0)) / root
            return normal_power_of(difference, bound, sd=sd, side=side)

        return by_normal
    discordant = likely_counts(n, discordance)
    critical = _critical_counts(discordant, method=method, level=sided_level(level, side))
    region = Rejection(discordant, critical)
    weights = binomial_pmf(discordant, n, discordance)

    def exact(difference: float) -> float:
        share = 0.5 + 0.5 * abs(difference) / discordance if discordance else 0.5
        rejected = region.chance(1 - share)
        if side == "two":
            rejected = rejected + region.chance(share)
        return float(weights @ rejected)

    return exact


def _critical_counts(discordant: Floats, *, method: McNemarMethod, level: float) -> Floats:
    """For each number of discordant pairs the largest smaller count that rejects; -1 if none."""
    check_level(level)
    largest = int(discordant.max(initial=1.0))
    if largest >= _KEPT:
        return _criticals(discordant, method=method, level=level)
    return _critical_table(1 << largest.bit_length(), method, level)[discordant.astype(np.intp)]


@lru_cache(maxsize=2**6)
def _critical_table(most: int, method: McNemarMethod, level: float) -> Floats:
    """The same for 0, 1, ... up to ``most`` pairs. Kept: it does not depend on the sample."""
    return _criticals(np.arange(most + 1.0), method=method, level=level)


def _criticals(discordant: Floats, *, method: McNemarMethod, level: float) -> Floats:
    error = 1 - level
    rejects, accepts = np.full_like(discordant, -1), np.floor(discordant / 2)
    while (accepts - rejects > 1).any():
        middle = np.floor((rejects + accepts) / 2)
        reject = (middle >= 0) & (mcnemar_p_values(middle, discordant, method=method) <= error)
        rejects = np.where(reject, middle, rejects)
        accepts = np.where(reject, accepts, np.maximum(middle, 0))
    return rejects


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


def _check_pairs(n: int, discordance: float, difference: float) -> None:
    check_n(n)
    if not abs(difference) <= discordance <= 1:
        raise UsageError(
            f"a difference is at most the discordance, and that at most 1; "
            f"found {difference} and {discordance}"
        )
