"""One order for a table of ratings, whatever the order in which calls came back."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from measurand.core.plan import Plan
from measurand.core.rating import COLUMNS, KINDS, Cell, Column, Ratings

__all__ = ["in_order"]

_BY = ("example", "system", "dimension", "kind", "rater", "repeat", "against", "order")


def in_order(ratings: Ratings, plan: Plan, examples: Iterable[str]) -> Ratings:
    """The same rows in the order of the plan: by example, system, dimension, kind, rater, repeat.

    What the plan does not name comes last, by name. Two tables of the same rows become the same
    table, so that everything computed from them is the same to the last digit.
    """
    known: Mapping[str, Iterable[str]] = {
        "example": examples,
        "system": (system.name for system in plan.systems),
        "dimension": (dimension.name for dimension in plan.rubric),
        "kind": KINDS,
    }
    keys = [_ranks(ratings[name], tuple(known.get(name, ()))) for name in _BY]
    order = np.lexsort(keys[::-1])
    return Ratings({name: _taken(ratings[name], order) for name in COLUMNS})


def _ranks(column: Column, known: tuple[str, ...]) -> NDArray[np.int64]:
    """The place of each row's cell: those known in their order, then the others by name."""
    place = {name: rank for rank, name in enumerate(known)}

    def rank(cell: Cell) -> tuple[int, float, str]:
        number = float(cell) if isinstance(cell, int | float) else 0.0
        return place.get(str(cell), len(place)), number, "" if cell is None else str(cell)

    ordered = sorted(range(len(column.levels)), key=lambda code: rank(column.levels[code]))
    ranks = np.empty(max(len(ordered), 1), np.int64)
    ranks[ordered] = np.arange(len(ordered))
    return ranks[np.frombuffer(column.codes, np.int32)]


def _taken(column: Column, order: NDArray[np.int64]) -> Column:
    """The column in another order, its levels in order of first appearance."""
    codes = np.frombuffer(column.codes, np.int32)[order]
    distinct, first = np.unique(codes, return_index=True)
    used = distinct[np.argsort(first)]
    ranks = np.zeros(max(len(column.levels), 1), np.int32)
    ranks[used] = np.arange(len(used), dtype=np.int32)
    return Column(
        array("i", ranks[codes].tobytes()), tuple(column.levels[c] for c in used.tolist())
    )
