"""Two judges, two families of authors, each judge of the one family: who favours its own?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.least_squares import clustered_slope

__all__ = ["crossed_interaction", "unequal_use"]

_LEAST_DIFFERENCE = 0.2
"""Spreads are taken to differ by a fifth at least: noise may hide by how much slopes do."""


def crossed_interaction(
    first: ArrayLike,
    second: ArrayLike,
    firsts_own: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    level: float = LEVEL,
) -> Estimate:
    """Half of how much more the first judge prefers its own family's outputs than the second does.

    Which outputs are better cancels out, as both judges see the same ones, and so does which judge
    is stricter: what is left is the mean of the two judges' preferences for their own. It needs
    no people; it cannot say which of the two has it. Where one judge uses more of the scale than
    the other and one family is better, part of it is that; `unequal_use` says how much may be.

    Args:
        first: The first judge's scores of outputs of either family, shape (n,).
        second: The second judge's of the same outputs.
        firsts_own: 1 where the output is of the first judge's family, 0 where of the second's.
        clusters: The cluster of each output: the example it answers.
        level: The confidence level.

    Raises:
        InsufficientData: Fewer than four units or clusters, or all outputs are of one family.
        UsageError: The arguments do not fit each other.
    """
    one, other, own = _fitting(first, second, firsts_own)
    found = clustered_slope(one - other, own, clusters=clusters, level=level)
    return found.scaled(0.5)


def unequal_use(first: ArrayLike, second: ArrayLike, firsts_own: ArrayLike) -> tuple[float, float]:
    """How far the families lie apart, and how much of the interaction two judges' spreads may be.

    With slopes b and c on quality, and families that differ by d in it, judges without a preference
    have an interaction of (b - c) d / 2. The slopes are not known; the judges' standard deviations
    within a family stand for them, which differ by at least a fifth as far as noise can tell.

    Args:
        first: The first judge's scores of outputs of either family, shape (n,).
        second: The second judge's of the same outputs.
        firsts_own: 1 where the output is of the first judge's family, 0 where of the second's.

    Returns:
        By how much the first judge's family scores more, on average of both judges, and the
        interaction that this alone may make, 0 or more.

    Raises:
        InsufficientData: All outputs are of one family.
        UsageError: The arguments do not fit each other.
    """
    one, other, own = _fitting(first, second, firsts_own)
    mine = own == 1
    if mine.all() or not mine.any():
        raise InsufficientData("all outputs are of one family")
    gaps = [float(scores[mine].mean() - scores[~mine].mean()) for scores in (one, other)]
    left, right = (_within(scores, mine) for scores in (one, other))
    apart = 2 * abs(left - right) / (left + right) if left + right > 0 else 0.0
    gap = sum(gaps) / 2
    return gap, max(apart, _LEAST_DIFFERENCE) * abs(gap) / 2


def _within(scores: Floats, mine: NDArray[np.bool_]) -> float:
    """The standard deviation within a family."""
    residuals = scores - np.where(mine, scores[mine].mean(), scores[~mine].mean())
    return float(np.sqrt(np.mean(residuals**2)))


def _fitting(
    first: ArrayLike, second: ArrayLike, firsts_own: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    one, other, own = (check_finite(v, 1) for v in (first, second, firsts_own))
    if one.size != other.size or one.size != own.size or not np.isin(own, (0, 1)).all():
        raise UsageError("both judges score the same outputs, each of one of two families")
    return one, other, own
