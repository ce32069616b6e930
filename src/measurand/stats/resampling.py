"""Intervals for any statistic of units that look alike or not: BCa bootstrap and jackknife-t.

Ratings of one unit depend on each other, so a unit is what is drawn. A statistic maps a matrix of
multiplicities of patterns to one value a row; the cost depends on the number of patterns, not of
units.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats
from measurand.stats.bca import (
    Interval,
    Jackknife,
    Resampling,
    bca_interval,
    block_rows,
    deviations,
    multiplicities,
    no_spread,
    require_units,
)
from measurand.stats.quantiles import t_quantile

__all__ = ["RESAMPLES", "Statistic", "bca", "jackknife_t"]

Statistic: TypeAlias = Callable[[Floats], Floats]
"""Multiplicities, shape (replicates, patterns), to values, shape (replicates,); NaN: undefined."""

RESAMPLES = 2000
"""Resamples wherever no number is asked for: these statistics cost more than means."""

_COEFFICIENT = 1.0
"""The size of agreement coefficients and correlations, to which rounding is relative."""
_NO_ERROR = 1e-12
_MOST_LEFT_OUT = 2000
"""Above this many patterns the jackknife leaves out groups of them."""


def bca(
    statistic: Statistic, units: Floats, how: Resampling, *, name: str, width: int = 1
) -> Interval:
    """The bias-corrected and accelerated bootstrap interval, resampling units.

    Args:
        statistic: Any function of the multiplicities of patterns, on a scale of about 1.
        units: Shape (patterns,): how many units show each pattern.
        how: Generator, level and number of resamples.
        name: What is estimated, for messages.
        width: Floats that the statistic needs for one replicate, to bound memory.

    Raises:
        InsufficientData: Fewer than three units; or as for `bca_interval`.
    """
    estimate = _whole(statistic, units, name)
    draws = [statistic(taken) for taken in multiplicities(units, how, width=width)]
    groups = None
    if len(units) > _MOST_LEFT_OUT:
        groups = how.rng.permutation(len(units)) % (_MOST_LEFT_OUT // 2)
    return bca_interval(
        estimate,
        np.concatenate(draws),
        _jackknife(statistic, units, width=width, groups=groups),
        level=how.level,
        name=name,
        scale=_COEFFICIENT,
    )


def jackknife_t(
    statistic: Statistic, units: Floats, *, level: float, name: str, width: int = 1
) -> Interval:
    """The estimate plus and minus t times the jackknife's standard error: fast, no draws.

    Args:
        statistic: Any function of the multiplicities of patterns, on a scale of about 1.
        units: Shape (patterns,): how many units show each pattern.
        level: The confidence level.
        name: What is estimated, for messages.
        width: Floats that the statistic needs for one replicate, to bound memory.

    Raises:
        InsufficientData: Fewer than three units, no spread, or the statistic hangs on one unit.

    References:
        Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 11.
    """
    estimate = _whole(statistic, units, name)
    spread = deviations(_jackknife(statistic, units, width=width), name)
    total = units.sum()
    error = float(np.sqrt((total - 1) / total * (units @ spread**2)))
    if error <= _NO_ERROR:
        raise no_spread(name)
    margin = t_quantile((1 + level) / 2, total - 1) * error
    return Interval(estimate - margin, estimate + margin)


def _whole(statistic: Statistic, units: Floats, name: str) -> float:
    require_units(units.sum(), name)
    estimate = float(statistic(units[None, :])[0])
    if np.isnan(estimate):
        raise InsufficientData(f"{name} is undefined on these ratings")
    return estimate


def _jackknife(
    statistic: Statistic,
    units: Floats,
    *,
    width: int,
    groups: np.ndarray[tuple[int], np.dtype[np.intp]] | None = None,
) -> Jackknife:
    """The statistic without one unit of each pattern; or without each group of patterns."""
    count = len(units) if groups is None else int(groups.max()) + 1
    block = block_rows(max(len(units), width))
    values = []
    for start in range(0, count, block):
        left = np.arange(start, min(start + block, count))
        weights = np.tile(units, (len(left), 1))
        if groups is None:
            weights[np.arange(len(left)), left] -= 1
        else:
            weights[groups == left[:, None]] = 0
        values.append(statistic(weights))
    return Jackknife(np.concatenate(values), units if groups is None else np.ones(count))
