"""A judge's mean in a comparison: corrected where people rated a part, else called an opinion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.correction import LEAST_LABELS, correct, sample_of
from measurand.analysis.result import Findings, Result
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE, UNIT, YES_NO, Scale
from measurand.stats.estimate import Estimate

RUBRIC = Rubric(
    Dimension("quality", weight=70, scale=ONE_TO_FIVE),
    Dimension("right", weight=30, scale=YES_NO),
)
OPTIONS = ComparisonOptions(resamples=499)
SYSTEMS = {"good": (3.6, 0.8), "bad": (2.4, 0.5)}
"""Each system's mean quality before rounding, and its share of right answers."""


def rating(
    example: int, system: str, dimension: str, value: float, kind: Kind, *, cluster: str | None
) -> Rating:
    return Rating(
        example=f"e{example}",
        system=system,
        dimension=dimension,
        rater=kind,
        kind=kind,
        value=value,
        cluster=cluster,
    )


def world(labels: int, *, n: int = 400, size: int = 1, seed: int = 1) -> list[Rating]:
    """A lenient judge of all outputs of two systems, and people who rated the first few."""
    rng = np.random.default_rng(seed)
    rows = []
    for system, (middle, share) in SYSTEMS.items():
        for i in range(n):
            quality = float(np.clip(np.rint(rng.normal(middle, 0.9)), 1, 5))
            right = float(rng.random() < share)
            judged = float(np.clip(quality + rng.integers(0, 3), 1, 5))
            passed = 1.0 if right else float(rng.random() < 0.5)
            cluster = None if size == 1 else f"c{i // size}"
            for dimension, truth, said in (
                ("quality", quality, judged),
                ("right", right, passed),
            ):
                rows.append(rating(i, system, dimension, said, "judge", cluster=cluster))
                if i < labels:
                    rows.append(rating(i, system, dimension, truth, "people", cluster=cluster))
    return rows


def truth(system: str, n: int = 400) -> dict[str, float]:
    """The means of what people would say of all outputs."""
    whole = [r for r in world(n, n=n) if r.kind == "people" and r.system == system]
    told = {
        name: np.asarray([r.value for r in whole if r.dimension == name], dtype=float)
        for name in ("quality", "right")
    }
    overall = 0.7 * (told["quality"] - 1) / 4 + 0.3 * told["right"]
    return {name: float(values.mean()) for name, values in told.items()} | {
        "overall": float(overall.mean())
    }


@cache
def labelled(labels: int) -> Findings:
    """The comparison of a world of which people rated so many outputs a system."""
    return compare(Ratings.of(world(labels)), RUBRIC, options=OPTIONS)


def results(findings: Findings, name: str, **cells: object) -> Iterator[Result]:
    for result in findings.named(name):
        if all(getattr(result, key) == value for key, value in cells.items()):
            yield result


def one(findings: Findings, name: str, system: str, dimension: str) -> Result:
    (found,) = (
        result
        for result in results(findings, name, systems=(system,), dimension=dimension)
        if not result.naive
    )
    return found


def numbers(estimate: Estimate) -> tuple[float, float, float]:
    assert estimate.value is not None
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.value, estimate.low, estimate.high


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("dimension", ["quality", "right", "overall"])
def test_the_corrected_mean_stands_and_the_raw_one_beside_it(system: str, dimension: str) -> None:
    findings = labelled(60)
    mean = one(findings, "mean", system, dimension)
    value, low, high = numbers(mean.estimate)
    assert not mean.opinion
    assert low < truth(system)[dimension] < high
    assert mean.estimate.n == 60
    raw = one(findings, "judge_mean_raw", system, dimension)
    assert raw.opinion
    assert raw.estimate.n == 400
    assert numbers(raw.estimate)[1] > value
    assert "not of how good the outputs are" in (raw.estimate.reason or "")
    limit = f"{dimension} is scored by a judge on 800 outputs, 120 of which people rated"
    assert dimension == "overall" or any(limit in told for told in findings.limits)


def test_nobody_rated_so_it_is_the_judges_opinion() -> None:
    findings = labelled(0)
    means = list(findings.named("mean"))
    assert len(means) == 6
    assert all(result.opinion for result in means)
    assert all("the judge's opinion" in result.estimate.method for result in means)
    assert all("not of how good" in (result.estimate.reason or "") for result in means)
    assert not list(findings.named("judge_mean_raw"))
    (limit,) = (told for told in findings.limits if "no person has confirmed" in told)
    assert "quality, right" in limit
    assert "no estimates of quality" in limit


def test_too_few_labels_correct_nothing_and_it_is_said() -> None:
    findings = labelled(LEAST_LABELS - 1)
    mean = one(findings, "mean", "good", "quality")
    assert mean.opinion
    assert "people rated only 9 of these outputs" in (mean.estimate.reason or "")
    assert any("fewer than 10 outputs (good 9, bad 9) on right" in told for told in findings.limits)


def test_what_people_rated_in_full_is_theirs_and_untouched() -> None:
    findings = labelled(400)
    for system in SYSTEMS:
        mean = one(findings, "mean", system, "quality")
        assert not mean.opinion
        assert mean.estimate.value == pytest.approx(truth(system)["quality"])
        assert "t(n-1)" in mean.estimate.method
    assert not list(findings.named("judge_mean_raw"))


def test_clusters_widen_and_the_naive_one_is_corrected_too() -> None:
    rows = world(60, size=4)
    findings = compare(Ratings.of(rows), RUBRIC, options=OPTIONS)
    found = list(results(findings, "mean", systems=("good",), dimension="quality"))
    assert [result.naive for result in found] == [False, True]
    assert all(not result.opinion for result in found)
    alone = compare(Ratings.of(world(60)), RUBRIC, options=OPTIONS)
    plain = numbers(one(alone, "mean", "good", "quality").estimate)
    assert numbers(found[1].estimate) == pytest.approx(plain)


def test_the_same_seed_gives_the_same_interval() -> None:
    first, second = (compare(Ratings.of(world(30)), RUBRIC, options=OPTIONS) for _ in range(2))
    assert first.results == second.results


def grades(n: int, middle: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    labels = np.clip(np.rint(rng.normal(middle, 1.0, n)), 1, 5)
    return (labels - 1) / 4, np.clip((labels + rng.normal(0.5, 1.0, n) - 1) / 4, 0, 1)


@pytest.mark.parametrize(
    ("middle", "scale", "method"),
    [
        (3.0, ONE_TO_FIVE, "cross-fitted linear"),
        (4.9, ONE_TO_FIVE, "Dirichlet, 2 strata"),
        (3.0, UNIT, "cross-fitted linear"),
        (3.0, Scale("interval"), "cross-fitted linear"),
    ],
)
def test_the_estimator_follows_the_labels(middle: float, scale: Scale, method: str) -> None:
    labels, judged = grades(200, middle)
    labels[40:] = np.nan
    found = correct(sample_of(judged, labels, None), scale=scale)
    assert found.estimate.method.startswith(method)


def test_yes_and_no_go_by_strata_of_the_verdict() -> None:
    rng = np.random.default_rng(1)
    judged = (rng.random(200) < 0.7).astype(float)
    labels = np.where(np.arange(200) < 40, judged, np.nan)
    found = correct(sample_of(judged, labels, None), scale=YES_NO)
    assert found.estimate.method == "judge-stratified Jeffreys"


def test_unequal_chances_of_being_rated_are_a_limit() -> None:
    rows = [
        replace(row, probability=0.1 + 0.2 * (i % 3 == 0)) if row.kind == "people" else row
        for i, row in enumerate(world(40))
    ]
    told = "likelier to be rated by people"
    assert any(told in x for x in compare(Ratings.of(rows), RUBRIC, options=OPTIONS).limits)
    alike = compare(Ratings.of(world(40)), RUBRIC, options=OPTIONS)
    assert not any(told in limit for limit in alike.limits)
