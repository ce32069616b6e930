"""How often two systems may differ at most for a difference to be found."""

from __future__ import annotations

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import LEVEL
from measurand.stats.paired import McNemarMethod
from measurand.stats.power import POWER, Sides, mcnemar_power
from measurand.stats.quantiles import check_level

__all__ = ["largest_discordance"]

_PRECISION = 1e-6


def largest_discordance(
    n: int,
    difference: float,
    *,
    power: float = POWER,
    method: McNemarMethod = "mid-p",
    level: float = LEVEL,
    side: Sides = "two",
) -> float:
    """The largest discordance at which McNemar's test on ``n`` pairs still has this power.

    The more often two systems differ, the more a difference of their rates drowns in it.

    Raises:
        InsufficientData: The power is not reached however seldom the two differ.
        UsageError: As for `mcnemar_power`, or the difference is 0.
    """
    if not difference:
        raise UsageError("no sample finds a difference of 0")
    check_level(power)

    def short(discordance: float) -> bool:
        found = mcnemar_power(n, discordance, difference, method=method, level=level, side=side)
        return found < power

    low, high = abs(difference), 1.0
    if short(low):
        raise InsufficientData(
            f"with {n} pairs a difference of {abs(difference):.1%} is not found with a power of "
            f"{power:.0%}, however seldom the two differ"
        )
    if not short(high):
        return high
    while high - low > _PRECISION:
        middle = (low + high) / 2
        low, high = (low, middle) if short(middle) else (middle, high)
    return low
