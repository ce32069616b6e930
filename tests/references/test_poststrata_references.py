"""Stratified means against the figures of a textbook, and against fractions by hand."""

from fractions import Fraction

import numpy as np
import pytest

from measurand.stats.estimate import Estimate
from measurand.stats.poststrata import Strata, kish, stratified_mean
from measurand.stats.quantiles import t_quantile


def strata(codes: list[int], *shares: float) -> Strata:
    names = tuple("abcdef"[: len(shares)])
    return Strata(np.array(codes, dtype=np.intp), np.array(shares, dtype=float), names)


def error(estimate: Estimate, df: float) -> float:
    assert estimate.low is not None
    assert estimate.high is not None
    return (estimate.high - estimate.low) / 2 / t_quantile(0.975, df)


def with_variance(variance: float, n: int, mean: float) -> list[float]:
    """So many values, half of them above and half below, with exactly this sample variance."""
    reach = (variance * (n - 1) / n) ** 0.5
    return [mean + reach * (1 if place % 2 else -1) for place in range(n)]


@pytest.mark.parametrize(("sizes", "variance"), [((6, 18), 1_882_293), ((12, 12), 1_090_827)])
def test_the_cities_of_cochran(sizes: tuple[int, int], variance: float) -> None:
    """Cochran (1977), section 5.5: the total of 64 cities in strata of 16 and 48.

    Variances 53,843 and 5,581 within; a sample of 24 in proportion has the variance 1,882,293 and
    a standard error of 1,372, one in halves 1,090,827 and 1,044. The book samples from a finite
    population, which takes sum of N s^2 off what an endless one has.
    """
    (first, second), (large, small) = sizes, (53_843.0, 5_581.0)
    values = with_variance(large, first, 630.0) + with_variance(small, second, 160.0)
    codes = [0] * first + [1] * second
    found = stratified_mean(values, strata(codes, 16 / 64, 48 / 64))
    parts = np.array([(16 / 64) ** 2 * large / first, (48 / 64) ** 2 * small / second])
    df = parts.sum() ** 2 / (parts**2 / (np.array(sizes) - 1)).sum()
    endless = (64 * error(found, df)) ** 2
    finite = endless - (16 * large + 48 * small)
    assert finite == pytest.approx(variance, abs=1)
    assert found.value == pytest.approx(16 / 64 * 630 + 48 / 64 * 160)


def test_a_difference_by_hand() -> None:
    """Differences 2 4 | 1 2 3 with shares 3/4 and 1/4, in fractions.

    Means 3 and 2: 3/4 x 3 + 1/4 x 2 = 11/4. Variances 2 and 1: 9/16 x 2/2 + 1/16 x 1/3 = 7/12, of
    which Satterthwaite makes (7/12)^2 / ((9/16)^2 / 1 + (1/48)^2 / 2) degrees.
    """
    found = stratified_mean([2, 4, 1, 2, 3], strata([0, 0, 1, 1, 1], 0.75, 0.25))
    variance = Fraction(9, 16) + Fraction(1, 48)
    df = variance**2 / (Fraction(9, 16) ** 2 + Fraction(1, 48) ** 2 / 2)
    assert variance == Fraction(7, 12)
    assert found.value == pytest.approx(2.75, abs=1e-12)
    assert error(found, float(df)) ** 2 == pytest.approx(float(variance), abs=1e-9)


def test_clusters_that_reach_over_strata_by_hand() -> None:
    """The same values, clusters {first, third} and {others}: contributions add up before squares.

    Residuals -1 1 | -1 0 1 times weights 3/8 3/8 | 1/12 each: by cluster -3/8 and 3/8 in one
    stratum, -1/12 and 1/12 in the other. Each has two clusters, and so the factor 2: 2 (9/64 +
    9/64) + 2 (1/144 + 1/144). What a cluster's two sums say together has both factors: 2 x 2 x 2 x
    3/8 x 1/12, of two clusters.
    """
    whole = strata([0, 0, 1, 1, 1], 0.75, 0.25)
    values, clusters = np.array([2.0, 4.0, 1.0, 2.0, 3.0]), np.array([0, 1, 0, 1, 1])
    found = stratified_mean(values, whole, clusters=clusters)
    variance = Fraction(9, 16) + Fraction(1, 36) + Fraction(1, 2)
    assert error(found, 1) ** 2 == pytest.approx(float(variance), abs=1e-9)
    sums = np.bincount(clusters, whole.residuals(values, clusters))
    assert float(sums @ sums) == pytest.approx(float(variance), abs=1e-12)


def test_clusters_within_strata_by_hand() -> None:
    """Two clusters of two in either stratum: their sums take the place of units.

    Values 1 3 | 5 7 and 2 2 | 4 8, halves each: residuals -3 -1 | 1 3 and -2 -2 | 0 4, by weights
    of 1/8 sums of -1/2, 1/2 and -1/2, 1/2; twice 1/4 + 1/4 in each stratum is 1, in both 2, and
    (1 + 1)^2 / (1 + 1) = 2 degrees.
    """
    whole = strata([0] * 4 + [1] * 4, 0.5, 0.5)
    found = stratified_mean([1, 3, 5, 7, 2, 2, 4, 8], whole, clusters=[0, 0, 1, 1, 2, 2, 3, 3])
    assert found.value == 4.0
    assert error(found, 2) ** 2 == pytest.approx(2.0, abs=1e-9)


def test_kish_by_hand() -> None:
    """Weights 1 1 2: (1 + 1 + 2)^2 / (1 + 1 + 4) = 8/3."""
    assert kish([1, 1, 2]) == pytest.approx(8 / 3, abs=1e-12)
