"""What really left for a provider, read off the wire, and how it differs from what was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

__all__ = ["leaving", "left_out", "parameters_sent", "recording"]

_CONVERSATION = frozenset(
    {"messages", "contents", "system", "systemInstruction", "input", "instructions"}
)
_SCHEMAS = frozenset({"schema", "json_schema", "responseSchema", "responseJsonSchema"})
_NAMES: Mapping[str, frozenset[str]] = {
    "temperature": frozenset({"temperature"}),
    "max_tokens": frozenset(
        {"max_tokens", "maxOutputTokens", "maxTokens", "max_output_tokens", "max_completion_tokens"}
    ),
    "top_p": frozenset({"top_p", "topP", "p"}),
    "top_k": frozenset({"top_k", "topK", "k"}),
    "seed": frozenset({"seed", "random_seed"}),
    "stop": frozenset({"stop", "stop_sequences", "stopSequences"}),
    "presence_penalty": frozenset({"presence_penalty", "presencePenalty"}),
    "frequency_penalty": frozenset({"frequency_penalty", "frequencyPenalty"}),
    "effort": frozenset(
        {"thinking", "effort", "reasoning", "reasoning_effort", "thinkingConfig", "thinking_config"}
    ),
}
"""What providers call the parameters that measurand has a word for."""

_bodies: ContextVar[list[bytes] | None] = ContextVar("bodies", default=None)


@contextmanager
def recording() -> Iterator[list[bytes]]:
    """The bodies that leave while this is open, in this task and in what it starts."""
    bodies: list[bytes] = []
    token = _bodies.set(bodies)
    try:
        yield bodies
    finally:
        _bodies.reset(token)


def leaving(body: bytes) -> None:
    """Told by a client's hook that a body is about to leave."""
    bodies = _bodies.get()
    if bodies is not None:
        bodies.append(body)


def parameters_sent(body: bytes | str) -> dict[str, Any] | None:
    """Everything in a body but the conversation and the schema; None where it is no JSON object."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    return {name: _brief(value) for name, value in found.items() if name not in _CONVERSATION}


def left_out(asked: Mapping[str, Any], sent: Mapping[str, Any], model: str) -> tuple[str, ...]:
    """A note for each parameter that was asked for and did not go along, or went as another.

    Args:
        asked: Parameters under measurand's names; None means that one was not asked for.
        sent: What `parameters_sent` found.
        model: The model's name, for the notes.
    """
    went = dict(_leaves(sent))
    notes = []
    for name, wanted in asked.items():
        if wanted is None:
            continue
        under = [key for key in _NAMES.get(name, frozenset({name})) if key in went]
        if not under:
            notes.append(f"{name} was left out: {model} does not take it")
        elif name == "max_tokens" and went[under[0]] != wanted:
            notes.append(f"{name} went as {went[under[0]]}, not as {wanted}")
    return tuple(notes)


def _leaves(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in found.items():
        yield name, value
        if isinstance(value, Mapping):
            yield from _leaves(value)


def _brief(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: "as asked" if name in _SCHEMAS else _brief(inner) for name, inner in value.items()
        }
    return value
