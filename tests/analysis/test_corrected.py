"""Corrected means as an analysis: what is published, refused, and flagged."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.analysis.corrected import CorrectedOptions, corrected_means
from measurand.analysis.result import Findings, Result, Verdict
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.scale import ONE_TO_FIVE, YES_NO
from measurand.errors import UsageError

SCALES = {"quality": ONE_TO_FIVE, "right": YES_NO}


def world(
    labels: dict[str, int],
    *,
    fooled: str | None = None,
    n: int = 400,
    specificity: float = 0.85,
    sensitivity: float = 0.95,
    seed: int = 1,
) -> Ratings:
    """Systems with so many labelled outputs; of one, the judge takes the worst for good."""
    rng = np.random.default_rng(seed)
    rows = []

    def add(i: int, system: str, dimension: str, kind: Kind, value: float) -> None:
        rater = kind if kind == "judge" else f"person {i % 2}"
        rows.append(
            Rating(
                example=f"e{i}",
                system=system,
                dimension=dimension,
                rater=rater,
                kind=kind,
                value=value,
            )
        )

    for system, count in labels.items():
        for i in range(n):
            quality = float(np.clip(np.rint(rng.normal(2.0 if system == fooled else 3.2, 1)), 1, 5))
            right = float(rng.random() < 0.8)
            kind = 2.0 if system == fooled else 0.5
            judged = float(np.clip(np.rint(quality + kind + rng.normal(0, 0.7)), 1, 5))
            passed = rng.random() < (sensitivity if right else 1 - specificity)
            add(i, system, "quality", "judge", judged)
            add(i, system, "right", "judge", float(passed))
            if i < count:
                add(i, system, "quality", "people", quality)
                add(i, system, "right", "people", right)
    return Ratings.of(rows)


def one(findings: Findings, name: str, dimension: str, *systems: str) -> Result:
    (found,) = (r for r in findings.named(name) if (r.dimension, r.systems) == (dimension, systems))
    return found


def verdict(findings: Findings, dimension: str, system: str) -> Verdict:
    (found,) = (v for v in findings.verdicts if (v.dimension, v.systems) == (dimension, (system,)))
    return found


def test_everything_that_is_published() -> None:
    findings = corrected_means(world({"a": 60, "b": 60}), SCALES)
    graded = {"corrected_mean", "judge_mean_raw", "labels_saved", "transport_gap"}
    errors = {"sensitivity", "specificity"}
    for system in "ab":
        named = {r.name for r in findings.results if r.systems == (system,)}
        assert named == graded | errors | {"rogan_gladen"}
    assert {r.name for r in findings.results if not r.systems} == errors
    assert all(r.estimate.present for r in findings.results)
    assert all(r.estimate.n == 60 for r in findings.named("corrected_mean"))
    assert all(r.opinion for r in findings.named("judge_mean_raw"))
    assert {v.name for v in findings.verdicts} == {"transport"}
    assert any("drawn at random" in limit for limit in findings.limits)


def test_sensitivity_and_specificity_of_all_systems_pool_their_labels() -> None:
    findings = corrected_means(world({"a": 100, "b": 100}), SCALES)
    whole = one(findings, "sensitivity", "right").estimate
    parts = [one(findings, "sensitivity", "right", s).estimate for s in "ab"]
    assert whole.n == sum(part.n for part in parts)
    assert whole.low is not None
    assert whole.high is not None
    assert whole.low < 0.95 < whole.high
    spec = one(findings, "specificity", "right").estimate
    assert spec.low is not None
    assert spec.high is not None
    assert spec.low < 0.85 < spec.high


def test_a_lenient_judge_is_told_by_its_specificity_and_has_no_cross_check() -> None:
    findings = corrected_means(world({"a": 60}, sensitivity=0.96, specificity=0.25), SCALES)
    check = one(findings, "rogan_gladen", "right", "a").estimate
    assert not check.present
    assert "add up to less than 1.5" in (check.reason or "")
    assert one(findings, "corrected_mean", "right", "a").estimate.present
    raw = one(findings, "judge_mean_raw", "right", "a").estimate
    assert raw.low is not None
    assert raw.low > 0.85  # the truth is .8


def test_a_system_that_fools_the_judge_is_flagged_on_what_it_fools_it_about() -> None:
    findings = corrected_means(world({"a": 80, "b": 80}, fooled="b"), SCALES)
    told = verdict(findings, "quality", "b")
    assert told.outcome == "does not carry over"
    assert told.bound == pytest.approx(0.2)
    assert "too kind on b" in told.reason
    assert verdict(findings, "right", "b").outcome != "does not carry over"


def test_enough_labels_of_a_system_like_the_others_carry_over() -> None:
    findings = corrected_means(
        world({"a": 400, "b": 400}), SCALES, options=CorrectedOptions(margin=0.1)
    )
    assert {v.outcome for v in findings.verdicts} == {"carries over"}
    few = corrected_means(world({"a": 30, "b": 30}), SCALES)
    assert all(v.outcome == "inconclusive" for v in few.verdicts)
    assert any("times the labels would tell" in v.reason for v in few.verdicts)


def test_too_few_labels_are_refused_and_named() -> None:
    findings = corrected_means(world({"a": 60, "b": 9, "c": 0}), SCALES)
    few = one(findings, "corrected_mean", "quality", "b").estimate
    none = one(findings, "corrected_mean", "quality", "c").estimate
    assert few.reason == (
        "people rated only 9 of these outputs; 10 are the fewest that correct a judge"
    )
    assert "no person rated outputs of c" in (none.reason or "")
    assert not one(findings, "labels_saved", "quality", "b").estimate.present
    assert not one(findings, "transport_gap", "quality", "b").estimate.present
    assert verdict(findings, "quality", "c").outcome == "inconclusive"
    assert any(
        "quality: people rated fewer than 10 outputs (b 9, c 0)" in x for x in findings.limits
    )


def test_a_judge_that_is_not_there_is_misuse() -> None:
    with pytest.raises(UsageError, match="nobody rated nothing"):
        corrected_means(world({"a": 20}), SCALES, judge="nobody")
    with pytest.raises(UsageError, match="margin"):
        corrected_means(world({"a": 20, "b": 20}), SCALES, options=CorrectedOptions(margin=0))


def test_one_judge_of_several() -> None:
    table = world({"a": 40})
    more = [
        Rating(
            example=row.example,
            system=row.system,
            dimension=row.dimension,
            rater="other",
            kind="judge",
            value=1.0,
        )
        for row in table
        if row.kind == "judge"
    ]
    alone = corrected_means(table, SCALES)
    both = corrected_means(table + Ratings.of(more), SCALES, judge="judge")
    assert alone.results == both.results
    assert corrected_means(table + Ratings.of(more), SCALES).results != alone.results
