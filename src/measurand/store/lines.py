"""Rows out of text files, one at a time: JSON Lines, a JSON array, CSV; each also gzipped.

A fault never stops the reading of the rest: readers put it into the caller's list and go on with
the next row, so that one reading names everything that is wrong with a file. Memory is bounded by
the longest admissible line (JSON Lines, CSV) or the largest admissible document (a JSON array).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from measurand.core.sound import sound_json
from measurand.errors import Fault

__all__ = [
    "LINE_LIMIT",
    "SUFFIXES",
    "Row",
    "parse_json",
    "read_csv",
    "read_json",
    "read_rows",
    "shown",
    "whole",
    "write_jsonl",
]

LINE_LIMIT = 32 * 2**20
"""Characters that a line may have."""
DOCUMENT_LIMIT = 8 * LINE_LIMIT
"""Characters that a JSON array may have; larger sets belong in JSON Lines, which stream."""

_JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
_CSV_SUFFIXES = (".csv", ".tsv")
SUFFIXES = _JSON_SUFFIXES + _CSV_SUFFIXES
"""The endings of files that `read_rows` reads; each may be followed by ``.gz``."""

_SHOWN = 60
_DIGITS = 308
_GZIP, _UTF16 = b"\x1f\x8b", (b"\xff\xfe", b"\xfe\xff")
_UNREADABLE = re.compile("[\0\udc80-\udcff]")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_BETWEEN = re.compile(r"[ \t\n\r]*")


class Row(NamedTuple):
    """One row of a file."""

    line: int
    """Its first line, from 1."""
    cells: dict[str, Any]


class _Line(NamedTuple):
    number: int
    text: str
    flaw: str | None
    """Why the text cannot be used."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A file that is being read, and where its faults go."""

    path: Path
    faults: list[Fault]
    limit: int
    mend: bool = False
    """Whether halves of surrogate pairs in JSON become U+FFFD."""

    def blame(self, problem: str, line: int | None = None, **more: str | None) -> None:
        self.faults.append(Fault(problem, str(self.path), line, **more))

    def lines(self) -> Iterator[_Line]:
        """The lines without their ends; LF, CRLF and CR all end a line."""
        number = 0
        try:
            with self.path.open("rb") as raw:
                start = raw.peek(2)[:2]
                if start in _UTF16:
                    self.blame("the file is UTF-16", allowed="UTF-8", remedy="save it as UTF-8")
                    return
                stream = cast("IO[bytes]", gzip.GzipFile(fileobj=raw) if start == _GZIP else raw)
                with io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape") as text:
                    while line := text.readline(self.limit + 1):
                        number += 1
                        line = sound_json(line) if self.mend else line
                        yield self._judged(line, number, text)
        except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
            self.blame(f"the compressed file is damaged ({problem})", number + 1)
        except OSError as problem:
            self.blame(f"the file cannot be read ({(problem.strerror or str(problem)).lower()})")

    def _judged(self, line: str, number: int, rest: io.TextIOWrapper) -> _Line:
        if len(line) > self.limit and not line.endswith("\n"):
            while (more := rest.readline(2**16)) and not more.endswith("\n"):
                pass
            return _Line(number, "", f"the line is longer than {self.limit} characters")
        line = line.removesuffix("\n")
        if (line.isascii() and "\0" not in line) or not (bad := _UNREADABLE.search(line)):
            return _Line(number, line, None)
        what = "a NUL" if bad[0] == "\0" else f"the byte 0x{ord(bad[0]) - 0xDC00:02x}, not UTF-8,"
        return _Line(number, line, f"the line holds {what} at character {bad.start() + 1}")


def read_rows(path: Path | str, faults: list[Fault], *, limit: int = LINE_LIMIT) -> Iterator[Row]:
    """Read a file of rows, whatever its format; the ending of its name decides.

    Args:
        path: A file that ends in one of `SUFFIXES`, or in one of them and ``.gz``.
        faults: Receives what is wrong, in the order of the file; a file without rows is a fault.
        limit: Characters that one line may have.

    Yields:
        The rows that can be read. Cells of a CSV file are text.
    """
    name = Path(path).name.lower().removesuffix(".gz")
    if name.endswith(_CSV_SUFFIXES):
        yield from read_csv(path, faults, limit=limit)
    elif name.endswith(_JSON_SUFFIXES):
        yield from read_json(path, faults, limit=limit)
    else:
        allowed = f"{', '.join(SUFFIXES)}; each also with .gz"
        faults.append(Fault("this kind of file is not read", str(path), allowed=allowed))


def read_json(
    path: Path | str, faults: list[Fault], *, limit: int = LINE_LIMIT, mend: bool = False
) -> Iterator[Row]:
    """Read objects: one a line, or in one array.

    NaN, Infinity, numbers beyond the range of a float, repeated keys and half surrogate pairs
    (unless they are to be mended: see `sound_json`) are faults; so is anything that is not an
    object. Blank lines are passed over.
    """
    source = _Source(Path(path), faults, limit, mend)
    before, empty = len(faults), True
    for number, text, flaw in source.lines():
        if flaw is not None:
            empty = False
            source.blame(flaw, number)
        elif text and not text.isspace():
            if empty and text.lstrip().startswith("["):
                yield from _array(replace(source, limit=DOCUMENT_LIMIT))
                return
            if empty and text.strip() == "{":
                remedy = "write one object a line, or an array of objects"
                source.blame("the file is one JSON object over several lines", remedy=remedy)
                return
            empty = False
            yield from _object(text, number, source)
    if empty and len(faults) == before:
        source.blame("the file is empty")


def read_csv(path: Path | str, faults: list[Fault], *, limit: int = LINE_LIMIT) -> Iterator[Row]:
    r"""Read a table with a header; separated by comma, semicolon or tab, as the header shows.

    A row that does not have exactly the header's number of cells is a fault. Line ends inside
    quoted cells become ``\n``.
    """
    # The limit is global to the csv module and 128 KiB by default; it is only ever raised.
    csv.field_size_limit(max(limit, csv.field_size_limit()))
    source, before = _Source(Path(path), faults, limit), len(faults)
    header: list[str] | None = None
    rows = 0
    for line, cells in _records(source):
        if header is None:
            header = _header(cells, line, source)
            if header is None:
                return
        elif len(cells) == len(header):
            rows += 1
            yield Row(line, dict(zip(header, cells, strict=True)))
        else:
            problem = f"the row has {len(cells)} cells and the header {len(header)}"
            source.blame(problem, line, found=shown(",".join(cells)))
    if not rows and len(faults) == before:
        source.blame("the file is empty" if header is None else "the file has a header and no rows")


def parse_json(text: str) -> Any:
    """Decode JSON strictly.

    Raises:
        ValueError: It is not JSON, or not JSON that has one meaning; the message is a sentence
            that names the column, from 1.
    """
    try:
        value = _STRICT.decode(text)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as problem:
        raise ValueError(_explained(problem)) from None
    except UnicodeEncodeError:
        raise ValueError("the text holds half of a surrogate pair (\\ud800 to \\udfff)") from None
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    return value


def shown(value: object) -> str:
    """A value for a fault's ``found``: as JSON where it is JSON, shortened, on one line."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        text = f"a {type(value).__name__} that is nested too deeply"
    except (TypeError, ValueError):
        text = repr(value)
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def write_jsonl(path: Path | str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write one object a line, whole or not at all; gzipped when the name ends in ``.gz``.

    Raises:
        ValueError: A row holds NaN or Infinity.
    """
    target = Path(path)
    with whole(target) as scratch, scratch.open("wb") as raw:
        zipped = target.name.lower().endswith(".gz")
        packed = gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if zipped else raw
        with io.TextIOWrapper(cast("IO[bytes]", packed), "utf-8", newline="\n") as stream:
            for row in rows:
                stream.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A scratch file beside the target that takes its place at the end, or goes without trace."""
    scratch = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        yield scratch
        scratch.replace(target)
    except OSError as problem:
        # A full disk does not say of which file.
        problem.filename = problem.filename or str(target)
        raise
    finally:
        scratch.unlink(missing_ok=True)


def _object(text: str, line: int, source: _Source) -> Iterator[Row]:
    try:
        value = parse_json(text)
    except ValueError as problem:
        source.blame(str(problem), line, found=shown(text))
        return
    if isinstance(value, dict):
        yield Row(line, value)
    else:
        source.blame("the row is not a JSON object", line, found=shown(value))


def _array(source: _Source) -> Iterator[Row]:
    parts: list[str] = []
    size, before = 0, len(source.faults)
    for number, part, flaw in source.lines():
        size += len(part) + 1
        if size > source.limit:
            problem = f"the JSON array is longer than {source.limit} characters"
            source.blame(problem, remedy="write it as JSON Lines")
            return
        if flaw is not None:
            source.blame(flaw, number)
        parts.append(part)
    if len(source.faults) == before:
        yield from _elements("\n".join(parts), source)


def _elements(text: str, source: _Source) -> Iterator[Row]:
    """The objects of an array, each with its line; after broken syntax nothing can be trusted."""
    at, line, counted, empty = text.index("[") + 1, 1, 0, True
    while True:
        at = _skip(text, at)
        line, counted = line + text.count("\n", counted, at), at
        if empty and text.startswith("]", at):
            source.blame("the file is empty", found="[]")
            return
        try:
            _, end = _LENIENT.raw_decode(text, at)
        except (ValueError, RecursionError):
            found = shown(text[at : at + _SHOWN])
            source.blame("the array is broken or cut off here", line, found=found)
            return
        empty = False
        yield from _object(text[at:end], line, source)
        at = _skip(text, end) + 1
        if not text.startswith(",", at - 1):
            break
    if not text.startswith("]", at - 1):
        source.blame("the array is broken or cut off after the element that starts here", line)
    elif text[at:].strip():
        source.blame("there is text after the end of the array", line)


def _skip(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    return match.end() if match else at


def _records(source: _Source) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file, blank ones left out, each with its first line."""
    flawed: list[tuple[str, int]] = []
    lines = _fed(source.lines(), flawed)
    first = next(lines, "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(chain([first] if first else [], lines), strict=True, delimiter=delimiter)
    start, seen = 1, False
    try:
        for cells in reader:
            for flaw, line in flawed:
                source.blame(flaw, line)
            if flawed and not seen:
                return
            if cells and not flawed:
                yield start, cells
            seen = seen or bool(cells)
            flawed.clear()
            start = reader.line_num + 1
    except csv.Error as problem:
        for flaw, line in flawed:
            source.blame(flaw, line)
        remedy = "put the cell in double quotes and double the quotes inside it"
        source.blame(f"the rest cannot be read ({problem})", start, remedy=remedy)


def _fed(lines: Iterator[_Line], flawed: list[tuple[str, int]]) -> Iterator[str]:
    for number, text, flaw in lines:
        if flaw is not None:
            flawed.append((flaw, number))
        yield text + "\n"


def _header(cells: list[str], line: int, source: _Source) -> list[str] | None:
    names = [cell.strip() for cell in cells]
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        problem = f"two columns are called {', '.join(twice)}"
    elif "" in names:
        problem = f"column {names.index('') + 1} has no name"
    else:
        return names
    source.blame(problem, line, found=shown(",".join(cells)))
    return None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    whole = dict(pairs)
    if len(whole) != len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"a key is given twice: {', '.join(map(shown, twice))}")
    return whole


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number; write null for what is not known")


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:_SHOWN]} is beyond the range of a float")
    return number


def _int(text: str) -> int:
    if len(text) > _DIGITS:
        raise ValueError(f"a number of {len(text):,} digits is beyond the range of a float")
    return int(text)


def _explained(problem: json.JSONDecodeError) -> str:
    column = f"column {problem.pos + 1}"
    if problem.msg.startswith("Unterminated") or problem.pos >= len(problem.doc.rstrip()):
        return f"the JSON is cut off (nothing closes what stands at {column})"
    return f"the line is not JSON: {problem.msg[:1].lower()}{problem.msg[1:]} at {column}"


_STRICT = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_float=_float, parse_int=_int
)
_LENIENT = json.JSONDecoder()
