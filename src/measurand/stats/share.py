"""The share of yes among answers that come in clusters, where it may be near 0 or 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few, cluster_codes
from measurand.stats.proportion import score_bounds, wilson

__all__ = ["clustered_share"]


def clustered_share(
    values: ArrayLike, clusters: ArrayLike, *, level: float = LEVEL, noun: str = "examples"
) -> Estimate:
    """The share of ones with Wilson's interval at the effective sample size.

    Several answers about one example are not independent: the cluster-robust (CR1) variance over
    that of independent answers is the design effect, and n over it, but never more than n, the
    effective size. Shares of 0 and 1 have no such variance; the clusters count as the size. With
    one answer a cluster it is `wilson`. A t interval would be too short on the side away from 0.

    Args:
        values: 0 or 1 for each answer, shape (n,).
        clusters: What each answer is about, shape (n,).
        level: The confidence level.
        noun: What the clusters are, for the caution that they are few.

    Raises:
        InsufficientData: There are no answers.
        UsageError: The vectors differ in length, or hold something else than 0 and 1.

    References:
        Kish (1965), *Survey Sampling*, section 8.2; Korn and Graubard (1998), Survey Methodology
        24, 193-201; Dean and Pagano (2015), J. Survey Stat. Methodol. 3, 484-503.
    """
    vector = check_finite(values, 1)
    codes = cluster_codes(clusters, vector.size)
    if not np.isin(vector, (0, 1)).all():
        raise UsageError("a share is counted over 0 and 1")
    if not vector.size:
        raise InsufficientData("there is nothing to count: the sample is empty")
    n, count = vector.size, int(codes.max()) + 1
    if count == n:
        return wilson(int(vector.sum()), n, level=level)
    share = float(vector.mean())
    size = float(count)
    if 0 < share < 1 and count > 1:
        sums = np.bincount(codes, vector - share)
        variance = count / (count - 1) * float(sums @ sums) / n**2
        alone = share * (1 - share) / (n - 1)
        size = n / max(1.0, variance / alone)
    low, high = score_bounds(share, size, level=level)
    return Estimate(
        value=share,
        low=low,
        high=high,
        level=level,
        n=n,
        method="Wilson at the effective size",
        reason=caution_if_few(count, noun),
    )
