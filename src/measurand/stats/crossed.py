"""Two judges, two families of authors, each judge of the one family: who favours its own?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import UsageError
from measurand.stats.arrays import check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.least_squares import clustered_slope

__all__ = ["crossed_interaction"]


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
    the other and one family is better, part of it is that.

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
    one, other, own = (check_finite(v, 1) for v in (first, second, firsts_own))
    if one.size != other.size or not np.isin(own, (0, 1)).all():
        raise UsageError("both judges score the same outputs, each of one of two families")
    found = clustered_slope(one - other, own, clusters=clusters, level=level)
    return found.scaled(0.5)
