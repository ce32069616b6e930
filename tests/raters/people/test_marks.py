"""From what a person says to rows of the table: one a change, with its reason."""

from __future__ import annotations

import pytest

from measurand.core.example import Example, Message
from measurand.core.people import ADJUDICATION, Answer, Assignment, Item, Mark, Span
from measurand.core.rating import Rating
from measurand.core.rubric import Dimension
from measurand.core.scale import YES_NO
from measurand.raters.people.marks import Rated, adjudicated, faults_of, held, rows_of

TONE, SAFETY = Dimension("tone"), Dimension("safety", scale=YES_NO)
ITEM = Item(key="k", example="e1", system="s", dimensions=("tone", "safety"), probability=0.5)
EXAMPLE = Example(id="e1", messages=(Message("user", "Hi"),), cluster="c", segments=("vip", "late"))
RATED = Rated(item=ITEM, example=EXAMPLE, wage=36.0)
PLACE = Assignment(rater="ann", position=3, item="k")


def rows(answer: Answer, before: Answer | None = None, place: Assignment = PLACE) -> list[Rating]:
    return list(rows_of(RATED, place, answer, before=before or Answer()))


def test_a_value_is_a_row_with_all_that_is_known_of_the_example() -> None:
    (row,) = rows(Answer(marks={"tone": Mark(value=4.0)}, seconds=20.0, comment="fine"))
    assert row == Rating(
        example="e1",
        system="s",
        dimension="tone",
        rater="ann",
        kind="people",
        value=4.0,
        reason="fine",
        probability=0.5,
        cluster="c",
        component="core",
        segment="vip",
        seconds=10.0,
        cost=10.0 * 36.0 / 3600,
    )


def test_only_what_changed_is_a_row() -> None:
    before = Answer(marks={"tone": Mark(value=4.0), "safety": Mark(value=1.0)}, seconds=5.0)
    after = Answer(marks={"tone": Mark(value=4.0), "safety": Mark(value=0.0)}, seconds=9.0)
    assert [(row.dimension, row.value) for row in rows(after, before)] == [("safety", 0.0)]
    assert rows(before, before) == []


def test_with_the_last_word_every_row_has_its_time() -> None:
    marks = {"tone": Mark(value=4.0), "safety": Mark(cannot=True)}
    before, after = Answer(marks=marks, seconds=5.0), Answer(marks=marks, seconds=30.0, done=True)
    assert [(row.dimension, row.seconds) for row in rows(after, before)] == [
        ("tone", 15.0),
        ("safety", 15.0),
    ]
    assert rows(after, after) == []


def test_cannot_judge_and_withdrawing_are_absences_with_a_reason() -> None:
    cannot = Answer(marks={"tone": Mark(cannot=True)}, comment="in Greek")
    (row,) = rows(cannot)
    assert (row.value, row.reason) == (None, "cannot judge; in Greek")
    (row,) = rows(Answer(marks={"tone": Mark()}), cannot)
    assert (row.value, row.reason) == (None, "withdrawn by the rater")
    assert rows(Answer(marks={"tone": Mark()})) == []


def test_training_is_no_rating_and_a_second_visit_a_repeat() -> None:
    answer = Answer(marks={"tone": Mark(value=4.0)})
    assert rows(answer, place=Assignment(rater="a", position=0, item="k", stage="training")) == []
    (row,) = rows(answer, place=Assignment(rater="a", position=9, item="k", visit=1))
    assert row.repeat == 1


def test_values_are_told_as_the_scale_tells_them() -> None:
    assert held(Mark(value="4", also=(5, "5", 4)), TONE) == Mark(value=4.0, also=(5.0,))
    assert held(Mark(value="no"), SAFETY) == Mark(value=0.0)
    with pytest.raises(ValueError, match="allowed: 1-5"):
        held(Mark(value=9), TONE)
    with pytest.raises(ValueError, match="exclude each other"):
        held(Mark(value=4, cannot=True), TONE)


def test_all_faults_are_told_at_once() -> None:
    answer = Answer(
        marks={"tone": Mark(value=9), "style": Mark(value=1)},
        spans=(Span(start=0, end=3), Span(start=2, end=4), Span(start=0, end=1, side=1)),
    )
    assert list(faults_of(answer, {"tone": TONE}, ["abc"])) == [
        "tone: found 9; allowed: 1-5",
        "style: it is not rated on this; allowed: tone",
        "a passage from 2 to 4 does not lie in the text",
        "a passage from 0 to 1 does not lie in the text",
    ]


def test_an_adjudicated_vote_counts_as_right() -> None:
    row = adjudicated(RATED, "tone", value=3.0, reason=" because\0 ")
    assert (row.kind, row.rater, row.value) == ("reference", ADJUDICATION, 3.0)
    assert (row.reason, row.seconds, row.cost) == ("because\ufffd", None, None)
