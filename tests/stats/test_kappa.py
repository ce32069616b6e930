from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.kappa import cohen_kappa, fleiss_kappa, randolph_kappa

RNG = np.random.default_rng
WEIGHTS: tuple[Literal["none", "linear", "quadratic"], ...] = ("none", "linear", "quadratic")


def simulated(seed: int, raters: int) -> Floats:
    rng = RNG(seed)
    truth = rng.integers(0, 4, 80)[:, None]
    noise = rng.integers(0, 4, (80, raters))
    return np.where(rng.random((80, raters)) < 0.6, truth, noise).astype(np.float64)


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("seed", range(4))
def test_cohen_against_statsmodels(
    weights: Literal["none", "linear", "quadratic"], seed: int
) -> None:
    oracle = pytest.importorskip("statsmodels.stats.inter_rater")
    first, second = simulated(seed, 2).T
    counts = np.zeros((4, 4))
    np.add.at(counts, (first.astype(int), second.astype(int)), 1)
    names = {"none": None, "linear": "linear", "quadratic": "fc"}
    theirs = oracle.cohens_kappa(counts, wt=names[weights])
    mine = cohen_kappa(first, second, weights=weights)
    assert mine.value == pytest.approx(theirs.kappa)
    assert (mine.low, mine.high) == pytest.approx((theirs.kappa_low, theirs.kappa_upp))


@pytest.mark.parametrize("seed", range(4))
def test_fleiss_and_randolph_against_statsmodels(seed: int) -> None:
    oracle = pytest.importorskip("statsmodels.stats.inter_rater")
    ratings = simulated(seed, 3 + seed)
    counts = np.array([np.bincount(row.astype(int), minlength=4) for row in ratings])
    fleiss = fleiss_kappa(ratings, rng=RNG(0), resamples=50)
    randolph = randolph_kappa(ratings, rng=RNG(0), resamples=50)
    assert fleiss.value == pytest.approx(oracle.fleiss_kappa(counts, "fleiss"))
    assert randolph.value == pytest.approx(oracle.fleiss_kappa(counts, "randolph"))


def test_weights_go_by_the_distance_of_values() -> None:
    first = np.array([0, 0, 1, 10, 10, 1, 0, 10.0])
    second = np.array([0, 1, 1, 10, 1, 0, 0, 10.0])
    near = cohen_kappa(first, second, weights="linear").value
    ranks = np.searchsorted([0, 1, 10], [first, second]).astype(float)
    even = cohen_kappa(*ranks, weights="linear").value
    assert near is not None
    assert even is not None
    assert near != pytest.approx(even)


def test_pairs_with_a_missing_rating_do_not_count() -> None:
    first, second = np.array([0, 0, 1, 1, np.nan, 1]), np.array([0, 1, 1, 1, 1, np.nan])
    estimate = cohen_kappa(first, second)
    assert estimate == cohen_kappa(first[:4], second[:4])
    assert estimate.n == 4


def test_two_raters_who_never_differ_have_the_exact_bound() -> None:
    first = np.array([0.0, 1.0] * 20)
    estimate = cohen_kappa(first, first)
    assert estimate.value == 1
    assert estimate.low == pytest.approx(1 - (1 - 0.025 ** (1 / 40)) / 0.5)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ([1, 1, 1, 1], [1, 1, 1, 1], "all ratings are equal"),
        ([1, 2], [1, 2], "at least 3 units"),
        ([1, 1, 1, 1], [2, 2, 2, 2], "one of the two raters"),
        ([1, 2, 1, 2, 1], [1, 1, 1, 1, 1], "one of the two raters"),
        ([1, 2, 1, 2], [2, 1, 2, 1], "every unit says the same"),
    ],
)
def test_cohen_refuses(first: list[float], second: list[float], words: str) -> None:
    with pytest.raises(InsufficientData, match=words):
        cohen_kappa(np.array(first, float), np.array(second, float))


@pytest.mark.parametrize("weights", WEIGHTS)
@given(
    ratings=st.lists(st.integers(1, 3), min_size=3, max_size=60),
    constant=st.integers(1, 3),
)
def test_a_rater_who_says_one_thing_has_no_kappa(
    weights: Literal["none", "linear", "quadratic"], ratings: list[int], constant: int
) -> None:
    first = np.array(ratings, float)
    with pytest.raises(InsufficientData, match=r"all ratings are equal|one of the two raters"):
        cohen_kappa(first, np.full_like(first, constant), weights=weights)


def test_fleiss_refuses_units_that_all_agree_to_the_same_degree() -> None:
    split = np.array([[0.0, 0.0, 1.0]] * 10 + [[0.0, 1.0, 1.0]] * 10)
    with pytest.raises(InsufficientData, match="every unit says the same"):
        fleiss_kappa(split, rng=RNG(0))


def test_cohen_refuses_raters_of_different_units() -> None:
    with pytest.raises(UsageError, match="same units"):
        cohen_kappa(np.ones(3), np.ones(4))


def test_kappa_refuses_continuous_ratings() -> None:
    values = RNG(0).random((1200, 2))
    with pytest.raises(InsufficientData, match="for categories"):
        cohen_kappa(values[:, 0], values[:, 1])
    with pytest.raises(InsufficientData, match="for categories"):
        fleiss_kappa(values, rng=RNG(0))


def test_randolph_knows_categories_that_nobody_used() -> None:
    ratings = np.array([[0, 0], [1, 1], [0, 1], [1, 1]], float)
    few = randolph_kappa(ratings, rng=RNG(0)).value
    more = randolph_kappa(ratings, categories=[0, 1, 2], rng=RNG(0)).value
    assert (few, more) == pytest.approx((0.5, (0.75 - 1 / 3) / (2 / 3)))
    with pytest.raises(UsageError, match="not among the categories"):
        randolph_kappa(ratings, categories=[0, 2], rng=RNG(0))
