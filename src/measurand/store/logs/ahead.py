"""The first lines of a stream, looked at before it is read."""

from __future__ import annotations

import codecs
import io
from typing import NamedTuple

from measurand.store.logs.source import LINE_LIMIT

__all__ = ["Ahead", "Head"]

_LINES, _BLANKS = 8, 1_000


class Head(NamedTuple):
    """The first lines of a stream that are not blank."""

    lines: tuple[bytes, ...]
    """Without blanks at their ends."""
    first_ended: bool
    """Whether the first is no longer than a line may be."""
    first_broken: bool
    """Whether the first has the end of a line."""


class Ahead:
    """A stream whose first lines are known; they are read all the same.

    Args:
        stream: The bytes.

    Attributes:
        head: The first lines.
    """

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._first = io.BytesIO()
        self.head = self._look()
        self._first.seek(0)

    def _look(self) -> Head:
        found: list[bytes] = []
        ended = broken = True
        for _ in range(_BLANKS):
            line = self._stream.readline(LINE_LIMIT + 1)
            self._first.write(line)
            told = line.removeprefix(codecs.BOM_UTF8).strip()
            if told:
                if not found:
                    ended, broken = len(line) <= LINE_LIMIT, line.endswith(b"\n")
                found.append(told)
            if not line or len(found) == _LINES or self._first.tell() > LINE_LIMIT:
                break
        return Head(tuple(found), ended, broken)

    def readline(self, limit: int) -> bytes:
        """The next line, or as much of it as the limit lets through."""
        line = self._first.readline(limit)
        if line.endswith(b"\n") or len(line) == limit:
            return line
        return line + self._stream.readline(limit - len(line))

    def read(self, size: int) -> bytes:
        """So many bytes, or fewer; none at the end."""
        return self._first.read(size) or self._stream.read(size)
