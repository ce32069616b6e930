"""Rows of a question and its answer, under the names that users have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from measurand.core.output import Failure
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


def fits(row: Cells) -> bool:
    """Any name of a question."""
    return any(row.get(name) for name in _NAMES["asked"])


def drafts(row: Cells) -> Iterator[Draft]:
    """The one interaction of a row."""
    used: set[str] = set()

    def found(part: str) -> Any:
        for name in _NAMES[part]:
            if name not in used and row.get(name) not in (None, ""):
                used.add(name)
                return row[name]
        return None

    asked_key = next((name for name in _NAMES["asked"] if row.get(name)), "")
    messages = conversation(row.get(asked_key), asked_key)
    used.add(asked_key)
    answer, tools = last_answer(found("answer"))
    told = decoded(found("metadata"))
    comment = next((row[name] for name in _COMMENTS if isinstance(row.get(name), str)), "")
    used.update((*_FEEDBACK, *_COMMENTS))
    milliseconds, error = number(found("milliseconds")), found("error")
    seconds = found("seconds")
    draft = Draft(
        id=found("id"),
        messages=messages,
        output=answer,
        failure=Failure("error", text_of(error)[:500]) if answer is None and error else None,
        start=found("start"),
        end=found("end"),
        seconds=seconds if milliseconds is None else milliseconds / 1000,
        conversation=found("conversation"),
        system=found("system"),
        segments=words(decoded(found("segments"))),
        context=_passages(decoded(found("context"))),
        tools=tools,
        feedback=tuple(
            one for name in _FEEDBACK for one in said(name, decoded(row.get(name)), comment=comment)
        ),
        usage=usage_of(decoded(found("usage"))),
    )
    rest = {
        name: value for name, value in row.items() if name not in used and value not in ("", None)
    }
    draft.metadata = {**rest, **(told if isinstance(told, dict) else {})}
    yield draft


def _passages(raw: Any) -> tuple[str, ...]:
    if raw is None:
        return ()
    return tuple(text_of(one) for one in (raw if isinstance(raw, list) else [raw]))


NAMED = Dialect("rows", "a question and its answer in a row, under common names", fits, drafts)
