import pytest

from measurand.analysis.account import ModelAccount, RunAccount, is_pinned


@pytest.mark.parametrize(
    "model",
    [
        "openai/gpt-4o-2024-08-06",
        "anthropic/claude-opus-4-20250514",
        "openai/gpt-4-0613",
        "google/gemini-1.5-pro-002",
        "bedrock/anthropic.claude-3-5-sonnet-20241022-v2:0",
    ],
)
def test_a_name_with_a_snapshot_is_pinned(model: str) -> None:
    assert is_pinned(model)


@pytest.mark.parametrize(
    "model",
    [
        "openai/gpt-4o",
        "openai/gpt-4o-mini",
        "anthropic/claude-opus-4",
        "anthropic/claude-sonnet-4-5",
        "google/gemini-2.5-pro",
        "ollama/llama3:70b",
        "20250514/alias",
    ],
)
def test_an_alias_is_not(model: str) -> None:
    assert not is_pinned(model)


def test_a_cost_that_is_not_known_of_one_call_is_not_known() -> None:
    known = ModelAccount(name="j", part="judge", model="openai/gpt-4o", calls=3, cost=1.0)
    partly = ModelAccount(name="k", part="judge", model="x/y", calls=3, cost=0.5, unpriced=1)
    run = RunAccount(models=(known, partly))
    assert (known.known_cost, partly.known_cost) == (1.0, None)
    assert (run.cost, run.unpriced) == (1.5, 1)


def test_a_system_that_is_no_model_cannot_be_unpinned() -> None:
    assert not ModelAccount(name="bot", part="system").unpinned
    assert ModelAccount(name="s", part="system", model="openai/gpt-4o").unpinned
