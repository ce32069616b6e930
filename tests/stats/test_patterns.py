from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.patterns import Patterns, distinct_rows

RATINGS = np.array([[1, 2, 2], [2, 1, 2], [np.nan, 5, 5], [np.nan, np.nan, 7], [2, 2, 1]])

tables = arrays(
    np.float64,
    st.tuples(st.integers(1, 12), st.integers(2, 5)),
    elements=st.sampled_from([1.0, 2.0, 3.5, np.nan]),
).filter(lambda table: bool(((~np.isnan(table)).sum(axis=1) > 1).any()))


def test_units_with_the_same_values_are_one_pattern() -> None:
    patterns = Patterns.of(RATINGS)
    assert patterns.values.tolist() == [1, 2, 5]
    assert patterns.n == 4
    assert sorted(patterns.units.tolist()) == [1, 3]
    assert sorted(patterns.sizes.tolist()) == [2, 3]


def test_single_ratings_stay_where_asked_for() -> None:
    assert Patterns.of(RATINGS, least=1).values.tolist() == [1, 2, 5, 7]


@given(tables)
def test_compression_keeps_counts_sums_and_totals(table: Floats) -> None:
    short, full = Patterns.of(table), Patterns.of(table, compressed=False)
    assert short.n == full.n
    assert short.units @ short.counts() == pytest.approx(full.counts().sum(axis=0))
    assert short.totals() == pytest.approx(full.counts().sum(axis=0))
    assert short.units @ short.sums(short.values) == pytest.approx(full.sums(full.values).sum())
    assert short.unanimous == full.unanimous


@given(tables)
def test_the_tally_counts_values_under_any_multiplicities(table: Floats) -> None:
    patterns = Patterns.of(table)
    weights = np.random.default_rng(0).integers(0, 4, (3, len(patterns.units))).astype(float)
    assert patterns.tally()(weights) == pytest.approx(weights @ patterns.counts())


def test_rows_too_wide_for_a_key_are_told_apart_all_the_same() -> None:
    codes = np.zeros((4, 80), dtype=np.int64)
    codes[1, 79] = codes[3, 79] = 9
    first, row = distinct_rows(codes, 10)
    assert first.tolist() == [0, 1]
    assert row.tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("ratings", "error", "words"),
    [
        (np.array([[1.0, np.nan], [np.nan, 2.0]]), InsufficientData, "no unit has two ratings"),
        (np.empty((0, 3)), InsufficientData, "no unit has two ratings"),
        (np.array([1.0, 2.0]), UsageError, "shape"),
        (np.array([[1.0, np.inf]]), UsageError, "infinite"),
    ],
)
def test_refusals(ratings: Floats, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        Patterns.of(ratings)
