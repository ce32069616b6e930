"""Rows of CSV files: separated by comma, semicolon or tab, as the header shows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from measurand.store.logs.account import Unfit
from measurand.store.logs.source import LINE_LIMIT, Found, Stopped

__all__ = ["table_rows"]

_UNREADABLE = re.compile("[\0\udc80-\udcff]")
_NO_TEXT = "it holds a NUL, or is not UTF-8"
_QUOTES = "its quotes are broken"


@dataclass(slots=True)
class _Lines:
    """The lines of a table, as long as no row of it is too long."""

    text: io.TextIOWrapper
    size: int = 0
    """Characters since the last row."""

    def __iter__(self) -> Iterator[str]:
        while line := self.text.readline(LINE_LIMIT + 1):
            self.size += len(line)
            if self.size > LINE_LIMIT:
                raise Stopped(f"a row is longer than {LINE_LIMIT:,} characters")
            yield line


def table_rows(stream: io.BufferedReader) -> Iterator[Found]:
    """The rows of a table with a header; an empty cell is absent.

    Raises:
        Stopped: There is no header, or the rest cannot be read.
    """
    # The limit is global to the csv module and 128 KiB by default; it is only ever raised.
    csv.field_size_limit(max(LINE_LIMIT, csv.field_size_limit()))
    text = io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="")
    try:
        yield from _rows(_Lines(text))
    finally:
        text.detach()  # whoever opened the stream closes it


def _rows(lines: _Lines) -> Iterator[Found]:
    each = iter(lines)
    first = next(each, "")
    reader = csv.reader(chain([first], each), strict=True, delimiter=max(",;\t", key=first.count))
    header: list[str] | None = None
    start = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells, flaw = [], _QUOTES
        except Stopped as end:
            raise Stopped(end.reason, start - 1) from None
        else:
            flaw = ""
        if header is None:
            header = _header(cells, flaw)
        elif cells or flaw:
            yield Found(start, _row(header, cells, flaw))
        start, lines.size = reader.line_num + 1, 0


def _header(cells: list[str], flaw: str) -> list[str]:
    names = [cell.strip() for cell in cells]
    if flaw or not any(names) or "" in names[1:] or any(map(_UNREADABLE.search, names)):
        raise Stopped("its first line is no header of columns")
    if len(set(names)) < len(names):
        raise Stopped("two columns have one name")
    return names


def _row(header: list[str], cells: list[str], flaw: str) -> object:
    if flaw:
        return Unfit(flaw)
    if len(cells) != len(header):
        return Unfit("it has more or fewer cells than the header")
    if any(not cell.isascii() or "\0" in cell for cell in cells) and any(
        map(_UNREADABLE.search, cells)
    ):
        return Unfit(_NO_TEXT)
    return {name: cell or None for name, cell in zip(header, cells, strict=True)}
