"""How much units differ: the textbook's interval, noise taken out, and products of it."""

import numpy as np
import pytest
from scipy import stats

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import Estimate
from measurand.stats.spread import standard_deviation, times

RNG = np.random.default_rng
Y = RNG(1).normal(size=40)


def test_the_interval_of_normal_values_is_the_textbooks() -> None:
    values = stats.norm.ppf((np.arange(40) + 0.5) / 40)
    found = standard_deviation(values)
    assert "chi-square" in found.method
    squares = 39 * float(values.var(ddof=1))
    ends = [np.sqrt(squares / stats.chi2.ppf(at, 39)) for at in (0.975, 0.025)]
    assert (found.value, found.low, found.high) == pytest.approx(
        (float(values.std(ddof=1)), *ends), abs=1e-9
    )


def test_heavy_tails_and_clusters_are_wider() -> None:
    heavy = RNG(2).standard_t(3, size=60)
    assert "jackknife" in standard_deviation(heavy).method
    families = standard_deviation(Y, clusters=np.arange(40) // 4)
    assert families.reason == "only 10 clusters: the interval may be too narrow"
    assert "jackknife" in families.method


def test_noise_is_taken_out_and_place_plays_no_part() -> None:
    noise = np.full(40, 0.4)
    found = standard_deviation(Y, noise)
    assert found.value == pytest.approx(float(np.sqrt(Y.var(ddof=1) - 0.16)))
    moved = standard_deviation(3 * Y + 100, 3 * noise)
    assert found.value is not None
    assert moved.value == pytest.approx(3 * found.value)
    assert standard_deviation(Y[RNG(3).permutation(40)], noise).low == pytest.approx(found.low)


def test_what_has_no_spread_is_refused() -> None:
    with pytest.raises(InsufficientData, match="takes 4 units"):
        standard_deviation(Y[:3])
    with pytest.raises(InsufficientData, match="no more than their noise"):
        standard_deviation(Y, np.full(40, 5.0))
    with pytest.raises(InsufficientData, match="no more than their noise"):
        standard_deviation(np.ones(9))
    with pytest.raises(InsufficientData, match="clusters"):
        standard_deviation(Y, clusters=np.arange(40) % 2)
    with pytest.raises(UsageError, match="not negative"):
        standard_deviation(Y, -np.ones(40))
    with pytest.raises(UsageError, match="one standard error"):
        standard_deviation(Y, np.ones(3))


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value=value, low=low, high=high, level=0.95, n=9, method="test")


def test_a_product_joins_both_errors_on_the_logarithmic_scale() -> None:
    """Ends by factors of 2 and of 3: the product's by exp of the root of their squared logs."""
    found = times(estimate(2, 1, 4), estimate(3, 1, 9))
    far = float(np.exp(np.hypot(np.log(2), np.log(3))))
    assert (found.value, found.low, found.high) == pytest.approx((6, 6 / far, 6 * far))
    assert times(estimate(2, 1, 4), estimate(3, 3, 3)).low == pytest.approx(3)


def test_a_product_with_nought_begins_at_nought() -> None:
    found = times(estimate(0, 0, 1), estimate(3, 2, 5))
    assert (found.value, found.low, found.high) == pytest.approx((0, 0, 5))
    open_ = times(estimate(1, 0, 2), estimate(3, 2, 5))
    assert open_.low == pytest.approx(0)
    assert open_.high is not None
    assert 6 < open_.high <= 10
    none = Estimate.absent("too few", n=2, method="test", level=0.95)
    assert times(none, estimate(3, 2, 5)) == none
    assert times(estimate(3, 2, 5), none) == none
