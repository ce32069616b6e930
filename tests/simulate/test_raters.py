from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurand.core.scale import NOMINAL, ONE_TO_FIVE, Scale
from measurand.simulate.raters import expected, planted_agreement, rate, vote


def _icc1(table: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> float:
    """Shrout and Fleiss (1979), case 1, from the table itself."""
    _, k = table.shape
    between = k * table.mean(axis=1).var(ddof=1)
    within = table.var(axis=1, ddof=1).mean()
    return float((between - within) / (between + (k - 1) * within))


def test_exact_raters_return_the_quality_itself() -> None:
    rng = np.random.default_rng(1)
    given_by = rate(
        [0.0, 0.25, 0.5, 1.0], raters=2, noise=0.0, severity=0.0, scale=ONE_TO_FIVE, rng=rng
    )
    assert given_by.tolist() == [[1, 1], [2, 2], [3, 3], [5, 5]]


def test_severity_is_each_raters_own() -> None:
    rng = np.random.default_rng(1)
    given_by = rate(
        [0.5, 1.0], raters=3, noise=0.0, severity=(-1, 0, 1), scale=ONE_TO_FIVE, rng=rng
    )
    assert given_by.tolist() == [[4, 3, 2], [5, 5, 4]]


@given(
    latent=st.lists(st.floats(0, 1), min_size=1, max_size=20),
    raters=st.integers(1, 5),
    noise=st.floats(0, 5),
    severity=st.floats(-3, 3),
)
def test_ratings_are_whole_and_on_the_scale(
    latent: list[float], raters: int, *, noise: float, severity: float
) -> None:
    scale = Scale.of("0-4")
    table = rate(
        latent,
        raters=raters,
        noise=noise,
        severity=severity,
        scale=scale,
        rng=np.random.default_rng(3),
    )
    assert table.shape == (len(latent), raters)
    assert set(np.unique(table)) <= {0.0, 1.0, 2.0, 3.0, 4.0}


@settings(max_examples=15, deadline=None)
@given(st.floats(0.3, 1.5), st.floats(0, 0.6), st.integers(2, 5))
def test_planted_agreement_is_what_many_ratings_show(
    noise: float, spread: float, raters: int
) -> None:
    severity = np.linspace(-spread, spread, raters).tolist()
    latent = np.random.default_rng(5).beta(4, 2, 20_000)
    planted = planted_agreement(latent, noise=noise, severity=severity, scale=ONE_TO_FIVE)
    table = rate(
        latent,
        raters=raters,
        noise=noise,
        severity=severity,
        scale=ONE_TO_FIVE,
        rng=np.random.default_rng(6),
    )
    assert (table.mean() - 1) / 4 == pytest.approx(planted.mean, abs=0.008)
    assert _icc1(table) == pytest.approx(planted.icc1, abs=0.03)
    same = [
        (table[:, a] == table[:, b]).mean() for a in range(raters) for b in range(raters) if a < b
    ]
    assert np.mean(same) == pytest.approx(planted.agreement, abs=0.02)


def test_expected_gives_mean_and_variance_of_the_panels_average() -> None:
    latent = np.repeat([0.1, 0.5, 0.97], 40_000)
    mean, variance = expected([0.1, 0.5, 0.97], noise=0.8, severity=(0.2, -0.2), scale=ONE_TO_FIVE)
    table = rate(
        latent,
        raters=2,
        noise=0.8,
        severity=(0.2, -0.2),
        scale=ONE_TO_FIVE,
        rng=np.random.default_rng(8),
    )
    average = ((table.mean(axis=1) - 1) / 4).reshape(3, -1)
    np.testing.assert_allclose(average.mean(axis=1), mean, atol=0.003)
    np.testing.assert_allclose(average.var(axis=1), variance, rtol=0.03)


def test_weights_count_as_repetition() -> None:
    once = planted_agreement(
        [0.2, 0.8], noise=0.5, severity=(0, 0), scale=ONE_TO_FIVE, weights=[3, 1]
    )
    repeated = planted_agreement(
        [0.2, 0.2, 0.2, 0.8], noise=0.5, severity=(0, 0), scale=ONE_TO_FIVE
    )
    assert once.mean == pytest.approx(repeated.mean)
    assert once.icc1 == pytest.approx(repeated.icc1)
    assert once.agreement == pytest.approx(repeated.agreement)


def test_votes_err_as_often_as_planted() -> None:
    truth = np.tile([0.0, 1.0], 20_000)
    table = vote(truth, raters=3, accuracy=0.9, rng=np.random.default_rng(2))
    right = table == truth[:, None]
    assert right[truth == 0].mean() == pytest.approx(0.9, abs=0.005)
    assert right[truth == 1].mean() == pytest.approx(0.9, abs=0.005)


def test_senseless_panels_are_refused() -> None:
    with pytest.raises(ValueError, match="at least two raters; found 1"):
        planted_agreement([0.5], noise=1.0, severity=(0.0,), scale=ONE_TO_FIVE)
    with pytest.raises(ValueError, match="a scale with bounds; found any label"):
        rate([0.5], raters=1, noise=1, severity=0, scale=NOMINAL, rng=np.random.default_rng(1))
