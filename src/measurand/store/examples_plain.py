"""Most rows of most datasets: examples in plain shapes, read without a form, a tenth of the time.

What is read here is what `read_example` makes of it by its form; everything else is left to that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

from measurand.core.example import COMPONENTS, Component, Example, Message, Requirement, Role
from measurand.store.example_names import FIELD_OF

__all__ = ["FINGERPRINT_DIGITS", "fingerprint_of", "plain_example", "quoted"]

quoted = json.encoder.encode_basestring
"""A text as canonical JSON has it."""

_TURNS = frozenset(get_args(Role))
_TURN = frozenset({"role", "content"})
FINGERPRINT_DIGITS = 16
"""As many as `measurand.core.fingerprint.fingerprint` gives."""
_EXACT = 2**53
"""Whole numbers up to this are floats without loss."""


class _NotPlain(Exception):  # noqa: N818 - never leaves this module
    """The row has another shape, or is wrong."""


def plain_example(raw: Mapping[str, Any], home: Component | None) -> Example | None:
    """The example of a row in plain shapes; None where there is more to say about it.

    Args:
        raw: The row; its texts are Unicode, as `measurand.store.lines.read_rows` gives them.
        home: The component that the file is named after.
    """
    try:
        cells, rest = _sorted(raw)
        named = cells.get("component")
        if home is not None and named not in {None, home}:
            return None
        cells["component"] = named or home or "core"
        told = cells.get("metadata")
        if told and rest and not told.keys().isdisjoint(rest):
            return None
        cells["metadata"] = {**told, **rest} if told else rest
        messages = cells.pop("messages", ())
        if not messages or messages[-1].role == "assistant":
            return None
    except _NotPlain:
        return None
    name = cells.pop("id", "")
    example = Example(id=name, messages=messages, **cells)
    return example if name else replace(example, id=fingerprint_of(example))


def fingerprint_of(example: Example) -> str:
    """The example's fingerprint, in a fifth of the time where it has the common fields alone."""
    if example.tools or example.notes or example.weights:
        return example.fingerprint
    messages = ",".join(
        f'{{"content":{quoted(message.content)},"role":"{message.role}"}}'
        for message in example.messages
    )
    checklist = ",".join(
        f'{{"any_of":{_listed(one.any_of)},"name":{quoted(one.name)},'
        f'"regex":{"true" if one.regex else "false"}}}'
        for one in example.checklist
    )
    length = "null" if example.expected_length is None else example.expected_length
    text = (
        f"[[{messages}],{_listed(example.references)},[{checklist}],{_listed(example.context)},"
        f"[],{length},{{}},{{}}]"
    )
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:FINGERPRINT_DIGITS]


def _listed(texts: Iterable[str]) -> str:
    return f"[{','.join(map(quoted, texts))}]"


def _sorted(raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The cells by field, as the example holds them, and those of no field."""
    seen: set[str] = set()
    cells: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for key, cell in raw.items():
        name = FIELD_OF.get(key)
        if name is None:
            rest[key] = cell
            continue
        if name in seen:
            raise _NotPlain
        seen.add(name)
        if cell is not None:
            cells[name] = _SHAPES[name](cell)
    return cells, rest


def _word(cell: Any) -> str:
    if type(cell) is int:
        return str(cell)
    if type(cell) is not str or not cell or cell != cell.strip():
        raise _NotPlain
    return cell


def _text(cell: Any) -> str:
    if type(cell) is not str:
        raise _NotPlain
    return cell


def _texts(cell: Any) -> tuple[str, ...]:
    if type(cell) is str:
        return (cell,)
    if type(cell) is not list:
        raise _NotPlain
    for part in cell:
        if type(part) is not str:
            raise _NotPlain
    return tuple(cell)


def _messages(cell: Any) -> tuple[Message, ...]:
    if type(cell) is str:
        return (Message("user", cell),)
    if type(cell) is not list:
        raise _NotPlain
    return tuple(map(_message, cell))


def _message(turn: Any) -> Message:
    if type(turn) is not dict or turn.keys() != _TURN:
        raise _NotPlain
    role, content = turn["role"], turn["content"]
    if type(role) is not str or role not in _TURNS or type(content) is not str:
        raise _NotPlain
    return Message(role, content)  # type: ignore[arg-type]  # one of the roles, just tested


def _component(cell: Any) -> Component:
    if type(cell) is not str or cell not in COMPONENTS:
        raise _NotPlain
    return cell


def _requirements(cell: Any) -> tuple[Requirement, ...]:
    if type(cell) is not list:
        raise _NotPlain
    return tuple(map(_requirement, cell))


def _requirement(cell: Any) -> Requirement:
    phrases = _texts(cell)
    if not phrases or not all(phrase.strip() for phrase in phrases):
        raise _NotPlain
    return Requirement(phrases)


def _nothing(cell: Any) -> tuple[()]:
    if cell != [] or type(cell) is not list:
        raise _NotPlain
    return ()


def _length(cell: Any) -> int:
    if type(cell) is not int or cell < 1:
        raise _NotPlain
    return cell


def _notes(cell: Any) -> dict[str, str]:
    if type(cell) is not dict:
        raise _NotPlain
    return {name: _text(text) for name, text in cell.items()}


def _weights(cell: Any) -> dict[str, float]:
    if type(cell) is not dict:
        raise _NotPlain
    return {name: _weight(weight) for name, weight in cell.items()}


def _weight(cell: Any) -> float:
    if type(cell) not in {int, float} or not 0 <= cell <= _EXACT:
        raise _NotPlain
    return float(cell)


def _when(cell: Any) -> str:
    try:
        datetime.fromisoformat(_text(cell))
    except ValueError:
        raise _NotPlain from None
    return str(cell)


def _probability(cell: Any) -> float:
    if type(cell) not in {int, float} or not 0 < cell <= 1:
        raise _NotPlain
    return float(cell)


def _metadata(cell: Any) -> dict[str, Any]:
    if type(cell) is not dict:
        raise _NotPlain
    return cell


_SHAPES: Mapping[str, Callable[[Any], Any]] = {
    "id": _word,
    "messages": _messages,
    "component": _component,
    "references": _texts,
    "checklist": _requirements,
    "context": _texts,
    "tools": _nothing,
    "expected_length": _length,
    "notes": _notes,
    "weights": _weights,
    "segments": _texts,
    "cluster": _word,
    "source": _text,
    "created": _when,
    "probability": _probability,
    "stratum": _text,
    "metadata": _metadata,
}
"""What each field of an example makes of a cell."""
