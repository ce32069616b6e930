"""What is each column's own error: the residual of rows and columns, and nothing that is shared."""

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.own_errors import own_errors

RNG = np.random.default_rng


def test_alike_columns_have_the_residual_mean_square_of_two_ways() -> None:
    """By the analysis of variance of a balanced table: what rows and columns do not explain."""
    values = RNG(1).normal(size=(30, 1)) + RNG(2).normal(size=(30, 6)) + np.arange(6)
    rest = values - values.mean(axis=0) - values.mean(axis=1, keepdims=True) + values.mean()
    mean_square = float((rest**2).sum()) / (29 * 5)
    assert float(np.mean(own_errors(values) ** 2)) == pytest.approx(mean_square / 30, abs=1e-12)


def test_any_two_errors_come_near_the_variance_of_their_difference() -> None:
    values = RNG(1).normal(size=(40, 3)) * [0.5, 1.0, 2.0] + RNG(2).normal(size=(40, 1))
    found = own_errors(values) ** 2
    for one, other in ((0, 1), (0, 2), (1, 2)):
        apart = float((values[:, one] - values[:, other]).var(ddof=1)) / 40
        assert found[one] + found[other] == pytest.approx(apart, abs=1e-12)


def test_what_all_share_is_in_none_of_them() -> None:
    own = RNG(3).normal(size=(50, 5))
    shared = 9 * RNG(4).normal(size=(50, 1))
    assert own_errors(own + shared) == pytest.approx(own_errors(own))
    assert own_errors(own + 7) == pytest.approx(own_errors(own))
    mixed = RNG(5).permutation(50)
    assert own_errors(own[mixed]) == pytest.approx(own_errors(own))


def test_clusters_and_weights_are_counted() -> None:
    half = RNG(6).normal(size=(20, 4))
    twice, codes = np.repeat(half, 2, axis=0), np.repeat(np.arange(20), 2)
    assert own_errors(twice, clusters=codes) == pytest.approx(own_errors(half))
    assert (own_errors(twice) < 0.75 * own_errors(half)).all()
    weights = np.repeat([1.0, 0.0], 20)
    both = np.vstack([half, half + 100])
    found = own_errors(both, weights=weights)
    assert found == pytest.approx(own_errors(half))


def test_gaps_are_left_out() -> None:
    values = RNG(7).normal(size=(400, 5))
    holes = values.copy()
    holes[RNG(8).random(size=holes.shape) < 0.1] = np.nan
    assert own_errors(holes) == pytest.approx(own_errors(values), rel=0.15)


def test_what_cannot_be_told_is_refused() -> None:
    with pytest.raises(InsufficientData, match="own errors take 3 columns"):
        own_errors(RNG(1).normal(size=(9, 2)))
    gone = RNG(1).normal(size=(9, 3))
    gone[1:, 0] = np.nan
    with pytest.raises(InsufficientData, match="own errors take"):
        own_errors(gone)
    with pytest.raises(InsufficientData, match="clusters"):
        own_errors(RNG(1).normal(size=(9, 3)), clusters=np.arange(9) % 2)
    with pytest.raises(UsageError, match="units and columns"):
        own_errors([1.0, 2.0])
    with pytest.raises(UsageError, match="one weight"):
        own_errors(np.ones((3, 3)), weights=[1.0])
