from __future__ import annotations

import json

import numpy as np
import pytest

from measurand.analysis.forecast import Observed, Work, forecast
from measurand.core.running import Price

PRICE = Price(input=3.0, output=15.0)


def calls(n: int, seed: int, *, priced: bool = True) -> list[Observed]:
    """Calls of a model with about four characters to a token and answers of 60 to 140."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n):
        characters = int(rng.lognormal(8, 0.5)) + 1
        going_in = round(characters / 4 * rng.uniform(0.9, 1.1)) + 20
        coming_out = int(rng.integers(60, 140))
        cost = (3 * going_in + 15 * coming_out) / 1e6
        found.append(
            Observed(
                characters=characters,
                input_tokens=going_in,
                output_tokens=coming_out,
                seconds=0.5,
                cost=cost if priced else None,
            )
        )
    return found


def work(observed: list[Observed], ahead: list[Observed], **others: object) -> Work:
    known: dict[str, object] = {"name": "judge", "part": "judge", "model": "openai/gpt-x"}
    return Work(
        characters=[one.characters for one in ahead],
        observed=observed,
        **(known | others),  # type: ignore[arg-type] # a mapping has one type for all its values
    )


@pytest.mark.parametrize("price", [PRICE, None])
def test_it_foretells_within_ten_percent_and_its_range_holds(price: Price | None) -> None:
    near = held = 0
    for seed in range(100):
        everything = calls(1020, seed)
        pilot, ahead = everything[:20], everything[20:]
        found = forecast([work(pilot, ahead, price=price)])
        truth = sum(one.cost or 0.0 for one in ahead)
        assert found.cost.value is not None
        assert found.cost.low is not None
        assert found.cost.high is not None
        near += abs(found.cost.value / truth - 1) < 0.10
        held += found.cost.low <= truth <= found.cost.high
    assert near >= 97
    assert 90 <= held <= 100


def test_an_unlike_pilot_does_not_mislead_where_lengths_are_known() -> None:
    everything = sorted(calls(1020, 3), key=lambda one: one.characters)
    pilot, ahead = everything[:20], everything[20:]
    found = forecast([work(pilot, ahead)])
    truth = sum(one.input_tokens for one in ahead)
    assert found.lines[0].input_tokens.value == pytest.approx(truth, rel=0.10)
    by_mean = sum(one.input_tokens for one in pilot) / 20 * len(ahead)
    assert by_mean < truth / 2


def test_an_unknown_price_is_no_money_and_never_zero() -> None:
    dear, unknown = calls(30, 1), calls(30, 2, priced=False)
    found = forecast(
        [
            work(dear, dear, name="a"),
            work(unknown, unknown, name="b", model="local/llama"),
        ]
    )
    assert not found.cost.present
    assert found.cost.reason == "the price of local/llama is not known"
    assert found.unknown == ("b",)
    assert found.known_cost.value == found.lines[0].cost.value
    assert found.lines[1].input_tokens.present
    assert forecast([work(unknown, unknown)]).known_cost.reason == "no cost is known"


def test_without_calls_it_says_that_it_assumes() -> None:
    ahead = calls(100, 1)
    found = forecast([work([], ahead, max_tokens=200, price=PRICE)])
    [line] = found.lines
    whole = sum(one.characters for one in ahead)
    assert not line.measured
    assert (line.input_tokens.low, line.input_tokens.high) == (whole / 5, whole / 2.5)
    assert line.output_tokens.high == 100 * 200
    assert "assumed" in found.cost.method
    truth = sum(one.cost or 0.0 for one in ahead)
    assert found.cost.low is not None
    assert found.cost.high is not None
    assert found.cost.low <= truth <= found.cost.high
    assert found.cost.high == pytest.approx((3 * whole / 2.5 + 15 * 100 * 200) / 1e6)
    few = forecast([work(ahead[:4], ahead, max_tokens=200, price=PRICE)])
    assert few.cost == found.cost


def test_answers_without_a_limit_have_no_price_beforehand() -> None:
    found = forecast([work([], calls(3, 1), price=PRICE)])
    assert found.cost.reason == "nothing limits the answers of judge (max_tokens)"


def test_a_function_that_does_not_say_what_it_calls() -> None:
    found = forecast([work([], calls(3, 1), name="bot", part="system", model=None)])
    assert found.cost.reason == "bot does not say what a call costs"
    assert not found.lines[0].input_tokens.present
    assert found.calls == 3


def test_what_is_done_costs_nothing_more() -> None:
    found = forecast([work([], [], model=None)], spent=3.0, budget=3.0)
    assert (found.calls, found.cost.value, found.over_budget) == (0, 0.0, False)


def test_the_budget() -> None:
    ahead = calls(100, 1)
    one = work(ahead, ahead)
    high = forecast([one]).cost.high or 0.0
    assert forecast([one], budget=high + 0.01).over_budget is False
    assert forecast([one], budget=high - 0.01).over_budget is True
    assert forecast([one], spent=0.1, budget=high + 0.01).over_budget is True
    blind = work([], ahead, name="x", model=None)
    assert forecast([one, blind], budget=100.0).over_budget is None


def test_it_goes_through_json() -> None:
    ahead = calls(30, 1)
    document = forecast([work(ahead, ahead), work([], ahead, name="x", model=None)]).to_json()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["lines"][1]["cost"]["value"] is None
    assert document["calls"] == 60
