"""BCa intervals by resampling units or clusters, for any smooth function of means.

A resample enters the statistic only through its column sums, so resampling means drawing how
often each unit is taken and one matrix product. Units with equal rows are drawn together. On a
scale of few grades that turns thousands of units into a handful of patterns.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.bca import (
    Jackknife,
    Resampling,
    bca_interval,
    multiplicities,
    require_units,
)
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.mean import caution_if_few, cluster_codes, cluster_sums

__all__ = ["RESAMPLES", "Statistic", "bca", "mean_bca", "means_bca"]

RESAMPLES = 9_999
"""Resamples wherever no number is asked for: means are cheap."""

Statistic: TypeAlias = Callable[[Floats], Floats]
"""Column means of shape (..., p) to one number each, of shape (...)."""


def bca(
    columns: ArrayLike,
    statistic: Statistic,
    *,
    clusters: ArrayLike | None = None,
    rng: np.random.Generator,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Estimate:
    """The bias-corrected and accelerated interval of a smooth function of column means.

    The statistic sees the mean of each column over the units of a resample. A mean over the
    units that have a score is the ratio of two columns, score (0 where missing) and presence;
    a weighted mean the ratio of weight times score and weight. The acceleration comes from the
    jackknife over units or clusters. The same generator state gives the same interval.

    Args:
        columns: One finite row per unit, shape (n, p).
        statistic: From column means of shape (..., p) to numbers of shape (...).
        clusters: The cluster of each unit, shape (n,); by default each unit is its own.
        rng: The source of the resamples.
        level: The confidence level.
        resamples: How many resamples to draw.

    Raises:
        InsufficientData: Fewer than three units or clusters; the statistic does not exist on the
            data, or on more than a tenth of the resamples; it does not vary over them, or lies
            outside of them.
        UsageError: The arguments have the wrong shape; or so few resamples that less than one is
            expected in either tail.

    References:
        Efron (1987), JASA 82, 171-185; clusters: Davison and Hinkley (1997), section 3.8.
    """
    how = Resampling(rng=rng, level=level, resamples=resamples)
    return _bca(check_finite(columns, 2), statistic, clusters, how=how, name="the statistic")


def mean_bca(
    values: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    rng: np.random.Generator,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Estimate:
    """The mean, or weighted mean, with its BCa interval; of paired differences likewise.

    Args:
        values: One finite number per unit, shape (n,).
        clusters: As for `bca`.
        weights: Non-negative, shape (n,); their scale does not matter.
        rng: As for `bca`.
        level: As for `bca`.
        resamples: As for `bca`.

    Raises:
        InsufficientData: As for `bca`.
        UsageError: As for `bca`; or a weight is negative.
    """
    vector = check_finite(values, 1)
    weight = np.ones_like(vector) if weights is None else check_finite(weights, 1)
    if weight.shape != vector.shape or weight.min(initial=0.0) < 0:
        raise UsageError("weights are one non-negative number per value")
    columns = np.stack([vector * weight, weight], axis=1)
    how = Resampling(rng=rng, level=level, resamples=resamples)
    return _bca(columns, _ratio, clusters, how=how, name="the mean")


def means_bca(
    table: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    rng: np.random.Generator,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> tuple[Estimate, ...]:
    """The mean of every column with its BCa interval, all from the same resamples of units.

    Each is what `mean_bca` gives of the column alone, but that a resample draws whole rows: one
    matrix product serves all columns, which is what makes many of them cheap. A column's mean is
    over the units on which it has a value.

    Args:
        table: Shape (units, columns); NaN where a column has no value.
        clusters: As for `bca`.
        rng: As for `bca`.
        level: As for `bca`.
        resamples: As for `bca`.

    Returns:
        One estimate a column; absent, with the reason, where `mean_bca` would refuse.

    Raises:
        UsageError: As for `bca`.
    """
    how = Resampling(rng=rng, level=level, resamples=resamples)
    rows = np.asarray(table, dtype=np.float64)
    given = ~np.isnan(rows)
    values = check_finite(np.where(given, rows, 0.0), 2)
    wide = np.concatenate([values, given.astype(np.float64)], axis=1)
    codes = None if clusters is None else cluster_codes(clusters, len(rows))
    units = wide if codes is None else cluster_sums(wide, codes)
    patterns, counts = _alike(units)
    split = values.shape[1]
    drawn = [taken @ patterns for taken in multiplicities(counts, how, width=2 * split)]
    replicates = _ratios(np.concatenate(drawn), split) if drawn else np.empty((0, split))
    whole = counts @ patterns
    jackknife = _ratios(whole - patterns, split)
    sizes = (patterns[:, split:] > 0).T @ counts
    noun, kind = ("units", "") if clusters is None else ("clusters", "cluster ")
    found = []
    for place, size in enumerate(sizes.tolist()):
        compute = partial(
            _column_bca,
            float(_ratios(whole[None, :], split)[0, place]),
            replicates[:, place],
            Jackknife(jackknife[:, place], counts),
            how=how,
            told=_Told(int(given[:, place].sum()), int(size), noun, kind),
        )
        n = int(given[:, place].sum())
        found.append(attempt(compute, n=n, method="BCa", level=level))
    return tuple(found)


class _Told(NamedTuple):
    """How one column's estimate is told."""

    n: int
    units: int
    noun: str
    kind: str


def _column_bca(
    estimate: float, replicates: Floats, jackknife: Jackknife, *, how: Resampling, told: _Told
) -> Estimate:
    require_units(told.units, "the mean", told.noun)
    found = bca_interval(estimate, replicates, jackknife, level=how.level, name="the mean")
    return Estimate(
        value=estimate,
        low=found.low,
        high=found.high,
        level=how.level,
        n=told.n,
        method=f"BCa {told.kind}bootstrap, {how.resamples} resamples",
        reason=caution_if_few(told.units, told.noun) or found.caution,
    )


def _ratios(sums: Floats, split: int) -> Floats:
    """The means that belong to sums of values and of how many there are; NaN where none is."""
    with np.errstate(all="ignore"):
        return np.asarray(sums[:, :split] / sums[:, split:], dtype=np.float64)


def _alike(units: Floats) -> tuple[Floats, Floats]:
    """The distinct rows, and how many units show each; where hardly any are alike, all rows."""
    rows, counts = np.unique(units, axis=0, return_counts=True)
    return rows, counts.astype(np.float64)


def _ratio(means: Floats) -> Floats:
    return np.asarray(means[..., 0] / means[..., 1])


def _bca(
    columns: Floats,
    statistic: Statistic,
    clusters: ArrayLike | None,
    *,
    how: Resampling,
    name: str,
) -> Estimate:
    rows, counts = _patterns(columns, clusters)
    kind, noun = ("", "units") if clusters is None else ("cluster ", "clusters")
    require_units(counts.sum(), name, noun)
    whole = counts @ rows
    estimate = float(_evaluate(statistic, whole[None, :])[0])
    if not np.isfinite(estimate):
        raise InsufficientData(
            f"{name} does not exist on the data: a division by zero, or nothing to average"
        )
    replicates = [_evaluate(statistic, taken @ rows) for taken in multiplicities(counts, how)]
    found = bca_interval(
        estimate,
        np.concatenate(replicates),
        Jackknife(_evaluate(statistic, whole - rows), counts),
        level=how.level,
        name=name,
    )
    return Estimate(
        value=estimate,
        low=found.low,
        high=found.high,
        level=how.level,
        n=len(columns),
        method=f"BCa {kind}bootstrap, {how.resamples} resamples",
        reason=caution_if_few(int(counts.sum()), noun) or found.caution,
    )


def _patterns(columns: Floats, clusters: ArrayLike | None) -> tuple[Floats, Floats]:
    """The distinct rows of cluster sums, sizes last, and how many clusters show each."""
    sized = np.column_stack([columns, np.ones(len(columns))])
    sums = sized if clusters is None else cluster_sums(sized, cluster_codes(clusters, len(sized)))
    rows, counts = np.unique(sums, axis=0, return_counts=True)
    return rows, counts.astype(np.float64)


def _evaluate(statistic: Statistic, sums: Floats) -> Floats:
    """Apply the statistic to the column means that belong to these sums."""
    with np.errstate(all="ignore"):
        values = np.asarray(statistic(sums[:, :-1] / sums[:, -1:]), dtype=np.float64)
    if values.shape != sums.shape[:1]:
        raise UsageError(
            f"the statistic must turn means of shape (..., p) into shape (...); "
            f"{len(sums)} rows gave {values.shape}"
        )
    return values
