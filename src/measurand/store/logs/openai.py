"""Requests and responses as OpenAI's interfaces have them, and as those who log them keep them.

Chat completions, completions, responses and Anthropic's messages; a request and a response side by
side (``request``/``response``, each perhaps with its ``body``), or the fields of both in one row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from measurand.core.example import Message, ToolCall
from measurand.core.output import Failure
from measurand.store.logs.account import Beside, Unfit
from measurand.store.logs.dialect import Cells, Dialect
from measurand.store.logs.draft import Draft, said, usage_of, words
from measurand.store.logs.remarks import Remark
from measurand.store.logs.turns import calls_in, conversation, decoded, text_of

__all__ = ["OPENAI", "answer_in", "answered", "asked_in"]

_BATCH = "an answer of a batch; its question stands in the file of the batch's requests"
_REQUEST = ("request", "req", "input", "body", "kwargs", "request_body", "requestBody")
_RESPONSE = ("response", "resp", "output", "completion", "response_body", "responseBody", "result")
_ANSWERS = ("choices", "output", "content", "error", "candidates", "completion")
_STARTS = ("start_time", "startTime", "started_at", "timestamp", "created_at", "time", "createdAt")
_ENDS = ("end_time", "endTime", "ended_at", "completed_at", "finished_at")
_TALKS = ("conversation_id", "session_id", "thread_id", "conversation", "session")
_FEEDBACK = ("feedback", "rating", "score", "scores", "thumbs", "user_feedback")
_SECONDS = ("seconds", "duration_s", "latency_s", "response_time")
_MILLISECONDS = ("latency_ms", "duration_ms", "response_ms", "elapsed_ms")


def fits(row: Cells) -> bool:
    """A response with choices or outputs, or a request that names its model and its messages."""
    if (
        _is_reply(row)
        or "choices" in row
        or row.get("object") in {"response", "chat.completion", "text_completion"}
    ):
        return True
    response = _side(row, _RESPONSE)
    if response is not None and _is_response(response):
        return True
    request = _side(row, _REQUEST)
    if request is None:
        return False
    asked = "model" in request and ("input" in request or "prompt" in request)
    return asked or isinstance(request.get("messages"), list)


def drafts(row: Cells) -> Iterator[Draft]:
    """The one interaction of a row."""
    if _is_reply(row):
        raise Beside(_BATCH)
    response = _side(row, _RESPONSE)
    if response is None or not _is_response(response):
        response = row if "choices" in row or "object" in row else None
    request = _side(row, _REQUEST) or row
    messages = asked_in(request) or (asked_in(row) if request is not row else ())
    if not messages:
        raise Unfit("there is a response without its request")
    answer, tools, failure = (None, (), None) if response is None else answer_in(response)
    told = response or {}
    if answer is None and response is None and isinstance(row.get("response"), str):
        answer = row["response"]
    if answer is None and failure is None:
        failure = _failed(row)
    milliseconds = _first(row, _MILLISECONDS)
    yield Draft(
        id=_first(row, ("custom_id", "id", "request_id")) or told.get("id"),
        messages=messages,
        output=answer,
        failure=failure,
        start=_first(row, _STARTS) or told.get("created") or told.get("created_at"),
        end=_first(row, _ENDS),
        seconds=milliseconds / 1000
        if isinstance(milliseconds, int | float)
        else _first(row, _SECONDS),
        conversation=_first(row, _TALKS) or _talk(request, told),
        system=told.get("model") or request.get("model") or row.get("model"),
        segments=words(_first(row, ("tags", "segments", "segment"))),
        tools=tools,
        feedback=(one for name in _FEEDBACK for one in said(name, row.get(name))),
        usage=usage_of(told.get("usage") or row.get("usage")),
        metadata=_rest(row, request),
    )


def remarks(row: Cells) -> Iterator[Remark]:
    """The answer of a batch, by the name of its request."""
    if _is_reply(row) and isinstance(row["custom_id"], str):
        yield Remark(row["custom_id"], reply=row, size=len(str(row)))


def _is_reply(row: Cells) -> bool:
    """Whether a row is the answer of a batch, whose question stands in another file."""
    return "custom_id" in row and "response" in row and not any(map(row.__contains__, _REQUEST))


def answered(draft: Draft, row: Cells) -> Draft:
    """A request of a batch with its answer."""
    response = _side(row, _RESPONSE) or {}
    draft.output, draft.tools, draft.failure = answer_in(response or row)
    draft.system = response.get("model") or draft.system
    draft.usage = usage_of(response.get("usage"))
    draft.start = draft.start or response.get("created") or response.get("created_at")
    return draft


def asked_in(request: Mapping[str, Any]) -> tuple[Message, ...]:
    """The conversation of a request, with its instructions first.

    Raises:
        Unfit: A turn in it cannot be read.
    """
    for name in ("messages", "input", "prompt", "contents"):
        if request.get(name) is not None:
            messages = conversation(request[name], name)
            break
    else:
        return ()
    for name in ("instructions", "system", "system_instruction"):
        text = text_of(request.get(name)) if request.get(name) else ""
        if text.strip() and messages:
            return (Message("system", text), *messages)
    return messages


def answer_in(
    response: Mapping[str, Any],
) -> tuple[str | None, tuple[ToolCall, ...], Failure | None]:
    """What a response says, the tools that it calls, and why it says nothing where it does not."""
    choices = response.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        message = choices[0].get("message")
        if isinstance(message, dict):
            return (
                text_of(message.get("content") or message.get("refusal")),
                calls_in(message),
                None,
            )
        return text_of(choices[0].get("text")), (), None
    for name in ("output", "content"):
        if isinstance(response.get(name), list) and response[name]:
            return _items(response[name])
        if isinstance(response.get(name), str):
            return response[name], calls_in(response), None
    if isinstance(response.get("completion"), str):
        return response["completion"], (), None
    return None, (), _failed(response) or Failure("unknown", "the log has no answer")


def _items(items: list[Any]) -> tuple[str | None, tuple[ToolCall, ...], Failure | None]:
    """The items of a response, or the parts of a message."""
    calls: list[ToolCall] = []
    parts: list[str] = []
    for item in items:
        if not isinstance(item, dict):
            continue
        calls += calls_in({"parts": [item]}) or calls_in(item)
        if item.get("type") in {"message", "text", "output_text", None}:
            parts.append(text_of(item))
    return "".join(parts), tuple(calls), None


def _failed(row: Mapping[str, Any]) -> Failure | None:
    problem = row.get("error") or row.get("error_message")
    if not problem:
        return None
    if isinstance(problem, dict):
        kind = problem.get("code") or problem.get("type")
        text = text_of(problem.get("message"))
    else:
        kind, text = None, text_of(problem)
    return Failure(str(kind)[:60] if kind else "error", text[:500])


def _side(row: Cells, names: tuple[str, ...]) -> Mapping[str, Any] | None:
    for name in names:
        side = decoded(row.get(name))
        if isinstance(side, dict):
            body = decoded(side.get("body"))
            return body if isinstance(body, dict) else side
    return None


def _is_response(side: Mapping[str, Any]) -> bool:
    if "choices" in side or side.get("object") == "response":
        return True
    return "error" in side or (
        side.get("type") == "message" and isinstance(side.get("content"), list)
    )


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _talk(request: Mapping[str, Any], response: Mapping[str, Any]) -> Any:
    for side in (request, response):
        told = side.get("conversation")
        if isinstance(told, dict):
            told = told.get("id")
        if isinstance(told, str):
            return told
    return None


def _rest(row: Cells, request: Mapping[str, Any]) -> dict[str, Any]:
    told = row.get("metadata") or request.get("metadata")
    return dict(told) if isinstance(told, dict) else {}


OPENAI = Dialect(
    name="openai",
    title="requests and responses of OpenAI's interfaces",
    marks=frozenset({*_REQUEST, *_RESPONSE, "choices", "object", "custom_id"}),
    fits=fits,
    drafts=drafts,
    remarks=remarks,
)
