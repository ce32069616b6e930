"""What batches cost, against the providers' published rates."""

import pytest

from measurand.core.output import Usage
from measurand.core.running import Price
from measurand.models.batch_prices import batch_bound, batch_cost
from measurand.models.prices import PriceTable

MILLION = Usage(input_tokens=1_000_000, output_tokens=1_000_000)


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        # Batch prices for a million tokens in and a million out.
        ("anthropic/claude-sonnet-4-6", 1.5 + 7.5),
        ("openai/gpt-4o-mini", 0.075 + 0.3),
        ("google/gemini-2.5-flash", 0.15 + 1.25),
    ],
)
def test_published_batch_prices(model: str, dollars: float) -> None:
    cost, note = batch_cost(model, MILLION, "")
    assert cost == pytest.approx(dollars)
    assert note == "cost at the table's price for batches"
    live = PriceTable().cost(model, MILLION)
    assert live == pytest.approx(2 * dollars)


def test_the_snapshot_that_answered_counts_before_the_name() -> None:
    named, _ = batch_cost("openai/gpt-4o", MILLION, "gpt-4o-mini-2024-07-18")
    assert named == pytest.approx(0.375)


def test_a_cache_is_not_cheaper_where_the_table_does_not_say_so() -> None:
    # gpt-4o-mini: 0.075 US dollars a million read from the cache, in a batch as live
    cached = Usage(input_tokens=1_000_000, cached_tokens=1_000_000)
    cost, _ = batch_cost("openai/gpt-4o-mini", cached, "")
    assert cost == pytest.approx(0.075)


@pytest.mark.parametrize(
    ("model", "usage", "why"),
    [
        ("openai/nobody-knows-it", MILLION, "no price is known"),
        ("openai/o1-mini", MILLION, "no price is known"),  # a table entry without batches
        ("house/gpt-4o-mini", MILLION, "no price is known"),
        ("openai/gpt-4o-mini", None, "the provider told of no tokens"),
    ],
)
def test_what_nobody_knows_is_none(model: str, usage: Usage | None, why: str) -> None:
    cost, note = batch_cost(model, usage, "")
    assert cost is None
    assert note.startswith("cost unknown")
    assert why in note


def test_the_plans_own_price_is_halved_by_rule() -> None:
    usage = Usage(1_000_000, 1_000_000, cached_tokens=400_000, written_tokens=100_000)
    own = Price(input=4, output=20, cached=0.4, written=5)
    claude, note = batch_cost("anthropic/any", usage, "", own=own)
    assert claude == pytest.approx((0.5 * 4 + 0.4 * 0.4 + 0.1 * 5 + 20) / 2)
    assert note == "cost by rule: a batch is half the plan's price"
    gpt, _ = batch_cost("openai/any", usage, "", own=own)
    assert gpt == pytest.approx((0.5 * 4 + 20) / 2 + 0.4 * 0.4 + 0.1 * 5)
    other, note = batch_cost("house/any", usage, "", own=own)
    assert other == pytest.approx(0.5 * 4 + 0.4 * 0.4 + 0.1 * 5 + 20)
    assert note == "cost at the plan's whole price: no rule is known for batches of house"


@pytest.mark.parametrize("model", ["anthropic/claude-sonnet-4-6", "openai/gpt-4o-mini"])
@pytest.mark.parametrize("own", [None, Price(input=3, output=15, cached=0.3, written=3.75)])
def test_no_request_costs_more_than_its_bound(model: str, own: Price | None) -> None:
    bound = batch_bound(model, 2_000, 500, own=own)
    assert bound is not None
    usages = (
        Usage(2_000, 500),
        Usage(1_000, 100, cached_tokens=900),
        Usage(2_000, 500, cached_tokens=1_000, written_tokens=1_000),
        Usage(2_000, 500, written_tokens=2_000),
    )
    for usage in usages:
        cost, _ = batch_cost(model, usage, "", own=own)
        assert cost is not None
        assert cost <= bound
    live = PriceTable({} if own is None else {model: own}).bound(model, 2_000, 500)
    assert live is not None
    assert bound <= live


def test_nobody_knows_the_bound_of_a_batch_without_a_price() -> None:
    assert batch_bound("sim/judge", 2_000, 500) is None
    own = Price(input=3, output=15)
    assert batch_bound("sim/judge", 2_000, 500, own=own) == pytest.approx(0.0135)
