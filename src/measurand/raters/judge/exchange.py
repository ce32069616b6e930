"""The few requests that a judgment may take: a question, and one more where a reply is spoiled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from measurand.core.example import Message
from measurand.core.model import OK, Attempt, Call, ModelReply
from measurand.errors import BudgetExhausted
from measurand.raters.judge.spec import MAX_TOKENS
from measurand.raters.judge.words import REPAIR

__all__ = ["Asking", "Told", "exchanged"]

_AGAIN: Mapping[str, str] = {
    "truncated": "longer",
    "invalid": "repair",
    "evidence_failed": "requote",
}
"""Failures of a reply that are worth one more call, and which; each is made once at the most."""


class Told(Protocol):
    """What a reply was heard to say: ``ok``, or the class of its failure with what was wrong."""

    @property
    def status(self) -> str:
        """``ok``, or a class of `measurand.core.failure.REPLY_FAILURES`."""

    @property
    def fault(self) -> str:
        """What was wrong, for people and for the judge."""


T = TypeVar("T", bound=Told)


@dataclass(frozen=True, slots=True)
class Asking:
    """One request of the few.

    Args:
        kind: ``first``, or which second call it is.
        messages: What is sent.
        parameters: What the model is asked with.
    """

    kind: str
    messages: tuple[Message, ...]
    parameters: Mapping[str, Any]


async def exchanged(
    first: Asking,
    call: Call,
    hear: Callable[[ModelReply], T],
    *,
    ask: Callable[[Asking], Awaitable[Call]],
) -> tuple[T | None, tuple[Call, ...]]:
    """Hear a reply, and ask once more where the way in which it is spoiled is worth it.

    Args:
        first: What was asked.
        call: What that brought.
        hear: What a reply says.
        ask: Asks the model, and brings the call; may raise `BudgetExhausted`.

    Returns:
        What was heard last, None where the last call brought no reply; and every call.
    """
    turn, calls, made = first, [call], {first.kind}
    while (reply := calls[-1].reply) is not None:
        heard = hear(reply)
        calls[-1] = _marked(calls[-1], heard)
        following = _AGAIN.get(heard.status)
        if following is None or following in made:
            return heard, tuple(calls)
        made.add(following)
        turn = _next(turn, following, first.messages, reply=reply, fault=heard.fault)
        try:
            calls.append(await ask(turn))
        except BudgetExhausted:  # the calls so far were paid for, and must not be lost
            return heard, tuple(calls)
    return None, tuple(calls)


def _next(
    turn: Asking, kind: str, asked: tuple[Message, ...], *, reply: ModelReply, fault: str
) -> Asking:
    """The request after a spoiled reply: with twice the limit, or with what was wrong with it."""
    if kind == "longer":
        limit = 2 * int(turn.parameters.get("max_tokens", MAX_TOKENS))
        return replace(turn, kind=kind, parameters={**turn.parameters, "max_tokens": limit})
    said = Message("assistant", reply.text if reply.text.strip() else "(nothing)")
    told = Message("user", REPAIR.format(fault=fault))
    return replace(turn, kind=kind, messages=(*asked, said, told))


def _marked(call: Call, heard: Told) -> Call:
    """The call with the class of its reply's failure, so that second calls do not hide it.

    An attempt whose tokens are not known stays as it is: its cost must not come to look known.
    """
    last: Attempt | None = call.attempts[-1] if call.attempts else None
    if heard.status == OK or last is None or last.usage is None:
        return call
    marked = replace(last, status=heard.status, message=heard.fault)
    return replace(call, attempts=(*call.attempts[:-1], marked))
