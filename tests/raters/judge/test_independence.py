import pytest

from measurand.core.running import JudgeModel
from measurand.core.system import System
from measurand.errors import PlanError
from measurand.raters.judge.independence import check_independence

GPT = JudgeModel("openai/gpt-4o")
CLAUDE = JudgeModel("anthropic/claude-opus-4")


def test_judges_of_other_families_are_independent() -> None:
    found = check_independence([GPT, CLAUDE], [System("new", "google/gemini-2.5-pro")])
    assert found.notes == ()


def test_every_judge_of_a_compared_family_is_an_error() -> None:
    systems = [System("new", "openai/gpt-4o"), System("old", "azure/gpt-4o-mini")]
    with pytest.raises(PlanError) as caught:
        check_independence([GPT, CLAUDE], [*systems, System("other", "anthropic/claude-haiku-4")])
    problems = [fault.problem for fault in caught.value.faults]
    assert problems == [
        "the judge is the very model of system 'new'",
        "the judge is of the family of system 'old'",
        "the judge is of the family of system 'other'",
    ]
    assert "own_family: audit" in str(caught.value)


def test_an_audit_keeps_the_whole_panel_and_says_so() -> None:
    systems = [System("new", "openai/gpt-4o"), System("old", "azure/gpt-4o-mini")]
    found = check_independence([GPT], systems, own_family="audit")
    assert found.same_model == (("openai/gpt-4o", "new"),)
    assert found.same_family == (("openai/gpt-4o", "new"), ("openai/gpt-4o", "old"))
    assert found.notes == (
        "openai/gpt-4o judges its own answers as new",
        "openai/gpt-4o judges old, which is of its own family",
    )


def test_a_family_may_be_told() -> None:
    with pytest.raises(PlanError):
        check_independence([GPT], [System("bot", "python:app:answer", family="GPT")])
    with pytest.raises(PlanError):
        check_independence([JudgeModel("local/j1", family="acme")], [System("a", family="acme")])


def test_a_judge_is_itself_whatever_its_family_is_called() -> None:
    with pytest.raises(PlanError, match="the very model"):
        check_independence([JudgeModel("acme/x1")], [System("a", "acme/x1", family="other")])


@pytest.mark.parametrize(
    "target",
    [
        "python:gpt.bot:answer",
        "file:outputs/gpt-4.jsonl",
        "gpt.py:answer",
        "command:./gpt",
        "",
        "https://gpt.example/answer",
        "acme/x1",
    ],
)
def test_families_that_nobody_knows_are_reported(target: str) -> None:
    found = check_independence([GPT], [System("bot", target)])
    assert found.unknown == ("bot",)
    assert found.notes == (
        "families not known: bot; whether a judge favours its own family cannot be told",
    )
