"""How many examples prove that failures are rare, and what so many can prove."""

from __future__ import annotations

import math

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import LEVEL
from measurand.stats.power_parts import MOST, check_n
from measurand.stats.precision import least_number
from measurand.stats.proportion import clopper_pearson, zero_failures_needed
from measurand.stats.quantiles import binomial_cdf

__all__ = ["examples_for_rate", "failures_allowed", "rate_power"]


def examples_for_rate(rate: float, failures: int = 0, *, level: float = LEVEL) -> int:
    """The examples with which so many failures still put the rate below, one-sided and exact.

    Args:
        rate: The failure rate to prove, strictly between 0 and 1.
        failures: That turn up.
        level: Of the one-sided Clopper-Pearson bound.

    Raises:
        InsufficientData: More than a hundred million would be needed.
        UsageError: The rate is none, or failures are negative.
    """
    least = zero_failures_needed(rate, level)
    if failures < 0:
        raise UsageError(f"failures are 0 or more; found {failures}")
    start = max(least, failures + 1, math.ceil(failures / rate))
    if start > MOST:
        raise InsufficientData(f"more than {MOST:,} examples would be needed")
    if not failures:
        return least

    def bound(n: int) -> float:
        return clopper_pearson(failures, n, level=level, side="upper").high or 1.0

    found = least_number(bound, rate, least=start, most=MOST)
    if found is None:
        raise InsufficientData(f"more than {MOST:,} examples would be needed")
    return found


def failures_allowed(rate: float, n: int, *, level: float = LEVEL) -> int | None:
    """The most failures in ``n`` examples that still prove the rate; None where not even 0 do.

    Raises:
        UsageError: The rate is none, or ``n`` is not positive.
    """
    check_n(n)
    if n < zero_failures_needed(rate, level):
        return None
    low, high = 0, n
    while high - low > 1:
        middle = (low + high) // 2
        bound = clopper_pearson(middle, n, level=level, side="upper").high or 0.0
        low, high = (middle, high) if bound <= rate else (low, middle)
    return low


def rate_power(rate: float, n: int, true: float, *, level: float = LEVEL) -> float:
    """The exact probability that ``n`` examples prove the rate, where the true one is lower.

    Raises:
        UsageError: A rate is none, or ``n`` is not positive.
    """
    if not 0 <= true <= 1:
        raise UsageError(f"a failure rate lies from 0 to 1; found {true}")
    allowed = failures_allowed(rate, n, level=level)
    return 0.0 if allowed is None else float(binomial_cdf(allowed, n, true))
