"""Totals still to come, foretold from a sample of what has come."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.quantiles import t_quantile

__all__ = ["group_total", "mean_total", "ratio_total", "sum_of"]

_FEWEST = 2


def mean_total(values: ArrayLike, count: int, *, level: float = LEVEL) -> Estimate:
    """The total of ``count`` further values from the mean of a sample, with its prediction range.

    Args:
        values: A sample of amounts, none negative, shape (n,).
        count: How many are still to come.
        level: The level of the range.

    Raises:
        InsufficientData: Fewer than two values.
        UsageError: A value is negative or not finite.

    References:
        Cochran (1977), *Sampling Techniques*, section 2.5; for new values rather than the rest of a
        finite population, Hahn and Meeker (1991), *Statistical Intervals*, section 4.7.
    """
    sample = _amounts(values)
    n = len(sample)
    spread = float(sample.std(ddof=1))
    half = t_quantile((1 + level) / 2, n - 1) * spread * math.sqrt(count + count**2 / n)
    return _total(float(sample.mean()) * count, half, n=n, method="mean of a sample", level=level)


def group_total(
    groups: Sequence[ArrayLike], count: int, *, members: int, level: float = LEVEL
) -> Estimate:
    """The total of ``count`` further values that new members of a group bring, in equal parts.

    Values of one member depend on each other, as people differ in how fast they are. So members
    are what is sampled: the mean over members, their spread for those who are new, and the spread
    of single values for what is new of each.

    Args:
        groups: The amounts of each member so far, none negative; each shape (values,).
        count: How many are still to come.
        members: From how many new members.
        level: The level of the range.

    Raises:
        InsufficientData: Fewer than two members with values, or none with two.
        UsageError: A value is negative or not finite, or there are no members.

    References:
        Cochran (1977), *Sampling Techniques*, section 10.3; Hahn and Meeker (1991), *Statistical
        Intervals*, section 4.7.
    """
    if members < 1:
        raise UsageError(f"a group has one member or more; found {members}")
    samples = [check_finite(group, 1) for group in groups]
    samples = [sample for sample in samples if len(sample)]
    known, free = len(samples), sum(map(len, samples)) - len(samples)
    if known < _FEWEST or not free:
        raise InsufficientData(
            f"how members differ shows in two or more of them, one with two values; found {known}"
        )
    if any(sample.min() < 0 for sample in samples):
        raise UsageError("amounts are 0 or more")
    means = np.asarray([sample.mean() for sample in samples])
    within = sum(float(np.sum((s - s.mean()) ** 2)) for s in samples) / free
    across = float(means.var(ddof=1))
    apart = max(0.0, across - within * float(np.mean([1 / len(s) for s in samples])))
    variance = count**2 * (across / known + apart / members) + count * within
    half = t_quantile((1 + level) / 2, known - 1) * math.sqrt(variance)
    units, method = sum(map(len, samples)), "mean of members of a sample"
    return _total(float(means.mean()) * count, half, n=units, method=method, level=level)


def ratio_total(
    values: ArrayLike, sizes: ArrayLike, further: ArrayLike, *, level: float = LEVEL
) -> Estimate:
    """The total of further values whose sizes are known, in proportion to their sizes.

    Args:
        values: A sample of amounts, none negative, shape (n,).
        sizes: The size of each of them, above 0, shape (n,).
        further: The sizes of those still to come, shape (m,).
        level: The level of the range.

    Raises:
        InsufficientData: Fewer than two values.
        UsageError: The vectors differ in length; a value is negative or a size is not above 0.

    References:
        Cochran (1977), *Sampling Techniques*, sections 6.4 and 6.7.
    """
    sample, known = _amounts(values), check_finite(sizes, 1)
    ahead = check_finite(further, 1)
    if known.shape != sample.shape or known.min() <= 0 or ahead.min(initial=0) < 0:
        raise UsageError("each amount has a size above 0")
    n, whole = len(sample), float(ahead.sum())
    ratio = float(sample.sum() / known.sum())
    # Residuals grow with size as the amounts do, so each is told per root of its size.
    scaled = float(np.sum((sample - ratio * known) ** 2 / known)) / (n - 1)
    variance = scaled * (whole + whole**2 / float(known.sum()))
    half = t_quantile((1 + level) / 2, n - 1) * math.sqrt(variance)
    return _total(ratio * whole, half, n=n, method="ratio to size", level=level)


def sum_of(parts: Sequence[Estimate], *, level: float = LEVEL) -> Estimate:
    """The sum of independent totals: distances to either end add up in squares.

    Raises:
        InsufficientData: A part is absent.
    """
    if any(not part.present for part in parts):
        raise InsufficientData("a part of the sum is not known")
    values = [part.value or 0.0 for part in parts]
    below = math.hypot(*((part.value or 0.0) - (part.low or 0.0) for part in parts))
    above = math.hypot(*((part.high or 0.0) - (part.value or 0.0) for part in parts))
    total = math.fsum(values)
    return Estimate(
        value=total,
        low=max(0.0, total - below),
        high=total + above,
        level=level,
        n=sum(part.n for part in parts),
        method="sum",
    )


def _amounts(values: ArrayLike) -> Floats:
    sample = check_finite(values, 1)
    if len(sample) < _FEWEST:
        raise InsufficientData(f"a forecast needs at least two values; found {len(sample)}")
    if sample.min() < 0:
        raise UsageError(f"amounts are 0 or more; found {sample.min()}")
    return sample


def _total(value: float, half: float, *, n: int, method: str, level: float) -> Estimate:
    return Estimate(
        value=value, low=max(0.0, value - half), high=value + half, level=level, n=n, method=method
    )
