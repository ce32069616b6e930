"""Simulated coverage of BCa intervals, with three Monte Carlo errors of tolerance."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.stats.bootstrap import bca, mean_bca
from measurand.stats.estimate import Estimate

World = Callable[[np.random.Generator], Estimate]


def coverage(world: World, truth: float, runs: int) -> float:
    rng = np.random.default_rng(23)
    covered = 0
    for _ in range(runs):
        estimate = world(rng)
        assert estimate.low is not None
        assert estimate.high is not None
        covered += estimate.low <= truth <= estimate.high
    return covered / runs


def tolerance(runs: int) -> float:
    return 3 * math.sqrt(0.95 * 0.05 / runs)


def graded_pairs(rng: np.random.Generator) -> Estimate:
    """Two systems graded 1 to 5 on 100 units: one is half a grade better on every third."""
    quality = rng.normal(3, 1, size=100)
    first = np.clip(np.rint(quality + rng.normal(0, 0.7, 100)), 1, 5)
    second = np.clip(np.rint(quality + rng.normal(0, 0.7, 100)), 1, 5)
    return mean_bca(first - second, rng=rng, resamples=999)


def clustered_pairs(rng: np.random.Generator) -> Estimate:
    clusters = np.repeat(np.arange(40), rng.integers(1, 9, 40))
    difference = 0.5 * rng.normal(size=40)[clusters] + rng.normal(size=clusters.size)
    return mean_bca(np.rint(difference), clusters=clusters, rng=rng, resamples=999)


def place(means: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((means[..., 1] - means[..., 0]) / (means[..., 2] - means[..., 0]))


def place_on_scale(rng: np.random.Generator) -> Estimate:
    """Floor .3, system .6, expert .9 of correct answers, on the same 150 units."""
    skill = rng.random((150, 1))
    columns = (skill + 0.2 * rng.normal(size=(150, 3)) < [0.3, 0.6, 0.9]).astype(np.float64)
    return bca(columns, place, rng=rng, resamples=999)


def skewed(rng: np.random.Generator) -> Estimate:
    return mean_bca(rng.exponential(size=60), rng=rng, resamples=999)


def true_place() -> float:
    rng = np.random.default_rng(0)
    columns = rng.random((10**6, 1)) + 0.2 * rng.normal(size=(10**6, 3)) < [0.3, 0.6, 0.9]
    return float(place(columns.mean(axis=0)))


WORLDS = [
    (graded_pairs, 0.0),
    (clustered_pairs, 0.0),
    (place_on_scale, true_place()),
    (skewed, 1.0),
]


@pytest.mark.parametrize(("world", "truth"), WORLDS, ids=lambda part: getattr(part, "__name__", ""))
def test_bca_covers(world: World, truth: float) -> None:
    """The nominal level lies a point or two above what BCa attains with so few units."""
    assert coverage(world, truth, 300) == pytest.approx(0.945, abs=tolerance(300))


@pytest.mark.long
@pytest.mark.parametrize(("world", "truth"), WORLDS, ids=lambda part: getattr(part, "__name__", ""))
def test_bca_coverage_precisely(world: World, truth: float) -> None:
    assert coverage(world, truth, 10_000) == pytest.approx(0.945, abs=0.015)
