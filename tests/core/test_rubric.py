"""Dimensions refuse what cannot be judged; weights are shares."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.rubric import Dimension, RaterSpec, Rubric
from measurand.core.scale import UNIT, YES_NO

SEVEN = Rubric(
    Dimension("accuracy", weight=30),
    Dimension("relevance", weight=20),
    Dimension("completeness", weight=15),
    Dimension("format", weight=10),
    Dimension("tone", weight=10),
    Dimension("conciseness", weight=5),
    Dimension("safety", weight=10, scale=YES_NO, blocking=True),
)


@pytest.mark.parametrize("weight", [-1, math.nan, math.inf])
def test_a_weight_is_a_number_of_zero_or_more(weight: float) -> None:
    with pytest.raises(ValueError, match="a weight is a number of 0 or more"):
        Dimension("tone", weight=weight)


def test_a_dimension_needs_a_name() -> None:
    with pytest.raises(ValueError, match="needs a name"):
        Dimension("  ")


def test_a_graded_dimension_says_which_ratings_block() -> None:
    with pytest.raises(ValueError, match="'tone' blocks on a graded scale"):
        Dimension("tone", blocking=True)
    tone = Dimension("tone", blocking=True, block_below=2)
    assert [tone.blocks(value) for value in (1, 1.9, 2, 5)] == [True, True, False, False]


def test_yes_no_blocks_on_no() -> None:
    safety = SEVEN.dimension("safety")
    assert [safety.blocks(value) for value in (0.0, 1.0, "no")] == [True, False, False]
    assert not Dimension("safety", scale=YES_NO).blocks(0.0)


def test_the_parts_of_a_rubric() -> None:
    part = SEVEN["tone", "format"]
    assert [dimension.name for dimension in part] == ["tone", "format"]
    assert [dimension.name for dimension in SEVEN["tone"]] == ["tone"]
    assert ("tone" in SEVEN, "taste" in SEVEN, len(SEVEN)) == (True, False, 7)
    with pytest.raises(KeyError, match="no dimension 'taste'; there are: accuracy, relevance"):
        SEVEN.dimension("taste")


def test_two_dimensions_have_two_names() -> None:
    with pytest.raises(ValueError, match="two dimensions are called tone"):
        Rubric(Dimension("tone"), Dimension("tone"))


def test_weights_are_renormalised_over_what_was_rated() -> None:
    assert SEVEN.weights()["accuracy"] == pytest.approx(0.30)
    assert SEVEN.weights(frozenset({"accuracy", "safety"})) == pytest.approx(
        {"accuracy": 0.75, "safety": 0.25}
    )
    assert Rubric(Dimension("a"), Dimension("b")).weights() == {"a": 0.5, "b": 0.5}
    assert SEVEN.weights(frozenset()) == {}


@given(
    weights=st.lists(st.floats(0, 1000), min_size=1, max_size=6),
    rated=st.frozensets(st.integers(0, 5).map(str)),
)
def test_weights_sum_to_one(weights: list[float], rated: frozenset[str]) -> None:
    rubric = Rubric(*(Dimension(str(at), weight=weight) for at, weight in enumerate(weights)))
    shares = rubric.weights(rated)
    assert set(shares) == rated & {dimension.name for dimension in rubric}
    assert not shares or sum(shares.values()) == pytest.approx(1)


def test_advice_is_about_what_is_unusual() -> None:
    assert SEVEN.advice() == ()
    rubric = Rubric(Dimension("accuracy", weight=60), Dimension("wit", weight=30))
    assert rubric.advice() == (
        "the weights sum to 90, not to 100; they are renormalised",
        "accuracy weighs 60 %; common advice is 25-40 %",
    )


def test_a_changed_question_has_another_fingerprint() -> None:
    tone = Dimension("tone", "Friendly.", 10, raters=(RaterSpec("judge"),))
    same = [Dimension("tone", "Friendly.", 20), Dimension("tone", "Friendly.")]
    assert {dimension.fingerprint for dimension in same} == {tone.fingerprint}
    changed = [
        Dimension("voice", "Friendly."),
        Dimension("tone", "Plain."),
        Dimension("tone", "Friendly.", scale=UNIT),
        Dimension("tone", "Friendly.", levels={"5": "Warm"}),
    ]
    assert len({dimension.fingerprint for dimension in (tone, *changed)}) == 5


def test_a_changed_weight_is_another_rubric() -> None:
    names = {
        rubric.fingerprint
        for rubric in (
            Rubric(Dimension("a", weight=1)),
            Rubric(Dimension("a", weight=2)),
            Rubric(Dimension("a", weight=1), Dimension("b")),
        )
    }
    assert len(names) == 3


def test_a_rater_reads_as_the_plan_wrote_it() -> None:
    assert str(RaterSpec("judge")) == "judge"
    assert str(RaterSpec("check.json_schema", "a.json")) == "check.json_schema: a.json"
