"""Several comparisons at once: adjusted p-values and simultaneous intervals.

`max_t` for a set of systems that all meet one baseline, as it uses how their results move
together; `holm` where only p-values are at hand; `benjamini_hochberg` for many slices, of which a
stated share of false findings is acceptable.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few, cluster_codes, cluster_sums
from measurand.stats.quantiles import check_level

__all__ = [
    "FLIPS",
    "benjamini_hochberg",
    "benjamini_yekutieli",
    "bonferroni",
    "holm",
    "max_t",
    "random_signs",
    "simultaneous_means",
]

FLIPS = 10_000
"""Sign flips wherever no number is asked for."""

_CELLS = 2**18
"""Signs held in memory at a time."""

_TIE = 1e-9
"""A flipped statistic this close below the observed one equals it."""


def bonferroni(p: ArrayLike) -> Floats:
    """Adjust p-values for the chance of any false finding, under any dependence.

    Raises:
        UsageError: A p-value is outside of [0, 1].
    """
    values = _p_values(p)
    return np.minimum(values * values.size, 1.0)


def holm(p: ArrayLike) -> Floats:
    """Adjust p-values for the chance of any false finding; never above `bonferroni`.

    Raises:
        UsageError: A p-value is outside of [0, 1].

    References:
        Holm (1979), Scand. J. Stat. 6, 65-70.
    """
    values = _p_values(p)
    order = np.argsort(values)
    stepped = values[order] * np.arange(values.size, 0, -1)
    return _restored(np.minimum(np.maximum.accumulate(stepped), 1.0), order)


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Adjust p-values for the expected share of false findings among the findings.

    Valid for independent and for positively dependent tests.

    Raises:
        UsageError: A p-value is outside of [0, 1].

    References:
        Benjamini and Hochberg (1995), JRSS B 57, 289-300.
    """
    values = _p_values(p)
    order = np.argsort(values)
    stepped = values[order] * (values.size / np.arange(1, values.size + 1))
    falling = np.minimum.accumulate(stepped[::-1])[::-1]
    return _restored(np.minimum(falling, 1.0), order)


def benjamini_yekutieli(p: ArrayLike) -> Floats:
    """Adjust p-values for the share of false findings, under any dependence between tests.

    Raises:
        UsageError: A p-value is outside of [0, 1].

    References:
        Benjamini and Yekutieli (2001), Annals of Statistics 29, 1165-1188.
    """
    adjusted = benjamini_hochberg(p)
    return np.minimum(adjusted * np.sum(1 / np.arange(1, adjusted.size + 1)), 1.0)


def max_t(
    differences: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    rng: np.random.Generator,
    flips: int = FLIPS,
) -> Floats:
    """Two-sided p-values for all comparisons together, by sign flips of whole units.

    Under the null hypothesis a unit's differences are as likely with the other sign, all at
    once, so that flipping keeps how the comparisons move together. The statistic is the sum of
    a comparison's differences over the root of their sum of squares; the t statistic grows with
    it, and alike for every comparison, so that both give the same p-values. They are adjusted
    step-down, which finds at least what the single step does at the same error rate, and count
    the data as one more flip: (1 + exceeding) / (1 + flips).

    Args:
        differences: (n, comparisons), for the same units throughout. All zero has p = 1.
        clusters: The cluster of each unit, shape (n,); a cluster flips as a whole.
        rng: The source of the signs.
        flips: How many random flips.

    Raises:
        InsufficientData: Fewer than two units or clusters.
        UsageError: The arguments have the wrong shape, or no flips.

    References:
        Westfall and Young (1993), Resampling-Based Multiple Testing, algorithm 4.1; flips of
        clusters: Hemerik and Goeman (2018), TEST 27, 811-825.
    """
    if flips < 1:
        raise UsageError(f"at least one flip is needed; found {flips}")
    sums = _sums(check_finite(differences, 2), clusters)
    scale = np.sqrt((sums**2).sum(axis=0))
    scaled = sums / np.where(scale > 0, scale, 1.0)
    observed = np.abs(scaled.sum(axis=0))
    order = np.argsort(-observed)
    target = observed[order] - _TIE
    exceeding = np.zeros(observed.size)
    for signs in random_signs(len(sums), rng, flips):
        flipped = np.abs(signs @ scaled[:, order])
        # Each comparison meets the largest of those not yet decided: itself and all weaker ones.
        rivals = np.maximum.accumulate(flipped[:, ::-1], axis=1)[:, ::-1]
        exceeding += (rivals >= target).sum(axis=0)
    return _restored(np.maximum.accumulate((1 + exceeding) / (1 + flips)), order)


def simultaneous_means(
    differences: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    rng: np.random.Generator,
    flips: int = FLIPS,
    level: float = LEVEL,
) -> tuple[Estimate, ...]:
    """The mean of every comparison, with intervals that all cover at once at this level.

    Mean plus or minus a common number of standard errors: the quantile of the largest absolute
    t statistic when the residuals of whole units (or clusters) change sign at random. As they
    hold for all comparisons at once, an interval may include 0 where the step-down `max_t` of
    the same data is just significant.

    Args:
        differences: (n, comparisons), for the same units throughout.
        clusters: The cluster of each unit, shape (n,).
        rng: The source of the signs.
        flips: How many random flips.
        level: The chance that all intervals cover.

    Raises:
        InsufficientData: Too few units or clusters for the level (6 for 95 %), or a comparison
            without spread.
        UsageError: The arguments have the wrong shape, or too few flips for the level.

    References:
        Cameron, Gelbach and Miller (2008), Rev. Econ. Stat. 90, 414-427, for the residuals.
    """
    if flips * (1 - check_level(level)) < 1:
        raise UsageError(f"{flips} flips are too few for intervals of level {level:g}")
    rows = check_finite(differences, 2)
    means = rows.mean(axis=0)
    sums = _sums(rows - means, clusters)
    units = len(sums)
    root = np.sqrt((sums**2).sum(axis=0))
    _refuse_too_little(units, root <= _TIE * np.abs(rows).max(axis=0, initial=0.0), level=level)
    scaled = sums / root
    largest = [_largest_t(signs @ scaled, units) for signs in random_signs(units, rng, flips)]
    critical = float(np.quantile(np.concatenate(largest), level, method="higher"))
    half = critical * root * np.sqrt(units / (units - 1)) / len(rows)
    return tuple(
        Estimate(
            value=float(mean),
            low=float(mean - reach),
            high=float(mean + reach),
            level=level,
            n=len(rows),
            method=f"max-T simultaneous over {means.size}, {flips} flips",
            reason=caution_if_few(units, "units" if clusters is None else "clusters"),
        )
        for mean, reach in zip(means, half, strict=True)
    )


def random_signs(units: int, rng: np.random.Generator, flips: int) -> Iterator[Floats]:
    """Yield random signs, one row per flip, in blocks of bounded memory."""
    block = max(1, _CELLS // units)
    for start in range(0, flips, block):
        size = min(block, flips - start)
        yield 2 * rng.integers(2, size=(size, units), dtype=np.int8).astype(np.float64) - 1


def _refuse_too_little(units: int, flat: NDArray[np.bool_], *, level: float) -> None:
    if 2.0 ** (1 - units) > 1 - level:
        raise InsufficientData(
            f"the signs of {units} units or clusters have too few combinations for a "
            f"simultaneous interval of level {level:g}"
        )
    if flat.any():
        raise InsufficientData(
            f"comparison {int(np.argmax(flat)) + 1} is the same for all {units} units or "
            f"clusters: without spread there is no interval"
        )


def _largest_t(scaled: Floats, units: int) -> Floats:
    """The largest absolute t of every flip, from sums over the root of their sum of squares."""
    share = np.abs(scaled).max(axis=1) / np.sqrt(units)
    spread = np.maximum(1 - share**2, np.finfo(np.float64).tiny)
    return np.asarray(np.sqrt(units - 1) * share / np.sqrt(spread), dtype=np.float64)


def _sums(rows: Floats, clusters: ArrayLike | None) -> Floats:
    sums = rows if clusters is None else cluster_sums(rows, cluster_codes(clusters, len(rows)))
    if len(sums) < 2:  # noqa: PLR2004 - the fewest that can be flipped
        noun = "units" if clusters is None else "clusters"
        raise InsufficientData(f"sign flips need at least two {noun}; found {len(sums)}")
    return sums


def _p_values(p: ArrayLike) -> Floats:
    values = check_finite(p, 1)
    if values.size and (values.min() < 0 or values.max() > 1):
        raise UsageError(
            f"p-values lie between 0 and 1; found {values.min():g} to {values.max():g}"
        )
    return values


def _restored(values: Floats, order: NDArray[np.intp]) -> Floats:
    """Put values that are sorted by ``order`` back into their places."""
    restored = np.empty_like(values)
    restored[order] = values
    return restored
