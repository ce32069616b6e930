"""What people should look at first: flagged, unknown, near a bound, in dispute, unseen."""

from __future__ import annotations

from typing import Any

from measurand.analysis.routing import routed
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO, Scale

RUBRIC = Rubric(
    Dimension("tone"),
    Dimension("accuracy", blocking=True, block_below=3.0),
    Dimension("safety", scale=YES_NO, blocking=True),
    Dimension("mood", scale=Scale("nominal", labels=("glad", "sad"))),
)


def said(value: Any, dimension: str = "tone", **more: Any) -> Rating:
    cells: dict[str, Any] = {"example": "e1", "system": "new", "rater": "judge", "kind": "judge"}
    return Rating(**{**cells, "value": value, "dimension": dimension, **more})


def found(*rows: Rating) -> list[tuple[str, int, str]]:
    table = Ratings.of([said(5.0, example="calm"), *rows])
    return [(one.example, one.urgency, one.why) for one in routed(table, RUBRIC, ("new",))]


def test_nothing_is_routed_where_machines_are_sure() -> None:
    assert found(said(4.0), said(5.0, repeat=1), said(5.0, "accuracy"), said(1.0, "safety")) == []


def test_what_is_flagged_comes_before_what_is_in_dispute() -> None:
    rows = [
        said(1.0),
        said(4.0, repeat=1),
        said(0.0, "safety", example="e2", rater="check.x", kind="check"),
    ]
    assert found(*rows) == [
        ("e2", 3, "safety: flagged as blocked"),
        ("e1", 1, "tone: the judges disagree"),
    ]


def test_a_mean_near_what_blocks_is_routed() -> None:
    assert found(said(3.0, "accuracy"), said(3.0, "accuracy", repeat=1)) == [
        ("e1", 1, "accuracy: the judges' mean is near what blocks")
    ]
    assert found(said(4.0, "accuracy"), said(4.0, "accuracy", repeat=1)) == []


def test_what_a_judge_could_not_assess_is_routed() -> None:
    rows = [said(None, reason="no idea", failure="abstained")]
    assert found(*rows) == [("e1", 2, "tone: the judge said that it cannot assess this")]


def test_several_reasons_are_one_output() -> None:
    rows = [said(1.0), said(5.0, rater="other"), said(0.0, "safety")]
    ((example, urgency, why),) = found(*rows)
    assert (example, urgency) == ("e1", 3)
    assert why == "safety: flagged as blocked; tone: the judges disagree"


def test_what_a_person_has_rated_is_not_routed() -> None:
    person = said(3.0, rater="ann", kind="people")
    assert found(said(1.0), said(5.0, repeat=1), person) == []


def test_labels_have_no_mean() -> None:
    assert found(said("glad", "mood"), said("sad", "mood", repeat=1)) == []
