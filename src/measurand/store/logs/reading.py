"""A log as records, streamed: its format by its name, its dialect row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from measurand.core.record import Place, Record
from measurand.errors import UsageError, nearest
from measurand.store.logs.account import LogAccount, Unfit
from measurand.store.logs.dialect import Cells, Dialect
from measurand.store.logs.dialects import DIALECTS, NAMES
from measurand.store.logs.draft import finished
from measurand.store.logs.json_rows import TOO_DEEP, json_rows
from measurand.store.logs.mapped import LogMapping, mapped
from measurand.store.logs.source import Found, Stopped, opened

__all__ = ["SUFFIXES", "LogReading", "read_log"]

SUFFIXES = (".jsonl", ".ndjson", ".json")
"""The endings of files that are taken from a folder; each may be followed by ``.gz``."""

_UNKNOWN = "nothing in it is known as a question, a conversation or a span"
_NO_OBJECT = "it is no object"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReading:
    """How a log is read.

    Args:
        dialect: The name of its dialect, one of `measurand.store.logs.dialects.NAMES`; recognised
            row by row when left out.
        mapping: Which columns hold what, where no dialect fits.

    Raises:
        UsageError: The dialect is unknown, or a mapping is given as well.
    """

    dialect: str | None = None
    mapping: LogMapping | None = None

    def __post_init__(self) -> None:
        if self.dialect is not None and self.dialect not in NAMES:
            remedy = nearest(self.dialect, NAMES)
            raise UsageError(
                f"no dialect of logs is called {self.dialect!r}; there are: {', '.join(NAMES)}"
                + (f"; {remedy}" if remedy else "")
            )
        if self.dialect is not None and self.mapping is not None:
            raise UsageError("give a dialect or a mapping, not both")

    @property
    def dialects(self) -> tuple[Dialect, ...]:
        """Those that a row may be written in, the first that fits it first."""
        if self.mapping is not None:
            return (mapped(self.mapping),)
        if self.dialect is not None:
            return (DIALECTS[self.dialect],)
        return tuple(DIALECTS.values())


def read_log(
    path: Path, account: LogAccount, *, how: LogReading | None = None, name: str | None = None
) -> Iterator[Record]:
    """Read one file, record by record; memory is bounded by its longest row.

    What cannot be read is counted in the account, and the reading goes on with the next row.

    Args:
        path: JSON Lines, JSON, CSV, TSV or Parquet; all but the last may be gzipped.
        account: What was read is counted here.
        how: The dialect or mapping.
        name: What the file is called in places; its own name when left out.
    """
    reader = _Reader(name or path.name, (how or LogReading()).dialects, account)
    try:
        for found in entries(path):
            yield from reader.records(found)
    except Stopped as end:
        account.stop(end.reason, Place(reader.name, end.number + 1))


def entries(path: Path) -> Iterator[Found]:
    """What stands in a file, whatever its format.

    Raises:
        Stopped: The file, or its rest, cannot be read.
    """
    with opened(path) as stream:
        yield from json_rows(stream)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the entries of one file."""

    name: str
    dialects: tuple[Dialect, ...]
    account: LogAccount

    def records(self, found: Found) -> Iterator[Record]:
        """The records of an entry, unit by unit."""
        try:
            row = _object(found.value)
            dialect = self._dialect(row)
            for key, unit in dialect.units(row):
                yield from self._of_unit(dialect, unit, Place(self.name, found.number, key))
        except Unfit as why:
            self.account.refuse(why, Place(self.name, found.number))

    def _dialect(self, row: Cells) -> Dialect:
        for dialect in self.dialects:
            if dialect.fits(row):
                return dialect
        raise Unfit(_UNKNOWN)

    def _of_unit(self, dialect: Dialect, unit: Cells, place: Place) -> tuple[Record, ...]:
        account = self.account
        try:
            records = tuple(finished(draft, place, account) for draft in dialect.drafts(unit))
        except Unfit as why:
            account.refuse(why, place)
            return ()
        except RecursionError:
            account.refuse(Unfit(TOO_DEEP), place)
            return ()
        if records:
            account.keep(dialect.name, len(records))
        else:
            account.refuse(Unfit(_UNKNOWN), place)
        return records


def _object(value: object) -> Cells:
    if isinstance(value, Unfit):
        raise value
    if isinstance(value, list):
        return {"messages": value}
    if not isinstance(value, Mapping):
        raise Unfit(_NO_OBJECT)
    return value
