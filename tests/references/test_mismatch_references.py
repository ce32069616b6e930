"""PSI and MMD against values worked by hand, plain loops, and scipy's distributions."""

import math

import numpy as np
import pytest
from scipy import stats

from measurand.stats.mean import clustered_mean
from measurand.stats.mmd import Sample, median_distance, mmd_squared, mmd_test
from measurand.stats.poststrata import Strata, stratified_mean
from measurand.stats.psi import Mix, psi, psi_test, psi_threshold
from measurand.stats.reweighting import reweighted_difference, share_error


def test_psi_by_hand() -> None:
    """(.5 - .4) ln 1.25 + (.3 - .4) ln .75 + 0 = .022314355 + .028768207."""
    assert psi([0.5, 0.3, 0.2], [0.4, 0.4, 0.2]) == pytest.approx(0.051082562, abs=1e-9)
    assert psi([50, 30, 20], [400, 400, 200]) == pytest.approx(0.051082562, abs=1e-9)


@pytest.mark.parametrize(
    ("n", "threshold"), [(50, 0.355), (100, 0.186), (200, 0.102), (1000, 0.034)]
)
def test_thresholds_for_ten_kinds_against_a_thousand(n: int, threshold: float) -> None:
    found = psi_threshold(10, n, 1000)
    assert found == pytest.approx(stats.chi2.ppf(0.95, 9) * (1 / n + 1 / 1000), abs=1e-9)
    assert found == pytest.approx(threshold, abs=5e-4)


def test_psi_test_against_scipy() -> None:
    counts, others = [12, 8, 30], [300, 250, 450]
    first, second = (Mix.of(np.repeat(range(3), told), 3) for told in (counts, others))
    found = psi_test(first, second)
    p, q = (np.asarray(told) + 0.5 for told in (counts, others))
    p, q = p / p.sum(), q / q.sum()
    raw, scale = float(((p - q) * np.log(p / q)).sum()), 1 / 50 + 1 / 1000
    assert (found.found, found.scale, found.df) == pytest.approx((raw, scale, 2), abs=1e-9)
    assert found.p == pytest.approx(stats.chi2.sf(raw / scale, 2), abs=1e-9)
    assert found.threshold == pytest.approx(psi_threshold(3, 50, 1000), abs=1e-9)
    low, high = (found.estimate.low or 0.0) / scale, (found.estimate.high or 0.0) / scale
    assert stats.ncx2.cdf(raw / scale, 2, high) == pytest.approx(0.025, abs=1e-6)
    assert low == 0 or stats.ncx2.sf(raw / scale, 2, low) == pytest.approx(0.025, abs=1e-6)
    # A set passes at what the index may be at most with an interval that ends below 0.5.
    expected = stats.chi2.cdf(stats.ncx2.ppf(0.025, 2, 0.5 / scale), 2)
    assert found.passing(0.5) == pytest.approx(expected, abs=1e-6)


def test_the_covariance_of_weighted_shares_is_that_of_clustered_means() -> None:
    """The share of one kind is a mean; its variance is CR1's, here of equally weighted clusters."""
    rng = np.random.default_rng(1)
    codes, clusters = rng.integers(0, 3, 60), np.repeat(range(20), 3)
    mix = Mix.of(codes, 3, clusters=clusters)
    assert mix.covariance is not None
    for kind in range(3):
        other = clustered_mean((codes == kind).astype(float), clusters)
        half = stats.t.ppf(0.975, 19) * math.sqrt(mix.covariance[kind, kind])
        assert other.high is not None
        assert mix.shares[kind] == pytest.approx(other.value, abs=1e-9)
        assert other.high - mix.shares[kind] == pytest.approx(half, abs=1e-6)


def test_mmd_by_hand() -> None:
    """Points 0, 1 against 2, 3 with bandwidth 1: e^-.5 twice, less twice the mean across."""
    across = (math.exp(-2) + math.exp(-4.5) + math.exp(-0.5) + math.exp(-2)) / 4
    expected = 2 * math.exp(-0.5) - 2 * across
    found = mmd_squared([[0.0], [1.0]], [[2.0], [3.0]], bandwidth=1.0)
    assert found == pytest.approx(expected, abs=1e-12)


def test_mmd_by_a_plain_double_loop() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(7, 3)), rng.normal(0.5, 1, size=(9, 3))

    def kernel(a: np.ndarray, b: np.ndarray) -> float:
        return math.exp(-float(((a - b) ** 2).sum()) / (2 * 1.3**2))

    within = [
        sum(kernel(s[i], s[j]) for i in range(len(s)) for j in range(len(s)) if i != j)
        / (len(s) * (len(s) - 1))
        for s in (x, y)
    ]
    across = sum(kernel(a, b) for a in x for b in y) / 63
    assert mmd_squared(x, y, bandwidth=1.3) == pytest.approx(sum(within) - 2 * across, abs=1e-12)


def test_every_permutation_of_a_small_table() -> None:
    """With 3 against 3 there are 20 partitions; p by draws agrees with p by listing them."""
    from itertools import combinations  # noqa: PLC0415 - of this test alone

    rows = np.asarray([[0.0], [0.4], [0.9], [2.0], [2.3], [3.1]])
    found = mmd_test(
        Sample.of(rows[:3]), Sample.of(rows[3:]), np.random.default_rng(3), permutations=4999
    )
    width = median_distance(rows)
    told = [
        mmd_squared(rows[list(own)], np.delete(rows, own, axis=0), bandwidth=width)
        for own in combinations(range(6), 3)
    ]
    exact = sum(one >= told[0] - 1e-12 for one in told) / len(told)
    assert found.bandwidth == pytest.approx(width, abs=1e-12)
    assert found.p == pytest.approx(exact, abs=0.015)


def test_re_weighting_by_hand() -> None:
    """Strata of two and four, shares a half each: means 1 and 4, so 2.5 against 3 as they are."""
    values, codes = [0.0, 2.0, 3.0, 5.0, 3.0, 5.0], np.asarray([0, 0, 1, 1, 1, 1])
    strata = Strata(codes, np.asarray([0.5, 0.5]), ("a", "b"))
    found = reweighted_difference(values, strata)
    assert found.value == pytest.approx(-0.5, abs=1e-12)
    grown = [math.sqrt(2), math.sqrt(4 / 3)]
    parts = [
        grown[code] * (0.25, 0.125)[code] * (value - (1, 4)[code]) - (value - 3) / 6
        for value, code in zip(values, codes.tolist(), strict=True)
    ]
    half = stats.t.ppf(0.975, 4) * math.sqrt(6 / 5 * sum(part**2 for part in parts))
    assert found.high == pytest.approx(-0.5 + half, abs=1e-9)
    whole = stratified_mean(values, strata)
    assert whole.value == pytest.approx(2.5, abs=1e-12)
    counted = [0] * 5 + [1] * 5
    given = np.asarray([1.0] * 5 + [4.0] * 5)
    error = share_error(values, strata, counted)
    assert error == pytest.approx(given.std(ddof=1) / math.sqrt(10), abs=1e-12)
