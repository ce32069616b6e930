"""Ratings of exchangeable raters, compressed: units with the same values are one pattern."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats, as_table

__all__ = ["Patterns", "Tally", "distinct_rows"]

Tally: TypeAlias = Callable[[Floats], Floats]
"""Multiplicities, shape (replicates, patterns), to counts, shape (replicates, values)."""

_KEYS = 2**62


@dataclass(frozen=True, slots=True)
class Patterns:
    """The distinct multisets of values that units got, and how many units got each.

    Args:
        values: Shape (values,), ascending: the distinct values.
        codes: Shape (patterns, most ratings of a unit), ascending in each row: indices into
            values; ``len(values)`` marks a rating that is missing.
        units: Shape (patterns,): how many units show each pattern.
        sizes: Shape (patterns,): how many ratings such a unit has.
    """

    values: Floats
    codes: NDArray[np.integer]
    units: Floats
    sizes: Floats

    @classmethod
    def of(cls, ratings: Floats, *, least: int = 2, compressed: bool = True) -> Patterns:
        """Compress ratings.

        Args:
            ratings: Shape (units, raters); NaN marks a rating that was not given.
            least: Units with fewer ratings are left out.
            compressed: False keeps one pattern a unit, where nothing will be resampled.

        Raises:
            InsufficientData: No unit has enough ratings.
            UsageError: The ratings are not a finite two-dimensional table.
        """
        table = as_table(ratings)
        given = ~np.isnan(table)
        sizes = given.sum(axis=1)
        enough = sizes >= least
        if not enough.any():
            raise InsufficientData(
                "no unit has two ratings, so there is nothing to compare"
                if least > 1
                else "there are no ratings"
            )
        if not enough.all():
            table, given, sizes = table[enough], given[enough], sizes[enough]
        rated = table[given]
        values = np.unique(rated)
        codes = np.full(table.shape, len(values), dtype=np.min_scalar_type(len(values)))
        codes[given] = np.searchsorted(values, rated)
        codes.sort(axis=1)
        codes = codes[:, : sizes.max()]
        units = np.ones(len(codes))
        if compressed:
            first, row = distinct_rows(codes, len(values) + 1)
            codes, sizes = codes[first], sizes[first]
            units = np.bincount(row).astype(np.float64)
        return cls(values, codes, units, sizes.astype(np.float64))

    @property
    def n(self) -> int:
        """How many units."""
        return int(self.units.sum())

    @property
    def width(self) -> int:
        """Floats that a statistic of these patterns needs for one replicate."""
        return int(self.codes.size + len(self.values))

    @property
    def unanimous(self) -> bool:
        """Whether no unit has two different ratings."""
        last = np.take_along_axis(self.codes, self.sizes.astype(np.intp)[:, None] - 1, axis=1)
        return bool((self.codes[:, :1] == last).all())

    def counts(self) -> Floats:
        """Shape (patterns, values): how often a unit of the pattern got each value."""
        return self.spread(self.values)

    def spread(self, categories: Floats) -> Floats:
        """Shape (patterns, categories): counts over categories that include all values."""
        columns = len(categories) + 1
        place = np.append(np.searchsorted(categories, self.values), len(categories))
        rows = np.arange(len(self.codes))[:, None] * columns
        flat = np.bincount((rows + place[self.codes]).ravel(), minlength=len(self.codes) * columns)
        return np.asarray(flat.reshape(-1, columns)[:, :-1], dtype=np.float64)

    def sums(self, scores: Floats) -> Floats:
        """Shape (..., patterns): a score of each value, summed over the ratings of a unit.

        Args:
            scores: Shape (..., values).
        """
        padded = np.concatenate([scores, np.zeros((*scores.shape[:-1], 1))], axis=-1)
        total = padded[..., self.codes[:, 0]]
        for column in self.codes.T[1:]:
            total += padded[..., column]
        return np.asarray(total)

    def tally(self) -> Tally:
        """The function from multiplicities to how often each value occurs.

        It maps shape (replicates, patterns) to shape (replicates, values), in time and memory
        that grow with the ratings, however many values there are.
        """
        flat = self.codes.ravel()
        order = np.argsort(flat, kind="stable")[: int(self.sizes.sum())]
        starts = np.searchsorted(flat[order], np.arange(len(self.values)))
        owner = order // self.codes.shape[1]
        return lambda weights: np.asarray(np.add.reduceat(weights[:, owner], starts, axis=1))

    def totals(self) -> Floats:
        """Shape (values,): how often each value occurs."""
        return np.asarray(self.tally()(self.units[None, :])[0])


def distinct_rows(
    codes: NDArray[np.integer], base: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where each distinct row first stands, and which of them each row is.

    Args:
        codes: Shape (rows, columns), integers from 0.
        base: Above every code.
    """
    columns = codes.shape[1]
    if base**columns < _KEYS:
        powers = np.array([base**power for power in range(columns)], dtype=np.int64)
        keys = codes.astype(np.int64) @ powers
        _, first, row = np.unique(keys, return_index=True, return_inverse=True)
    else:
        _, first, row = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    return first, row.reshape(-1)
