"""How one person does against the others."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats, as_table
from measurand.stats.bca import LEAST_UNITS, Resampling, no_spread, require_units
from measurand.stats.correlation_pairs import PERFECT, around
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few
from measurand.stats.patterns import distinct_rows
from measurand.stats.resampling import RESAMPLES, bca, jackknife_t
from measurand.stats.sample import Sample

__all__ = ["leave_one_out"]

_NAME = "the correlation of one rater with the mean of the others"
_METHOD = "Pearson correlation of a rater with the mean of the others, mean over raters"
_ROUNDING = 1e-12


def leave_one_out(
    ratings: Floats,
    *,
    rng: np.random.Generator,
    clusters: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Estimate:
    """How one person does: the correlation of a rater with the mean of the others.

    The mean over raters of Pearson's correlation; a judge's real competitor. Of nominal 95 %
    intervals about 91 % hold the truth with 30 units, 93 % with 50 and with 200. In clusters, or
    with weights, the interval is that of the jackknife over clusters on Fisher's scale.

    Args:
        ratings: Shape (units, raters); NaN marks a rating that was not given. A rater counts who
            has three units in common with others, and whose ratings differ.
        rng: Draws the resamples.
        clusters: The cluster of each unit, shape (units,); by default each unit is its own.
        weights: Positive, shape (units,): the inverse of how likely a unit was to be drawn.
        level: The confidence level.
        resamples: How many resamples of whole units; the jackknife draws none.

    Raises:
        InsufficientData: No rater counts; or fewer than three units or clusters.
        UsageError: The arguments differ in shape, or a weight is not positive.
    """
    if clusters is not None or weights is not None:
        return _sampled(ratings, clusters, weights, level=level)
    sums, units = _compressed(*_products(ratings))
    value = _defined(sums, units)
    how = Resampling(rng=rng, level=level, resamples=resamples)
    found = bca(partial(_mean_correlation, sums), units, how, name=_NAME, width=sums[0].size)
    return Estimate(
        value=value,
        low=found.low,
        high=found.high,
        level=level,
        n=int(units.sum()),
        method=f"{_METHOD}, BCa over units",
        reason=found.caution,
    )


def _sampled(
    ratings: Floats, clusters: ArrayLike | None, weights: ArrayLike | None, *, level: float
) -> Estimate:
    table = as_table(ratings)
    enough = np.asarray((~np.isnan(table)).sum(axis=1) > 1)
    sample = Sample.of(len(table), clusters, weights).only(enough)
    _, parts = _products(table)
    weighted = [part * sample.weights[:, None] for part in parts]
    sums = tuple(sample.added(part) for part in (parts[0], *weighted))
    require_units(sample.count, _NAME, sample.noun)
    ones = np.ones(len(sums[0]))
    value = _defined(sums, ones)
    if abs(value) > PERFECT:
        raise no_spread(_NAME)
    found = jackknife_t(
        lambda times: np.arctanh(_mean_correlation(sums, times)),
        ones,
        level=level,
        name=_NAME,
        width=sums[0].size,
    )
    low, high = around(value, (found.high - found.low) / 2)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        n=len(sample.codes),
        method=f"{_METHOD}, jackknife-t on Fisher's scale over {sample.noun}",
        reason=caution_if_few(sample.count, sample.noun),
    )


def _defined(sums: tuple[Floats, ...], units: Floats) -> float:
    value = float(_mean_correlation(sums, units[None, :])[0])
    if np.isnan(value):
        raise InsufficientData(
            "no rater shares three units with others on which both differ, so there is nothing "
            "to correlate"
        )
    return value


def _products(ratings: Floats) -> tuple[Floats, tuple[Floats, ...]]:
    """The units with two ratings, and of each (count, x, y, xx, yy, xy), each (units, raters)."""
    table = as_table(ratings)
    table = table[(~np.isnan(table)).sum(axis=1) > 1]
    if not len(table):
        raise InsufficientData("no unit has two ratings, so there is nothing to compare")
    low, high = np.nanmin(table), np.nanmax(table)
    scores = (table - (low + high) / 2) / ((high - low) or 1.0)
    given = ~np.isnan(scores)
    own = np.where(given, scores, 0.0)
    others = given.sum(axis=1, keepdims=True) - 1
    rest = np.where(given, (own.sum(axis=1, keepdims=True) - own) / others, 0.0)
    return table, (given.astype(np.float64), own, rest, own**2, rest**2, own * rest)


def _compressed(table: Floats, parts: tuple[Floats, ...]) -> tuple[tuple[Floats, ...], Floats]:
    """Units of which everybody said the same are one pattern with a multiplicity."""
    values = np.unique(table[~np.isnan(table)])
    codes = np.where(np.isnan(table), len(values), np.searchsorted(values, table))
    first, row = distinct_rows(codes, len(values) + 1)
    kept = tuple(part[first] for part in (parts[0], *parts))
    return kept, np.bincount(row).astype(np.float64)


def _mean_correlation(sums: tuple[Floats, ...], times: Floats) -> Floats:
    """The mean over raters of their correlations; NaN where no rater has one.

    Args:
        sums: How many units each rater rated; then, weighted, the count and the five products.
        times: Shape (replicates, clusters or patterns).
    """
    rated, count, x, y, xx, yy, xy = (times @ part for part in sums)
    spread = (count * xx - x**2) * (count * yy - y**2)
    usable = (rated >= LEAST_UNITS) & (spread > _ROUNDING * count**4)
    correlation = np.divide(
        count * xy - x * y, np.sqrt(np.maximum(spread, 0)), out=np.zeros_like(x), where=usable
    )
    raters = usable.sum(axis=1)
    mean = np.divide(
        correlation.sum(axis=1), raters, out=np.full(len(raters), np.nan), where=raters > 0
    )
    return np.asarray(mean)
