"""What holds of calibration for every input: order, scale and direction do not matter."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from measurand.errors import InsufficientData
from measurand.stats.absolute_error import human_absolute_error, mean_absolute_error
from measurand.stats.alt_test import alt_test
from measurand.stats.correlation import concordance, pearson, spearman
from measurand.stats.estimate import Estimate
from measurand.stats.mapping import cross_fitted, fit_mapping
from measurand.stats.reliability import repeat_reliability
from measurand.stats.selective import selective_threshold

Floats = NDArray[np.float64]
ROUNDING = 1e-7


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Floats, Floats, NDArray[np.int64]]:
    rows = st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(0, 9))
    drawn = np.array(draw(st.lists(rows, min_size=4, max_size=40)))
    return drawn[:, 0].astype(float), drawn[:, 1].astype(float), drawn[:, 2]


def told(compute: Callable[[], Estimate]) -> tuple[float, float, float] | None:
    """Value and ends, in order, or None after a refusal."""
    try:
        found = compute()
    except InsufficientData:
        return None
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low - ROUNDING <= found.value <= found.high + ROUNDING
    return found.value, found.low, found.high


@pytest.mark.parametrize("ours", [pearson, spearman, concordance])
@settings(max_examples=30, deadline=None)
@given(data=pairs(), clustered=st.booleans(), seed=st.integers(0, 9))
def test_correlations_know_no_order_of_units_nor_of_sides(
    ours: Callable[..., Estimate],
    data: tuple[Floats, Floats, NDArray[np.int64]],
    *,
    clustered: bool,
    seed: int,
) -> None:
    x, y, codes = data
    labels = codes if clustered else None
    here = told(lambda: ours(x, y, clusters=labels))
    order = np.random.default_rng(seed).permutation(x.size)
    moved = told(lambda: ours(x[order], y[order], clusters=codes[order] if clustered else None))
    assert here == (None if moved is None else pytest.approx(moved, abs=ROUNDING))
    if here is not None:
        assert all(-1 <= one <= 1 for one in here)
        swapped = told(lambda: ours(y, x, clusters=labels))
        assert here == (None if swapped is None else pytest.approx(swapped, abs=ROUNDING))


@pytest.mark.parametrize("ours", [pearson, spearman])
@settings(max_examples=30, deadline=None)
@given(data=pairs(), factor=st.sampled_from([0.01, 3.0, 1000.0, -2.0]), shift=st.floats(-50, 50))
def test_correlations_know_no_unit_of_measurement(
    ours: Callable[..., Estimate],
    data: tuple[Floats, Floats, NDArray[np.int64]],
    factor: float,
    shift: float,
) -> None:
    x, y, _ = data
    here, there = told(lambda: ours(x, y)), told(lambda: ours(x * factor + shift, y))
    assert (here is None) == (there is None)
    if here is not None and there is not None:
        mirrored = here if factor > 0 else (-here[0], -here[2], -here[1])
        assert there == pytest.approx(mirrored, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(data=pairs(), shift=st.floats(-50, 50), factor=st.sampled_from([0.5, 2.0, -3.0]))
def test_distances_and_concordance_follow_the_scale(
    data: tuple[Floats, Floats, NDArray[np.int64]], shift: float, factor: float
) -> None:
    x, y, _ = data
    moved = told(lambda: mean_absolute_error(x * factor + shift, y * factor + shift))
    here = told(lambda: mean_absolute_error(x, y))
    assert (here is None) == (moved is None)
    if here is not None:
        expected = tuple(abs(factor) * one for one in here)
        assert moved == pytest.approx(expected, abs=1e-6)
    same = told(lambda: concordance(x, y))
    both = told(lambda: concordance(x * factor + shift, y * factor + shift))
    assert same == (None if both is None else pytest.approx(both, abs=1e-6))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), missing=st.floats(0, 0.5))
def test_people_are_exchangeable(seed: int, missing: float) -> None:
    rng = np.random.default_rng(seed)
    people = rng.integers(1, 6, (50, 4)).astype(float)
    people[rng.random(people.shape) < missing] = np.nan
    judge = rng.normal(3, 1, 50)
    order = rng.permutation(4)
    shuffled = rng.permuted(people, axis=1)
    assert told(lambda: human_absolute_error(people)) == told(
        lambda: human_absolute_error(shuffled)
    )
    one, two = (told(partial(repeat_reliability, table, rng=rng)) for table in (people, shuffled))
    assert one == (None if two is None else pytest.approx(two, abs=ROUNDING))
    try:
        here = alt_test(judge, people)
    except InsufficientData:
        return
    there = alt_test(judge, people[:, order])
    assert there.p == tuple(here.p[rater] for rater in order)
    assert there.won == tuple(here.won[rater] for rater in order)
    assert there.advantage.value == pytest.approx(here.advantage.value)


@settings(max_examples=30, deadline=None)
@given(data=pairs())
def test_isotonic_never_falls_keeps_the_mean_and_changes_nothing_twice(
    data: tuple[Floats, Floats, NDArray[np.int64]],
) -> None:
    x, y, _ = data
    made = fit_mapping(x, y, "isotonic")
    told_ = made(x)
    assert (np.diff(told_[np.argsort(x, kind="stable")]) >= -ROUNDING).all()
    assert told_.mean() == pytest.approx(y.mean())
    np.testing.assert_allclose(fit_mapping(x, told_, "isotonic")(x), told_, atol=ROUNDING)


@settings(max_examples=25, deadline=None)
@given(data=pairs(), seed=st.integers(0, 9), shift=st.floats(-20, 20))
def test_mappings_out_of_fold_follow_what_people_say(
    data: tuple[Floats, Floats, NDArray[np.int64]], seed: int, shift: float
) -> None:
    x, y, groups = data
    for kind in ("affine", "isotonic"):
        try:
            here, there = (
                cross_fitted(
                    x,
                    right,
                    groups=groups,
                    rng=np.random.default_rng(seed),
                    kind="affine" if kind == "affine" else "isotonic",
                )
                for right in (y, y + shift)
            )
        except InsufficientData:
            return
        assert np.isfinite(here).all()
        np.testing.assert_allclose(there, here + shift, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), rate=st.floats(0, 0.6))
def test_a_promise_kept_for_a_smaller_risk_is_kept_for_a_larger_one(seed: int, rate: float) -> None:
    rng = np.random.default_rng(seed)
    sure = np.round(rng.random(200), 1)
    wrong = (rng.random(200) < rate * (1 - sure)).astype(float)
    grid = np.linspace(0, 1, 11)
    strict, lax = (selective_threshold(sure, wrong, alpha=alpha, grid=grid) for alpha in (0.1, 0.2))
    assert (strict.coverage.value or 0) <= (lax.coverage.value or 0)
    order = rng.permutation(200)
    assert selective_threshold(sure[order], wrong[order], grid=grid) == selective_threshold(
        sure, wrong, grid=grid
    )
