"""What all powers have in common: sides, levels, and the counts that a binomial may give."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from measurand.errors import UsageError
from measurand.stats.arrays import Floats
from measurand.stats.quantiles import check_level, normal_cdf, normal_quantile, two_sided_z

__all__ = [
    "MOST",
    "POWER",
    "Sides",
    "check_difference",
    "check_n",
    "likely_counts",
    "normal_power_of",
    "percent",
    "power_z",
    "sided_level",
    "sided_z",
]

Sides = Literal["two", "one"]
"""Whether a test looks to both sides, or only for a difference of the sign that is expected."""

POWER = 0.8
"""The power wherever none is asked for."""

MOST = 100_000_000
"""Units beyond which no number of them is sought."""

_HALF = 0.5
_FAR = 9.0
"""Standard deviations beyond which a binomial has no mass that a float could show."""


def sided_level(level: float, side: Sides) -> float:
    """The level of the two-sided test whose one side errs as often as a test of this level may.

    Raises:
        UsageError: The level is impossible; a one-sided one is not above 0.5.
    """
    check_level(level)
    if side == "two":
        return level
    if level <= _HALF:
        raise UsageError(f"the level of a one-sided test is above 0.5; found {level}")
    return 2 * level - 1


def sided_z(level: float, side: Sides) -> float:
    """The critical value of a z test."""
    return two_sided_z(sided_level(level, side))


def power_z(power: float) -> float:
    """The quantile of a power."""
    return normal_quantile(check_level(power))


def normal_power_of(reach: float, bound: float, *, sd: float, side: Sides) -> float:
    """How often a z test rejects, its spread under the truth being another than under equality.

    Args:
        reach: The true difference.
        bound: The smallest difference that is found.
        sd: The standard error of the difference that is seen; 0 where it is certain.
        side: Whether differences of either sign count as found.
    """
    if not sd:
        return float(abs(reach) >= bound)
    below = normal_cdf((-abs(reach) - bound) / sd) if side == "two" else 0.0
    return normal_cdf((abs(reach) - bound) / sd) + below


def likely_counts(n: int, p: float) -> Floats:
    """The counts out of ``n`` that have any mass to speak of."""
    reach = _FAR * math.sqrt(n * p * (1 - p)) + _FAR
    return np.arange(max(0, math.floor(n * p - reach)), min(n, math.ceil(n * p + reach)) + 1.0)


def percent(share: float) -> str:
    """A power in as many digits as it was given in: 80%, 99.99%."""
    return f"{100 * share:.10g}%"


def check_n(n: int) -> None:
    """Refuse a sample without units.

    Raises:
        UsageError: There is none.
    """
    if n < 1:
        raise UsageError(f"a sample has at least one unit; found {n}")


def check_difference(difference: float) -> None:
    """Refuse to look for a difference of 0.

    Raises:
        UsageError: It is 0.
    """
    if difference == 0:
        raise UsageError("no sample finds a difference of 0")
