"""A limit on money, under any order of events."""

import asyncio
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.errors import BudgetExhausted
from measurand.models.budget import Budget, Reservation

money = st.integers(0, 10**10).map(lambda billionths: billionths / 10**9)
share = st.integers(0, 10**6).map(lambda millionths: millionths / 10**6)


@given(
    limit=money,
    spent=money,
    calls=st.lists(st.tuples(money, share, st.booleans(), st.booleans()), max_size=30),
    data=st.data(),
)
def test_the_limit_is_never_crossed(
    limit: float,
    spent: float,
    calls: list[tuple[float, float, bool, bool]],
    data: st.DataObject,
) -> None:
    budget = Budget(limit, spent)
    under_way: list[tuple[Reservation, float | None, bool]] = []
    known = [spent]
    for bound, share, told, charged in calls:
        try:
            cost = bound * share if told else None
            under_way.append((budget.reserve(bound), cost, charged))
        except BudgetExhausted:
            assert budget.spent + budget.held + budget.reserved + bound > limit - 1e-9
        ends = data.draw(st.integers(-5, len(under_way) - 1))
        if ends >= 0:
            reservation, ended, maybe = under_way.pop(ends)
            budget.settle(reservation, ended, charged=maybe)
            known += [] if ended is None else [ended]
        if spent <= limit:
            assert budget.spent + budget.held + budget.reserved <= limit * (1 + 1e-12)
    for reservation, cost, charged in under_way:
        budget.settle(reservation, cost, charged=charged)
        known += [] if cost is None else [cost]
    assert budget.reserved == 0
    assert budget.spent == math.fsum(known)


def test_settling_twice_counts_once() -> None:
    budget = Budget(1.0)
    reservation = budget.reserve(0.5)
    budget.settle(reservation, 0.1, charged=True)
    budget.settle(reservation, 0.1, charged=True)
    assert (budget.spent, budget.reserved, budget.held) == (0.1, 0.0, 0.0)


def test_a_call_without_an_answer_is_held_where_it_may_have_been_charged() -> None:
    budget = Budget(1.0)
    budget.settle(budget.reserve(0.6), None, charged=True)
    assert (budget.spent, budget.held) == (0.0, 0.6)
    with pytest.raises(BudgetExhausted, match=r"\$0\.6 may have been charged"):
        budget.reserve(0.6)
    budget.settle(budget.reserve(0.3), None, charged=False)
    assert budget.held == 0.6


def test_a_refusal_says_limit_spent_and_the_next_call() -> None:
    budget = Budget(2.0, spent=1.5)
    budget.reserve(0.25)
    with pytest.raises(BudgetExhausted) as refused:
        budget.reserve(0.3, what="a call of openai/gpt-4o")
    said = str(refused.value)
    for words in ("$2.00", "$1.50", "$0.25", "a call of openai/gpt-4o may cost up to $0.3"):
        assert words in said


def test_without_a_bound_a_limit_cannot_be_kept() -> None:
    with pytest.raises(BudgetExhausted, match="nobody knows what the next call may cost"):
        Budget(5.0).reserve(None)
    free = Budget(None)
    free.settle(free.reserve(None), 7.0, charged=True)
    assert free.spent == 7.0


@pytest.mark.parametrize("wrong", [-1.0, math.inf, math.nan])
def test_a_limit_is_money(wrong: float) -> None:
    with pytest.raises(ValueError, match="US dollars"):
        Budget(wrong)
    with pytest.raises(ValueError, match="US dollars"):
        Budget(1.0, wrong)


def test_a_call_waits_for_those_that_turn_out_cheaper_than_their_bound(
    jump: Callable[[Any], Any],
) -> None:
    """Each may cost 0.2 and costs 0.1: nine fit below 1.05, and not five."""

    async def call(budget: Budget) -> None:
        reservation = await budget.room(0.2)
        await asyncio.sleep(1)
        budget.settle(reservation, 0.1, charged=True)

    async def main() -> tuple[float, int]:
        budget = Budget(1.05)
        done = await asyncio.gather(*(call(budget) for _ in range(30)), return_exceptions=True)
        refused = [one for one in done if one is not None]
        assert all(isinstance(one, BudgetExhausted) for one in refused)
        return budget.spent, len(refused)

    spent, refused = jump(main())
    assert spent == pytest.approx(0.9)
    assert refused == 21


def test_a_cancelled_wait_leaves_no_trace(jump: Callable[[Any], Any]) -> None:
    async def main() -> None:
        budget = Budget(1.0)
        first = await budget.room(0.8)
        waiting = asyncio.create_task(budget.room(0.8))
        await asyncio.sleep(1)
        waiting.cancel()
        await asyncio.sleep(1)
        budget.settle(first, 0.1, charged=True)
        assert budget.reserved == 0
        await budget.room(0.8)
        assert budget.reserved == 0.8

    jump(main())


def test_what_is_held_is_nobody_elses_until_it_is_freed() -> None:
    budget = Budget(1.0, 0.2)
    budget.hold(0.7, what="a batch of lab/judge")
    with pytest.raises(BudgetExhausted, match="a call of lab/x may cost up to"):
        asyncio.run(budget.room(0.2, what="a call of lab/x"))  # nothing under way will settle
    with pytest.raises(BudgetExhausted, match="another batch"):
        budget.hold(0.2, what="another batch")
    budget.free(0.7, 0.1)
    assert (budget.spent, budget.held) == pytest.approx((0.3, 0.0))
    budget.hold(0.7, what="another batch")
    budget.hold(5.0, what="what was asked for before", made=True)
    with pytest.raises(BudgetExhausted):
        budget.reserve(0.0)


def test_what_nobody_knows_the_bound_of_cannot_be_held() -> None:
    with pytest.raises(BudgetExhausted, match="nobody knows what a batch may cost"):
        Budget(1.0).hold(None, what="a batch")
    Budget(None).hold(None, what="a batch")
    Budget(1.0).hold(None, what="a batch", made=True)
