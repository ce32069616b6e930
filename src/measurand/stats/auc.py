"""The chance that a unit of one group scores above one of another: the area under the curve."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData
from measurand.stats.arrays import check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.quantiles import two_sided_z

__all__ = ["auc"]

_BISECTIONS = 60


def auc(first: ArrayLike, second: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """The probability that one of the first lies above one of the second, ties counted half.

    The interval is that of Newcombe's method 5, which has a width also where the groups do not
    overlap.

    Args:
        first: One finite number per unit, shape (m,).
        second: Likewise, shape (n,).
        level: The confidence level.

    Raises:
        InsufficientData: A group is empty.
        UsageError: A number is not finite.

    References:
        Hanley and McNeil (1982), Radiology 143, 29-36, for the variance; Newcombe (2006), Stat.
        Med. 25, 559-573, method 5.
    """
    one, two = check_finite(first, 1), check_finite(second, 1)
    if not one.size or not two.size:
        raise InsufficientData(
            f"an area under the curve needs units of both groups; found {one.size} and {two.size}"
        )
    ordered = np.sort(two)
    below = np.searchsorted(ordered, one, "left")
    upto = np.searchsorted(ordered, one, "right")
    value = float((below + upto).sum()) / 2 / (one.size * two.size)
    z = two_sided_z(level)

    def beyond(theta: float) -> bool:
        return abs(value - theta) > z * math.sqrt(_variance(theta, one.size, two.size))

    return Estimate(
        value=value,
        low=_end(value, 0.0, beyond),
        high=_end(value, 1.0, beyond),
        level=level,
        n=one.size + two.size,
        method="Mann-Whitney, Newcombe 5",
    )


def _end(inside: float, outside: float, beyond: Callable[[float], bool]) -> float:
    """Where an interval ends between its centre and the end of the scale."""
    for _ in range(_BISECTIONS):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if beyond(middle) else (middle, outside)
    return inside


def _variance(theta: float, m: int, n: int) -> float:
    """Of the estimate where the truth is theta, in the negative exponential model."""
    more = (m + n) / 2 - 1
    spread = 1 + more * ((1 - theta) / (2 - theta) + theta / (1 + theta))
    return theta * (1 - theta) * spread / (m * n)
