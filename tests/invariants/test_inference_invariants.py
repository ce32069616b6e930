"""What must hold for every input: ranges, symmetry, nesting of levels, never NaN."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from measurand.errors import InsufficientData
from measurand.stats.bootstrap import mean_bca
from measurand.stats.estimate import Estimate
from measurand.stats.mean import clustered_mean, mean_p, mean_t
from measurand.stats.multiple import (
    benjamini_hochberg,
    bonferroni,
    holm,
    max_t,
    simultaneous_means,
)
from measurand.stats.paired import (
    McNemarMethod,
    PairedTable,
    bonett_price,
    mcnemar,
    newcombe_10,
    paired_difference,
    tango,
    wald,
)
from measurand.stats.power import mcnemar_power, minimum_detectable_difference, paired_n
from measurand.stats.power_unpaired import unpaired_power
from measurand.stats.proportion import clopper_pearson, jeffreys, wilson

PROPORTIONS = (wilson, jeffreys, clopper_pearson)
PAIRED = (tango, newcombe_10, bonett_price, wald)
ROUNDING = 1e-9

levels = st.floats(0.8, 0.999)
counts = st.integers(0, 2000)
p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30).map(np.array)
grades = st.lists(st.integers(1, 5), min_size=2, max_size=60).map(lambda x: np.array(x, float))


@st.composite
def clustered_pairs(
    draw: st.DrawFn,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Two graded vectors over the same units, and the cluster of each unit."""
    rows = st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(0, 6))
    drawn = np.array(draw(st.lists(rows, min_size=2, max_size=60)))
    return drawn[:, 0].astype(float), drawn[:, 1].astype(float), drawn[:, 2]


def ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


def sound(compute: Callable[[], Estimate]) -> Estimate | None:
    """The estimate, finite and around its value; or None after a refusal."""
    try:
        estimate = compute()
    except InsufficientData:
        return None
    low, high = ends(estimate)
    assert estimate.value is not None
    assert low - ROUNDING <= estimate.value <= high + ROUNDING
    assert low < high
    return estimate


@pytest.mark.parametrize("method", PROPORTIONS)
@settings(deadline=None)
@given(successes=counts, failures=counts, level=levels)
def test_a_proportion_lies_in_0_to_1_and_mirrors(
    method: Callable[..., Estimate], successes: int, failures: int, level: float
) -> None:
    n = successes + failures
    estimate = sound(lambda: method(successes, n, level=level))
    assert (estimate is None) == (n == 0)
    if estimate is not None:
        low, high = ends(estimate)
        assert low >= 0
        assert high <= 1
        mirrored = ends(method(failures, n, level=level))
        assert mirrored == pytest.approx((1 - high, 1 - low), abs=ROUNDING)


@pytest.mark.parametrize("method", PROPORTIONS)
@settings(max_examples=50, deadline=None)
@given(successes=counts, failures=st.integers(1, 2000), level=levels)
def test_a_proportion_widens_with_the_level_and_rises_with_the_count(
    method: Callable[..., Estimate], successes: int, failures: int, level: float
) -> None:
    n = successes + failures
    low, high = ends(method(successes, n, level=level))
    wider = ends(method(successes, n, level=(1 + level) / 2))
    assert wider[0] <= low
    assert wider[1] >= high
    above = ends(method(successes + 1, n, level=level))
    assert above[0] >= low - ROUNDING
    assert above[1] >= high - ROUNDING


@pytest.mark.parametrize("method", PAIRED)
@settings(max_examples=50, deadline=None)
@given(cells=st.tuples(counts, counts, counts, counts), level=levels)
def test_a_paired_difference_lies_in_minus_1_to_1_and_mirrors(
    method: Callable[..., Estimate], cells: tuple[int, int, int, int], level: float
) -> None:
    if not sum(cells):
        return
    both, first, second, neither = cells
    estimate = sound(lambda: method(PairedTable(*cells), level=level))
    assert (estimate is None) <= (method is wald)
    if estimate is not None:
        low, high = ends(estimate)
        assert low >= -1
        assert high <= 1
        mirrored = ends(method(PairedTable(both, second, first, neither), level=level))
        assert mirrored == pytest.approx((-high, -low), abs=ROUNDING)
        wider = ends(method(PairedTable(*cells), level=(1 + level) / 2))
        assert wider[0] <= low + ROUNDING
        assert wider[1] >= high - ROUNDING


@settings(deadline=None)
@given(first=counts, second=counts, method=st.sampled_from(["mid-p", "exact", "chi2"]))
def test_mcnemar_is_a_probability_and_symmetric(
    first: int, second: int, method: McNemarMethod
) -> None:
    p = mcnemar(first, second, method=method)
    assert 0 <= p <= 1
    assert p == mcnemar(second, first, method=method)
    assert mcnemar(first, second) <= mcnemar(first, second, method="exact") + ROUNDING


@settings(deadline=None)
@given(pairs=clustered_pairs(), use=st.booleans(), level=levels)
def test_a_graded_difference_is_antisymmetric_and_ignores_order(
    pairs: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]],
    use: bool,  # noqa: FBT001 - hypothesis draws it
    level: float,
) -> None:
    first, second, clusters = pairs
    labels = clusters if use else None
    here = sound(lambda: paired_difference(first, second, clusters=labels, level=level))
    there = sound(lambda: paired_difference(second, first, clusters=labels, level=level))
    assert (here is None) == (there is None)
    if here is None or there is None:
        return
    low, high = ends(here)
    assert ends(there) == pytest.approx((-high, -low), abs=ROUNDING)
    order = np.argsort(first - second, kind="stable")
    moved = paired_difference(
        first[order], second[order], clusters=clusters[order] if use else None, level=level
    )
    assert ends(moved) == pytest.approx((low, high), abs=ROUNDING)


@settings(deadline=None)
@given(values=grades, level=levels)
def test_the_bounds_of_a_scale_always_give_an_interval_inside(
    values: NDArray[np.float64], level: float
) -> None:
    estimate = sound(lambda: mean_t(values, bounds=(1, 5), level=level))
    assert estimate is not None
    low, high = ends(estimate)
    assert low >= 1
    assert high <= 5


@settings(deadline=None)
@given(values=grades, factor=st.sampled_from([-3.0, 0.01, 1000.0]), shift=st.floats(-50, 50))
def test_a_mean_follows_its_unit(values: NDArray[np.float64], factor: float, shift: float) -> None:
    estimate = sound(lambda: mean_t(values))
    if estimate is not None:
        moved = mean_t(values * factor + shift)
        assert ends(moved) == pytest.approx(
            ends(estimate.scaled(factor, shift)), rel=1e-7, abs=1e-7
        )


@settings(deadline=None)
@given(pairs=clustered_pairs(), level=levels)
def test_p_is_below_1_minus_level_where_the_interval_excludes_0(
    pairs: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]], level: float
) -> None:
    first, second, clusters = pairs
    estimate = sound(lambda: clustered_mean(first - second, clusters, level=level))
    if estimate is not None:
        p = mean_p(first - second, clusters=clusters)
        low, high = ends(estimate)
        if not math.isclose(p, 1 - level, rel_tol=1e-6):
            assert (p < 1 - level) == (low > 0 or high < 0)


@settings(max_examples=40, deadline=None)
@given(pairs=clustered_pairs(), level=levels)
def test_a_bootstrap_stays_within_the_values_and_widens_with_the_level(
    pairs: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]], level: float
) -> None:
    values, _, clusters = pairs

    def interval(at: float) -> Estimate:
        rng = np.random.default_rng(1)
        return mean_bca(values, clusters=clusters, rng=rng, level=at, resamples=4999)

    try:
        low, high = ends(interval(level))
        wider = ends(interval((1 + level) / 2))
    except InsufficientData:
        return
    assert values.min() - ROUNDING <= low <= high <= values.max() + ROUNDING
    assert wider[0] <= low
    assert wider[1] >= high


@settings(deadline=None)
@given(p=p_values, seed=st.integers(0, 99))
def test_adjusted_p_values_are_ordered_probabilities(p: NDArray[np.float64], seed: int) -> None:
    shuffled = np.random.default_rng(seed).permutation(p.size)
    for adjust in (bonferroni, holm, benjamini_hochberg):
        adjusted = adjust(p)
        assert (adjusted >= p).all()
        assert (adjusted <= 1).all()
        assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()
        np.testing.assert_array_equal(adjust(p[shuffled]), adjusted[shuffled])
    assert (benjamini_hochberg(p) <= holm(p) + ROUNDING).all()
    assert (holm(p) <= bonferroni(p) + ROUNDING).all()


@settings(max_examples=40, deadline=None)
@given(pairs=clustered_pairs())
def test_max_t_is_a_probability_and_symmetric(
    pairs: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]],
) -> None:
    first, second, clusters = pairs
    rows = np.column_stack([first - second, first - 3, second - 3])
    try:
        p = max_t(rows, clusters=clusters, rng=np.random.default_rng(2), flips=99)
        mirrored = max_t(-rows, clusters=clusters, rng=np.random.default_rng(2), flips=99)
        for estimate in simultaneous_means(rows, rng=np.random.default_rng(2), flips=99):
            assert ends(estimate)[0] < ends(estimate)[1]
    except InsufficientData:
        return
    assert (p >= 0.01).all()
    assert (p <= 1).all()
    np.testing.assert_array_equal(p, mirrored)


@settings(max_examples=50, deadline=None)
@given(n=st.integers(1, 300), discordance=st.floats(0.01, 1), share=st.floats(0, 1))
def test_power_is_a_probability_and_rises_with_the_difference(
    n: int, discordance: float, share: float
) -> None:
    small = mcnemar_power(n, discordance, discordance * share / 2)
    large = mcnemar_power(n, discordance, discordance * share)
    assert -ROUNDING <= small <= large + ROUNDING
    assert large <= 1 + ROUNDING
    assert -ROUNDING <= unpaired_power(n, discordance, share) <= 1 + ROUNDING


@settings(max_examples=50, deadline=None)
@given(n=st.integers(1, 400), discordance=st.floats(0.01, 1), power=st.floats(0.5, 0.95))
def test_a_detectable_difference_is_at_most_the_discordance(
    n: int, discordance: float, power: float
) -> None:
    try:
        found = minimum_detectable_difference(n, discordance, power=power)
    except InsufficientData:
        return
    assert 0 < found <= discordance
    assert paired_n(discordance, found, power=power) >= 1
