"""What comes back on the OpenAI-compatible wire: read with suspicion."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from measurand.core.example import ToolCall
from measurand.core.model import Finish, ModelReply
from measurand.core.output import Failure, Usage
from measurand.core.sound import MOST_TOKENS
from measurand.models.wire import CallFailed, failed, problem, shorten

__all__ = ["read_reply", "read_usage"]

_FINISHES: Mapping[str, Finish] = {
    "stop": "stop",
    "eos": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "tool_use": "tool_calls",
    "content_filter": "refused",
    "refusal": "refused",
    "safety": "refused",
    "recitation": "refused",
    "prohibited_content": "refused",
}


def read_reply(raw: bytes, *, sent: Mapping[str, Any], notes: tuple[str, ...]) -> ModelReply:
    """Read the body of a good response.

    Args:
        raw: The body.
        sent: The parameters that went along.
        notes: What was changed or left out of the request.

    Raises:
        CallFailed: It is no JSON, has another shape, or holds an error.
    """
    try:
        data = json.loads(raw.decode())
    except (ValueError, RecursionError):
        text = shorten(raw[:1000].decode("utf-8", "replace"))
        raise _malformed(f"no JSON: {text}" if text else "an empty body") from None
    if not isinstance(data, dict):
        raise _malformed(f"JSON, but no object: {shorten(str(data)[:200])}")
    usage = read_usage(data.get("usage"))
    if data.get("error"):
        raise _error(data, usage)
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise _malformed("without choices", usage)
    choice = choices[0]
    if choice.get("error"):
        raise _error(choice, usage)
    message = choice.get("message")
    if not isinstance(message, dict):
        raise _malformed("without a message", usage)
    text, refusal = _text(message.get("content"), usage)
    refusal = message.get("refusal") or refusal
    model = data.get("model")
    calls = message.get("tool_calls")
    return ModelReply(
        text=refusal if isinstance(refusal, str) and not text else text,
        finish="refused" if refusal else _finish(choice.get("finish_reason")),
        usage=usage,
        model=model if isinstance(model, str) else "",
        tool_calls=_calls(calls) if calls else (),
        sent=sent,
        notes=notes,
    )


def read_usage(told: object) -> Usage | None:
    """Tokens, where they are told; what the total has beyond the rest is hidden reasoning."""
    if not isinstance(told, dict):
        return None
    asked, answered = _count(told.get("prompt_tokens")), _count(told.get("completion_tokens"))
    if asked is None and answered is None:
        return None
    asked, answered = asked or 0, answered or 0
    total = _count(told.get("total_tokens")) or 0
    details = told.get("prompt_tokens_details")
    cached = written = None
    if isinstance(details, dict):
        cached = _count(details.get("cached_tokens"))
        written = _count(details.get("cache_write_tokens"))
    if cached is None:  # DeepSeek
        cached = _count(told.get("prompt_cache_hit_tokens"))
    return Usage(asked, max(answered, total - asked), cached or 0, written or 0)


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= MOST_TOKENS else None


def _finish(reason: object) -> Finish:
    if not isinstance(reason, str):
        return "other"
    known = _FINISHES.get(reason)
    if known is None:  # Gemini: "content_filter: SAFETY"
        known = _FINISHES.get(reason.lower().partition(":")[0], "other")
    return known


def _text(content: object, usage: Usage | None) -> tuple[str, str]:
    """The text of a message, and its refusal where that is a part of the content."""
    if isinstance(content, str):
        return content, ""
    if content is None:
        return "", ""
    if not isinstance(content, list):
        raise _malformed("without text: its content is neither text nor a list", usage)
    parts = [part for part in content if isinstance(part, dict)]
    texts = [part.get("text") for part in parts if part.get("type") in {"text", "output_text"}]
    refusals = [part.get("refusal") for part in parts if part.get("type") == "refusal"]
    return _joined(texts), _joined(refusals)


def _joined(texts: list[Any]) -> str:
    return "".join(text for text in texts if isinstance(text, str))


def _calls(told: object) -> tuple[ToolCall, ...]:
    if not isinstance(told, list):
        return ()
    functions = [call.get("function") for call in told if isinstance(call, dict)]
    return tuple(
        ToolCall(str(function.get("name", "")), _arguments(function.get("arguments")))
        for function in functions
        if isinstance(function, dict)
    )


def _arguments(told: object) -> Mapping[str, Any]:
    if isinstance(told, dict):
        return told
    try:
        found = json.loads(told) if isinstance(told, str) and told else {}
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {"unparsed": told}


def _error(data: Mapping[str, Any], usage: Usage | None) -> CallFailed:
    """An error in a response that calls itself good, as OpenRouter's."""
    status = problem(data).status or HTTPStatus.INTERNAL_SERVER_ERROR
    found = failed(status, data)
    return CallFailed(found.failure, again=found.again, retry_after=found.retry_after, usage=usage)


def _malformed(what: str, usage: Usage | None = None) -> CallFailed:
    return CallFailed(Failure("malformed_response", f"the response is {what}"), usage=usage)
