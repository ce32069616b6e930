"""What a sample could have shown: against known power, by simulation and by formula."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from measurand.errors import InsufficientData
from measurand.stats.detectable import detectable_mean, detectable_proportion
from measurand.stats.mean import mean_p
from measurand.stats.power import mcnemar_power


def test_for_large_n_it_is_2_80_standard_errors() -> None:
    """Bloom (1995): 1.96 + 0.84 standard errors for 80 % power at 5 %."""
    values = np.random.default_rng(1).normal(0, 1, 100_000)
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert detectable_mean(values).value == pytest.approx(2.8016 * error, rel=1e-3)


def test_the_t_formula_at_n_20() -> None:
    values = np.random.default_rng(2).normal(0, 1, 20)
    error = stats.sem(values)
    size = error * (stats.t.ppf(0.975, 19) + stats.t.ppf(0.8, 19))
    found = detectable_mean(values)
    assert found.value == pytest.approx(size, abs=1e-12)
    spread = np.sqrt(19 / stats.chi2.ppf([0.975, 0.025], 19))
    assert (found.low, found.high) == pytest.approx(tuple(size * spread), abs=1e-12)


def test_a_difference_of_that_size_is_found_four_times_in_five() -> None:
    rng = np.random.default_rng(3)
    n, runs = 60, 2000
    size = detectable_mean(rng.normal(0, 1, 50_000)).value
    assert size is not None
    size *= np.sqrt(50_000 / n)
    hits = sum(mean_p(rng.normal(size, 1, n)) < 0.05 for _ in range(runs))
    assert hits / runs == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / runs) + 0.005)


def test_its_interval_covers_the_truth() -> None:
    rng = np.random.default_rng(4)
    n, runs = 30, 1500
    truth = (stats.t.ppf(0.975, n - 1) + stats.t.ppf(0.8, n - 1)) / np.sqrt(n)
    covered = 0
    for _ in range(runs):
        found = detectable_mean(rng.normal(0, 1, n))
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= truth <= found.high
    assert covered / runs == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / runs))


def test_clusters_make_less_detectable() -> None:
    rng = np.random.default_rng(5)
    clusters = np.repeat(np.arange(30), 10)
    values = rng.normal(0, 1, 30)[clusters] + rng.normal(0, 1, 300)
    naive, clustered = detectable_mean(values), detectable_mean(values, clusters=clusters)
    assert naive.value is not None
    assert clustered.value is not None
    assert clustered.value > 1.5 * naive.value


def test_of_shares_the_power_at_that_size_is_80_percent() -> None:
    rng = np.random.default_rng(6)
    first = (rng.random(430) < 0.8).astype(float)
    second = np.where(rng.random(430) < 0.14, 1 - first, first)
    found = detectable_proportion(first, second)
    discordance = float((first != second).mean())
    assert found.value is not None
    assert mcnemar_power(430, discordance, found.value) == pytest.approx(0.8, abs=0.005)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high


@pytest.mark.parametrize("same", [[], [1.0] * 30])
def test_nothing_differs_nothing_to_say(same: list[float]) -> None:
    with pytest.raises(InsufficientData):
        detectable_proportion(same, same)


@pytest.mark.parametrize("values", [[], [0.5], [0.5] * 9])
def test_no_spread_no_answer(values: list[float]) -> None:
    with pytest.raises(InsufficientData):
        detectable_mean(values)
