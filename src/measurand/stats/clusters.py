"""Clusters of directions: spherical k-means of rows of unit length."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite

__all__ = ["Clusters", "assign", "clusters"]

Labels: TypeAlias = NDArray[np.intp]

_ROUNDS = 30
_STARTS = 3
_FITTED = 8_000
"""Rows that centres are found from; of more, a sample."""
_BLOCK = 8_192
"""Rows that are held against the centres at once."""
_ENOUGH, _GAIN = 1e-6, 1e-4
"""A length that is none; and the gain in the mean cosine below which nothing improves."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Centres, and the cluster of each row.

    Args:
        centres: Of unit length, shape (clusters, dimensions), that of the largest cluster first.
        labels: Shape (rows,), from 0.
    """

    centres: Floats
    labels: Labels

    @property
    def sizes(self) -> Labels:
        """Rows in each cluster."""
        return np.bincount(self.labels, minlength=len(self.centres))


def clusters(vectors: ArrayLike, count: int, rng: np.random.Generator) -> Clusters:
    """Part rows by direction, so that the cosines with the centres of their clusters add up most.

    The best of three starts, each spread out by k-means++. Of more than 8,000 rows a sample finds
    the centres. There are fewer clusters than asked for where fewer rows differ.

    Args:
        vectors: Rows that are not zero, shape (rows, dimensions); only their direction counts.
        count: How many clusters.
        rng: Draws the starts.

    Raises:
        InsufficientData: There is no row.
        UsageError: Fewer than one cluster is asked for, or a row is zero or not finite.

    References:
        Dhillon and Modha (2001), Concept decompositions for large sparse text data using
        clustering, Machine Learning 42; Arthur and Vassilvitskii (2007), k-means++.
    """
    if count < 1:
        raise UsageError(f"at least one cluster is needed; found {count}")
    rows = _unit(vectors)
    if not len(rows):
        raise InsufficientData("there is nothing to find clusters in")
    fitted = rows
    if len(rows) > _FITTED:
        fitted = rows[np.sort(rng.choice(len(rows), _FITTED, replace=False))]
    centres, best = fitted[:1], -math.inf
    for _ in range(_STARTS):
        found, worth = _settled(fitted, _spread(fitted, count, rng))
        if worth > best:
            centres, best = found, worth
    labels = assign(rows, centres)
    order = np.argsort(-np.bincount(labels, minlength=len(centres)), kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    return Clusters(centres[order], place[labels])


def assign(vectors: ArrayLike, centres: Floats) -> Labels:
    """The cluster of each row: that of the centre in the most similar direction.

    Raises:
        UsageError: Rows and centres have different dimensions, or a row is zero or not finite.
    """
    rows = check_finite(vectors, 2)
    if rows.shape[1] != centres.shape[1]:
        raise UsageError(
            f"rows of {rows.shape[1]} dimensions have no place among centres of "
            f"{centres.shape[1]}; was the encoder changed?"
        )
    labels = np.empty(len(rows), dtype=np.intp)
    for start in range(0, len(rows), _BLOCK):
        block = slice(start, start + _BLOCK)
        labels[block] = np.argmax(rows[block] @ centres.T, axis=1)
    return labels


def _unit(vectors: ArrayLike) -> Floats:
    rows = check_finite(vectors, 2)
    lengths = np.linalg.norm(rows, axis=1)
    if (lengths == 0).any():
        raise UsageError("a vector is zero, and has no direction")
    return np.asarray(rows / lengths[:, None], dtype=np.float64)


def _spread(rows: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Rows that lie apart: each drawn by how far it is from those before it."""
    chosen = [int(rng.integers(len(rows)))]
    far = np.maximum(1 - rows @ rows[chosen[0]], 0)
    while len(chosen) < count:
        far[far < _ENOUGH] = 0.0
        total = float(far.sum())
        if total == 0:  # all others are the same as one of these
            break
        chosen.append(int(rng.choice(len(rows), p=far / total)))
        far = np.minimum(far, np.maximum(1 - rows @ rows[chosen[-1]], 0))
    return rows[chosen]


def _settled(rows: Floats, centres: Floats) -> tuple[Floats, float]:
    """The centres when no round improves them, and the sum of cosines with them."""
    worth = -math.inf
    for _ in range(_ROUNDS):
        cosines = rows @ centres.T
        labels = np.argmax(cosines, axis=1)
        own = cosines[np.arange(len(rows)), labels]
        found = float(own.sum())
        if found <= worth + _GAIN * len(rows):
            break
        worth = found
        centres = _centred(rows, labels, own, centres=centres)
    return centres, worth


def _centred(rows: Floats, labels: Labels, own: Floats, *, centres: Floats) -> Floats:
    """The mean direction of each cluster; an empty one takes the row that is worst placed."""
    mine = np.zeros((len(rows), len(centres)))
    mine[np.arange(len(rows)), labels] = 1.0
    sums = mine.T @ rows
    lengths = np.linalg.norm(sums, axis=1)
    lost = np.flatnonzero(lengths < _ENOUGH)
    if lost.size:
        sums[lost] = rows[np.argsort(own, kind="stable")[: lost.size]]
        lengths[lost] = 1.0
    return np.asarray(sums / lengths[:, None], dtype=np.float64)
