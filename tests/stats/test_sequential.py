"""Intervals for any number of looks: order, shifts, nesting, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurand.errors import InsufficientData, UsageError
from measurand.stats.mean import mean_t
from measurand.stats.sequential import sequential_mean, sequential_p
from measurand.stats.sequential_price import asymptotic_mean, sequential_n

SIGNED = (-1.0, 1.0)
steps = st.lists(st.integers(-4, 4), min_size=2, max_size=40).map(lambda x: np.array(x) / 4)
nulls = st.floats(-0.9, 0.9)


@settings(max_examples=40, deadline=None)
@given(steps, st.randoms())
def test_the_order_of_units_does_not_matter(values: np.ndarray, random: object) -> None:
    turned = np.random.default_rng(hash(str(random)) % 2**32).permutation(values)
    one, other = (sequential_mean(x, bounds=SIGNED) for x in (values, turned))
    assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=1e-9)
    p = [sequential_p(x, bounds=SIGNED, null=0.2) for x in (values, turned)]
    assert p[0] == pytest.approx(p[1], rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(steps, nulls)
def test_the_interval_holds_what_the_p_value_does_not_exclude(
    values: np.ndarray, null: float
) -> None:
    found = sequential_mean(values, bounds=SIGNED)
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low <= values.mean() <= found.high <= 1
    p = sequential_p(values, bounds=SIGNED, null=null)
    if min(abs(null - found.low), abs(null - found.high)) > 1e-6:
        assert (p > 0.05) == (found.low < null < found.high)


@settings(max_examples=30, deadline=None)
@given(steps, st.floats(-5, 5), st.floats(0.1, 10))
def test_another_unit_moves_the_interval_along(
    values: np.ndarray, shift: float, factor: float
) -> None:
    found = sequential_mean(values, bounds=SIGNED)
    ends = shift - factor, shift + factor
    moved = sequential_mean(np.clip(values * factor + shift, *ends), bounds=ends)
    told = found.scaled(factor, shift)
    assert (moved.low, moved.high) == pytest.approx((told.low, told.high), abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(steps, nulls)
def test_turned_round_greater_is_less(values: np.ndarray, null: float) -> None:
    one = sequential_p(values, bounds=SIGNED, null=null, alternative="greater")
    other = sequential_p(-values, bounds=SIGNED, null=-null, alternative="less")
    assert one == pytest.approx(other, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(steps)
def test_a_higher_level_is_wider_and_a_single_look_narrower(values: np.ndarray) -> None:
    usual, sure = (sequential_mean(values, bounds=SIGNED, level=x) for x in (0.95, 0.99))
    assert usual.low is not None
    assert usual.high is not None
    assert sure.low is not None
    assert sure.high is not None
    assert sure.low <= usual.low
    assert usual.high <= sure.high


def test_it_is_wider_than_for_one_look() -> None:
    values = np.repeat([-0.5, -0.25, 0, 0.25, 0.5], [20, 80, 200, 90, 40])
    looks, once = sequential_mean(values, bounds=SIGNED), mean_t(values, bounds=SIGNED)
    assert None not in (looks.low, looks.high, once.low, once.high)
    ratio = (looks.high - looks.low) / (once.high - once.low)  # type: ignore[operator]
    assert 1.4 < ratio < 1.7


def test_against_a_margin() -> None:
    values = np.repeat([-1, 0, 1], [10, 380, 10])
    near = sequential_p(values, bounds=SIGNED, null=-0.1, alternative="greater")
    far = sequential_p(values, bounds=SIGNED, null=-0.02, alternative="greater")
    assert near < 0.01
    assert far > 0.5


def test_alike_throughout_there_is_an_interval_all_the_same() -> None:
    found = sequential_mean([0.0] * 50, bounds=SIGNED)
    assert found.value == 0
    assert found.low == pytest.approx(-(found.high or 0))
    assert sequential_p([0.0] * 50, bounds=SIGNED) == 1.0


def test_many_units_are_no_matter_of_memory() -> None:
    values = np.random.default_rng(1).uniform(-1, 1, 5_000)
    found = sequential_mean(values, bounds=SIGNED)
    assert found.low is not None
    assert found.high is not None
    assert 0.04 < found.high - found.low < 0.07


@pytest.mark.parametrize("values", [[], [0.5]])
def test_too_few_are_refused(values: list[float]) -> None:
    for ask in (sequential_mean, sequential_p):
        with pytest.raises(InsufficientData, match="at least 2 units"):
            ask(values, bounds=SIGNED)
    with pytest.raises(InsufficientData, match="at least 2 clusters"):
        sequential_mean([0.1, 0.2], bounds=SIGNED, clusters=[1, 1])


def test_a_scale_without_bounds_is_refused() -> None:
    with pytest.raises(InsufficientData, match="no bounds"):
        sequential_mean([1.0, 2.0], bounds=None)
    with pytest.raises(InsufficientData, match="no bounds"):
        sequential_p([1.0, 2.0], bounds=None)


def test_nonsense_is_refused() -> None:
    with pytest.raises(UsageError, match="within the bounds"):
        sequential_mean([0.0, 2.0], bounds=SIGNED)
    with pytest.raises(UsageError, match="run upwards"):
        sequential_mean([0.0, 0.5], bounds=(1, 0))
    with pytest.raises(UsageError, match="the null lies strictly"):
        sequential_p([0.0, 0.5], bounds=SIGNED, null=1.0)
    with pytest.raises(UsageError, match="finite"):
        sequential_p([0.0, np.nan], bounds=SIGNED)
    with pytest.raises(UsageError, match="a cluster has 2 units, more than the largest, 1"):
        sequential_mean([0.0, 0.5, 0.5], bounds=SIGNED, clusters=[1, 2, 2], largest=1)
    with pytest.raises(UsageError, match="one cluster per unit"):
        sequential_mean([0.0, 0.5], bounds=SIGNED, clusters=[1])
    with pytest.raises(UsageError, match="best_at"):
        asymptotic_mean([0.0, 0.5], best_at=0)
    with pytest.raises(UsageError, match="a difference of"):
        sequential_n(0.2, 0.1, most=10)
    with pytest.raises(UsageError, match="one by one"):
        sequential_n(0.1, 0.2, most=0)


def test_a_larger_difference_is_decided_sooner() -> None:
    found = [sequential_n(gap, 0.25, most=430) for gap in (0.0, 0.05, 0.1, 0.2)]
    units = [one.units.value for one in found]
    assert all(one is not None for one in units)
    assert units == sorted(units, key=lambda one: -(one or 0.0))
    assert (found[0].decided.value or 1) <= 0.05
    assert (found[3].right.value or 0) > 0.99
