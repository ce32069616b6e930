"""The one JSON object of a reply, read strictly: nothing is repaired and nothing is guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NoReturn

__all__ = ["only_object", "shortened"]

_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_FENCED = re.compile(r"```(?:json|JSON)?\s*\Z")
_SHOWN = 60


def only_object(text: str) -> dict[str, Any]:
    """The object with which a text ends, alone or in a code fence; prose may stand before it.

    What a reasoning model thought aloud, between ``<think>`` and ``</think>``, is not read.

    Raises:
        ValueError: There is none, it is not strictly JSON (a comma too many, a comment, a raw line
            break in a text, NaN, a key twice), or something stands behind it.
    """
    said = _THOUGHT.sub("", text).strip()
    start = said.find("{")
    if start < 0:
        raise ValueError("it holds no JSON object")
    decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
    try:
        found: dict[str, Any]
        found, end = decoder.raw_decode(said, start)
    except json.JSONDecodeError as problem:
        raise ValueError(
            f"it is not valid JSON: {problem.msg} at character {problem.pos}"
        ) from None
    except RecursionError:
        raise ValueError("its JSON is nested too deeply") from None
    rest = said[end:].strip()
    if _FENCED.search(said[:start]):
        rest = rest.removeprefix("```").strip() if rest.startswith("```") else "an open code fence"
    if rest:
        raise ValueError(f"something stands behind its JSON object: {shortened(rest)}")
    return found


def shortened(found: object) -> str:
    """What was found, as JSON, cut to what a message can hold."""
    text = json.dumps(found, ensure_ascii=True, default=str)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for key, value in pairs:
        if key in whole:
            raise ValueError(f"it has the key {shortened(key)} twice")
        whole[key] = value
    return whole


def _constant(name: str) -> NoReturn:
    raise ValueError(f"it is not valid JSON: {name} is not a number")
