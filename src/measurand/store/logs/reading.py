"""A log as records, streamed: its format by its name, its dialect row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from measurand.core.record import Place, Record
from measurand.errors import UsageError, nearest
from measurand.store.logs.account import LogAccount, Unfit
from measurand.store.logs.dialect import Cells, Dialect
from measurand.store.logs.dialects import DIALECTS, NAMES
from measurand.store.logs.draft import Draft, finished
from measurand.store.logs.json_rows import TOO_DEEP, json_rows
from measurand.store.logs.mapped import LogMapping, mapped
from measurand.store.logs.openai import answered
from measurand.store.logs.parquet_rows import MARK, parquet_rows
from measurand.store.logs.remarks import Remarks
from measurand.store.logs.source import Found, Stopped, opened
from measurand.store.logs.table_rows import table_rows
from measurand.store.logs.turns import is_turn

__all__ = ["SUFFIXES", "LogReading", "gather", "read_log"]

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
"""The endings of files that are read; all but the last may be followed by ``.gz``."""
_TABLES, _LINES, _JSON = (".csv", ".tsv"), (".jsonl", ".ndjson"), (".jsonl", ".ndjson", ".json")
_LOOKED_AT = 200
"""Entries of a file that are looked at for what belongs to records elsewhere, before all are."""

_HOPELESS = 100_000
"""Rows of which none can be used, after which a file is not read on."""

_NONE = f"none of its first {_HOPELESS:,} rows can be used; the rest is not read"
_UNKNOWN = "nothing in it is known as a question, a conversation or a span"
_NO_OBJECT = "it is no object"
_EMPTY = "the file is empty"
_NO_KIND = "this kind of file is not read"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReading:
    """How a log is read.

    Args:
        dialect: The name of its dialect, one of `measurand.store.logs.dialects.NAMES`; recognised
            row by row when left out.
        mapping: Which columns hold what, where no dialect fits.
        spans: What of a trace is a record: the calls of models, or the roots, which are whole
            requests.

    Raises:
        UsageError: The dialect is unknown, or a mapping is given as well.
    """

    dialect: str | None = None
    mapping: LogMapping | None = None
    spans: Literal["calls", "roots"] = "calls"

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
        known = DIALECTS.values() if self.dialect is None else (DIALECTS[self.dialect],)
        if self.spans == "calls":
            return tuple(known)
        return tuple(replace(one, drafts=one.roots or one.drafts) for one in known)


def read_log(
    path: Path,
    account: LogAccount,
    *,
    how: LogReading | None = None,
    name: str | None = None,
    remarks: Remarks | None = None,
) -> Iterator[Record]:
    """Read one file, record by record; memory is bounded by its longest row.

    What cannot be read is counted in the account, and the reading goes on with the next row.

    Args:
        path: JSON Lines, JSON, CSV, TSV or Parquet; all but the last may be gzipped.
        account: What was read is counted here.
        how: The dialect or mapping.
        name: What the file is called in places; its own name when left out.
        remarks: What other rows or files say of its records; see `gather`.

    Raises:
        MissingExtra: It is a Parquet file and pyarrow is not installed.
    """
    dialects = (how or LogReading()).dialects
    reader = _Reader(name or path.name, dialects, account, remarks or Remarks())
    before, rows, last = account.read - account.refused, 0, 0
    try:
        for rows, found in enumerate(entries(path), start=1):
            last = found.number
            yield from reader.records(found)
            if rows == _HOPELESS and account.read - account.refused == before:
                account.stop(_NONE, Place(reader.name, found.number))
                return
        if not rows:
            account.stop(_EMPTY, Place(reader.name, 1))
    except Stopped as end:
        # Who unpacks the bytes does not know of rows.
        account.stop(end.reason, Place(reader.name, max(end.number, last) + 1))


def gather(path: Path, remarks: Remarks, *, how: LogReading | None = None) -> None:
    """Gather what belongs to records that stand elsewhere, as scores in rows of their own.

    Files whose first rows can hold no such thing are not read on.

    Args:
        path: The file.
        remarks: Are added to.
        how: The dialect.
    """
    dialects = (how or LogReading()).dialects
    telling = False
    if not any(dialect.remarks for dialect in dialects):
        return
    try:
        for found in entries(path):
            row = found.value
            if isinstance(row, dict):
                dialect = next((one for one in dialects if one.reads(row)), None)
                if dialect is not None and dialect.remarks is not None:
                    telling = True
                    remarks.take(dialect.remarks(row))
            if not telling and found.number > _LOOKED_AT:
                return
    except (Stopped, RecursionError):  # said when the file is read
        return


def entries(path: Path) -> Iterator[Found]:
    """What stands in a file, whatever its format.

    Raises:
        Stopped: The file, or its rest, cannot be read.
    """
    with opened(path) as stream:
        start = stream.peek(64)[:64]
        if not start.startswith(MARK):
            name = path.name.lower().removesuffix(".gz")
            if name.endswith(_TABLES):
                yield from table_rows(stream)
            elif name.endswith(_JSON) or start.lstrip()[:1] in {b"{", b"["}:
                yield from json_rows(stream, lines=name.endswith(_LINES))
            else:
                raise Stopped(_NO_KIND)
            return
    yield from parquet_rows(path)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the entries of one file."""

    name: str
    dialects: tuple[Dialect, ...]
    account: LogAccount
    remarks: Remarks = field(default_factory=Remarks)

    def records(self, found: Found) -> Iterator[Record]:
        """The records of an entry, unit by unit."""
        place = Place(self.name, found.number)
        any_unit = False
        try:
            row = _object(found.value)
            dialect = self._dialect(row)
            for key, unit in dialect.units(row):
                any_unit = True
                yield from self._of_unit(dialect, unit, Place(self.name, found.number, key))
        except Unfit as why:
            self.account.refuse(why, place)
        else:
            if not any_unit:
                self.account.refuse(Unfit(_UNKNOWN), place)

    def _dialect(self, row: Cells) -> Dialect:
        for dialect in self.dialects:
            if dialect.reads(row):
                return dialect
        raise Unfit(_UNKNOWN)

    def _of_unit(self, dialect: Dialect, unit: Cells, place: Place) -> tuple[Record, ...]:
        account = self.account
        try:
            records = tuple(
                finished(self._joined(draft), place, account) for draft in dialect.drafts(unit)
            )
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

    def _joined(self, draft: Draft) -> Draft:
        """The draft with what stands elsewhere about it."""
        if draft.names:
            draft.feedback = (*draft.feedback, *self.remarks.of(draft.names))
        reply = self.remarks.replies.get(draft.id) if isinstance(draft.id, str) else None
        return draft if reply is None or draft.output is not None else answered(draft, reply)


def _object(value: object) -> Cells:
    if isinstance(value, Unfit):
        raise value
    if isinstance(value, list) and value and is_turn(value[0]):
        return {"messages": value}
    if not isinstance(value, dict):
        raise Unfit(_NO_OBJECT)
    return value
