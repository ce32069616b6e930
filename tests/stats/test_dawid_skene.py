from __future__ import annotations

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.consensus import majority_vote
from measurand.stats.dawid_skene import dawid_skene, one_coin, one_coin_accuracy


def pool(seed: int, accuracy: Floats, *, units: int = 2000, each: int = 3) -> tuple[Floats, Floats]:
    """Binary truth, and ratings of so many raters of the pool on each unit."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, units).astype(np.float64)
    right = rng.random((units, len(accuracy))) < accuracy
    ratings = np.where(right, truth[:, None], 1 - truth[:, None])
    rank = rng.random(ratings.shape).argsort(axis=1).argsort(axis=1)
    return truth, np.where(rank < each, ratings, np.nan)


def test_one_coin_finds_who_is_good() -> None:
    accuracy = np.array([0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.55])
    truth, ratings = pool(0, accuracy)
    model = one_coin(ratings)
    assert model.settled
    assert model.accuracy == pytest.approx(accuracy, abs=0.06)
    mine = np.mean(model.labels == truth)
    votes = np.mean(majority_vote(ratings).labels == truth)
    assert mine > votes + 0.02


def test_the_posterior_is_calibrated() -> None:
    truth, ratings = pool(1, np.linspace(0.6, 0.95, 8), units=6000)
    posterior = one_coin(ratings).posterior[:, 1]
    for low in (0.1, 0.3, 0.5, 0.7):
        inside = (posterior >= low) & (posterior < low + 0.2)
        assert truth[inside].mean() == pytest.approx(posterior[inside].mean(), abs=0.06)


def test_the_full_model_finds_a_biased_rater() -> None:
    rng = np.random.default_rng(2)
    truth, ratings = pool(2, np.array([0.9, 0.9, 0.9, 0.9]), units=4000, each=4)
    ratings[:, 3] = np.where(rng.random(4000) < 0.5, 1.0, ratings[:, 3])
    model = dawid_skene(ratings)
    expected = np.mean(ratings[truth == 0, 3] == 1)
    assert model.confusion[3, 0, 1] == pytest.approx(expected, abs=0.03)
    assert model.confusion[3, 1, 1] == pytest.approx(0.95, abs=0.03)
    assert np.mean(model.labels == truth) > 0.96


def test_a_round_never_lowers_the_likelihood_of_the_richer_model() -> None:
    _, ratings = pool(3, np.array([0.9, 0.7, 0.8]), units=300)
    assert dawid_skene(ratings).log_likelihood >= one_coin(ratings).log_likelihood - 1e-6


def test_a_unit_nobody_rated_has_the_prior() -> None:
    _, ratings = pool(4, np.array([0.9, 0.8, 0.85]), units=100)
    ratings[7] = np.nan
    model = one_coin(ratings)
    assert model.posterior[7] == pytest.approx(model.prior)


def test_equal_odds_have_no_label() -> None:
    ratings = np.array([[0, 0, 0], [1, 1, 1], [0, 1, np.nan]] * 4, dtype=np.float64)
    ratings[2::3] = np.array([[0, 1, np.nan], [1, 0, np.nan], [0, 1, np.nan], [1, 0, np.nan]])
    assert np.isnan(one_coin(ratings).labels[2::3]).all()


@pytest.mark.parametrize(
    ("ratings", "words"),
    [
        (np.array([[0.0, 1.0], [1.0, 1.0]]), "found 2 raters"),
        (np.array([[0, 1, np.nan], [1, 1, np.nan]]), "found 2 raters"),
        (np.ones((5, 3)), "all ratings are equal"),
    ],
)
def test_refusals(ratings: Floats, words: str) -> None:
    with pytest.raises(InsufficientData, match=words):
        one_coin(ratings)


def test_every_column_needs_its_rater() -> None:
    with pytest.raises(UsageError, match="each of the 3 columns"):
        dawid_skene(np.eye(3), raters=[0, 1])


def test_an_accuracy_comes_with_its_interval() -> None:
    _, ratings = pool(5, np.array([0.9, 0.8, 0.7]), units=400)
    found = one_coin_accuracy(ratings)
    assert [e.value for e in found] == pytest.approx(one_coin(ratings).accuracy.tolist())
    assert all(e.low is not None and e.high is not None and e.n == 400 for e in found)
    assert all("one-coin" in e.method for e in found)


def test_whoever_is_never_found_wrong_still_has_an_interval() -> None:
    ratings = np.tile(np.random.default_rng(6).integers(0, 2, (30, 1)).astype(float), (1, 3))
    for found in one_coin_accuracy(ratings):
        assert (found.value, found.high) == (1.0, 1.0)
        assert found.low is not None
        assert found.low < 0.95


def test_whoever_rated_nothing_has_no_accuracy() -> None:
    _, ratings = pool(7, np.array([0.9, 0.8, 0.7]), units=50)
    found = one_coin_accuracy(np.column_stack([ratings, np.full(50, np.nan)]))
    assert not found[3].present
    with pytest.raises(InsufficientData):
        one_coin_accuracy(ratings[:, :2])
