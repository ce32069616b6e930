"""Means re-weighted to known shares: what they are, and what they refuse."""

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.mean import mean_t
from measurand.stats.poststrata import Strata, kish, stratified_mean


def strata(codes: list[int], *shares: float) -> Strata:
    names = tuple(f"s{place}" for place in range(len(shares)))
    return Strata(np.array(codes, dtype=np.intp), np.array(shares, dtype=float), names)


def test_one_stratum_is_the_plain_mean() -> None:
    values = [1.0, 2.0, 4.0, 3.0]
    one = stratified_mean(values, strata([0] * 4, 1.0))
    plain = mean_t(values)
    assert (one.value, one.low, one.high) == pytest.approx((plain.value, plain.low, plain.high))


def test_the_order_of_units_and_of_strata_does_not_matter() -> None:
    rng = np.random.default_rng(0)
    values, codes = rng.normal(size=30), rng.integers(3, size=30)
    first = stratified_mean(values, strata(codes.tolist(), 0.5, 0.3, 0.2), bounds=None)
    order, turned = rng.permutation(30), np.array([2, 0, 1])
    shares = np.array([0.5, 0.3, 0.2])[np.argsort(turned)]
    second = stratified_mean(values[order], strata(turned[codes[order]].tolist(), *shares))
    assert (first.value, first.low) == pytest.approx((second.value, second.low))


def test_a_shift_moves_the_mean_and_not_its_width() -> None:
    rng = np.random.default_rng(1)
    values, of = rng.normal(size=20), strata([0, 1] * 10, 0.9, 0.1)
    plain, moved = stratified_mean(values, of), stratified_mean(values + 3, of)
    assert moved.value == pytest.approx((plain.value or 0) + 3)
    assert (moved.high or 0) - (moved.low or 0) == pytest.approx(
        (plain.high or 0) - (plain.low or 0)
    )


def test_values_alike_within_strata_leave_what_clopper_pearson_leaves() -> None:
    found = stratified_mean([1, 1, 0, 0], strata([0, 0, 1, 1], 0.5, 0.5), bounds=(0, 1))
    assert found.value == 0.5
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < 0.5 < found.high < 1


def test_what_cannot_be_said_is_refused() -> None:
    with pytest.raises(InsufficientData, match=r"s1 is 40% of the population.*found one"):
        stratified_mean([1, 2, 3], strata([0, 0, 1], 0.6, 0.4))
    with pytest.raises(InsufficientData, match="found none"):
        stratified_mean([1, 2], strata([0, 0], 0.6, 0.4))
    with pytest.raises(InsufficientData, match="no two units of a stratum differ"):
        stratified_mean([1, 1, 2, 2], strata([0, 0, 1, 1], 0.6, 0.4))
    with pytest.raises(InsufficientData, match="two clusters"):
        stratified_mean([1, 2, 3, 4], strata([0, 0, 1, 1], 0.6, 0.4), clusters=[7] * 4)
    with pytest.raises(InsufficientData, match="nothing has any weight"):
        kish([0.0, 0.0])


@pytest.mark.parametrize("shares", [(0.5, 0.6), (1.2, -0.2), (0.5, 0.4)])
def test_shares_that_are_none_are_refused(shares: tuple[float, float]) -> None:
    with pytest.raises(UsageError, match="sum to 1"):
        strata([0, 1], *shares)


def test_arguments_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError, match="one stratum per value"):
        stratified_mean([1, 2, 3], strata([0, 0], 1.0))
    with pytest.raises(UsageError, match="of a stratum that has a share"):
        strata([0, 3], 0.5, 0.5)
    with pytest.raises(UsageError, match="not negative"):
        kish([1.0, -1.0])
