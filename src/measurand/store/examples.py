"""One row of a dataset file, in the shapes and under the names that users have."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BeforeValidator, Field

from measurand.core.example import (
    Component,
    Example,
    Message,
    Requirement,
    Role,
    ToolCall,
)
from measurand.errors import DataError
from measurand.store.codec import Flag, Form, Number, Origin, Text, Whole, Word, decode, renamed
from measurand.store.example_names import ALIASES, OUTPUT_NAMES
from measurand.store.examples_plain import plain_example
from measurand.store.lines import parse_json, shown

__all__ = [
    "ALIASES",
    "OUTPUT_NAMES",
    "ExampleForm",
    "ToolCalls",
    "Words",
    "formed_example",
    "read_example",
    "unpacked",
    "unpacked_row",
]

_ALLOWED = {
    "id": "text or a whole number",
    "messages": "under messages, input, inputs, question or prompt: text, or roles and contents",
    "references": "text, or a list of texts",
    "context": "text, or a list of texts",
    "segments": "text, or a list of texts",
}
_TURNS = frozenset(get_args(Role))
_ROLES = {"human": "user", "ai": "assistant", "bot": "assistant", "developer": "system"}


_STRUCTURED = frozenset(
    {
        *("messages", "references", "checklist", "context", "contexts", "retrieval_context"),
        *("tools", "expected_tools", "expected_length", "notes", "rubric_notes", "weights"),
        *("segments", "tags", "metadata"),
    }
)
"""Columns whose cells may hold JSON."""


def unpacked(text: str) -> Any:
    """What a cell means: a list, a mapping or a whole number if it is JSON of one, else text."""
    try:
        value = parse_json(text)
    except ValueError:
        return text
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole or isinstance(value, list | dict) else text


def unpacked_row(cells: Mapping[str, str]) -> dict[str, Any]:
    """A row of a CSV file as JSON would hold it: empty cells are absent."""
    return {
        name: unpacked(cell) if name in _STRUCTURED else cell
        for name, cell in cells.items()
        if cell
    }


def _word(raw: object) -> object:
    return str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw


def _text(raw: object) -> object:
    """Numbers and truth values become the text that JSON writes; a mapping of one, its value."""
    if isinstance(raw, Mapping) and len(raw) == 1:
        return _text(next(iter(raw.values())))
    return json.dumps(raw) if isinstance(raw, bool | int | float) else raw


def _texts(raw: object) -> object:
    if raw is None:
        return []
    return [_text(part) for part in raw] if isinstance(raw, list) else [_text(raw)]


def _content(raw: object) -> object:
    """The text of a message, also when it comes in parts."""
    if raw is None:
        return ""
    parts = raw if isinstance(raw, list) else ()
    if parts and all(isinstance(part, dict) and part.get("type") == "text" for part in parts):
        return "".join(str(part.get("text", "")) for part in parts)
    return raw


def _role(raw: object) -> object:
    return _ROLES.get(raw, raw) if isinstance(raw, str) else raw


def _messages(raw: object) -> object:
    if isinstance(raw, str):
        return [{"role": "user", "content": raw}]
    if isinstance(raw, Mapping):
        inside = [raw[name] for name in ("messages", *ALIASES["messages"]) if name in raw]
        if len(inside) == 1 or len(raw) == 1:
            return _messages(inside[0] if inside else next(iter(raw.values())))
    if isinstance(raw, list):
        keys = ("role", "content")
        return [
            {key: part[key] for key in keys if key in part} if isinstance(part, Mapping) else part
            for part in raw
        ]
    return raw


def _requirement(raw: object) -> object:
    if isinstance(raw, str | list):
        return {"any_of": raw}
    return raw


def _call(raw: object) -> object:
    """A call by name alone, or as providers write it: inside ``function``, arguments as JSON."""
    if isinstance(raw, str):
        return {"name": raw}
    if not isinstance(raw, Mapping):
        return raw
    inner = raw["function"] if isinstance(raw.get("function"), Mapping) else raw
    call = {key: cell for key, cell in inner.items() if key not in {"id", "type"}}
    if isinstance(call.get("arguments"), str):
        call["arguments"] = unpacked(call["arguments"])
    return call


def _when(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a date or time, as in 2026-01-31 or 2026-01-31T09:00Z") from None
    return text


def _number(raw: object) -> object:
    """A number that a table holds as text."""
    try:
        return float(raw) if isinstance(raw, str) else raw
    except ValueError:
        return raw


def _share(weight: float) -> float:
    if weight < 0:
        raise ValueError("a weight is 0 or more")
    return weight


Words = Annotated[list[Text], BeforeValidator(_texts, json_schema_input_type=str | list[str])]


class MessageForm(Form):
    """One turn of a conversation."""

    role: Annotated[Role, BeforeValidator(_role)]
    content: Annotated[
        Text, BeforeValidator(_content, json_schema_input_type=str | list[dict[str, Any]])
    ]

    def build(self) -> Message:
        """The message."""
        return Message(self.role, self.content)


class RequirementForm(Form):
    """One element that an answer must contain."""

    any_of: Annotated[Words, Field(min_length=1)]
    """Phrases, any of which will do."""
    regex: Flag = False
    """Whether the phrases are regular expressions."""
    name: Text = ""

    def build(self) -> Requirement:
        """The requirement."""
        for phrase in self.any_of:
            if not phrase.strip():
                raise ValueError("a required phrase is blank")
            try:
                re.compile(phrase if self.regex else "")
            except re.error as problem:
                raise ValueError(f"{phrase!r} is not a regular expression: {problem}") from None
        return Requirement(tuple(self.any_of), self.regex, self.name)


class ToolCallForm(Form):
    """One call of a tool."""

    name: Word
    arguments: dict[str, Any] = Field(default_factory=dict)

    def build(self) -> ToolCall:
        """The call."""
        return ToolCall(self.name, self.arguments)


_Call = Annotated[ToolCallForm, BeforeValidator(_call, json_schema_input_type=str | ToolCallForm)]
ToolCalls = list[_Call]
_Requirement = Annotated[
    RequirementForm,
    BeforeValidator(_requirement, json_schema_input_type=str | list[str] | RequirementForm),
]


class ExampleForm(Form):
    """One example of an evaluation set: a line of JSON Lines or a row of CSV."""

    id: Annotated[Word | None, BeforeValidator(_word, json_schema_input_type=str | int | None)] = (
        None
    )
    """Unique within the set; derived from the content when there is none."""
    messages: Annotated[
        list[MessageForm],
        Field(min_length=1),
        BeforeValidator(_messages, json_schema_input_type=str | list[MessageForm]),
    ]
    """The question as text, or the conversation up to the answer that is asked for."""
    component: Component | None = None
    """The part of the set; by default the one that the file is named after, or core."""
    references: Words = Field(default_factory=list)
    """Acceptable answers, any one of which is right."""
    checklist: list[_Requirement] = Field(default_factory=list)
    """Elements that an answer must contain: a phrase, a list of phrases any of which will do."""
    context: Words = Field(default_factory=list)
    """Passages the answer must agree with."""
    tools: ToolCalls = Field(default_factory=list)
    """Tool calls that a right answer makes, in order."""
    expected_length: Annotated[Whole, Field(ge=1)] | None = None
    """Words a good answer takes; by default the median of the references."""
    notes: dict[str, Text] = Field(default_factory=dict)
    """What this example adds to the definition of a dimension, by dimension."""
    weights: dict[str, Annotated[Number, AfterValidator(_share)]] = Field(default_factory=dict)
    """Weights of dimensions that differ for this example, in percent."""
    segments: Words = Field(default_factory=list)
    """Tags by which results are broken down."""
    cluster: Annotated[
        Word | None, BeforeValidator(_word, json_schema_input_type=str | int | None)
    ] = None
    """What it shares with others, as a conversation or a document."""
    source: Text | None = None
    """Where it came from."""
    created: Annotated[Text, AfterValidator(_when)] | None = None
    """When, as an ISO 8601 date or time."""
    probability: Annotated[Number | None, BeforeValidator(_number), Field(gt=0, le=1)] = None
    """The inclusion probability with which it was drawn from production."""
    stratum: Text | None = None
    """The part of production that it was drawn from."""
    metadata: dict[str, Any] = Field(default_factory=dict)
    """Anything else; unknown keys are put here."""

    def build(self) -> Example:
        """The example; without an id, it bears its fingerprint."""
        if self.messages[-1].role == "assistant":
            raise ValueError(
                "the conversation ends with an answer; move it to 'references', or to 'output' "
                "if it is what a system answered"
            )
        return Example(
            id=self.id or "",
            messages=tuple(message.build() for message in self.messages),
            component=self.component or "core",
            references=tuple(self.references),
            checklist=tuple(entry.build() for entry in self.checklist),
            context=tuple(self.context),
            tools=tuple(call.build() for call in self.tools),
            expected_length=self.expected_length,
            notes=self.notes,
            weights=self.weights,
            segments=tuple(self.segments),
            cluster=self.cluster,
            source=self.source,
            created=self.created,
            probability=self.probability,
            stratum=self.stratum,
            metadata=self.metadata,
        )


def read_example(
    raw: Mapping[str, Any], *, file: str, line: int, home: Component | None = None
) -> Example:
    """Read one row.

    Args:
        raw: Its cells; those of a CSV file go through `unpacked_row` first.
        file: Where it stands.
        line: On which line.
        home: The component that the file is named after.

    Raises:
        DataError: It is not an example; every fault is listed.
    """
    if (plain := plain_example(raw, home)) is not None:
        return plain
    return formed_example(raw, file=file, line=line, home=home)


def formed_example(
    raw: Mapping[str, Any], *, file: str, line: int, home: Component | None = None
) -> Example:
    """Read one row by its form, whatever its shape; see `read_example`."""
    cells, names, rest = renamed(raw, ALIASES, Origin(file, line))
    cells = {name: cell for name, cell in cells.items() if cell is not None}
    origin = Origin(file, line, names, _ALLOWED)
    if home is not None and cells.setdefault("component", home) != home:
        problem = f"contradicts the name of the file, which holds {home} examples"
        found = shown(cells["component"])
        raise DataError([origin.fault(problem, ("component",), found=found, allowed=home)])
    rest |= _unheld(cells, names)
    told = cells.get("metadata", {})
    if isinstance(told, Mapping):
        if both := sorted(set(told) & set(rest)):
            problem = "is both beside metadata and in it"
            raise DataError(origin.fault(problem, ("metadata", key)) for key in both)
        cells["metadata"] = {**told, **rest}
    example = decode(ExampleForm, cells, origin).build()
    return example if example.id else replace(example, id=example.fingerprint)


def _unheld(cells: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Conversations that say more than role and text, as they stood."""
    asked = cells.get("messages")
    turns = asked if isinstance(asked, list) else ()
    if isinstance(asked, Mapping) or any(not _simple(turn) for turn in turns):
        return {names["messages"]: asked}
    return {}


def _simple(turn: object) -> bool:
    return isinstance(turn, Mapping) and set(turn) == {"role", "content"} and turn["role"] in _TURNS
