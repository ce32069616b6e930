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
from measurand.store.logs.ahead import Ahead, Head
from measurand.store.logs.source import (
    LINE_LIMIT,
    VALUE_LIMIT,
    Found,
    Stopped,
    overfull,
    pass_over,
    too_long,
    too_many,
    values_in,
)
from measurand.store.logs.turns import is_turn

__all__ = ["LISTS", "TOO_DEEP", "decode", "json_rows"]

LISTS = (
    "resourceSpans", "resource_spans", "resourceLogs", "spans", "data", "traces", "observations",
    "runs", "rows", "records", "items", "conversations", "dialogues", "logs", "results", "requests",
)  # fmt: skip
"""Keys of a document whose elements are its entries."""
_KEPT = frozenset({"resourceSpans", "resource_spans", "resourceLogs"})
"""Those whose elements need their key to be understood."""

_CHUNK, _SMALL = 2**20, 2**16
_DIGITS = 308
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPED = re.compile("[\udc80-\udcff]")
_BETWEEN = re.compile(r"[ \t\n\r]*")

TOO_DEEP = "it is nested too deeply"
_NOT_JSON = "it is not JSON, or half of it"
_TWICE = "a key is given twice in one object"
_LARGE = f"a document without a list of entries is longer than {LINE_LIMIT:,} characters"
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


def json_rows(stream: io.BufferedReader, *, lines: bool = False) -> Iterator[Found]:
    """The entries of a stream of JSON.

    Args:
        stream: The bytes.
        lines: Whether the file is called one of lines; half a line at its begin is no document.

    Raises:
        Stopped: The rest cannot be read.
    """
    ahead = Ahead(stream)
    if _is_document(ahead.head, lines=lines):
        yield from _Document(ahead).entries()
    else:
        yield from _lines(ahead)


def _is_document(head: Head, *, lines: bool) -> bool:
    """Whether a file is one document, or several, and not an entry a line, by its first lines.

    A first line that is no JSON begins a document, or is half of a row, as where a log was rotated
    or cut. What pretty printers write first ends with a bracket or a comma, and no line after it is
    an object by itself.
    """
    first, alone = head.lines[0] if head.lines else b"", len(head.lines) == 1
    if not first.startswith((b"[", b"{")):
        return False
    if not head.first_ended:
        return not lines or first.startswith(b"[")
    if alone and not lines and (len(first) > _SMALL or not head.first_broken):
        return True
    value = _told(first)
    if value is _HALF_ROW:
        return _begins(head, lines=lines)
    # A list alone holds rows, unless it is one of turns; an object alone is a row.
    return alone and isinstance(value, list) and bool(value) and not is_turn(value[0])


def _begins(head: Head, *, lines: bool) -> bool:
    """Whether a first line that is no JSON is the begin of a document."""
    first = head.lines[0]
    if len(head.lines) == 1:
        return not lines
    if first == b"[" or (not lines and first.endswith((b"[", b"{"))):
        return True
    if lines and not first.endswith((b"[", b"{", b",")):
        return False
    return not any(isinstance(_told(line), dict) for line in head.lines[1:])


def _told(line: bytes) -> object:
    """What a line holds; an `Unfit` where it is JSON that cannot be used, as far as is known."""
    try:
        return _line(line)
    except Unfit as why:
        return _HALF_ROW if why.reason in {_NOT_JSON, too_many().reason} else why


def _lines(stream: Ahead) -> Iterator[Found]:
    number = 0
    while line := stream.readline(LINE_LIMIT + 1):
        number += 1
        if len(line) > LINE_LIMIT and not line.endswith(b"\n"):
            pass_over(stream, number - 1)
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


_BLANK, _HALF_ROW = object(), object()


def _line(line: bytes) -> object:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise Unfit("it is not UTF-8") from None
    if "\0" in text:
        raise Unfit("it holds a NUL")
    if overfull(text):
        raise too_many()
    if not text or text.isspace():
        return _BLANK
    return decode(text)


class _Document:
    """One JSON document, or several after one another, read piece by piece."""

    def __init__(self, stream: Ahead) -> None:
        self._stream = stream
        self._later = ""
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
        listed, size, marks = False, 0, 0
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
                size, marks = size + len(self._taken), marks + values_in(self._taken)
                if max(size / LINE_LIMIT, marks / VALUE_LIMIT) > 1:
                    raise Stopped(_LARGE, self._number)
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
            if 0 <= end < len(self._text) or (end >= 0 and self._ended and not self._later):
                break
            self._longer()
        text, self._at = self._text[self._at : end], end
        self._taken = text
        self._put_back()
        if flaw is not None:
            raise flaw
        if not text.isascii() and _ESCAPED.search(text):
            raise Unfit("it is not UTF-8")
        return decode(text) if _HALF.search(text) else value

    def _longer(self) -> None:
        """Read on within a value; where too much of it is there already, nobody finds its end."""
        if len(self._text) - self._at > LINE_LIMIT:
            raise Stopped(f"an entry is longer than {LINE_LIMIT:,} characters", self._number)
        if not self._more():
            raise Stopped(_BROKEN, self._number)
        if overfull(self._text):
            raise Stopped(f"{too_many().reason}; the rest is not read", self._number)

    def _plain(self) -> tuple[Any, int]:
        """The end of a value that cannot be used."""
        try:
            return json.JSONDecoder().raw_decode(self._text, self._at)
        except (ValueError, RecursionError):
            return None, -1

    def _more(self) -> bool:
        """Read on; what was used is let go. A value that does not fit is read at doubled steps."""
        left = len(self._text) - self._at
        if self._later:
            end = max(_CHUNK, left)
            self._text, self._at = self._text[self._at :] + self._later[:end], 0
            self._later = self._later[end:]
            return True
        if self._ended:
            return False
        chunk = self._stream.read(max(_CHUNK, left))
        self._ended = not chunk
        text = self._decoder.decode(chunk, final=self._ended)
        self._text, self._at = self._text[self._at :] + text, 0
        return not self._ended or bool(text)

    def _put_back(self) -> None:
        """What a long value left over is looked at in small pieces: each may hold many values."""
        if len(self._text) - self._at > 2 * _CHUNK:
            cut = self._at + _CHUNK
            self._text, self._later = self._text[:cut], self._text[cut:] + self._later
