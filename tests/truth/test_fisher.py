"""The false-alarm rate of Fisher's test, in exact sums and in simulation."""

import numpy as np
import pytest

from measurand.stats.fisher import fisher_exact
from measurand.stats.quantiles import binomial_pmf


@pytest.mark.parametrize(("n", "share"), [(30, 0.5), (60, 0.1), (60, 0.02)])
def test_it_never_exceeds_its_level(n: int, share: float) -> None:
    counts = range(n + 1)
    chance = np.outer(*(2 * [binomial_pmf(counts, n, share)]))
    rejected = np.array([[fisher_exact((a, n), (b, n)) < 0.05 for b in counts] for a in counts])
    assert float(chance[rejected].sum()) <= 0.05


def test_false_alarms_and_power_in_simulation() -> None:
    rng = np.random.default_rng(11)
    n, runs = 430, 600
    same = rng.binomial(n, 0.05, size=(runs, 2))
    apart = np.column_stack([rng.binomial(n, 0.03, runs), rng.binomial(n, 0.10, runs)])
    alarms = np.mean([fisher_exact((a, n), (b, n)) < 0.05 for a, b in same.tolist()])
    found = np.mean([fisher_exact((a, n), (b, n)) < 0.05 for a, b in apart.tolist()])
    assert alarms <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
    assert alarms > 0.01
    assert found > 0.95
