"""People who tie, outputs of one prompt, outputs not drawn alike: like is held against like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from measurand.analysis.calibration import calibration
from measurand.analysis.calibration_levels import levels_of, nearest
from measurand.analysis.calibration_options import CalibrationOptions
from measurand.analysis.matrix import Floats
from measurand.analysis.result import Findings
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.scale import ONE_TO_FIVE, YES_NO, Scale
from measurand.stats.alt_test import alt_test
from measurand.stats.ceiling_sampled import sampled_ceiling
from measurand.stats.estimate import Estimate

RNG = np.random.default_rng
ALL = CalibrationOptions(development=0, resamples=200)
OUTPUTS = 160


def rows(
    people: Floats,
    judge: Floats,
    *,
    prompts: Sequence[int] | None = None,
    chance: Floats | None = None,
) -> list[Rating]:
    """One output each, shape (outputs, people) and (outputs, repeats)."""
    listed: list[Rating] = []
    both: tuple[tuple[Kind, Floats], ...] = (("people", people), ("judge", judge))
    for at in range(len(people)):
        for kind, said in both:
            for place, value in enumerate(said[at]):
                listed.append(
                    Rating(
                        example=f"e{at}",
                        system="s",
                        dimension="q",
                        rater=f"p{place}" if kind == "people" else "judge",
                        kind=kind,
                        repeat=0 if kind == "people" else place,
                        value=None if np.isnan(value) else float(value),
                        cluster=None if prompts is None else f"c{prompts[at]}",
                        probability=None if chance is None else float(chance[at]),
                    )
                )
    return listed


def said(listed: Sequence[Rating], scale: Scale = ONE_TO_FIVE) -> Findings:
    return calibration(Ratings.of(listed), {"q": scale}, judge="judge", options=ALL)


def number(found: Findings, name: str) -> Estimate:
    (one,) = (result.estimate for result in found.named(name))
    return one


def votes(seed: int, people: int, repeats: int = 1, *, right: float = 0.7) -> list[Rating]:
    """People who are right so often, and a judge that always is."""
    rng = RNG(seed)
    truth = rng.integers(0, 2, size=(400, 1)).astype(float)
    wrong = rng.random((400, people)) >= right
    return rows(np.abs(truth - wrong), np.repeat(truth, repeats, axis=1))


@pytest.mark.parametrize("people", [2, 4])
def test_a_perfect_judge_does_not_fail_people_who_may_tie(people: int) -> None:
    words = Counter(said(votes(seed, people), YES_NO).verdicts[0].outcome for seed in range(5))

    assert words["FAIL"] == 0
    found = said(votes(0, people), YES_NO)
    for name in ("ceiling_correlation", "leave_one_out", "alt_test_advantage"):
        assert number(found, name).n == 400
    assert number(found, "agreement_with_people").n < 400


def test_a_perfect_judge_does_not_fail_people_who_seem_to_toss_coins() -> None:
    """No ceiling can be told, and so it is not the judge that falls short."""
    tossed = (said(votes(seed, 2, right=0.53), YES_NO) for seed in range(12))
    found = next(one for one in tossed if not number(one, "ceiling_correlation").present)

    assert "no ceiling exists" in str(number(found, "ceiling_correlation").reason)
    assert found.verdicts[0].outcome in {"CEILING BELOW TARGET", "INCONCLUSIVE"}


def test_three_repeats_of_yes_or_no_are_a_vote_in_the_alt_test() -> None:
    rng = RNG(1)
    truth = rng.integers(0, 2, size=(OUTPUTS, 1)).astype(float)
    people = np.abs(truth - (rng.random((OUTPUTS, 3)) < 0.15))
    judge = np.abs(truth - (rng.random((OUTPUTS, 3)) < 0.1))
    majority = (judge.mean(axis=1) > 0.5).astype(float)
    found = said(rows(people, judge), YES_NO)
    expected = alt_test(majority, people, metric="agreement")

    assert number(found, "alt_test_advantage").value == expected.advantage.value
    assert number(found, "alt_test_winning_rate").value == 1.0
    tied = judge.copy()
    tied[:, 2] = np.nan
    apart = tied[:, 0] != tied[:, 1]
    two = number(said(rows(people, tied), YES_NO), "alt_test_advantage")
    assert two.n == OUTPUTS - apart.sum() < OUTPUTS


def graded(seed: int, outputs: int = OUTPUTS) -> tuple[Floats, Floats, Floats]:
    rng = RNG(seed)
    truth = rng.normal(3, 1, size=outputs)
    people = np.clip(np.round(truth[:, None] + 0.7 * rng.normal(size=(outputs, 3))), 1, 5)
    judge = np.clip(np.round(truth + 0.5 * rng.normal(size=outputs)), 1, 5)
    return truth, people, np.asarray(judge[:, None])


BY_PROMPT = (
    *("correlation_with_people", "ceiling_correlation", "ceiling_ratio", "leave_one_out"),
    *("icc_absolute", "kappa_with_people", "alt_test_advantage", "error_with_people"),
)


@cache
def copied() -> tuple[Findings, Findings]:
    """Outputs once, and ten copies of each under one prompt."""
    _, people, judge = graded(2, 60)
    prompts = np.repeat(np.arange(60), 10)
    many = rows(people[prompts], judge[prompts], prompts=prompts.tolist())
    return said(rows(people, judge)), said(many)


@pytest.mark.parametrize("name", BY_PROMPT)
def test_ten_copies_of_an_output_under_one_prompt_say_no_more_than_one(name: str) -> None:
    """Ten times the outputs would make any interval that ignores prompts a third as wide."""
    one, ten = (number(found, name) for found in copied())

    assert (ten.high or 0) - (ten.low or 0) > 0.8 * ((one.high or 0) - (one.low or 0))


def test_kappa_of_yes_and_no_knows_prompts() -> None:
    _, people, judge = graded(3, 60)
    yes, judged = (people > 3).astype(float), (judge > 3).astype(float)
    prompts = np.repeat(np.arange(60), 10)
    alone = number(said(rows(yes, judged), YES_NO), "kappa_with_people")
    many = said(rows(yes[prompts], judged[prompts], prompts=prompts.tolist()), YES_NO)
    found = number(many, "kappa_with_people")

    assert (found.high or 0) - (found.low or 0) > 0.8 * ((alone.high or 0) - (alone.low or 0))


def stratified(seed: int) -> list[Rating]:
    """Production has a narrow quality; every predicted level is drawn about alike."""
    rng = RNG(seed)
    truth = rng.normal(3, 0.55, size=4000)
    judge = np.clip(np.round(truth, 2), 1, 5)
    level, chance, kept = np.round(judge), np.zeros(4000), []
    for one in np.unique(level):
        members = np.flatnonzero(level == one)
        take = min(50, len(members))
        chance[members] = take / len(members)
        kept += rng.choice(members, take, replace=False).tolist()
    noise = 0.8 * rng.normal(size=(len(kept), 3))
    people = np.clip(np.round(truth[kept][:, None] + noise), 1, 5)
    return rows(people, judge[kept][:, None], chance=chance[kept])


def test_a_perfect_judge_does_not_fail_a_ceiling_of_other_outputs() -> None:
    """A weighted correlation was held against the ceiling of outputs that vary more."""
    words = Counter(said(stratified(seed)).verdicts[0].outcome for seed in range(6))
    assert words["FAIL"] == 0

    listed = stratified(0)
    found, plain = said(listed), said([replace(one, probability=None) for one in listed])
    r, ceiling = number(found, "correlation_with_people"), number(found, "ceiling_correlation")
    assert (ceiling.low or 0) < (r.value or 0)
    assert (ceiling.value or 0) < (number(plain, "ceiling_correlation").value or 0) - 0.05
    assert number(found, "leave_one_out").value != number(plain, "leave_one_out").value
    assert (number(found, "ceiling_ratio").high or 0) > 0.95


def test_the_ceiling_is_weighted_by_the_inverse_of_the_probability() -> None:
    _, people, judge = graded(4)
    chance = np.where(np.arange(OUTPUTS) % 2, 0.9, 0.3)
    found = number(said(rows(people, judge, chance=chance)), "ceiling_correlation")

    assert found.value == pytest.approx(sampled_ceiling(people, weights=1 / chance).value)


def test_systems_are_weighted_like_outputs() -> None:
    _, people, judge = graded(5, 200)
    chance = np.where(people.mean(axis=1) > 3, 0.9, 0.3)
    listed = [
        replace(one, system=f"s{int(one.example[1:]) % 6}")
        for one in rows(people, judge, chance=chance)
    ]
    told = np.arange(200) % 6
    of = [told == system for system in range(6)]
    both = judge[:, 0], people.mean(axis=1)
    means = np.array([[np.average(x[own], weights=1 / chance[own]) for own in of] for x in both])

    found = number(said(listed), "system_correlation")
    assert found.value == pytest.approx(np.corrcoef(means)[0, 1])


@pytest.mark.parametrize("factor", [1e-6, 0.5, 1e6])
def test_kappa_does_not_depend_on_the_unit_of_the_scale(factor: float) -> None:
    _, people, judge = graded(6)
    wide = Scale("ordinal", factor, 5 * factor)
    here = number(said(rows(people, judge)), "kappa_with_people")
    there = number(said(rows(people * factor, judge * factor), wide), "kappa_with_people")

    assert there.value == pytest.approx(here.value)
    assert (there.low, there.high) == pytest.approx((here.low, here.high))


def test_the_nearest_level() -> None:
    assert levels_of(np.array([2.0, 3.0, np.nan]), ONE_TO_FIVE).tolist() == [1, 2, 3, 4, 5]
    assert levels_of(np.array([0.0, 2.5, 5.0]), Scale("ordinal")).tolist() == [0, 2.5, 5]
    assert levels_of(np.array([1.0, 2.3, 5.0]), ONE_TO_FIVE).tolist() == [1, 2.3, 5]
    assert levels_of(np.array([1.0, 1 + 1e-7]), ONE_TO_FIVE).tolist() == [1, 1 + 1e-7, 5]
    assert levels_of(np.array([]), Scale("ordinal")).size == 0
    told = nearest(np.array([1.4, 2.5, np.nan, 9.0]), np.arange(1.0, 6.0))
    np.testing.assert_array_equal(told, [1, 3, np.nan, 5])
    assert nearest(np.array([0.3]), np.arange(1, 11) / 10)[0] == 0.3
    assert nearest(np.array([]), np.array([])).size == 0


def test_who_always_says_the_same_is_named() -> None:
    _, people, judge = graded(7)
    flat = said(rows(people, np.full_like(judge, 3.0)))
    same = said(rows(np.full_like(people, 4.0), judge))
    both = said(rows(np.full_like(people, 3.0), np.full_like(judge, 3.0)))

    for name in ("correlation_with_people", "ceiling_ratio", "icc_absolute", "kappa_with_people"):
        assert "the judge gave every output the same value (3)" in str(number(flat, name).reason)
        assert "people gave every output the same value (4)" in str(number(same, name).reason)
    assert flat.verdicts[0].reason.startswith("The judge gave every output the same value (3)")
    told = str(number(both, "correlation_with_people").reason)
    assert "the judge" in told
    assert "and people gave every output the same value (3)" in told


def test_nothing_varies_and_nobody_is_replaced() -> None:
    _, people, judge = graded(8)
    found = said(rows(np.full_like(people, 3.0), np.full_like(judge, 3.0)))

    for name in ("alt_test_winning_rate", "alt_test_advantage"):
        assert "people gave every item the same value (3)" in str(number(found, name).reason)
