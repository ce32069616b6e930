"""The bounds from five votes hold the true ceiling, whatever makes raters differ."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest

from measurand.stats.arrays import Floats
from measurand.stats.ceiling_moments import ceiling_majority_bounds, majority_score

LEVEL = 0.95
Rng = np.random.Generator
World = Callable[[Rng, int], Floats]


def independent(rng: Rng, units: int) -> Floats:
    """Every unit has a right answer, and raters err alike: agreement .85."""
    return np.where(rng.random(units) < 0.5, 0.918, 0.082)


def coins(rng: Rng, units: int) -> Floats:
    """Seven units in ten are clear, the others coin flips: agreement .85."""
    clear = rng.random(units) < 0.7
    return np.where(clear, (rng.random(units) < 0.5) * 1.0, 0.5)


def beta(rng: Rng, units: int) -> Floats:
    """Ambiguity of all degrees: agreement .85."""
    return rng.beta(0.15 / 0.7, 0.15 / 0.7, units)


def easy_and_hard(rng: Rng, units: int) -> Floats:
    """Half of the units are easy, half are hard."""
    easy = rng.random(units) < 0.5
    return np.where(easy, 0.97, np.where(rng.random(units) < 0.5, 0.75, 0.25))


SHORTFALL = {30: 0.02}
"""How far below its level a percentile interval of so few units stays: .93 with coin flips."""
WORLDS = (independent, coins, beta, easy_and_hard)


def held(world: World, *, units: int, runs: int) -> float:
    truth = float(np.mean(majority_score((2 * world(np.random.default_rng(9), 10**6) - 1) ** 2)))
    inside = []
    for run in range(runs):
        rng = np.random.default_rng([units, run])
        votes = (rng.random((units, 5)) < world(rng, units)[:, None]).astype(float)
        found = ceiling_majority_bounds(votes, rng=rng, raters=3, resamples=400)
        assert found.low is not None
        assert found.high is not None
        inside.append(found.low <= truth <= found.high)
    return float(np.mean(inside))


@pytest.mark.parametrize("units", [30, 100])
@pytest.mark.parametrize("world", WORLDS)
def test_coverage(world: World, units: int) -> None:
    runs = 300
    least = LEVEL - SHORTFALL.get(units, 0.0) - 3 * sqrt(LEVEL * (1 - LEVEL) / runs)
    assert held(world, units=units, runs=runs) >= least


@pytest.mark.long
@pytest.mark.parametrize("units", [30, 50, 100, 300])
@pytest.mark.parametrize("world", WORLDS)
def test_coverage_at_length(world: World, units: int) -> None:
    runs = 2000
    least = LEVEL - SHORTFALL.get(units, 0.0) - 3 * sqrt(LEVEL * (1 - LEVEL) / runs)
    assert held(world, units=units, runs=runs) >= least
