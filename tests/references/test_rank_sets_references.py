"""Rank sets against their definition, and against the intervals that they are made from."""

from itertools import combinations, permutations, product

import numpy as np
import pytest

from measurand.stats.multiple import simultaneous_means
from measurand.stats.rank_sets import pair_gaps, rank_sets

# Eight units, three candidates; every number of the test below follows by hand.
TABLE = np.array(
    [
        *([3.0, 1.0, 1.0], [4.0, 2.0, 3.0], [5.0, 2.0, 1.0], [4.0, 1.0, 2.0]),
        *([3.0, 0.0, 1.0], [5.0, 3.0, 2.0], [4.0, 2.0, 2.0], [4.0, 1.0, 0.0]),
    ]
)


def test_a_small_case_by_hand() -> None:
    """Differences of 1 and 2: 2 2 3 3 3 2 2 3, mean 2.5, standard error .5345/2.8284 = .18898.

    All 256 sign patterns can be counted; the critical value is the .95 quantile of the largest |t|
    of the residuals, as every pair is studentised by its own spread.
    """
    pairs = list(combinations(range(3), 2))
    rows = np.column_stack([TABLE[:, a] - TABLE[:, b] for a, b in pairs])
    assert rows[:, 0].tolist() == [2, 2, 3, 3, 3, 2, 2, 3]
    means, residuals = rows.mean(axis=0), rows - rows.mean(axis=0)
    errors = rows.std(axis=0, ddof=1) / np.sqrt(8)
    assert errors[0] == pytest.approx(0.1889822365)
    largest = []
    for signs in product((-1, 1), repeat=8):
        flipped = np.array(signs)[:, None] * residuals
        spread = flipped.std(axis=0, ddof=1) / np.sqrt(8)
        t = np.divide(flipped.mean(axis=0), spread, out=np.full(3, np.inf), where=spread > 1e-12)
        largest.append(np.abs(t).max())
    critical = np.quantile(largest, 0.95, method="higher")
    found = pair_gaps(TABLE, rng=np.random.default_rng(0), flips=20_000)
    for gap, mean, error in zip(found, means, errors, strict=True):
        assert gap.gap.value == pytest.approx(mean, abs=1e-12)
        assert gap.gap.high == pytest.approx(mean + critical * error, rel=1e-6)
    assert rank_sets(TABLE, rng=np.random.default_rng(0)) == ((1, 1), (2, 3), (2, 3))


def test_the_gaps_are_the_simultaneous_intervals_of_all_differences() -> None:
    rng = np.random.default_rng(8)
    table = rng.normal(size=(40, 5)) + np.linspace(0, 2, 5)
    clusters = np.repeat(np.arange(20), 2)
    pairs = list(combinations(range(5), 2))
    rows = np.column_stack([table[:, a] - table[:, b] for a, b in pairs])
    expected = simultaneous_means(rows, clusters=clusters, rng=np.random.default_rng(1))
    found = pair_gaps(table, clusters=clusters, rng=np.random.default_rng(1))
    for gap, estimate in zip(found, expected, strict=True):
        assert (gap.gap.value, gap.gap.low, gap.gap.high) == pytest.approx(
            (estimate.value, estimate.low, estimate.high), abs=1e-12
        )
    sets = rank_sets(table, clusters=clusters, rng=np.random.default_rng(1))
    behind = dict.fromkeys(permutations(range(5), 2), False)
    for (a, b), estimate in zip(pairs, expected, strict=True):
        behind[a, b] = estimate.high is not None and estimate.high < 0
        behind[b, a] = estimate.low is not None and estimate.low > 0
    for own in range(5):
        better = sum(behind[own, other] for other in range(5) if other != own)
        worse = sum(behind[other, own] for other in range(5) if other != own)
        assert sets[own] == (1 + better, 5 - worse)
