"""One slope by least squares, its error robust to units that come in clusters."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.influence import influence_interval
from measurand.stats.mean import cluster_codes
from measurand.stats.quantiles import check_level

__all__ = ["FEWEST_CLUSTERS", "clustered_slope", "refuse_few"]

FEWEST_CLUSTERS = 4
"""Below this many clusters a slope has no interval worth the name."""

_ROUNDING = 1e-10


def clustered_slope(
    outcome: ArrayLike,
    feature: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    level: float = LEVEL,
) -> Estimate:
    """By how much the outcome rises with the feature; of a feature of 0 and 1, a difference.

    Ordinary least squares with an intercept. It says what goes together and nothing of why: a
    judge's bias it tells only where the feature was set by the design of an experiment.

    Args:
        outcome: One finite number per unit, shape (n,).
        feature: Likewise.
        clusters: The cluster of each unit, shape (n,); by default each is its own.
        level: The confidence level.

    Raises:
        InsufficientData: Fewer than four units or clusters; the feature does not vary; or the
            units lie on a line.
        UsageError: The arguments are not vectors of one length.

    References:
        Cameron and Miller (2015), J. Human Resources 50, 317-372, sections II.B and VI: CR1 and
        t(C-1).
    """
    check_level(level)
    y, x = check_finite(outcome, 1), check_finite(feature, 1)
    if y.size != x.size:
        raise UsageError(f"a slope needs two vectors of one length; found {y.size} and {x.size}")
    codes = np.arange(y.size) if clusters is None else cluster_codes(clusters, y.size)
    refuse_few(codes, clustered=clusters is not None)
    centred = x - x.mean()
    squares = float(centred @ centred)
    if squares <= (_ROUNDING * max(float(np.abs(x).max()), 1e-300)) ** 2 * x.size:
        raise InsufficientData(f"the feature is the same for all {x.size} units")
    value = float(centred @ y) / squares
    residuals = y - y.mean() - value * centred
    influence = np.bincount(codes, centred * residuals) / squares
    return influence_interval(value, influence, n=y.size, level=level, method="least squares, CR1")


def refuse_few(codes: NDArray[np.intp], *, clustered: bool) -> None:
    """Refuse a slope over too few clusters.

    Raises:
        InsufficientData: There are fewer than `FEWEST_CLUSTERS`.
    """
    count = int(codes.max(initial=-1)) + 1
    if count < FEWEST_CLUSTERS:
        noun = "clusters" if clustered else "units"
        raise InsufficientData(f"a slope needs at least {FEWEST_CLUSTERS} {noun}; found {count}")
