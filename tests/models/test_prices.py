"""What tokens cost, against the table's own arithmetic and by hand."""

import math
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from genai_prices import Usage as TableUsage
from genai_prices import calc_price
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.output import Usage
from measurand.core.running import Price
from measurand.models.prices import PriceTable

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
TABLE = PriceTable(at=AT)
MODELS = (
    "openai/gpt-4o-mini",
    "openai/o3",
    "anthropic/claude-opus-4-5",
    "google/gemini-2.5-pro",
    "gemini/gemini-2.5-flash",
    "groq/llama-3.1-8b-instant",
    "xai/grok-3",
)
IDS = {"gemini": "google", "xai": "x-ai"}


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    size = draw(st.integers(0, 500_000))
    cached = draw(st.integers(0, size))
    written = draw(st.integers(0, size - cached))
    return Usage(size, draw(st.integers(0, 50_000)), cached, written)


@pytest.mark.parametrize("model", MODELS)
@given(usage=usages())
def test_a_cost_is_that_of_the_table(model: str, usage: Usage) -> None:
    provider, _, name = model.partition("/")
    expected = calc_price(
        TableUsage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cached_tokens,
            cache_write_tokens=usage.written_tokens,
        ),
        name,
        provider_id=IDS.get(provider, provider),
        genai_request_timestamp=AT,
    )
    assert TABLE.cost(model, usage) == float(expected.total_price)


def test_by_hand() -> None:
    table = PriceTable({"my/model": Price(input=3, output=15, cached=0.3, written=3.75)})
    usage = Usage(1000, 200, cached_tokens=600, written_tokens=100)
    cents = 300 * 3 + 600 * 0.3 + 100 * 3.75 + 200 * 15
    assert table.cost("my/model", usage) == pytest.approx(cents / 1e6, rel=1e-15)
    assert table.price("my/model") == Price(input=3, output=15, cached=0.3, written=3.75)
    plain = PriceTable({"my/model": Price(input=3, output=15)})
    assert plain.cost("my/model", usage) == (1000 * 3 + 200 * 15) / 1e6


def test_the_plans_price_goes_first_and_may_be_nothing() -> None:
    table = PriceTable({"openai/gpt-4o-mini": Price(input=0, output=0)})
    assert table.cost("openai/gpt-4o-mini", Usage(10, 10), "gpt-4o-mini-2024-07-18") == 0.0


@pytest.mark.parametrize(
    "model", ["openai/none-such", "sim/x", "mine/gpt-4o-mini", "vllm/gpt-4o", "gpt-4o"]
)
def test_unknown_is_none_and_never_zero(model: str) -> None:
    assert TABLE.price(model) is None
    assert TABLE.cost(model, Usage(1000, 1000)) is None
    assert TABLE.bound(model, 1000, 10) is None


def test_usage_that_nobody_told_costs_nobody_knows_what() -> None:
    assert TABLE.cost("openai/gpt-4o-mini", None) is None


def test_the_snapshot_that_answered_decides() -> None:
    usage = Usage(1000, 1000)
    assert TABLE.cost("azure/our-deployment", usage) is None
    expected = TABLE.cost("azure/gpt-4o", usage)
    assert expected is not None
    assert TABLE.cost("azure/our-deployment", usage, "gpt-4o-2024-08-06") == expected
    assert TABLE.cost("openai/gpt-4o-mini", usage, "unheard-of") == TABLE.cost(
        "openai/gpt-4o-mini", usage
    )


def test_the_dearest_hour_counts() -> None:
    found = TABLE.price("deepseek/deepseek-chat")
    assert found is not None
    hours = [
        calc_price(
            TableUsage(output_tokens=1_000_000),
            "deepseek-chat",
            provider_id="deepseek",
            genai_request_timestamp=AT.replace(hour=hour),
        ).total_price
        for hour in range(24)
    ]
    assert found.output == float(max(hours))


@pytest.mark.parametrize("model", MODELS)
@given(usage=usages())
def test_no_call_costs_more_than_its_bound(model: str, usage: Usage) -> None:
    cost = TABLE.cost(model, usage)
    bound = TABLE.bound(model, usage.input_tokens, usage.output_tokens)
    assert cost is not None
    assert bound is not None
    assert cost <= bound


def test_without_a_limit_an_answer_may_fill_the_window() -> None:
    free = TABLE.bound("openai/gpt-4o-mini", 1000, None)
    assert free is not None
    assert free == TABLE.bound("openai/gpt-4o-mini", 1000, 128_000)
    assert PriceTable({"a/b": Price(input=1, output=1)}).bound("a/b", 1000, None) is None


def test_more_cached_than_came_in_is_no_gain() -> None:
    assert (TABLE.cost("openai/gpt-4o-mini", Usage(10, 0, cached_tokens=10**6)) or 0) > 0


def test_the_same_usage_costs_the_same_in_any_order() -> None:
    usages = [Usage(n, 7 * n) for n in range(1, 200)]
    costs = [TABLE.cost("openai/gpt-4o-mini", usage) for usage in usages]
    again = [PriceTable(at=AT).cost("openai/gpt-4o-mini", usage) for usage in reversed(usages)]
    assert costs == again[::-1]
    known = [cost for cost in costs if cost is not None]
    assert math.fsum(known) == math.fsum(reversed(known))


def test_the_table_is_dated_and_read_from_disk_alone() -> None:
    code = (
        "import socket\n"
        "def no(*a, **k): raise AssertionError('the network')\n"
        "socket.socket.connect = socket.getaddrinfo = no\n"
        "import sys\n"
        "from measurand.models.prices import PriceTable\n"
        "table = PriceTable()\n"
        "assert 'genai_prices' not in sys.modules\n"
        "assert table.price('openai/gpt-4o-mini')\n"
        "import threading; assert threading.active_count() == 1\n"
        "print(table.source, table.date)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    package, version, day = done.stdout.split()
    assert package == "genai-prices"
    assert version[0].isdigit()
    assert datetime.fromisoformat(day).year >= 2026
