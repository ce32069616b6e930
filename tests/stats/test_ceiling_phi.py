"""No judge beats the ceiling of phi; a judge that knows everything reaches it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, special

from measurand.errors import InsufficientData
from measurand.stats.ceiling_phi import _beta, _half, _independent, ceiling_phi

RNG = np.random.default_rng


def world(seed: int, chances: np.ndarray, raters: int = 3) -> np.ndarray:
    """Ratings of units, each with its own chance of a yes."""
    draws = RNG(seed).random((len(chances), raters))
    return np.asarray((draws < chances[:, None]).astype(float))


@pytest.mark.parametrize(("a", "raters"), [(0.5, 3), (2.0, 3), (0.3, 5)])
def test_the_beta_model_against_numerical_integration(a: float, raters: int) -> None:
    def differing(p: float) -> float:
        right = float(special.bdtrc(raters // 2, raters, p))
        density = p ** (a - 1) * (1 - p) ** (a - 1) / special.beta(a, a)
        return float(right * (1 - right) * density)

    expected, _ = integrate.quad(differing, 0, 1)

    assert _beta(a / (4 * a + 2), {raters: 1.0}) == pytest.approx(expected, abs=1e-6)


def test_three_raters_have_a_closed_form() -> None:
    """m (1 - m) = u^2 (3 + 4 u), where u = p (1 - p)."""
    for half in (0.01, 0.1, 0.2, 0.25):
        assert _independent(half, {3: 1.0}) == pytest.approx(half**2 * (3 + 4 * half), abs=1e-12)


@pytest.mark.parametrize("kind", ["beta", "coins", "independent", "rare"])
def test_a_judge_that_knows_every_chance_is_within_the_interval(kind: str) -> None:
    n, rng = 20_000, RNG(1)
    chances = {
        "beta": rng.beta(0.5, 0.5, n),
        "coins": rng.choice([0.0, 0.5, 1.0], n, p=[0.4, 0.2, 0.4]),
        "independent": rng.choice([0.1, 0.9], n),
        "rare": rng.choice([0.05, 0.95], n, p=[0.85, 0.15]),
    }[kind]
    ratings = world(2, chances)
    best = np.asarray(special.bdtrc(1, 3, chances))
    majority = ratings.sum(axis=1) > 1

    reached = np.corrcoef(best, majority)[0, 1]
    found = ceiling_phi(ratings, rng=RNG(3), resamples=200)

    assert found.low is not None
    assert found.high is not None
    assert found.low - 0.01 <= reached <= found.high + 0.01


def test_people_who_always_agree_leave_the_ceiling_at_one() -> None:
    ratings = np.repeat(np.arange(60)[:, None] % 2, 3, axis=1).astype(float)

    found = ceiling_phi(ratings, rng=RNG(0), resamples=200)

    assert (found.value, found.high) == (1.0, 1.0)
    assert _half(1.0) == 0


def test_the_order_of_units_and_raters_means_nothing() -> None:
    ratings = world(5, RNG(4).beta(0.5, 0.5, 80))
    found = ceiling_phi(ratings, rng=RNG(0), resamples=200)
    moved = ceiling_phi(ratings[::-1, ::-1], rng=RNG(0), resamples=200)
    other = ceiling_phi(1 - ratings, rng=RNG(0), resamples=200)

    assert moved.value == pytest.approx(found.value, abs=1e-12)
    assert other.value == pytest.approx(found.value, abs=1e-12)


@pytest.mark.parametrize(
    ("ratings", "told"),
    [
        (np.full((30, 3), 1.0), "equal|same"),
        (np.tile([1.0, 2.0, 3.0], (30, 1)), "0 and 1"),
        (np.full((30, 1), 1.0), "two"),
        (world(9, np.full(200, 0.5)), "no ceiling"),
    ],
)
def test_what_has_no_ceiling_is_refused(ratings: np.ndarray, told: str) -> None:
    with pytest.raises(InsufficientData, match=told):
        ceiling_phi(ratings, rng=RNG(0), resamples=200)
