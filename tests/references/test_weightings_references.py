"""Extremes over weightings against scipy's linear programmes."""

import numpy as np
import pytest
from scipy import optimize

from measurand.errors import InsufficientData, UsageError
from measurand.stats.weightings import corners, least_weighting, weighted_extreme

LOW = np.array([0.25, 0.15, 0.10, 0.05, 0.05, 0.05, 0.10])
HIGH = np.array([0.40, 0.25, 0.20, 0.15, 0.15, 0.10, 0.20])
"""The guide's ranges of its seven dimensions."""


@pytest.mark.parametrize("seed", range(20))
def test_the_least_is_that_of_a_linear_programme(seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=7)
    found = least_weighting(values, LOW, HIGH)
    ranges = list(zip(LOW, HIGH, strict=True))
    oracle = optimize.linprog(values, A_eq=np.ones((1, 7)), b_eq=[1], bounds=ranges)
    assert values @ found == pytest.approx(oracle.fun, abs=1e-12)
    assert (corners(LOW, HIGH) @ values).min() == pytest.approx(oracle.fun, abs=1e-9)
    assert found.sum() == pytest.approx(1, abs=1e-12)
    assert (found >= LOW - 1e-12).all()
    assert (found <= HIGH + 1e-12).all()


def test_corners_by_hand() -> None:
    found = corners([0.25, 0.25, 0.2], [0.5, 0.5, 0.5])
    by_hand = {(0.5, 0.3, 0.2), (0.3, 0.5, 0.2), (0.5, 0.25, 0.25), (0.25, 0.5, 0.25)}
    by_hand |= {(0.25, 0.25, 0.5)}
    assert {tuple(np.round(row, 9)) for row in found} == by_hand
    assert corners([0.4, 0.6], [0.4, 0.6]).tolist() == [[0.4, 0.6]]


def test_without_room_the_interval_is_that_of_the_mean() -> None:
    from measurand.stats.mean import clustered_mean  # noqa: PLC0415 - the one oracle here

    rng = np.random.default_rng(2)
    gaps, clusters = rng.normal(0.1, 1, size=(60, 2)), np.repeat(np.arange(20), 3)
    found = weighted_extreme(gaps, [0.3, 0.7], [0.3, 0.7], side="least", clusters=clusters)
    plain = clustered_mean(gaps @ [0.3, 0.7], clusters)
    told = (found.estimate.value, found.estimate.low, found.estimate.high)
    assert told == pytest.approx((plain.value, plain.low, plain.high), abs=1e-12)


def test_the_most_is_the_least_of_the_other_side() -> None:
    gaps = np.random.default_rng(3).normal(0.05, 1, size=(80, 7))
    most = weighted_extreme(gaps, LOW, HIGH, side="most").estimate
    least = weighted_extreme(-gaps, LOW, HIGH, side="least").estimate
    assert (most.value, most.low) == (-(least.value or 0), -(least.high or 0))
    shifted = weighted_extreme(gaps + 0.2, LOW, HIGH, side="most").estimate
    assert shifted.value == pytest.approx((most.value or 0) + 0.2)


def test_missing_differences_leave_each_dimension_its_own_mean() -> None:
    gaps = np.random.default_rng(4).normal(size=(40, 2))
    gaps[:10, 0] = np.nan
    found = weighted_extreme(gaps, [0.5, 0.5], [0.5, 0.5], side="least").estimate
    assert found.value == pytest.approx(gaps[10:, 0].mean() / 2 + gaps[:, 1].mean() / 2)


def test_refused() -> None:
    gaps = np.random.default_rng(5).normal(size=(40, 2))
    with pytest.raises(UsageError, match="sum to 1"):
        weighted_extreme(gaps, [0.1, 0.1], [0.2, 0.2], side="least")
    with pytest.raises(UsageError, match="range"):
        weighted_extreme(gaps, [0.6, 0.1], [0.2, 0.9], side="least")
    with pytest.raises(UsageError, match="one range"):
        least_weighting([1.0], [0.4, 0.4], [0.6, 0.6])
    with pytest.raises(UsageError, match="at most 12"):
        corners([0.0] * 13, [1.0] * 13)
    with pytest.raises(InsufficientData, match="two units"):
        weighted_extreme(gaps[:1], [0.4, 0.4], [0.6, 0.6], side="least")
    with pytest.raises(InsufficientData, match="spread"):
        weighted_extreme(np.full((9, 2), 0.1), [0.4, 0.4], [0.6, 0.6], side="least")
    with pytest.raises(InsufficientData, match="no difference"):
        weighted_extreme(np.full((9, 2), np.nan), [0.4, 0.4], [0.6, 0.6], side="least")
