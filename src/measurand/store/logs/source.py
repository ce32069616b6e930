"""The bytes of a log, unpacked where it is gzipped, within bounds that no file can break.

A small file that unpacks into a huge one is stopped by the ratio; a line or a document that is too
long is passed over without being held.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, Protocol, cast

from measurand.store.crowded import VALUE_LIMIT, crowded
from measurand.store.logs.account import Unfit

__all__ = [
    "LINE_LIMIT",
    "VALUE_LIMIT",
    "Found",
    "Stopped",
    "opened",
    "overfull",
    "pass_over",
    "too_long",
    "too_many",
    "values_in",
]

LINE_LIMIT = 32 * 2**20
"""Bytes that a line, or an entry of a document, may have."""
BOMB_RATIO, BOMB_LEAST = 200, 64 * 2**20
"""A file that unpacks into more than the second, and so many times its size, is no log."""

_GZIP, _UTF16 = b"\x1f\x8b", (b"\xff\xfe", b"\xfe\xff")
_PACKED = {b"PK\x03\x04": "zip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zX": "xz"}
_ENDS = (b"\n", "\n", "\r")
_BUFFER, _CHUNK = 2**20, 2**20
_SKIPPED = 8 * LINE_LIMIT


class Found(NamedTuple):
    """One entry of a file."""

    number: int
    """Its line, from 1; in a document its number among the entries."""
    value: object
    """What it is; an `Unfit` where it cannot be read."""


class Stopped(Exception):  # noqa: N818 - the reading of a file ends here
    """A file, or its rest, cannot be read.

    Args:
        reason: Why, in words that hold nothing of the file.
        number: The last entry that was read.
    """

    def __init__(self, reason: str, number: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.number = reason, number


class _Guarded(io.RawIOBase):
    """What comes out of a gzipped file, as long as the file is worth it."""

    def __init__(self, packed: gzip.GzipFile, raw: IO[bytes]) -> None:
        super().__init__()
        self._packed, self._raw, self._out = packed, raw, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        count = self._packed.readinto(buffer)
        self._out += count
        if self._out > BOMB_LEAST and self._out > BOMB_RATIO * max(1, self._raw.tell()):
            raise Stopped(f"the file unpacks into more than {BOMB_RATIO} times its size")
        return count


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader]:
    """The bytes of a file, unpacked.

    Raises:
        Stopped: It cannot be read; also while it is read.
    """
    try:
        with path.open("rb") as raw:
            start = raw.peek(4)[:4]
            for mark, kind in _PACKED.items():
                if start.startswith(mark):
                    raise Stopped(f"a {kind} file; only gzip is unpacked")
            if start[:2] in _UTF16:
                raise Stopped("the file is UTF-16; save it as UTF-8")
            if start[:2] != _GZIP:
                yield raw
                return
            with gzip.GzipFile(fileobj=raw) as packed:
                guarded = cast("io.RawIOBase", _Guarded(packed, raw))
                yield io.BufferedReader(guarded, _BUFFER)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Stopped("the compressed file is damaged or cut off") from None
    except OSError as problem:
        raise Stopped(f"it cannot be read ({(problem.strerror or 'unknown').lower()})") from None


def too_long() -> Unfit:
    """An entry that is not held."""
    return Unfit(f"it is longer than {LINE_LIMIT:,} bytes")


def too_many() -> Unfit:
    """An entry of many small values, which memory would not hold."""
    return Unfit(f"it holds more than {VALUE_LIMIT:,} values")


def values_in(text: str) -> int:
    """As many values as JSON holds, or more."""
    return sum(map(text.count, "[{,"))


def overfull(text: str) -> bool:
    """Whether JSON, before it is decoded, holds more values than an entry may."""
    return crowded(text, VALUE_LIMIT)


class _HasLines(Protocol):
    def readline(self, limit: int, /) -> bytes | str: ...


def pass_over(stream: _HasLines, number: int) -> None:
    """Go to the end of a line that is too long.

    Args:
        stream: Stands within the line.
        number: The line before it.

    Raises:
        Stopped: It has no end.
    """
    passed = 0
    while (more := stream.readline(_CHUNK)) and more[-1:] not in _ENDS:
        passed += len(more)
        if passed > _SKIPPED:
            raise Stopped(f"a line is longer than {_SKIPPED:,} bytes", number)
