"""What unequal weights leave of a number of units."""

from __future__ import annotations

from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import check_finite

__all__ = ["kish"]


def kish(weights: ArrayLike) -> float:
    """How many equally weighted units are worth as much: the squared sum over the sum of squares.

    Raises:
        InsufficientData: There is no weight above 0.
        UsageError: A weight is negative.

    References:
        Kish (1965), *Survey Sampling*, section 11.7.
    """
    vector = check_finite(weights, 1)
    if vector.size and vector.min() < 0:
        raise UsageError("weights are not negative")
    squares = float(vector @ vector)
    if not squares:
        raise InsufficientData("nothing has any weight")
    return float(vector.sum()) ** 2 / squares
