"""Any file of rows as flat columns: keys within keys as ``a.b``, elements of lists as ``a.b[]``."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from measurand.core.intake import Refusal
from measurand.errors import Fault
from measurand.store.lines import read_rows
from measurand.store.raw import Codes, Numbers, Raw, cell_text, is_csv, read_table, refusals

__all__ = ["Cells", "Flat", "constant", "read_flat"]


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one column, in the order of the file.

    Args:
        raw: Their texts.
        rows: The row of each, from 0, among those that can be read.
        places: The place of each in its list, from 0; 0 where there is no list.
        listed: Whether they are elements of lists; otherwise a row has one at most.
    """

    raw: Raw
    rows: NDArray[np.int64]
    places: Codes
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Flat:
    """What stands in a file.

    Args:
        file: The file.
        headers: Every column, in order of first appearance.
        cells: Of the columns that were wanted.
        lines: The line of each row that can be read, from 1.
        rows: Its number among the rows of the file, from 0; several share one where each is an
            element of a list of it.
        broken: Lines that are no row at all.
    """

    file: Path
    headers: tuple[str, ...]
    cells: Mapping[str, Cells]
    lines: NDArray[np.int64]
    rows: NDArray[np.int64]
    broken: tuple[Refusal, ...]

    def at(self, name: str, rows: NDArray[np.int64]) -> Raw:
        """A column's cells in these rows; empty where there is none, or a list."""
        cells = self.cells.get(name)
        if cells is None or cells.listed:
            return constant("", len(rows))
        if len(cells.rows) == len(self.lines):
            return Raw(cells.raw.codes[rows], cells.raw.levels)
        whole = np.zeros(len(self.lines), np.int32)
        whole[cells.rows] = cells.raw.codes
        return Raw(whole[rows], cells.raw.levels)


def constant(text: str, length: int) -> Raw:
    """A column that holds the same text in every row."""
    return Raw(np.zeros(length, np.int32), (text,))


def read_flat(file: Path, wanted: Callable[[str], bool], *, within: str | None = None) -> Flat:
    """Read the columns of a file whose names are wanted.

    Args:
        file: The file.
        wanted: Whether a column is, by its name.
        within: The key of a list each of whose elements is a row of its own, with all that stands
            beside the list; the element has its place in the list as ``index``, from 0.

    Raises:
        DataError: The file holds no row, or cannot be read to its end.
    """
    if not is_csv(file):
        return _read_nested(file, wanted, within)
    table, headers = read_table(file, wanted)
    count = len(table.lines)
    every, first = np.arange(count), np.zeros(count, np.int32)
    cells = {name: Cells(raw, every, first) for name, raw in table.columns.items()}
    return Flat(file, headers, cells, table.lines, table.rows, table.broken)


@dataclass(frozen=True, slots=True)
class _Growing:
    """A column while it is read."""

    numbers: Numbers = field(default_factory=lambda: Numbers({"": 0}))
    codes: array[int] = field(default_factory=lambda: array("i"))
    rows: array[int] = field(default_factory=lambda: array("q"))
    places: array[int] = field(default_factory=lambda: array("i"))

    def add(self, row: int, cells: list[str]) -> None:
        self.codes.extend(map(self.numbers.__getitem__, cells))
        self.rows.extend([row] * len(cells))
        self.places.extend(range(len(cells)))

    def done(self, *, listed: bool) -> Cells:
        raw = Raw(np.frombuffer(self.codes, np.int32), tuple(self.numbers))
        places = np.frombuffer(self.places, np.int32)
        return Cells(raw, np.frombuffer(self.rows, np.int64), places, listed)


def _read_nested(file: Path, wanted: Callable[[str], bool], within: str | None) -> Flat:
    faults: list[Fault] = []
    lines, outer = array("q"), array("q")
    columns: dict[str, _Growing | None] = {}
    for number, row in enumerate(read_rows(file, faults)):
        for one in _rows_of(row.cells, within):
            for name, cells in dict(_flattened(one)).items():
                if name not in columns:
                    columns[name] = _Growing() if wanted(name) else None
                if column := columns[name]:
                    column.add(len(lines), cells)
            lines.append(row.line)
            outer.append(number)
    broken = refusals(file, faults, rows=len(lines))
    done = {n: c.done(listed=n.endswith("[]")) for n, c in columns.items() if c is not None}
    rows = np.frombuffer(outer, np.int64)
    return Flat(file, tuple(columns), done, np.frombuffer(lines, np.int64), rows, broken)


def _rows_of(cells: Mapping[str, object], within: str | None) -> Iterator[Mapping[str, object]]:
    """The row; or one for each element of its list, which stands in place of the list."""
    listed = None if within is None else cells.get(within)
    if within is None or not isinstance(listed, list):
        yield cells
        return
    for place, element in enumerate(listed):
        own = {"index": place, **element} if isinstance(element, dict) else element
        yield {**cells, within: own}


def _flattened(cells: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    for name, cell in cells.items():
        path = f"{prefix}{name}"
        if isinstance(cell, dict):
            yield from _flattened(cell, f"{path}.")
        elif isinstance(cell, list):
            yield f"{path}[]", [_element(one) for one in cell]
        else:
            yield path, [cell_text(cell)]


def _element(one: object) -> str:
    return json.dumps(one, ensure_ascii=False) if isinstance(one, list | dict) else cell_text(one)
