"""Intervals for one proportion, and the sample that certifies a failure rate."""

from __future__ import annotations

import math
from typing import Literal

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.quantiles import beta_quantile, check_level, two_sided_z

__all__ = [
    "Side",
    "clopper_pearson",
    "jeffreys",
    "score_bounds",
    "unanimous_share",
    "wilson",
    "zero_failures_needed",
]

Side = Literal["two", "lower", "upper"]
"""Which bounds an interval has; a one-sided one spends its whole error on that bound."""


def wilson(successes: int, n: int, *, level: float = LEVEL) -> Estimate:
    """The score interval: the default, near its level on average for every n and p.

    Raises:
        InsufficientData: ``n`` is 0.
        UsageError: The counts are impossible.

    References:
        Wilson (1927), JASA 22, 209-212; Newcombe (1998), Stat. Med. 17, 857-872, method 3.
    """
    share = _share(successes, n)
    low, high = score_bounds(share, n, level=level)
    return Estimate(value=share, low=low, high=high, level=level, n=n, method="Wilson")


def score_bounds(share: float, size: float, *, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's bounds of a share; the size need not be a whole number.

    Args:
        share: The observed share, within 0 and 1.
        size: The effective number of independent units, above 0.
        level: The confidence level.
    """
    z2 = two_sided_z(level) ** 2
    centre = (share * size + z2 / 2) / (size + z2)
    half = math.sqrt(z2 * (size * share * (1 - share) + z2 / 4)) / (size + z2)
    low = 0.0 if share == 0 else max(0.0, centre - half)
    return low, 1.0 if share == 1 else min(1.0, centre + half)


def jeffreys(successes: int, n: int, *, level: float = LEVEL) -> Estimate:
    """The equal-tailed posterior interval under the Beta(1/2, 1/2) prior.

    With no successes the lower end is 0, with no failures the upper one is 1.

    Raises:
        InsufficientData: ``n`` is 0.
        UsageError: The counts are impossible.

    References:
        Brown, Cai and DasGupta (2001), Statistical Science 16, 101-133.
    """
    share = _share(successes, n)
    tail = (1 - check_level(level)) / 2
    a, b = successes + 0.5, n - successes + 0.5
    return Estimate(
        value=share,
        low=0.0 if successes == 0 else beta_quantile(tail, a, b),
        high=1.0 if successes == n else beta_quantile(1 - tail, a, b),
        level=level,
        n=n,
        method="Jeffreys",
    )


def clopper_pearson(
    successes: int, n: int, *, level: float = LEVEL, side: Side = "two"
) -> Estimate:
    """The exact interval, which covers at least at its level: for decisions that must not err.

    Args:
        successes: How many of the ``n`` have the property (for a failure rate: failed).
        n: How many were looked at.
        level: The confidence level.
        side: ``"upper"`` bounds the proportion from above only (low is 0), ``"lower"`` from
            below only (high is 1).

    Raises:
        InsufficientData: ``n`` is 0.
        UsageError: The counts are impossible.

    References:
        Clopper and Pearson (1934), Biometrika 26, 404-413.
    """
    share = _share(successes, n)
    error = 1 - check_level(level)
    tail = error / 2 if side == "two" else error
    low, high = 0.0, 1.0
    if side != "upper" and successes > 0:
        low = beta_quantile(tail, successes, n - successes + 1)
    if side != "lower" and successes < n:
        high = beta_quantile(1 - tail, successes + 1, n - successes)
    return Estimate(
        value=share,
        low=low,
        high=high,
        level=level,
        n=n,
        method="Clopper-Pearson" if side == "two" else f"Clopper-Pearson, {side} bound",
    )


def unanimous_share(units: float, level: float = LEVEL) -> float:
    """The least share of unanimous units that n unanimous units in n leave plausible.

    A unanimous sample has no spread to resample. Any variable in [0, 1] reaches 1 no more often
    than its mean says, so ``share ** n >= (1 - level) / 2`` bounds the mean from below whatever
    its distribution: the lower end of `clopper_pearson` of n in n.

    Args:
        units: n, at least one; an effective number need not be whole.
        level: The confidence level.
    """
    return float(((1 - check_level(level)) / 2) ** (1 / units))


def zero_failures_needed(rate: float, level: float = LEVEL) -> int:
    """The smallest n whose outcome "no failures" puts the failure rate below ``rate``.

    It is the n at which the one-sided Clopper-Pearson bound of 0 failures reaches the rate.

    Raises:
        UsageError: The rate or the level is not strictly between 0 and 1.
    """
    if not 0 < rate < 1:
        raise UsageError(f"a failure rate to certify lies strictly between 0 and 1; found {rate}")
    return math.ceil(math.log1p(-check_level(level)) / math.log1p(-rate))


def _share(successes: int, n: int) -> float:
    if n == 0:
        raise InsufficientData("there is nothing to count: the sample is empty")
    if not 0 <= successes <= n:
        raise UsageError(f"successes lie between 0 and n; found {successes} of {n}")
    return successes / n
