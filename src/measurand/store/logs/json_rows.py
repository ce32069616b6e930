"""Entries of JSON files: a line each, or the elements of one document that need not fit memory."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from measurand.core.sound import sound_json
from measurand.store.logs.account import Unfit
from measurand.store.logs.source import LINE_LIMIT, Found, Stopped, too_long

__all__ = ["LISTS", "TOO_DEEP", "decode", "json_rows"]

LISTS = (
    "resourceSpans", "resource_spans", "resourceLogs", "spans", "data", "traces", "observations",
    "runs", "rows", "records", "items", "conversations", "dialogues", "logs", "results", "requests",
)  # fmt: skip
"""Keys of a document whose elements are its entries."""
_KEPT = frozenset({"resourceSpans", "resource_spans", "resourceLogs"})
"""Those whose elements need their key to be understood."""

_PEEK = 2**16
_CHUNK = 2**20
_DIGITS = 308
_SKIPPED = 8 * LINE_LIMIT
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPED = re.compile("[\udc80-\udcff]")
_BETWEEN = re.compile(r"[ \t\n\r]*")

TOO_DEEP = "it is nested too deeply"
_NOT_JSON = "it is not JSON, or half of it"
_TWICE = "a key is given twice in one object"
_BROKEN = "the document is broken or cut off here; the rest is not read"


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    cells = dict(pairs)
    if len(cells) != len(pairs):
        raise Unfit(_TWICE)
    return cells


def _int(text: str) -> int:
    if len(text) > _DIGITS:
        raise Unfit("a number has too many digits")
    return int(text)


def _constant(_: str) -> None:
    """NaN and Infinity are no numbers: what was measured is not known."""


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_int)


def decode(text: str) -> Any:
    """Read one JSON value; NaN is absent, and halves of surrogate pairs become U+FFFD.

    Raises:
        Unfit: It is none.
    """
    try:
        return _DECODER.decode(sound_json(text) if _HALF.search(text) else text)
    except RecursionError:
        raise Unfit(TOO_DEEP) from None
    except ValueError:
        raise Unfit(_NOT_JSON) from None


def json_rows(stream: io.BufferedReader) -> Iterator[Found]:
    """The entries of a stream of JSON.

    Raises:
        Stopped: The rest cannot be read.
    """
    start = stream.peek(_PEEK)[:_PEEK].removeprefix(codecs.BOM_UTF8)
    first, ended, _ = start.lstrip().partition(b"\n")
    if first.startswith((b"[", b"{")) and not (ended and _sound(first)):
        yield from _Document(stream).entries()
    else:
        yield from _lines(stream)


def _sound(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _lines(stream: io.BufferedReader) -> Iterator[Found]:
    number = 0
    while line := stream.readline(LINE_LIMIT + 1):
        number += 1
        if len(line) > LINE_LIMIT and not line.endswith(b"\n"):
            _pass_over(stream, number)
            yield Found(number, too_long())
            continue
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        try:
            value = _line(line)
        except Unfit as why:
            value = why
        if value is not _BLANK:
            yield Found(number, value)


_BLANK = object()


def _line(line: bytes) -> object:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise Unfit("it is not UTF-8") from None
    if "\0" in text:
        raise Unfit("it holds a NUL")
    if not text or text.isspace():
        return _BLANK
    return decode(text)


def _pass_over(stream: io.BufferedReader, number: int) -> None:
    """Go to the end of a line that is too long."""
    passed = 0
    while (more := stream.readline(_CHUNK)) and not more.endswith(b"\n"):
        passed += len(more)
        if passed > _SKIPPED:
            raise Stopped(f"a line is longer than {_SKIPPED:,} bytes", number)


class _Document:
    """One JSON document, or several after one another, read piece by piece."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
        self._text, self._at, self._ended = "", 0, False
        self._number = 0

    def entries(self) -> Iterator[Found]:
        """The elements of its list, or of its first list under a key of `LISTS`; else it itself."""
        while True:
            mark = self._next()
            if not mark:
                return
            if mark == "[":
                self._at += 1
                yield from self._elements("")
            elif mark == "{":
                yield from self._object()
            else:
                raise Stopped(_BROKEN, self._number)

    def _object(self) -> Iterator[Found]:
        """Keys are looked at one by one; a long list among them is never held."""
        self._at += 1
        rest: dict[str, Any] = {}
        listed = False
        while (mark := self._next()) != "}":
            if mark == ",":
                self._at += 1
                continue
            key = self._value()
            if not isinstance(key, str) or self._next() != ":":
                raise Stopped(_BROKEN, self._number)
            self._at += 1
            if key in LISTS and self._next() == "[" and self._opens_objects():
                listed = True
                self._at += 1
                yield from self._elements(key if key in _KEPT else "")
            else:
                rest[key] = self._value()
        self._at += 1
        if not listed:
            self._number += 1
            yield Found(self._number, rest)

    def _opens_objects(self) -> bool:
        """Whether the list here holds objects: they are entries; texts and numbers are not."""
        while not (match := re.compile(r"\[\s*(\S)").match(self._text, self._at)):
            if not self._more():
                return False
        return match[1] == "{"

    def _elements(self, key: str) -> Iterator[Found]:
        while (mark := self._next()) != "]":
            if mark == ",":
                self._at += 1
                continue
            try:
                value = self._value()
            except Unfit as why:
                self._number += 1
                yield Found(self._number, why)
                continue
            self._number += 1
            yield Found(self._number, {key: [value]} if key else value)
        self._at += 1

    def _next(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            match = _BETWEEN.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _value(self) -> Any:
        """The value here.

        Raises:
            Unfit: It is JSON and cannot be used.
            Stopped: It is none, and nobody knows where the next begins.
        """
        flaw: Unfit | None = None
        self._next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except Unfit as why:
                flaw = why
                value, end = self._plain()
            except RecursionError:
                raise Stopped(
                    "it is nested too deeply; the rest is not read", self._number
                ) from None
            except ValueError:
                end = -1
                value = None
            if 0 <= end < len(self._text) or (self._ended and end >= 0):
                break
            if len(self._text) - self._at > LINE_LIMIT:
                raise Stopped(f"an entry is longer than {LINE_LIMIT:,} characters", self._number)
            if not self._more():
                raise Stopped(_BROKEN, self._number)
        text, self._at = self._text[self._at : end], end
        if flaw is not None:
            raise flaw
        if not text.isascii() and _ESCAPED.search(text):
            raise Unfit("it is not UTF-8")
        return decode(text) if _HALF.search(text) else value

    def _plain(self) -> tuple[Any, int]:
        """The end of a value that cannot be used."""
        try:
            return json.JSONDecoder().raw_decode(self._text, self._at)
        except (ValueError, RecursionError):
            return None, -1

    def _more(self) -> bool:
        """Read on; what was used is let go. A value that does not fit is read at doubled steps."""
        if self._ended:
            return False
        left = len(self._text) - self._at
        chunk = self._stream.read(max(_CHUNK, left))
        self._ended = not chunk
        text = self._decoder.decode(chunk, final=self._ended)
        self._text, self._at = self._text[self._at :] + text, 0
        return not self._ended or bool(text)
