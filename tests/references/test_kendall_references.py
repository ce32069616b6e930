"""Kendall's tau-b as SciPy has it; Fieller's interval by hand; the jackknife by leaving out."""

import math

import numpy as np
import pytest
from scipy import stats

from measurand.stats.kendall import kendall


@pytest.mark.parametrize("seed", range(6))
def test_tau_b_with_ties_is_scipys(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 6, 30).astype(float)
    y = np.round(x + rng.normal(0, 2, 30))
    assert kendall(x, y).value == pytest.approx(stats.kendalltau(x, y).statistic, abs=1e-12)


def test_without_ties_it_is_concordant_less_discordant_pairs() -> None:
    second = [1, 2, 4, 3, 5, 6, 7, 9, 8, 12, 11, 10]
    found = kendall(range(12), second)
    discordant = sum(a > b for i, a in enumerate(second) for b in second[i + 1 :])
    assert found.value == pytest.approx((66 - 2 * discordant) / 66, abs=1e-12)


def test_the_textbook_interval_is_fiellers() -> None:
    x = np.arange(40.0)
    y = np.random.default_rng(3).permutation(40) * 0.6 + x
    found = kendall(x, y)
    assert "Fieller-Hartley-Pearson" in found.method
    assert found.value is not None
    half = 1.959963984540054 * math.sqrt(0.437 / 36)
    z = math.atanh(found.value)
    assert (found.low, found.high) == pytest.approx((math.tanh(z - half), math.tanh(z + half)))


def test_clusters_are_left_out_whole() -> None:
    rng = np.random.default_rng(4)
    codes = np.repeat(np.arange(8), 5)
    x = rng.normal(size=8)[codes] + 0.3 * rng.normal(size=40)
    y = np.round(x + rng.normal(size=8)[codes], 1)
    found = kendall(x, y, clusters=codes)
    without = np.array(
        [stats.kendalltau(x[codes != one], y[codes != one]).statistic for one in range(8)]
    )
    assert found.value is not None
    moved = (without - without.mean()) / (1 - found.value**2)
    reach = stats.t.ppf(0.975, 7) * math.sqrt(7 / 8 * float(moved @ moved))
    z = math.atanh(found.value)
    assert (found.low, found.high) == pytest.approx((math.tanh(z - reach), math.tanh(z + reach)))


def test_a_perfect_order_is_bounded_by_pairs_without_a_common_unit() -> None:
    """Six of six concordant: Clopper-Pearson from .025 ** (1 / 6) on."""
    ties = np.repeat(range(6), 2)
    found = kendall(ties, ties)
    assert found.low == pytest.approx(2 * 0.025 ** (1 / 6) - 1, abs=1e-9)
    assert (found.value, found.high) == (1, 1)


def test_a_perfect_order_without_ties_is_bounded_as_if_neighbours_were_swapped() -> None:
    swapped = [1, 0, *range(2, 12)]
    found, near = kendall(range(12), range(12)), kendall(range(12), swapped)
    assert near.value == pytest.approx(1 - 4 / (12 * 11))
    assert (found.value, found.low, found.high) == pytest.approx((1, near.low, 1))
