"""Does a calibration made on some outputs hold for others?"""

from __future__ import annotations

import math
from dataclasses import replace

from numpy.typing import ArrayLike

from measurand.errors import UsageError
from measurand.stats.arrays import check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import cluster_codes, clustered_mean, mean_t
from measurand.stats.quantiles import t_quantile

__all__ = ["transport_gap"]


def transport_gap(
    labels: ArrayLike,
    predicted: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    error: float = 0.0,
    level: float = LEVEL,
) -> Estimate:
    """The mean of people's labels less what a judge calibrated elsewhere predicts of them.

    Where it is not 0, a mean corrected by the labels of other outputs is off by so much.

    Args:
        labels: What people said of these outputs, shape (n,).
        predicted: What the calibrated judge says of them, shape (n,).
        clusters: The cluster of each output.
        error: The standard error of the mean prediction, from how little the calibration is
            itself known; 0 takes it for known.
        level: The confidence level.

    Raises:
        InsufficientData: As for `mean_t` and `clustered_mean`.
        UsageError: The vectors differ in length, or the error is negative.

    References:
        Welch (1938), Biometrika 29, 350-362, for adding the errors of two samples.
    """
    one, two = check_finite(labels, 1), check_finite(predicted, 1)
    if one.size != two.size:
        raise UsageError(f"{one.size} labels need as many predictions; found {two.size}")
    if error < 0:
        raise UsageError(f"a standard error is 0 or more; found {error}")
    gap = one - two
    own = (
        mean_t(gap, level=level) if clusters is None else clustered_mean(gap, clusters, level=level)
    )
    if not error or own.value is None or own.high is None:
        return own
    units = gap.size if clusters is None else int(cluster_codes(clusters, gap.size).max()) + 1
    quantile = t_quantile((1 + level) / 2, units - 1)
    half = math.hypot(own.high - own.value, quantile * error)
    told = f"{own.method}, with the error of the calibration"
    return replace(own, low=own.value - half, high=own.value + half, method=told)
