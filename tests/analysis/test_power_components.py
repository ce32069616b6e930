"""The parts of a spread as they were measured, none of them twice, and the study of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from measurand.analysis.detect_measured import Calibrated, Measured
from measurand.analysis.matrix import Floats
from measurand.analysis.power_components import Rated, components_of
from measurand.analysis.power_design import Components, Money, Pace, Want, design_findings
from measurand.analysis.result import Findings
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.rubric import Dimension, RaterSpec
from measurand.core.scale import UNIT, YES_NO
from measurand.stats.design import Spread
from measurand.stats.estimate import Estimate

PEOPLE = Dimension("tone", scale=UNIT, raters=(RaterSpec("people"), RaterSpec("judge")))
SAFE = Dimension("safety", scale=YES_NO, raters=(RaterSpec("people"),))


def measured(values: Floats, *, dimension: str = "tone", judged: bool = False) -> Measured:
    return Measured(
        dimension=dimension,
        systems=("new", "old"),
        values=values,
        baseline=np.linspace(0.2, 0.8, len(values)),
        clusters=np.arange(len(values)),
        yes_no=False,
        judged=judged,
        where="all",
    )


def table(scores: Floats, kind: Kind = "people") -> Ratings:
    """Ratings by example, system, trial and rater, in [0, 1]."""
    names = ("new", "old")
    return Ratings.of(
        [
            Rating(
                example=f"q{at}",
                system=names[system],
                dimension="tone",
                rater=f"r{who}",
                kind=kind,
                repeat=trial,
                value=float(value),
            )
            for (at, system, trial, who), value in np.ndenumerate(scores)
        ]
    )


def simulated(
    *, trials: int, raters: int, noise: tuple[float, float], n: int = 400
) -> tuple[Floats, Measured]:
    """Scores whose differences vary by .04, by trial and by rater; what is measured of them."""
    rng = np.random.default_rng(11)
    between = rng.normal(0.5, 0.02**0.5, (n, 2, 1, 1))
    scores = between + rng.normal(0, noise[0] ** 0.5, (n, 2, trials, 1))
    scores = scores + rng.normal(0, noise[1] ** 0.5, (n, 2, trials, raters))
    means = scores.mean(axis=(2, 3))
    return scores, measured(means[:, 0] - means[:, 1])


def test_trials_are_taken_out_as_often_as_they_are_in() -> None:
    """Four trials averaged leave a quarter of their noise in the scores, and no more."""
    scores, one = simulated(trials=4, raters=1, noise=(0.06, 0.0))
    judged = replace(one, judged=True)
    rated = Rated(ratings=table(scores, "judge"), measured=(judged,), rounds={})
    known = components_of(PEOPLE, rated).spread
    assert known.trials == pytest.approx(0.06, rel=0.1)
    assert known.between == pytest.approx(0.04, rel=0.25)


def test_people_have_seen_one_trial() -> None:
    """What four judged trials tell of asking again is in people's scores whole."""
    scores, _ = simulated(trials=4, raters=1, noise=(0.06, 0.0))
    first = scores[:, :, 0, 0]
    seen = Ratings.of([*table(scores, "judge"), *table(scores[:, :, :1])])
    one = measured(first[:, 0] - first[:, 1])
    known = components_of(PEOPLE, Rated(ratings=seen, measured=(one,), rounds={})).spread
    assert known.trials == pytest.approx(0.06, rel=0.1)
    assert known.between == pytest.approx(0.04, rel=0.35)


def test_people_s_disagreement_is_taken_out_of_what_they_scored() -> None:
    scores, one = simulated(trials=1, raters=3, noise=(0.0, 0.06))
    rated = Rated(ratings=table(scores), measured=(one,))
    known = components_of(PEOPLE, rated).spread
    assert known.raters == pytest.approx(0.06, rel=0.1)
    assert known.between + 2 * known.trials == pytest.approx(0.04, rel=0.25)
    judged = replace(rated, measured=(replace(one, judged=True),))
    votes = replace(rated, measured=(replace(one, yes_no=True),))
    taken = components_of(PEOPLE, votes).spread
    assert taken.between + 2 * taken.trials == pytest.approx(one.sd**2)
    opinion = components_of(PEOPLE, judged).spread
    assert opinion.between + 2 * opinion.trials == pytest.approx(one.sd**2)


@pytest.mark.parametrize("calls", [1, 3])
def test_a_judge_s_noise_and_people_s_are_not_charged_twice(calls: int) -> None:
    """A judge that sees the truth by .9 correlates less with people, by its noise and theirs."""
    scores, one = simulated(trials=1, raters=3, noise=(0.0, 0.02))
    agreed, one_call = 0.02 / (0.02 + 0.02 / 3), 0.8
    steady = calls * one_call / (1 + (calls - 1) * one_call)
    seen = 0.9 * (agreed * steady) ** 0.5
    judge = Calibrated(
        judge="j", correlation=(seen - 0.1, seen, seen + 0.05), reliability=one_call, n=90
    )
    rated = Rated(
        ratings=table(scores), measured=(one,), calibrated={"tone": judge}, judge=True, calls=calls
    )
    known = components_of(PEOPLE, rated)
    assert known.spread.judge == pytest.approx(0.81, abs=0.03)
    assert known.judge is not None
    assert known.judge[0] < known.spread.judge < known.judge[1] <= 0.95


def price(value: float) -> Estimate:
    return Estimate(value=value, low=value, high=value, n=10, method="t")


def study(want: Want, known: Components) -> Findings:
    return design_findings(
        want,
        known,
        Money(answer=price(0.004), judgment=price(0.02), rating=price(1.0)),
        pace=Pace(
            rating=price(60), answer=2.0, judgment=4.0, connections=10, people=3, hours_a_day=4
        ),
        examples=300,
    )


def found(findings: Findings, name: str) -> Estimate:
    return next(findings.named(name)).estimate


def rare() -> Components:
    values = np.zeros(200)
    values[:2] = 1
    return components_of(SAFE, Rated(measured=(measured(values, dimension="safety"),)))


def test_a_study_allows_for_the_difference_that_it_is_to_find() -> None:
    """Two differ on 1 % so far; a difference of 5 points takes a discordance of 5 %."""
    known = rare()
    findings = study(Want(difference=0.05), known)
    single = Spread(between=0.05 - 0.05**2, raters=known.spread.raters)
    narrow = study(Want(difference=0.05), replace(known, yes_no=False))
    n = found(findings, "design_examples").value or 0
    assert n > (found(narrow, "design_examples").value or 0)
    assert n * single.between > 7.84 * 0.8 * single.between**2 / 0.05**2  # labels alone
    assert "differ on at least as many examples" in " ".join(findings.limits)
    wide = components_of(SAFE, Rated())
    assert "at least as many" not in " ".join(study(Want(difference=0.05), wide).limits)


def test_a_budget_finds_no_difference_that_cannot_be() -> None:
    known = rare()
    findings = study(Want(budget=600), known)
    least = found(findings, "detectable").value or 0
    narrow = found(study(Want(budget=600), replace(known, yes_no=False)), "detectable").value or 1
    assert least > narrow
    again = study(Want(difference=least), known)
    assert found(again, "design_cost").value == pytest.approx(600, rel=0.02)


def test_what_the_calibration_leaves_open_is_a_range_of_what_is_found() -> None:
    spread = Spread(between=0.06, raters=0.04, judge=0.6, reliability=0.8)
    known = Components(spread=spread, dimension="tone", judge=(0.4, 0.75))
    least = found(study(Want(difference=0.05), known), "detectable")
    assert least.low is not None
    assert least.high is not None
    assert least.low < (least.value or 0) <= 0.05 + 1e-9 < least.high


def test_a_study_that_there_is_not_names_its_dimension() -> None:
    spread = Spread(between=0.06)
    (result,) = study(Want(budget=1), Components(spread=spread, dimension="tone")).results
    assert result.dimension == "tone"
    assert not result.estimate.present


def test_working_days_say_of_whom() -> None:
    spread = Spread(between=0.06, raters=0.04)
    days = found(
        study(Want(difference=0.05), Components(spread=spread, dimension="tone")), "design_days"
    )
    assert "3 people, 4 hours a day each" in days.method
