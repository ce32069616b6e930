"""Calls under way, in a time that jumps."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from measurand.models.limits import Limiter

if TYPE_CHECKING:
    from tests.models.conftest import Jump


async def call(limiter: Limiter, seconds: float = 1.0, *, tokens: int = 0) -> float:
    """Make a call; when it started."""
    leave = await limiter.acquire(tokens)
    started = asyncio.get_running_loop().time()
    await asyncio.sleep(seconds)
    limiter.release(leave, good=True, tokens=tokens)
    return started


async def starts(limiter: Limiter, count: int, **more: Any) -> list[float]:
    return await asyncio.gather(*(call(limiter, **more) for _ in range(count)))


def test_no_more_calls_at_once_than_connections_first_come_first_served(jump: Jump[Any]) -> None:
    found = jump(starts(Limiter(3), 10))
    assert found == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3]


def test_too_many_cuts_once_a_round_trip_and_successes_win_it_back(jump: Jump[Any]) -> None:
    async def main() -> tuple[list[int], int]:
        limiter = Limiter(10)
        leaves = [await limiter.acquire() for _ in range(10)]
        await asyncio.sleep(1)
        windows = [limiter.window]
        for leave in leaves[:5]:
            limiter.too_many(leave)
            limiter.release(leave)
            windows.append(limiter.window)
        await asyncio.sleep(0.5)
        for leave in leaves[5:]:
            limiter.release(leave, good=True)
        windows.append(limiter.window)
        await starts(limiter, 8)
        windows.append(limiter.window)
        await starts(limiter, 100)
        windows.append(limiter.window)
        return windows, limiter.under_way

    windows, under_way = jump(main())
    assert windows == [10, 7, 7, 7, 7, 7, 7, 8, 10]
    assert under_way == 0


def test_one_call_may_always_go(jump: Jump[Any]) -> None:
    async def main() -> int:
        limiter = Limiter(2)
        for _ in range(20):
            leave = await limiter.acquire()
            await asyncio.sleep(1)
            limiter.too_many(leave)
            limiter.release(leave)
        return limiter.window

    assert jump(main()) == 1


def test_a_pause_holds_all_and_the_longest_counts(jump: Jump[Any]) -> None:
    async def main() -> list[float]:
        limiter = Limiter(2)
        leave = await limiter.acquire()
        limiter.pause(5)
        limiter.pause(2)
        limiter.release(leave)
        return await starts(limiter, 3)

    assert jump(main()) == [5, 5, 6]


def test_requests_a_minute(jump: Jump[Any]) -> None:
    limiter = Limiter(100, requests_per_minute=120)
    found = jump(starts(limiter, 241, seconds=0.1))
    assert found[-1] == 119.5
    assert all(sum(at <= start < at + 60 for start in found) <= 122 for at in found)
    assert max(b - a for a, b in pairwise(found)) < 0.51


def test_tokens_a_minute_are_corrected_by_what_is_told(jump: Jump[Any]) -> None:
    async def main(told: int) -> float:
        limiter = Limiter(1, tokens_per_minute=6000)
        loop = asyncio.get_running_loop()
        for _ in range(20):
            leave = await limiter.acquire(100)
            await asyncio.sleep(0.01)
            limiter.release(leave, good=True, tokens=told)
        return loop.time()

    assert 17.9 < jump(main(100)) < 20
    assert 8.4 < jump(main(50)) < 10.5
    assert 37 < jump(main(200)) < 40


def test_the_mean_answer_is_counted_in_beforehand(jump: Jump[Any]) -> None:
    async def main() -> int:
        limiter = Limiter(1, tokens_per_minute=60_000_000)
        for _ in range(100):
            leave = await limiter.acquire(10)
            limiter.release(leave, good=True, tokens=60, answer=50)
        return (await limiter.acquire(10)).tokens

    assert jump(main()) == 59


def test_a_hint_spreads_calls_before_the_provider_has_to_refuse(jump: Jump[Any]) -> None:
    async def main() -> list[float]:
        limiter = Limiter(1)
        leave = await limiter.acquire()
        limiter.hear({"x-ratelimit-remaining-requests": "7"})
        limiter.hear({})
        limiter.hear(
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "60s",
                "x-ratelimit-limit-requests": "10",
            }
        )
        limiter.release(leave)
        return await starts(limiter, 1)

    assert jump(main()) == [6]


def test_a_cancelled_call_leaves_its_place(jump: Jump[Any]) -> None:
    async def main() -> tuple[list[float], int, int]:
        limiter = Limiter(1)
        first = asyncio.create_task(call(limiter))
        await asyncio.sleep(0)
        doomed = [asyncio.create_task(call(limiter)) for _ in range(5)]
        last = asyncio.create_task(call(limiter))
        await asyncio.sleep(0.5)
        for task in doomed:
            task.cancel()
        found = [await first, await last]
        return found, limiter.under_way, limiter.waiting

    assert jump(main()) == ([0, 1], 0, 0)


def test_leave_that_comes_together_with_the_cancellation_is_given_back(jump: Jump[Any]) -> None:
    async def main() -> tuple[float, int]:
        limiter = Limiter(1)
        leave = await limiter.acquire()
        doomed = asyncio.create_task(limiter.acquire())
        next_one = asyncio.create_task(call(limiter))
        await asyncio.sleep(1)
        limiter.release(leave)  # grants to the doomed one, which has not yet gone on
        doomed.cancel()
        return await next_one, limiter.under_way

    assert jump(main()) == (1, 0)


def test_releasing_twice_counts_once(jump: Jump[Any]) -> None:
    async def main() -> int:
        limiter = Limiter(2)
        leave = await limiter.acquire()
        limiter.release(leave)
        limiter.release(leave)
        return limiter.under_way

    assert jump(main()) == 0


@settings(max_examples=50)
@given(
    connections=st.integers(1, 5),
    plans=st.lists(
        st.tuples(st.integers(0, 5), st.integers(1, 4), st.sampled_from(["good", "429", "stop"])),
        max_size=25,
    ),
)
def test_whatever_happens_all_calls_end_and_none_is_lost(
    connections: int, plans: list[tuple[int, int, str]]
) -> None:
    most = 0

    async def one(limiter: Limiter, begin: int, seconds: int, end: str) -> None:
        nonlocal most
        await asyncio.sleep(begin / 1000)
        leave = await limiter.acquire(5)
        most = max(most, limiter.under_way)
        try:
            await asyncio.sleep(seconds / 1000)
            if end == "429":
                limiter.too_many(leave)
        finally:
            limiter.release(leave, good=end == "good")

    async def main() -> None:
        limiter = Limiter(connections)
        tasks = [asyncio.create_task(one(limiter, *plan)) for plan in plans]
        await asyncio.sleep(0.003)
        for task, plan in zip(tasks, plans, strict=True):
            if plan[2] == "stop":
                task.cancel()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
        assert (limiter.under_way, limiter.waiting) == (0, 0)

    asyncio.run(main())
    assert most <= connections
