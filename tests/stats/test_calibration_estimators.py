"""Distances, alt-test, reliability, share of the ceiling, mappings, thresholds: their edges."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.absolute_error import (
    human_absolute_error,
    mean_absolute_error,
    rater_absolute_error,
)
from measurand.stats.alt_test import alt_test
from measurand.stats.ceiling_ratio import ceiling_ratio
from measurand.stats.mapping import Mapping, cross_fitted, fit_mapping, folds_of, mapping_kind
from measurand.stats.multiple import benjamini_hochberg, benjamini_yekutieli
from measurand.stats.reliability import repeat_reliability, repeats_needed
from measurand.stats.selective import selective_threshold

Floats = NDArray[np.float64]
RNG = np.random.default_rng
NAN = np.nan


def world(seed: int = 0, n: int = 80) -> tuple[Floats, Floats]:
    rng = RNG(seed)
    truth = rng.normal(size=n)
    people = truth[:, None] + 0.6 * rng.normal(size=(n, 3))
    return truth + 0.4 * rng.normal(size=n), people


def test_a_distance_is_not_below_0_and_has_an_interval_on_a_known_scale_even_if_it_is_0() -> None:
    apart = mean_absolute_error([1, 2, 3, 4.5], [1, 2, 3, 4])
    assert apart.low == 0
    with pytest.raises(InsufficientData, match="all 3 values are equal"):
        mean_absolute_error([1, 2, 3], [1, 2, 3])
    same = mean_absolute_error(np.arange(30) % 5, np.arange(30) % 5, span=4)
    assert (same.value, same.low) == (0, 0)
    assert same.high == pytest.approx(4 * (1 - 0.025 ** (1 / 30)))
    assert mean_absolute_error([1, 2, 5, 4.5], [1, 2, 3, 4], span=float("inf")).present


def test_distances_in_clusters() -> None:
    judge, people = world()
    people[:3] = NAN
    people[3, 1:] = NAN
    codes = np.arange(80) // 2
    human = human_absolute_error(people, clusters=codes)
    assert human.n == 76
    assert "CR1" in human.method
    assert rater_absolute_error(judge, people, clusters=codes).n == 77
    with pytest.raises(UsageError, match="one cluster per unit"):
        human_absolute_error(people, clusters=codes[:9])


def test_distances_refuse() -> None:
    with pytest.raises(UsageError, match="two values a unit"):
        mean_absolute_error([1, 2, 3], [1, 2])
    with pytest.raises(UsageError, match="one judgment a unit"):
        rater_absolute_error([1, 2], np.ones((3, 2)))
    with pytest.raises(InsufficientData, match="no unit has a rating"):
        rater_absolute_error([1, 2], np.full((2, 2), NAN))
    with pytest.raises(InsufficientData, match="no unit has two ratings"):
        human_absolute_error(np.array([[1, NAN], [NAN, 2]]))


def test_a_judge_that_is_the_truth_wins_against_everybody_and_noise_against_nobody() -> None:
    _, people = world(1, 120)
    best = alt_test(people.mean(axis=1), people)
    assert best.passed
    assert best.won == (True, True, True)
    assert best.winning_rate.value == 1
    assert best.winning_rate.low == pytest.approx(0.025 ** (1 / 3))
    worst = alt_test(RNG(2).normal(size=120), people)
    assert not worst.passed
    assert worst.winning_rate.value == 0
    assert worst.advantage.high is not None
    assert best.advantage.low is not None
    assert worst.advantage.high < best.advantage.low


def test_a_rater_with_29_items_is_not_compared() -> None:
    judge, people = world(1)
    people[29:, 2] = NAN
    found = alt_test(judge, people)
    assert [chance is None for chance in found.p] == [False, False, True]
    assert found.won[2] is False
    assert found.winning_rate.n == 2
    with pytest.raises(InsufficientData, match=r"shares 30 items with others.*most is 29"):
        alt_test(judge[:29], people[:29])


def test_the_alt_test_of_raters_and_judge_who_never_differ() -> None:
    """No spread: 40 ties in 40 refute a mean of .2 with the chance .8 to the 40th."""
    same = np.repeat((np.arange(40.0) % 5)[:, None], 3, axis=1)
    found = alt_test(same[:, 0], same, metric="agreement")
    assert found.p == pytest.approx([0.8**40] * 3)
    assert (found.advantage.value, found.advantage.high) == (1, 1)
    assert found.advantage.low == pytest.approx(0.025 ** (1 / 40))
    off = alt_test(same[:, 0] + 1, same, metric="agreement")
    assert off.p == (1.0, 1.0, 1.0)


def test_the_alt_test_refuses() -> None:
    judge, people = world()
    with pytest.raises(UsageError, match="one judgment an item"):
        alt_test(judge[:-1], people)
    with pytest.raises(UsageError, match="epsilon"):
        alt_test(judge, people, epsilon=1.0)


def test_benjamini_yekutieli_is_stricter_than_benjamini_hochberg() -> None:
    p = RNG(3).random(20) ** 2
    assert (benjamini_yekutieli(p) >= benjamini_hochberg(p)).all()
    assert benjamini_yekutieli([]).size == 0
    assert benjamini_yekutieli([0.03]) == pytest.approx([0.03])


def repeated(seed: int, *, noise: float = 0.6, n: int = 60) -> Floats:
    rng = RNG(seed)
    return rng.normal(size=n)[:, None] + noise * rng.normal(size=(n, 3))


def test_reliability_of_repeats() -> None:
    table = repeated(1)
    table[0, 1:] = NAN
    plain, drawn = (
        repeat_reliability(table, rng=RNG(0), interval=kind) for kind in ("jackknife-t", "bca")
    )
    assert plain.n == 59
    assert plain.value == drawn.value
    for found in (plain, drawn):
        assert found.low is not None
        assert found.high is not None
        assert found.value is not None
        assert found.low < found.value < found.high < 1
    clustered = repeat_reliability(table, rng=RNG(0), clusters=np.arange(60) // 4)
    assert clustered.value == plain.value
    assert clustered.reason == "only 15 clusters: the interval may be too narrow"


def test_repeats_that_never_differ_are_not_certain() -> None:
    found = repeat_reliability(np.repeat(np.arange(40.0)[:, None], 3, axis=1), rng=RNG(0))
    assert (found.value, found.high) == (1, 1)
    assert found.low is not None
    assert 0.85 < found.low < 1


def test_reliability_refuses() -> None:
    with pytest.raises(InsufficientData, match="all answers are equal"):
        repeat_reliability(np.ones((20, 3)), rng=RNG(0))
    with pytest.raises(InsufficientData, match="at least 3 clusters"):
        repeat_reliability(repeated(2, n=2), rng=RNG(0))
    with pytest.raises(InsufficientData, match="no unit has two ratings"):
        repeat_reliability(np.array([[1, NAN], [2, NAN]]), rng=RNG(0))
    for problem in (0.0, -0.2, 0.001):
        with pytest.raises(InsufficientData):
            repeats_needed(problem)
    for wanted in (0.0, 1.0):
        with pytest.raises(UsageError):
            repeats_needed(0.5, wanted)
    assert repeats_needed(1.0) == 1


def test_a_judge_above_its_ceiling_is_cut_and_says_so() -> None:
    _, people = world(3, 60)
    found = ceiling_ratio(people.mean(axis=1), people, rng=RNG(0))
    assert (found.value, found.high) == (1, 1)
    assert found.reason is not None
    assert "by chance and is shown as 1" in found.reason
    assert found.low == 1  # The judge is the mean itself, which no true score can be.


def test_the_share_of_the_ceiling_refuses() -> None:
    judge, people = world(4)
    with pytest.raises(UsageError, match="one judgment a unit"):
        ceiling_ratio(judge[:-1], people, rng=RNG(0))
    with pytest.raises(InsufficientData, match="no ceiling exists"):
        ceiling_ratio(np.ones(80), people, rng=RNG(0))
    apart = np.column_stack([people[:, 0], -people[:, 0]])
    with pytest.raises(InsufficientData, match="no ceiling exists"):
        ceiling_ratio(judge, apart, rng=RNG(0))
    with pytest.raises(InsufficientData, match="at least 3 units"):
        ceiling_ratio(judge[:2], people[:2], rng=RNG(0))


def test_the_form_of_a_mapping_follows_the_number_of_units() -> None:
    assert (mapping_kind(199), mapping_kind(200)) == ("affine", "isotonic")


@pytest.mark.parametrize("kind", ["affine", "isotonic"])
def test_a_mapping_comes_back_from_its_knots(kind: str) -> None:
    judge, people = world(5)
    made = fit_mapping(judge, people.mean(axis=1), "affine" if kind == "affine" else "isotonic")
    knots = tuple((x, y) for x, y in json.loads(json.dumps(made.knots)))
    asked = np.linspace(-4, 4, 50).reshape(5, 10)
    np.testing.assert_array_equal(Mapping(made.kind, knots, made.n)(asked), made(asked))
    assert made(asked).shape == (5, 10)
    assert (np.diff(made(np.sort(judge))) >= -1e-12).all()


def test_a_judge_that_always_says_the_same_is_mapped_to_the_mean() -> None:
    right = RNG(1).normal(size=10)
    for kind in ("affine", "isotonic"):
        made = fit_mapping(np.ones(10), right, "affine" if kind == "affine" else "isotonic")
        assert made([0.0, 1.0, 7.0]) == pytest.approx([right.mean()] * 3)


def test_mappings_refuse() -> None:
    with pytest.raises(InsufficientData, match="at least 3 units; found 2"):
        fit_mapping([1, 2], [1, 2], "affine")
    with pytest.raises(UsageError, match="two values a unit"):
        fit_mapping([1, 2, 3], [1, 2], "isotonic")
    with pytest.raises(UsageError, match="two values a unit"):
        cross_fitted([1, 2, 3], [1, 2], rng=RNG(0))
    with pytest.raises(InsufficientData, match="two groups"):
        cross_fitted([1, 2, 3], [1, 2, 3], groups=[0, 0, 0], rng=RNG(0))
    with pytest.raises(UsageError, match="at least 2 folds"):
        folds_of([1, 2, 3], 1, RNG(0))


def test_folds_keep_groups_whole_and_are_of_one_size() -> None:
    groups = RNG(1).integers(0, 30, 120)
    folds = folds_of(groups, 5, RNG(2))
    for group in range(30):
        assert len(set(folds[groups == group])) <= 1
    assert np.ptp(np.bincount(folds)) <= np.bincount(groups).max()
    assert set(folds_of([0, 0, 1], 5, RNG(0))) == {0, 1}
    assert (folds_of(groups, 5, RNG(2)) == folds).all()
    assert (folds_of(groups, 5, RNG(3)) != folds).any()


def test_no_unit_is_mapped_by_a_fit_that_has_seen_its_group() -> None:
    """A unit whose group alone says otherwise is mapped as the others have it."""
    judge = np.tile(np.arange(5.0), 12)
    right, groups = judge.copy(), np.arange(60) // 5
    right[groups == 3] = 100.0
    mapped = cross_fitted(judge, right, groups=groups, folds=12, rng=RNG(0), kind="isotonic")
    assert mapped[groups == 3] == pytest.approx(judge[groups == 3])


def test_a_hopeless_judge_abstains_on_everything() -> None:
    rng = RNG(1)
    found = selective_threshold(rng.random(400), (rng.random(400) < 0.4).astype(float))
    assert found.abstains
    assert found.threshold is None
    assert (found.coverage.value, found.tested) == (0, 1)
    assert found.risk.reason is not None
    assert "abstains on everything" in found.risk.reason


def test_a_perfect_judge_decides_everything() -> None:
    found = selective_threshold(RNG(1).random(300), np.zeros(300))
    assert found.coverage.value == 1
    assert found.risk.high is not None
    assert found.risk.high < 0.01


def test_fifty_labels_that_err_one_time_in_ten_promise_nothing_and_say_why() -> None:
    wrong = np.zeros(50)
    wrong[::10] = 1
    found = selective_threshold(np.linspace(1, 0, 50), wrong)
    assert found.abstains
    assert found.risk.reason is not None
    assert "only 50 labels; 200 are wanted" in found.risk.reason
    assert selective_threshold(np.ones(10), np.zeros(10)).tested == 0


def test_thresholds_refuse() -> None:
    with pytest.raises(UsageError, match="right or wrong"):
        selective_threshold([0.5, 0.6], [0, 0.5])
    with pytest.raises(UsageError, match="alpha and delta"):
        selective_threshold([0.5], [0], alpha=0)
    with pytest.raises(InsufficientData, match="without labelled units"):
        selective_threshold([], [])
