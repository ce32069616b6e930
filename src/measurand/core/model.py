"""What is asked of a language model, what comes back, and what a call cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from measurand.core.example import Message, ToolCall
from measurand.core.output import Failure, Usage

__all__ = ["OK", "Attempt", "Call", "Finish", "ModelReply", "ModelRequest"]

OK = "ok"
"""The status of an attempt that brought a reply."""

Finish = Literal["stop", "length", "refused", "tool_calls", "other"]
"""Why a reply ended."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One thing asked of a model.

    Args:
        messages: The conversation; system messages first.
        parameters: ``temperature``, ``max_tokens``, ``top_p``, ``stop``, ``seed``, ``effort``
            (native reasoning: ``low``, ``medium``, ``high``); others go to the provider as they
            are.
        schema: A JSON Schema that the reply must fit, where structured output is wanted.
        prefix: How many of the first messages are the same in many requests, and so worth
            caching where a provider caches on demand.
        key: An opaque name of this request; the same whenever the same thing is asked again, and
            different for each repeat. It goes along as the ``Idempotency-Key``.
    """

    messages: tuple[Message, ...]
    parameters: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    schema: Mapping[str, Any] | None = None
    prefix: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReply:
    """What a model answered.

    Args:
        text: The answer; may be empty.
        finish: Why it ended.
        usage: Tokens, where the provider told.
        model: The model, or its snapshot, that the provider says has answered.
        tool_calls: Tools it asked for, in order.
        sent: The parameters that really went along, under the provider's names.
        notes: What was changed or left out of the request, in words.
    """

    text: str
    finish: Finish = "stop"
    usage: Usage | None = None
    model: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    sent: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request that really went out.

    Args:
        status: ``ok``, or a class of `measurand.core.failure.FAILURES`.
        seconds: Wall time.
        usage: Tokens, where the provider told; failed attempts may have taken some too.
        cost: US dollars; None where the price or the usage is not known.
        message: What the provider said, where it failed.
    """

    status: str
    seconds: float
    usage: Usage | None = None
    cost: float | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request with all its attempts: it brought a reply or ended in a failure.

    Args:
        model: The model's name, as in ``openai/gpt-4o-mini``.
        attempts: Every request that went out, in order; empty for a stored reply.
        reply: The reply, where there is one.
        failure: The last attempt's failure, where there is none.
        characters: How much text one attempt sent; 0 where nobody counted.

    Raises:
        ValueError: There is neither a reply nor a failure, or both.
    """

    model: str
    attempts: tuple[Attempt, ...] = ()
    reply: ModelReply | None = None
    failure: Failure | None = None
    characters: int = 0

    def __post_init__(self) -> None:
        if (self.reply is None) == (self.failure is None):
            raise ValueError("a call ends in a reply or a failure, and not in both")

    @property
    def seconds(self) -> float:
        """Wall time of all attempts, waiting between them not counted."""
        return sum(attempt.seconds for attempt in self.attempts)

    @property
    def cost(self) -> float | None:
        """US dollars of all attempts; None as soon as one that took tokens has no known cost."""
        return total_cost(self.attempts)

    @property
    def usage(self) -> Usage:
        """Tokens of all attempts."""
        told = [attempt.usage for attempt in self.attempts if attempt.usage is not None]
        return sum(told, Usage())


def total_cost(attempts: tuple[Attempt, ...]) -> float | None:
    """US dollars of attempts; None as soon as one may have cost and nobody knows how much."""
    told = [a.cost for a in attempts if a.usage is not None or a.status == OK]
    known = [cost for cost in told if cost is not None]
    return sum(known) if len(known) == len(told) else None
