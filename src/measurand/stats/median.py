"""The median, with an interval that assumes no distribution."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData
from measurand.stats.arrays import check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.quantiles import binomial_cdf, check_level

__all__ = ["median"]


def median(values: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """The median of independent values, between two order statistics.

    The ends are the k-th smallest and the k-th largest value, with the largest k at which at
    least ``level`` of all samples hold the median between them, whatever their distribution.

    Args:
        values: One finite number per unit, shape (n,).
        level: The confidence level.

    Raises:
        InsufficientData: There are too few values for the level: fewer than six for 95 %.
        UsageError: The values are not a vector of finite numbers.

    References:
        Conover (1999), *Practical Nonparametric Statistics*, 3rd ed., section 3.2; David and
        Nagaraja (2003), *Order Statistics*, 3rd ed., section 7.1.
    """
    ordered = np.sort(check_finite(values, 1))
    n, tail = ordered.size, (1 - check_level(level)) / 2
    below = binomial_cdf(np.arange(n), n, 0.5)
    k = int(np.count_nonzero(below <= tail))
    if not k:
        raise InsufficientData(
            f"the median of {n} values has no interval of level {level:g}: no two of them hold "
            f"it often enough"
        )
    return Estimate(
        value=float(np.median(ordered)),
        low=float(ordered[k - 1]),
        high=float(ordered[n - k]),
        level=level,
        n=n,
        method="median, order statistics",
    )
