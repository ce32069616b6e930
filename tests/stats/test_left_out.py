import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.left_out import combined, correlations, means

Floats = NDArray[np.float64]


def tables(n: int = 40) -> tuple[Floats, Floats, NDArray[np.int64]]:
    rng = np.random.default_rng(5)
    truth = rng.normal(size=(n, 1))
    first = truth + rng.normal(size=(n, 3))
    return first, np.tile(truth, 3) + 0.2 * rng.normal(size=(n, 3)), np.arange(n) // 2


def test_values_and_what_is_left_out_are_numpys() -> None:
    first, second, clusters = tables()
    found = correlations(first, second, clusters)
    assert found.n == 40
    assert found.left_out.shape == (20, 3)
    for column in range(3):
        whole = np.corrcoef(first[:, column], second[:, column])[0, 1]
        assert found.values[column] == pytest.approx(whole, abs=1e-12)
        for left in (0, 13):
            kept = clusters != left
            rest = np.corrcoef(first[kept, column], second[kept, column])[0, 1]
            assert found.left_out[left, column] == pytest.approx(rest, abs=1e-12)


def test_pseudo_values_have_the_values_as_their_means() -> None:
    found = correlations(*tables())
    np.testing.assert_allclose(found.parts.mean(axis=0), found.values, atol=1e-12)


def test_the_jackknife_of_a_mean_is_its_t_interval() -> None:
    values = tables()[0]
    estimate = means(values, np.arange(40)).estimate(1, bounds=(-9, 9))
    error = values[:, 1].std(ddof=1) / np.sqrt(40)
    assert estimate.value == pytest.approx(values[:, 1].mean())
    assert estimate.high == pytest.approx(values[:, 1].mean() + 2.0226909 * error, abs=1e-6)


def test_tables_are_combined_by_their_clusters() -> None:
    first, second, clusters = tables()
    one = correlations(first, second, clusters)
    other = correlations(first[:30], second[:30], clusters[:30])
    both = combined([one, other], [1, 3], [np.arange(20), np.arange(15)])
    np.testing.assert_allclose(both.values, (one.values + 3 * other.values) / 4)
    np.testing.assert_allclose(both.left_out[3], (one.left_out[3] + 3 * other.left_out[3]) / 4)
    np.testing.assert_allclose(both.left_out[17], (one.left_out[17] + 3 * other.values) / 4)
    alone = combined([one], [5], [np.arange(20)])
    np.testing.assert_allclose(alone.left_out, one.left_out)


def test_shift_and_scale_change_nothing() -> None:
    first, second, clusters = tables()
    found = correlations(3 * first - 50, second + 8, clusters)
    np.testing.assert_allclose(found.parts, correlations(first, second, clusters).parts, atol=1e-9)


def test_what_has_no_correlation_is_refused() -> None:
    first, second, clusters = tables()
    flat = np.ones_like(first)
    for one, other in ((flat, second), (first, flat), (np.eye(40)[:, :1], second[:, :1])):
        with pytest.raises(InsufficientData):
            correlations(one, other, clusters)
    with pytest.raises(InsufficientData):
        correlations(first[:4], second[:4], clusters[:4])
    with pytest.raises(InsufficientData):
        combined([], [], [])
    with pytest.raises(InsufficientData):
        means(flat, clusters).estimate(0, bounds=(0, 1))
    with pytest.raises(UsageError):
        correlations(first, second[:9], clusters)
