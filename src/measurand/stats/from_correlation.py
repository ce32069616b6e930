"""What follows from a correlation and its interval: explained variance, pairs in order."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from measurand.stats.estimate import Estimate

__all__ = ["explained_variance", "mapped", "pairwise_concordance"]


def explained_variance(r: Estimate) -> Estimate:
    """The share r^2 of the outcome's variance that a straight line through the scores explains.

    What is missed is ``1 - r^2``, not ``1 - r``: a correlation of .63 misses 60 %, not 37 %.

    Args:
        r: Pearson's correlation. Its ends are mapped; an interval that holds 0 begins at 0.
    """
    if r.value is None or r.low is None or r.high is None:
        return r
    ends = sorted((r.low**2, r.high**2))
    return replace(
        r,
        value=r.value**2,
        low=0.0 if r.low <= 0 <= r.high else ends[0],
        high=ends[1],
        method=f"square of {r.method}",
    )


def pairwise_concordance(r: Estimate) -> Estimate:
    """How often the better of two systems has the better score, if both are normal.

    Args:
        r: Pearson's correlation. Its ends are mapped.

    References:
        Sheppard (1899), Philosophical Transactions of the Royal Society A 192, 101-167.
    """
    return mapped(r, lambda value: 0.5 + math.asin(value) / math.pi, "1/2 + asin(r)/pi")


def mapped(r: Estimate, rising: Callable[[float], float], what: str) -> Estimate:
    """The estimate of a function of a correlation that rises, or falls, throughout.

    Args:
        r: The correlation.
        rising: The function.
        what: Its name in the method.
    """
    if r.value is None or r.low is None or r.high is None:
        return r
    low, high = sorted((rising(r.low), rising(r.high)))
    return replace(
        r, value=rising(r.value), low=low, high=high, method=f"{what}, ends of {r.method}"
    )
