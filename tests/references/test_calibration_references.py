"""Distances, alt-test, reliability, share of the ceiling, mappings, thresholds: other roads."""

import math
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from measurand.stats.absolute_error import (
    human_absolute_error,
    mean_absolute_error,
    rater_absolute_error,
)
from measurand.stats.alt_test import Metric, alt_test
from measurand.stats.ceiling import ceiling_correlation
from measurand.stats.ceiling_ratio import ceiling_ratio
from measurand.stats.correlation import pearson
from measurand.stats.icc import icc
from measurand.stats.mapping import fit_mapping
from measurand.stats.multiple import benjamini_yekutieli
from measurand.stats.reliability import repeat_reliability, repeats_needed
from measurand.stats.selective import selective_threshold

Floats = NDArray[np.float64]
RNG = np.random.default_rng


def world(seed: int, n: int = 80, *, missing: bool = False) -> tuple[Floats, Floats]:
    rng = RNG(seed)
    truth = rng.normal(size=n)
    people = np.clip(np.round(3 + truth[:, None] + 0.7 * rng.normal(size=(n, 4))), 1, 5)
    if missing:
        people[rng.random(people.shape) < 0.3] = np.nan
    return np.clip(3.2 + 0.8 * truth + 0.5 * rng.normal(size=n), 1, 5), people


def test_absolute_errors_by_hand() -> None:
    estimate = mean_absolute_error([1, 2, 5, 3], [2, 2, 2, 5])
    oracle = stats.ttest_1samp([1, 0, 3, 2], 0).confidence_interval()
    assert estimate.value == 1.5
    assert (estimate.low, estimate.high) == pytest.approx((max(0, oracle[0]), oracle[1]))
    _, people = world(1, missing=True)
    each = [
        np.mean([abs(a - b) for a, b in combinations(row[~np.isnan(row)], 2)])
        for row in people
        if (~np.isnan(row)).sum() > 1
    ]
    found = human_absolute_error(people)
    assert found.value == pytest.approx(np.mean(each))
    assert found.n == len(each)
    judge = np.full(80, 3.0)
    alone = [np.nanmean(np.abs(row - 3)) for row in people if not np.isnan(row).all()]
    assert rater_absolute_error(judge, people).value == pytest.approx(np.mean(alone))


def by_definition(
    judge: Floats, people: Floats, *, epsilon: float, metric: Metric
) -> tuple[float, float, list[float]]:
    """The published procedure, item by item: Calderon, Reichart and Dror (2025), section 3."""
    multitest = pytest.importorskip("statsmodels.stats.multitest")

    def score(value: float, others: Floats) -> float:
        if metric == "agreement":
            return float(np.mean(others == value))
        return -math.sqrt(float(np.mean((others - value) ** 2)))

    chances, advantages = [], []
    for rater in range(people.shape[1]):
        behind, near = [], []
        for item in range(len(people)):
            others = np.delete(people[item], rater)
            others = others[~np.isnan(others)]
            if np.isnan(people[item, rater]) or not others.size:
                continue
            own, judged = score(people[item, rater], others), score(judge[item], others)
            near.append(judged >= own)
            behind.append(int(own >= judged) - int(judged >= own))
        if len(near) < 30:
            continue
        chances.append(float(stats.ttest_1samp(behind, epsilon, alternative="less").pvalue))
        advantages.append(float(np.mean(near)))
    won = multitest.multipletests(chances, alpha=0.05, method="fdr_by")[0]
    return float(np.mean(won)), float(np.mean(advantages)), chances


@pytest.mark.parametrize("metric", ["error", "agreement"])
@pytest.mark.parametrize(("seed", "missing"), [(1, False), (2, True), (3, True)])
def test_alt_test_by_its_definition(seed: int, metric: Metric, *, missing: bool) -> None:
    judge, people = world(seed, missing=missing)
    judge = np.round(judge) if metric == "agreement" else judge
    for epsilon in (0.0, 0.1, 0.2):
        rate, advantage, chances = by_definition(judge, people, epsilon=epsilon, metric=metric)
        found = alt_test(judge, people, epsilon=epsilon, metric=metric)
        assert found.winning_rate.value == pytest.approx(rate)
        assert found.advantage.value == pytest.approx(advantage)
        assert found.p == pytest.approx(chances, abs=1e-12)
        assert found.passed == (rate >= 0.5)


def test_benjamini_yekutieli_is_that_of_statsmodels() -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = RNG(4).random(15) ** 3
    expected = multitest.multipletests(p, method="fdr_by")[1]
    np.testing.assert_allclose(benjamini_yekutieli(p), expected, atol=1e-12)


def test_reliability_of_repeats_is_the_one_way_icc() -> None:
    _, answers = world(5, missing=True)
    found = repeat_reliability(answers, rng=RNG(0))
    assert found.value == pytest.approx(icc(answers, form="1").value, abs=1e-12)


@pytest.mark.parametrize(
    ("reliability", "wanted", "calls"),
    [(0.7, 0.875, 3), (0.7, 0.9, 4), (0.5, 0.9, 9), (0.95, 0.9, 1)],
)
def test_calls_needed_by_spearman_brown(reliability: float, wanted: float, calls: int) -> None:
    """7 / 8 is the reliability of the mean of three answers of reliability 7 / 10."""
    assert repeats_needed(reliability, wanted) == calls


def test_the_share_of_the_ceiling_is_one_over_the_other() -> None:
    judge, people = world(6, 200)
    ratio = ceiling_ratio(judge, people, rng=RNG(0))
    top, bottom = pearson(judge, people.mean(axis=1)), ceiling_correlation(people, rng=RNG(0))
    assert top.value is not None
    assert bottom.value is not None
    assert ratio.value == pytest.approx(top.value / bottom.value, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_isotonic_is_that_of_scikit_learn(seed: int) -> None:
    sklearn = pytest.importorskip("sklearn.isotonic")
    judge, people = world(seed, 120)
    judge = np.round(judge * 4) / 4
    right = people.mean(axis=1)
    oracle = sklearn.IsotonicRegression(out_of_bounds="clip").fit(judge, right)
    asked = np.linspace(0, 6, 101)
    np.testing.assert_allclose(
        fit_mapping(judge, right, "isotonic")(asked), oracle.predict(asked), atol=1e-9
    )


def test_affine_is_the_least_squares_line() -> None:
    judge, people = world(8)
    right = people.mean(axis=1)
    asked = np.linspace(0, 6, 7)
    expected = np.polyval(np.polyfit(judge, right, 1), asked)
    np.testing.assert_allclose(fit_mapping(judge, right, "affine")(asked), expected, atol=1e-9)


def bound(wrong: int, decided: int) -> float:
    """By its definition: the rate at which so few errors have the chance .1."""
    low, high = wrong / decided, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if stats.binom.cdf(wrong, decided, middle) > 0.1 else (low, middle)
        )
    return high


@pytest.mark.parametrize("seed", range(8))
def test_thresholds_by_exact_binomial_sums(seed: int) -> None:
    rng = RNG(seed)
    sure = np.round(rng.random(300), 2)
    wrong = (rng.random(300) < 0.45 * (1 - sure)).astype(float)
    grid = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0])
    expected = None
    for threshold in grid:
        decided = sure >= threshold
        if bound(int(wrong[decided].sum()), int(decided.sum())) > 0.15:
            break
        expected = threshold
    found = selective_threshold(sure, wrong, grid=grid)
    assert found.threshold == expected
    if expected is not None:
        decided = sure >= expected
        exact = bound(int(wrong[decided].sum()), int(decided.sum()))
        assert found.risk.high == pytest.approx(exact, abs=1e-9)


def test_fifteen_right_answers_are_the_fewest_that_promise_anything() -> None:
    """.85 ** 15 = .0874 < .1 < .85 ** 14 = .1028."""
    for n, abstains in ((14, True), (15, False)):
        found = selective_threshold(np.ones(n), np.zeros(n), grid=[1.0])
        assert found.abstains == abstains
