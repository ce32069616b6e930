"""Correlations: one-sided ends, cautions, what is refused."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.correlation import (
    concordance,
    correlation_units,
    fisher_z,
    pearson,
    spearman,
)
from measurand.stats.estimate import Estimate
from measurand.stats.kendall import kendall

ALL = (pearson, spearman, concordance)
SIDED = (pearson, spearman)
RNG = np.random.default_rng
X = RNG(1).normal(size=60)
Y = 0.8 * X + 0.6 * RNG(2).normal(size=60)


@pytest.mark.parametrize("ours", SIDED)
def test_a_one_sided_interval_is_open_at_the_other_end(ours: Callable[..., Estimate]) -> None:
    both, lower, upper = (ours(X, Y, side=side) for side in ("both", "lower", "upper"))
    assert lower.high == 1
    assert upper.low == -1
    assert both.low is not None
    assert both.high is not None
    assert lower.low is not None
    assert upper.high is not None
    assert both.low < lower.low < upper.high < both.high
    assert "lower bound" in lower.method
    wider = ours(X, Y, level=0.9)
    assert (lower.low, upper.high) == pytest.approx((wider.low, wider.high))


@pytest.mark.parametrize("ours", ALL)
def test_few_clusters_carry_a_caution(ours: Callable[..., Estimate]) -> None:
    estimate = ours(X, Y, clusters=np.arange(60) % 10)
    assert estimate.reason == "only 10 clusters: the interval may be too narrow"
    assert "over clusters" in estimate.method
    assert ours(X, Y).reason is None


def grades(n: int, seed: int) -> NDArray[np.float64]:
    """From 1 to 9, so that many are tied."""
    return np.clip(np.round(5 + 1.5 * RNG(seed).normal(size=n)), 1, 9)


@pytest.mark.parametrize("ours", ALL)
def test_a_perfect_judge_is_not_certain(ours: Callable[..., Estimate]) -> None:
    estimate = ours(grades(60, 1), grades(60, 1))
    assert (estimate.value, estimate.high) == (1, 1)
    assert estimate.low is not None
    assert estimate.low < 0.9
    assert estimate.reason is not None
    assert "all of 60 lie on one line" in estimate.reason
    long = grades(2000, 3)
    later = ours(long, long)
    assert later.low is not None
    assert later.low > 0.93


@pytest.mark.parametrize("ours", ALL)
def test_a_single_disputed_unit_leaves_more_open_than_none(ours: Callable[..., Estimate]) -> None:
    x = grades(400, 5)
    y = x.copy()
    y[3] += 1
    estimate, perfect = ours(x, y), ours(x, x)
    assert estimate.value is not None
    assert estimate.low is not None
    assert perfect.low is not None
    assert estimate.low < estimate.value < 1
    assert estimate.low < perfect.low


def swapped(n: int, swaps: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A perfect order but for so many swaps of neighbours that touch no other."""
    x = np.arange(float(n))
    y = x.copy()
    for one in range(swaps):
        y[[2 * one, 2 * one + 1]] = y[[2 * one + 1, 2 * one]]
    return x, y


@pytest.mark.parametrize("ours", [spearman, kendall])
@pytest.mark.parametrize("n", [6, 8, 14])
def test_a_perfect_order_says_no_less_than_one_with_a_swap(
    ours: Callable[..., Estimate], n: int
) -> None:
    perfect, one, two, three = (ours(*swapped(n, swaps)) for swaps in range(4))
    assert perfect.value == perfect.high == 1
    assert (perfect.low or 0.0) >= (one.low or 0.0) - 1e-9
    turned = ours(*swapped(n, 0)[:1], -swapped(n, 0)[1])
    assert (turned.low, turned.high) == pytest.approx((-1, -(perfect.low or 0.0)))
    if ours is spearman:
        lows = [each.low or 0.0 for each in (one, two, three)]
        assert lows[0] > max(lows[1:])
        assert min(lows) > (0.3 if n > 6 else -0.2)
        assert "two neighbours were swapped" in str(perfect.reason)


def test_one_that_stands_far_off_is_more_than_a_swap_of_neighbours() -> None:
    """Four hundred in order, but the last of one order is the first of the other."""
    x = np.arange(400.0)
    far = spearman(x, np.append(x[:-1], -1.0))
    near = spearman(*swapped(400, 1))
    assert far.low is not None
    assert near.low is not None
    assert far.low < 0.95 < near.low


def test_what_lies_on_one_line_is_told_at_the_worst() -> None:
    """By hand: of 60 uniform grades at most 1 - .025^(1/60) = .0596 contradict them wholly."""
    grades = np.tile(np.arange(1.0, 6.0), 12)
    share = 1 - 0.025 ** (1 / 60)
    agree, against = 2 * (1 - share), 4 * share
    estimate = pearson(grades, grades)
    assert estimate.low == pytest.approx((agree - against) / (agree + against))
    assert concordance(grades, grades).low == pytest.approx(estimate.low)


def test_a_line_that_one_unit_turns_round_may_be_the_truth() -> None:
    """Without the last unit the correlation is -1, with it above 0: either may be so."""
    x = np.array([1, 2, 3, 4, 5, 30.0])
    estimate = pearson(x, np.array([5, 4, 3, 2, 1, 30.0]))
    assert estimate.value is not None
    assert estimate.value > 0.9
    assert estimate.low == -1


def test_a_perfect_opposite_mirrors() -> None:
    up, down = pearson(X, X), pearson(X, -X)
    assert up.low is not None
    assert (down.value, down.low) == (-1, -1)
    assert down.high == pytest.approx(-up.low)
    assert pearson(X, -X, side="lower").high == 1
    assert pearson(X, X, side="upper").low == -1


def test_a_judge_that_is_always_kinder_correlates_and_does_not_agree() -> None:
    assert pearson(X, X + 3).value == pytest.approx(1)
    apart = concordance(X, X + 3 + 0.1 * Y).value
    assert apart is not None
    assert apart < 0.3


@pytest.mark.parametrize("ours", ALL)
def test_refusals(ours: Callable[..., Estimate]) -> None:
    with pytest.raises(InsufficientData, match="at least 4 units; found 3"):
        ours([1, 2, 3], [1, 3, 2])
    with pytest.raises(InsufficientData, match="3 clusters for an interval; found 2"):
        ours([1, 2, 3, 4], [1, 3, 2, 4], clusters=[0, 0, 1, 1])
    with pytest.raises(InsufficientData, match="all values"):
        ours(np.ones(20), Y[:20])
    with pytest.raises(InsufficientData, match="hangs on a single unit"):
        ours([1, 1, 1, 1, 2], [1, 1, 1, 1, 2.5])
    with pytest.raises(UsageError, match="one number a unit"):
        ours(X, Y[:5])
    with pytest.raises(UsageError, match="finite"):
        ours(X, np.where(X > 0, Y, np.nan))


def test_weights_are_not_negative_and_nothing_weighs_nothing() -> None:
    with pytest.raises(UsageError, match="not negative"):
        pearson(X, Y, weights=np.where(X > 0, 1, -1))
    kept = X > -0.5
    some = pearson(X, Y, weights=kept.astype(float))
    assert some.n == kept.sum()
    assert some.value == pytest.approx(pearson(X[kept], Y[kept]).value)
    with pytest.raises(InsufficientData, match="found 0"):
        pearson(X, Y, weights=np.zeros(60))


def test_published_correlations() -> None:
    with pytest.raises(InsufficientData, match="found 3"):
        fisher_z(0.5, 3)
    with pytest.raises(InsufficientData, match="perfect"):
        fisher_z(-1, 30)
    with pytest.raises(UsageError, match="between -1 and 1"):
        fisher_z(1.2, 30)


def test_units_needed() -> None:
    assert correlation_units(0.86, 0.8) < correlation_units(0.82, 0.8)
    assert correlation_units(0.6, 0.8) < correlation_units(0.75, 0.8)
    assert correlation_units(0.99, -0.9) == 4
    with pytest.raises(InsufficientData, match=r"no number of units tells 0\.8 from 0\.8"):
        correlation_units(0.8, 0.8)
    with pytest.raises(UsageError, match="strictly between"):
        correlation_units(1.0, 0.8)


def test_thousands_of_units_are_left_out_in_groups() -> None:
    rng = RNG(4)
    x = rng.normal(size=4500)
    y = np.clip(np.round(2 * x + rng.normal(size=4500)), -1, 1)
    estimate = spearman(x, y)
    assert estimate.low is not None
    assert estimate.high is not None
    assert 0.01 < estimate.high - estimate.low < 0.04


def test_clusters_that_all_say_the_same_leave_no_interval() -> None:
    x, y, clusters = np.tile([1, 2, 3, 4], 6), np.tile([1, 3, 2, 4], 6), np.repeat(range(6), 4)
    with pytest.raises(InsufficientData, match="every unit says the same"):
        pearson(x, y, clusters=clusters)


def test_rounding_is_no_spread() -> None:
    with pytest.raises(InsufficientData, match="all values are equal"):
        pearson([0.1 + 0.2, 0.3, 0.3, 0.1 + 0.2, 0.3], [1, 2, 3, 4, 5])


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [2, 1, 0, 3]])
def test_one_left_out_may_leave_a_line_that_rises_and_another_one_that_falls(
    order: list[int],
) -> None:
    x, y = np.array([1, 2, 1, 2])[order], np.array([1, 2, 3, 2])[order]
    estimate = spearman(x, y)
    assert (estimate.low, estimate.value, estimate.high) == (-1, 0, 1)
