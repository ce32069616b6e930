"""Whether two samples of vectors are of one population: the maximum mean discrepancy.

Each sample has a centre in the space of a kernel; the squared distance of the two centres is 0
exactly where the populations are the same, whatever their shape, for a kernel as the Gaussian one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import cluster_codes
from measurand.stats.quantiles import check_level, two_sided_z

__all__ = ["PERMUTATIONS", "Mmd", "Sample", "median_distance", "mmd_squared", "mmd_test"]

Codes: TypeAlias = NDArray[np.intp]

PERMUTATIONS = 999
_FEWEST = 2
_PAIRED = 500
"""Vectors among which the median distance is taken."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Vectors, what each stands for and what they share.

    Args:
        vectors: Shape (units, dimensions).
        weights: Summing to 1, shape (units,).
        clusters: The cluster of each unit, from 0, shape (units,).
        plain: Whether all count alike and none share anything.
    """

    vectors: Floats
    weights: Floats
    clusters: Codes
    plain: bool

    @classmethod
    def of(
        cls,
        vectors: ArrayLike,
        *,
        weights: ArrayLike | None = None,
        clusters: ArrayLike | None = None,
    ) -> Sample:
        """A sample.

        Args:
            vectors: Shape (units, dimensions).
            weights: What each unit stands for, as 1 over the chance with which it was drawn.
            clusters: What units share; those of one cluster are not independent.

        Raises:
            InsufficientData: There are fewer than two units, or clusters.
            UsageError: The arguments do not fit.
        """
        rows = check_finite(vectors, 2)
        count = len(rows)
        if count < _FEWEST:
            raise InsufficientData(f"a distance needs two vectors of each sample; found {count}")
        own = np.ones(count) if weights is None else check_finite(weights, 1)
        if own.size != count or own.min() <= 0:
            raise UsageError("each vector has one weight, which is above 0")
        codes = np.arange(count) if clusters is None else cluster_codes(clusters, count)
        if int(codes.max()) + 1 < _FEWEST:
            raise InsufficientData("all vectors share one cluster")
        alike = float(np.ptp(own)) <= 1e-12 * float(own.max())
        return cls(rows, own / own.sum(), codes, alike and int(codes.max()) + 1 == count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mmd:
    """The distance of two samples, and what chance makes of it.

    Args:
        estimate: The squared distance of the populations' centres with its interval; it may be
            below 0, as it is unbiased.
        p: The chance of one as large, where nothing has shifted.
        threshold: What it stays below with the probability of the level where nothing has.
        chance: The standard deviation where nothing has shifted.
        kernel: Of all vectors, those of the first sample first; ones on the diagonal.
        bandwidth: Of the kernel: the median distance.
        method: How p was found.
    """

    estimate: Estimate
    p: float
    threshold: float
    chance: float
    kernel: Floats
    bandwidth: float
    method: str


def median_distance(vectors: ArrayLike) -> float:
    """The median distance of two different vectors, of five hundred at even steps.

    Raises:
        InsufficientData: More than half of the pairs are the same, or there is no pair.
    """
    rows = check_finite(vectors, 2)
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), _PAIRED)).astype(np.intp)]
    if len(rows) < _FEWEST:
        raise InsufficientData("a median distance needs two vectors")
    squares = _squares(rows, rows)[np.triu_indices(len(rows), 1)]
    found = math.sqrt(max(0.0, float(np.median(squares))))
    if found < 1e-9 * max(1.0, float(np.abs(rows).max())):
        raise InsufficientData("most vectors are the same: there is no distance to measure by")
    return found


def mmd_squared(first: ArrayLike, second: ArrayLike, *, bandwidth: float) -> float:
    """The unbiased squared distance with the kernel exp(-d^2 / (2 bandwidth^2)).

    Raises:
        InsufficientData: There are fewer than two vectors of either sample.
        UsageError: The bandwidth is not above 0.
    """
    if not bandwidth > 0:
        raise UsageError(f"a bandwidth is above 0; found {bandwidth}")
    samples = Sample.of(first), Sample.of(second)
    kernel = _gaussian(np.concatenate([one.vectors for one in samples]), bandwidth)
    return float(_coefficients(*samples).ravel() @ kernel.ravel())


def mmd_test(
    first: Sample,
    second: Sample,
    rng: np.random.Generator,
    *,
    permutations: int = PERMUTATIONS,
    level: float = LEVEL,
) -> Mmd:
    """Whether two samples are of one population.

    The unbiased squared distance with a Gaussian kernel whose bandwidth is the median distance.
    Where all units count alike and share nothing, p is that of random permutations, and exact. Else
    pairs within a cluster are left out, and p is that of a wild bootstrap: each cluster's
    contribution, centred, takes a random sign. The interval is normal; its variance is that of
    the linear part and that of chance.

    Args:
        first: One sample.
        second: The other.
        rng: Draws permutations, or signs.
        permutations: How many.
        level: Of the threshold and of the interval.

    Raises:
        InsufficientData: Most vectors are the same.
        UsageError: The samples have different dimensions.

    References:
        Gretton et al. (2012), A kernel two-sample test, JMLR 13; Chwialkowski, Sejdinovic and
        Gretton (2014), A wild bootstrap for degenerate kernel tests, NeurIPS.
    """
    check_level(level)
    if first.vectors.shape[1] != second.vectors.shape[1]:
        raise UsageError("the vectors of two samples have the same dimensions")
    rows = np.concatenate((first.vectors, second.vectors))
    bandwidth = median_distance(rows[rng.permutation(len(rows))])
    kernel = _gaussian(rows, bandwidth)
    table = _coefficients(first, second)
    found = float(table.ravel() @ kernel.ravel())
    if first.plain and second.plain:
        method = "permutation"
        draws = _permuted(kernel, len(first.weights), rng, count=permutations)
    else:
        method = "wild bootstrap over clusters"
        draws = _signed(table, kernel, (first, second), rng=rng, count=permutations)
    chance = float(draws.std(ddof=1))
    half = two_sided_z(level) * _error(table, kernel, (first, second), chance=chance)
    told = f"unbiased MMD^2, Gaussian kernel; normal, {method}"
    low, high = found - half, found + half
    return Mmd(
        estimate=Estimate(value=found, low=low, high=high, level=level, n=len(rows), method=told),
        p=(1 + int((draws >= found - 1e-12).sum())) / (1 + permutations),
        threshold=float(np.quantile(np.append(draws, found), level, method="higher")),
        chance=chance,
        kernel=kernel,
        bandwidth=bandwidth,
        method=method,
    )


def _squares(first: Floats, second: Floats) -> Floats:
    found = -2 * (first @ second.T)
    found += np.einsum("ij,ij->i", first, first)[:, None]
    found += np.einsum("ij,ij->i", second, second)
    return np.maximum(found, 0.0, out=found)


def _gaussian(rows: Floats, bandwidth: float) -> Floats:
    found = _squares(rows, rows)
    found *= -0.5 / bandwidth**2
    np.exp(found, out=found)
    np.fill_diagonal(found, 1.0)
    return found


def _coefficients(first: Sample, second: Sample) -> Floats:
    """What each entry of the kernel counts in the squared distance, shape (all, all)."""
    n = first.weights.size
    weights = np.concatenate((first.weights, -second.weights))
    table = np.outer(weights, weights)
    for sample, part in ((first, slice(None, n)), (second, slice(n, None))):
        own = table[part, part]
        own[sample.clusters[:, None] == sample.clusters] = 0.0
        own /= own.sum()
    return table


def _permuted(kernel: Floats, n: int, rng: np.random.Generator, *, count: int) -> Floats:
    size = len(kernel)
    m = size - n
    chosen = np.zeros((size, count))
    for draw in range(count):
        chosen[rng.permutation(size)[:n], draw] = 1.0
    rows = kernel.sum(axis=1)
    within = np.einsum("ij,ij->j", chosen, kernel @ chosen)
    across = rows @ chosen - within
    other = float(rows.sum()) - 2 * across - within
    found = (within - n) / (n * (n - 1)) + (other - m) / (m * (m - 1)) - 2 * across / (n * m)
    return np.asarray(found, dtype=np.float64)


def _signed(
    table: Floats,
    kernel: Floats,
    samples: tuple[Sample, Sample],
    *,
    rng: np.random.Generator,
    count: int,
) -> Floats:
    """The distance with a random sign for each cluster, the kernel centred at the pooled centre."""
    first, second = samples
    worth = [1 / float(np.square(_sums(one)).sum()) for one in samples]
    pooled = np.concatenate([one.weights * size for one, size in zip(samples, worth, strict=True)])
    pooled /= pooled.sum()
    middle = kernel @ pooled
    centred = table * (kernel - middle[:, None] - middle + float(pooled @ middle))
    groups = np.concatenate((first.clusters, second.clusters + int(first.clusters.max()) + 1))
    clusters = int(groups.max()) + 1
    folded = np.zeros((clusters, clusters))
    columns = np.zeros((len(groups), clusters))
    columns[np.arange(len(groups)), groups] = 1.0
    folded = columns.T @ centred @ columns
    np.fill_diagonal(folded, 0.0)
    signs = rng.choice((-1.0, 1.0), size=(clusters, count))
    return np.asarray(np.einsum("ij,ij->j", signs, folded @ signs), dtype=np.float64)


def _sums(sample: Sample) -> Floats:
    """What each cluster counts."""
    return np.bincount(sample.clusters, sample.weights).astype(np.float64)


def _error(
    table: Floats, kernel: Floats, samples: tuple[Sample, Sample], *, chance: float
) -> float:
    """The standard error: of the linear part, less what chance adds to its estimate, and chance.

    The linear part is estimated with centres that are off by chance themselves, which adds twice
    the variance of chance.
    """
    parts = (table * kernel).sum(axis=1)
    n = samples[0].weights.size
    linear = 0.0
    for sample, own in zip(samples, (parts[:n], parts[n:]), strict=True):
        sums = np.bincount(sample.clusters, own - sample.weights * float(own.sum()))
        linear += 4 * sums.size / (sums.size - 1) * float(sums @ sums)
    return math.sqrt(max(linear - chance**2, chance**2))
