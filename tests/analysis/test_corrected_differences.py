"""Differences of systems that a judge scores: corrected by people's labels, else an opinion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.analysis.many_rows import QUALITY, RIGHT, Floats, decided, one, rows_of

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.correction import LEAST_LABELS
from measurand.analysis.result import Findings
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import UNIT

FEW = ComparisonOptions(resamples=999)
N = 300


def judged_world(
    labels: int, *, favour: float = 0.15, lead: float = 0.0, n: int = N, seed: int = 1
) -> tuple[Floats, Floats]:
    """Quality of two systems, and what a judge that favours the second says of it."""
    rng = np.random.default_rng(seed)
    quality = 0.4 + 0.1 * rng.normal(size=(n, 1)) + 0.1 * rng.normal(size=(n, 2))
    quality[:, 0] += lead
    judged = quality + 0.05 * rng.normal(size=(n, 2)) + np.array([0.0, favour])
    people = np.full((n, 2), np.nan)
    people[:labels] = quality[:labels]
    return np.clip(judged, 0, 1), np.clip(people, 0, 1)


def findings_of(
    worlds: tuple[Floats, Floats], *, options: ComparisonOptions = FEW, cluster: int = 1
) -> Findings:
    judged, people = worlds
    rows: list[Rating] = [
        *rows_of(judged, kind="judge", cluster=cluster),
        *rows_of(people, kind="people", cluster=cluster),
    ]
    return compare(Ratings.of(rows), QUALITY, options=options)


def test_without_labels_the_difference_is_the_judges_opinion() -> None:
    findings = findings_of(judged_world(0))
    gap = one(findings, "difference", systems=("a", "b"))
    assert gap.opinion
    assert not list(findings.named("judge_difference_raw"))
    verdict = decided(findings)
    assert verdict.outcome == "b better"
    assert verdict.reason == "b is better than a, in the judge's opinion"


def test_labels_correct_the_difference_and_the_verdict() -> None:
    findings = findings_of(judged_world(80))
    gap = one(findings, "difference", systems=("a", "b"))
    raw = one(findings, "judge_difference_raw", systems=("a", "b"))
    assert not gap.opinion
    assert gap.estimate.n == 80
    assert gap.estimate.method.startswith("cross-fitted linear prediction-powered")
    assert raw.opinion
    assert raw.estimate.value == pytest.approx(-0.15, abs=0.03)
    assert gap.estimate.value == pytest.approx(0.0, abs=0.03)
    verdict = decided(findings)
    assert verdict.outcome != "b better"
    assert verdict.estimate is not None
    assert verdict.estimate.value == gap.estimate.value
    assert "opinion" not in verdict.reason


def test_too_few_labels_leave_the_opinion_and_say_so() -> None:
    findings = findings_of(judged_world(LEAST_LABELS - 1))
    assert one(findings, "difference", systems=("a", "b")).opinion
    (told,) = [x for x in findings.limits if x.startswith("On quality people rated outputs of")]
    assert "a and b 9" in told
    assert told.endswith("these differences are the judge's opinion.")


def test_labels_of_one_system_correct_its_mean_and_no_difference() -> None:
    judged, people = judged_world(60)
    people[:, 1] = np.nan
    findings = findings_of((judged, people))
    assert not one(findings, "mean", systems=("a",)).opinion
    assert one(findings, "mean", systems=("b",)).opinion
    assert one(findings, "difference", systems=("a", "b")).opinion


def test_the_correction_is_of_core_where_there_is_core() -> None:
    """Labels of other pools correct nothing of core."""
    judged, people = judged_world(120)
    rows = [
        rating if int(rating.example[1:]) >= 60 else _of(rating, "edge")
        for rating in (*rows_of(judged, kind="judge"), *rows_of(people, kind="people"))
    ]
    rows = [rating if rating.component else _of(rating, "core") for rating in rows]
    findings = compare(Ratings.of(rows), QUALITY, options=FEW)
    assert one(findings, "difference", systems=("a", "b")).estimate.n == 60


def _of(rating: Rating, component: str) -> Rating:
    return replace(rating, component=component)


def test_clusters_widen_a_corrected_difference() -> None:
    judged, people = (np.repeat(part[:75], 4, axis=0) for part in judged_world(40))
    alone, shared = (findings_of((judged, people), cluster=size) for size in (1, 4))
    widths = [
        (e.high or 0) - (e.low or 0)
        for e in (
            next(
                r for r in f.named("difference") if not r.naive and r.dimension == "quality"
            ).estimate
            for f in (alone, shared)
        )
    ]
    assert widths[1] > 1.5 * widths[0]


def test_the_overall_difference_mixes_what_people_and_checks_said() -> None:
    """Of a check's dimension nothing is corrected, of the judge's it is, with their weights."""
    rubric = Rubric(
        Dimension("quality", weight=50, scale=UNIT), Dimension("format", weight=50, scale=UNIT)
    )
    judged, people = judged_world(100)
    form = np.full((N, 2), 0.5)
    form[:, 0] += 0.1
    rows = [
        *rows_of(judged, kind="judge"),
        *rows_of(people, kind="people"),
        *rows_of(form, dimension="format", kind="check"),
    ]
    findings = compare(Ratings.of(rows), rubric, options=FEW)
    gap = one(findings, "difference", systems=("a", "b")).estimate
    quality = one(findings, "difference", systems=("a", "b"), dimension="quality").estimate
    assert gap.value == pytest.approx(0.5 * (quality.value or 0) + 0.05, abs=0.005)


def test_many_systems_are_decided_on_corrected_differences() -> None:
    rng = np.random.default_rng(4)
    quality = 0.4 + 0.1 * rng.normal(size=(N, 1)) + 0.05 * rng.normal(size=(N, 3))
    quality[:, 0] += 0.08
    judged = np.clip(quality + 0.03 * rng.normal(size=(N, 3)) + [0.0, 0.0, 0.2], 0, 1)
    people = np.where(np.arange(N)[:, None] < 90, np.clip(quality, 0, 1), np.nan)
    findings = findings_of((judged, people))
    best = decided(findings, "best systems", dimension="overall")
    assert (best.outcome, best.systems) == ("one best", ("a",))
    raw = findings_of((judged, np.full((N, 3), np.nan)))
    thought = decided(raw, "best systems", dimension="overall")
    assert thought.systems == ("c",)
    assert "in the judge's opinion" in thought.reason
    simultaneous = one(
        findings, "difference_simultaneous", systems=("a", "c"), dimension="quality"
    ).estimate
    corrected = one(findings, "difference", systems=("a", "c"), dimension="quality").estimate
    assert simultaneous.value == pytest.approx(corrected.value)


def test_traffic_weighs_what_a_corrected_difference_is_made_of() -> None:
    judged, people = judged_world(100, lead=0.0)
    # In the first segment a is ahead by .2, in the other behind by .2; both are labelled.
    ahead = np.arange(N) % 2 == 0
    shift = np.where(ahead, 0.2, -0.2)[:, None] * [1.0, 0.0]
    rows = [
        *rows_of(np.clip(judged + shift, 0, 1), kind="judge"),
        *rows_of(np.clip(people + shift, 0, 1), kind="people"),
    ]
    told = [
        replace(r, segment="one" if int(r.example[1:]) % 2 == 0 else "two", component="core")
        for r in rows
    ]
    found = {}
    for share in (0.9, 0.1):
        options = ComparisonOptions(resamples=999, traffic={"one": share, "two": 1 - share})
        findings = compare(Ratings.of(told), QUALITY, options=options)
        found[share] = one(findings, "difference", systems=("a", "b")).estimate.value or 0
        assert one(findings, "mean", systems=("a",)).estimate.present
    assert found[0.9] == pytest.approx(0.16, abs=0.04)
    assert found[0.1] == pytest.approx(-0.16, abs=0.04)


def test_yes_no_is_corrected_too() -> None:
    rng = np.random.default_rng(2)
    truth = (rng.random((N, 2)) < 0.7).astype(float)
    lenient = np.where(truth == 1, 1.0, (rng.random((N, 2)) < [0.1, 0.6]).astype(float))
    people = np.where(np.arange(N)[:, None] < 100, truth, np.nan)
    rows = [
        *rows_of(lenient, dimension="right", kind="judge"),
        *rows_of(people, dimension="right", kind="people"),
    ]
    findings = compare(Ratings.of(rows), RIGHT, options=FEW)
    raw = one(findings, "judge_difference_raw", systems=("a", "b"), dimension="right").estimate
    gap = one(findings, "difference", systems=("a", "b"), dimension="right").estimate
    assert raw.high is not None
    assert raw.high < 0
    assert gap.low is not None
    assert gap.high is not None
    assert gap.low < 0 < gap.high


def test_anytime_a_judge_is_not_corrected_and_labels_decide_alone() -> None:
    options = ComparisonOptions(resamples=999, looks="anytime")
    findings = findings_of(judged_world(100, favour=0.2), options=options)
    gap = one(findings, "difference", systems=("a", "b"))
    assert gap.estimate.n == 100
    assert gap.estimate.method.startswith("confidence sequence")
    assert any("people's labels alone decide" in limit for limit in findings.limits)
