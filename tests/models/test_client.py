"""Retries, limits and money, with one owner: the client."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from measurand.core.example import Message
from measurand.core.model import Attempt, Call, ModelReply, ModelRequest
from measurand.core.output import Failure, Usage
from measurand.core.protocols import ChatModel
from measurand.core.running import Price, RunPlan
from measurand.errors import BudgetExhausted
from measurand.models.budget import Budget
from measurand.models.client import Client, Terms
from measurand.models.limits import Limiter
from measurand.models.prices import PriceTable
from measurand.models.wire import CallFailed

if TYPE_CHECKING:
    from tests.models.conftest import Jump

Step = ModelReply | CallFailed | Exception | float
"""What a wire does: reply, fail, break, or take so many seconds and reply."""

YES = ModelReply(text="Yes.", usage=Usage(100, 10))
COST = (100 * 1 + 10 * 2) / 1e6
ASK = ModelRequest(messages=(Message("user", "Is it?"),), parameters={"max_tokens": 100})


@dataclass
class FakeWire:
    """Follows a script, one step an attempt."""

    script: list[Step]
    name: str = "a/b"
    version: str = "v"
    at: list[float] = field(default_factory=list)
    asked: list[ModelRequest] = field(default_factory=list)
    under_way: int = 0
    most: int = 0

    async def send(self, request: ModelRequest, *, timeout: float) -> ModelReply:  # noqa: ASYNC109 - a Wire's shape
        del timeout
        self.at.append(asyncio.get_running_loop().time())
        self.asked.append(request)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(step if isinstance(step, float) else 1.0)
        finally:
            self.under_way -= 1
        if isinstance(step, Exception):
            raise step
        return YES if isinstance(step, float) else step

    async def close(self) -> None:
        self.script = []


def fail(kind: str, **more: Any) -> CallFailed:
    return CallFailed(Failure(kind, f"it was {kind}"), **more)


def client(
    script: Sequence[Step],
    *,
    run: RunPlan | None = None,
    budget: float | None = None,
    **more: Any,
) -> tuple[Client, FakeWire]:
    wire = FakeWire(list(script))
    run = run or RunPlan(connections=4, attempts=3, timeout=30)
    terms = Terms(
        run=run,
        prices=PriceTable({"a/b": Price(input=1, output=2)}),
        budget=Budget(budget),
        limiter=Limiter(run.connections),
        chance=random.Random(1),  # noqa: S311 - jitter
        **more,
    )
    return Client(wire, terms), wire


def test_a_client_is_a_model() -> None:
    model: ChatModel = client([YES])[0]
    assert (model.name, model.version, repr(model)) == ("a/b", "v", "Client('a/b')")


def test_a_reply_with_its_one_attempt(jump: Jump[Call]) -> None:
    seen: list[tuple[str, Attempt]] = []
    model, wire = client([YES], observe=lambda name, attempt: seen.append((name, attempt)))
    call = jump(model.ask(ASK))
    assert call.reply == YES
    (attempt,) = call.attempts
    assert (attempt.status, attempt.usage, attempt.cost) == ("ok", YES.usage, COST)
    assert seen == [("a/b", attempt)]
    assert model.terms.budget.spent == COST
    assert wire.asked == [ASK]


@pytest.mark.parametrize("finish", ["length", "refused"])
def test_a_reply_that_was_cut_or_refused_is_a_reply(finish: Any, jump: Jump[Call]) -> None:
    reply = ModelReply(text="", finish=finish, usage=Usage(5, 5))
    model, wire = client([reply])
    assert jump(model.ask(ASK)).reply == reply
    assert len(wire.at) == 1


@pytest.mark.parametrize(
    "kind", ["timeout", "rate_limited", "server_error", "connection", "malformed_response"]
)
def test_what_may_pass_is_tried_again(kind: str, jump: Jump[Call]) -> None:
    model, wire = client([fail(kind), fail(kind), YES])
    call = jump(model.ask(ASK))
    assert call.reply == YES
    assert [attempt.status for attempt in call.attempts] == [kind, kind, "ok"]
    assert call.attempts[0].message == f"it was {kind}"
    waits = [b - a - 1 for a, b in zip(wire.at, wire.at[1:], strict=False)]
    assert 0 <= waits[0] <= 0.5
    assert 0 <= waits[1] <= 1.0


def test_after_the_last_try_the_call_has_failed(jump: Jump[Call]) -> None:
    model, wire = client([fail("server_error")])
    call = jump(model.ask(ASK))
    assert call.failure == Failure("server_error", "it was server_error")
    assert len(call.attempts) == len(wire.at) == 3
    assert call.cost == 0


@pytest.mark.parametrize("kind", ["authentication", "not_found", "bad_request", "refused"])
def test_what_will_not_pass_is_not_tried_again(kind: str, jump: Jump[Call]) -> None:
    model, wire = client([fail(kind)])
    call = jump(model.ask(ASK))
    assert call.failure is not None
    assert call.failure.kind == kind
    assert len(wire.at) == 1


def test_a_provider_that_is_out_of_money_is_not_asked_again(jump: Jump[Call]) -> None:
    model, wire = client([fail("rate_limited", again=False)])
    call = jump(model.ask(ASK))
    assert call.failure is not None
    assert len(wire.at) == 1
    assert model.terms.limiter.window == 4


def test_a_lesson_is_no_try_and_costs_no_time(jump: Jump[Call]) -> None:
    lesson = fail("bad_request", again=True, retry_after=0.0)
    model, wire = client([lesson, lesson, YES], run=RunPlan(attempts=1))
    call = jump(model.ask(ASK))
    assert call.reply == YES
    assert wire.at == [0, 1, 2]
    endless, wire = client([lesson], run=RunPlan(attempts=2))
    assert jump(endless.ask(ASK)).failure is not None
    assert len(wire.at) < 12


def test_retry_after_holds_the_whole_provider(jump: Jump[Any]) -> None:
    model, wire = client([fail("rate_limited", retry_after=20.0), 0.5, 0.5, 0.5, YES])

    async def main() -> list[Call]:
        first = asyncio.create_task(model.ask(ASK))
        await asyncio.sleep(1.5)
        return [*await asyncio.gather(model.ask(ASK), model.ask(ASK)), await first]

    assert all(call.reply for call in jump(main()))
    assert wire.at[1:3] == [21.0, 21.0]
    assert 21 <= wire.at[3] <= 21.5
    assert model.terms.limiter.window < 4


def test_a_provider_that_says_tomorrow_is_asked_after_five_minutes(jump: Jump[Call]) -> None:
    model, wire = client([fail("rate_limited", retry_after=86_400.0), YES])
    assert jump(model.ask(ASK)).reply == YES
    assert 301 <= wire.at[1] <= 302


def test_the_same_seed_waits_the_same(jump: Jump[Call]) -> None:
    found = []
    for _ in range(2):
        model, wire = client([fail("timeout"), fail("timeout"), YES])
        jump(model.ask(ASK))
        found.append(wire.at)
    assert found[0] == found[1]


def test_a_wire_that_keeps_no_time_is_stopped(jump: Jump[Call]) -> None:
    model, wire = client([1000.0], run=RunPlan(attempts=1, timeout=30))
    call = jump(model.ask(ASK))
    assert call.failure == Failure("timeout", "no answer within 30 seconds")
    assert wire.under_way == 0


def test_usage_of_a_failed_attempt_is_paid(jump: Jump[Call]) -> None:
    model, _ = client([fail("malformed_response", usage=Usage(100, 10)), YES])
    call = jump(model.ask(ASK))
    assert call.cost == COST + COST
    assert model.terms.budget.spent == COST * 2
    assert call.usage == Usage(200, 20)


def test_no_more_at_once_than_connections(jump: Jump[Any]) -> None:
    model, wire = client([YES])

    async def main() -> None:
        await asyncio.gather(*(model.ask(ASK) for _ in range(20)))

    jump(main())
    assert wire.most == 4
    assert wire.at[-1] == 4.0


def bound(model: Client) -> float:
    found = model._bound(ASK)
    assert found is not None
    return found


def test_the_budget_stops_before_the_call_that_might_cross_it(jump: Jump[Any]) -> None:
    model, wire = client([YES], budget=0.002)
    one = bound(model)
    assert one > COST

    async def main() -> list[Call | BaseException]:
        return await asyncio.gather(*(model.ask(ASK) for _ in range(60)), return_exceptions=True)

    came = jump(main())
    refused = [one for one in came if isinstance(one, BudgetExhausted)]
    assert len(refused) + len(wire.at) == 60
    assert model.terms.budget.spent == pytest.approx(COST * len(wire.at))
    assert 0.002 - one < model.terms.budget.spent <= 0.002
    assert "a call of a/b may cost up to" in str(refused[0])


def test_money_that_ends_between_tries_keeps_what_was_tried(jump: Jump[Call]) -> None:
    probe, _ = client([YES], budget=1.0)
    model, wire = client([fail("timeout"), YES], budget=1.5 * bound(probe))
    call = jump(model.ask(ASK))
    assert call.failure is not None
    assert call.failure.kind == "timeout"
    assert "not tried again" in call.failure.message
    assert len(call.attempts) == len(wire.at) == 1
    assert model.terms.budget.held == bound(model)


def test_a_model_without_a_price_is_not_asked_within_a_budget(jump: Jump[Call]) -> None:
    model, wire = client([YES], budget=1.0)
    wire.name = "no/price"
    with pytest.raises(BudgetExhausted, match="nobody knows what a call of no/price may cost"):
        jump(model.ask(ASK))
    assert wire.at == []
    assert model.terms.limiter.under_way == 0


def test_the_bound_counts_bytes_and_the_schema(jump: Jump[Call]) -> None:
    del jump
    model, _ = client([YES], budget=1.0)
    wide = ModelRequest(messages=(Message("user", "é🙂" * 100),), parameters={"max_tokens": 0})
    found = model._bound(wide)
    assert found is not None
    assert found >= 600 / 1e6
    schema = {"type": "object", "title": "x" * 1000}
    more = model._bound(
        ModelRequest(messages=wide.messages, parameters=wide.parameters, schema=schema)
    )
    assert more is not None
    assert more >= found + 1000 / 1e6
    three = model._bound(ModelRequest(messages=ASK.messages, parameters={**ASK.parameters, "n": 3}))
    assert three == pytest.approx(bound(model) + 2 * 100 * 2 / 1e6)


@pytest.mark.parametrize("after", [0.0, 0.5, 1.2, 3.0])
def test_cancelling_leaves_limiter_and_budget_consistent(after: float, jump: Jump[Any]) -> None:
    model, wire = client([fail("server_error"), 10.0, YES], budget=1.0)

    async def main() -> None:
        tasks = [asyncio.create_task(model.ask(ASK)) for _ in range(9)]
        await asyncio.sleep(after)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    jump(main())
    assert (model.terms.limiter.under_way, model.terms.limiter.waiting) == (0, 0)
    assert model.terms.budget.reserved == 0
    assert wire.under_way == 0


def test_a_broken_wire_leaves_limiter_and_budget_consistent(jump: Jump[Call]) -> None:
    model, _ = client([RuntimeError("a fault of ours")], budget=1.0)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        jump(model.ask(ASK))
    assert model.terms.limiter.under_way == 0
    assert model.terms.budget.reserved == 0


def test_messages_are_redacted_before_they_go_out(jump: Jump[Call]) -> None:
    redact: Callable[[str], str] = lambda text: text.replace("a@b.example", "[email 1]")  # noqa: E731 - a column of the test
    model, wire = client([YES], redact=redact)
    jump(model.ask(ModelRequest(messages=(Message("user", "I am a@b.example"),), key="k")))
    assert wire.asked[0].messages == (Message("user", "I am [email 1]"),)
    assert wire.asked[0].key == "k"


def test_a_providers_words_are_cleaned_and_cut(jump: Jump[Call]) -> None:
    failure = Failure("authentication", "401: bad key sk-secret " + "x" * 1000)
    model, _ = client([CallFailed(failure)], hide=lambda text: text.replace("sk-secret", "***"))
    call = jump(model.ask(ASK))
    assert call.failure is not None
    assert call.failure.message.startswith("401: bad key *** x")
    assert len(call.failure.message) == 300
    assert call.attempts[0].message == call.failure.message
