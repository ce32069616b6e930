"""What can be written down: text that is Unicode, values that are JSON, counts that are counts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from measurand.core.output import Usage

__all__ = ["MOST_TOKENS", "countable", "no_json", "sound", "sound_json", "words"]

MOST_TOKENS = 2**53
"""Tokens beyond which a count is none; the largest whole number that every reader of JSON keeps."""

_ESCAPES = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\."
)
"""In JSON: a surrogate pair, half of one, or any other escape."""
_HALF = 6
_DEEPEST = 100
_BITS = 4_000


def sound(text: str) -> str:
    r"""The text as Unicode: halves of surrogate pairs are joined, or become U+FFFD where alone.

    ``"\ud83d"`` becomes ``"\ufffd"``. NUL and other control characters stay as they are.
    """
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def sound_json(text: str) -> str:
    r"""JSON text in which escapes of lone halves of surrogate pairs are those of U+FFFD."""
    return _ESCAPES.sub(lambda found: r"\ufffd" if len(found[0]) == _HALF else found[0], text)


def countable(usage: Usage | None) -> bool:
    """Whether counts of tokens are whole numbers from 0 to `MOST_TOKENS`, or there are none."""
    if usage is None:
        return True
    counts = (usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.written_tokens)
    return all(type(count) is int and 0 <= count <= MOST_TOKENS for count in counts)


def no_json(value: Any, *, depth: int = 0) -> str:
    """Why a value cannot be written as JSON and read back; empty where it can.

    Args:
        value: Any value.
        depth: How many values it is in.
    """
    if depth > _DEEPEST:
        return f"values in each other, more than {_DEEPEST} deep"
    parts: Iterable[Any] = ()
    if isinstance(value, Mapping):
        odd = {type(key).__name__ for key in value if not isinstance(key, str)}
        if odd:
            return f"a key of the type {min(odd)}, where JSON has texts"
        parts = value.values()
    elif isinstance(value, list | tuple):
        parts = value
    else:
        return _no_leaf(value)
    return next((why for part in parts if (why := no_json(part, depth=depth + 1))), "")


def _no_leaf(value: Any) -> str:
    if value is None or isinstance(value, str | bool):
        return ""
    if isinstance(value, int):
        return "" if value.bit_length() <= _BITS else f"a number of {value.bit_length():,} bits"
    if isinstance(value, float):
        return "" if math.isfinite(value) else f"the number {value}"
    return f"a value of the type {type(value).__name__}"


def words(problem: BaseException) -> str:
    """What an exception says of itself, where it can."""
    try:
        return str(problem)
    except Exception:  # noqa: BLE001 - whoever cannot even say what is wrong
        return "(it cannot say)"
