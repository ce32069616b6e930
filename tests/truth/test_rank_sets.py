"""All rank sets hold at once, of means and of correlations, as often as their level says."""

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.stats.left_out import correlations
from measurand.stats.proportion import clopper_pearson
from measurand.stats.rank_sets import rank_sets

Floats = NDArray[np.float64]
FLIPS = 999


def grades(rng: np.random.Generator, noise: tuple[float, ...], n: int) -> tuple[Floats, Floats]:
    """Judges of unlike noise, and the mean of three people, on a scale of whole numbers."""
    quality = rng.normal(size=(n, 1))
    own = 0.5 * rng.normal(size=(n, 1))
    judges = quality + own + np.array(noise) * rng.normal(size=(n, len(noise)))
    people = (quality[:, :1] + 0.8 * rng.normal(size=(n, 3))).mean(axis=1, keepdims=True)
    return np.clip(np.round(3 + judges), 1, 5), np.tile(people, len(noise))


def coverage(noise: tuple[float, ...], n: int, runs: int) -> float:
    """How often every judge's true rank lies in its set; equal ones have all of their ranks."""
    rng, hits = np.random.default_rng(2), 0
    best = np.array([1 + sum(other < own for other in noise) for own in noise])
    worst = np.array([sum(other <= own for other in noise) for own in noise])
    for _ in range(runs):
        scores = correlations(*grades(rng, noise, n), np.arange(n)).parts
        sets = np.array(rank_sets(scores, rng=rng, flips=FLIPS))
        hits += bool(((sets[:, 0] <= best) & (sets[:, 1] >= worst)).all())
    return hits / runs


def least(runs: int) -> float:
    low = clopper_pearson(round(0.95 * runs), runs, level=0.999).low
    assert low is not None
    return low


@pytest.mark.parametrize("noise", [(0.7,) * 6, (0.3, 0.7, 0.7, 0.7, 1.5, 1.5)])
def test_all_sets_hold_at_once_for_correlations(noise: tuple[float, ...]) -> None:
    assert coverage(noise, n=60, runs=50) >= least(50)


@pytest.mark.long
@pytest.mark.parametrize("n", [40, 100, 200])
@pytest.mark.parametrize("noise", [(0.7,) * 8, (0.3, 0.3, 0.7, 0.7, 1.0, 1.0, 1.5, 2.0)])
def test_all_sets_hold_at_once_for_correlations_in_full(noise: tuple[float, ...], n: int) -> None:
    assert coverage(noise, n=n, runs=1000) >= least(1000)


def test_the_set_of_best_shrinks_with_the_number_of_units() -> None:
    rng = np.random.default_rng(9)
    sizes = []
    for n in (40, 160, 640):
        scores = correlations(*grades(rng, (0.3, 0.6, 0.9, 1.2), n), np.arange(n)).parts
        sizes.append(sum(low == 1 for low, _ in rank_sets(scores, rng=rng, flips=FLIPS)))
    assert sizes[0] >= sizes[1] >= sizes[2] == 1
