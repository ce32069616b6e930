"""How often two systems may differ at most for a difference to be found."""

from __future__ import annotations

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import LEVEL
from measurand.stats.paired import McNemarMethod
from measurand.stats.power import mcnemar_power
from measurand.stats.power_parts import POWER, Sides, percent
from measurand.stats.quantiles import check_level

__all__ = ["largest_discordance", "rising_difference"]

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
            f"{percent(power)}, however seldom the two differ"
        )
    if not short(high):
        return high
    while high - low > _PRECISION:
        middle = (low + high) / 2
        low, high = (low, middle) if short(middle) else (middle, high)
    return low


def rising_difference(
    n: int,
    *,
    power: float = POWER,
    method: McNemarMethod = "mid-p",
    level: float = LEVEL,
    side: Sides = "two",
) -> float:
    """The smallest difference that McNemar's test finds so often however seldom two differ.

    Where they differ on fewer units than that, nothing is found unless they come to differ on so
    many, all for the same one.

    Raises:
        InsufficientData: Not even a system that wins every pair is found.
        UsageError: ``n`` is not positive, or the power is none.
    """
    check_level(power)

    def short(difference: float) -> bool:
        at = (n, difference, difference)
        return mcnemar_power(*at, method=method, level=level, side=side) < power

    low, high = 0.0, 1.0
    if short(high):
        raise InsufficientData(f"{n} pairs find nothing with a power of {percent(power)}")
    while high - low > _PRECISION:
        middle = (low + high) / 2
        low, high = (middle, high) if short(middle) else (low, middle)
    return high
