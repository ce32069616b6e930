from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from measurand.errors import InsufficientData
from measurand.stats.agreement import agreeing_pairs, percent_agreement
from measurand.stats.arrays import Floats
from measurand.stats.patterns import Patterns

RNG = np.random.default_rng


@given(
    arrays(np.float64, (8, 4), elements=st.sampled_from([0.0, 1.0, 2.0, np.nan])).filter(
        lambda table: bool(((~np.isnan(table)).sum(axis=1) > 1).any())
    )
)
def test_agreeing_pairs_are_counted_pair_by_pair(table: Floats) -> None:
    patterns = Patterns.of(table)
    shares = []
    for unit in table:
        pairs = list(combinations(unit[~np.isnan(unit)], 2))
        shares += [np.mean([a == b for a, b in pairs])] if pairs else []
    found = patterns.units @ agreeing_pairs(patterns) / patterns.n
    assert found == pytest.approx(np.mean(shares))


def test_units_count_alike_however_many_ratings_they_have() -> None:
    ratings = np.array([[1, 1, np.nan, np.nan], [1, 2, 3, 4], [1, 1, np.nan, np.nan], [2] * 4])
    assert percent_agreement(ratings, rng=RNG(0)).value == pytest.approx(3 / 4)


def test_complete_agreement_has_the_exact_bound() -> None:
    estimate = percent_agreement(np.ones((30, 2)), rng=RNG(0))
    assert (estimate.value, estimate.high) == (1, 1)
    assert estimate.low == pytest.approx(0.025 ** (1 / 30))
    assert "exact" in estimate.method


def test_complete_disagreement_has_the_exact_bound() -> None:
    estimate = percent_agreement(np.tile([0.0, 1.0], (30, 1)), rng=RNG(0))
    assert (estimate.value, estimate.low) == (0, 0)
    assert estimate.high == pytest.approx(1 - 0.025 ** (1 / 30))


def test_the_same_partial_agreement_everywhere_has_no_interval() -> None:
    with pytest.raises(InsufficientData, match="every unit says the same"):
        percent_agreement(np.tile([0.0, 1.0, 1.0], (30, 1)), rng=RNG(0))
