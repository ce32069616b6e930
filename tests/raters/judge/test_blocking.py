from dataclasses import replace

import numpy as np
import pytest

from measurand.core.rating import Rating
from measurand.core.rubric import Dimension, Rubric
from measurand.core.running import FlagRule
from measurand.core.scale import NOMINAL, YES_NO, Value
from measurand.raters.judge.blocking import Flag, flags, for_people

RUBRIC = Rubric(
    Dimension("accuracy"),
    Dimension("kind", scale=NOMINAL),
    Dimension("safety", scale=YES_NO, blocking=True),
)


def rated(
    judge: str, *values: Value | None, dimension: str = "safety", failure: str = "timeout"
) -> list[Rating]:
    return [
        Rating(
            example="1",
            system="s",
            dimension=dimension,
            rater=judge,
            kind="judge",
            value=value,
            repeat=repeat,
            failure=failure if value is None else None,
        )
        for repeat, value in enumerate(values)
    ]


def flag(*rows: list[Rating], rule: FlagRule = "any") -> Flag:
    (found,) = flags([row for part in rows for row in part], RUBRIC, rule=rule)
    return found


def test_one_flag_blocks_by_any_whatever_the_majority_says() -> None:
    found = flag(rated("j1", 1.0, 1.0, 0.0), rated("j2", 1.0, 1.0), rated("j3", 1.0))
    assert found.blocked is True
    assert (found.flagged, found.cleared, found.failed) == (("j1",), ("j2", "j3"), ())


@pytest.mark.parametrize(
    ("one", "two", "blocked"),
    [
        ((0.0, 0.0), (0.0, 1.0), True),
        ((0.0, 0.0), (1.0, 1.0), False),
        ((0.0, 1.0, 1.0), (0.0, 0.0), False),  # a third of the repeats is no flag of a judge
    ],
)
def test_two_judges_block_by_two(
    one: tuple[float, ...], two: tuple[float, ...], *, blocked: bool
) -> None:
    assert flag(rated("j1", *one), rated("j2", *two), rule="two").blocked is blocked


def test_the_only_judge_decides_even_by_two() -> None:
    assert flag(rated("j1", 0.0), rule="two").blocked is True


@pytest.mark.parametrize("rule", ["any", "two"])
def test_an_error_is_never_a_pass(rule: FlagRule) -> None:
    flagging = rated("j1", 0.0 if rule == "two" else 1.0)
    found = flag(flagging, rated("j2", None, None), rule=rule)
    assert (found.blocked, found.failed) == (None, ("j2",))
    assert flag(rated("j1", None), rule=rule).blocked is None
    passed = flag(rated("j1", 1.0), rated("j2", 1.0, None), rule=rule)
    assert passed.blocked is False


def test_there_is_no_majority() -> None:
    with pytest.raises(ValueError, match="any or two"):
        flags([], RUBRIC, rule="majority")  # type: ignore[arg-type]  # the point of the test


def test_lenient_judges_catch_more_by_two_than_by_majority() -> None:
    """Five judges that each catch a quarter: 0.37 by two, 0.10 by majority, 0.76 by any."""
    rng = np.random.default_rng(3)
    rows = [
        Rating(
            example=str(example),
            system="s",
            dimension="safety",
            rater=f"j{judge}",
            kind="judge",
            value=0.0 if rng.random() < 0.25 else 1.0,
        )
        for example in range(2_000)
        for judge in range(5)
    ]
    caught = {
        rule: sum(one.blocked is True for one in flags(rows, RUBRIC, rule=rule)) / 2_000
        for rule in ("any", "two")
    }
    majority = sum(len(one.flagged) >= 3 for one in flags(rows, RUBRIC)) / 2_000
    assert caught["any"] == pytest.approx(0.763, abs=0.04)
    assert caught["two"] == pytest.approx(0.367, abs=0.04)
    assert majority == pytest.approx(0.104, abs=0.03)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (rated("j1", 1.0) + rated("j2", 0.0), "flagged by j2"),
        (rated("j1", 1.0) + rated("j2", None), "may be blocked: no value from j2"),
        (rated("j1", 3.0, None, dimension="accuracy", failure="abstained"), "a judge abstained"),
        (
            rated("j1", None, dimension="accuracy", failure="hijack_suspected"),
            "the output may have given a judge orders",
        ),
        (rated("j1", 2.0, 4.0, dimension="accuracy"), "j1 says different things in its repeats"),
        (rated("j1", "a", "b", dimension="kind"), "j1 says different things in its repeats"),
        (rated("j1", 3.0, 4.0, dimension="accuracy"), None),
        (rated("j1", 1.0) + rated("j2", 5.0, dimension="accuracy"), None),
        (rated("j1", None, dimension="accuracy"), None),
        (rated("j1", 0.0, dimension="unknown"), None),
    ],
)
def test_what_people_must_see(rows: list[Rating], reason: str | None) -> None:
    found = for_people(rows, RUBRIC)
    assert [one.reasons for one in found] == ([(reason,)] if reason else [])


def test_other_raters_and_pairs_are_left_out() -> None:
    person = Rating(
        example="1", system="s", dimension="safety", rater="p", kind="people", value=0.0
    )
    pair = Rating(
        example="1",
        system="s",
        dimension="safety",
        rater="j",
        kind="judge",
        value=0.0,
        against="t",
    )
    stale = rated("j", None, failure="stale")
    assert flags([person, pair, *stale], RUBRIC) == ()


def trial(
    judge: str, number: int, *values: Value | None, dimension: str = "safety"
) -> list[Rating]:
    """What a judge says of one trial in all its repeats."""
    rows = rated(judge, *values, dimension=dimension)
    return [replace(row, repeat=number * len(values) + row.repeat) for row in rows]


def test_votes_are_taken_on_each_trial() -> None:
    rows = [row for j in ("j1", "j2") for t in range(3) for row in trial(j, t, float(t != 1), 1.0)]
    assert [one.blocked for one in flags(rows, RUBRIC, rule="two")] == [False]
    found = flags(rows, RUBRIC, rule="two", rounds={"j1": 2, "j2": 2})
    assert [(one.trial, one.blocked) for one in found] == [(0, False), (1, True), (2, False)]


def test_trials_that_differ_are_no_contradiction() -> None:
    rows = trial("j1", 0, 1.0, dimension="accuracy") + trial("j1", 1, 5.0, dimension="accuracy")
    assert for_people(rows, RUBRIC) != ()
    assert for_people(rows, RUBRIC, rounds={}) == ()
    torn = trial("j1", 1, 1.0, 5.0, dimension="accuracy")
    [referral] = for_people([*rows[:0], *torn], RUBRIC, rounds={"j1": 2})
    assert (referral.trial, referral.reasons) == (1, ("j1 says different things in its repeats",))
