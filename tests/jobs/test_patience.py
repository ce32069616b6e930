"""Endpoints are asked again as they say, and otherwise with patience."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from itertools import pairwise
from typing import Any

import pytest

from measurand.core.output import Failure
from measurand.jobs.patience import Patience
from measurand.systems.base import Answer
from measurand.systems.http import Retry, Tried

GOOD = Tried(Answer(text="done"))


def limited(wait: str = "", kind: str = "rate_limited") -> Tried:
    return Tried(Failure(kind, "later"), {"retry-after": wait} if wait else {})


class Clock(asyncio.SelectorEventLoop):
    """A loop whose time passes only in sleep, and at once."""

    now = 0.0

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)


def run(work: Callable[[Clock], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=Clock) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, Clock)
        runner.run(work(loop))


def patience(clock: Clock, attempts: int = 6) -> Patience:
    return Patience(attempts=attempts, chance=random.Random(1), sleep=clock.sleep)  # noqa: S311 - jitter


def giving(clock: Clock, *tried: Tried) -> tuple[Callable[[], Awaitable[Tried]], list[float]]:
    """An endpoint that says these things in turn, and when it was asked."""
    left, asked = list(tried), list[float]()

    async def once() -> Tried:
        asked.append(clock.time())
        return left.pop(0)

    return once, asked


def test_what_the_endpoint_says_is_waited_for() -> None:
    async def work(clock: Clock) -> None:
        retry: Retry = patience(clock)
        once, asked = giving(clock, limited("20"), limited("0.5", "server_error"), GOOD)
        assert await retry(once) == GOOD.outcome
        assert 20 <= asked[1] <= 21
        assert 0.5 <= asked[2] - asked[1] <= 0.6

    run(work)


def test_a_sentence_in_the_body_counts_too() -> None:
    async def work(clock: Clock) -> None:
        said = Tried(Failure("rate_limited", "429", "Please try again in 12s."))
        once, asked = giving(clock, said, GOOD)
        await patience(clock)(once)
        assert asked[1] >= 12

    run(work)


def test_nobody_waits_for_ever() -> None:
    async def work(clock: Clock) -> None:
        once, asked = giving(clock, limited("86400"), GOOD)
        await patience(clock)(once)
        assert 300 <= asked[1] <= 301

    run(work)


def test_nobody_else_asks_before_that_time() -> None:
    async def work(clock: Clock) -> None:
        retry = patience(clock, attempts=1)
        first, _ = giving(clock, limited("20"))
        assert await retry(first) == limited().outcome
        second, asked = giving(clock, GOOD)
        assert await retry(second) == GOOD.outcome
        assert asked[0] >= 20

    run(work)


@pytest.mark.parametrize("wait", ["", "0", "soon"])
def test_where_it_does_not_say_waits_grow(wait: str) -> None:
    async def work(clock: Clock) -> None:
        once, asked = giving(clock, *[limited(wait)] * 6)
        assert await patience(clock)(once) == limited().outcome
        assert len(asked) == 6
        for at, (before, after) in enumerate(pairwise(asked)):
            assert after - before <= 0.5 * 2**at

    run(work)


def test_what_will_not_pass_is_not_tried_again() -> None:
    async def work(clock: Clock) -> None:
        once, asked = giving(clock, limited("20", "bad_request"), GOOD)
        outcome = await patience(clock)(once)
        assert isinstance(outcome, Failure)
        assert asked == [0.0]

    run(work)
