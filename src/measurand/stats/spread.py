"""How much units differ in what is measured, and what is a multiple of that."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.bca import require_units
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few, cluster_codes
from measurand.stats.quantiles import check_level, t_quantile

__all__ = ["standard_deviation", "times"]

_FEWEST = 4
_FAR = 300.0
"""Beyond this on a logarithmic scale an end is 0, or as good as infinite."""


def standard_deviation(
    values: ArrayLike,
    errors: ArrayLike | None = None,
    *,
    clusters: ArrayLike | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The standard deviation between units, the noise of each taken out.

    The interval is that of normal values by chi-square, or that of leaving out each unit or
    cluster on the logarithmic scale, whichever is wider; of clusters the latter.

    Args:
        values: One finite number a unit, shape (n,).
        errors: The standard errors of the values, shape (n,); noise is independent.
        clusters: The cluster of each unit, shape (n,); by default each unit is its own.
        level: The confidence level.

    Raises:
        InsufficientData: Fewer than four units or three clusters; the units differ by no more than
            their noise, or would without one unit or cluster.
        UsageError: The shapes differ, or an error is negative.

    References:
        Miller (1968), Annals of Mathematical Statistics 39, 567-582, for the jackknife.
    """
    check_level(level)
    y = check_finite(values, 1)
    noise = np.zeros_like(y) if errors is None else check_finite(errors, 1) ** 2
    if y.shape != noise.shape or (errors is not None and np.min(errors, initial=0.0) < 0):
        raise UsageError("every value has one standard error, which is not negative")
    if y.size < _FEWEST:
        raise InsufficientData(f"a spread takes {_FEWEST} units; found {y.size}")
    codes = cluster_codes(np.arange(y.size) if clusters is None else clusters, y.size)
    count = int(codes.max()) + 1
    require_units(count, "a spread", "clusters")
    whole = float(y.var(ddof=1)) - float(noise.mean())
    left = [_variance(y[codes != one], noise[codes != one]) for one in range(count)]
    if min(whole, *left) <= 0:
        raise InsufficientData("units differ by no more than their noise, or all but one do")
    logs = np.log(left) / 2
    error = math.sqrt((count - 1) / count * float(((logs - logs.mean()) ** 2).sum()))
    reach = t_quantile((1 + level) / 2, count - 1) * error
    value = math.sqrt(whole)
    ends, kind = (value * math.exp(-reach), value * math.exp(min(reach, _FAR))), "jackknife-t"
    if clusters is None:
        normal = _chi_square(y, float(noise.mean()), level)
        ends, kind = max((ends, kind), (normal, "chi-square"), key=lambda ours: np.ptp(ours[0]))
    return Estimate(
        value=value,
        low=ends[0],
        high=ends[1],
        level=level,
        n=int(y.size),
        method=f"standard deviation, {kind}",
        reason=caution_if_few(count, "clusters") if count < y.size else None,
    )


def times(one: Estimate, other: Estimate) -> Estimate:
    """The product of two estimates that are not negative, told as the first.

    The ends are as far from the product on the logarithmic scale as both are from their values,
    joined as independent errors are.

    References:
        Zou, Taleban and Huo (2009), Computational Statistics and Data Analysis 53, 3755-3764, for
        intervals recovered from those of parts.
    """
    if not one.present or not other.present:
        return one if not one.present else other
    value = (one.value or 0.0) * (other.value or 0.0)
    down = math.hypot(*(_apart(each.value, each.low) for each in (one, other)))
    up = math.hypot(*(_apart(each.value, each.high) for each in (one, other)))
    most = (one.high or 0.0) * (other.high or 0.0)
    return replace(
        one,
        value=value,
        low=value * math.exp(-down),
        high=min(most, value * math.exp(up)) if value > 0 and up < _FAR else most,
    )


def _apart(value: float | None, end: float | None) -> float:
    """How far an end is from a value on the logarithmic scale."""
    if not value or not end:
        return 0.0 if value == end else _FAR
    return abs(math.log(end / value))


def _variance(values: Floats, noise: Floats) -> float:
    return float(values.var(ddof=1)) - float(noise.mean()) if values.size > 1 else 0.0


def _chi_square(values: Floats, noise: float, level: float) -> tuple[float, float]:
    squares, df = float(values.var(ddof=1)) * (values.size - 1), values.size - 1
    tails = (1 - level) / 2, (1 + level) / 2
    low, high = (squares / float(special.chdtri(df, tail)) - noise for tail in tails)
    return math.sqrt(max(low, 0.0)), math.sqrt(high)
