"""What the wires of a simulated provider have in common: bodies, refusals, errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from measurand.simulate.provider_asked import Answered, Asked
from measurand.simulate.provider_draws import name_of

__all__ = [
    "CREATED",
    "Refused",
    "Wire",
    "Written",
    "dump",
    "key_of",
    "model_of",
    "object_of",
    "texts",
    "turns_of",
    "whole",
]

CREATED = 1_760_000_000
"""When every simulated reply was made; a constant, so that the same request has the same bytes."""


class Refused(Exception):  # noqa: N818 - the answer to a request, not a malfunction
    """A request that the provider refuses as it is.

    Args:
        status: The HTTP status.
        message: What is wrong with it.
        code: The provider's name for that.
        parameter: The parameter it is about.
    """

    def __init__(
        self, status: int, message: str, *, code: str | None = None, parameter: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Written:
    """A response to be sent.

    Args:
        body: Its bytes.
        status: Its HTTP status.
        headers: Headers besides the usual ones.
        content_type: What the body is.
    """

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Wire:
    """One way in which a provider is asked.

    Args:
        read: Turns a body and its key into what is asked; raises `Refused`.
        write: Turns what was asked and answered into the body of a good response.
        error: Turns a refusal or a planted failure into a response.
    """

    read: Callable[[Mapping[str, Any], str], Asked]
    write: Callable[[Asked, Answered], Mapping[str, Any]]
    error: Callable[[Refused], Written]


def dump(value: object) -> bytes:
    """JSON as providers write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def key_of(given: str | None, content: bytes) -> str:
    """A request's key, or a hash of its content where it has none."""
    return given or f"sha-{name_of(content.hex())}"


def object_of(content: bytes) -> Mapping[str, Any]:
    """The JSON object of a body.

    Raises:
        Refused: It is none.
    """
    try:
        body = json.loads(content)
    except ValueError:
        raise Refused(400, "We could not parse the JSON body of your request.") from None
    if not isinstance(body, dict):
        raise Refused(400, "Invalid type for the body: expected an object.")
    return body


def model_of(body: Mapping[str, Any]) -> str:
    """The model that is asked.

    Raises:
        Refused: There is none.
    """
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise Refused(400, "you must provide a model parameter", parameter="model")
    if body.get("stream"):
        raise Refused(400, "this simulated provider does not stream", parameter="stream")
    return model


def whole(body: Mapping[str, Any], *names: str) -> int | None:
    """The first of these parameters that is set: a whole number of 1 or more.

    Raises:
        Refused: It is something else.
    """
    for name in names:
        value = body.get(name)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise Refused(400, f"{name}: expected a whole number, at least 1", parameter=name)
        return value
    return None


def turns_of(messages: object, name: str) -> Iterator[tuple[str, str]]:
    """Role and text of each message.

    Raises:
        Refused: They are no messages.
    """
    if not isinstance(messages, Sequence) or isinstance(messages, str) or not messages:
        raise Refused(400, f"{name}: expected a list of at least one message", parameter=name)
    for message in messages:
        if not isinstance(message, Mapping):
            raise Refused(400, f"{name}: expected an object for each message", parameter=name)
        role = message.get("role")
        if isinstance(role, str):
            yield ("system" if role == "developer" else role), texts(message.get("content"))


def texts(content: object) -> str:
    """The text of a message's content: text, or parts with a text each."""
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        return ""
    parts = (part.get("text") for part in content if isinstance(part, Mapping))
    return "\n".join(part for part in parts if isinstance(part, str))
