"""What choosing costs in the outcome's unit, and what is said of the first of many, as told."""

import math

import numpy as np
import pytest

from measurand.analysis.benchmarks import correlate
from measurand.analysis.benchmarks_column import Column
from measurand.analysis.benchmarks_each import each_benchmark
from measurand.analysis.benchmarks_funnel import funnel
from measurand.analysis.benchmarks_options import CorrelateOptions
from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.errors import InsufficientData
from measurand.stats.disattenuated import disattenuated
from measurand.stats.estimate import Estimate
from measurand.stats.own_errors import own_errors
from measurand.stats.regret import expected_best, selection
from measurand.stats.screening import screening_regret

QUICK = [15, pytest.param(200, marks=pytest.mark.long)]


def table(
    n: int, r: float, seed: int, *, noise: float = 0.0, benchmarks: int = 1
) -> BenchmarkTable:
    """Quality with the standard deviation 1, measured with noise that is known."""
    rng = np.random.default_rng(seed)
    quality = rng.normal(size=n)
    own = rng.normal(size=(n, benchmarks))
    return BenchmarkTable(
        systems=tuple(map(str, range(n))),
        benchmarks=tuple(f"b{place}" for place in range(benchmarks)),
        scores=r * quality[:, None] + math.sqrt(1 - r**2) * own,
        errors=None,
        outcome="q",
        values=quality + noise * rng.normal(size=n),
        value_errors=np.full(n, noise) if noise else None,
        families=None,
    )


def holds(found: Estimate, truth: float) -> bool:
    assert found.low is not None
    assert found.high is not None
    return found.low <= truth <= found.high


@pytest.mark.parametrize("runs", QUICK)
@pytest.mark.parametrize("noise", [0.0, 0.6])
def test_what_a_choice_costs_is_in_units_of_quality(noise: float, runs: int) -> None:
    """The noise of the outcome makes its spread larger, and no choice worse."""
    n, r = 100, 0.6
    truth = (1 - r) * expected_best(n)
    through = screening_regret(r, n, 5)
    lost, held, screened, kept = [], [], [], []
    for seed in range(runs):
        one = table(n, r, seed, noise=noise)
        (cost,) = (f for f in each_benchmark(one, level=0.95) if f.name == "expected_regret")
        (few,) = (
            f
            for f in funnel(one, options=CorrelateOptions())[0]
            if f.name == "screening_regret" and f.design == "keep 5"
        )
        lost.append(cost.estimate.value or 0.0)
        held.append(holds(cost.estimate, truth))
        screened.append(few.estimate.value or 0.0)
        kept.append(holds(few.estimate, through))
    assert np.mean(lost) == pytest.approx(truth, rel=0.15 if runs < 100 else 0.07)
    assert np.mean(screened) == pytest.approx(through, rel=0.25 if runs < 100 else 0.12)
    assert min(np.mean(held), np.mean(kept)) > (0.925 if runs > 100 else 0.7)


@pytest.mark.parametrize("runs", QUICK)
def test_difficulty_that_systems_share_is_no_noise_between_them(runs: int) -> None:
    """Thirty systems on sixty examples, of which each is as hard for all: r is .6."""
    rng = np.random.default_rng(0)
    own, naive, held = [], [], []
    for _ in range(runs):
        quality = 0.25 * rng.normal(size=30)
        x = 0.6 * quality / 0.25 + 0.8 * rng.normal(size=30)
        grades = quality + 0.9 * rng.normal(size=(60, 1)) + 0.5 * rng.normal(size=(60, 30))
        y, shared = grades.mean(axis=0), grades.std(axis=0, ddof=1) / math.sqrt(60)
        found = disattenuated(x, y, errors=(np.zeros(30), own_errors(grades)))
        own.append(found.value or 0.0)
        held.append(holds(found, 0.6))
        try:
            naive.append(disattenuated(x, y, errors=(np.zeros(30), shared)).value or 0.0)
        except InsufficientData:
            continue
    assert np.mean(own) == pytest.approx(0.6, abs=0.13 if runs < 100 else 0.03)
    assert np.mean(naive) > np.mean(own) + 0.05
    assert np.mean(held) > (0.925 if runs > 100 else 0.7)


@pytest.mark.long
@pytest.mark.parametrize(("count", "n", "r"), [(8, 12, 0.0), (20, 12, 0.6), (40, 20, 0.5)])
def test_the_interval_of_the_first_of_many_holds_the_truth(count: int, n: int, r: float) -> None:
    held, alone = [], []
    for seed in range(400):
        one = table(n, r, seed, benchmarks=count)
        found = {name: Column.of(one, name).observed(0.95) for name in one.benchmarks}
        first = max(found, key=lambda name: found[name].value or -1.0)
        held.append(holds(Column.of(one, first).observed(1 - 0.05 / count), r))
        alone.append(holds(found[first], r))
    assert np.mean(held) > 0.935
    assert np.mean(alone) < 0.93


@pytest.mark.long
def test_the_sentence_on_choosing_holds_the_truth() -> None:
    """Eight benchmarks of twelve systems, all alike: what is said of the first, as it is said."""
    truth = selection(0.6, 12).best
    held = []
    for seed in range(40):
        one = table(12, 0.6, seed, benchmarks=8)
        told = correlate(one, CorrelateOptions(pairs=False)).readings
        (choice,) = (sentence for sentence in told if sentence.startswith("Choosing by"))
        low, high = choice.split("(")[1].split(")")[0].replace("%", "").split(" to ")
        held.append(float(low) - 0.5 <= 100 * truth <= float(high) + 0.5)
    assert np.mean(held) > 0.86  # 99.9 % of the time, at 95 %


@pytest.mark.long
@pytest.mark.parametrize("runs", [400])
def test_what_a_pick_costs_through_correlate(runs: int) -> None:
    """The probability to pick the best as it is published, with noise and without."""
    for noise in (0.0, 0.4):
        held = []
        for seed in range(runs):
            found = each_benchmark(table(20, 0.63, seed, noise=noise), level=0.95)
            (chance,) = (f.estimate for f in found if f.name == "probability_best")
            held.append(holds(chance, selection(0.63, 20).best))
        assert np.mean(held) > 0.925
