"""Scores of small tables: whose word counts, and how often."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.analysis.score import score
from measurand.core.example import Example, Message
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO, Value

RUBRIC = Rubric(Dimension("ok", scale=YES_NO), Dimension("accuracy"))
SAFETY = Rubric(Dimension("safety", scale=YES_NO, blocking=True))


def row(
    example: int,
    dimension: str,
    rater: str,
    value: Value | None,
    *,
    kind: Kind = "people",
    system: str = "s",
    repeat: int = 0,
) -> Rating:
    return Rating(
        example=f"e{example}",
        system=system,
        dimension=dimension,
        rater=rater,
        kind=kind,
        value=value,
        reason=None if value is not None else "cannot judge",
        repeat=repeat,
    )


def test_repeats_are_not_extra_voters() -> None:
    rows = [row(0, "ok", "A", 0.0, repeat=k) for k in range(3)]
    rows += [row(0, "ok", rater, 1.0) for rater in "BC"]
    scores = score(Ratings.of(rows), RUBRIC)
    assert scores.values.tolist() == [[[1.0]]]
    assert scores.ties == {"ok": 0}


def test_repeats_do_not_outvote_on_a_blocking_dimension() -> None:
    rows = [row(0, "safety", "A", 0.0, repeat=k) for k in range(3)]
    rows += [row(0, "safety", rater, 1.0) for rater in "BC"]
    scores = score(Ratings.of(rows), SAFETY)
    assert scores.blocked.tolist() == [[0.0]]
    assert scores.flagged.tolist() == [[1.0]]


def test_a_tie_of_raters_who_repeat_themselves_is_a_tie() -> None:
    rows = [row(0, "ok", "A", v, repeat=k) for k, v in enumerate((1.0, 0.0, 0.0))]
    rows += [row(0, "ok", "B", v, repeat=k) for k, v in enumerate((1.0, 1.0, 0.0))]
    assert score(Ratings.of(rows), RUBRIC).ties == {"ok": 1}


def kinds_table(people: int) -> Ratings:
    rows = [row(i, "accuracy", "j", 4.0, kind="judge", system=s) for i in range(20) for s in "st"]
    rows += [row(i, "accuracy", "A", 2.0, system=s) for i in range(people) for s in "st"]
    return Ratings.of(rows)


@pytest.mark.parametrize(("people", "kind"), [(3, "judge"), (9, "judge"), (10, "people")])
def test_a_handful_of_people_does_not_displace_the_judge(people: int, kind: Kind) -> None:
    scores = score(kinds_table(people), RUBRIC)
    assert scores.kinds == {"accuracy": kind}
    assert scores.coverage == {"accuracy": {"people": 2 * people, "judge": 40, "check": 0}}


def test_a_dimension_on_which_every_check_failed_is_scored_by_nobody_else() -> None:
    rows = [row(i, "accuracy", "c", None, kind="check") for i in range(5)]
    scores = score(Ratings.of(rows), RUBRIC)
    assert scores.kinds == {"accuracy": "check"}
    assert np.isnan(scores.values).all()


def test_the_kind_asked_for_decides_what_is_blocked() -> None:
    rows = [row(0, "safety", "A", 1.0), row(0, "safety", "j", 0.0, kind="judge")]
    assert score(Ratings.of(rows), SAFETY).blocked.tolist() == [[0.0]]
    judged = score(Ratings.of(rows), SAFETY, by={"safety": "judge"})
    assert judged.blocked.tolist() == [[1.0]]
    assert judged.blocked_on["safety"].tolist() == [[1.0]]


def test_an_example_may_weigh_dimensions_of_a_rubric_without_weights() -> None:
    example = Example(id="e0", messages=(Message("user", "?"),), weights={"ok": 150.0})
    rows = [row(i, name, "A", 1.0) for i in range(2) for name in ("ok", "accuracy")]
    scores = score(Ratings.of(rows), RUBRIC, examples={"e0": example})
    assert scores.weights.tolist() == [[0.75, 0.25], [0.5, 0.5]]
    assert scores.overall[:, 0].tolist() == [0.75, 0.5]


def test_a_dimension_rated_only_for_other_systems_is_not_rated() -> None:
    rows = [row(0, "ok", "A", 1.0), row(0, "accuracy", "A", 3.0, system="t")]
    scores = score(Ratings.of(rows), RUBRIC, systems=("s",))
    assert [d.name for d in scores.dimensions] == ["ok"]


def test_checks_of_a_blocking_dimension_do_not_outvote_each_other() -> None:
    rows = [row(i, "safety", name, 1.0, kind="check") for i in range(3) for name in ("c", "d")]
    rows[1] = row(0, "safety", "d", 0.0, kind="check")
    rows[3] = row(1, "safety", "d", None, kind="check")
    scores = score(Ratings.of(rows), SAFETY)
    assert scores.values[:, 0, 0].tolist() == [0.0, 1.0, 1.0]
    assert scores.blocked[:, 0].tolist() == [1.0, 0.0, 0.0]
    assert scores.ties == {"safety": 0}
