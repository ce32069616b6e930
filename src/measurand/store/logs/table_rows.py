"""Rows of CSV files: separated by comma, semicolon or tab, as the header shows.

One quote too many makes a row of all lines up to the next quote, or to the end of the file. Only
the line where it stands is refused; reading resumes at the line after it.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice

from measurand.store.logs.account import Unfit
from measurand.store.logs.source import LINE_LIMIT, Found, Stopped, pass_over, too_long

__all__ = ["table_rows"]

_UNREADABLE = re.compile("[\0\udc80-\udcff]")
_NO_TEXT = "it holds a NUL, or is not UTF-8"
_QUOTES = "its quotes are broken"
_NO_HEADER = "its first line is no header of columns"
_CELLS = "it has more or fewer cells than the header"
_INNER = 8
"""Lines within one row that could each be a row, after which they are taken for such."""
_AGAIN = 4 * LINE_LIMIT
"""Characters of a file that are read twice."""


class _TooLong(Exception):  # noqa: N818 - the row ends here
    """A row is longer than a row may be."""


class _Lines:
    """The lines of a table; those of a row that is none are read again.

    Args:
        text: The table.

    Attributes:
        taken: The lines of the row that is read.
        before: How many lines stand before it.
    """

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.taken: list[str] = []
        self.before = 0
        self._text = text
        self._back: deque[str] = deque()
        self._size = self._again = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._text.readline(LINE_LIMIT + 1)
        if not line:
            raise StopIteration
        self.taken.append(line)
        self._size += len(line)
        if self._size > LINE_LIMIT:
            raise _TooLong
        return line

    def begin(self) -> None:
        """The row is done with."""
        self.before += len(self.taken)
        self.taken, self._size = [], 0

    def put_back(self) -> None:
        """The lines of the row are still to be read."""
        self._back.extendleft(reversed(self.taken))
        self.taken, self._size = [], 0

    def again(self) -> None:
        """Of the row only its first line is; the others are still to be read.

        Raises:
            Stopped: It was so too often, or the line has no end.
        """
        first, self.taken = self.taken[0], self.taken[1:]
        if len(first) > LINE_LIMIT and not first.endswith(("\n", "\r")):
            pass_over(self._text, self.before)
        self._again += self._size - len(first)
        if self._again > _AGAIN:
            raise Stopped(f"{_QUOTES} too often; the rest is not read", self.before)
        self.put_back()
        self.taken = [first]


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
    delimiter = _delimiter(lines)
    header = _header(lines, delimiter)
    reader = csv.reader(lines, strict=True, delimiter=delimiter)
    while True:
        lines.begin()
        cells, flaw = list[str](), None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            flaw = Unfit(_QUOTES)
        except _TooLong:
            flaw = too_long() if len(lines.taken) == 1 else Unfit(_QUOTES)
        else:
            if _swallows(lines.taken, cells, columns=len(header), delimiter=delimiter):
                flaw = Unfit(_QUOTES)
        if flaw is not None:
            yield Found(lines.before + 1, flaw)
            lines.again()
            reader = csv.reader(lines, strict=True, delimiter=delimiter)
        elif cells:
            yield Found(lines.before + 1, _row(header, cells))


def _delimiter(lines: _Lines) -> str:
    """What separates the cells of the first line, which is read again."""
    try:
        first = next(lines, "")
    except _TooLong:
        raise Stopped(_NO_HEADER) from None
    lines.put_back()
    return max(",;\t", key=first.count)


def _swallows(lines: Sequence[str], cells: list[str], *, columns: int, delimiter: str) -> bool:
    """Whether a row of several lines is a quote too many, and the rows up to the next quote.

    Within a text of several lines it is rare that each could be a row, and many are so rarely.
    """
    inner = len(lines) - 2
    if columns < 2 or inner < 1 or (len(cells) == columns and inner <= _INNER):  # noqa: PLR2004
        return False
    each = csv.reader(islice(lines, 1, len(lines) - 1), delimiter=delimiter)
    return all(len(row) == columns for row in each)


def _header(lines: _Lines, delimiter: str) -> list[str]:
    flaw = False
    try:
        cells = next(csv.reader(lines, strict=True, delimiter=delimiter), [])
    except (csv.Error, _TooLong):
        cells, flaw = [], True
    names = [cell.strip() for cell in cells]
    if flaw or not any(names) or "" in names[1:] or any(map(_UNREADABLE.search, names)):
        raise Stopped(_NO_HEADER)
    if len(set(names)) < len(names):
        raise Stopped("two columns have one name")
    return names


def _row(header: list[str], cells: list[str]) -> object:
    if len(cells) != len(header):
        return Unfit(_CELLS)
    if any(not cell.isascii() or "\0" in cell for cell in cells) and any(
        map(_UNREADABLE.search, cells)
    ):
        return Unfit(_NO_TEXT)
    return {name: cell or None for name, cell in zip(header, cells, strict=True)}
