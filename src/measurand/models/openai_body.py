"""What is sent on the OpenAI-compatible wire, and what has been learnt not to send."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from measurand.core.example import Message
from measurand.core.model import ModelRequest
from measurand.core.output import Failure
from measurand.models.wire import CallFailed, problem

__all__ = ["Body", "Frame", "tool_note"]

_REASONING = re.compile(r"(?:.*/)?(?:o\d|gpt-(?:[5-9]|\d\d)(?!.*-chat))")
"""Models that reason before they answer, by the beginning of their names."""

_FORMATS = ("strict", "schema", "object", "none")
"""How a structured reply is asked for, from the most exact on."""

_FORMAT_NOTES: Mapping[str, str] = MappingProxyType(
    {
        "schema": "{name} does not take this schema in strict mode; it was sent without",
        "object": "{name} takes no JSON Schema; only JSON was asked for",
        "none": "{name} takes no response_format, and it was left out",
    }
)

_OURS = {"effort": "reasoning_effort"}
_READ = 2000
"""Characters of a refusal that are searched."""
_FIXED = frozenset({"model", "messages", "response_format"})
_LIMITS = ("max_tokens", "max_completion_tokens")
_REFUSING = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})
_NOT_TAKEN = re.compile(
    r"unsupported|not support|n.t support|unknown (?:name|parameter|field|argument)|unrecognized"
    r"|extra (?:inputs|fields)|extra_forbidden|not (?:permitted|allowed|available|recognized)"
    r"|unavailable|deprecated|cannot find field|unexpected (?:keyword|field|parameter)"
    r"|no longer|enabled only for|removed",
    re.IGNORECASE,
)
_FORMAT_WORDS = re.compile(
    r"response_format|json_schema|json_object|structured output|the word 'json'"
)
_SCHEMA_WORDS = re.compile(r"invalid.{0,40}schema|strict", re.IGNORECASE)
_INSTEAD = re.compile(r"use ['\"`](\w{1,40})['\"`] instead", re.IGNORECASE)

_encode: Callable[[object], str] = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Frame:
    """A body without its messages.

    Args:
        head: What stands before the messages.
        tail: What stands after them.
        sent: The parameters in it, under the provider's names.
        format: How a structured reply is asked for; None where none is.
        notes: What was changed or left out.
    """

    head: str
    tail: str
    sent: Mapping[str, Any]
    format: int | None
    notes: tuple[str, ...]

    def fill(self, messages: tuple[Message, ...]) -> bytes:
        """The whole body; a lone surrogate goes as its escape."""
        turns = [{"role": _ROLES[m.role], "content": m.content} for m in messages]
        return f"{self.head}{_encode(turns)}{self.tail}".encode()


_ROLES = {"system": "system", "user": "user", "assistant": "assistant", "tool": "user"}
"""A tool's message would need the id of a call that an example does not have."""


def tool_note(name: str) -> str:
    """What is noted when a tool's message was sent as a user's."""
    return f"messages of tools were sent to {name} as the user's, for want of the calls' ids"


_FRAMES = 64
"""Bodies that are kept: one for each form, scale and set of parameters."""


class Body:
    """Makes bodies for one model, and learns from refusals what it does not take.

    Args:
        name: The model's name, as in ``openai/o3``.
        named: Whether the body names the model.
    """

    def __init__(self, name: str, *, named: bool = True) -> None:
        self.name = name
        model = name.partition("/")[2]
        self._head = f'{{"model":{_encode(model)},"messages":' if named else '{"messages":'
        self._left_out: set[str] = set()
        self._renamed: dict[str, str] = {}
        self._limits = set(_LIMITS)
        self._format = 0
        if _REASONING.match(model):
            self._left_out.update(("temperature", "top_p"))
            self._renamed["max_tokens"] = "max_completion_tokens"
        self._made: dict[tuple[int, int], tuple[object, object, Frame]] = {}

    def frame(self, request: ModelRequest) -> Frame:
        """The body around the messages; made anew only when parameters or schema change."""
        key = (id(request.parameters), id(request.schema))
        last = self._made.get(key)
        if last is not None and last[0] is request.parameters and last[1] is request.schema:
            return last[2]
        made = self._make(request)
        if len(self._made) == _FRAMES:
            self._made.clear()
        self._made[key] = (request.parameters, request.schema, made)
        return made

    def learn(self, status: int, raw: bytes, frame: Frame) -> bool:
        """Whether a refusal says what to leave out, so that another try is another request.

        Args:
            status: The HTTP status.
            raw: The response's body.
            frame: What was sent; of many calls at once, each may be told the same.
        """
        if status not in _REFUSING:
            return False
        said = problem(raw)
        text = " ".join((said.message or raw[:_READ].decode("utf-8", "replace"), *said.codes))
        learnt = self._learn_format(text, said.parameter or "", frame)
        learnt = learnt or self._learn_parameter(text, said.parameter, frame)
        if learnt:
            self._made.clear()
        return learnt

    def _learn_format(self, text: str, parameter: str, frame: Frame) -> bool:
        if frame.format is None:
            return False
        if not (parameter.startswith("response_format") or _FORMAT_WORDS.search(text)):
            return False
        if self._format > frame.format:
            return True
        if self._format == len(_FORMATS) - 1:
            return False
        strict = self._format == 0 and _SCHEMA_WORDS.search(text)
        self._format = 1 if strict else max(_FORMATS.index("object"), self._format + 1)
        return True

    def _learn_parameter(self, text: str, parameter: str | None, frame: Frame) -> bool:
        if not _NOT_TAKEN.search(text):
            return False
        culprit = parameter if parameter in frame.sent else _named(text, frame.sent)
        if culprit is None or culprit in _FIXED:
            return False
        if culprit in _LIMITS:  # never left out: a bound on what the answer costs hangs on it
            return self._learn_limit(culprit)
        found = _INSTEAD.search(text)
        if found and found[1] != culprit and culprit not in self._renamed.values():
            self._renamed[culprit] = found[1]
        else:
            self._left_out.add(culprit)
        return True

    def _learn_limit(self, culprit: str) -> bool:
        self._limits.discard(culprit)
        if not self._limits:
            return False
        (taken,) = self._limits
        self._renamed.pop(taken, None)
        self._renamed[culprit] = taken
        return True

    def _make(self, request: ModelRequest) -> Frame:
        sent: dict[str, Any] = {}
        notes: list[str] = []
        for given, value in request.parameters.items():
            own = _OURS.get(given, given)
            name = self._renamed.get(own, own)
            if value is None or name in _FIXED:
                continue
            if own in self._left_out or name in self._left_out:
                notes.append(f"{own} is not taken by {self.name} and was left out")
                continue
            if name != own:
                notes.append(f"{own} is called {name} by {self.name}")
            sent[name] = value
        tail = "".join(f",{_encode(name)}:{_json(name, value)}" for name, value in sent.items())
        level = None
        if request.schema is not None:
            kind = _FORMATS[self._format]
            if kind in _FORMAT_NOTES:
                notes.append(_FORMAT_NOTES[kind].format(name=self.name))
            if kind != "none":
                level = self._format
                tail += f',"response_format":{_json("schema", _format(kind, request.schema))}'
                sent["response_format"] = "json_object" if kind == "object" else "json_schema"
        return Frame(self._head, f"{tail}}}", MappingProxyType(sent), level, tuple(notes))


def _json(name: str, value: object) -> str:
    try:
        return _encode(_plain(value))
    except (TypeError, ValueError, RecursionError) as error:
        failure = Failure("bad_request", f"the parameter {name} cannot be written as JSON: {error}")
        raise CallFailed(failure) from None


def _format(kind: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if kind == "object":
        return {"type": "json_object"}
    inner: dict[str, Any] = {"name": "reply", "schema": schema}
    if kind == "strict":
        inner["strict"] = True
    return {"type": "json_schema", "json_schema": inner}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _named(text: str, names: Iterable[str]) -> str | None:
    """The longest of these names that a text quotes; one with an underscore needs no quotes."""
    for name in sorted(names, key=lambda name: (-len(name), name)):
        word = re.escape(name)
        bare = rf"(?<!\w){word}(?!\w)" if "_" in name or name == "temperature" else "(?!)"
        if re.search(rf"['\"`]{word}['\"`]|{bare}", text):
            return name
    return None
