"""One value from several raters: the majority, the median or the mean; ties stay ties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats, as_table
from measurand.stats.chance import MOST_CATEGORIES

__all__ = ["Vote", "majority_vote", "mean_vote", "median_vote"]


@dataclass(frozen=True, slots=True)
class Vote:
    """A majority vote on every unit.

    Args:
        labels: Shape (units,): the value most raters gave; NaN for a tie, or nobody rated.
        tied: Shape (units,): whether two or more values share the most votes.
        values: Shape (values,), ascending: what could be voted for.
        counts: Shape (units, values): the votes.
    """

    labels: Floats
    tied: NDArray[np.bool_]
    values: Floats
    counts: NDArray[np.int64]

    @property
    def ties(self) -> int:
        """How many units have no majority because values tie."""
        return int(self.tied.sum())


def majority_vote(ratings: Floats) -> Vote:
    """The value that most raters gave each unit (a plurality suffices); ties have no winner.

    Args:
        ratings: Shape (units, raters); NaN marks a rating that was not given.

    Raises:
        InsufficientData: There are too many different values to vote on.
        UsageError: The ratings are not a finite two-dimensional table.
    """
    table = as_table(ratings)
    given = ~np.isnan(table)
    rated = table[given]
    values = np.unique(rated)
    if len(values) > MOST_CATEGORIES:
        raise InsufficientData(
            f"found {len(values)} different values; a vote needs labels: use the median or mean"
        )
    cells = np.nonzero(given)[0] * len(values) + np.searchsorted(values, rated)
    counts = np.bincount(cells, minlength=len(table) * len(values))
    counts = counts.reshape(len(table), len(values))
    if not len(values):
        nobody = np.zeros(len(table), dtype=np.bool_)
        return Vote(np.full(len(table), np.nan), nobody, values, counts.astype(np.int64))
    most = counts.max(axis=1)
    tied = ((counts == most[:, None]).sum(axis=1) > 1) & (most > 0)
    labels = np.where(tied | (most == 0), np.nan, values[counts.argmax(axis=1)])
    return Vote(labels, tied, values, counts.astype(np.int64))


def median_vote(ratings: Floats) -> Floats:
    """The median rating of each unit; of an even number, the mean of the middle two.

    Args:
        ratings: Shape (units, raters); NaN marks a rating that was not given.

    Returns:
        Shape (units,); NaN where nobody rated.
    """
    table = np.sort(as_table(ratings), axis=1)
    if not table.shape[1]:
        return np.full(len(table), np.nan)
    size = (~np.isnan(table)).sum(axis=1)
    middle = np.stack([np.maximum(size - 1, 0) // 2, size // 2], axis=1)
    middle = np.minimum(middle, table.shape[1] - 1)
    return np.asarray(np.take_along_axis(table, middle, axis=1).mean(axis=1))


def mean_vote(ratings: Floats) -> Floats:
    """The mean rating of each unit.

    Args:
        ratings: Shape (units, raters); NaN marks a rating that was not given.

    Returns:
        Shape (units,); NaN where nobody rated.
    """
    table = as_table(ratings)
    given = ~np.isnan(table)
    size = given.sum(axis=1)
    total = np.where(given, table, 0.0).sum(axis=1)
    return np.asarray(np.divide(total, size, out=np.full(len(table), np.nan), where=size > 0))
