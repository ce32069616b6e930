"""How often the intervals of calibration hold the truth, on normal values and on crowded grades."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.stats.absolute_error import human_absolute_error, mean_absolute_error
from measurand.stats.alt_test import alt_test
from measurand.stats.ceiling_ratio import ceiling_ratio
from measurand.stats.correlation import Side, concordance, correlation_units, pearson, spearman
from measurand.stats.correlation_rows import concordance_rows, pearson_rows, spearman_rows
from measurand.stats.estimate import Estimate
from measurand.stats.reliability import repeat_reliability

Floats = NDArray[np.float64]
Rng = np.random.Generator
Pair = tuple[Floats, Floats]
World = Callable[[Rng, int], Pair]
LARGE = 200_000


def normal(rng: Rng, n: int) -> Pair:
    x = rng.normal(size=n)
    return x, 0.2 + 0.85 * x + math.sqrt(1 - 0.85**2) * rng.normal(size=n)


def graded(rng: Rng, n: int) -> Pair:
    """A judge's grade and the mean of three people's, over the whole scale."""
    return _grades(rng, n, middle=3.2)


def crowded(rng: Rng, n: int) -> Pair:
    """The same where half of the outputs deserve the best grade."""
    return _grades(rng, n, middle=4.8)


def _grades(rng: Rng, n: int, *, middle: float) -> Pair:
    quality = middle + 1.1 * rng.normal(size=n)
    people = np.clip(np.round(quality[:, None] + 0.6 * rng.normal(size=(n, 3))), 1, 5)
    return np.clip(np.round(quality + 0.5 * rng.normal(size=n)), 1, 5), people.mean(axis=1)


ROWS = {pearson: pearson_rows, spearman: spearman_rows, concordance: concordance_rows}
OURS = (pearson, spearman, concordance)
WORLDS = (normal, graded, crowded)


def truth_of(ours: Callable[..., Estimate], world: World) -> float:
    x, y = world(np.random.default_rng(5), LARGE)
    return float(ROWS[ours](x, y)(np.ones((1, LARGE)))[0])


def held(estimates: list[Estimate], truth: float) -> float:
    return float(
        np.mean(
            [
                e.low is not None and e.high is not None and e.low <= truth <= e.high
                for e in estimates
            ]
        )
    )


def least(runs: int, level: float = 0.95) -> float:
    return level - 3 * math.sqrt(level * (1 - level) / runs)


def covered(
    ours: Callable[..., Estimate], world: World, n: int, *, runs: int, side: Side = "both"
) -> float:
    truth = truth_of(ours, world)
    more = {} if ours is concordance else {"side": side}
    rngs = (np.random.default_rng([n, run]) for run in range(runs))
    return held([ours(*world(rng, n), **more) for rng in rngs], truth)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("ours", OURS)
def test_correlations(ours: Callable[..., Estimate], world: World) -> None:
    assert covered(ours, world, 60, runs=150) >= least(150)


@pytest.mark.long
@pytest.mark.parametrize("n", [30, 50, 100, 200])
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("ours", OURS)
def test_correlations_at_length(ours: Callable[..., Estimate], world: World, n: int) -> None:
    shortfall = 0.015 if world is crowded and n < 200 else 0.0
    assert covered(ours, world, n, runs=2000) >= least(2000) - shortfall


@pytest.mark.long
@pytest.mark.parametrize("n", [50, 100, 200])
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("ours", [pearson, spearman])
def test_lower_bounds_at_length(ours: Callable[..., Estimate], world: World, n: int) -> None:
    assert covered(ours, world, n, runs=2000, side="lower") >= least(2000)


def clustered(rng: Rng, clusters: int, size: int) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Several outputs a prompt, alike in quality and in how the judge errs."""
    codes = np.repeat(np.arange(clusters), size)

    def part() -> Floats:
        shared = math.sqrt(0.4) * rng.normal(size=clusters)[codes]
        return np.asarray(shared + math.sqrt(0.6) * rng.normal(size=codes.size))

    x = part()
    return x, 0.85 * x + math.sqrt(1 - 0.85**2) * part(), codes


def in_clusters(clusters: int, *, runs: int) -> tuple[float, float]:
    together, ignored = [], []
    for run in range(runs):
        x, y, codes = clustered(np.random.default_rng([clusters, run]), clusters, 5)
        together.append(pearson(x, y, clusters=codes))
        ignored.append(pearson(x, y))
    return held(together, 0.85), held(ignored, 0.85)


def test_clusters() -> None:
    assert in_clusters(25, runs=300)[0] >= least(300)


@pytest.mark.long
@pytest.mark.parametrize("clusters", [20, 50, 100])
def test_clusters_at_length(clusters: int) -> None:
    with_them, without = in_clusters(clusters, runs=2000)
    assert with_them >= least(2000)
    assert without < with_them


def weighted(ours: Callable[..., Estimate], n: int, *, runs: int) -> tuple[float, float]:
    """Outputs at the ends of the scale are drawn four times as often, and weigh a quarter."""
    found, plain = [], []
    for run in range(runs):
        rng = np.random.default_rng([n, run, 7])
        x, y = normal(rng, 6 * n)
        chance = np.where(np.abs(x) > 1, 1.0, 0.25)
        kept = np.flatnonzero(rng.random(6 * n) < chance)[:n]
        found.append(ours(x[kept], y[kept], weights=1 / chance[kept]))
        plain.append(ours(x[kept], y[kept]))
    truth = truth_of(ours, normal)
    return held(found, truth), held(plain, truth)


@pytest.mark.parametrize("ours", [pearson, spearman])
def test_weights_undo_a_stratified_draw(ours: Callable[..., Estimate]) -> None:
    with_them, without = weighted(ours, 100, runs=200)
    assert with_them >= least(200)
    assert without < 0.8


@pytest.mark.long
@pytest.mark.parametrize("ours", [pearson, spearman])
@pytest.mark.parametrize("n", [50, 100, 200])
def test_weights_at_length(ours: Callable[..., Estimate], n: int) -> None:
    assert weighted(ours, n, runs=1000)[0] >= least(1000) - 0.01


def decided(r: float, *, runs: int) -> float:
    """How often the units that are said to be needed decide."""
    n = correlation_units(r, 0.8)
    hits = 0
    for run in range(runs):
        rng = np.random.default_rng([n, run])
        x = rng.normal(size=n)
        found = pearson(
            x, r * x + math.sqrt(1 - r**2) * rng.normal(size=n), side="lower" if r > 0.8 else "both"
        )
        hits += (found.low or 0) >= 0.8 if r > 0.8 else (found.high or 0) < 0.8
    return hits / runs


@pytest.mark.parametrize("r", [0.9, 0.65])
def test_the_units_needed_decide_in_four_of_five(r: float) -> None:
    assert decided(r, runs=200) == pytest.approx(0.8, abs=0.1)


def people_of(rng: Rng, n: int, icc: float = 0.5) -> tuple[Floats, Floats]:
    quality = rng.normal(size=n)
    noise = math.sqrt((1 - icc) / icc)
    return quality, quality[:, None] + noise * rng.normal(size=(n, 3))


def estimates(kind: str, n: int, *, runs: int) -> tuple[list[Estimate], float]:
    """Of what has a truth that can be written down."""
    found = []
    for run in range(runs):
        rng = np.random.default_rng([n, run, 3])
        quality, people = people_of(rng, n)
        judge = quality + 0.75 * rng.normal(size=n)
        if kind == "judge":
            found.append(mean_absolute_error(judge, people.mean(axis=1)))
        elif kind == "people":
            found.append(human_absolute_error(people))
        elif kind == "reliability":
            found.append(repeat_reliability(people, rng=rng))
        else:
            found.append(ceiling_ratio(judge, people, rng=rng, resamples=1000))
    mean_distance = math.sqrt(2 / math.pi)
    truths = {
        "judge": mean_distance * math.sqrt(0.75**2 + 1 / 3),
        "people": mean_distance * math.sqrt(2),
        "reliability": 0.5,
        "ratio": 1 / math.sqrt(1 + 0.75**2),
    }
    return found, truths[kind]


@pytest.mark.parametrize("kind", ["judge", "people", "reliability", "ratio"])
def test_errors_reliability_and_share_of_the_ceiling(kind: str) -> None:
    assert held(*estimates(kind, 60, runs=150)) >= least(150) - 0.01


@pytest.mark.long
@pytest.mark.parametrize("n", [50, 100, 200])
@pytest.mark.parametrize("kind", ["judge", "people", "reliability", "ratio"])
def test_errors_reliability_and_share_at_length(kind: str, n: int) -> None:
    assert held(*estimates(kind, n, runs=1500)) >= least(1500) - 0.01


def wins(lag: float, *, runs: int, n: int = 100) -> tuple[float, float]:
    """How often any rater is beaten, and all three, by a judge with this much more noise."""
    some = all_ = 0
    for run in range(runs):
        rng = np.random.default_rng([run, 11])
        quality, people = people_of(rng, n)
        found = alt_test(quality + lag * rng.normal(size=n), people, epsilon=0.1)
        some += any(found.won)
        all_ += found.passed
    return some / runs, all_ / runs


LAG = 1.23
"""A judge of this noise is nearer to the others a tenth less often than a person of noise 1 is."""


def behind(lag: float) -> float:
    """How much more often the person is nearer to the other two than the judge, in truth."""
    rng = np.random.default_rng(2)
    quality, people = people_of(rng, LARGE)
    others = people[:, 1:]
    judged = quality + lag * rng.normal(size=LARGE)
    own, its = (((others - one[:, None]) ** 2).sum(axis=1) for one in (people[:, 0], judged))
    return float(np.mean(own < its) - np.mean(its < own))


def test_a_judge_at_the_margin_wins_no_more_often_than_the_level() -> None:
    assert behind(LAG) == pytest.approx(0.1, abs=0.01)
    some, _ = wins(LAG, runs=200)
    assert some <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 200)
    assert wins(0.3, runs=60)[1] > 0.9


@pytest.mark.long
def test_a_judge_at_the_margin_at_length() -> None:
    some, _ = wins(LAG, runs=3000)
    assert some <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 3000)
