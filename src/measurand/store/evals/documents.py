"""JSON that other programs wrote: read with bounds, NaN and halves of surrogate pairs let through.

What `measurand.store.lines` refuses as ambiguous, other tools write: NaN is their value of a score
that could not be given. It comes out of here as a float that is not a number, and is an absent
value or a text by the time it leaves this package.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from measurand.core.sound import sound_json
from measurand.errors import DataError, Fault
from measurand.store.crowded import DOCUMENT_VALUES, VALUE_LIMIT, crowded
from measurand.store.evals.sample import NotTaken, Sheet
from measurand.store.lines import DOCUMENT_LIMIT, LINE_LIMIT
from measurand.store.logs.source import Stopped, opened

__all__ = ["decoded", "document", "first_line", "plain", "rows"]

_DEEPEST = 100
_DIGITS = 308


def decoded(text: str, most: int = VALUE_LIMIT) -> Any:
    """A JSON value.

    Args:
        text: The JSON.
        most: How many values it may hold.

    Raises:
        NotTaken: It is not JSON, a key is given twice in an object, or it is nested too deeply or
            holds too many values.
    """
    if crowded(text, most):
        raise NotTaken(f"it holds more than {most:,} values")
    try:
        return _DECODER.decode(sound_json(text))
    except json.JSONDecodeError as problem:
        raise NotTaken(f"it is not JSON ({problem.msg.lower()})") from None
    except RecursionError:
        raise NotTaken("the JSON is nested too deeply") from None


def document(path: Path) -> Any:
    """The one JSON value of a file.

    Raises:
        DataError: It cannot be read, or is larger than 256 MiB or `DOCUMENT_VALUES` values.
    """
    try:
        with opened(path) as stream:
            raw = stream.read(DOCUMENT_LIMIT + 1)
        return decoded(_bounded(raw).decode("utf-8-sig"), DOCUMENT_VALUES)
    except NotTaken as problem:
        raise DataError([Fault(str(problem), str(path))]) from None
    except UnicodeDecodeError:
        raise DataError([Fault("the file is not UTF-8", str(path))]) from None
    except Stopped as problem:
        raise DataError([Fault(problem.reason, str(path))]) from None


def rows(sheet: Sheet) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The objects of a file of JSON Lines, each with its line; what is none is refused.

    Raises:
        DataError: The file cannot be read.
    """
    number = 0
    try:
        with opened(sheet.path) as stream:
            while raw := stream.readline(LINE_LIMIT + 1):
                number += 1
                if len(raw) > LINE_LIMIT and not raw.endswith(b"\n"):
                    while (more := stream.readline(2**16)) and not more.endswith(b"\n"):
                        pass
                    reason = f"the line is longer than {LINE_LIMIT:,} bytes"
                    sheet.refuse(sheet.place(number), reason)
                elif raw.strip(b"\xef\xbb\xbf \t\r\n"):
                    yield from _row(raw, number, sheet)
    except Stopped as problem:
        if not number:
            raise DataError([Fault(problem.reason, str(sheet.path))]) from None
        sheet.refuse(sheet.place(number + 1), f"{problem.reason}; nothing is read from here on")


def first_line(path: Path) -> str:
    """The first line of a file that is not blank, or as much of it as a line may have.

    Raises:
        DataError: The file cannot be read.
    """
    try:
        with opened(path) as stream:
            while line := stream.readline(LINE_LIMIT):
                if text := line.decode("utf-8-sig", "replace").strip():
                    return text
            return ""
    except Stopped as problem:
        raise DataError([Fault(problem.reason, str(path))]) from None


def plain(value: Any, *, depth: int = 0) -> Any:
    """A value that JSON can hold and every reader keeps: no NaN, no depth without end."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping | list) and depth > _DEEPEST:
        return "(nested too deeply)"
    if isinstance(value, Mapping):
        return {str(key): plain(cell, depth=depth + 1) for key, cell in value.items()}
    if isinstance(value, list):
        return [plain(cell, depth=depth + 1) for cell in value]
    return value


def _row(raw: bytes, number: int, sheet: Sheet) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        value = decoded(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        sheet.refuse(sheet.place(number), "the line is not UTF-8")
    except NotTaken as problem:
        sheet.refuse(sheet.place(number), str(problem))
    else:
        if isinstance(value, Mapping):
            yield number, value
        else:
            sheet.refuse(sheet.place(number), "the line is not a JSON object")


def _bounded(raw: bytes) -> bytes:
    if len(raw) > DOCUMENT_LIMIT:
        raise NotTaken(f"the document is larger than {DOCUMENT_LIMIT:,} bytes")
    return raw


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    whole = dict(pairs)
    if len(whole) != len(pairs):
        raise NotTaken("a key is given twice in one object")
    return whole


def _int(text: str) -> int:
    if len(text) > _DIGITS:
        raise NotTaken(f"a number of {len(text):,} digits is beyond the range of a float")
    return int(text)


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_int=_int)
