from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.errors import UsageError
from measurand.stats.sprt import Sprt

TEST = Sprt()


def test_twelve_right_in_a_row_qualify() -> None:
    course = TEST.follow([True] * 30)
    assert (course.decision, course.trials, course.successes) == ("qualified", 12, 12)
    assert TEST.follow([True] * 11).decision == "not yet"


def test_three_wrong_in_a_row_fail() -> None:
    course = TEST.follow([False, False, False, True])
    assert (course.decision, course.trials) == ("failed", 3)


def test_nothing_decides_nothing() -> None:
    course = TEST.follow([])
    assert (course.decision, course.trials) == ("not yet", 0)
    assert TEST.further(course) == 12


@given(st.lists(st.booleans(), max_size=40))
def test_what_is_said_to_be_missing_is_what_is_missing(trials: list[bool]) -> None:
    course = TEST.follow(trials)
    more = TEST.further(course)
    if course.decision == "not yet":
        assert TEST.follow([*trials, *[True] * more]).decision == "qualified"
        assert TEST.follow([*trials, *[True] * (more - 1)]).decision == "not yet"
    if course.decision == "qualified":
        assert more == 0


@given(st.lists(st.booleans(), max_size=40))
def test_what_comes_after_a_decision_changes_nothing(trials: list[bool]) -> None:
    course = TEST.follow(trials)
    if course.decision != "not yet":
        assert TEST.follow([*trials, False, True, False, False]) == course


def test_dependent_trials_count_for_less() -> None:
    course = TEST.follow([True] * 30, effect=2.0)
    assert (course.decision, course.trials) == ("qualified", 24)
    assert TEST.further(TEST.follow([True] * 20, effect=2.0)) == 4
    with pytest.raises(UsageError, match="design effect"):
        TEST.follow([True], effect=0.5)


def test_errors_stay_within_walds_bounds() -> None:
    for test in (TEST, Sprt(low=0.5, high=0.8, alpha=0.1, beta=0.02)):
        wrongly = test.operation(test.low).qualified
        missed = test.operation(test.high).failed
        assert wrongly <= test.alpha / (1 - test.beta)
        assert missed <= test.beta / (1 - test.alpha)
        assert wrongly + missed <= test.alpha + test.beta


def test_somebody_perfect_always_qualifies() -> None:
    found = TEST.operation(1.0)
    assert (found.qualified, found.trials) == (1.0, 12.0)
    assert TEST.operation(0.0).failed == 1.0


@pytest.mark.parametrize(
    "options",
    [
        {"low": 0.9, "high": 0.7},
        {"low": 0.7, "high": 0.7},
        {"low": 0.0},
        {"high": 1.0},
        {"alpha": 0.0},
        {"beta": 0.0},
        {"alpha": 0.6, "beta": 0.4},
        {"low": float("nan")},
    ],
)
def test_refused(options: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        Sprt(**options)


def test_an_impossible_proportion_is_refused() -> None:
    with pytest.raises(UsageError, match=r"between 0 and 1; found 1\.5"):
        TEST.operation(1.5)
    with pytest.raises(UsageError, match="at least one trial"):
        TEST.operation(0.5, most=0)
