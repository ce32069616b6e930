"""Raw cells of a file of ratings as dictionary-encoded columns, before anything is judged.

A million rows have few distinct cells. Each column numbers its texts once, so that all that
follows (validation, scales, duplicates) is asked once a distinct text, not once a row.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from measurand.core.intake import Refusal
from measurand.errors import DataError, Fault
from measurand.store.lines import LINE_LIMIT, read_rows, shown

__all__ = [
    "CHUNK",
    "Codes",
    "Encoder",
    "Numbers",
    "Raw",
    "RawTable",
    "cell_text",
    "is_csv",
    "read_table",
    "refusals",
    "whole_lines",
    "whole_rows",
]

CHUNK = 500
"""Rows encoded at a time: fewer than make the garbage collector look at them all."""
Codes = NDArray[np.int32]

_UNACCOUNTED = ("the compressed file is damaged", "the rest cannot be read")
"""Faults after which nobody knows how many ratings a file holds."""
_CSV = (".csv", ".tsv")


@dataclass(frozen=True, slots=True)
class Raw:
    """A column: row ``i`` holds ``levels[codes[i]]``; the empty text is level 0."""

    codes: Codes
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawTable:
    """What stands in a file.

    Args:
        file: The file.
        columns: By name.
        lines: The line of each rating, from 1.
        rows: The number of its row among the rows of the file, from 0.
        broken: Lines that are no row at all.
    """

    file: Path
    columns: Mapping[str, Raw]
    lines: NDArray[np.int64]
    rows: NDArray[np.int64]
    broken: tuple[Refusal, ...] = ()


class Numbers(dict[str, int]):
    """Numbers texts in order of first appearance."""

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self)
        return code


class Encoder:
    """Collects chunks of columns; a column that appears late was empty before."""

    def __init__(self) -> None:
        self._numbers: dict[str, Numbers] = {}
        self._codes: dict[str, list[Codes]] = {}
        self._lines: list[NDArray[np.int64]] = []
        self._places: list[NDArray[np.int64]] = []
        self._rows = 0

    def add(
        self, lines: Sequence[int], columns: Mapping[str, Sequence[str]], *, rows: Sequence[int]
    ) -> None:
        """Append rows: their lines, their cells by column, and their numbers in the file."""
        count = len(lines)
        for name in [name for name in columns if name not in self._numbers]:
            self._numbers[name] = Numbers({"": 0})
            self._codes[name] = [np.zeros(self._rows, np.int32)]
        for name, numbers in self._numbers.items():
            if (cells := columns.get(name)) is None:
                self._codes[name].append(np.zeros(count, np.int32))
            else:
                codes = np.fromiter(map(numbers.__getitem__, cells), np.int32, count)
                self._codes[name].append(codes)
        self._lines.append(np.asarray(lines, np.int64))
        self._places.append(np.asarray(rows, np.int64))
        self._rows += count

    def table(self, file: Path, faults: Iterable[Fault] = ()) -> RawTable:
        """All rows added so far; faults of single lines become refusals.

        Raises:
            DataError: There are no rows, or the account of the file cannot be complete.
        """
        broken = refusals(file, faults, rows=self._rows)
        columns = {
            name: Raw(np.concatenate(self._codes[name]), tuple(numbers))
            for name, numbers in self._numbers.items()
        }
        lines = np.concatenate([np.zeros(0, np.int64), *self._lines])
        rows = np.concatenate([np.zeros(0, np.int64), *self._places])
        return RawTable(file, columns, lines, rows, broken)


def refusals(file: Path, faults: Iterable[Fault], *, rows: int) -> tuple[Refusal, ...]:
    """The faults of single lines as refusals.

    Raises:
        DataError: There are no rows, or the account of the file cannot be complete.
    """
    listed = list(faults)
    fatal = [fault for fault in listed if fault.problem.startswith(_UNACCOUNTED)]
    if fatal or not rows:
        nothing = Fault("nothing in the file makes a rating", str(file))
        raise DataError(fatal or listed or [nothing])
    return tuple(map(_refusal, listed))


def is_csv(file: Path) -> bool:
    """Whether a file's name says that it is a table of separated cells."""
    return file.name.lower().removesuffix(".gz").endswith(_CSV)


def read_table(file: Path, wanted: Callable[[str], bool]) -> tuple[RawTable, tuple[str, ...]]:
    """The columns of a file whose names are wanted, and the names of all.

    Raises:
        DataError: The file holds no row, or cannot be read to its end.
    """
    if is_csv(file):
        quick = Encoder()
        try:
            names = _read_quickly(file, wanted, quick)
        except (OSError, EOFError, zlib.error, ValueError, csv.Error):
            pass  # something is unusual: the careful reader says what, or takes it in its stride
        else:
            return quick.table(file), names
    return _read_carefully(file, wanted)


def cell_text(cell: object) -> str:
    """A decoded JSON cell as text; null is the empty text, 2.0 is 2.

    Raises:
        ValueError: It is a list or an object.
    """
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, list | dict):
        raise ValueError("one value belongs here, not a list or an object")  # noqa: TRY004
    if isinstance(cell, float) and cell.is_integer():
        return repr(int(cell))
    return json.dumps(cell)


def whole_rows(file: Path, rows: frozenset[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    """These rows of a file, by column; rows are counted from 0."""
    if not rows:
        return {}
    return {
        number: tuple((name, _lenient(cell)) for name, cell in row.cells.items())
        for number, row in enumerate(read_rows(file, []))
        if number in rows
    }


def whole_lines(file: Path, lines: frozenset[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    """The text of these lines, which are no rows; lines are counted from 1."""
    if not lines:
        return {}
    with _opened(file, "replace") as stream:
        numbered = enumerate(stream, 1)
        return {n: (("line", line.rstrip("\r\n")),) for n, line in numbered if n in lines}


def _refusal(fault: Fault) -> Refusal:
    return Refusal(fault.problem, line=fault.line, key=fault.key, found=fault.found)


def _lenient(cell: object) -> str:
    return cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)


def _opened(file: Path, errors: str) -> io.TextIOWrapper:
    with file.open("rb") as start:
        packed = start.read(2) == b"\x1f\x8b"
    opener = gzip.open if packed else open
    raw = cast("IO[bytes]", opener(file, "rb"))
    return io.TextIOWrapper(raw, "utf-8-sig", errors, newline="")


def _read_quickly(file: Path, wanted: Callable[[str], bool], encoder: Encoder) -> tuple[str, ...]:
    """Read a CSV file in which every line is a row of the header's width.

    Raises:
        ValueError: It is not of this kind.
    """
    csv.field_size_limit(max(LINE_LIMIT, csv.field_size_limit()))
    with _opened(file, "strict") as stream:
        first = stream.readline()
        delimiter = max(",;\t", key=first.count)
        names = [
            name.strip() for name in next(csv.reader([first], strict=True, delimiter=delimiter))
        ]
        if "" in names or len(set(names)) != len(names):
            raise ValueError("the header needs a careful reader")
        places = [at for at, name in enumerate(names) if wanted(name)]
        reader = csv.reader(stream, strict=True, delimiter=delimiter)
        line = 1
        while rows := list(islice(reader, CHUNK)):
            columns = list(zip(*rows, strict=True))
            if reader.line_num != line + len(rows) - 1 or len(columns) != len(names):
                raise ValueError("the rows need a careful reader")
            lines = range(line + 1, line + 1 + len(rows))
            cells = {names[at]: columns[at] for at in places}
            encoder.add(lines, cells, rows=range(line - 1, line - 1 + len(rows)))
            line += len(rows)
        if line == 1:
            raise ValueError("there are no rows")
    return tuple(names)


def _read_carefully(file: Path, wanted: Callable[[str], bool]) -> tuple[RawTable, tuple[str, ...]]:
    encoder, faults = Encoder(), list[Fault]()
    names: dict[str, bool] = {}
    numbered = enumerate(read_rows(file, faults))
    while chunk := list(islice(numbered, CHUNK)):
        lines, texts, numbers = [], [], []
        for number, row in chunk:
            for name in row.cells:
                if name not in names:
                    names[name] = wanted(name)
            try:
                texts.append({n: cell_text(cell) for n, cell in row.cells.items() if names[n]})
                lines.append(row.line)
                numbers.append(number)
            except ValueError as problem:
                faults.append(Fault(str(problem), str(file), line=row.line, found=shown(row.cells)))
        there = dict.fromkeys(name for text in texts for name in text)
        columns = {name: [text.get(name, "") for text in texts] for name in there}
        encoder.add(lines, columns, rows=numbers)
    return encoder.table(file, faults), tuple(names)
