"""What a sample of this size and spread could have shown."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from measurand.errors import InsufficientData
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import clustered_mean, mean_t
from measurand.stats.power import minimum_detectable_difference
from measurand.stats.power_discordance import rising_difference
from measurand.stats.power_parts import POWER
from measurand.stats.proportion import wilson
from measurand.stats.quantiles import t_quantile

__all__ = ["detectable_error", "detectable_mean", "detectable_proportion"]


def detectable_mean(
    differences: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    power: float = POWER,
    level: float = LEVEL,
) -> Estimate:
    """The smallest true mean difference that the t test would find with this power.

    It is the standard error times the sum of the two t quantiles. Its interval is that of the
    standard error, from the chi-square distribution of the variance.

    Args:
        differences: One finite number per unit, shape (n,).
        clusters: The cluster of each unit, shape (n,).
        power: The probability of finding it.
        level: One minus the error rate of the test.

    Raises:
        InsufficientData: Fewer than two units or clusters, or no spread at all.
        UsageError: The arguments are not vectors of one length.

    References:
        Bloom (1995), Evaluation Review 19, 547-556.
    """
    values = np.asarray(differences, dtype=np.float64)
    if clusters is None:
        units, found = len(values), mean_t(values, level=level)
    else:
        units, found = len(np.unique(clusters)), clustered_mean(values, clusters, level=level)
    if found.low is None or found.high is None:
        raise InsufficientData(found.reason or "the difference has no interval")
    error = (found.high - found.low) / 2 / t_quantile((1 + level) / 2, units - 1)
    found_by = f"{power:.0%} power of the {found.method} test"
    sized = detectable_error(error, units - 1, n=len(values), power=power, level=level)
    return replace(sized, method=found_by)


def detectable_error(
    error: float, df: float, *, n: int, power: float = POWER, level: float = LEVEL
) -> Estimate:
    """The smallest true difference that a t test with this standard error would find.

    Args:
        error: The standard error.
        df: Its degrees of freedom.
        n: On how many units it rests.
        power: As for `detectable_mean`.
        level: As for `detectable_mean`.

    Raises:
        InsufficientData: The error is 0, or has no degree of freedom.

    References:
        As for `detectable_mean`.
    """
    if df < 1 or not error > 0:
        raise InsufficientData("without a standard error nothing is known of what n could show")
    size = error * (t_quantile((1 + level) / 2, df) + t_quantile(power, df))
    ends = [
        math.sqrt(df / float(special.chdtri(df, tail)))
        for tail in ((1 - level) / 2, (1 + level) / 2)
    ]
    return Estimate(
        value=size,
        low=size * ends[0],
        high=size * ends[1],
        level=level,
        n=n,
        method=f"{power:.0%} power of the t test",
    )


def detectable_proportion(
    first: ArrayLike, second: ArrayLike, *, power: float = POWER, level: float = LEVEL
) -> Estimate:
    """The smallest difference of two shares that mid-p McNemar would find with this power.

    Its interval follows that of the discordance: the share of units on which the two differ. Where
    the lower end of that is too small for anything to be found, the lower end is the smallest
    difference that is found at any discordance.

    Args:
        first: 0 or 1 per unit, shape (n,).
        second: The same units in the same order.
        power: The probability of finding it.
        level: One minus the error rate of the test.

    Raises:
        InsufficientData: There are no units, or the two never differ.
    """
    differing = np.asarray(first) != np.asarray(second)
    n = len(differing)
    if not n:
        raise InsufficientData("no unit was rated for both")
    if not differing.any():
        raise InsufficientData(f"the two never differ on {n} units")
    value, low, high = _ends(int(differing.sum()), n, power=power, level=level)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        n=n,
        method=f"{power:.0%} power of mid-p McNemar at this discordance",
    )


@lru_cache(maxsize=2**10)
def _ends(differing: int, n: int, *, power: float, level: float) -> tuple[float, float, float]:
    """What is detectable at the discordance, and at the ends of its interval.

    Kept, as of many pairs of systems on the same units many differ equally often.
    """
    share = wilson(differing, n, level=level)
    at = partial(minimum_detectable_difference, n, power=power, level=level)
    value = at(share.value or 0.0)
    try:
        low = at(share.low or 0.0)
    except InsufficientData:  # within so rare a discordance nothing is found: it would have to rise
        low = rising_difference(n, power=power, level=level)
    return value, min(low, value), max(at(share.high or 1.0), value)
