"""Exact coverage of the paired intervals: the multinomial probability of all tables."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.errors import InsufficientData
from measurand.stats.estimate import Estimate
from measurand.stats.paired import (
    PairedTable,
    bonett_price,
    newcombe_10,
    paired_proportion,
    tango_bounds,
    wald,
)
from measurand.stats.quantiles import binomial_pmf

Method = Callable[[PairedTable], Estimate]


def tables(n: int, discordance: float, difference: float) -> NDArray[np.float64]:
    """Rows of first only, second only and their probability, where it is not negligible."""
    b, m = np.meshgrid(np.arange(n + 1.0), np.arange(n + 1.0))
    share = (discordance + difference) / (2 * discordance)
    mass = binomial_pmf(m, n, discordance) * binomial_pmf(b, m, share)
    seen = mass > 1e-10
    return np.stack([b[seen], (m - b)[seen], mass[seen]], axis=1)


def coverage(method: Method, n: int, discordance: float, difference: float) -> float:
    """Where a method refuses the table it does not cover."""
    total = 0.0
    for b, c, mass in tables(n, discordance, difference):
        try:
            estimate = method(PairedTable(n - int(b + c), int(b), int(c), 0))
        except InsufficientData:
            continue
        assert estimate.low is not None
        assert estimate.high is not None
        total += mass * (estimate.low <= difference <= estimate.high)
    return total


@pytest.mark.parametrize(
    ("n", "expected"), [(50, (0.935, 0.977, 0.962)), (200, (0.947, 0.957, 0.951))]
)
def test_exact_coverage(n: int, expected: tuple[float, ...]) -> None:
    b, c, mass = tables(n, 0.10, 0.05).T
    low, high = tango_bounds(b, c, n)
    found = [coverage(method, n, 0.10, 0.05) for method in (wald, bonett_price)]
    found.append(mass @ ((low <= 0.05) & (high >= 0.05)))
    assert tuple(round(share, 3) for share in found) == expected


def test_tango_covers_wherever_the_truth_lies() -> None:
    found = []
    for discordance in (0.05, 0.1, 0.2, 0.4, 0.8):
        for difference in np.linspace(0, 0.95, 6) * discordance:
            b, c, mass = tables(50, discordance, difference).T
            low, high = tango_bounds(b, c, 50)
            found.append(mass @ ((low <= difference) & (difference <= high)))
    assert np.mean(found) == pytest.approx(0.955, abs=0.01)
    assert min(found) > 0.92


def test_newcombe_10_covers_balanced_margins() -> None:
    """Its correlation needs the concordant split too: all four cells, half and half."""

    def half_and_half(table: PairedTable) -> Estimate:
        success = table.both // 2
        return newcombe_10(PairedTable(success, table.first, table.second, table.both - success))

    assert coverage(half_and_half, 50, 0.2, 0.1) == pytest.approx(0.95, abs=0.02)


def test_the_clustered_difference_covers_where_tango_does_not() -> None:
    """Eight questions to a document, of which each leans towards one of the systems."""
    rng, runs = np.random.default_rng(12), 400
    clusters = np.repeat(np.arange(40), 8)
    covered = np.zeros(2)
    for _ in range(runs):
        lean = rng.choice([-0.3, 0.3], size=40)[clusters]
        first = rng.random(320) < 0.6 + lean
        second = rng.random(320) < 0.6 - lean
        for column, labels in enumerate((clusters, None)):
            estimate = paired_proportion(first, second, clusters=labels)
            assert estimate.low is not None
            assert estimate.high is not None
            covered[column] += estimate.low <= 0 <= estimate.high
    clustered, naive = covered / runs
    assert clustered == pytest.approx(0.95, abs=3 * (0.95 * 0.05 / runs) ** 0.5)
    assert naive < 0.85
