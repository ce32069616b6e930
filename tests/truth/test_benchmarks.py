"""Correlations over few systems: what their intervals hold, and how often tests cry wolf."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.errors import InsufficientData
from measurand.stats.correlation import pearson, spearman
from measurand.stats.dependent_correlations import Overlapping, overlapping_difference, williams_t
from measurand.stats.disattenuated import disattenuated
from measurand.stats.estimate import Estimate
from measurand.stats.from_correlation import mapped
from measurand.stats.kendall import kendall
from measurand.stats.mean_correlation import mean_pearson
from measurand.stats.regret import observed_pick, picked, regret_quantile, selection

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]

pytestmark = pytest.mark.long
RUNS = 2000


def pairs(n: int, rho: float, seed: int, runs: int = RUNS) -> list[Pair]:
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(runs):
        x = rng.normal(size=n)
        drawn.append((x, rho * x + math.sqrt(1 - rho**2) * rng.normal(size=n)))
    return drawn


def holds(estimate: Estimate, truth: float) -> bool:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low <= truth <= estimate.high


def same(rho: float) -> float:
    return rho


def of_ranks(rho: float) -> float:
    return 6 / math.pi * math.asin(rho / 2)


def of_order(rho: float) -> float:
    return 2 / math.pi * math.asin(rho)


CASES = [(n, rho) for n in (6, 12, 20, 50) for rho in (0.0, 0.5, 0.9)]


@pytest.mark.parametrize(("n", "rho"), CASES)
@pytest.mark.parametrize(
    ("coefficient", "true"),
    [(pearson, same), (spearman, of_ranks), (kendall, of_order)],
    ids=["pearson", "spearman", "kendall"],
)
def test_intervals_of_few_systems(
    coefficient: Callable[[Floats, Floats], Estimate],
    true: Callable[[float], float],
    n: int,
    rho: float,
) -> None:
    found = [holds(coefficient(x, y), true(rho)) for x, y in pairs(n, rho, seed=n)]
    assert np.mean(found) > 0.95 - 0.015


def test_families_need_their_own_intervals() -> None:
    """Sixty systems of fifteen families, which differ more from each other than within."""
    rng = np.random.default_rng(5)
    codes = np.repeat(np.arange(15), 4)
    by_family, naive = [], []
    for _ in range(RUNS):
        x, y = (
            math.sqrt(0.7) * rng.normal(size=15)[codes] + math.sqrt(0.3) * rng.normal(size=60)
            for _ in range(2)
        )
        by_family.append(holds(pearson(x, y, clusters=codes), 0.0))
        naive.append(holds(pearson(x, y), 0.0))
    assert np.mean(by_family) == pytest.approx(0.95, abs=0.025)
    assert np.mean(naive) < 0.85


def three(rng: np.random.Generator, n: int, r: Overlapping) -> Floats:
    matrix = [
        [1, r.between, r.first],
        [r.between, 1, r.second],
        [r.first, r.second, 1],
    ]
    return rng.multivariate_normal(np.zeros(3), matrix, size=n)


@pytest.mark.parametrize("n", [8, 12, 20, 50])
@pytest.mark.parametrize(
    "truth", [Overlapping(0.6, 0.6, 0.5), Overlapping(0.9, 0.63, 0.5), Overlapping(0.8, 0.8, 0.8)]
)
def test_zou_holds_and_williams_keeps_its_level(n: int, truth: Overlapping) -> None:
    rng = np.random.default_rng(n)
    held, cried = [], []
    for _ in range(RUNS):
        x, other, y = three(rng, n, truth).T
        sides = ((x, y), (other, y), (x, other))
        found = Overlapping(*(float(np.corrcoef(*two).item(1)) for two in sides))
        held.append(holds(overlapping_difference(found, n), truth.first - truth.second))
        cried.append(williams_t(found, n).p < 0.05)
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)
    if truth.first == truth.second:
        assert np.mean(cried) < 0.05 + 0.015


@pytest.mark.parametrize("n", [12, 30])
@pytest.mark.parametrize("rho", [0.5, 0.9])
def test_a_correlation_corrected_for_noise(n: int, rho: float) -> None:
    """With reliabilities of .9 and .7; what is refused counts neither way."""
    rng = np.random.default_rng(1000 + n)
    held, raw, refused = [], [], 0
    errors = tuple(np.full(n, math.sqrt(1 / share - 1)) for share in (0.9, 0.7))
    for pair in pairs(n, rho, seed=n):
        x, y = (v + e * rng.normal(size=n) for v, e in zip(pair, errors, strict=True))
        raw.append(holds(pearson(x, y), rho))
        try:
            held.append(holds(disattenuated(x, y, errors=(errors[0], errors[1])), rho))
        except InsufficientData:
            refused += 1
    assert np.mean(held) > 0.935
    assert refused < RUNS / 4
    if rho == 0.9:
        assert np.mean(raw) < 0.9


@pytest.mark.parametrize("n", [8, 20])
def test_an_average_over_outcomes_of_the_same_systems(n: int) -> None:
    rng = np.random.default_rng(n)
    rho = np.array([0.4, 0.5, 0.6])
    held = []
    for _ in range(RUNS):
        x = rng.normal(size=n)
        common = rng.normal(size=n)[:, None]
        rest = 0.7 * common + math.sqrt(1 - 0.49) * rng.normal(size=(n, 3))
        y = rho * x[:, None] + np.sqrt(1 - rho**2) * rest
        held.append(holds(mean_pearson(x, y), math.tanh(np.arctanh(rho).mean())))
    assert np.mean(held) > 0.93


@pytest.mark.parametrize("rho", [0.44, 0.63, 0.9])
@pytest.mark.parametrize("n", [5, 10, 20])
def test_what_a_pick_costs(n: int, rho: float) -> None:
    """The probability to pick the best, and its interval; the regret that is seldom exceeded."""
    truth = selection(rho, n)
    best, lost, rank, held, within = [], [], [], [], []
    most = regret_quantile(rho, n, 0.95)
    for x, y in pairs(n, rho, seed=n):
        pick = picked(x, y)
        best.append(pick.rank == 1)
        lost.append(pick.regret)
        rank.append(pick.rank)
        within.append(pick.regret <= most)
        chance = mapped(pearson(x, y), lambda r: selection(round(r, 3), n).best, "P")
        held.append(holds(chance, truth.best))
    assert np.mean(best) == pytest.approx(truth.best, abs=0.035)
    assert np.mean(lost) == pytest.approx(truth.regret, abs=0.06)
    assert np.mean(rank) == pytest.approx(truth.rank, abs=0.3)
    assert np.mean(within) == pytest.approx(0.95, abs=0.016)
    assert np.mean(held) > 0.935


@pytest.mark.parametrize("exact", [0, 3])
def test_the_regret_of_a_pick_under_noise(exact: int) -> None:
    """Twelve systems whose outcome has unequal errors, some none: the true regret is held."""
    rng = np.random.default_rng(3)
    errors = rng.uniform(0.2, 0.8, size=12)
    errors[:exact] = 0.0
    held = []
    for _ in range(RUNS):
        quality = rng.normal(size=12)
        outcome = quality + errors * rng.normal(size=12)
        place = int(np.argmax(quality + rng.normal(size=12)))
        found = observed_pick(outcome, errors, place)
        held.append(holds(found, float(quality.max() - quality[place])))
    assert np.mean(held) > 0.935
