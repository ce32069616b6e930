"""A judge is held against people on outputs that were locked, and on no others."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from tests.analysis.judged_rows import JUDGE, World

from measurand.analysis.calibration import calibration, concluded, locked, rated_split
from measurand.analysis.calibration_options import CalibrationOptions, Counts
from measurand.analysis.result import Findings, Verdict
from measurand.core.example import Example
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE, YES_NO, Scale
from measurand.errors import UsageError
from measurand.stats.estimate import Estimate

SCALES = {"tone": ONE_TO_FIVE, "accuracy": ONE_TO_FIVE, "safety": YES_NO}
QUICK = CalibrationOptions(resamples=200)


def said(world: World, seed: int = 0, options: CalibrationOptions = QUICK) -> Findings:
    return calibration(world.ratings(seed), SCALES, judge=world.judge, options=options)


def verdict(found: Findings, dimension: str = "tone") -> Verdict:
    (one,) = (v for v in found.verdicts if v.dimension == dimension)
    return one


def number(found: Findings, name: str, dimension: str = "tone") -> Estimate:
    (one,) = (
        r.estimate for r in found.named(name) if r.dimension == dimension and r.component is None
    )
    return one


def value(found: Findings, name: str, dimension: str = "tone") -> float:
    estimate = number(found, name, dimension)
    assert estimate.value is not None, estimate.reason
    return estimate.value


def test_a_good_judge_is_verified_and_a_bad_one_fails() -> None:
    good, bad = said(World(n=300)), said(World(n=300, judged=0.5))

    assert verdict(good).outcome == "VERIFIED"
    assert verdict(bad).outcome == "FAIL"
    assert (verdict(good).raters, verdict(good).bound) == ((JUDGE,), 0.8)


def test_development_outputs_give_no_number() -> None:
    """The judge is perfect on what is for development, and noise on what is locked."""
    world = World(n=150, judged=0.99, noise=0.1)
    ratings = world.ratings()
    test = rated_split(ratings, SCALES).test
    noise = np.random.default_rng(1)

    spoiled = Ratings.of(
        replace(row, value=float(noise.integers(1, 6)))
        if row.kind == "judge" and f"{row.example}\x1f{row.system}" in test
        else row
        for row in ratings
    )
    found = calibration(spoiled, SCALES, judge=JUDGE, options=QUICK)

    assert verdict(found).outcome == "FAIL"
    assert abs(value(found, "correlation_with_people")) < 0.3
    tested = verdict(found).tested
    assert tested is not None
    assert tested.n_test == len(test) == 100


def test_fifty_outputs_only_screen() -> None:
    found = said(World(n=50))
    one = verdict(found)

    assert one.tested is not None
    assert (one.tested.screening, one.tested.n_test) == (True, 34)
    assert one.outcome in {"PASS", "INCONCLUSIVE"}
    assert any(limit.startswith("Screening") for limit in found.limits)


def test_a_judge_as_good_as_can_be_is_not_called_bad() -> None:
    """People of ICC .2: even the truth itself correlates with their mean by less than .8."""
    found = said(World(n=600, judged=0.999, noise=2.0))

    assert verdict(found).outcome == "CEILING BELOW TARGET"
    assert value(found, "ceiling_ratio") > 0.85


def test_the_numbers_are_those_of_the_locked_outputs() -> None:
    held = locked(World(n=150, repeats=3, shift=0.5).ratings(), SCALES, judge=JUDGE)
    pool, found = held.pools["tone"], concluded(held, options=QUICK)

    assert value(found, "correlation_with_people") == pytest.approx(
        np.corrcoef(pool.judge, pool.people)[0, 1]
    )
    assert value(found, "leniency") == pytest.approx((pool.judge - pool.people).mean())
    assert value(found, "error_with_people") == pytest.approx(
        np.abs(pool.judge - pool.people).mean()
    )
    assert value(found, "error_after_mapping") < value(found, "error_with_people")
    assert value(found, "repeat_reliability") == 1.0
    assert number(found, "correlation_bound").high == 1.0


def test_yes_and_no_have_sensitivity_and_specificity_and_phi() -> None:
    found = said(World(n=300, yes_no=True, dimension="safety", shift=1.0))

    held = locked(
        World(n=300, yes_no=True, dimension="safety", shift=1.0).ratings(), SCALES, judge=JUDGE
    )
    pool = held.pools["safety"]
    assert value(found, "sensitivity", "safety") == pytest.approx(
        pool.judge[pool.people == 1].mean()
    )
    assert value(found, "specificity", "safety") == pytest.approx(
        1 - pool.judge[pool.people == 0].mean()
    )
    assert "phi = " in verdict(found, "safety").reason
    assert number(found, "ceiling_correlation", "safety").present
    assert value(found, "leniency", "safety") > 0


def test_all_systems_of_a_prompt_are_on_one_side() -> None:
    held = locked(World(n=300, systems=3).ratings(), SCALES, judge=JUDGE)

    examples = {item.split("\x1f")[0] for item in held.split.test}
    assert examples.isdisjoint(item.split("\x1f")[0] for item in held.split.development)
    assert held.pools["tone"].shared is not None


def test_prompts_that_share_a_cluster_are_on_one_side() -> None:
    ratings = World(n=150).ratings()
    examples = {
        f"e{i}": Example(id=f"e{i}", messages=(), cluster=f"talk {i // 5}") for i in range(150)
    }
    held = locked(ratings, SCALES, judge=JUDGE, examples=examples)

    assert len(set(held.pools["tone"].groups)) == len(held.split.test) / 5


def test_levels_and_components_are_on_both_sides_alike() -> None:
    """Of people's mean level, with the component; a third of each for development."""
    ratings = World(n=150).ratings()
    held = locked(ratings, SCALES, judge=JUDGE)
    parts = (held.developed["tone"], held.pools["tone"])

    developed, tested = (
        Counter(zip(np.floor(pool.people + 0.5).tolist(), map(str, pool.components), strict=True))
        for pool in parts
    )
    assert len(developed | tested) == 10
    for kind in developed | tested:
        assert abs(developed[kind] - (developed[kind] + tested[kind]) / 3) <= 1


def test_no_judge_moves_an_output_to_the_other_side() -> None:
    rows = World(n=150).rows()
    told = rated_split(Ratings.of(rows), SCALES)
    people = [row for row in rows if row.kind == "people"]
    other = [r for r in World(n=150, judged=0.3, judge="other").rows(7) if r.kind == "judge"]

    assert rated_split(Ratings.of(people), SCALES) == told
    assert rated_split(Ratings.of([*other, *rows[::-1]]), SCALES) == told
    assert locked(Ratings.of(rows), SCALES, judge="p0").split == told


def test_systems_are_correlated_apart_from_outputs() -> None:
    few, many = said(World(n=160, systems=4)), said(World(n=300, systems=6))

    assert "takes 5 systems" in (number(few, "system_correlation").reason or "")
    assert number(many, "system_correlation").n == 6
    assert not [*said(World()).named("system_correlation")]


def test_several_dimensions_have_an_overall_number_and_no_overall_verdict() -> None:
    rows = (*World().rows(1), *World(dimension="accuracy").rows(2))
    rubric = Rubric(Dimension("tone", weight=75), Dimension("accuracy", weight=25))
    held = locked(Ratings.of(rows), SCALES, judge=JUDGE)
    found = concluded(held, rubric=rubric, options=QUICK)
    tone, accuracy = held.pools["tone"], held.pools["accuracy"]
    at = [accuracy.items.index(item) for item in tone.items]
    judge = 0.75 * tone.judge + 0.25 * accuracy.judge[at]
    people = 0.75 * tone.people + 0.25 * accuracy.people[at]

    assert value(found, "correlation_with_people", "overall") == pytest.approx(
        np.corrcoef(judge, people)[0, 1]
    )
    assert [v.dimension for v in found.verdicts] == ["tone", "accuracy"]


def test_components_have_their_own_numbers() -> None:
    found = said(World(n=300))

    parts = {r.component for r in found.named("correlation_with_people")}
    assert parts == {None, "core", "edge"}


def test_a_judge_that_fails_too_often_gets_no_verdict() -> None:
    world = World(n=300, judged=0.97, failing=0.2)
    found = said(world)

    assert verdict(found).outcome == "INCONCLUSIVE"
    assert "failed on" in verdict(found).reason
    assert found.failures[0].failure == "invalid"
    assert value(found, "judge_failure_rate") > 0.1
    lenient = said(world, options=replace(QUICK, max_failures=0.5))
    assert verdict(lenient).outcome == "VERIFIED"


def test_outputs_that_were_drawn_unlike_are_weighted_and_both_values_printed() -> None:
    rows = [
        replace(row, probability=0.9 if int(row.example[1:]) % 2 else 0.1)
        for row in World(n=300).rows()
    ]
    held = locked(Ratings.of(rows), SCALES, judge=JUDGE)
    found, pool = concluded(held, options=QUICK), held.pools["tone"]

    plain = np.corrcoef(pool.judge, pool.people)[0, 1]
    cov = np.cov(pool.judge, pool.people, aweights=pool.weights)
    weighted = cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1])
    assert value(found, "correlation_with_people") == pytest.approx(weighted)
    assert value(found, "correlation_unweighted") == pytest.approx(plain)
    assert any("not drawn alike" in limit for limit in found.limits)


def test_a_test_set_that_was_looked_at_too_often_shows_no_number() -> None:
    found = said(World(), options=replace(QUICK, counts={"tone": Counts(looks=4, shown=4)}))

    assert (verdict(found).outcome, found.results) == ("INCONCLUSIVE", ())
    assert "have new outputs rated" in verdict(found).reason


def test_judges_that_were_tried_in_a_file_count_as_shown() -> None:
    """Nobody knows on which outputs they were tried, so that only the bound may pass them."""
    alone = said(World(n=150, judged=0.92))
    tried = said(World(n=150, judged=0.92), options=replace(QUICK, candidates=10))

    assert (verdict(alone).outcome, verdict(tried).outcome) == ("PASS", "INCONCLUSIVE")
    tested = verdict(tried).tested
    assert tested is not None
    assert tested.candidates == 10


def test_one_person_alone_leaves_the_ceiling_unknown() -> None:
    found = said(World(people=1, noise=0.2))

    assert number(found, "ceiling_correlation").reason
    assert any("only one person rated" in limit for limit in found.limits)


def test_a_reference_is_right_where_nobody_rated() -> None:
    rows = [
        replace(row, kind="reference", rater="expert") if row.rater == "p0" else row
        for row in World().rows()
        if row.rater in {"p0", JUDGE}
    ]
    found = calibration(Ratings.of(rows), SCALES, judge=JUDGE, options=QUICK)

    assert number(found, "correlation_with_people").present
    assert any("only expert rated" in limit for limit in found.limits)


def test_a_person_can_be_held_against_the_others() -> None:
    found = calibration(World().ratings(), SCALES, judge="p0", options=QUICK)

    assert number(found, "correlation_with_people").present


def test_a_dimension_that_people_did_not_rate_is_inconclusive_and_says_so() -> None:
    rows = [r for r in World(dimension="accuracy").rows() if r.kind == "judge"]
    found = calibration(Ratings.of([*World().rows(), *rows]), SCALES, judge=JUDGE, options=QUICK)

    assert verdict(found, "accuracy").outcome == "INCONCLUSIVE"
    assert "No person rated" in verdict(found, "accuracy").reason


def test_labels_without_an_order_have_no_correlation() -> None:
    both: tuple[tuple[str, Kind], ...] = (("p", "people"), (JUDGE, "judge"))
    rows = [
        Rating(example=f"e{i}", system="s", dimension="mood", rater=who, kind=kind, value="win")
        for i in range(20)
        for who, kind in both
    ]
    scales = {**SCALES, "mood": Scale("nominal", labels=("win", "tie", "loss"))}
    found = calibration(Ratings.of(rows), scales, judge=JUDGE, options=QUICK)

    assert "without an order" in verdict(found, "mood").reason


def test_who_rated_nothing_cannot_be_calibrated() -> None:
    with pytest.raises(UsageError, match=JUDGE):
        calibration(World().ratings(), SCALES, judge="nobody")


def test_a_judge_that_always_says_the_same_has_no_correlation() -> None:
    rows = [replace(r, value=3.0) if r.kind == "judge" else r for r in World().rows()]
    found = calibration(Ratings.of(rows), SCALES, judge=JUDGE, options=QUICK)

    assert verdict(found).outcome == "INCONCLUSIVE"
    assert not number(found, "correlation_with_people").present


def test_the_order_of_rows_and_the_names_of_people_mean_nothing() -> None:
    world = World(n=150, systems=2)
    moved = Ratings.of(replace(r, rater=r.rater.replace("p", "q")) for r in world.rows()[::-1])
    one, other = said(world), calibration(moved, SCALES, judge=JUDGE.replace("p", "q"))

    assert value(one, "correlation_with_people") == pytest.approx(
        value(other, "correlation_with_people")
    )
    assert verdict(one).outcome == verdict(other).outcome


def test_the_numbers_say_in_words_how_the_judge_stands_beside_a_person() -> None:
    found = said(World(n=300, shift=1.0, judged=0.97))

    told = " ".join(found.readings)
    assert "kinder than people" in told
    assert "one person does with the others" in told
