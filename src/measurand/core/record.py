"""One interaction of production: what was asked, what was answered, what was said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from measurand.core.example import Message, ToolCall
from measurand.core.output import Failure, Usage
from measurand.core.rating import Kind
from measurand.core.scale import Value

__all__ = ["Feedback", "Place", "Record"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file.

    Args:
        file: Its name.
        line: The line of its row, from 1; in a document without lines, the number of its entry.
        key: The key path within the row, as in ``turns[3]``; empty for the whole row.
    """

    file: str
    line: int
    key: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}{f':{self.key}' if self.key else ''}"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody or something said of an answer when it was given.

    Args:
        name: Of what, as in ``satisfaction`` or ``thumbs``.
        value: As the log has it.
        kind: Whether a person, a judge or a check said it.
        comment: In words.
    """

    name: str
    value: Value
    kind: Kind = "people"
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One interaction of production.

    Args:
        id: Unique within its log; derived from its place when the log gives none.
        place: Where it stands.
        messages: The conversation up to the answer.
        output: The answer; None where there is none, and then ``failure`` says why if it is known.
        failure: Why there is no answer.
        at: When, as an ISO 8601 time with its zone; None where unknown.
        conversation: What it shares with other records, as a session or a thread.
        system: Who answered: a model or an application, as the log calls it.
        segments: Tags, as the log or the mapping gives them.
        context: Passages that were retrieved for it.
        tools: Tool calls that the answer made.
        feedback: What was said of the answer.
        seconds: How long the answer took.
        usage: Tokens; None where unknown.
        metadata: Anything else, untouched.
        given: The id that its log gives it, where an earlier record has that; None where ``id`` is
            it, or where there is none.
    """

    id: str
    place: Place
    messages: tuple[Message, ...]
    output: str | None = None
    failure: Failure | None = None
    at: str | None = None
    conversation: str | None = None
    system: str | None = None
    segments: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    tools: tuple[ToolCall, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    seconds: float | None = None
    usage: Usage | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    given: str | None = None

    @property
    def question(self) -> str:
        """The last thing the user said."""
        asked = [message.content for message in self.messages if message.role == "user"]
        return asked[-1] if asked else ""
