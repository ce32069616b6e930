"""What a simulated model is asked and what it answers, whatever the wire, and how tokens count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from measurand.core.model import Finish

__all__ = ["TURN_TOKENS", "Answer", "Answered", "Asked", "cut", "input_tokens", "tokens"]

TURN_TOKENS = 4
"""Tokens that each turn takes besides its text."""
_CHARACTERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request.

    Args:
        model: The model's name.
        turns: Role and text of each message, system messages first.
        key: Its ``Idempotency-Key``, or the batch's ``custom_id``; else a hash of its content.
        schema: The JSON Schema that the reply must fit, where one is given.
        tool: The tool that the reply must call, where one is forced; its schema is `schema`.
        limit: Tokens that the reply may take.
        marked: Of the first so many turns a cache was asked for.
    """

    model: str
    turns: tuple[tuple[str, str], ...]
    key: str
    schema: Mapping[str, Any] | None = None
    tool: str | None = None
    limit: int | None = None
    marked: int = 0

    @property
    def question(self) -> str:
        """The text of the last turn that is a user's."""
        for role, text in reversed(self.turns):
            if role == "user":
                return text
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One reply.

    Args:
        text: Its text; of a forced tool, the arguments as JSON.
        finish: Why it ended.
        input_tokens: Tokens that went in, cached ones among them.
        output_tokens: Tokens that came out.
        cached_tokens: Of the input, those read from the cache.
    """

    text: str
    finish: Finish
    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0


Answer = Callable[[Asked], str]
"""Whoever answers: the text of a reply to a request; the same request has the same reply."""


def tokens(text: str) -> int:
    """Tokens of a text: one for every four characters, the last ones rounded up."""
    return (len(text) + _CHARACTERS - 1) // _CHARACTERS


def input_tokens(turns: tuple[tuple[str, str], ...]) -> int:
    """Tokens of turns: those of each text and `TURN_TOKENS`; schemas and tools cost nothing."""
    total = 0
    for _, text in turns:
        total += (len(text) + _CHARACTERS - 1) // _CHARACTERS
    return total + TURN_TOKENS * len(turns)


def cut(text: str, limit: int) -> str:
    """The beginning of a text, of at most so many tokens."""
    return text[: limit * _CHARACTERS]
