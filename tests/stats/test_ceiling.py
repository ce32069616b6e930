from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.errors import InsufficientData, UsageError
from measurand.stats.agreement import percent_agreement
from measurand.stats.arrays import Floats
from measurand.stats.ceiling import (
    ceiling_correlation,
    ceiling_majority,
    majority_ceiling,
)
from measurand.stats.icc import icc, spearman_brown
from measurand.stats.leave_one_out import leave_one_out

RNG = np.random.default_rng


def binary(seed: int, accuracy: float = 0.92, units: int = 430, raters: int = 3) -> Floats:
    rng = RNG(seed)
    truth = rng.integers(0, 2, units)[:, None]
    right = rng.random((units, raters)) < accuracy
    return np.where(right, truth, 1 - truth).astype(np.float64)


def graded(seed: int, between: float = 1.0, units: int = 200) -> Floats:
    rng = RNG(seed)
    return between * rng.normal(size=(units, 1)) + rng.normal(size=(units, 3))


@given(st.floats(0.5, 1), st.integers(1, 9))
def test_the_models_are_ordered(agreement: float, raters: int) -> None:
    found = majority_ceiling(agreement, raters)
    slack = 1e-6
    assert found.coin.single <= found.beta.single + slack
    assert found.beta.single <= found.independent.single + slack
    assert found.coin.majority <= found.beta.majority + slack
    assert found.beta.majority <= found.independent.majority + slack


@pytest.mark.parametrize("raters", [2, 4, 6])
def test_an_even_number_votes_like_one_fewer(raters: int) -> None:
    assert majority_ceiling(0.8, raters) == majority_ceiling(0.8, raters - 1)


def test_the_ends_of_agreement() -> None:
    assert majority_ceiling(1).beta.majority == 1
    assert majority_ceiling(0.5).independent.majority == pytest.approx(0.5)
    with pytest.raises(ValueError, match=r"\[0.5, 1\]"):
        majority_ceiling(0.4)
    with pytest.raises(ValueError, match="at least one rater"):
        majority_ceiling(0.9, 0)


def test_the_interval_holds_the_identified_set_and_the_sampling_error() -> None:
    ratings = binary(0)
    agreement = percent_agreement(ratings, rng=RNG(0))
    estimate = ceiling_majority(ratings, rng=RNG(0))
    assert agreement.value is not None
    assert agreement.high is not None
    assert estimate.value == pytest.approx(majority_ceiling(agreement.value).beta.majority)
    assert estimate.low == pytest.approx(agreement.low)
    assert estimate.high == pytest.approx(majority_ceiling(agreement.high).independent.majority)
    assert "identified set" in estimate.method
    assert "majority of 3" in estimate.method


def test_coin_flippers_have_no_ceiling() -> None:
    with pytest.raises(InsufficientData, match="no ceiling exists"):
        ceiling_majority(np.tile([[0.0, 1.0], [1.0, 0.0]], (20, 1)), rng=RNG(0))


def test_hardly_better_than_coins_is_a_caution() -> None:
    estimate = ceiling_majority(binary(3, accuracy=0.62, units=60), rng=RNG(0))
    assert estimate.low == 0.5
    assert estimate.reason == "the agreement may be that of coin flips"


def test_graded_ratings_have_no_majority_ceiling() -> None:
    with pytest.raises(InsufficientData, match="two values; found 3"):
        ceiling_majority(np.array([[1.0, 2.0], [2.0, 3.0], [1.0, 1.0]]), rng=RNG(0))


def test_the_correlation_ceiling_is_the_root_of_the_reliability() -> None:
    ratings = graded(0)
    single = icc(ratings, form="1").value
    assert single is not None
    estimate = ceiling_correlation(ratings, rng=RNG(0))
    assert estimate.value == pytest.approx(spearman_brown(single, 3) ** 0.5)
    assert estimate.reason is None
    five = ceiling_correlation(ratings, rng=RNG(0), raters=5)
    assert five.value == pytest.approx(spearman_brown(single, 5) ** 0.5)
    with pytest.raises(UsageError, match="at least one rater"):
        ceiling_correlation(ratings, rng=RNG(0), raters=0)


def test_missing_ratings_are_fine() -> None:
    ratings = graded(1)
    ratings[:50, 2] = np.nan
    mean = icc(ratings, form="1", average=True).value
    assert mean is not None
    assert ceiling_correlation(ratings, rng=RNG(0)).value == pytest.approx(mean**0.5)


def test_no_reliability_no_ceiling() -> None:
    ratings = np.array([[1.0, 5.0], [5.0, 1.2], [3.0, 3.1], [1.0, 5.0], [4.9, 1.0]])
    with pytest.raises(InsufficientData, match=r"no ceiling exists.*ICC\(1,1\) = -1"):
        ceiling_correlation(ratings, rng=RNG(0))


def test_an_interval_that_reaches_no_reliability_is_cut_and_says_so() -> None:
    estimate = ceiling_correlation(graded(5, between=0.25, units=30), rng=RNG(0))
    assert estimate.low == 0
    assert estimate.reason is not None
    assert "cut at 0" in estimate.reason


def test_perfect_raters_have_a_ceiling_of_one_and_an_honest_lower_end() -> None:
    ratings = np.repeat(np.arange(20.0)[:, None], 3, axis=1)
    estimate = ceiling_correlation(ratings, rng=RNG(0))
    assert (estimate.value, estimate.high) == pytest.approx((1, 1))
    assert estimate.low is not None
    assert 0.8 < estimate.low < 1


def test_both_intervals_of_the_correlation_ceiling_hold_its_value() -> None:
    wide = ceiling_correlation(graded(4), rng=RNG(0))
    narrow = ceiling_correlation(graded(4), rng=RNG(0), interval="bca")
    assert "jackknife-t over units" in wide.method
    assert "BCa over units" in narrow.method
    assert wide.value == narrow.value
    for found in (wide, narrow):
        assert found.low is not None
        assert found.value is not None
        assert found.high is not None
        assert found.low < found.value < found.high


def test_a_single_disputed_unit_holds_all_of_the_disagreement() -> None:
    ratings = np.repeat(np.arange(20.0)[:, None], 3, axis=1)
    ratings[3, 0] += 1
    with pytest.raises(InsufficientData, match="hangs on a single unit"):
        ceiling_correlation(ratings, rng=RNG(0))


def test_leave_one_out_is_the_mean_of_correlations() -> None:
    ratings = graded(2)
    expected = np.mean(
        [
            np.corrcoef(ratings[:, rater], np.delete(ratings, rater, axis=1).mean(axis=1))[0, 1]
            for rater in range(3)
        ]
    )
    estimate = leave_one_out(ratings, rng=RNG(0))
    assert estimate.value == pytest.approx(expected)
    assert estimate.low is not None
    assert estimate.high is not None
    assert estimate.high - estimate.low < 0.3


def test_leave_one_out_leaves_out_raters_who_never_differ() -> None:
    ratings = np.column_stack([graded(3), np.ones(200)])
    assert leave_one_out(ratings, rng=RNG(0)).value is not None
    with pytest.raises(InsufficientData, match="nothing to correlate"):
        leave_one_out(np.ones((20, 3)), rng=RNG(0))
    with pytest.raises(InsufficientData, match="no unit has two ratings"):
        leave_one_out(np.array([[1.0, np.nan]] * 5), rng=RNG(0))
