"""Simulated coverage where the truth is known, with three Monte Carlo errors of tolerance."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.stats.mean import clustered_mean, mean_t


def tolerance(runs: int) -> float:
    return 3 * math.sqrt(0.95 * 0.05 / runs)


def coverage(
    sizes: NDArray[np.intp], icc: float, *, runs: int, binary: bool = False
) -> tuple[float, float]:
    """The coverage of the clustered and of the naive interval, for clusters of these sizes."""
    rng = np.random.default_rng(17)
    clusters = np.repeat(np.arange(sizes.size), sizes)
    clustered = naive = 0
    for _ in range(runs):
        shared = math.sqrt(icc) * rng.normal(size=sizes.size)[clusters]
        values = shared + math.sqrt(1 - icc) * rng.normal(size=clusters.size)
        truth = 0.0
        if binary:
            values, truth = (values > 0).astype(float), 0.5
        for estimate in (clustered_mean(values, clusters), mean_t(values)):
            assert estimate.low is not None
            assert estimate.high is not None
            covered = estimate.low <= truth <= estimate.high
            if estimate.method == "CR1, t(C-1)":
                clustered += covered
            else:
                naive += covered
    return clustered / runs, naive / runs


CASES = [(30, 10, 0.2, 0.763), (10, 10, 0.2, 0.747), (50, 4, 0.3, 0.833)]


@pytest.mark.parametrize(("clusters", "size", "icc", "naive"), CASES)
def test_cr1_covers_where_ignoring_clusters_does_not(
    clusters: int, size: int, icc: float, naive: float
) -> None:
    runs = 1000
    found = coverage(np.full(clusters, size), icc, runs=runs)
    assert found[0] == pytest.approx(0.95, abs=tolerance(runs))
    assert found[1] == pytest.approx(naive, abs=2 * tolerance(runs))


def test_cr1_covers_for_0_and_1() -> None:
    found = coverage(np.full(30, 10), 0.3, runs=1000, binary=True)
    assert found[0] == pytest.approx(0.95, abs=tolerance(1000))


def test_t_covers_independent_values() -> None:
    found = coverage(np.full(12, 1), 0.0, runs=1000)
    assert found[1] == pytest.approx(0.95, abs=tolerance(1000))
    assert found[0] == found[1]


def test_few_very_unequal_clusters_cover_less_as_the_caution_says() -> None:
    sizes = np.random.default_rng(4).geometric(0.1, 10)
    found = coverage(sizes, 0.2, runs=1000)[0]
    assert 0.85 < found < 0.95


@pytest.mark.long
@pytest.mark.parametrize(("clusters", "size", "icc", "naive"), CASES)
def test_cr1_coverage_precisely(clusters: int, size: int, icc: float, naive: float) -> None:
    runs = 20_000
    found = coverage(np.full(clusters, size), icc, runs=runs)
    assert found[0] == pytest.approx(0.95, abs=tolerance(runs))
    assert found[1] == pytest.approx(naive, abs=0.03)


@pytest.mark.long
@pytest.mark.parametrize("clusters", [20, 40, 80])
def test_unequal_clusters_from_the_limit_of_the_caution_on(clusters: int) -> None:
    rng = np.random.default_rng(8)
    found = [coverage(rng.geometric(0.1, clusters), 0.2, runs=500)[0] for _ in range(20)]
    assert np.mean(found) > 0.92
