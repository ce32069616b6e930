"""Families that share their flips: each says what it would say alone."""

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.joint import Family, fewest_flipped, flip_jointly
from measurand.stats.multiple import max_t, simultaneous_means

Floats = NDArray[np.float64]


def family(rows: Floats, clusters: NDArray[np.int64] | None = None) -> Family:
    """Means of the columns; NaN where a unit has no value."""
    given = ~np.isnan(rows)
    n = given.sum(axis=0)
    means = np.nansum(rows, axis=0) / n
    observed = np.where(given, rows, 0.0) / n
    centred = np.where(given, rows - means, 0.0) / n
    counts = n if clusters is None else np.full(rows.shape[1], len(np.unique(clusters)))
    return Family(means, centred, counts.astype(float), observed)


def world(seed: int, n: int = 60, k: int = 4) -> Floats:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) + rng.normal(size=(n, k)) + np.linspace(0, 0.5, k)


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.mark.parametrize("size", [1, 3])
def test_a_family_says_what_max_t_and_simultaneous_means_say(size: int) -> None:
    rows = world(1)
    clusters = None if size == 1 else np.arange(60) // size
    (found,) = flip_jointly([family(rows, clusters)], clusters=clusters, rng=rng())
    assert found.p == pytest.approx(max_t(rows, clusters=clusters, rng=rng()))
    alone = simultaneous_means(rows, clusters=clusters, rng=rng())
    assert found.critical is not None
    reach = [(e.high or 0) - (e.value or 0) for e in alone]
    assert found.critical * found.errors == pytest.approx(reach)


def test_families_do_not_change_each_other() -> None:
    one, two = family(world(1)), family(world(2, k=2))
    both = flip_jointly([one, two], rng=rng())
    for part, alone in zip((one, two), both, strict=True):
        (by_itself,) = flip_jointly([part], rng=rng())
        assert alone.p.tolist() == by_itself.p.tolist()
        assert alone.critical == by_itself.critical


def test_the_order_of_comparisons_does_not_matter() -> None:
    rows = world(4)
    order = [2, 0, 3, 1]
    (first,) = flip_jointly([family(rows)], rng=rng())
    (second,) = flip_jointly([family(rows[:, order])], rng=rng())
    assert second.p == pytest.approx(first.p[order])
    assert second.critical == pytest.approx(first.critical)


def test_units_without_a_value_count_for_nothing() -> None:
    """A column that has values on the first half alone is as if the other half were not there."""
    rows = world(5, k=1)
    half = rows.copy()
    half[30:] = np.nan
    (part,) = flip_jointly([family(half)], rng=rng())
    exact = np.abs(half[:30].sum()) / np.sqrt((half[:30] ** 2).sum())
    signs = np.random.default_rng(8).choice([-1.0, 1.0], size=(20_000, 30))
    flipped = np.abs(signs @ half[:30, 0]) / np.sqrt((half[:30] ** 2).sum())
    assert part.p[0] == pytest.approx(float((flipped >= exact).mean()), abs=0.02)


def test_comparisons_of_unlike_numbers_are_held_against_each_other_as_t() -> None:
    """Where units are missing unevenly the family-wise p stays near that of the column alone."""
    rows = world(6, n=80, k=2)
    rows[20:, 1] = np.nan
    (both,) = flip_jointly([family(rows)], rng=rng())
    assert (both.p >= 1 / 10_001).all()
    alone = [flip_jointly([family(rows[:, [place]])], rng=rng())[0].p[0] for place in range(2)]
    assert (both.p >= np.array(alone) - 0.02).all()


def test_what_does_not_vary_has_no_error_and_no_interval() -> None:
    flat = np.column_stack([np.ones(20), np.zeros(20)])
    (found,) = flip_jointly([family(flat)], rng=rng())
    assert found.errors.tolist() == [0.0, 0.0]
    assert found.critical is None
    assert found.p[0] < 0.001  # all twenty have the same sign
    assert found.p[1] == 1.0


def test_nothing_is_tested_where_only_intervals_are_wanted() -> None:
    whole = family(world(7))
    (found,) = flip_jointly([Family(whole.values, whole.centred, whole.counts)], rng=rng())
    assert found.p.size == 0
    assert found.critical is not None


def test_too_few_units_are_refused() -> None:
    assert fewest_flipped(0.95) == 6
    with pytest.raises(InsufficientData, match="the signs of 5 units"):
        flip_jointly([family(world(1, n=5))], rng=rng())
    with pytest.raises(UsageError, match="same units"):
        flip_jointly([family(world(1)), family(world(1, n=40))], rng=rng())
    with pytest.raises(UsageError, match="flips are too few"):
        flip_jointly([family(world(1))], rng=rng(), flips=10)
