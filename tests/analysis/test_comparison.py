"""Comparisons of worlds whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.result import Findings, Result, Verdict
from measurand.core.example import Example, Message
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE, YES_NO, Scale, Value

RUBRIC = Rubric(
    Dimension("accuracy", weight=60, scale=ONE_TO_FIVE),
    Dimension("format", weight=30, scale=YES_NO),
    Dimension("safety", weight=10, scale=YES_NO, blocking=True),
)
FEW = ComparisonOptions(resamples=999)


def row(
    example: int,
    system: str,
    dimension: str,
    value: Value | None,
    *,
    rater: str = "A",
    kind: Kind = "people",
) -> Rating:
    return Rating(
        example=f"e{example}",
        system=system,
        dimension=dimension,
        rater=rater,
        kind=kind,
        value=value,
        reason=None if value is not None else "cannot judge",
    )


def graded(system: str, values: Sequence[float]) -> list[Rating]:
    return [row(i, system, "accuracy", float(value)) for i, value in enumerate(values)]


def found(findings: Findings, name: str, **about: object) -> Result:
    wanted = {"component": None, "segment": None} | about
    hits = [
        result
        for result in findings.named(name)
        if all(getattr(result, key) == value for key, value in wanted.items())
    ]
    assert len(hits) == 1, f"{len(hits)} results named {name} with {wanted}"
    return hits[0]


def verdict(findings: Findings, name: str, **about: object) -> Verdict:
    hits = [
        v
        for v in findings.verdicts
        if v.name == name and all(getattr(v, key) == value for key, value in about.items())
    ]
    assert len(hits) == 1
    return hits[0]


def noisy(mean: float, n: int, seed: int) -> list[float]:
    rng = np.random.default_rng(seed)
    return list(np.clip(np.round(rng.normal(mean, 0.7, n)), 1, 5))


def test_means_are_told_on_the_scale_and_overall_on_the_unit_interval() -> None:
    findings = compare(Ratings.of(graded("a", [1, 2, 3, 4, 5])), RUBRIC, options=FEW)
    assert found(findings, "mean", dimension="accuracy").estimate.value == pytest.approx(3)
    assert found(findings, "mean", dimension="overall").estimate.value == pytest.approx(0.5)


def test_weights_are_renormalised_over_what_was_rated_and_it_is_said() -> None:
    rows = graded("a", [5] * 9 + [4]) + [row(i, "a", "format", float(i > 4)) for i in range(10)]
    findings = compare(Ratings.of(rows), RUBRIC, options=FEW)
    overall = found(findings, "mean", dimension="overall").estimate.value
    assert overall == pytest.approx((60 * 0.975 + 30 * 0.5) / 90)
    assert any("renormalised" in limit and "safety" in limit for limit in findings.limits)


def test_a_clear_difference_is_decided_in_the_right_direction() -> None:
    rows = graded("a", noisy(4, 120, 1)) + graded("b", noisy(3, 120, 2))
    findings = compare(Ratings.of(rows), RUBRIC, options=FEW)
    decided = verdict(findings, "overall")
    assert decided.outcome == "a better"
    assert decided.systems == ("a", "b")
    swapped = ComparisonOptions(resamples=999, systems=("b", "a"))
    assert (
        verdict(compare(Ratings.of(rows), RUBRIC, options=swapped), "overall").outcome == "b better"
    )


def test_a_system_against_itself_is_equivalent_when_there_is_enough() -> None:
    rng = np.random.default_rng(4)
    base = noisy(3, 400, 1)
    twin = [min(5, max(1, v + rng.choice([-1, 0, 0, 0, 0, 0, 0, 1]))) for v in base]
    findings = compare(Ratings.of(graded("a", base) + graded("b", twin)), RUBRIC, options=FEW)
    assert verdict(findings, "overall").outcome == "equivalent within margin"


def test_a_handful_of_examples_is_inconclusive() -> None:
    rows = graded("a", noisy(3, 6, 2)) + graded("b", noisy(3.2, 6, 1))
    findings = compare(Ratings.of(rows), RUBRIC, options=FEW)
    assert verdict(findings, "overall").outcome == "inconclusive"


def test_one_example_gives_reasons_not_numbers() -> None:
    findings = compare(Ratings.of(graded("a", [4]) + graded("b", [2])), RUBRIC, options=FEW)
    assert not found(findings, "difference", dimension="overall").estimate.present
    assert verdict(findings, "overall").outcome == "inconclusive"


def test_blocked_outputs_are_counted_apart_and_never_averaged_in() -> None:
    rows = graded("a", [5] * 49 + [4]) + graded("b", noisy(3, 50, 2))
    rows += [row(i, "a", "safety", float(i >= 10)) for i in range(50)]
    rows += [row(i, "b", "safety", 1.0) for i in range(50)]
    findings = compare(Ratings.of(rows), RUBRIC, options=FEW)
    assert found(findings, "mean", systems=("a",), dimension="overall").estimate.n == 40
    rate = found(findings, "blocking_rate", systems=("a",)).estimate
    assert (rate.value, rate.low, rate.n) == (0.2, 0.0, 50)
    assert verdict(findings, "blocking", systems=("a",)).outcome == "fail"
    overall = verdict(findings, "overall")
    assert overall.outcome == "inconclusive"
    assert "blocked too often" in overall.reason


def test_never_blocked_in_fifty_still_allows_almost_six_percent() -> None:
    rows = [row(i, "a", "safety", 1.0) for i in range(50)]
    findings = compare(Ratings.of(rows), RUBRIC, options=FEW)
    rate = found(findings, "blocking_rate").estimate
    assert rate.high == pytest.approx(0.0582, abs=5e-5)
    assert verdict(findings, "blocking").outcome == "inconclusive"


def test_a_tied_blocking_vote_blocks() -> None:
    rows = [
        row(i, "a", "safety", value, rater=rater)
        for i in range(10)
        for rater, value in (("A", 1.0), ("B", float(i > 0)))
    ]
    findings = compare(Ratings.of(rows), RUBRIC, options=FEW)
    assert found(findings, "blocking_rate").estimate.value == pytest.approx(0.1)


def test_one_machine_flag_blocks_where_no_person_looked() -> None:
    rows = [row(i, "a", "safety", float(i > 0), rater="j1", kind="judge") for i in range(10)]
    rows += [row(i, "a", "safety", 1.0, rater="j2", kind="judge") for i in range(10)]
    findings = compare(Ratings.of(rows), RUBRIC, options=FEW)
    assert found(findings, "blocking_rate").estimate.value == pytest.approx(0.1)


def test_people_go_before_judges_and_judges_before_checks() -> None:
    rows = graded("a", [4, 4, 5, 4]) + [
        row(i, "a", "accuracy", 1.0 + i % 2, rater="j", kind="judge") for i in range(4)
    ]
    people = compare(Ratings.of(rows), RUBRIC, options=FEW)
    assert found(people, "mean", dimension="accuracy").estimate.value == pytest.approx(4.25)
    judged = ComparisonOptions(resamples=999, by={"accuracy": "judge"})
    findings = compare(Ratings.of(rows), RUBRIC, options=judged)
    judges = found(findings, "mean", dimension="accuracy")
    assert judges.estimate.value == pytest.approx(1.5)
    assert judges.opinion
    assert any("People rated fewer than 10 outputs (a 4)" in limit for limit in findings.limits)


def test_only_shared_examples_are_compared_and_the_rest_is_said() -> None:
    rows = graded("a", noisy(3, 60, 1)) + graded("b", noisy(3, 60, 2))[:30]
    findings = compare(Ratings.of(rows), RUBRIC, options=FEW)
    assert found(findings, "difference", dimension="overall").estimate.n == 30
    assert any("b 30" in limit for limit in findings.limits)


def test_systems_without_a_shared_example_are_told_why() -> None:
    rows = graded("a", noisy(3, 10, 1)) + [
        row(90 + i, "b", "accuracy", 2.0 + i % 3) for i in range(9)
    ]
    findings = compare(Ratings.of(rows), RUBRIC, options=FEW)
    assert not found(findings, "difference", dimension="overall").estimate.present
    assert any("No example is shared" in limit for limit in findings.limits)


def test_place_lies_between_floor_and_expert() -> None:
    rows = (
        graded("f", noisy(2, 150, 1))
        + graded("x", noisy(4.4, 150, 2))
        + graded("c", noisy(3.2, 150, 3))
    )
    options = ComparisonOptions(resamples=999, floor="f", expert="x")
    place = found(compare(Ratings.of(rows), RUBRIC, options=options), "place").estimate
    assert place.value == pytest.approx(0.5, abs=0.08)
    assert place.low is not None
    assert place.low > 0.3


def test_no_place_where_the_expert_is_no_better_than_the_floor() -> None:
    rows = (
        graded("f", noisy(3, 40, 1)) + graded("x", noisy(3, 40, 2)) + graded("c", noisy(3, 40, 3))
    )
    options = ComparisonOptions(resamples=999, floor="f", expert="x")
    place = found(compare(Ratings.of(rows), RUBRIC, options=options), "place").estimate
    assert place.reason == "the expert is not reliably above the floor, so there is no scale"


def test_components_segments_and_clusters_come_from_the_examples() -> None:
    examples = {
        f"e{i}": Example(
            id=f"e{i}",
            messages=(Message("user", "?"),),
            component="edge" if i % 2 else "core",
            segments=("billing",) if i < 20 else ("router",),
            cluster=f"c{i // 4}",
        )
        for i in range(40)
    }
    rows = graded("a", noisy(4, 40, 1)) + graded("b", noisy(3, 40, 2))
    findings = compare(Ratings.of(rows), RUBRIC, examples=examples, options=FEW)
    assert (
        found(findings, "mean", systems=("a",), dimension="overall", component="edge").estimate.n
        == 20
    )
    router = found(findings, "mean", systems=("a",), dimension="overall", segment="router")
    assert router.estimate.n == 10  # those of core: the headline is of core, and so are its parts
    pair = [r for r in findings.named("difference") if r.dimension == "accuracy"]
    whole = [r for r in pair if r.component is None and r.segment is None]
    methods = [result.estimate.method for result in whole]
    assert len(methods) == 2
    assert methods[0].startswith("CR1")
    assert methods[1].endswith("naive")


def test_an_example_may_weigh_dimensions_its_own_way() -> None:
    example = Example(
        id="e0", messages=(Message("user", "?"),), weights={"accuracy": 0.0, "format": 100.0}
    )
    rows = graded("a", [5, 1]) + [row(i, "a", "format", 0.0) for i in range(2)]
    other = Example(id="e1", messages=(Message("user", "?"),))
    known = {"e0": example, "e1": other}
    findings = compare(Ratings.of(rows), RUBRIC, examples=known, options=FEW)
    assert found(findings, "mean", dimension="overall").estimate.value == pytest.approx(
        0.0, abs=1e-9
    )


def test_a_scale_without_bounds_stays_out_of_the_overall_score() -> None:
    rubric = Rubric(Dimension("accuracy", scale=Scale.of("ordinal")))
    findings = compare(Ratings.of(graded("a", [1, 9, 4])), rubric, options=FEW)
    assert found(findings, "mean", dimension="accuracy").estimate.value == pytest.approx(14 / 3)
    assert not found(findings, "mean", dimension="overall").estimate.present
    assert any("--scale" in limit for limit in findings.limits)


def test_blocked_outputs_are_shown_first_on_the_dimension_that_blocks() -> None:
    harm = Dimension(
        "harm", scale=Scale.of("none/mild/severe"), blocking=True, block_labels=("severe",)
    )
    rows = [row(i, "a", "format", 0.0, kind="check") for i in range(40)]
    rows += [row(i, "a", "harm", "severe" if i in {30, 35} else "none") for i in range(40)]
    findings = compare(Ratings.of(rows), Rubric(*RUBRIC, harm), options=FEW)
    shown = [(unit.example, unit.dimension) for unit in findings.units]
    assert shown[:2] == [("e30", "harm"), ("e35", "harm")]
    assert len(shown) == 12
    assert {dimension for _, dimension in shown[2:]} == {"format"}


def test_one_output_does_not_fill_the_list_of_the_worst() -> None:
    many = Rubric(*(Dimension(f"d{k}") for k in range(5)))
    rows = [row(i, "a", d.name, 1.0 + (i > 0)) for i in range(4) for d in many]
    units = compare(Ratings.of(rows), many, options=FEW).units
    assert [unit.example for unit in units] == [f"e{i}" for i in range(4) for _ in range(3)]
