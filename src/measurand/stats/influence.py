"""An interval from what each cluster adds to the error of an estimate."""

from __future__ import annotations

import math

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats
from measurand.stats.estimate import Estimate
from measurand.stats.mean import caution_if_few
from measurand.stats.quantiles import t_quantile

__all__ = ["influence_interval"]

_ROUNDING = 1e-10


def influence_interval(
    value: float, influence: Floats, *, n: int, level: float, method: str, noun: str = "clusters"
) -> Estimate:
    """An estimate with the t interval that the influence of each cluster on it gives.

    Args:
        value: The estimate.
        influence: Shape (clusters,): what each adds to its error.
        n: How many units.
        level: The confidence level.
        method: Which estimator.
        noun: What the clusters are called where there are few of them.

    Raises:
        InsufficientData: No cluster has any influence: there is no spread.
    """
    count = influence.size
    error = math.sqrt(count / (count - 1) * float(influence @ influence))
    if error <= _ROUNDING * max(abs(value), 1e-3):
        raise InsufficientData(
            "all units lie on one line or say the same: there is no spread for an interval"
        )
    half = t_quantile((1 + level) / 2, count - 1) * error
    return Estimate(
        value=value,
        low=value - half,
        high=value + half,
        level=level,
        n=n,
        method=f"{method}, t(C-1)",
        reason=caution_if_few(count, noun),
    )
