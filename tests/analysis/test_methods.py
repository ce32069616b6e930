"""People, a judge, a check and an overlap metric side by side: how right, how dear, how fast."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.analysis.judges import JudgesOptions, judges
from measurand.analysis.methods import methods
from measurand.analysis.result import Result
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.scale import ONE_TO_FIVE

SCALES = {"tone": ONE_TO_FIVE}


def table(*, priced: bool) -> Ratings:
    """Forty outputs; people take a minute at $30 an hour, the judge two seconds and a cent."""
    rng = np.random.default_rng(1)
    raters: tuple[tuple[str, Kind, float, float | None, float], ...] = (
        ("ann", "people", 0.4, 0.5 if priced else None, 60.0),
        ("bob", "people", 0.4, 0.5 if priced else None, 60.0),
        ("model", "judge", 0.6, 0.01, 2.0),
        ("check.length", "check", 2.0, 0.0, 0.001),
        ("check.rouge", "check", 1.5, 0.0, 0.002),
    )
    rows = []
    for i in range(40):
        truth = rng.uniform(1, 5)
        for name, kind, noise, cost, seconds in raters:
            value = float(np.clip(round(truth + noise * rng.normal()), 1, 5))
            rows.append(
                Rating(
                    example=f"e{i}",
                    system="a",
                    dimension="tone",
                    rater=name,
                    kind=kind,
                    value=value,
                    cost=cost,
                    seconds=seconds * (0.9 + 0.2 * (i % 2)),
                )
            )
    again = Rating(
        example="e0",
        system="a",
        dimension="tone",
        rater="ann",
        kind="people",
        value=3.0,
        repeat=1,
        seconds=500.0,
    )
    return Ratings.of([*rows, again])


def told(results: tuple[Result, ...], name: str, rater: str) -> Result:
    (found,) = (r for r in results if r.name == name and r.raters == (rater,))
    return found


@pytest.mark.parametrize("priced", [True, False])
def test_every_way_has_accuracy_cost_and_time(priced: bool) -> None:  # noqa: FBT001 - a case
    found = methods(table(priced=priced), SCALES, wage=30.0)
    ways = {r.raters[0]: r.design for r in found}
    assert ways == {
        "ann": "people",
        "bob": "people",
        "model": "judge",
        "check.length": "check",
        "check.rouge": "overlap metric",
    }
    right = {n: told(found, "correlation_with_people", n).estimate.value or 0 for n in ways}
    assert right["model"] > right["check.rouge"] > right["check.length"]
    cost = {n: told(found, "cost_per_thousand_outputs", n).estimate.value for n in ways}
    assert cost["ann"] == pytest.approx(500.0)
    assert cost["model"] == pytest.approx(10.0)
    assert cost["check.rouge"] == 0
    seconds = {n: told(found, "seconds_per_output", n).estimate.value for n in ways}
    assert seconds["ann"] == pytest.approx(60.0)
    assert seconds["model"] == pytest.approx(2.0)
    method = told(found, "cost_per_thousand_outputs", "ann").estimate.method
    assert method.endswith("time at $30 an hour") is not priced


def test_without_a_wage_the_cost_of_people_is_not_known() -> None:
    found = methods(table(priced=False), SCALES)
    cost = told(found, "cost_per_thousand_outputs", "ann").estimate
    assert not cost.present
    assert "not known" in (cost.reason or "")


def test_people_alone_are_no_comparison_of_ways() -> None:
    assert methods(table(priced=True).where(kind="people"), SCALES) == ()


def test_judges_have_the_same_numbers() -> None:
    beside = judges(table(priced=False), SCALES, options=JudgesOptions(flips=499, wage=30.0))
    for one in methods(table(priced=False), SCALES, wage=30.0):
        same = told(beside.results, one.name, one.raters[0])
        assert (same.estimate.value, same.design) == (one.estimate.value, one.design)
