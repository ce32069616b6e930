"""What four votes and more say about the ceiling of a majority vote."""

from __future__ import annotations

from itertools import combinations
from math import prod

import numpy as np
import pytest

from measurand.errors import InsufficientData
from measurand.stats.ceiling import ceiling_majority, majority_ceiling
from measurand.stats.ceiling_moments import (
    ceiling_majority_bounds,
    majority_bounds,
    majority_score,
    vote_moments,
)

RNG = np.random.default_rng(4)


def flips(chances: list[float], each: int, votes: int) -> np.ndarray[tuple[int, ...], np.dtype]:
    p = np.repeat(chances, each)[:, None]
    return (RNG.random((len(p), votes)) < p) * 1.0


@pytest.mark.parametrize("raters", [1, 2, 3, 4, 5, 7])
@pytest.mark.parametrize("agreement", [0.5, 0.75, 0.9, 1.0])
def test_a_share_of_equal_units_has_the_ceiling_of_independent_errors(
    agreement: float, raters: int
) -> None:
    t = 2 * agreement - 1
    independent = majority_ceiling(agreement, raters).independent.majority
    assert float(majority_score(np.array(t), raters)) == pytest.approx(independent, abs=1e-12)
    bounds = majority_bounds(t, t**2, raters)
    assert (bounds.low, bounds.beta, bounds.high) == pytest.approx((independent,) * 3, abs=1e-9)


@pytest.mark.parametrize("raters", [3, 5])
def test_clear_units_and_coin_flips_have_the_ceiling_of_the_agreement(raters: int) -> None:
    bounds = majority_bounds(0.7, 0.7, raters)
    assert (bounds.low, bounds.beta, bounds.high) == pytest.approx((0.85,) * 3, abs=1e-9)


@pytest.mark.parametrize("raters", [3, 5, 7])
def test_the_beta_model_is_one_of_those_between(raters: int) -> None:
    for agreement in (0.6, 0.75, 0.85, 0.95):
        a = (1 - agreement) / (2 * agreement - 1)
        bounds = majority_bounds(1 / (1 + 2 * a), 3 / ((1 + 2 * a) * (3 + 2 * a)), raters)
        known = majority_ceiling(agreement, raters)
        assert bounds.beta == pytest.approx(known.beta.majority, abs=1e-9)
        ends = known.coin.majority, bounds.low, bounds.beta, bounds.high, known.independent.majority
        assert list(ends) == sorted(ends)
        assert ends[3] - ends[1] < 0.65 * (ends[4] - ends[0])


def test_moments_of_votes_are_the_means_over_signs() -> None:
    for votes in (4, 5, 8):
        for yes in range(votes + 1):
            signs = [1] * yes + [-1] * (votes - yes)
            first, second = vote_moments(np.array([float(yes)]), np.array([float(votes)]))
            for found, size in ((first, 2), (second, 4)):
                products = [prod(chosen) for chosen in combinations(signs, size)]
                assert found[0] == pytest.approx(np.mean(products), abs=1e-12)


def test_three_votes_have_no_second_moment() -> None:
    with pytest.raises(ValueError, match="4 votes on every unit"):
        vote_moments(np.array([2.0]), np.array([3.0]))
    with pytest.raises(InsufficientData, match="3 units with 4 votes"):
        ceiling_majority_bounds(flips([0.9, 0.1], 40, 3), rng=RNG)


def test_moments_that_no_share_has_are_refused() -> None:
    for first, second in ((0.5, 0.2), (0.5, 0.6), (1.2, 1.0)):
        with pytest.raises(ValueError, match="no share has the mean"):
            majority_bounds(first, second)


def test_raters_who_all_toss_coins_leave_no_ceiling() -> None:
    ratings = np.array([[0.0, 0.0, 1.0, 1.0]] * 30)
    with pytest.raises(InsufficientData, match="no more than coin flips"):
        ceiling_majority_bounds(ratings, rng=RNG)


def test_unanimous_units_are_not_certain() -> None:
    found = ceiling_majority_bounds(np.tile([0.0, 1.0], (5, 10)).T, rng=RNG)
    assert (found.value, found.high, found.n) == (1.0, 1.0, 20)
    assert found.low == pytest.approx(0.025 ** (1 / 20))


def test_graded_ratings_are_refused() -> None:
    with pytest.raises(InsufficientData, match="two values; found 3"):
        ceiling_majority_bounds(np.array([[1.0, 2.0, 3.0, 3.0]] * 9), rng=RNG)


def test_a_sub_sample_of_five_narrows_the_ceiling_of_a_majority_of_three() -> None:
    ratings = flips([0.92, 0.08], 300, 5)
    ratings[120:, 3:] = np.nan
    told = ceiling_majority_bounds(ratings, rng=np.random.default_rng(0))
    three = ceiling_majority(ratings, rng=np.random.default_rng(0))
    assert told.n == 120
    assert "majority of 3" in told.method
    assert "majority of 3" in three.method
    assert None not in (told.low, told.high, three.low, three.high)
    assert (told.high or 0) - (told.low or 0) < 0.6 * ((three.high or 0) - (three.low or 0))
