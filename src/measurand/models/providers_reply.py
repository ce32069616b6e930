"""What came back from pydantic-ai: a reply in measurand's words, or why there is none."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx2
from pydantic_ai.exceptions import (
    ContentFilterError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelRequestTimeout,
    ModelServerError,
    ModelTimeoutError,
    ModelUnavailableError,
    UserError,
)
from pydantic_ai.messages import FinishReason, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.usage import RequestUsage

from measurand.core.example import ToolCall
from measurand.core.model import Finish, ModelReply
from measurand.core.output import Failure, Usage
from measurand.models.wire import CallFailed, failed, shorten

__all__ = ["failure_of", "reply_of", "usage_of"]

_FINISHES: Mapping[FinishReason, Finish] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "refused",
    "tool_call": "tool_calls",
}

_KINDS: tuple[tuple[type[ModelAPIError], str, bool], ...] = (
    (ModelRequestTimeout, "timeout", True),
    (ModelTimeoutError, "timeout", True),
    (ModelConnectionError, "connection", True),
    (ModelAuthenticationError, "authentication", False),
    (ModelNotFoundError, "not_found", False),
    (ModelQuotaExceededError, "rate_limited", False),
    (ModelRateLimitError, "rate_limited", True),
    (ModelUnavailableError, "server_error", True),
    (ModelServerError, "server_error", True),
    (ModelRequestRejectedError, "bad_request", False),
)
"""Classes of failure, and whether they may pass; the first that fits."""
_DEEPEST = 8
"""Causes of a cause that are looked at."""


def reply_of(
    response: ModelResponse, *, sent: Mapping[str, Any], notes: tuple[str, ...]
) -> ModelReply:
    """A response in measurand's words; hidden reasoning is no part of the text."""
    texts = [part.content for part in response.parts if isinstance(part, TextPart)]
    calls = [part for part in response.parts if isinstance(part, ToolCallPart)]
    reason = response.finish_reason
    return ModelReply(
        text="".join(texts),
        finish="other" if reason is None else _FINISHES.get(reason, "other"),
        usage=usage_of(response.usage),
        model=response.model_name or "",
        tool_calls=tuple(ToolCall(call.tool_name, _arguments(call)) for call in calls),
        sent=sent,
        notes=notes,
    )


def usage_of(told: RequestUsage) -> Usage | None:
    """Tokens, where the provider told of any."""
    if not (told.input_tokens or told.output_tokens):
        return None
    return Usage(
        input_tokens=told.input_tokens,
        output_tokens=told.output_tokens,
        cached_tokens=told.cache_read_tokens,
        written_tokens=told.cache_write_tokens,
    )


def failure_of(error: Exception, *, left: bool, hide: Callable[[str], str]) -> CallFailed:
    """What an exception of pydantic-ai, or of a client beneath it, means.

    Args:
        error: The exception.
        left: Whether a request had left; if not, the request itself is what is wrong.
        hide: Takes secrets out of a text.
    """
    if isinstance(error, ModelHTTPError):
        found = _http(error)
    elif isinstance(error, ModelAPIError):
        found = _other(error)
    elif isinstance(error, ContentFilterError):
        found = CallFailed(Failure("refused", shorten(str(error))))
    else:
        kind = "malformed_response" if left and not isinstance(error, UserError) else "bad_request"
        found = CallFailed(Failure(kind, shorten(f"{type(error).__name__}: {error}")))
    failure = Failure(found.failure.kind, hide(found.failure.message))
    return CallFailed(
        failure, again=found.again, retry_after=found.retry_after, charged=found.charged
    )


def _http(error: ModelHTTPError) -> CallFailed:
    found = failed(error.status_code, _body(error.body), error.headers)
    kind, again = found.failure.kind, found.again
    if kind == "bad_request":  # a status of its own for what others say by 401, 404 or 429
        for shape, name, may_pass in _KINDS:
            if isinstance(error, shape):
                kind, again = name, may_pass
                break
    elif isinstance(error, ModelQuotaExceededError):
        again = False
    wait = error.retry_after if error.retry_after is not None else found.retry_after
    failure = Failure(kind, found.failure.message)
    return CallFailed(failure, again=again, retry_after=wait if again else None)


def _unsent(error: BaseException | None) -> bool:
    """Whether there was no connection over which anything could have been sent."""
    seen = 0
    while error is not None and seen < _DEEPEST:
        if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False


def _other(error: ModelAPIError) -> CallFailed:
    for shape, kind, again in _KINDS:
        if isinstance(error, shape):
            failure = Failure(kind, shorten(error.message))
            charged = False if _unsent(error) else None
            return CallFailed(failure, again=again, retry_after=error.retry_after, charged=charged)
    return CallFailed(Failure("malformed_response", shorten(error.message)))


def _body(body: object) -> object:
    """The body, with Bedrock's capital letters made small."""
    if isinstance(body, Mapping) and isinstance(inner := body.get("Error"), Mapping):
        return {"error": {"message": inner.get("Message"), "code": inner.get("Code")}}
    return body


def _arguments(call: ToolCallPart) -> Mapping[str, Any]:
    if isinstance(call.args, str):
        try:
            found = json.loads(call.args)
        except ValueError:
            return {"": call.args}
        return found if isinstance(found, dict) else {"": found}
    return dict(call.args or {})
