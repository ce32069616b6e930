"""The examples and systems that a table of ratings spans, as the rows and columns of arrays."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.groups import positions
from measurand.analysis.matrix import Codes, Floats, codes_of, numbers_of
from measurand.analysis.trials import Rounds, trials_of
from measurand.core.failure import STALE
from measurand.core.rating import Cell, Ratings
from measurand.core.scale import Scale

__all__ = ["RATERS", "Bools", "Frame", "OfRaters", "averages", "failed"]

Bools = NDArray[np.bool_]

RATERS: frozenset[Cell] = frozenset({"people", "judge", "check"})
"""Kinds whose ratings are votes; a reference rating is nobody's."""


@dataclass(frozen=True, slots=True)
class OfRaters:
    """What each rater says of each output, repeats averaged.

    Args:
        places: Which output, as an index into the frame's flattened table.
        raters: Which rater, as a code of the column.
        means: The mean of the repeats that have a value; NaN where none has.
        failed: Whether any repeat failed.
    """

    places: Codes
    raters: Codes
    means: Floats
    failed: Bools


class Frame:
    """The examples and systems that a table of ratings spans.

    Args:
        ratings: The table; reference ratings are nobody's vote and left out.
        systems: The columns; ratings of others are left out.
        rounds: How rows tell their trial; see `trials_of`.
    """

    def __init__(
        self, ratings: Ratings, systems: tuple[str, ...], *, rounds: Rounds | None = None
    ) -> None:
        self.ratings = ratings.where(system=frozenset(systems), kind=RATERS)
        self.systems = systems
        self.examples = tuple(str(cell) for cell in self.ratings.distinct("example"))
        self.rated = frozenset(self.ratings.distinct("dimension"))
        self.shape: tuple[int, ...] = (len(self.examples), len(self.systems))
        self._rounds = rounds

    def in_trials(self) -> Frame:
        """The same ratings with the trials of each example as a third axis."""
        part = copy(self)
        most = trials_of(self.ratings.where(against=None), self._rounds).max(initial=0)
        part.shape = (len(self.examples), len(self.systems), 1 + int(most))
        return part

    def only(self, **cells: Cell | frozenset[Cell]) -> Frame:
        """The same rows and columns, with only the ratings whose cells equal these."""
        part = copy(self)
        part.ratings = self.ratings.where(**cells)
        return part

    def of_raters(self, rows: Ratings, scale: Scale) -> OfRaters:
        """What each rater says of each output that these rows are about."""
        numbers, _ = numbers_of(rows["value"], scale)
        given = ~np.isnan(numbers)
        width = max(len(rows["rater"].levels), 1)
        votes = self.places(rows) * width + codes_of(rows["rater"])
        cells, vote = np.unique(votes, return_inverse=True)
        lost = np.bincount(vote, weights=failed(rows), minlength=len(cells)) > 0
        return OfRaters(
            places=cells // width,
            raters=cells % width,
            means=averages(vote[given], numbers[given], size=len(cells)),
            failed=lost,
        )

    def means(self, rows: Ratings, scale: Scale) -> Floats:
        """Mean rating of every output: of each rater over repeats, then over raters."""
        said = self.of_raters(rows, scale)
        given = ~np.isnan(said.means)
        means = averages(said.places[given], said.means[given], size=prod(self.shape))
        return means.reshape(self.shape)

    def counts(self, places: Codes) -> Codes:
        """How often each output occurs among these places."""
        return np.bincount(places, minlength=prod(self.shape)).reshape(self.shape)

    def places(self, rows: Ratings) -> Codes:
        """The output that each row is about, as an index into the flattened table."""
        at_example = positions(rows["example"].levels, self.examples)[codes_of(rows["example"])]
        at_system = positions(rows["system"].levels, self.systems)[codes_of(rows["system"])]
        at = at_example * len(self.systems) + at_system
        for trials in self.shape[2:]:
            at = at * trials + trials_of(rows, self._rounds)
        return at


def failed(rows: Ratings) -> Bools:
    """Which ratings failed: no value, and a class that says why; old ones did not fail anew.

    A rating without a value and without a class is someone's "cannot judge", or an empty cell.
    """
    lost = _levels(rows, "failure", lambda cell: cell is not None and cell != STALE)
    none = _levels(rows, "value", lambda cell: cell is None)
    return lost & none


def averages(places: Codes, numbers: Floats, *, size: int) -> Floats:
    """The mean of the numbers at each place; NaN where there is none."""
    counts = np.bincount(places, minlength=size)
    sums = np.bincount(places, weights=numbers, minlength=size)
    means: Floats = np.divide(sums, counts, out=np.full(size, np.nan), where=counts > 0)
    return means


def _levels(rows: Ratings, name: str, keep: Callable[[Cell], bool]) -> Bools:
    return np.frombuffer(rows[name].mask(keep), dtype=np.uint8).astype(bool)
