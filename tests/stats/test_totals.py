import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import Estimate
from measurand.stats.totals import mean_total, ratio_total, sum_of


def test_a_mean_total_worked_by_hand() -> None:
    found = mean_total([1.0, 2.0, 3.0], 12)
    half = 4.302652729911275 * 1.0 * (12 + 144 / 3) ** 0.5
    assert found.value == pytest.approx(24)
    assert found.high == pytest.approx(24 + half, abs=1e-6)
    assert found.low == 0.0
    assert found.n == 3


def test_a_ratio_total_worked_by_hand() -> None:
    found = ratio_total([1.0, 1.0, 4.0], [1.0, 2.0, 3.0], [6.0, 6.0])
    spread = (0.0 + 1 / 2 + 1 / 3) / 2
    half = 4.302652729911275 * (spread * (12 + 144 / 6)) ** 0.5
    assert found.value == pytest.approx(12)
    assert found.high == pytest.approx(12 + half, abs=1e-6)


def test_amounts_in_exact_proportion_leave_no_doubt() -> None:
    found = ratio_total([2.0, 4.0, 6.0], [1, 2, 3], [10])
    assert (found.low, found.value, found.high) == (20.0, 20.0, 20.0)


def test_nothing_to_come_takes_nothing() -> None:
    assert mean_total([1.0, 5.0], 0).high == 0.0
    assert ratio_total([1.0, 5.0], [1, 1], []).high == 0.0


def test_distances_add_up_in_squares() -> None:
    parts = [
        Estimate(value=10, low=7, high=13, n=5, method="t"),
        Estimate(value=20, low=16, high=24, n=6, method="t"),
    ]
    found = sum_of(parts)
    assert (found.value, found.low, found.high, found.n) == (30, 25, 35, 11)
    assert sum_of([]).high == 0.0
    with pytest.raises(InsufficientData, match="not known"):
        sum_of([Estimate.absent("no price")])


def test_they_refuse_what_cannot_be() -> None:
    with pytest.raises(InsufficientData, match="at least two"):
        mean_total([1.0], 3)
    with pytest.raises(UsageError, match="0 or more"):
        mean_total([1.0, -1.0], 3)
    with pytest.raises(UsageError, match="a size above 0"):
        ratio_total([1.0, 1.0], [1.0, 0.0], [1.0])
    with pytest.raises(UsageError, match="a size above 0"):
        ratio_total(np.ones(2), np.ones(3), [1.0])
