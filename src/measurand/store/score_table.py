"""A table of scores: a row a system and a column a benchmark, or a row for each score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from measurand.errors import DataError, Fault, nearest
from measurand.store.lines import Row, read_rows, shown
from measurand.store.score_cells import (
    LARGEST,
    Cells,
    any_number,
    is_missing,
    otherwise_written,
    text_of,
    turned,
    value_of,
)
from measurand.store.score_columns import (
    BENCHMARK,
    ERRORS,
    FAMILY,
    SCORE,
    SYSTEM,
    Headers,
    listed,
)
from measurand.store.score_names import alike

__all__ = ["ScoreReading", "ScoreTable", "read_scores"]

Floats = NDArray[np.float64]

_NUMBER = "a number, or an empty cell where the system was not tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreReading:
    """How a table of scores is to be read; what is left open is guessed from usual names.

    Args:
        outcomes: The columns, or benchmarks of a long table, that the others are to predict.
        benchmarks: Those that count; all others by default.
        system: The column of the systems' names.
        family: The column of their families.
        errors: What follows a benchmark's name in the name of the column of its standard errors, as
            ``_se``; of a long table the column itself.
        benchmark: Of a long table, the column of the benchmarks' names; several, joined by a comma,
            name a benchmark together.
        score: Of a long table, the column of the scores.
        lower_is_better: Columns that are turned round.
        names: Other names of systems, by the name in the file.
    """

    outcomes: tuple[str, ...] = ()
    benchmarks: tuple[str, ...] = ()
    system: str | None = None
    family: str | None = None
    errors: str | None = None
    benchmark: str | None = None
    score: str | None = None
    lower_is_better: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTable:
    """What a file says of systems; higher is better throughout.

    Args:
        file: The file.
        systems: The rows.
        columns: By benchmark or outcome, shape (systems,), NaN where there is no score.
        errors: Standard errors, for the columns that have any.
        families: Of every system; None where there are none.
        notes: What was guessed, left out, and what looks alike.
        limits: What whoever reads a number of it must know: what was turned round, and benchmarks
            that were left out for how their scores are written.
        read: How many scores the file holds.
    """

    file: str
    systems: tuple[str, ...]
    columns: Mapping[str, Floats]
    errors: Mapping[str, Floats]
    families: tuple[str, ...] | None
    notes: tuple[str, ...]
    limits: tuple[str, ...]
    read: int


def read_scores(path: Path | str, reading: ScoreReading | None = None) -> ScoreTable:
    """Read a table of scores from CSV, TSV, JSON Lines or a JSON array, each also gzipped.

    Raises:
        DataError: The file cannot be read, a column is missing, a system or a score stands twice,
            or a cell is no number. All faults are told.
    """
    how = reading or ScoreReading()
    faults: list[Fault] = []
    rows = list(read_rows(path, faults))
    if faults:
        raise DataError(faults)
    return _Reader(str(path), how, rows).table()


class _Reader:
    """One file that is being read, with what was guessed and what is wrong."""

    def __init__(self, file: str, how: ScoreReading, rows: Sequence[Row]) -> None:
        self._file, self._how, self._rows = file, how, rows
        headers = dict.fromkeys(name for row in rows for name in row.cells)
        self._known = Headers(file, tuple(headers))
        self._cells = Cells()
        self._renamed: set[str] = set()
        self._limits: list[str] = []

    def table(self) -> ScoreTable:
        """The whole table, or every fault of it."""
        system = self._known.column("system", self._how.system, usual=SYSTEM, option="--system")
        long = self._long()
        family = self._family()
        self._known.stop()
        if long is None:
            self._wide(system, family)
        else:
            self._tall(system, family, long)
        self._known.stop()
        return self._done(family)

    def _long(self) -> tuple[tuple[str, ...], str] | None:
        """The columns of benchmarks and scores, where every score has a row."""
        how = self._how
        named = how.benchmark is not None or how.score is not None
        told = any(outcome in self._known.names for outcome in how.outcomes)
        usual = self._known.usual(BENCHMARK) is not None and self._known.usual(SCORE) is not None
        if not named and (told or not usual):
            return None
        given = how.benchmark
        parts = [given] if given is None or given in self._known.names else given.split(",")
        benchmark = tuple(
            self._known.column("benchmark", part, usual=BENCHMARK, option="--benchmark-column")
            for part in parts
        )
        return benchmark, self._known.column(
            "score", how.score, usual=SCORE, option="--score-column"
        )

    def _family(self) -> str | None:
        if self._how.family is not None:
            return self._known.column("family", self._how.family, usual=FAMILY, option="--family")
        found = self._known.usual(FAMILY)
        if found is not None and found not in self._how.outcomes:
            self._known.notes.append(f"{found} was taken for the model family")
            return found
        return None

    def _place(self, row: Row, system: str, *, new: bool) -> int | None:
        """The place of a row's system; None where it cannot be told."""
        found = text_of(row.cells.get(system))
        self._renamed.add(found)
        name = self._how.names.get(found, found)
        if not name:
            self._known.blame("a row has no system", row.line, key=system, allowed="a name")
            return None
        if new and name in self._cells.places:
            self._known.blame(
                "this system has a row already",
                row.line,
                key=system,
                found=shown(name),
                allowed="one row a system",
                remedy="leave one of them out, or give them different names",
            )
            return None
        return self._cells.places.setdefault(name, len(self._cells.places))

    def _wide(self, system: str, family: str | None) -> None:
        columns = self._wide_columns(system, family)
        for row in self._rows:
            place = self._place(row, system, new=True)
            if place is None:
                continue
            self._relate(place, row, family)
            for header, (into, name) in columns.items():
                value = self._number(row, header)
                if value is not None:
                    into.setdefault(name, {})[place] = value

    def _wide_columns(
        self, system: str, family: str | None
    ) -> dict[str, tuple[dict[str, dict[int, float]], str]]:
        """Where each header's cells belong; columns of words are left out, and told."""
        headers = [name for name in self._known.names if name not in {system, family}]
        errors = self._error_columns(headers)
        wanted = {*self._how.benchmarks, *self._how.outcomes}
        found: dict[str, tuple[dict[str, dict[int, float]], str]] = {}
        words = []
        for header in headers:
            if header in errors:
                found[header] = (self._cells.errors, errors[header])
            elif self._how.benchmarks and header not in wanted:
                continue
            elif header not in wanted and not any_number(self._under(header)):
                words.append(header)
            else:
                found[header] = (self._cells.values, header)
                self._cells.values[header] = {}
        unread = [name for name in words if otherwise_written(self._under(name))]
        if unread:
            self._limits.append(
                f"Left out, for not one of its cells is a plain number as 0.5: {listed(unread)}. "
                "Write such numbers without a percent sign and with a decimal point."
            )
        if rest := [name for name in words if name not in unread]:
            self._known.notes.append(f"without a single number, and left out: {listed(rest)}")
        return found

    def _under(self, header: str) -> list[object]:
        return [row.cells.get(header) for row in self._rows]

    def _error_columns(self, headers: Sequence[str]) -> dict[str, str]:
        """The benchmark of every column of standard errors."""
        given = self._how.errors
        endings = ERRORS if given is None else (given,)
        found = {
            header: header.removesuffix(ending)
            for ending in endings
            for header in headers
            if header.endswith(ending) and header.removesuffix(ending) in headers
        }
        if given is not None and not found:
            self._known.blame(
                f"no column is called after a benchmark and ends in {given}",
                allowed=", ".join(headers),
            )
        if given is None and found:
            self._known.notes.append(f"taken for standard errors: {listed(list(found))}")
        return found

    def _tall(self, system: str, family: str | None, long: tuple[tuple[str, ...], str]) -> None:
        benchmark, score = long
        lines: dict[tuple[int, str], int] = {}
        errors = self._how.errors
        if errors is not None and errors not in self._known.names:
            self._known.blame(f"there is no column {errors}", allowed=", ".join(self._known.names))
        for row in self._rows:
            parts = [text_of(row.cells.get(part)) for part in benchmark]
            if not all(parts):
                self._known.blame(
                    "a row has no benchmark", row.line, key=",".join(benchmark), allowed="a name"
                )
                continue
            name = "/".join(parts)
            place = self._place(row, system, new=False)
            if place is None or (
                self._how.benchmarks and name not in {*self._how.benchmarks, *self._how.outcomes}
            ):
                continue
            if (place, name) in lines:
                self._twice(row, name, lines[place, name], key=benchmark)
                continue
            lines[place, name] = row.line
            self._relate(place, row, family)
            cells = self._cells.values.setdefault(name, {})
            if (value := self._number(row, score)) is not None:
                cells[place] = value
            if errors is not None and (error := self._number(row, errors)) is not None:
                self._cells.errors.setdefault(name, {})[place] = error

    def _twice(self, row: Row, name: str, first: int, *, key: Sequence[str]) -> None:
        self._known.blame(
            f"this system has a score on it already, in line {first}",
            row.line,
            key=",".join(key),
            found=shown(name),
            allowed="one score for each system and benchmark",
            remedy="name all columns that tell benchmarks apart, as --benchmark-column file,task",
        )

    def _relate(self, place: int, row: Row, family: str | None) -> None:
        """Note a system's family; one of two families is a fault."""
        if family is None:
            return
        name = text_of(row.cells.get(family))
        if not name:
            self._known.blame("a system has no family", row.line, key=family, allowed="a name")
        elif self._cells.families.setdefault(place, name) != name:
            self._known.blame(
                "a system is of two families",
                row.line,
                key=family,
                found=shown(name),
                allowed=self._cells.families[place],
            )

    def _number(self, row: Row, header: str) -> float | None:
        cell = row.cells.get(header)
        if is_missing(cell):
            return None
        value = value_of(cell)
        if value is None:
            self._known.blame(
                "not a number", row.line, key=header, found=shown(cell), allowed=_NUMBER
            )
        elif abs(value) > LARGEST:
            self._known.blame(
                "too large for a score",
                row.line,
                key=header,
                found=shown(cell),
                allowed=f"a number up to {LARGEST:g}",
            )
        return value

    def _done(self, family: str | None) -> ScoreTable:
        self._check_named()
        self._known.stop()
        cells, lower = self._cells, self._how.lower_is_better
        columns = {
            name: cells.column(values) * (-1 if name in lower else 1)
            for name, values in cells.values.items()
        }
        return ScoreTable(
            file=self._file,
            systems=tuple(cells.places),
            columns=columns,
            errors={name: cells.column(values) for name, values in cells.errors.items()},
            families=tuple(cells.families[place] for place in range(len(cells.places)))
            if family is not None
            else None,
            limits=(*turned(lower, self._how.outcomes), *self._limits),
            notes=(*self._known.notes, *alike(tuple(cells.places))),
            read=sum(map(len, cells.values.values())),
        )

    def _check_named(self) -> None:
        """Refuse outcomes, benchmarks and columns to turn round that are not there."""
        known = list(self._cells.values)
        how = self._how
        for name in dict.fromkeys((*how.outcomes, *how.benchmarks, *how.lower_is_better)):
            if name not in self._cells.values:
                self._known.blame(
                    f"there are no scores of {name}",
                    allowed=listed(known),
                    remedy=nearest(name, known),
                )
        unknown = sorted(set(how.names) - self._renamed)
        if unknown:
            self._known.blame(
                f"--names: not in the table: {listed(unknown)}",
                remedy=nearest(unknown[0], sorted(self._renamed)),
            )
        for name, errors in self._cells.errors.items():
            if min(errors.values(), default=0.0) < 0:
                self._known.blame(f"a standard error of {name} is negative", allowed="0 or more")
