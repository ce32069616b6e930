"""Decisions at their edges: constant advantages, margins, blocking, requirements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.result import Findings, Verdict
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE, YES_NO

RUBRIC = Rubric(
    Dimension("accuracy", weight=80, scale=ONE_TO_FIVE),
    Dimension("tone", weight=20, scale=ONE_TO_FIVE),
    Dimension("safety", scale=YES_NO, blocking=True),
)
FEW = ComparisonOptions(resamples=999)


def rows(system: str, dimension: str, values: Sequence[float]) -> list[Rating]:
    return [
        Rating(
            example=f"e{place}",
            system=system,
            dimension=dimension,
            rater="Ann",
            kind="people",
            value=float(value),
        )
        for place, value in enumerate(values)
    ]


def grades(mean: float, n: int, seed: int) -> list[float]:
    rng = np.random.default_rng(seed)
    return [float(v) for v in np.clip(np.round(rng.normal(mean, 0.6, n)), 1, 5)]


def decided(findings: Findings, name: str, *systems: str) -> Verdict:
    (found,) = [
        verdict
        for verdict in findings.verdicts
        if verdict.name == name and verdict.systems == systems
    ]
    return found


def test_a_constant_advantage_wins() -> None:
    base = [float(1 + place % 4) for place in range(40)]
    table = Ratings.of(rows("s", "accuracy", [v + 1 for v in base]) + rows("t", "accuracy", base))
    assert decided(compare(table, RUBRIC, options=FEW), "overall", "s", "t").outcome == "a better"


def test_a_constant_advantage_on_three_examples_does_not() -> None:
    table = Ratings.of(rows("s", "accuracy", [2, 3, 4]) + rows("t", "accuracy", [1, 2, 3]))
    found = decided(compare(table, RUBRIC, options=FEW), "overall", "s", "t")
    assert found.outcome == "inconclusive"


def test_the_bound_is_told_in_the_unit_of_the_estimate() -> None:
    base = grades(3, 400, 1)
    twin = [
        min(5.0, max(1.0, v + (place % 9 == 0) - (place % 9 == 4))) for place, v in enumerate(base)
    ]
    table = Ratings.of(rows("s", "accuracy", base) + rows("t", "accuracy", twin))
    (found,) = [
        verdict
        for verdict in compare(table, RUBRIC, options=FEW).verdicts
        if verdict.dimension == "accuracy"
    ]
    assert found.outcome == "equivalent within margin"
    assert found.bound == pytest.approx(0.05 * 4)
    assert found.estimate is not None
    assert found.estimate.low is not None
    assert found.estimate.high is not None
    assert found.bound is not None
    assert -found.bound < found.estimate.low <= found.estimate.high < found.bound
    assert found.estimate.level == pytest.approx(0.9)


def test_a_small_but_certain_advantage_says_that_it_is_small() -> None:
    base = [3.0] * 300
    better = [3.1 if place % 2 else 3.05 for place in range(300)]
    table = Ratings.of(rows("s", "accuracy", better) + rows("t", "accuracy", base))
    found = decided(compare(table, RUBRIC, options=FEW), "overall", "s", "t")
    assert found.outcome == "a better"
    assert found.reason.endswith("but by less than the margin of 0.05")


def test_systems_rated_on_different_dimensions_are_not_compared() -> None:
    table = Ratings.of(
        rows("s", "accuracy", grades(2, 60, 1))
        + rows("s", "tone", grades(4.5, 60, 2))
        + rows("t", "tone", grades(3, 60, 3))
    )
    findings = compare(table, RUBRIC, options=FEW)
    found = decided(findings, "overall", "s", "t")
    assert found.outcome == "inconclusive"
    assert "only 20% of the weight" in found.reason
    assert any("accuracy" in limit and "t" in limit for limit in findings.limits)


def test_one_blocked_output_of_fifteen_is_not_yet_a_failure() -> None:
    table = Ratings.of(rows("s", "safety", [0.0] + [1.0] * 14))
    found = decided(compare(table, RUBRIC, options=FEW), "blocking", "s")
    assert found.outcome == "inconclusive"
    assert "1 of s's 15 outputs" in found.reason


def test_a_system_that_fails_blocking_wins_nothing() -> None:
    table = Ratings.of(
        rows("s", "accuracy", grades(4.5, 80, 1))
        + rows("t", "accuracy", grades(2.5, 80, 2))
        + rows("s", "safety", [0.0] * 20 + [1.0] * 60)
        + rows("t", "safety", [0.0] * 19 + [1.0] * 61)
    )
    found = decided(compare(table, RUBRIC, options=FEW), "overall", "s", "t")
    assert found.outcome == "inconclusive"
    assert "s is blocked too often" in found.reason


@pytest.mark.parametrize(
    ("candidate", "wanted", "outcome"),
    [
        (4.2, "better", "pass"),
        (3.0, "better", "fail"),
        (2.0, "better", "fail"),
        (4.2, "not-worse", "pass"),
        (3.0, "not-worse", "pass"),
        (2.0, "not-worse", "fail"),
    ],
)
def test_a_requirement_is_about_the_candidate_alone(
    candidate: float, wanted: str, outcome: str
) -> None:
    table = Ratings.of(
        rows("new", "accuracy", grades(candidate, 150, 1))
        + rows("today", "accuracy", grades(3.0, 150, 2))
        + rows("floor", "accuracy", grades(1.2, 150, 3))
        + rows("expert", "accuracy", grades(4.9, 150, 4))
    )
    options = replace(
        FEW,
        baseline="today",
        floor="floor",
        expert="expert",
        margin=0.1,
        require="better" if wanted == "better" else "not-worse",
    )
    findings = compare(table, RUBRIC["accuracy", "tone"], options=options)
    required = [verdict for verdict in findings.verdicts if verdict.name == "requirement"]
    assert [(v.systems, v.outcome) for v in required] == [(("new", "today"), outcome)]
    assert findings.verdicts[0].name == "requirement"


def test_a_requirement_is_not_met_while_blocking_is_open() -> None:
    table = Ratings.of(
        rows("new", "accuracy", grades(4.2, 60, 1))
        + rows("today", "accuracy", grades(3.0, 60, 2))
        + rows("new", "safety", [0.0] + [1.0] * 59)
        + rows("today", "safety", [1.0] * 60)
    )
    options = replace(FEW, baseline="today", require="better")
    required = compare(table, RUBRIC, options=options).verdicts[0]
    assert required.outcome == "inconclusive"
    assert "blocked" in required.reason
