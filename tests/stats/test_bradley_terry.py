"""Strengths do not hang on who is called first nor on the order of rows; what is refused."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.bradley_terry import bradley_terry
from measurand.stats.pair_results import PairResults, pair_results
from measurand.stats.rank_sets import ranks_of
from measurand.stats.robust import robust_covariance


def world(*, seed: int = 0, n: int = 600, size: int = 4) -> PairResults:
    rng = np.random.default_rng(seed)
    one = rng.integers(size, size=n)
    other = (one + rng.integers(1, size, size=n)) % size
    feature = rng.normal(size=n)
    gap = 0.5 * (one - other) + 0.4 * feature
    points = (rng.random(n) < 1 / (1 + np.exp(-gap))).astype(float)
    points[rng.random(n) < 0.25] = 0.5
    return pair_results(
        [f"s{p}" for p in one],
        [f"s{p}" for p in other],
        points,
        names=[f"s{p}" for p in range(size)],
        features={"length": feature},
        clusters={"rater": rng.integers(20, size=n), "example": rng.integers(30, size=n)},
    )


def met(*rows: tuple[str, str, float], copies: int = 1) -> PairResults:
    first, second, points = zip(*rows * copies, strict=True)
    return pair_results(first, second, points, clusters={"rater": np.arange(len(points))})


def test_the_mean_strength_is_0_and_differences_are_those_of_any_reference() -> None:
    fit = bradley_terry(world())
    assert fit.values.mean() == pytest.approx(0, abs=1e-12)
    found = fit.difference(3, 0)
    assert found.value == pytest.approx(fit.values[3] - fit.values[0])
    back = fit.difference(0, 3)
    assert (back.low, back.high) == pytest.approx((-(found.high or 0), -(found.low or 0)))


def test_who_is_called_first_is_a_convention() -> None:
    results = world()
    turned = replace(
        results,
        first=results.second,
        second=results.first,
        points=1 - results.points,
        features=-results.features,
    )
    one, other = bradley_terry(results), bradley_terry(turned)
    assert one.parameters == pytest.approx(other.parameters, abs=1e-10)
    assert one.covariance.matrix == pytest.approx(other.covariance.matrix, abs=1e-10)


def test_the_order_of_rows_and_the_names_of_clusters_are_no_matter() -> None:
    results = world()
    rng = np.random.default_rng(5)
    order, names = rng.permutation(results.n), rng.permutation(30)
    moved = replace(
        results,
        first=results.first[order],
        second=results.second[order],
        points=results.points[order],
        features=results.features[order],
        clusters={
            "rater": results.clusters["rater"][order],
            "example": names[results.clusters["example"][order]],
        },
    )
    one, other = bradley_terry(results), bradley_terry(moved)
    assert one.parameters == pytest.approx(other.parameters, abs=1e-9)
    assert one.covariance.matrix == pytest.approx(other.covariance.matrix, abs=1e-9)


def test_every_vote_twice_within_its_clusters_tells_nothing_more() -> None:
    """Where rows counted as independent, errors would fall by the root of two."""
    results = replace(world(), clusters={"rater": world().clusters["rater"]})
    twice = replace(
        results,
        first=np.tile(results.first, 2),
        second=np.tile(results.second, 2),
        points=np.tile(results.points, 2),
        features=np.tile(results.features, (2, 1)),
        clusters={"rater": np.tile(results.clusters["rater"], 2)},
    )
    one, other = bradley_terry(results), bradley_terry(twice)
    assert one.covariance.matrix == pytest.approx(other.covariance.matrix, rel=1e-8)
    assert one.naive == pytest.approx(2 * other.naive, rel=1e-8)


def test_a_tie_is_half_a_win_and_half_a_loss() -> None:
    base = [("a", "b", 1.0), ("b", "a", 1.0), ("b", "c", 1.0), ("c", "a", 1.0), ("a", "c", 1.0)]
    tied = bradley_terry(met(*base, ("a", "b", 0.5), ("a", "b", 0.5)))
    split = bradley_terry(met(*base, ("a", "b", 1.0), ("a", "b", 0.0)))
    assert tied.values == pytest.approx(split.values, abs=1e-10)


def test_ranks_are_those_that_simultaneous_intervals_leave_open() -> None:
    fit = bradley_terry(world(n=4000))
    gaps = fit.gaps(rng=np.random.default_rng(1), draws=4000)
    assert len(gaps) == 6
    for gap in gaps:
        alone = fit.difference(gap.first, gap.second)
        assert alone.low is not None
        assert gap.gap.low is not None
        assert gap.gap.low < alone.low
        assert gap.gap.value == pytest.approx(alone.value)
    assert ranks_of(gaps, 4) == ((4, 4), (3, 3), (2, 2), (1, 1))


def test_for_one_pair_the_simultaneous_interval_is_the_interval() -> None:
    results = world(size=2, n=900)
    fit = bradley_terry(replace(results, features=np.empty((900, 0)), labels=()))
    (gap,) = fit.gaps(rng=np.random.default_rng(1), draws=200_000)
    alone = fit.difference(0, 1)
    assert gap.gap.high == pytest.approx(alone.high, rel=0.01)


def test_the_same_seed_draws_the_same() -> None:
    fit = bradley_terry(world())
    one, other = (fit.gaps(rng=np.random.default_rng(3), draws=500) for _ in range(2))
    assert one == other


def test_no_error_is_below_that_of_either_way() -> None:
    fit = bradley_terry(world())
    gradients = np.eye(fit.parameters.size)
    whole = fit.covariance.errors(gradients)
    for part in fit.covariance.parts:
        assert (whole >= np.sqrt(np.diag(part)) - 1e-12).all()
    assert np.linalg.eigvalsh(fit.covariance.matrix)[0] >= -1e-12


CYCLE = (("a", "b", 1.0), ("b", "c", 1.0), ("c", "a", 1.0))


def _constant_of_systems() -> None:
    results = world()
    column = (results.first - results.second).astype(float)[:, None]
    bradley_terry(replace(results, features=column))


def _zero_feature() -> None:
    results = world()
    bradley_terry(replace(results, features=np.zeros((results.n, 1))))


def _same_twice() -> None:
    results = world()
    doubled = np.hstack([results.features, 2 * results.features])
    bradley_terry(replace(results, features=doubled, labels=("length", "words")))


def _separating() -> None:
    results = world()
    sign = np.where(results.points > 0.5, 1.0, -1.0)[:, None]
    points = (sign[:, 0] > 0).astype(float)
    bradley_terry(replace(results, features=sign, points=points))


def _no_ties() -> None:
    bradley_terry(met(*CYCLE), ties="davidson")


def _few_clusters() -> None:
    results = world()
    few = {"example": np.arange(results.n, dtype=np.intp) % 5}
    _ = bradley_terry(replace(results, clusters=few)).covariance


@pytest.mark.parametrize(
    ("do", "words"),
    [
        (lambda: bradley_terry(met(*CYCLE, ("d", "e", 1.0))), r"2 parts .*: a, b, c \| d, e"),
        (lambda: bradley_terry(met(*CYCLE, ("a", "d", 1.0), ("d", "b", 0.0))), "d lost every"),
        (lambda: bradley_terry(met(*CYCLE, ("a", "d", 0.0))), "d won every meeting"),
        (_constant_of_systems, "length is constant for each system"),
        (_zero_feature, "length is the same for both systems of every pair"),
        (_same_twice, "length, words say the same"),
        (_separating, "length separate wins from losses"),
        (_no_ties, "need some ties"),
        (_few_clusters, "at least 6 clusters; found 5 by example"),
        (lambda: pair_results([], [], []), "two systems that met"),
    ],
)
def test_what_is_refused_says_why(do: Callable[[], object], words: str) -> None:
    with pytest.raises(InsufficientData, match=words):
        do()


def test_a_single_tie_makes_a_strength_finite() -> None:
    fit = bradley_terry(met(*CYCLE, ("a", "d", 1.0), ("d", "b", 0.5)))
    assert np.isfinite(fit.values).all()
    assert np.argmin(fit.values) == 3


@pytest.mark.parametrize(
    ("do", "words"),
    [
        (lambda: pair_results(["a"], ["a"], [1.0]), "meets itself"),
        (lambda: pair_results(["a"], ["b"], [0.7]), "points are"),
        (lambda: pair_results(["a"], ["b"], [1.0, 0.0]), "every meeting"),
        (lambda: pair_results(["a"], ["b"], [1.0], names=["a"]), "unknown systems: b"),
        (lambda: pair_results(["a"], ["b"], [1.0], features={"x": [1, 2]}), "one number"),
        (lambda: pair_results(["a"], ["b"], [float("nan")]), "finite"),
        (lambda: bradley_terry(world()).deviance(), "strengths alone"),
        (lambda: bradley_terry(world()).gaps(rng=np.random.default_rng(0), draws=10), "too few"),
        (lambda: robust_covariance(np.zeros_like, {}), "one way or two"),
    ],
)
def test_what_makes_no_sense_is_refused(do: Callable[[], object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        do()


def test_errors_are_those_of_a_table_of_clusters_by_parameters() -> None:
    """The sandwich by hand: what each cluster adds, in a row of its own."""
    results = replace(world(), clusters={"rater": world().clusters["rater"]})
    fit = bradley_terry(results)
    design = np.zeros((results.n, 5))
    rows = np.arange(results.n)
    design[rows, results.first] += 1
    design[rows, results.second] -= 1
    design[:, 4] = results.features[:, 0]
    gaps = design @ fit.parameters
    added = design * (results.points - 1 / (1 + np.exp(-gaps)))[:, None]
    sums = np.zeros((20, 5))
    np.add.at(sums, results.clusters["rater"], added)
    expected = 20 / 19 * fit.naive @ sums.T @ sums @ fit.naive
    assert fit.covariance.matrix == pytest.approx(expected, abs=1e-12)


def test_many_systems_need_no_table_of_votes_by_systems() -> None:
    """Of 120 systems by 40,000 votes it would take 38 MB, and its squares as much again."""
    size, n = 120, 40_000
    rng = np.random.default_rng(4)
    one = rng.integers(size, size=n)
    other = (one + rng.integers(1, size, size=n)) % size
    results = pair_results(
        [str(p) for p in one],
        [str(p) for p in other],
        (rng.random(n) < 0.5).astype(float),
        clusters={"rater": rng.integers(500, size=n), "example": rng.integers(900, size=n)},
    )
    fit = bradley_terry(results)
    tracemalloc.start()
    try:
        _ = fit.covariance
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 20 * 2**20
