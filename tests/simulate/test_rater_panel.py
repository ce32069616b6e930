from __future__ import annotations

import numpy as np
import pytest

from measurand.core.scale import NOMINAL, ONE_TO_FIVE, YES_NO
from measurand.simulate.rater_panel import Person, Round, rater_round

PEOPLE = [Person(name="ann"), Person(name="ben"), Person(name="cem"), Person(name="dot")]


def test_golden_outputs_are_rated_by_all_and_the_others_by_so_many() -> None:
    shape = Round(outputs=50, each=2, golden=0.2, again=0.0)
    table = rater_round(PEOPLE, shape, rng=np.random.default_rng(1))
    golden = {row.example for row in table if row.kind == "reference"}
    assert len(golden) == 10
    for example in table.distinct("example"):
        people = table.where(example=example, kind="people", dimension="safety")
        assert len(people) == (4 if example in golden else 2)


def test_duplicates_are_a_second_visit_of_the_same_person() -> None:
    table = rater_round(PEOPLE, Round(outputs=400, again=0.25), rng=np.random.default_rng(2))
    first = {(r.example, r.rater) for r in table if r.kind == "people" and r.repeat == 0}
    again = {(r.example, r.rater) for r in table if r.repeat == 1}
    assert again <= first
    assert len(again) / len(first) == pytest.approx(0.25, abs=0.05)


def test_habits() -> None:
    people = [Person(name="k", habit="constant"), Person(name="u", habit="uniform")]
    table = rater_round(people, Round(outputs=2000, golden=0), rng=np.random.default_rng(3))
    assert set(table.where(rater="k", dimension="accuracy").distinct("value")) == {5.0}
    given = [row.value for row in table.where(rater="u", dimension="accuracy", repeat=0)]
    shares = np.unique(np.asarray(given, dtype=float), return_counts=True)[1] / len(given)
    assert shares == pytest.approx(np.full(5, 0.2), abs=0.04)


def test_planted_accuracy() -> None:
    people = [Person(name="ann", accuracy=0.8)]
    shape = Round(outputs=3000, golden=1.0, again=0.0, dimensions=(("safety", YES_NO),))
    table = rater_round(people, shape, rng=np.random.default_rng(4))
    right = {row.example: row.value for row in table.where(kind="reference")}
    hits = [right[row.example] == row.value for row in table.where(kind="people")]
    assert np.mean(hits) == pytest.approx(0.8, abs=0.03)


def test_what_is_not_looked_at_takes_no_time() -> None:
    people = [Person(name="ann"), Person(name="c", careless=1.0), Person(name="q", pace=0.5)]
    table = rater_round(people, Round(outputs=400), rng=np.random.default_rng(5))
    middle = {
        name: np.median([r.seconds or 0.0 for r in table.where(rater=name, dimension="safety")])
        for name in ("ann", "c", "q")
    }
    assert middle["c"] < middle["ann"] / 10
    assert middle["q"] == pytest.approx(middle["ann"] / 2, rel=0.2)


def test_the_same_seed_gives_the_same_round() -> None:
    shape = Round(outputs=20)
    one, two = (rater_round(PEOPLE, shape, rng=np.random.default_rng(6)) for _ in range(2))
    assert list(one) == list(two)


def test_refusals() -> None:
    with pytest.raises(ValueError, match="1 to 4 people rate an output; found 5"):
        rater_round(PEOPLE, Round(each=5), rng=np.random.default_rng(7))
    shape = Round(outputs=5, dimensions=(("topic", NOMINAL), ("accuracy", ONE_TO_FIVE)))
    with pytest.raises(ValueError, match="a scale with bounds"):
        rater_round(PEOPLE, shape, rng=np.random.default_rng(8))
