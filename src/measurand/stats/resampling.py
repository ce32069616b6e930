"""Intervals from resampling whole units: BCa bootstrap and jackknife-t.

Ratings of one unit depend on each other, so a unit is what is drawn. Units that look alike are one
*pattern* with a multiplicity; a resample is then a multinomial draw of multiplicities, and a
statistic maps a matrix of multiplicities to one value a row. The cost depends on the number of
patterns, not of units.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtrit

from measurand.errors import InsufficientData

__all__ = [
    "RESAMPLES",
    "Floats",
    "Interval",
    "Resampling",
    "Statistic",
    "bca",
    "jackknife_t",
    "unanimous_share",
]

Floats: TypeAlias = NDArray[np.float64]
Statistic: TypeAlias = Callable[[Floats], Floats]
"""Multiplicities, shape (replicates, patterns), to values, shape (replicates,); NaN: undefined."""

RESAMPLES = 2000
_BLOCK = 1 << 19
"""Floats that one block of replicates may take: 4 MB stay in the processor's cache."""
_MOST_UNDEFINED = 0.1
_MOST_LEFT_OUT = 2000
"""Above this many patterns the jackknife leaves out groups of them."""
_TIE = 1e-12
_LEAST_UNITS = 3


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval, and how many replicates had no value.

    Args:
        low: Its lower end.
        high: Its upper end.
        undefined: The share of resamples in which the statistic does not exist.
    """

    low: float
    high: float
    undefined: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampling:
    """How an interval is drawn.

    Args:
        rng: Where the draws come from.
        level: The confidence level.
        resamples: How many draws.
    """

    rng: np.random.Generator
    level: float
    resamples: int = RESAMPLES


def bca(
    statistic: Statistic, units: Floats, how: Resampling, *, name: str, width: int = 1
) -> Interval:
    """The bias-corrected and accelerated bootstrap interval, resampling units.

    Replicates equal to the estimate count half in the bias correction; the acceleration comes
    from leaving out one unit at a time. The interval is stretched to hold the estimate where
    the correction would leave it outside.

    Args:
        statistic: Any function of the multiplicities of patterns.
        units: Shape (patterns,): how many units show each pattern.
        how: Generator, level and number of resamples.
        name: What is estimated, for messages.
        width: Floats that the statistic needs for one replicate, to bound memory.

    Raises:
        InsufficientData: Fewer than three units; no spread among resamples; or the statistic is
            undefined in more than a tenth of them.

    References:
        Efron (1987), Better bootstrap confidence intervals, JASA 82; ties as in Efron and
        Tibshirani (1993), chapter 14.
    """
    estimate = _whole(statistic, units, name)
    draws = _draws(statistic, units, how, width=width)
    defined = np.sort(draws[~np.isnan(draws)])
    undefined = 1 - len(defined) / len(draws)
    if undefined > _MOST_UNDEFINED:
        raise InsufficientData(
            f"{name} is undefined in {undefined:.0%} of the resamples: it hangs on very few units"
        )
    slack = _TIE * max(1.0, abs(estimate))
    if defined[-1] - defined[0] <= slack:
        raise InsufficientData(
            f"every unit says the same about {name}, so its uncertainty cannot be estimated"
        )
    below, equal = np.searchsorted(defined, [estimate - slack, estimate + slack])
    share = (below + equal) / (2 * len(defined))
    edge = 1 / (2 * len(defined))
    bias = ndtri(min(max(share, edge), 1 - edge))
    acceleration = _acceleration(statistic, units, how, name=name, width=width)
    tail = (1 - how.level) / 2
    low, high = (
        float(np.quantile(defined, _adjusted(bias, acceleration, ndtri(p))))
        for p in (tail, 1 - tail)
    )
    return Interval(min(low, estimate), max(high, estimate), undefined)


def jackknife_t(
    statistic: Statistic, units: Floats, *, level: float, name: str, width: int = 1
) -> Interval:
    """The estimate plus and minus t times the jackknife's standard error: fast, no draws.

    Args:
        statistic: Any function of the multiplicities of patterns.
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
    values = _evaluate(statistic, units - np.eye(len(units)), width)
    total = units.sum()
    spread = _deviations(values, units, name)
    error = float(np.sqrt((total - 1) / total * (units @ spread**2)))
    if error <= _TIE:
        raise InsufficientData(
            f"every unit says the same about {name}, so its uncertainty cannot be estimated"
        )
    margin = float(stdtrit(total - 1, (1 + level) / 2)) * error
    return Interval(estimate - margin, estimate + margin)


def unanimous_share(units: float, level: float) -> float:
    """The least share of unanimous units that n unanimous units in n leave plausible.

    An unanimous sample has no spread to resample. Any variable in [0, 1] reaches 1 no more often
    than its mean says, so ``share ** n >= (1 - level) / 2`` bounds the mean from below whatever
    its distribution (the Clopper-Pearson bound).

    Args:
        units: n, at least one.
        level: The confidence level.
    """
    return float(((1 - level) / 2) ** (1 / units))


def _whole(statistic: Statistic, units: Floats, name: str) -> float:
    if units.sum() < _LEAST_UNITS:
        raise InsufficientData(
            f"{name} needs at least {_LEAST_UNITS} units for an interval; found {units.sum():.0f}"
        )
    estimate = float(statistic(units[None, :])[0])
    if np.isnan(estimate):
        raise InsufficientData(f"{name} is undefined on these ratings")
    return estimate


def _draws(statistic: Statistic, units: Floats, how: Resampling, *, width: int) -> Floats:
    block = _rows(len(units), width)
    return np.concatenate(
        [
            statistic(_resample(units, min(block, how.resamples - start), how.rng))
            for start in range(0, how.resamples, block)
        ]
    )


def _resample(units: Floats, rows: int, rng: np.random.Generator) -> Floats:
    """Multinomial multiplicities: category by category, or unit by unit where that is cheaper."""
    patterns, total = len(units), int(units.sum())
    if total > 4 * patterns:
        return rng.multinomial(total, units / total, size=rows).astype(np.float64)
    owner = np.repeat(np.arange(patterns), units.astype(np.intp))
    drawn = owner[rng.integers(0, total, size=(rows, total))]
    drawn += np.arange(0, rows * patterns, patterns)[:, None]
    return (
        np.bincount(drawn.ravel(), minlength=rows * patterns)
        .reshape(rows, patterns)
        .astype(np.float64)
    )


def _acceleration(
    statistic: Statistic, units: Floats, how: Resampling, *, name: str, width: int
) -> float:
    patterns = len(units)
    if patterns <= _MOST_LEFT_OUT:
        values = _evaluate(statistic, units - np.eye(patterns), width)
        times = units
    else:
        group = how.rng.permutation(patterns) % (_MOST_LEFT_OUT // 2)
        times = np.ones(_MOST_LEFT_OUT // 2)
        block = _rows(patterns, width)
        values = np.concatenate(
            [
                statistic(
                    units * (group != np.arange(start, min(start + block, len(times)))[:, None])
                )
                for start in range(0, len(times), block)
            ]
        )
    spread = _deviations(values, times, name)
    scale = times @ spread**2
    return float(times @ spread**3 / (6 * scale**1.5)) if scale > 0 else 0.0


def _deviations(values: Floats, times: Floats, name: str) -> Floats:
    if np.isnan(values).any():
        raise InsufficientData(f"{name} hangs on a single unit: without it there is no value")
    return np.asarray((times @ values) / times.sum() - values)


def _evaluate(statistic: Statistic, weights: Floats, width: int) -> Floats:
    block = _rows(weights.shape[1], width)
    return np.concatenate(
        [statistic(weights[start : start + block]) for start in range(0, len(weights), block)]
    )


def _rows(patterns: int, width: int) -> int:
    return max(1, _BLOCK // max(patterns, width))


def _adjusted(bias: float, acceleration: float, z: float) -> float:
    """The share of replicates below the corrected end."""
    shift = bias + z
    room = 1 - acceleration * shift
    return float(ndtr(bias + shift / room)) if room > 0 else float(z > 0)
