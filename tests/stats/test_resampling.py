from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats
from measurand.stats.bca import Resampling
from measurand.stats.resampling import bca, jackknife_t


def how(seed: int = 0, resamples: int = 2000, level: float = 0.95) -> Resampling:
    return Resampling(rng=np.random.default_rng(seed), level=level, resamples=resamples)


def mean_of(values: Floats, weights: Floats) -> Floats:
    return np.asarray(weights @ values / weights.sum(axis=1))


def test_bca_is_scipys_bca_up_to_simulation_error() -> None:
    values = np.random.default_rng(1).exponential(size=60)
    found = bca(partial(mean_of, values), np.ones(60), how(resamples=20_000), name="the mean")
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, rng=np.random.default_rng(2)
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.01)


def test_compression_does_not_change_the_interval_beyond_simulation_error() -> None:
    patterns, units = np.array([0.0, 0.5, 1.0]), np.array([20.0, 30.0, 150.0])
    compressed = bca(partial(mean_of, patterns), units, how(resamples=20_000), name="the mean")
    values = np.repeat(patterns, units.astype(int))
    plain = bca(
        partial(mean_of, values), np.ones(200), how(seed=1, resamples=20_000), name="the mean"
    )
    assert (compressed.low, compressed.high) == pytest.approx((plain.low, plain.high), abs=0.004)


def test_blocks_of_replicates_do_not_change_the_draws() -> None:
    patterns, units = np.array([0.0, 0.5, 1.0]), np.array([20.0, 30.0, 150.0])
    wide = bca(partial(mean_of, patterns), units, how(), name="the mean", width=1 << 19)
    assert wide == bca(partial(mean_of, patterns), units, how(), name="the mean")


def test_groups_are_left_out_where_there_are_very_many_patterns() -> None:
    values = np.random.default_rng(3).exponential(size=5000)
    found = bca(partial(mean_of, values), np.ones(5000), how(resamples=400), name="the mean")
    margin = 1.96 / np.sqrt(5000)
    assert found.low == pytest.approx(values.mean() - margin, abs=0.01)
    assert found.high == pytest.approx(values.mean() + margin, abs=0.01)


def test_jackknife_t_of_a_mean_is_students_interval() -> None:
    values = np.random.default_rng(4).normal(size=25)
    found = jackknife_t(partial(mean_of, values), np.ones(25), level=0.9, name="the mean")
    error = values.std(ddof=1) / 5
    margin = stats.t.ppf(0.95, 24) * error
    assert (found.low, found.high) == pytest.approx(
        (values.mean() - margin, values.mean() + margin)
    )


def test_jackknife_t_counts_multiplicities() -> None:
    patterns, units = np.array([0.0, 1.0]), np.array([5.0, 15.0])
    compressed = jackknife_t(partial(mean_of, patterns), units, level=0.95, name="the mean")
    values = np.repeat(patterns, [5, 15])
    plain = jackknife_t(partial(mean_of, values), np.ones(20), level=0.95, name="the mean")
    assert (compressed.low, compressed.high) == pytest.approx((plain.low, plain.high))


def test_undefined_resamples_are_counted_and_too_many_refused() -> None:
    def only_with_the_first(weights: Floats) -> Floats:
        return np.where(weights[:, 0] > 0, weights[:, 1] / weights.sum(axis=1), np.nan)

    with pytest.raises(InsufficientData, match=r"undefined in .* of the resamples"):
        bca(only_with_the_first, np.array([1.0, 10.0, 10.0]), how(), name="it")
    some = bca(only_with_the_first, np.array([3.0, 10.0, 10.0]), how(), name="it")
    assert 0.02 < some.undefined < 0.08


def test_no_spread_is_refused() -> None:
    statistic, units = partial(mean_of, np.array([0.5, 0.5])), np.array([5.0, 5.0])
    with pytest.raises(InsufficientData, match="every unit says the same about it"):
        bca(statistic, units, how(), name="it")
    with pytest.raises(InsufficientData, match="every unit says the same about it"):
        jackknife_t(statistic, units, level=0.95, name="it")


def test_an_interval_without_width_is_refused() -> None:
    values = np.array([1.0, 1.0 + 1e-13])
    with pytest.raises(InsufficientData, match="every unit says the same"):
        bca(partial(mean_of, values), np.array([50.0, 50.0]), how(), name="the mean")

    def mostly_one(weights: Floats) -> Floats:
        return np.where(weights[:, 1] > 5, 0.0, 1.0)

    with pytest.raises(InsufficientData, match="almost all units say the same about it"):
        bca(mostly_one, np.array([99.0, 1.0]), how(resamples=20_000), name="it")


def test_two_units_are_refused() -> None:
    with pytest.raises(InsufficientData, match="at least 3 units"):
        bca(partial(mean_of, np.array([0.0, 1.0])), np.ones(2), how(), name="it")


@settings(max_examples=30, deadline=None)
@given(
    values=st.lists(st.integers(0, 4), min_size=3, max_size=30).filter(lambda v: len(set(v)) > 1),
    seed=st.integers(0, 5),
)
def test_the_interval_holds_the_estimate(values: list[int], seed: int) -> None:
    data = np.array(values, dtype=float)
    found = bca(partial(mean_of, data), np.ones(len(data)), how(seed, 200), name="the mean")
    assert found.low <= data.mean() <= found.high
