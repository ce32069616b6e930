"""Tables of ratings as rows of the ledger, where every text is the number of a text, and back."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, compress, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurand.core.rating import COLUMNS, Cell, Column, Ratings
from measurand.store.ledger_plain import FIELDS, KEY
from measurand.store.ledger_sql import Rows

__all__ = ["FIELDS", "KEY", "SELECT", "decoded", "encoded"]

_NUMBERS = ("number", "probability", "seconds", "cost")
_TEXTS = (
    *("example", "system", "dimension", "rater", "against", "order"),
    *("kind", "label", "reason", "cluster", "component", "segment", "failure"),
)
SELECT = ", ".join(f'ifnull("{name}", 0)' if name in _TEXTS else f'"{name}"' for name in FIELDS)
"""What `decoded` wants to be given: no text is 0."""
_CHUNK = 20_000

_Ids = NDArray[np.int64]


def encoded(ratings: Ratings, intern: Callable[[Iterable[str]], dict[str, int]]) -> Rows:
    """The ratings as rows of the table, in the order of its key; of equal keys the last.

    Args:
        ratings: The ratings.
        intern: Gives texts their numbers.
    """
    columns = {name: ratings[name] for name in COLUMNS}
    value = columns.pop("value")
    columns["label"] = _only(value, str)
    columns["number"] = _only(value, float)
    levels = {name: _stored(columns[name], name, intern) for name in FIELDS}
    constants = {
        name: cells[0] if cells else None
        for name, cells in levels.items()
        if name != KEY[0] and len(set(cells)) <= 1
    }
    varying = [name for name in FIELDS if name not in constants]
    codes = {name: np.frombuffer(columns[name].codes, np.int32) for name in varying}
    keys = [np.array(levels[name], np.int64)[codes[name]] for name in KEY if name in codes]
    order = _last_of_each(keys)
    # Arrays of objects: a cell is made once a level, and a row only refers to it.
    objects = {name: np.array(levels[name], np.object_) for name in varying}

    def some(part: NDArray[np.intp]) -> Iterator[tuple[Any, ...]]:
        return zip(*(objects[name][codes[name][part]].tolist() for name in varying), strict=True)

    def cells() -> Iterator[tuple[Any, ...]]:
        starts = range(0, len(order), _CHUNK)
        return chain.from_iterable(some(order[start : start + _CHUNK]) for start in starts)

    return Rows("rating", KEY, FIELDS, count=len(order), cells=cells, constants=constants)


def decoded(
    rows: Iterable[Sequence[Any]], texts: Callable[[Iterable[int]], dict[int, str]]
) -> Ratings:
    """The table of ratings of these rows of `SELECT`.

    Args:
        rows: The rows.
        texts: Gives numbers their texts.
    """
    parts: dict[str, list[_Ids]] = {name: [np.zeros(0, np.int64)] for name in FIELDS}
    numbers: dict[str, _Numbers] = {name: _Numbers() for name in _NUMBERS}
    waiting = iter(rows)
    while chunk := list(islice(waiting, _CHUNK)):
        for name, cells in zip(FIELDS, zip(*chunk, strict=True), strict=True):
            coded = map(numbers[name].__getitem__, cells) if name in numbers else cells
            parts[name].append(np.fromiter(coded, np.int64, len(cells)))
    codes = {name: np.concatenate(listed) for name, listed in parts.items()}
    known = texts(np.unique(np.concatenate([codes[name] for name in _TEXTS])).tolist())
    columns = {name: _texts_column(codes[name], known) for name in _TEXTS}
    columns |= {name: _column(codes[name], tuple(numbers[name])) for name in _NUMBERS}
    columns["repeat"] = Column.of(codes["repeat"].tolist())
    columns["value"] = _merged(columns.pop("number"), columns.pop("label"))
    return Ratings({name: columns[name] for name in COLUMNS})


class _Numbers(dict[float | None, int]):
    """Numbers cells in order of first appearance."""

    def __missing__(self, cell: float | None) -> int:
        code = self[cell] = len(self)
        return code


def _only(column: Column, kind: type[str | float]) -> Column:
    wanted = (str,) if kind is str else (float, int)
    return Column(
        column.codes, tuple(cell if isinstance(cell, wanted) else None for cell in column.levels)
    )


def _stored(
    column: Column, name: str, intern: Callable[[Iterable[str]], dict[str, int]]
) -> list[Any]:
    """The column's levels as the table holds them."""
    if name in _NUMBERS:
        # SQLite does not tell -0.0 from 0.0 either.
        return [None if cell is None else float(cell) + 0.0 for cell in column.levels]
    if name not in _TEXTS:
        return list(column.levels)
    used = np.zeros(len(column.levels), np.bool_)
    used[np.frombuffer(column.codes, np.int32)] = True
    ids = intern(str(cell) for cell in compress(column.levels, used) if cell is not None)
    none = 0 if name in KEY else None
    return [none if cell is None else ids.get(str(cell), 0) for cell in column.levels]


def _last_of_each(keys: Sequence[_Ids]) -> NDArray[np.intp]:
    """The rows in the order of their keys; of those whose keys are equal the last."""
    order = np.lexsort(keys[::-1])
    last = np.ones(len(order), np.bool_)
    if len(order) > 1:
        last[:-1] = np.any([key[order[1:]] != key[order[:-1]] for key in keys], axis=0)
    return order[last]


def _texts_column(ids: _Ids, known: dict[int, str]) -> Column:
    distinct, codes = np.unique(ids, return_inverse=True)
    return _column(codes, tuple(known.get(number) for number in distinct.tolist()))


def _column(codes: NDArray[np.integer[Any]], levels: tuple[Cell, ...]) -> Column:
    return Column(array("i", codes.astype(np.int32).tobytes()), levels)


def _merged(number: Column, label: Column) -> Column:
    """The values: labels where there are any, else numbers."""
    numbers, labels = np.frombuffer(number.codes, np.int32), np.frombuffer(label.codes, np.int32)
    given = np.array([level is not None for level in label.levels], np.bool_)[labels]
    codes = np.where(given, labels + len(number.levels), numbers)
    levels: tuple[Cell, ...] = (*number.levels, *label.levels)
    used = np.zeros(len(levels), np.bool_)
    used[codes] = True
    moved = np.cumsum(used) - 1
    return _column(moved[codes], tuple(compress(levels, used)))
