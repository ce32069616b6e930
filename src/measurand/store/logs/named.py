"""Rows of a question and its answer, under the names that users have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from measurand.core.example import Message
from measurand.core.output import Failure
from measurand.core.record import Feedback
from measurand.store.example_names import ALIASES, OUTPUT_NAMES
from measurand.store.logs.dialect import Cells, Dialect
from measurand.store.logs.draft import Draft, number, said, usage_of, words
from measurand.store.logs.turns import conversation, decoded, last_answer, text_of

__all__ = ["NAMED"]

_NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", *ALIASES["id"], "request_id", "record_id", "message_id", "uuid"),
    "asked": (
        *("messages", *ALIASES["messages"], "query", "user_input", "user_message", "instruction"),
        *("request", "user", "text"),
    ),
    "answer": (
        *(*OUTPUT_NAMES, "answer", "completion", "reply", "assistant_message", "model_output"),
        *("generated_text", "bot_response", "prediction", "generation", "assistant", "bot"),
    ),
    "start": (
        *("timestamp", "start_time", "startTime", "started_at", "created_at", "createdAt"),
        *("time", "datetime", "ts", "date", "created", "at"),
    ),
    "end": ("end_time", "endTime", "ended_at", "completed_at", "finished_at"),
    "conversation": (
        *("conversation_id", "session_id", "thread_id", "dialogue_id", "chat_id", "sessionId"),
        *("conversation", "session", "thread", "conversationId"),
    ),
    "system": ("model", "model_name", "system", "application", "app", "deployment", "engine"),
    "instructions": ("system_prompt", "system_message", "instructions"),
    "segments": ("segment", "segments", "tags", "labels", "category", "topic", "intent"),
    "context": (*("context", *ALIASES["context"]), "documents", "retrieved", "passages", "sources"),
    "seconds": ("seconds", "duration_s", "latency_s", "duration_seconds", "latency_seconds"),
    "milliseconds": ("latency_ms", "duration_ms", "response_time_ms", "elapsed_ms"),
    "error": ("error", "error_message", "exception"),
    "usage": ("usage", "token_usage"),
    "metadata": ("metadata", "meta"),
}
"""The names of each part of a record, the likelier first."""
_FEEDBACK = (
    "feedback", "rating", "score", "scores", "thumbs", "satisfaction", "stars", "csat",
    "user_feedback", "user_rating", "human_rating", "vote",
)  # fmt: skip
_COMMENTS = ("comment", "feedback_comment", "user_comment")
_SAID = frozenset({*_FEEDBACK, *_COMMENTS})
_LONGEST_NAME = 60
"""Characters of a system's name; what is longer instructs it."""


_PARTS: Mapping[str, tuple[int, str]] = {
    name: (at, part)
    for part, names in reversed(tuple(_NAMES.items()))
    for at, name in enumerate(names)
}
"""What each name means, and how likely; one that could mean two things means the first of them."""
_MARKS = frozenset(_NAMES["asked"])


def fits(row: Cells) -> bool:
    """Any name of a question."""
    return any(row.get(name) for name in _NAMES["asked"])


def drafts(row: Cells) -> Iterator[Draft]:
    """The one interaction of a row."""
    found, rest = _sorted(row)
    instructions, system = found.get("instructions"), found.get("system")
    told = row.get("system")
    if isinstance(told, str) and (len(told) > _LONGEST_NAME or "\n" in told):
        instructions, system = instructions or told, None if system is told else system
        rest.pop("system", None)
    messages = conversation(found.get("asked"), "messages")
    if isinstance(instructions, str) and messages:
        messages = (Message("system", instructions), *messages)
    answer, tools = last_answer(found.get("answer"))
    milliseconds, error = number(found.get("milliseconds")), found.get("error")
    told = decoded(found.get("metadata"))
    yield Draft(
        id=found.get("id"),
        messages=messages,
        output=answer,
        failure=Failure("error", text_of(error)[:500]) if answer is None and error else None,
        start=found.get("start"),
        end=found.get("end"),
        seconds=found.get("seconds") if milliseconds is None else milliseconds / 1000,
        conversation=found.get("conversation"),
        system=system,
        segments=words(decoded(found.get("segments"))),
        context=_passages(decoded(found.get("context"))),
        tools=tools,
        feedback=tuple(_feedback(row)),
        usage=usage_of(decoded(found.get("usage"))),
        metadata={**rest, **told} if isinstance(told, dict) else rest,
    )


def _sorted(row: Cells) -> tuple[dict[str, Any], dict[str, Any]]:
    """What each part of a record is, under its likeliest name, and what is left."""
    best: dict[str, tuple[int, str]] = {}
    rest: dict[str, Any] = {}
    for name, value in row.items():
        if value is None or value == "" or name in _SAID:
            continue
        known = _PARTS.get(name)
        if known is None:
            rest[name] = value
            continue
        at, part = known
        other = best.get(part)
        if other is None or at < other[0]:
            best[part] = (at, name)
            known_worse = None if other is None else other[1]
        else:
            known_worse = name
        if known_worse is not None:
            rest[known_worse] = row[known_worse]
    return {part: row[name] for part, (_, name) in best.items()}, rest


def _feedback(row: Cells) -> Iterator[Feedback]:
    comment = next((row[name] for name in _COMMENTS if isinstance(row.get(name), str)), "")
    for name in _FEEDBACK:
        if (value := row.get(name)) is not None:
            yield from said(name, decoded(value), comment=comment)


def _passages(raw: Any) -> tuple[str, ...]:
    if raw is None:
        return ()
    return tuple(text_of(one) for one in (raw if isinstance(raw, list) else [raw]))


NAMED = Dialect(
    name="rows",
    title="a question and its answer in a row, under common names",
    marks=_MARKS,
    fits=fits,
    drafts=drafts,
)
