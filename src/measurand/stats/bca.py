"""The bias-corrected and accelerated bootstrap, whatever is resampled.

Units that look alike are one *pattern* with a multiplicity, so that a resample is a draw of
multiplicities. `bootstrap` applies functions of means to them, `resampling` any other statistic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.quantiles import check_level

__all__ = [
    "LEAST_UNITS",
    "Interval",
    "Jackknife",
    "Resampling",
    "bca_interval",
    "block_rows",
    "deviations",
    "multiplicities",
    "no_spread",
    "require_units",
]

LEAST_UNITS = 3
"""The fewest units that an interval is built on."""

_CELLS = 2**16
"""Numbers held in memory at a time, whatever the number of units: what a processor cache holds."""

_UNITS_PER_PATTERN = 8
"""From this many units per pattern on, drawing patterns is faster than drawing units."""

_TIE = 1e-12
"""Values this close, relative to their size, are equal: they differ by rounding."""

_MOST_UNDEFINED = 0.1
"""With a larger share of undefined resamples there is no interval."""

_CAUTION_UNDEFINED = 0.01
"""With a larger share of undefined resamples the interval carries a caution."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The two ends that become part of an `Estimate`, and what was left out for them.

    Args:
        low: Its lower end.
        high: Its upper end.
        undefined: The share of resamples in which the statistic does not exist.
    """

    low: float
    high: float
    undefined: float = 0.0

    @property
    def caution(self) -> str | None:
        """What a reader should know about the interval, if anything."""
        if self.undefined <= _CAUTION_UNDEFINED:
            return None
        return f"undefined in {self.undefined:.0%} of the resamples, which were left out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampling:
    """How an interval is drawn.

    Args:
        rng: Where the draws come from.
        level: The confidence level.
        resamples: How many draws.

    Raises:
        UsageError: The level is impossible, or less than one resample is expected in either tail.
    """

    rng: np.random.Generator
    level: float
    resamples: int

    def __post_init__(self) -> None:
        if self.resamples * (1 - check_level(self.level)) < 2:  # noqa: PLR2004 - one in either tail
            raise UsageError(
                f"{self.resamples} resamples are too few for an interval of level {self.level:g}"
            )


class Jackknife(NamedTuple):
    """A statistic without one unit, or without one group of units."""

    values: Floats
    """Shape (patterns,)."""
    times: Floats
    """Shape (patterns,): how many units give the value."""


def bca_interval(
    estimate: float,
    replicates: Floats,
    jackknife: Jackknife,
    *,
    level: float,
    name: str,
    scale: float = 0.0,
) -> Interval:
    """The BCa interval from resampled and from leave-one-out values.

    Replicates equal to the estimate count half in the bias correction; the acceleration is the
    skewness of the leave-one-out values over six times the root of their number. Undefined
    resamples (NaN or infinity) are left out, up to a tenth. An interval that the correction has
    pushed past its estimate is stretched to hold it.

    Args:
        estimate: The statistic of the data.
        replicates: Shape (resamples,).
        jackknife: The statistic without each unit.
        level: The confidence level.
        name: What is estimated, for messages.
        scale: The size below which numbers are rounding: 1 for coefficients; 0 where the
            replicates themselves tell.

    Raises:
        InsufficientData: More than a tenth of the resamples, or any leave-one-out value, is
            undefined; the resamples do not differ, or so few do that the interval would have no
            width, or all lie on one side of the estimate; or the statistic is too skewed for the
            level.

    References:
        Efron (1987), Better bootstrap confidence intervals, JASA 82, 171-185; ties as in Efron
        and Tibshirani (1993), An Introduction to the Bootstrap, chapter 14.
    """
    defined = replicates[np.isfinite(replicates)]
    undefined = 1 - len(defined) / len(replicates)
    if undefined > _MOST_UNDEFINED:
        raise InsufficientData(
            f"{name} is undefined in {undefined:.0%} of the resamples: it hangs on very few units"
        )
    bias = _bias(defined, estimate, name=name, scale=scale)
    tails = _tails(bias, _acceleration(jackknife, name), level=level, name=name)
    low, high = np.quantile(defined, tails, method="weibull")
    if high - low <= _slack(defined, estimate, scale):
        raise InsufficientData(
            f"almost all units say the same about {name}, so its uncertainty cannot be estimated"
        )
    return Interval(min(float(low), estimate), max(float(high), estimate), undefined)


def multiplicities(units: Floats, how: Resampling, *, width: int = 1) -> Iterator[Floats]:
    """Draw how often each pattern occurs in every resample, in blocks of bounded memory.

    Args:
        units: Shape (patterns,): how many units show each pattern.
        how: The generator, and how many resamples.
        width: Numbers that the statistic needs for one resample.

    Yields:
        Shape (resamples of the block, patterns).
    """
    patterns, total = len(units), int(units.sum())
    by_pattern = patterns * _UNITS_PER_PATTERN <= total
    owner = np.repeat(np.arange(patterns), units.astype(np.intp))
    block = block_rows(max(patterns if by_pattern else total, width))
    for start in range(0, how.resamples, block):
        rows = min(block, how.resamples - start)
        if by_pattern:
            taken = how.rng.multinomial(total, units / total, size=rows)
        else:
            drawn = how.rng.integers(total, size=(rows, total))
            if patterns < total:
                drawn = owner[drawn]
            drawn += np.arange(0, rows * patterns, patterns)[:, None]
            taken = np.bincount(drawn.ravel(), minlength=rows * patterns).reshape(rows, patterns)
        yield taken.astype(np.float64)


def block_rows(width: int) -> int:
    """How many rows of so many numbers are worked on at a time."""
    return max(1, _CELLS // width)


def deviations(jackknife: Jackknife, name: str) -> Floats:
    """How far below their mean the leave-one-out values lie, shape (patterns,).

    Raises:
        InsufficientData: One of them is undefined.
    """
    values, times = jackknife
    if not np.isfinite(values).all():
        raise InsufficientData(f"{name} hangs on a single unit: without it there is no value")
    return np.asarray(np.average(values, weights=times) - values)


def require_units(count: float, name: str, noun: str = "units") -> None:
    """Refuse to build an interval on too few units.

    Raises:
        InsufficientData: There are fewer than `LEAST_UNITS`.
    """
    if count < LEAST_UNITS:
        raise InsufficientData(
            f"{name} needs at least {LEAST_UNITS} {noun} for an interval; found {count:.0f}"
        )


def no_spread(name: str) -> InsufficientData:
    """The error of a statistic that does not vary, whose uncertainty is therefore unknown."""
    return InsufficientData(
        f"every unit says the same about {name}, so its uncertainty cannot be estimated"
    )


def _bias(replicates: Floats, estimate: float, *, name: str, scale: float) -> float:
    """The bias correction z0, with ties counted half."""
    slack = _slack(replicates, estimate, scale)
    if np.ptp(replicates) <= slack:
        raise no_spread(name)
    gap = replicates - estimate
    below = float(np.mean(gap < -slack) + np.mean(gap <= slack)) / 2
    if not 0 < below < 1:
        raise InsufficientData(
            f"{name} lies outside of all its resamples: too few units, or not a smooth statistic"
        )
    return float(special.ndtri(below))


def _slack(replicates: Floats, estimate: float, scale: float) -> float:
    """How far apart two values may lie and still be equal."""
    return _TIE * max(scale, abs(estimate), float(np.abs(replicates).max()))


def _acceleration(jackknife: Jackknife, name: str) -> float:
    gap = deviations(jackknife, name)
    squares = float(jackknife.times @ gap**2)
    return float(jackknife.times @ gap**3) / (6 * squares**1.5) if squares > 0 else 0.0


def _tails(bias: float, acceleration: float, *, level: float, name: str) -> Floats:
    """The two probabilities whose quantiles of the replicates are the ends of the interval."""
    z = bias + special.ndtri(np.array([1 - level, 1 + level]) / 2)
    stretch = 1 - acceleration * z
    if stretch.min() <= 0:
        raise InsufficientData(f"{name} is too skewed for a BCa interval of this level")
    return np.asarray(special.ndtr(bias + z / stretch), dtype=np.float64)
