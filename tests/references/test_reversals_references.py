"""The noise of repeats against every split of them, and against SciPy's hypergeometric."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from scipy import stats

from measurand.stats.reversals import reversals

UNITS = [
    [(3, 3, 0, 3)],
    [(3, 3, 0, 3), (3, 3, 0, 3)],
    [(2, 3, 1, 3), (3, 3, 0, 3), (1, 3, 2, 3)],
    [(2, 2, 0, 3), (1, 2, 1, 1)],
    [(3, 3, 1, 3)],
]


def _splits(unit: tuple[int, int, int, int]) -> list[tuple[int, int]]:
    """(reversed, unanimous) for every way to deal the repeats of a unit out again."""
    a, n, b, m = unit
    pool = [1] * (a + b) + [0] * (n + m - a - b)
    found = []
    for first in combinations(range(n + m), n):
        passed = sum(pool[at] for at in first)
        other = a + b - passed
        turned = 2 * passed > n and 2 * (m - other) > m
        found.append((int(turned), int(turned and passed == n and other == 0)))
    return found


@pytest.mark.parametrize("units", UNITS)
def test_the_probability_is_that_of_all_splits(units: list[tuple[int, int, int, int]]) -> None:
    a, n, b, m = (np.array(column) for column in zip(*units, strict=True))
    found = reversals((a, n), (b, m))
    seen = (found.unanimous, found.count)
    deals = list(product(*map(_splits, units)))
    as_strong = sum((sum(u for _, u in deal), sum(t for t, _ in deal)) >= seen for deal in deals)
    assert found.p == pytest.approx(as_strong / len(deals), abs=1e-12)


def test_one_unit_of_many_repeats_is_a_hypergeometric_tail() -> None:
    found = reversals(([9], [10]), ([2], [10]))
    passes = stats.hypergeom(20, 11, 10)
    turned = [k for k in range(1, 11) if k > 5 and 11 - k < 5]
    assert found.p == pytest.approx(sum(passes.pmf(k) for k in turned), abs=1e-10)
