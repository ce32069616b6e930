"""JSON values: read strictly, told apart by type as well as by value."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeGuard

from measurand.errors import UsageError
from measurand.raters.checks.base import Unanswered
from measurand.raters.checks.fences import split

__all__ = ["LARGEST", "parse", "read_json", "same"]

LARGEST = 4_000_000
"""Bytes of the largest schema that is read."""
_DIGITS = 308
_TAGS = frozenset({"", "json"})


def parse(text: str, *, allow_fence: bool = False) -> Any:
    """Read JSON as the standard has it (RFC 8259), and nothing else.

    ``NaN`` and ``Infinity``, keys that occur twice, and text around the value are refused.

    Args:
        text: The text.
        allow_fence: Whether the value may stand in the text's only fenced block of JSON.

    Raises:
        ValueError: It is not JSON; the message says where.
        Unanswered: It nests too deeply, or holds a number beyond a double: it may be JSON, but it
            cannot be read here.
    """
    if allow_fence:
        tagged = [code for tag, code in split(text)[1] if tag is not None and tag.lower() in _TAGS]
        text = tagged[0] if len(tagged) == 1 else text
    try:
        return json.loads(
            text,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_whole,
            object_pairs_hook=_once,
        )
    except RecursionError:
        raise Unanswered("the JSON nests too deeply to be read") from None


def read_json(path: Path) -> Any:
    """Read a JSON file that a plan names.

    Raises:
        UsageError: It is missing, too large or not JSON.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path} is larger than {LARGEST:,} bytes")
        return parse(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise UsageError(f"{path} cannot be read: {problem.strerror}") from problem
    except (ValueError, Unanswered) as problem:
        raise UsageError(f"{path} is not JSON: {problem}") from problem


def same(first: object, second: object) -> bool:
    """Whether two JSON values are equal: 1 is 1.0, but neither is true nor "1"."""
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return first.keys() == second.keys() and all(same(v, second[k]) for k, v in first.items())
    if _listed(first) and _listed(second):
        return len(first) == len(second) and all(map(same, first, second))
    return first == second


def _listed(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _finite(digits: str) -> float:
    if math.isfinite(number := float(digits)):
        return number
    raise Unanswered(f"the number {digits[:40]} is beyond a double")


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise Unanswered(f"the number {digits[:40]}… is beyond a double")
    return int(digits)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for key, value in pairs:
        if key in whole:
            raise ValueError(f"the key {key[:40]!r} occurs twice")
        whole[key] = value
    return whole
