"""What sizes detect from measured differences, and the study that follows from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from measurand.analysis.detect import Clusters, Sought, detectable
from measurand.analysis.detect_measured import Calibrated, Measured
from measurand.analysis.detect_plan import Sizes, detect_findings
from measurand.analysis.power_components import Rated, chosen_dimension, components_of
from measurand.analysis.power_design import Components, Money, Pace, Want, design_findings
from measurand.analysis.result import Findings
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, RaterSpec, Rubric
from measurand.core.scale import ONE_TO_FIVE, YES_NO
from measurand.errors import UsageError
from measurand.stats.design import Spread
from measurand.stats.estimate import Estimate
from measurand.stats.power_means import MeanDesign, mean_detectable

SOUGHT = Sought()
EVEN_3, EVEN_5 = (Clusters(size=m, felt=m) for m in (3.0, 5.0))
JUDGE = Calibrated(judge="j", correlation=(0.6, 0.7, 0.8), reliability=0.9, n=100)


def graded(n: int = 60, *, size: int = 1, alike: float = 0.0) -> Measured:
    rng = np.random.default_rng(3)
    codes = np.arange(n) // size
    shared = rng.normal(0, alike**0.5, n)[codes]
    values = 0.3 * (shared + rng.normal(0, (1 - alike) ** 0.5, n))
    return Measured(
        dimension="tone",
        systems=("new", "old"),
        values=values,
        baseline=rng.normal(0.6, 0.2, n),
        clusters=codes,
        yes_no=False,
        judged=True,
        where="all",
    )


def price(value: float, *, n: int = 10) -> Estimate:
    return Estimate(value=value, low=0.8 * value, high=1.5 * value, n=n, method="t")


def found(want: Want, spread: Spread, *, judgment: float = 0.02) -> Findings:
    return design_findings(
        want,
        Components(spread=spread, dimension="tone"),
        Money(answer=price(0.004), judgment=price(judgment), rating=price(2.0)),
        pace=Pace(
            rating=price(60), answer=2.0, judgment=4.0, connections=10, people=3, hours_a_day=4
        ),
        examples=300,
    )


def value(findings: Findings, name: str) -> float:
    result = next(findings.named(name))
    assert result.estimate.value is not None
    return result.estimate.value


def test_scores_are_detected_as_their_spread_says() -> None:
    one = graded()
    paired = next(case for case in one.cases(SOUGHT) if case.design == "paired")
    estimate = detectable(paired, 200, sought=SOUGHT).estimate
    expected = mean_detectable(200, MeanDesign(sd=one.sd))
    assert estimate.value == pytest.approx(expected, rel=1e-9)
    assert estimate.low is not None
    assert estimate.high is not None
    assert estimate.low < expected < estimate.high
    assert estimate.n == 200


def test_the_order_of_examples_does_not_matter() -> None:
    one = graded(size=3, alike=0.4)
    order = np.random.default_rng(1).permutation(one.n)
    parts = {name: getattr(one, name)[order] for name in ("values", "baseline", "clusters")}
    moved = replace(one, **parts)
    for first, second in zip(
        one.cases(SOUGHT, clusters=EVEN_3),
        moved.cases(SOUGHT, clusters=EVEN_3),
        strict=True,
    ):
        assert first.at == pytest.approx(second.at, rel=1e-9)


def test_clusters_are_as_alike_as_they_were_measured() -> None:
    one = graded(300, size=5, alike=0.5)
    alike = one.alike()
    assert alike is not None
    assert alike[0] < 0.5 < alike[2]
    (case,) = (c for c in one.cases(SOUGHT, clusters=EVEN_5) if "clusters of 5" in c.design)
    assert case.n == 300
    (assumed,) = (c for c in graded().cases(SOUGHT, clusters=EVEN_5) if "clusters" in c.design)
    assert assumed.n == 0


def test_a_judge_that_people_correct_detects_more_the_better_it_is() -> None:
    one = graded()
    detected = []
    for r in (0.3, 0.7, 0.9):
        known = replace(JUDGE, correlation=(r - 0.1, r, r + 0.05))
        cases = one.cases(SOUGHT, calibrated=known, labels=50)
        (case,) = (c for c in cases if "corrected by 50 labels" in c.design)
        estimate = detectable(case, 400, sought=SOUGHT).estimate
        assert estimate.low is not None
        assert estimate.high is not None
        assert estimate.low < (estimate.value or 0) < estimate.high
        detected.append(estimate.value or 0)
    assert detected == sorted(detected, reverse=True)
    unjudged = replace(one, judged=False)
    assert not any(
        "corrected" in c.design for c in unjudged.cases(SOUGHT, calibrated=JUDGE, labels=50)
    )


def test_systems_that_never_differ_leave_nothing_to_reckon_with() -> None:
    one = replace(graded(), values=np.zeros(60), baseline=np.full(60, 0.5))
    assert list(one.cases(SOUGHT, clusters=EVEN_3)) == []


def test_what_is_below_the_usual_sizes_is_named() -> None:
    rubric = Rubric(Dimension("safety", scale=YES_NO, blocking=True))
    sizes = Sizes(components={"core": 200, "adversarial": 20}, total=220)
    told = " ".join(detect_findings(sizes, rubric).limits)
    assert "adversarial has 20 examples, fewer than the 50" in told
    assert "edge 0 of 100, adversarial 20 of 50" in told
    assert "core 200" not in told


def test_the_dimension_of_a_study_is_the_heaviest_that_somebody_rates() -> None:
    people = (RaterSpec("people"),)
    rubric = Rubric(
        Dimension("format", weight=60, scale=YES_NO, raters=(RaterSpec("check.json_schema"),)),
        Dimension("tone", weight=10, scale=ONE_TO_FIVE, raters=people),
        Dimension("truth", weight=30, scale=ONE_TO_FIVE, raters=people),
    )
    assert chosen_dimension(rubric, None).name == "truth"
    assert chosen_dimension(rubric, "tone").name == "tone"
    with pytest.raises(UsageError, match="there are: format, tone, truth"):
        chosen_dimension(rubric, "wit")


def test_parts_of_the_spread_are_measured_where_they_can_be() -> None:
    rng = np.random.default_rng(9)
    rows = [
        Rating(
            example=f"q{at}",
            system="new",
            dimension="tone",
            rater=f"r{who}",
            kind="people",
            value=float(np.clip(3 + at % 3 - 1 + rng.integers(-1, 2), 1, 5)),
        )
        for at in range(80)
        for who in range(3)
    ]
    dimension = Dimension("tone", scale=ONE_TO_FIVE, raters=(RaterSpec("judge"),))
    rated = Rated(
        ratings=Ratings.of(rows), measured=(graded(),), calibrated={"tone": JUDGE}, judge=True
    )
    known = components_of(dimension, rated)
    assert known.spread.raters == pytest.approx(2 / 3 / 16, rel=0.25)  # of steps -1, 0, 1
    # .7 with one call of reliability .9, and with means of people that share 3/4 of their spread
    assert known.spread.judge == pytest.approx(0.49 / 0.9 / 0.75, rel=0.05)
    assert known.judge is not None
    assert known.judge[0] < known.spread.judge < known.judge[1]
    assert known.spread.reliability == 0.9
    whole = known.spread.between + 2 * known.spread.trials
    assert whole == pytest.approx(graded().sd ** 2)
    assert sum("assumed" in text for text in known.told) == 1  # what asking again changes
    unknown = components_of(dimension, Rated(judge=False))
    assert unknown.spread.judge == 0.0
    assert all("assumed" in text for text in unknown.told)


def test_a_study_adds_up() -> None:
    spread = Spread(between=0.06, trials=0.01, raters=0.04, judge=0.6, reliability=0.8)
    findings = found(Want(difference=0.05), spread)
    n, k, j, m, r = (
        value(findings, f"design_{name}")
        for name in ("examples", "trials", "repeats", "labelled", "raters")
    )
    assert j > 0
    assert value(findings, "design_cost_systems") == pytest.approx(2 * n * k * 0.004)
    assert value(findings, "design_cost_judge") == pytest.approx(2 * n * k * j * 0.02)
    assert value(findings, "design_cost_people") == pytest.approx(2 * m * k * r * 2.0)
    parts = sum(value(findings, f"design_cost_{x}") for x in ("systems", "judge", "people"))
    assert value(findings, "design_cost") == pytest.approx(parts)
    cost = next(findings.named("design_cost")).estimate
    assert cost.low == pytest.approx(0.8 * parts)
    assert cost.high == pytest.approx(1.5 * parts)
    assert value(findings, "design_hours") == pytest.approx(2 * m * k * r * 60 / 3600)
    seconds = 2 * n * k * 2 + 2 * n * k * j * 4
    assert value(findings, "design_machine_hours") == pytest.approx(seconds / 10 / 3600)
    assert value(findings, "design_cost_without_judge") > value(findings, "design_cost")
    assert "more than the 300 that there are" in " ".join(findings.limits)


def test_a_judge_that_is_too_dear_is_left_out_and_said() -> None:
    spread = Spread(between=0.06, judge=0.3)
    findings = found(Want(difference=0.08), spread, judgment=5.0)
    assert value(findings, "design_repeats") == 0
    assert "A judge would not pay" in " ".join(findings.limits)


def test_what_no_study_reaches_has_its_reason() -> None:
    spread = Spread(between=0.06, judge=0.3)
    findings = found(Want(difference=0.01, examples=100), spread)
    (result,) = findings.results
    assert result.estimate.value is None
    assert "examples would be needed" in (result.estimate.reason or "")
