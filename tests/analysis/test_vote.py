"""The vote on units small enough to count by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from measurand.analysis.agreement import AgreementOptions, agreement
from measurand.analysis.comparison import compare
from measurand.analysis.vote import (
    Outcome,
    Vote,
    VoteOptions,
    adjudications,
    first_visits,
    settled,
    vote,
)
from measurand.core.people import ADJUDICATION, CANNOT_JUDGE, WITHDRAWN
from measurand.core.plan import Vote as Rule
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE, UNIT, YES_NO, Scale, Value

LABELS = Scale.of("win/tie/loss")
_SCALES = {"grade": ONE_TO_FIVE, "safe": YES_NO, "pair": LABELS, "share": UNIT}


def row(
    value: Value | None,
    rater: str = "A",
    *,
    dimension: str = "grade",
    example: str = "e",
    kind: Kind = "people",
    repeat: int = 0,
) -> Rating:
    return Rating(
        example=example,
        system="s",
        dimension=dimension,
        rater=rater,
        kind=kind,
        value=value,
        reason=CANNOT_JUDGE if value is None else None,
        repeat=repeat,
        against="t" if dimension == "pair" else None,
    )


def of(dimension: str, *values: Value | None, rule: Rule = "majority", raters: int = 1) -> Vote:
    rows = [row(v, name, dimension=dimension) for v, name in zip(values, "ABCDEFG", strict=False)]
    (only,) = vote(Ratings.of(rows), _SCALES, options=VoteOptions(rule=rule, raters=raters))
    return only


@pytest.mark.parametrize(
    ("dimension", "values", "outcome", "value"),
    [
        ("safe", (1.0, 1.0, 0.0), "decided", 1.0),
        ("safe", (1.0, 0.0), "tie", None),
        ("safe", (1.0, 1.0, 0.0, 0.0), "tie", None),
        ("pair", ("win", "win", "loss"), "decided", "win"),
        ("pair", ("win", "tie", "loss"), "split", None),
        ("pair", ("win", "win", "loss", "loss", "tie"), "tie", None),
        ("pair", ("win", "win", "loss", "tie"), "decided", "win"),
        ("grade", (4.0, 4.0, 1.0), "decided", 4.0),
        ("grade", (2.0, 3.0, 4.0), "split", None),
        ("grade", (3.0, 4.0), "decided", 3.5),
        ("grade", (2.0, 4.0), "tie", None),
        ("grade", (1.0, 1.0, 3.0, 3.0), "tie", None),
        ("grade", (1.0, 3.0, 3.0, 5.0), "decided", 3.0),
        ("grade", (1.0, 2.0, 4.0, 5.0), "split", None),
        ("share", (0.1, 0.2, 0.9), "decided", 0.2),
        ("grade", (5.0,), "decided", 5.0),
    ],
)
def test_outcomes(
    dimension: str, values: tuple[Value, ...], outcome: Outcome, value: Value | None
) -> None:
    found = of(dimension, *values)
    assert (found.outcome, found.value) == (outcome, value)
    assert found.queued == (outcome in {"tie", "split"})
    assert sum(count for _, count in found.counts) == found.n == len(values)


def test_the_mean_and_the_median_of_grades_are_kept_whatever_the_rule() -> None:
    for rule, value in (("majority", 2.0), ("median", 2.0), ("mean", 3.0)):
        found = of("grade", 2.0, 2.0, 5.0, rule=rule)  # type: ignore[arg-type]
        assert (found.value, found.mean, found.median) == (value, 3.0, 2.0)
    split = of("grade", 1.0, 2.0, 5.0)
    assert split.mean == pytest.approx(8 / 3)
    assert (split.value, split.median) == (None, 2.0)
    label = of("pair", "win", "win", "loss", rule="mean")
    assert (label.value, label.mean, label.median) == ("win", None, None)


def test_too_few_votes_say_how_many_more() -> None:
    found = of("safe", 1.0, None, raters=3)
    assert (found.outcome, found.value, found.needed) == ("too few", None, 1)
    assert (found.n, found.cannot) == (1, 1)
    nobody = of("safe", None, raters=3)
    assert (nobody.outcome, nobody.needed, nobody.counts) == ("too few", 2, ())
    assert not nobody.queued, "others can be asked"


def test_who_cannot_judge_has_been_asked() -> None:
    decided = of("safe", 1.0, 1.0, None, raters=3)
    assert (decided.outcome, decided.value, decided.cannot) == ("decided", 1.0, 1)
    torn = of("safe", 1.0, 0.0, None, raters=3)
    assert (torn.outcome, torn.queued) == ("tie", True)
    alone = of("safe", 1.0, None, None, raters=3)
    assert (alone.outcome, alone.needed, alone.queued) == ("too few", 0, True)


def test_some_units_want_more_votes_than_others() -> None:
    rows = [row(4.0, name, example=e) for e in "ab" for name in "ABC"]
    options = VoteOptions(raters=3, wanted={("a", rows[0].system, None): 5})
    found = {one.example: one for one in vote(Ratings.of(rows), _SCALES, options=options)}
    assert (found["a"].outcome, found["a"].needed) == ("too few", 2)
    assert found["b"].outcome == "decided"


def test_three_votes_are_needed_unless_nobody_was_given_three() -> None:
    rows = [row(4.0, name, example=e) for e, names in (("a", "ABC"), ("b", "AB")) for name in names]
    assert [v.outcome for v in vote(Ratings.of(rows), _SCALES)] == ["decided", "too few"]
    two = Ratings.of(row for row in rows if row.rater != "C")
    assert [v.outcome for v in vote(two, _SCALES)] == ["decided", "decided"]


def test_an_adjudicated_value_settles_a_tie_and_the_votes_stay() -> None:
    rows = [row(1.0, "A", dimension="safe"), row(0.0, "B", dimension="safe")]
    rows.append(row(0.0, ADJUDICATION, dimension="safe", kind="reference"))
    (found,) = vote(Ratings.of(rows), _SCALES)
    assert (found.outcome, found.value, found.queued) == ("adjudicated", 0.0, False)
    assert found.counts == ((0.0, 1), (1.0, 1))


def test_gold_by_an_expert_adjudicates_nothing() -> None:
    rows = [row(1.0, "A"), row(3.0, "B"), row(5.0, "expert", kind="reference")]
    (found,) = vote(Ratings.of(rows), _SCALES)
    assert (found.outcome, found.value) == ("tie", None)


def test_a_hidden_duplicate_is_no_vote() -> None:
    rows = [row(1.0, "A"), row(5.0, "A", repeat=1), row(None, "B"), row(5.0, "B", repeat=1)]
    (found,) = vote(Ratings.of(rows), _SCALES, options=VoteOptions(raters=1))
    assert (found.counts, found.cannot) == (((1.0, 1),), 1)


def test_only_people_s_repeats_are_taken_away() -> None:
    rows = [row(1.0, repeat=2), row(2.0, repeat=3), row(3.0, "J", kind="judge", repeat=1)]
    rows += [row(4.0, "J", kind="judge"), row(2.0, example="f", repeat=1)]
    kept = [(r.example, r.rater, r.repeat) for r in first_visits(Ratings.of(rows))]
    assert kept == [("e", "A", 2), ("e", "J", 1), ("e", "J", 0), ("f", "A", 1)]


def test_the_confidence_of_a_label_weighs_who_gave_it() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 200)
    rows = [
        row(float(t ^ (rng.random() > accuracy)), name, dimension="safe", example=f"e{i}")
        for i, t in enumerate(truth)
        for name, accuracy in (("A", 0.95), ("B", 0.95), ("C", 0.6))
    ]
    table = {(r.example, r.rater): r.value for r in rows}
    for found in vote(Ratings.of(rows), _SCALES):
        a, b = (table[found.example, name] for name in "AB")
        assert found.confidence is not None
        assert (found.confidence > 0.9) == (a == b)


def test_two_raters_have_no_confidence() -> None:
    assert of("safe", 1.0, 1.0).confidence is None


class TestSettled:
    ROWS = (
        row(1.0, "A"),
        row(5.0, "B"),
        row(2.0, "A", repeat=1),
        row(3.0, "J", kind="judge"),
        row(4.0, ADJUDICATION, kind="reference"),
        row(5.0, "expert", kind="reference"),
        row(2.0, "A", example="f"),
        row(1.0, ADJUDICATION, kind="reference", example="unrated"),
        row(None, ADJUDICATION, kind="reference", example="f"),
    )

    def test_the_adjudicated_value_stands_for_all_votes(self) -> None:
        kept = [(r.example, r.rater, r.kind, r.value) for r in settled(Ratings.of(self.ROWS))]
        assert kept == [
            ("e", "J", "judge", 3.0),
            ("f", "A", "people", 2.0),
            ("e", ADJUDICATION, "people", 4.0),
        ]
        assert adjudications(settled(Ratings.of(self.ROWS))) == 1

    def test_it_keeps_its_place_in_the_evaluation_set(self) -> None:
        voted = replace(row(1.0), cluster="c", component="core", segment="long", probability=0.5)
        (only,) = settled(Ratings.of([voted, row(4.0, ADJUDICATION, kind="reference")]))
        assert only == replace(voted, rater=ADJUDICATION, value=4.0)

    def test_a_table_without_either_is_the_same_table(self) -> None:
        table = Ratings.of([row(1.0, "A"), row(2.0, "J", kind="judge", repeat=1)])
        assert settled(table) is table


def test_reference_ratings_are_neither_people_nor_machines() -> None:
    rng = np.random.default_rng(2)
    people = [
        row(float(rng.integers(1, 6)), name, example=f"e{i}") for i in range(30) for name in "ABC"
    ]
    gold = [row(5.0, "expert", example=f"e{i}", kind="reference") for i in range(30)]
    alone = [row(1.0, "expert", example=f"x{i}", kind="reference") for i in range(9)]
    plain, mixed = Ratings.of(people), Ratings.of([*people, *gold, *alone])
    rubric = Rubric(Dimension("grade", scale=ONE_TO_FIVE))
    assert compare(plain, rubric).results == compare(mixed, rubric).results
    scales = {"grade": ONE_TO_FIVE}
    assert agreement(plain, scales).results == agreement(mixed, scales).results


def test_judges_are_held_against_people_and_against_what_counts_as_right() -> None:
    rng = np.random.default_rng(2)
    rows = [
        row(float(rng.integers(1, 6)), name, example=f"e{i}") for i in range(30) for name in "AB"
    ]
    rows += [row(float(i % 5 + 1), "J", kind="judge", example=f"e{i}") for i in range(30)]
    rows += [row(float(i % 5 + 1), "gold", kind="reference", example=f"e{i}") for i in range(20)]
    rows += [row(4.0, "K", kind="check", example=f"e{i}") for i in range(30)]
    table, scales = Ratings.of(rows), {"grade": ONE_TO_FIVE}
    held = {r.raters: r.estimate for r in agreement(table, scales).named("cohen_kappa")}
    judged = [("J", "people"), ("K", "people"), ("J", "gold"), ("K", "gold")]
    assert list(held) == [("A", "B"), *judged]
    assert held["J", "gold"].n == 20
    named = agreement(table, scales, options=AgreementOptions(reference="gold"))
    assert [r.raters for r in named.named("cohen_kappa")] == [
        ("A", "B"),
        ("J", "gold"),
        ("K", "gold"),
    ]


def test_a_dimension_with_reference_ratings_alone_has_no_score() -> None:
    rows = [row(1.0, "expert", example=f"e{i}", kind="reference") for i in range(9)]
    rows += [row(0.5, "A", dimension="share", example=f"e{i}") for i in range(9)]
    rubric = Rubric(Dimension("grade", scale=ONE_TO_FIVE), Dimension("share", scale=UNIT))
    found = compare(Ratings.of(rows), rubric)
    assert {r.dimension for r in found.named("mean")} <= {"share", "overall"}


def test_a_rating_taken_back_is_nobody_who_looked() -> None:
    rows = [row(4.0, "A"), row(4.0, "B"), replace(row(4.0, "C"), value=None, reason=WITHDRAWN)]
    (found,) = vote(Ratings.of(rows), _SCALES, options=VoteOptions(raters=3))
    assert (found.outcome, found.n, found.cannot, found.needed) == ("too few", 2, 0, 1)
