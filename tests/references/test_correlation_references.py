"""Correlations: Fisher's z as SciPy has it, Bonett and Wright by hand, Lin by the delta method."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from measurand.stats.correlation import (
    concordance,
    correlation_units,
    fisher_z,
    pearson,
    spearman,
)
from measurand.stats.estimate import Estimate

Floats = NDArray[np.float64]
Statistic = Callable[[Floats, Floats], float]


def ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


def graded(seed: int, n: int = 60) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=n)
    x = np.clip(np.round(3 + truth + 0.5 * rng.normal(size=n)), 1, 5)
    return x, np.clip(3 + 0.8 * truth + 0.4 * rng.normal(size=n), 1, 5)


def plain_r(x: Floats, y: Floats) -> float:
    return float(np.corrcoef(x, y)[0, 1])


def plain_rho(x: Floats, y: Floats) -> float:
    return float(stats.spearmanr(x, y).statistic)


def plain_ccc(x: Floats, y: Floats) -> float:
    apart = x.var() + y.var() + (x.mean() - y.mean()) ** 2
    return float(2 * np.mean((x - x.mean()) * (y - y.mean())) / apart)


def jackknife(
    statistic: Statistic, x: Floats, y: Floats, codes: NDArray[np.intp], *, level: float = 0.95
) -> tuple[float, float]:
    """Leave out one cluster after the other, in a loop."""
    count = int(codes.max()) + 1
    z = [math.atanh(statistic(x[codes != c], y[codes != c])) for c in range(count)]
    error = math.sqrt((count - 1) / count * float(np.sum((np.array(z) - np.mean(z)) ** 2)))
    reach = float(stats.t.ppf((1 + level) / 2, count - 1)) * error
    middle = math.atanh(statistic(x, y))
    return math.tanh(middle - reach), math.tanh(middle + reach)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_fisher_z_is_that_of_scipy(level: float) -> None:
    x, y = graded(1)
    found = stats.pearsonr(x, y)
    assert ends(fisher_z(found.statistic, 60, level=level)) == pytest.approx(
        tuple(found.confidence_interval(level)), abs=1e-9
    )
    above = stats.pearsonr(x, y, alternative="greater")
    assert ends(fisher_z(found.statistic, 60, level=level, side="lower")) == pytest.approx(
        tuple(above.confidence_interval(level)), abs=1e-9
    )
    below = stats.pearsonr(x, y, alternative="less")
    assert ends(fisher_z(found.statistic, 60, level=level, side="upper")) == pytest.approx(
        tuple(below.confidence_interval(level)), abs=1e-9
    )


@pytest.mark.parametrize(
    ("n", "r", "low", "high"),
    [
        (5, 0.90, 0.09, 0.99),
        (12, 0.63, 0.09, 0.88),
        (12, 0.90, 0.67, 0.97),
        (30, 0.63, 0.35, 0.81),
        (50, 0.80, 0.67, 0.88),
    ],
)
def test_fisher_z_of_published_correlations(n: int, r: float, low: float, high: float) -> None:
    assert ends(fisher_z(r, n)) == pytest.approx((low, high), abs=0.005)


@pytest.mark.parametrize(("n", "r"), [(50, 0.871), (100, 0.853), (200, 0.838)])
def test_the_correlation_that_verifies_a_target_of_80(n: int, r: float) -> None:
    """The one-sided lower bound reaches .80 from r on, to three decimals."""
    assert ends(fisher_z(r + 0.0005, n, side="lower"))[0] >= 0.8
    assert ends(fisher_z(r - 0.0005, n, side="lower"))[0] < 0.8


def test_the_units_needed_are_those_at_which_the_power_is_reached() -> None:
    """By the normal approximation on Fisher's scale, evaluated apart."""

    def power(n: int, r: float, target: float, probability: float) -> float:
        reach = stats.norm.ppf(probability) / math.sqrt(n - 3)
        gap = abs(math.atanh(r) - math.atanh(target))
        return float(stats.norm.cdf((gap - reach) * math.sqrt(n - 3)))

    for r, probability in ((0.86, 0.95), (0.72, 0.975)):
        n = correlation_units(r, 0.8)
        assert power(n, r, 0.8, probability) >= 0.8
        assert power(n - 1, r, 0.8, probability) < 0.8
    assert correlation_units(0.86, 0.8) == 167


@pytest.mark.parametrize("seed", range(4))
def test_pearson_is_the_wider_of_fisher_and_jackknife(seed: int) -> None:
    x, y = graded(seed)
    estimate = pearson(x, y)
    assert estimate.value == pytest.approx(plain_r(x, y), abs=1e-12)
    textbook = tuple(stats.pearsonr(x, y).confidence_interval())
    resampled = jackknife(plain_r, x, y, np.arange(60))
    wider = max(textbook, resampled, key=lambda pair: pair[1] - pair[0])
    assert ends(estimate) == pytest.approx(wider, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_spearman_is_the_wider_of_bonett_wright_and_jackknife(seed: int) -> None:
    x, y = graded(seed)
    rho = plain_rho(x, y)
    reach = 1.959963984540054 * math.sqrt((1 + rho**2 / 2) / 57)
    textbook = (math.tanh(math.atanh(rho) - reach), math.tanh(math.atanh(rho) + reach))
    resampled = jackknife(plain_rho, x, y, np.arange(60))
    wider = max(textbook, resampled, key=lambda pair: pair[1] - pair[0])
    estimate = spearman(x, y)
    assert estimate.value == pytest.approx(rho, abs=1e-12)
    assert ends(estimate) == pytest.approx(wider, abs=1e-9)


def lin(x: Floats, y: Floats) -> tuple[float, float]:
    """The delta method from the covariances of the moments of normal values."""
    xx, yy, xy = float(x.var()), float(y.var()), float(np.mean((x - x.mean()) * (y - y.mean())))

    def z(at: Floats) -> float:
        return math.atanh(2 * at[4] / (at[2] + at[3] + (at[0] - at[1]) ** 2))

    at = np.array([x.mean(), y.mean(), xx, yy, xy])
    spread = np.zeros((5, 5))
    spread[:2, :2] = [[xx, xy], [xy, yy]]
    spread[2:, 2:] = [
        [2 * xx**2, 2 * xy**2, 2 * xx * xy],
        [2 * xy**2, 2 * yy**2, 2 * yy * xy],
        [2 * xx * xy, 2 * yy * xy, xx * yy + xy**2],
    ]
    steps = 1e-5 * np.eye(5)
    slope = np.array([(z(at + step) - z(at - step)) / 2e-5 for step in steps])
    reach = 1.959963984540054 * math.sqrt(float(slope @ spread @ slope) / (x.size - 2))
    return math.tanh(z(at) - reach), math.tanh(z(at) + reach)


@pytest.mark.parametrize("shift", [0.0, 0.7, -1.5])
def test_concordance_is_the_wider_of_lin_and_jackknife(shift: float) -> None:
    wide = 0
    for seed in range(6):
        x, y = graded(seed)
        estimate = concordance(x, y + shift)
        assert estimate.value == pytest.approx(plain_ccc(x, y + shift), abs=1e-12)
        textbook = lin(x, y + shift)
        resampled = jackknife(plain_ccc, x, y + shift, np.arange(60))
        wide += textbook[1] - textbook[0] > resampled[1] - resampled[0]
        wider = max(textbook, resampled, key=lambda pair: pair[1] - pair[0])
        assert ends(estimate) == pytest.approx(wider, abs=1e-6)
    assert wide


@pytest.mark.parametrize(
    ("ours", "plain"),
    [(pearson, plain_r), (spearman, plain_rho), (concordance, plain_ccc)],
)
def test_clusters_are_left_out_whole(ours: Callable[..., Estimate], plain: Statistic) -> None:
    x, y = graded(7, 90)
    codes = np.random.default_rng(3).permutation(np.arange(90) % 25)
    assert ends(ours(x, y, clusters=codes)) == pytest.approx(
        jackknife(plain, x, y, codes), abs=1e-9
    )


@pytest.mark.parametrize(("ours", "plain"), [(pearson, plain_r), (spearman, plain_rho)])
def test_whole_weights_are_copies(ours: Callable[..., Estimate], plain: Statistic) -> None:
    x, y = graded(8)
    times = np.random.default_rng(5).integers(0, 4, 60)
    estimate = ours(x, y, weights=times)
    assert estimate.value == pytest.approx(plain(x.repeat(times), y.repeat(times)), abs=1e-12)
    codes = np.arange(60)[times > 0].repeat(times[times > 0])
    codes = np.unique(codes, return_inverse=True)[1]
    expected = jackknife(plain, x.repeat(times), y.repeat(times), codes)
    assert ends(estimate) == pytest.approx(expected, abs=1e-9)
