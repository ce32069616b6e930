"""False findings among eight comparisons with one baseline, correlated at .6."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.stats.mean import mean_p
from measurand.stats.multiple import benjamini_hochberg, holm, max_t, simultaneous_means

COMPARISONS, UNITS, CORRELATION, FLIPS = 8, 200, 0.6, 499


@dataclass
class Tally:
    """Runs with any false finding, and runs that find the one true difference."""

    false: float = 0.0
    true: float = 0.0


def differences(rng: np.random.Generator, effect: float) -> NDArray[np.float64]:
    """The first comparison has the effect, the others none."""
    shared = math.sqrt(CORRELATION) * rng.normal(size=(UNITS, 1))
    rows = shared + math.sqrt(1 - CORRELATION) * rng.normal(size=(UNITS, COMPARISONS))
    rows[:, 0] += effect
    return rows


def simulate(effect: float, runs: int) -> dict[str, Tally]:
    rng = np.random.default_rng(31)
    tallies = {name: Tally() for name in ("none", "holm", "bh", "max-T")}
    for _ in range(runs):
        rows = differences(rng, effect)
        raw = np.array([mean_p(column) for column in rows.T])
        adjusted = {
            "none": raw,
            "holm": holm(raw),
            "bh": benjamini_hochberg(raw),
            "max-T": max_t(rows, rng=rng, flips=FLIPS),
        }
        for name, p in adjusted.items():
            tallies[name].true += (p[0] <= 0.05) / runs
            tallies[name].false += (p[1 if effect else 0 :] <= 0.05).any() / runs
    return tallies


def above(level: float, runs: int) -> float:
    """The highest rate that chance lets a test of this level show."""
    return level + 3 * math.sqrt(level * (1 - level) / runs)


def test_family_wise_error_without_any_difference() -> None:
    found = simulate(0.0, runs=200)
    assert found["none"].false > 0.14
    for name in ("holm", "bh", "max-T"):
        assert found[name].false <= above(0.05, 200)
    assert found["max-T"].false >= found["holm"].false


def test_max_t_finds_more_than_holm_at_the_same_error_rate() -> None:
    found = simulate(0.24, runs=200)
    assert found["max-T"].true > found["holm"].true > 0.6
    assert found["max-T"].false <= above(0.05, 200)


def test_max_t_keeps_its_level_for_skewed_yes_no_differences_in_clusters() -> None:
    rng, runs = np.random.default_rng(5), 300
    clusters = np.repeat(np.arange(50), 4)
    false = 0
    for _ in range(runs):
        lean = np.repeat(rng.normal(size=(50, 1)), 4, axis=0)
        first = rng.random((200, 5)) < 1 / (1 + np.exp(-2 - lean))
        second = rng.random((200, 1)) < 1 / (1 + np.exp(-2 + lean))
        rows = first.astype(float) - second
        false += bool((max_t(rows, clusters=clusters, rng=rng, flips=FLIPS) <= 0.05).any())
    assert false / runs <= above(0.05, runs)


def simultaneous_coverage(runs: int) -> float:
    rng = np.random.default_rng(6)
    truth = np.linspace(-1, 1, COMPARISONS)
    covered = 0
    for _ in range(runs):
        rows = differences(rng, 0.0) + truth
        covered += all(
            estimate.low is not None
            and estimate.high is not None
            and estimate.low <= mean <= estimate.high
            for estimate, mean in zip(
                simultaneous_means(rows, rng=rng, flips=FLIPS), truth, strict=True
            )
        )
    return covered / runs


def test_simultaneous_intervals_cover_all_at_once() -> None:
    assert simultaneous_coverage(200) == pytest.approx(0.95, abs=3 * math.sqrt(0.0475 / 200))


@pytest.mark.long
def test_family_wise_error_and_power_precisely() -> None:
    runs = 4000
    null, effect = simulate(0.0, runs), simulate(0.24, runs)
    assert null["none"].false == pytest.approx(0.25, abs=0.03)
    assert null["holm"].false == pytest.approx(0.04, abs=0.012)
    assert null["bh"].false == pytest.approx(0.045, abs=0.012)
    assert null["max-T"].false == pytest.approx(0.05, abs=0.0105)
    assert effect["max-T"].true > effect["holm"].true + 0.01


@pytest.mark.long
def test_simultaneous_coverage_precisely() -> None:
    assert simultaneous_coverage(4000) == pytest.approx(0.95, abs=3 * math.sqrt(0.0475 / 4000))
