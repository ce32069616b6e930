from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats
from measurand.stats.krippendorff import Metric, alpha_point, krippendorff_alpha

METRICS: tuple[Metric, ...] = ("nominal", "ordinal", "interval", "ratio")


def simulated(seed: int, units: int = 40, raters: int = 3, missing: float = 0.2) -> Floats:
    rng = np.random.default_rng(seed)
    truth = rng.integers(1, 6, units)[:, None]
    ratings: Floats = np.clip(truth + rng.integers(-1, 2, (units, raters)), 1, 5) * 1.0
    ratings[rng.random(ratings.shape) < missing] = np.nan
    return ratings


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("seed", range(5))
def test_against_the_krippendorff_package(metric: Metric, seed: int) -> None:
    oracle = pytest.importorskip("krippendorff")
    ratings = simulated(seed, raters=2 + seed)
    expected = oracle.alpha(ratings.T, level_of_measurement=metric)
    assert alpha_point(ratings, metric=metric) == pytest.approx(expected, abs=1e-12)
    rng = np.random.default_rng(0)
    estimate = krippendorff_alpha(ratings, metric=metric, rng=rng, resamples=50)
    assert estimate.value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_against_evalica(metric: Metric) -> None:
    oracle = pytest.importorskip("evalica")
    pandas = pytest.importorskip("pandas")
    ratings = simulated(7)
    expected = oracle.alpha(pandas.DataFrame(ratings.T), distance=metric).alpha
    assert alpha_point(ratings, metric=metric) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", ["interval", "ordinal"])
def test_continuous_values_against_the_krippendorff_package(metric: Metric) -> None:
    oracle = pytest.importorskip("krippendorff")
    rng = np.random.default_rng(3)
    ratings = rng.normal(size=(50, 1)) + rng.normal(size=(50, 3)) + 1e6
    expected = oracle.alpha(ratings.T, level_of_measurement=metric)
    assert alpha_point(ratings, metric=metric) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("metric", METRICS)
def test_both_intervals_tell_much_the_same(metric: Metric) -> None:
    ratings = simulated(1, units=300)
    rng = np.random.default_rng(0)
    slow = krippendorff_alpha(ratings, metric=metric, rng=rng)
    fast = krippendorff_alpha(ratings, metric=metric, rng=rng, interval="jackknife-t")
    assert slow.value == fast.value
    assert (slow.low, slow.high) == pytest.approx((fast.low, fast.high), abs=0.02)
    assert "BCa" in slow.method
    assert "jackknife-t" in fast.method


def test_perfect_agreement_has_an_honest_interval() -> None:
    ratings = np.repeat(np.array([0.0, 1.0] * 15)[:, None], 3, axis=1)
    estimate = krippendorff_alpha(ratings, metric="nominal", rng=np.random.default_rng(0))
    assert estimate.value == 1
    assert estimate.low == pytest.approx(1 - (1 - 0.025 ** (1 / 30)) / (90 * 45 / (90 * 89)))


def test_a_rare_value_among_few_units_is_a_caution() -> None:
    ratings = np.ones((60, 3))
    ratings[:4] = 0
    ratings[4:8, 0] = 0
    rng = np.random.default_rng(0)
    estimate = krippendorff_alpha(ratings, metric="nominal", rng=rng)
    assert estimate.reason is not None
    assert "91% of the ratings are the same value" in estimate.reason


def test_a_hundred_thousand_units_take_well_under_two_seconds() -> None:
    ratings = simulated(2, units=100_000)
    start = perf_counter()
    krippendorff_alpha(ratings, metric="ordinal", rng=np.random.default_rng(0))
    assert perf_counter() - start < 2


@pytest.mark.parametrize(
    ("ratings", "metric", "words"),
    [
        ([[1.0, np.nan], [np.nan, 1.0]], "nominal", "no unit has two ratings"),
        ([[1.0, 1.0]] * 5, "interval", "all ratings are equal"),
        ([[1.0, 2.0], [2.0, 1.0]], "interval", "at least 3 units"),
        ([[1.0, -2.0], [2.0, 1.0], [3.0, 3.0]], "ratio", "0 and above"),
        ([[1.0, 1.0]] * 20 + [[0.0, 1.0]], "nominal", "hangs on"),
    ],
)
def test_refusals(ratings: list[list[float]], metric: Metric, words: str) -> None:
    with pytest.raises(InsufficientData, match=words):
        krippendorff_alpha(np.array(ratings), metric=metric, rng=np.random.default_rng(0))


def test_the_ratio_metric_refuses_to_compare_everything_with_everything() -> None:
    ratings = np.random.default_rng(0).random((3000, 2))
    with pytest.raises(InsufficientData, match="found 6000 different ones"):
        alpha_point(ratings, metric="ratio")
