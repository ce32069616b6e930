"""Does one overall impression colour every dimension, more than it does for people?

The errors that a rater makes on two dimensions of one output should have nothing to do with each
other. Where they go together, the rater has rated an impression. People do that too; what matters
is how much more a judge does.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.influence import influence_interval
from measurand.stats.mean import cluster_codes
from measurand.stats.quantiles import check_level

__all__ = ["discriminant_gap", "halo", "joint_halo"]

_FEWEST = 10
"""Fewer units or clusters cannot be left out one by one to any purpose."""
_TABLE, _CUBE = 2, 3


def halo(
    judge: ArrayLike, ratings: ArrayLike, *, clusters: ArrayLike | None = None, level: float = LEVEL
) -> Estimate:
    """The correlation of a judge's errors between dimensions, beyond that of a person's.

    What two different people say of two dimensions goes together as far as the qualities do, and
    no further; what one rater says of both goes together by its errors as well. So from each
    covariance within one rater that between different ones is taken: of a judge, after scaling
    by its slopes on quality, which different people's covariances give as well. Averaged over all
    pairs of dimensions; the interval leaves out one cluster after another.

    Args:
        judge: Scores, shape (units, dimensions), all of them given.
        ratings: People's, shape (units, raters, dimensions), all of them given; at least two
            raters.
        clusters: The cluster of each unit, shape (units,).
        level: The confidence level.

    Returns:
        The difference of the two correlations, averaged over pairs of dimensions.

    Raises:
        InsufficientData: Fewer than ten units or clusters; people do not agree on a dimension, or
            a rater's errors have no variance, so that they have no correlation.
        UsageError: The arguments do not fit each other.

    References:
        Campbell and Fiske (1959), Psychol. Bull. 56, 81-105, for monomethod against heteromethod
        correlations; Kenny and Kashy (1992), Psychol. Bull. 112, 165-172.
    """
    scores, people = _fitting(judge, ratings)
    return _jackknife(
        _moments(scores, people),
        _excess,
        clusters,
        shape=(scores.shape[1],),
        level=level,
        method="error correlations",
    )


def discriminant_gap(
    judge: ArrayLike, people: ArrayLike, *, clusters: ArrayLike | None = None, level: float = LEVEL
) -> Estimate:
    """By how much a judge goes with people on the same dimension more than on other ones.

    Args:
        judge: Scores, shape (units, dimensions), all of them given.
        people: The means of people's ratings, likewise.
        clusters: The cluster of each unit.
        level: The confidence level.

    Returns:
        The mean correlation on the same dimension less that across dimensions.

    Raises:
        InsufficientData: Fewer than ten units or clusters, or a dimension without spread.
        UsageError: The arguments do not fit each other.
    """
    scores, means = _table(judge), _table(people)
    if scores.shape != means.shape:
        raise UsageError(f"found {scores.shape} scores and {means.shape} means of people")

    def gap(moments: Floats) -> Floats:
        covariance = _covariances(moments, 2 * scores.shape[1])
        spread = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
        with np.errstate(divide="ignore", invalid="ignore"):
            all_pairs = covariance / (spread[..., :, None] * spread[..., None, :])
        size = scores.shape[1]
        cross = all_pairs[..., :size, size:]
        same = np.trace(cross, axis1=-2, axis2=-1)
        rest = cross.sum(axis=(-2, -1)) - same
        return np.asarray(same / size - rest / (size * (size - 1)))

    both = np.column_stack([scores, means])
    return _jackknife(
        _products(both), gap, clusters, shape=None, level=level, method="correlations"
    )


def joint_halo(
    together: ArrayLike,
    apart: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    level: float = LEVEL,
) -> Estimate:
    """How much more dimensions go together when one call judges all of them; needs no people.

    Args:
        together: Scores of one call for all dimensions, shape (units, dimensions), all given.
        apart: Scores of one call a dimension, of the same units.
        clusters: The cluster of each unit.
        level: The confidence level.

    Returns:
        The mean correlation between dimensions of the one, less that of the other.

    Raises:
        InsufficientData: Fewer than ten units or clusters, or a dimension without spread.
        UsageError: The arguments do not fit each other.
    """
    one, other = _table(together), _table(apart)
    if one.shape != other.shape:
        raise UsageError(f"the same units are judged both ways; found {one.shape}, {other.shape}")
    size = one.shape[1]

    def gap(moments: Floats) -> Floats:
        covariance = _covariances(moments, 2 * size)
        spread = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
        with np.errstate(divide="ignore", invalid="ignore"):
            pairs = covariance / (spread[..., :, None] * spread[..., None, :])
        means = [
            (block.sum(axis=(-2, -1)) - size) / (size * (size - 1))
            for block in (pairs[..., :size, :size], pairs[..., size:, size:])
        ]
        return np.asarray(means[0] - means[1])

    columns = _products(np.column_stack([one, other]))
    return _jackknife(columns, gap, clusters, shape=None, level=level, method="correlations")


Statistic = Callable[..., Floats]


def _jackknife(
    columns: Floats,
    statistic: Statistic,
    clusters: ArrayLike | None,
    *,
    shape: tuple[int] | None,
    level: float,
    method: str,
) -> Estimate:
    """A function of column means, and the spread of what it is without each cluster."""
    check_level(level)
    n = len(columns)
    codes = np.arange(n) if clusters is None else cluster_codes(clusters, n)
    count = int(codes.max(initial=-1)) + 1
    noun = "units" if clusters is None else "clusters"
    if count < _FEWEST:
        raise InsufficientData(f"at least {_FEWEST} {noun} are needed; found {count}")
    sums = np.zeros((count, columns.shape[1]))
    np.add.at(sums, codes, columns)
    sizes = np.bincount(codes).astype(np.float64)
    whole = sums.sum(axis=0)
    extra = () if shape is None else shape
    value = float(statistic((whole / n)[None], *extra)[0])
    without = statistic((whole - sums) / (n - sizes)[:, None], *extra)
    if not np.isfinite(value) or not np.isfinite(without).all():
        raise InsufficientData(
            "a dimension has no spread, or raters do not agree enough on one to tell errors from "
            "quality"
        )
    # As the mean of clusters of unequal sizes: each leave-one-out value weighs by what is left.
    deviation = (n - sizes) / n * (without - value)
    return influence_interval(
        value, deviation, n=n, level=level, method=f"{method}, jackknife", noun=noun
    )


def _moments(scores: Floats, people: Floats) -> Floats:
    """By unit: scores and people's means, and all products the covariances need."""
    raters, size = people.shape[1], scores.shape[1]
    means = people.mean(axis=1)
    within = np.einsum("urd,ure->ude", people, people) / raters
    total = np.einsum("ud,ue->ude", means * raters, means * raters)
    between = (total - within * raters) / (raters * (raters - 1))
    products = (
        np.einsum("ud,ue->ude", scores, scores),
        np.einsum("ud,ue->ude", scores, means),
        within,
        between,
    )
    return np.column_stack([scores, means, *(p.reshape(-1, size * size) for p in products)])


def _excess(moments: Floats, size: int) -> Floats:
    """The judge's mean error correlation less a person's, from the means of `_moments`."""
    judge, people = moments[:, :size], moments[:, size : 2 * size]
    blocks = [
        block.reshape(-1, size, size) for block in np.split(moments[:, 2 * size :], 4, axis=1)
    ]
    own, cross, within, between = blocks
    own = own - judge[:, :, None] * judge[:, None, :]
    cross = cross - judge[:, :, None] * people[:, None, :]
    centre = people[:, :, None] * people[:, None, :]
    within, quality = within - centre, between - centre
    variance = np.diagonal(quality, axis1=1, axis2=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = np.where(variance > 0, np.diagonal(cross, axis1=1, axis2=2) / variance, np.nan)
        errors = own - slopes[:, :, None] * slopes[:, None, :] * quality
        gap = _mean_correlation(errors) - _mean_correlation(within - quality)
    return np.asarray(gap)


def _mean_correlation(covariance: Floats) -> Floats:
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    spread = np.sqrt(np.where(variance > 0, variance, np.nan))
    pairs = combinations(range(covariance.shape[1]), 2)
    each = [covariance[:, a, b] / (spread[:, a] * spread[:, b]) for a, b in pairs]
    return np.asarray(np.mean(each, axis=0), dtype=np.float64)


def _products(table: Floats) -> Floats:
    size = table.shape[1]
    return np.column_stack([table, np.einsum("ud,ue->ude", table, table).reshape(-1, size * size)])


def _covariances(moments: Floats, size: int) -> Floats:
    means = moments[:, :size]
    products = moments[:, size:].reshape(-1, size, size)
    covariance = products - means[:, :, None] * means[:, None, :]
    flat: NDArray[np.bool_] = np.diagonal(covariance, axis1=1, axis2=2) <= 1e-12  # noqa: PLR2004
    covariance[flat.any(axis=1)] = np.nan
    return covariance


def _fitting(judge: ArrayLike, ratings: ArrayLike) -> tuple[Floats, Floats]:
    scores, people = _table(judge), np.asarray(ratings, dtype=np.float64)
    if people.ndim != _CUBE or (people.shape[0], people.shape[2]) != scores.shape:
        raise UsageError(
            f"ratings have the shape (units, raters, dimensions) for scores of {scores.shape}; "
            f"found {people.shape}"
        )
    if not np.isfinite(people).all():
        raise UsageError("only units that every rater rated on every dimension can be used")
    if people.shape[1] < 2:  # noqa: PLR2004 - one rater agrees with nobody
        raise InsufficientData("one rater's errors cannot be told from quality; two are needed")
    return scores, people


def _table(values: ArrayLike) -> Floats:
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != _TABLE or not np.isfinite(table).all():
        raise UsageError("scores are finite, of shape (units, dimensions)")
    if table.shape[1] < 2:  # noqa: PLR2004 - a pair of dimensions
        raise InsufficientData("one dimension alone has no halo; two are needed")
    return table
