"""Spans as exporters of OpenTelemetry, Phoenix and MLflow write them, in one form."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from measurand.store.logs.turns import decoded

__all__ = ["Span", "attributes_of", "hex_id", "indexed", "span_of"]

_DEEPEST = 20
_IDS = (16, 32)
_MOST = 10_000
"""Numbered attributes of one name that are looked at."""


@dataclass(frozen=True, slots=True)
class Span:
    """One span.

    Args:
        id: In hexadecimal digits; None where it has none.
        trace: The same, of its trace.
        parent: The same, of the span that it is part of; None for a root.
        name: As its instrumentation calls it.
        kind: What OpenInference or Phoenix says that it is, in capitals.
        start: When it began, as the log has it.
        end: When it ended.
        failed: Whether its status is an error.
        status: The message of its status.
        attributes: By dotted name; lists stay lists.
        events: Names and attributes of what happened in it.
    """

    id: str | None
    trace: str | None
    parent: str | None
    name: str
    kind: str
    start: Any
    end: Any
    failed: bool
    status: str
    attributes: Mapping[str, Any]
    events: tuple[tuple[str, Mapping[str, Any]], ...] = field(default=())

    def first(self, *names: str) -> Any:
        """The first attribute of these that there is."""
        for name in names:
            if self.attributes.get(name) not in (None, ""):
                return self.attributes[name]
        return None


def span_of(raw: Mapping[str, Any]) -> Span:
    """Read one span, in camel or snake case, its ids in ``context`` or beside its name."""
    context = raw.get("context")
    ids = {**raw, **context} if isinstance(context, dict) else raw
    if "context.span_id" in raw:  # a table of Phoenix
        ids = {"span_id": raw["context.span_id"], "trace_id": raw.get("context.trace_id"), **raw}
    status = raw.get("status")
    told = status if isinstance(status, dict) else {"code": raw.get("status_code", status)}
    code = told.get("code", told.get("status_code"))
    message = told.get("message") or told.get("description") or raw.get("status_message")
    attributes = attributes_of(raw.get("attributes"))
    attributes.update(
        (name.removeprefix("attributes."), value)
        for name, value in raw.items()
        if name.startswith("attributes.") and value not in (None, "")
    )
    kind = raw.get("span_kind") or attributes.get("openinference.span.kind") or ""
    parent = hex_id(_first(raw, "parentSpanId", "parent_span_id", "parent_id", "parentId"))
    return Span(
        id=hex_id(_first(ids, "spanId", "span_id")),
        trace=hex_id(_first(ids, "traceId", "trace_id")),
        parent=parent if parent and parent.strip("0") else None,
        name=str(raw.get("name") or ""),
        kind=str(kind).upper(),
        start=_first(raw, "startTimeUnixNano", "start_time_unix_nano", "start_time", "startTime"),
        end=_first(raw, "endTimeUnixNano", "end_time_unix_nano", "end_time", "endTime"),
        failed=code in {2, "2"} or str(code).upper().endswith("ERROR"),
        status=message if isinstance(message, str) else "",
        attributes=attributes,
        events=tuple(_events(decoded(raw.get("events")))),
    )


def attributes_of(raw: Any) -> dict[str, Any]:
    """Attributes as a list of keys and values, or as a plain object, by dotted name."""
    raw = decoded(raw)
    found: dict[str, Any] = {}
    if isinstance(raw, list):
        for pair in raw:
            if isinstance(pair, dict) and isinstance(pair.get("key"), str):
                found[pair["key"]] = _any_value(pair.get("value"))
    elif isinstance(raw, dict):
        _dotted(raw, found)
    return found


def _dotted(
    raw: Mapping[str, Any], found: dict[str, Any], *, prefix: str = "", depth: int = 0
) -> None:
    for key, value in raw.items():
        name = f"{prefix}{key}"
        plain = _any_value(value)
        found[name] = plain
        if isinstance(plain, dict) and depth < _DEEPEST:
            _dotted(plain, found, prefix=f"{name}.", depth=depth + 1)


_TYPED = frozenset(
    {
        "stringValue",
        "boolValue",
        "intValue",
        "doubleValue",
        "arrayValue",
        "kvlistValue",
        "bytesValue",
    }
)


def _any_value(value: Any, depth: int = 0) -> Any:
    """An attribute's value; whole numbers may be written as text."""
    if not isinstance(value, dict) or len(value) != 1 or depth > _DEEPEST:
        return value
    ((kind, inner),) = value.items()
    if kind not in _TYPED:
        snake = {"string_value": "stringValue", "int_value": "intValue", "bool_value": "boolValue"}
        kind = snake.get(kind, kind)
    if kind == "intValue":
        return int(inner) if isinstance(inner, str) and inner.lstrip("-").isdecimal() else inner
    if kind in {"stringValue", "boolValue", "doubleValue", "bytesValue"}:
        return inner
    values = inner.get("values") if isinstance(inner, dict) else None
    if kind == "arrayValue":
        return [_any_value(one, depth + 1) for one in values or ()]
    if kind == "kvlistValue":
        return {
            pair["key"]: _any_value(pair.get("value"), depth + 1)
            for pair in values or ()
            if isinstance(pair, dict) and isinstance(pair.get("key"), str)
        }
    return value


def _events(raw: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for event in raw if isinstance(raw, list) else ():
        if isinstance(event, dict):
            attributes = attributes_of(event.get("attributes"))
            name = event.get("name") or event.get("event.name") or attributes.get("event.name")
            if isinstance(name, str):
                body = {key: value for key, value in event.items() if key != "attributes"}
                yield name, {**body, **attributes}


def hex_id(raw: Any) -> str | None:
    """An id in hexadecimal digits; as text where it is none of 8 or 16 bytes."""
    if not isinstance(raw, str) or not raw:
        return None
    text = raw.removeprefix("0x")
    if len(text) in _IDS and all(char in "0123456789abcdefABCDEF" for char in text):
        return text.lower()
    if text.endswith("="):  # what plain protobuf JSON makes of bytes
        try:
            return base64.b64decode(text, validate=True).hex()
        except (ValueError, binascii.Error):
            return text
    return text


def indexed(attributes: Mapping[str, Any], prefix: str) -> list[dict[str, Any]]:
    """Entries of a list that is written as numbered attributes, or as a list of objects.

    ``llm.input_messages.0.message.role`` and ``{"llm.input_messages": [{"message.role": ...}]}``
    give the same. Numbers are an order and no places: a huge one costs nothing.
    """
    whole = decoded(attributes.get(prefix))
    if isinstance(whole, list):
        return [_nested(one) for one in whole if isinstance(one, dict)]
    entries: dict[int, dict[str, Any]] = {}
    start = f"{prefix}."
    for name, value in attributes.items():
        if name.startswith(start):
            number, _, rest = name[len(start) :].partition(".")
            if number.isdecimal() and len(number) < 10 and len(entries) < _MOST:  # noqa: PLR2004
                entries.setdefault(int(number), {})[rest] = value
    return [_nested(entries[number]) for number in sorted(entries)]


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """``message.role`` as ``role`` in ``message``; numbered keys as lists."""
    made: dict[str, Any] = {}
    for name, value in flat.items():
        at = made
        *outer, last = name.split(".")[:_DEEPEST]
        for part in outer:
            inner = at.setdefault(part, {})
            if not isinstance(inner, dict):
                break
            at = inner
        else:
            at.setdefault(last, value)
    return {name: _listed(value) for name, value in made.items()}


def _listed(value: Any, depth: int = 0) -> Any:
    if not isinstance(value, dict) or depth > _DEEPEST:
        return value
    inner = {name: _listed(one, depth + 1) for name, one in value.items()}
    if inner and all(name.isdecimal() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def _first(raw: Mapping[str, Any], *names: str) -> Any:
    return next((raw[name] for name in names if raw.get(name) not in (None, "")), None)
