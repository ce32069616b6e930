"""Simulated rejection rates against the exact ones."""

import numpy as np
import pytest

from measurand.stats.paired import PairedTable, mcnemar
from measurand.stats.power import mcnemar_power, questions_needed
from measurand.stats.power_unpaired import unpaired_power
from measurand.stats.quantiles import two_sided_z


def test_mcnemar_rejects_as_often_as_its_power_says() -> None:
    rng, runs, n = np.random.default_rng(41), 3000, 120
    rejected = 0
    for b, c, _ in rng.multinomial(n, [0.15, 0.05, 0.8], size=runs):
        rejected += mcnemar(int(b), int(c)) <= 0.05
    expected = mcnemar_power(n, 0.2, 0.1)
    assert rejected / runs == pytest.approx(expected, abs=3 * (0.25 / runs) ** 0.5)


def test_raw_outcomes_reject_as_often_as_the_power_says() -> None:
    """From two correlated vectors of outcomes, rather than from a table."""
    rng, runs, n = np.random.default_rng(42), 1000, 150
    rejected = 0
    for _ in range(runs):
        draw = rng.random(n)
        first, second = draw < 0.8, (draw < 0.65) | (draw > 0.95)
        table = PairedTable.of(first, second)
        rejected += mcnemar(table.first, table.second) <= 0.05
    expected = mcnemar_power(n, 0.2, 0.1)
    assert rejected / runs == pytest.approx(expected, abs=3 * (0.25 / runs) ** 0.5)


def test_the_pooled_z_test_rejects_as_often_as_its_power_says() -> None:
    rng, runs, n = np.random.default_rng(43), 100_000, 200
    x, y = rng.binomial(n, 0.85, runs), rng.binomial(n, 0.95, runs)
    pooled = (x + y) / (2 * n)
    error = np.sqrt(2 * pooled * (1 - pooled) / n)
    rejected = np.abs(x - y) / n > two_sided_z(0.95) * error
    expected = unpaired_power(n, 0.85, 0.95)
    assert rejected.mean() == pytest.approx(expected, abs=3 * (0.25 / runs) ** 0.5)


def test_the_questions_needed_give_the_power() -> None:
    rng, runs = np.random.default_rng(44), 4000
    n = questions_needed(0.2, between=0.5, within=(0.4, 0.8), repeats=(2, 4), power=0.9)
    spread = (0.5 + 0.4 / 2 + 0.8 / 4) ** 0.5
    z = rng.normal(0.2, spread / n**0.5, runs) / (spread / n**0.5)
    assert (np.abs(z) > two_sided_z(0.95)).mean() == pytest.approx(0.9, abs=0.015)
