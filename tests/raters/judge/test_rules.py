import dataclasses

import pytest

from measurand.core.judging import BlindTask
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import NOMINAL, YES_NO, Scale
from measurand.raters.judge.rules import no_output, says_nothing, settled

TASK = BlindTask(messages=(), output=":", dimension="d")
PAIR = dataclasses.replace(TASK, other="In Rome.", order="ab")


@pytest.mark.parametrize(
    "text",
    [
        "In Paris.",
        "42",
        "Yes",
        "<",
        "€",
        "+",
        "👍",
        "{}",
        "[]",
        "Solution: 42",
        "no",
        "x",
        "a = b",
        "The answer is 5.",
        "Thought process: it is in Paris",
        "\u6771\u4eac",
    ],
)
def test_short_answers_say_something(text: str) -> None:
    assert not says_nothing(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\u200b",
        "\u3164",
        "...",
        "Thought process:\n\nSolution:",
        "**Answer:**",
        "# Solution",
        "- :",
    ],
)
def test_openings_say_nothing(text: str) -> None:
    assert says_nothing(text)


def test_an_acceptable_answer_says_something() -> None:
    assert not says_nothing(" . ", (".",))
    assert not says_nothing("Solution", ("Problem", "Solution"))
    assert says_nothing("", ("",))


@pytest.mark.parametrize(
    ("scale", "value"),
    [
        (Scale.of("1-5"), 1.0),
        (Scale.of("0..1"), 0.0),
        (YES_NO, 0.0),
        (Scale.of("a/b"), None),
        (NOMINAL, None),
    ],
)
def test_nothing_gets_the_lowest_level_or_none(scale: Scale, value: object) -> None:
    judgment = settled(TASK, Dimension("d", scale=scale))
    assert judgment is not None
    assert judgment.measurement.value == value
    assert judgment.failure == (None if value is not None else "abstained")
    assert judgment.calls == ()
    assert "a rule, not a judge" in judgment.measurement.reason


def test_on_a_blocking_dimension_nobody_can_tell() -> None:
    blocking = Dimension("d", scale=YES_NO, blocking=True)
    for task in (TASK, PAIR):
        judgment = settled(task, blocking)
        assert judgment is not None
        assert judgment.failure == "abstained"


@pytest.mark.parametrize(
    ("output", "other", "value"),
    [(":", "In Rome.", "loss"), ("In Rome.", ":", "win"), (":", "", "tie")],
)
def test_nothing_loses_against_something(output: str, other: str, value: str) -> None:
    judgment = settled(
        dataclasses.replace(PAIR, output=output, other=other),
        Dimension("d", scale=Scale.of("win/tie/loss")),
    )
    assert judgment is not None
    assert judgment.measurement.value == value


def test_what_says_something_is_for_a_judge() -> None:
    (dimension,) = Rubric(Dimension("d"))
    assert settled(dataclasses.replace(TASK, output="In Paris."), dimension) is None
    assert settled(dataclasses.replace(PAIR, output="In Paris."), dimension) is None


def test_a_failure_is_not_judged() -> None:
    judgment = no_output("timeout: no answer in 120 s")
    assert (judgment.failure, judgment.calls) == ("no_output", ())
    assert judgment.measurement.reason == "timeout: no answer in 120 s"
