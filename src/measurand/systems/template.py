"""Templates: names in double braces are replaced by what an example says, and nothing is run.

::

    Answer the customer in {{metadata.language}}.

    {{question}}

What is put in is never looked at again, so a question that says ``{{context}}`` stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from measurand.core.example import Example, Message
from measurand.errors import Fault, PlanError, nearest

__all__ = ["ALLOWED", "JsonTemplate", "Lacking", "Template", "as_text", "turns"]

_NAMES = ("question", "context", "id", "messages")
_METADATA = "metadata."
ALLOWED = f"{', '.join(_NAMES)}, {_METADATA}NAME"
"""What may stand in double braces."""
_BRACES = re.compile(r"\\\{\{|\{\{([^{}\n]*)\}\}|\{\{")


class Lacking(Exception):  # noqa: N818 - says what it is: an example lacks something
    """An example has no such metadata."""


@dataclass(frozen=True, slots=True)
class _Slot:
    name: str


@dataclass(frozen=True, slots=True)
class Template:
    """A text with places for what an example says.

    Args:
        parts: Texts and places, in order.
    """

    parts: tuple[str | _Slot, ...]

    @classmethod
    def parse(cls, text: str, *, file: str | None = None, key: str | None = None) -> Template:
        r"""The template that a text is; ``\{{`` stands for two braces.

        Args:
            text: The text.
            file: Where it stands, for messages.
            key: Which part of a plan it is, for messages.

        Raises:
            PlanError: Braces hold something else than what is allowed, or are not closed; every
                place is listed.
        """
        parts: list[str | _Slot] = []
        faults: list[Fault] = []
        at = 0
        for match in _BRACES.finditer(text):
            parts.append(text[at : match.start()])
            at = match.end()
            if match[0].startswith("\\"):
                parts.append("{{")
                continue
            line = None if file is None else text.count("\n", 0, match.start()) + 1
            fault = _fault(match, Fault("", file=file, line=line, key=key))
            if fault is not None:
                faults.append(fault)
            else:
                parts.append(_Slot(match[1].strip()))
        if faults:
            raise PlanError(faults)
        return cls(tuple(part for part in (*parts, text[at:]) if part != ""))

    @property
    def names(self) -> frozenset[str]:
        """The names that it holds."""
        return frozenset(part.name for part in self.parts if isinstance(part, _Slot))

    def missing(self, example: Example) -> tuple[str, ...]:
        """The names for which this example has nothing."""
        wanted = sorted(name for name in self.names if name.startswith(_METADATA))
        return tuple(n for n in wanted if n.removeprefix(_METADATA) not in example.metadata)

    def render(self, example: Example) -> str:
        """The text for an example.

        Raises:
            Lacking: The example has no such metadata.
        """
        return "".join(
            as_text(_value(part.name, example)) if isinstance(part, _Slot) else part
            for part in self.parts
        )

    def value(self, example: Example) -> Any:
        """The same in JSON: a place that is all there is gives the value itself.

        Raises:
            Lacking: The example has no such metadata.
        """
        if len(self.parts) == 1 and isinstance(self.parts[0], _Slot):
            return _value(self.parts[0].name, example)
        return self.render(example)


@dataclass(frozen=True, slots=True)
class JsonTemplate:
    """A JSON value whose texts are templates; names of fields are not.

    Args:
        body: Mappings, lists, templates, numbers, booleans and None.
    """

    body: Any

    @classmethod
    def parse(cls, body: Any, *, file: str | None = None, key: str = "body") -> JsonTemplate:
        """The template that a JSON value is.

        Args:
            body: The value, as YAML or JSON gives it; a text that is JSON is read as such.
            file: Where it stands, for messages.
            key: The path to it in the plan, for messages.

        Raises:
            PlanError: A text in it is no template; every fault is listed.
        """
        if isinstance(body, str):
            body = _read(body, Fault("not JSON", file=file, key=key))
        faults: list[Fault] = []
        parsed = _parsed(body, file, key, faults=faults)
        if faults:
            raise PlanError(faults)
        return cls(parsed)

    def missing(self, example: Example) -> tuple[str, ...]:
        """The names for which this example has nothing."""
        return tuple(sorted({name for one in _texts(self.body) for name in one.missing(example)}))

    def render(self, example: Example) -> Any:
        """The value for an example.

        Raises:
            Lacking: The example has no such metadata.
        """
        return _rendered(self.body, example)


def turns(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    """A conversation as JSON, in the form that every provider knows."""
    return [{"role": message.role, "content": message.content} for message in messages]


def as_text(value: Any) -> str:
    """A value within a text: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _fault(match: re.Match[str], place: Fault) -> Fault | None:
    """What is wrong with what stands in braces."""
    escape = r"write \{{ where braces are meant"
    if match[1] is None:
        return replace(place, problem="double braces are not closed on their line", remedy=escape)
    name = match[1].strip()
    if name in _NAMES or (name.startswith(_METADATA) and len(name) > len(_METADATA)):
        return None
    return replace(
        place,
        problem="an unknown name in double braces",
        found=repr(match[0]),
        allowed=ALLOWED,
        remedy=nearest(name, _NAMES) or escape,
    )


def _value(name: str, example: Example) -> Any:
    if name == "question":
        return example.question
    if name == "context":
        return "\n\n".join(example.context)
    if name == "id":
        return example.id
    if name == "messages":
        return turns(example.messages)
    key = name.removeprefix(_METADATA)
    if key not in example.metadata:
        known = ", ".join(map(str, example.metadata)) or "none"
        raise Lacking(f"example {example.id!r} has no metadata {key!r}; it has: {known}")
    return example.metadata[key]


def _read(body: str, place: Fault) -> Any:
    """The JSON that a text is, or the text."""
    try:
        return json.loads(body)
    except ValueError as problem:
        bare = _BRACES.fullmatch(body.strip()) is not None
        if body.lstrip()[:1] not in {"{", "["} or bare:
            return body.strip() if bare else body
        remedy = 'write names in quotes, as in {"messages": "{{messages}}"}'
        raise PlanError([replace(place, found=str(problem), remedy=remedy)]) from None


def _parsed(body: Any, file: str | None, key: str, *, faults: list[Fault]) -> Any:
    if isinstance(body, str):
        try:
            return Template.parse(body, file=file, key=key)
        except PlanError as problem:
            faults += problem.faults
            return None
    if isinstance(body, Mapping):
        for name in body:
            if "{{" in str(name):
                what = "the name of a field is no template"
                faults.append(Fault(what, file=file, key=key, found=repr(name)))
        return {
            name: _parsed(item, file, f"{key}.{name}", faults=faults) for name, item in body.items()
        }
    if isinstance(body, list | tuple):
        return [_parsed(item, file, f"{key}[{at}]", faults=faults) for at, item in enumerate(body)]
    if body is not None and not isinstance(body, bool | int | float):
        found = f"{type(body).__name__} {body}"
        fault = Fault("no value of JSON", file=file, key=key, found=found)
        faults.append(replace(fault, remedy="put it in quotes"))
    return body


def _texts(body: Any) -> Iterator[Template]:
    if isinstance(body, Template):
        yield body
    elif isinstance(body, dict | list):
        for item in body.values() if isinstance(body, dict) else body:
            yield from _texts(item)


def _rendered(body: Any, example: Example) -> Any:
    if isinstance(body, Template):
        return body.value(example)
    if isinstance(body, dict):
        return {name: _rendered(item, example) for name, item in body.items()}
    if isinstance(body, list):
        return [_rendered(item, example) for item in body]
    return body
