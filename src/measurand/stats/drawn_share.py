"""An upper bound of a share of the population, from units that stand for unequal parts of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import UsageError
from measurand.stats.arrays import check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.kish import kish
from measurand.stats.mean import cluster_codes, cluster_sums
from measurand.stats.poststrata import Strata
from measurand.stats.quantiles import beta_quantile, check_level, t_quantile

__all__ = ["drawn_share"]


def drawn_share(
    flags: ArrayLike, strata: Strata, *, clusters: ArrayLike | None = None, level: float = LEVEL
) -> Estimate:
    """The share of the population that is flagged, with its one-sided upper bound.

    Clopper and Pearson's at the effective size of Korn and Graubard: that at which a simple sample
    has the same standard error and t. It is never more than the units (or clusters) that count
    alike are worth, by Kish; with that alone where no unit is flagged: one that stands for half of
    the population says of it what one unit says, however many others there are.

    Args:
        flags: 0 or 1 of each unit, shape (units,).
        strata: Of the same units.
        clusters: The cluster of each unit, shape (units,).
        level: The confidence level.

    Raises:
        InsufficientData: A stratum with fewer than two units, or one cluster in all.
        UsageError: The flags are none, or not as many as there are units.

    References:
        Korn and Graubard (1998), Survey Methodology 24, 193-201; Kish (1965), section 11.7.
    """
    vector = check_finite(flags, 1)
    if vector.size != strata.codes.size or not np.isin(vector, (0.0, 1.0)).all():
        raise UsageError("one flag of 0 or 1 a unit is needed")
    tail, weights = check_level(level), strata.weights
    share = min(max(float(weights @ vector), 0.0), 1.0)
    error, df = strata.spread(vector, clusters)
    counted = weights
    if clusters is not None:
        counted = cluster_sums(weights[:, None], cluster_codes(clusters, vector.size))[:, 0]
    size = kish(counted)
    if np.ptp(vector) and error > 0:
        ratio = t_quantile(tail, vector.size - 1) / t_quantile(tail, df)
        size = min(size, share * (1 - share) * (ratio / error) ** 2)
    flagged = share * size
    high = 1.0 if vector.all() else beta_quantile(tail, flagged + 1, size - flagged)
    return Estimate(
        value=share,
        low=0.0,
        high=max(high, share),
        level=level,
        n=vector.size,
        method=f"{strata.method}, Clopper-Pearson at the effective size {size:.3g}, upper bound",
    )
