"""A model that answers: the one owner of retries, of limits and of the budget."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

from measurand.core.example import Message
from measurand.core.model import OK, Attempt, Call, ModelReply, ModelRequest
from measurand.core.output import Failure
from measurand.core.running import RunPlan
from measurand.errors import BudgetExhausted
from measurand.models.budget import Budget, Reservation
from measurand.models.limits import Limiter, Pass
from measurand.models.prices import PriceTable
from measurand.models.wire import PASSING, CallFailed, Wire, shorten

__all__ = ["Client", "Terms"]

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 60.0
_LONGEST_TOLD = 300.0
"""Seconds waited at the most when a provider says how long; some say hours."""

_GRACE = 5.0
"""Seconds that a wire may be late before it is stopped from outside."""

_LESSONS = 8
"""How often a request is changed and sent anew because a parameter is not taken."""

_NEW_LIMIT = "max_completion_tokens"
_AROUND_A_MESSAGE = 32
"""Tokens that a provider puts around a message, at the most."""

_PREFIXES = 16
"""Redacted prefixes that are remembered; a run has one for each judge and each prompt."""

_CHARACTERS = 4
"""Characters of a token, about; only for limits, which are corrected by what is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms a model is asked.

    Args:
        run: Tries and time allowed.
        prices: What tokens cost.
        budget: What may be spent, by all models together.
        limiter: The calls under way to the provider, of all its models.
        chance: Jitter; the same seed waits the same times.
        redact: Applied to the text of each message before it goes out.
        hide: Takes secrets out of what a provider says.
        observe: Is told of each attempt, the model's name first.
    """

    run: RunPlan
    prices: PriceTable
    budget: Budget
    limiter: Limiter
    chance: random.Random = field(repr=False)
    redact: Callable[[str], str] | None = None
    hide: Callable[[str], str] = shorten
    observe: Callable[[str, Attempt], None] | None = None


class Client:
    """A model behind a wire (a `measurand.core.protocols.ChatModel`).

    Args:
        wire: How it is asked once.
        terms: On what terms.
    """

    def __init__(self, wire: Wire, terms: Terms) -> None:
        self.wire = wire
        self.terms = terms
        self._schema: tuple[Mapping[str, Any] | None, int] = (None, 0)
        self._prefixes: dict[Message, Message] = {}

    def __repr__(self) -> str:
        return f"Client({self.name!r})"

    @property
    def name(self) -> str:
        """The model's name, as in ``"openai/gpt-4o-mini"``."""
        return self.wire.name

    @property
    def version(self) -> str:
        """Changes with the model and its address."""
        return self.wire.version

    async def ask(self, request: ModelRequest) -> Call:
        """Ask, trying again what may pass; a failure is part of the call, never raised.

        Raises:
            BudgetExhausted: The call might cross the budget, so it was not made.
        """
        request = self.prepared(request)
        characters = sum(len(message.content) for message in request.messages)
        attempts: list[Attempt] = []
        tries = lessons = 0
        while True:
            try:
                attempt, reply = await self._attempt(request)
            except BudgetExhausted as error:
                if not attempts:
                    raise
                last = attempts[-1]
                failed = self._failed(attempts, f"{last.message} (not tried again: {error})")
                return replace(failed, characters=characters)
            attempts.append(attempt)
            if isinstance(reply, ModelReply):
                return Call(
                    model=self.name, attempts=tuple(attempts), reply=reply, characters=characters
                )
            if reply.again and reply.failure.kind not in PASSING and lessons < _LESSONS:
                lessons += 1  # the wire has learnt what the model does not take
                continue
            tries += 1
            if not reply.again or tries >= self.terms.run.attempts:
                failed = self._failed(attempts, attempt.message)
                return replace(failed, characters=characters)
            await asyncio.sleep(self._wait(reply, tries))

    async def close(self) -> None:
        """Let go of the wire."""
        await self.wire.close()

    async def _attempt(self, request: ModelRequest) -> tuple[Attempt, ModelReply | CallFailed]:
        """Make one request, with leave and money for it."""
        terms = self.terms
        leave = await terms.limiter.acquire(self._tokens(request))
        reservation: Reservation | None = None
        reply: ModelReply | CallFailed | None = None
        attempt: Attempt | None = None
        try:
            bound = None if terms.budget.limit is None else self._bound(request)
            reservation = await terms.budget.room(bound, what=f"a call of {self.name}")
            started = perf_counter()
            reply = await self._send(request)
            attempt = self._account(reply, perf_counter() - started)
        finally:
            self._settle(leave, reservation, reply=reply, attempt=attempt)
        if terms.observe is not None:
            terms.observe(self.name, attempt)
        return attempt, reply

    async def _send(self, request: ModelRequest) -> ModelReply | CallFailed:
        seconds = self.terms.run.timeout
        try:
            async with asyncio.timeout(seconds + _GRACE):
                return await self.wire.send(request, timeout=seconds)
        except CallFailed as error:
            return error
        except TimeoutError:
            return CallFailed(Failure("timeout", f"no answer within {seconds:g} seconds"))

    def _account(self, reply: ModelReply | CallFailed, seconds: float) -> Attempt:
        prices = self.terms.prices
        if isinstance(reply, ModelReply):
            cost = prices.cost(self.name, reply.usage, reply.model)
            return Attempt(status=OK, seconds=seconds, usage=reply.usage, cost=cost)
        cost = prices.cost(self.name, reply.usage)
        words = shorten(self.terms.hide(reply.failure.message))
        kind = reply.failure.kind
        return Attempt(status=kind, seconds=seconds, usage=reply.usage, cost=cost, message=words)

    def _settle(
        self,
        leave: Pass,
        reservation: Reservation | None,
        *,
        reply: ModelReply | CallFailed | None,
        attempt: Attempt | None,
    ) -> None:
        """Give back leave and money, also where the call was cancelled on its way."""
        limiter = self.terms.limiter
        if reservation is not None:
            cost = None if attempt is None else attempt.cost
            charged = not isinstance(reply, CallFailed) or reply.charged or reply.usage is not None
            self.terms.budget.settle(reservation, cost, charged=charged)
        if isinstance(reply, CallFailed):
            if reply.failure.kind == "rate_limited" and reply.again:
                limiter.too_many(leave)
            if reply.retry_after:
                limiter.pause(min(reply.retry_after, _LONGEST_TOLD))
        usage = None if reply is None else reply.usage
        if usage is None:
            limiter.release(leave, good=isinstance(reply, ModelReply))
        else:
            total = usage.input_tokens + usage.output_tokens
            good = isinstance(reply, ModelReply)
            limiter.release(leave, good=good, tokens=total, answer=usage.output_tokens)

    def _failed(self, attempts: list[Attempt], message: str) -> Call:
        failure = Failure(attempts[-1].status, message)
        return Call(model=self.name, attempts=tuple(attempts), failure=failure)

    def _wait(self, error: CallFailed, tries: int) -> float:
        """Seconds before the next try: what the provider says and a little more, or full jitter."""
        longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (tries - 1))
        if not error.retry_after:  # "at once" is no advice to all who hear it
            return self.terms.chance.uniform(0.0, longest)
        told = min(error.retry_after, _LONGEST_TOLD)
        return told + self.terms.chance.uniform(0.0, min(longest, 0.1 * told))

    def prepared(self, request: ModelRequest) -> ModelRequest:
        """A request as it goes out, redacted."""
        redact = self.terms.redact
        if redact is None:
            return request
        messages = [
            self._prefix(message, redact)
            if place < request.prefix
            else replace(message, content=redact(message.content))
            for place, message in enumerate(request.messages)
        ]
        return replace(request, messages=tuple(messages))

    def _prefix(self, message: Message, redact: Callable[[str], str]) -> Message:
        """What is the same in many requests is redacted once."""
        if message not in self._prefixes:
            if len(self._prefixes) == _PREFIXES:
                self._prefixes.clear()
            self._prefixes[message] = replace(message, content=redact(message.content))
        return self._prefixes[message]

    def _tokens(self, request: ModelRequest) -> int:
        return sum(len(message.content) for message in request.messages) // _CHARACTERS

    def size(self, request: ModelRequest) -> tuple[int, int | None]:
        """The most tokens that go in, and that may come out; None where there is no limit."""
        size = sum(
            len(message.content.encode("utf-8", "surrogatepass")) + _AROUND_A_MESSAGE
            for message in request.messages
        )
        if request.schema is not None:
            if self._schema[0] is not request.schema:
                self._schema = (request.schema, len(repr(request.schema).encode()))
            size += self._schema[1]
        limit = request.parameters.get("max_tokens", request.parameters.get(_NEW_LIMIT))
        answers = request.parameters.get("n", 1)
        most = limit * answers if type(limit) is int and type(answers) is int else None
        return size, most

    def _bound(self, request: ModelRequest) -> float | None:
        """The most that an attempt may cost."""
        return self.terms.prices.bound(self.name, *self.size(request))
