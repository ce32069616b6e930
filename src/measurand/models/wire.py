"""One attempt at asking a model: what every provider's wire offers, and what its failures mean."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

from measurand.core.model import ModelReply, ModelRequest
from measurand.core.output import Failure, Usage
from measurand.models.waiting import told_to_wait

__all__ = ["PASSING", "CallFailed", "Problem", "Wire", "failed", "problem", "shorten"]

PASSING = frozenset({"timeout", "rate_limited", "server_error", "connection", "malformed_response"})
"""The classes of failure that may pass, so that trying again makes sense."""

_MAYBE_CHARGED = frozenset({"timeout", "connection", "malformed_response"})
"""Classes of failure where the provider may have answered all the same."""

_SHOWN = 300
"""Characters of a provider's own words that are kept."""

_KINDS: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "authentication",
    HTTPStatus.FORBIDDEN: "authentication",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.REQUEST_TIMEOUT: "timeout",
    HTTPStatus.CONFLICT: "server_error",
    HTTPStatus.TOO_EARLY: "server_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limited",
}
"""Classes by status; 409 and 425 are conflicts on the provider's side that pass."""

_FOR_GOOD = frozenset({HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.HTTP_VERSION_NOT_SUPPORTED})
"""Statuses of a server that will say the same tomorrow."""

_MAY_BE_FILTERED = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY}
)
_STATUSES = range(HTTPStatus.BAD_REQUEST, 600)
_FILTERED = (
    "content_filter",
    "content_policy_violation",
    "content filtering policy",
    "content management policy",
    "responsibleaipolicyviolation",
    "data_inspection_failed",
    "moderation_blocked",
    "usage policy",
    "requires moderation",
    "invalid_prompt",
)
_NO_MONEY = (
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "insufficient balance",
    "credit balance is too low",
    "exceeded your current quota, please check your plan and billing",
)
_NO_MODEL = ("model_not_found", "deploymentnotfound", "not_found_error")


class Wire(Protocol):
    """A provider's own way of being asked, for one model."""

    @property
    def name(self) -> str:
        """The model's name, as in ``"openai/gpt-4o-mini"``."""

    @property
    def version(self) -> str:
        """A fingerprint of model, address and interface; never of the key."""

    async def send(self, request: ModelRequest, *, timeout: float) -> ModelReply:  # noqa: ASYNC109 - a wire may have its own way to stop
        """Ask exactly once; a reply that was cut short or refused is a reply too.

        Args:
            request: What to ask.
            timeout: Seconds it may take.

        Raises:
            CallFailed: There is no reply; it says why, and whether trying again makes sense.
        """

    async def close(self) -> None:
        """Let go of what belongs to this wire alone."""


class CallFailed(Exception):  # noqa: N818 - what happened to a call, not a malfunction here
    """An attempt brought no reply.

    Args:
        failure: Its class and the provider's words.
        again: Whether trying again makes sense; by default, whether its class may pass.
        retry_after: Seconds to wait first, where the provider said so.
        usage: Tokens it took all the same, where the provider told.
        charged: Whether it may have been charged; by default, whether its class is one of a
            question that may have been answered without our seeing it.
    """

    def __init__(
        self,
        failure: Failure,
        *,
        again: bool | None = None,
        retry_after: float | None = None,
        usage: Usage | None = None,
        charged: bool | None = None,
    ) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.again = failure.kind in PASSING if again is None else again
        self.retry_after = retry_after
        self.usage = usage
        self.charged = failure.kind in _MAYBE_CHARGED if charged is None else charged


@dataclass(frozen=True, slots=True)
class Problem:
    """What a provider says is wrong.

    Args:
        message: Its words.
        codes: Its names for it, small letters, as in ``("insufficient_quota",)``.
        parameter: Which parameter it names, where it does.
        status: The HTTP status it gives inside the body, where it does.
    """

    message: str = ""
    codes: tuple[str, ...] = ()
    parameter: str | None = None
    status: int | None = None


def failed(status: int, body: object, headers: Mapping[str, str] | None = None) -> CallFailed:
    """What a response other than a good one means.

    Args:
        status: The HTTP status.
        body: The body, as text, or as what its JSON says.
        headers: The response's headers, by names in small letters or whatever their case.
    """
    said = problem(body)
    kind, again = _classify(status, said)
    words = shorten(said.message) or ", ".join(said.codes) or "no explanation"
    wait = told_to_wait(headers or {}, body) if again else None
    return CallFailed(Failure(kind, f"{status}: {words}"), again=again, retry_after=wait)


def problem(body: object) -> Problem:
    """Read an error in any of the usual forms; text that is none of them is the message."""
    found = _loads(body) if isinstance(body, str | bytes) else body
    if isinstance(found, list) and found:  # Gemini's compatible endpoint
        found = found[0]
    if isinstance(found, Mapping):
        inner = found.get("error", found)
        if isinstance(inner, Mapping):
            return _read(inner)
        if isinstance(inner, str):  # Ollama
            return Problem(inner)
    return Problem(found if isinstance(found, str) else "")


def shorten(text: str) -> str:
    """A provider's words in one line of bounded length."""
    line = " ".join(text[: 4 * _SHOWN].split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 3]}..."


def _classify(status: int, said: Problem) -> tuple[str, bool]:
    text = " ".join((*said.codes, said.message)).lower()
    if status in _MAY_BE_FILTERED and any(word in text for word in _FILTERED):
        return "refused", False
    if status == HTTPStatus.BAD_REQUEST and any(code in _NO_MODEL for code in said.codes):
        return "not_found", False
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "server_error", status not in _FOR_GOOD
    kind = _KINDS.get(status, "bad_request")
    return kind, kind in PASSING and not any(word in text for word in _NO_MONEY)


def _read(error: Mapping[str, Any]) -> Problem:
    names = [error.get(key) for key in ("code", "type", "status")]
    inner = error.get("innererror")
    if isinstance(inner, Mapping):  # Azure
        names.append(inner.get("code"))
    codes = tuple(name.lower() for name in names if isinstance(name, str) and name)
    message = error.get("message") or error.get("detail") or ""
    parameter = error.get("param")
    status = error.get("code")
    return Problem(
        message if isinstance(message, str) else json.dumps(message, default=str),
        codes,
        parameter if isinstance(parameter, str) else None,
        status if status in _STATUSES else None,
    )


def _loads(body: str | bytes) -> object:
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
