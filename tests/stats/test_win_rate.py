"""Differences in style by hand, and what a win rate is of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.bradley_terry import Ties, bradley_terry
from measurand.stats.pair_results import PairResults, pair_results
from measurand.stats.win_rate import density_difference, length_difference, scaled_feature, win_rate


def world(n: int = 900) -> PairResults:
    rng = np.random.default_rng(2)
    one = rng.integers(3, size=n)
    other = (one + rng.integers(1, 3, size=n)) % 3
    points = (rng.random(n) < 1 / (1 + np.exp(-0.7 * (one - other)))).astype(float)
    points[rng.random(n) < 0.2] = 0.5
    clusters = {"example": rng.integers(60, size=n)}
    return pair_results([f"s{p}" for p in one], [f"s{p}" for p in other], points, clusters=clusters)


def test_lengths_by_hand() -> None:
    found = length_difference([300, 100, 50, 0], [100, 300, 50, 0])
    assert found.tolist() == [0.5, -0.5, 0.0, 0.0]


def test_densities_by_hand() -> None:
    """(.2 - .1) / (.2 + .1 + 1) = 1 / 13."""
    assert density_difference([0.2, 0.0], [0.1, 0.0]) == pytest.approx([1 / 13, 0.0])


def test_no_difference_stays_none_when_a_feature_is_scaled() -> None:
    """Root mean square of 3, 4, 5 and 0: the root of 12.5."""
    found = scaled_feature([3.0, 4.0, 5.0, 0.0])
    assert found == pytest.approx(np.array([3, 4, 5, 0]) / np.sqrt(12.5))


@pytest.mark.parametrize("ties", ["half", "davidson"])
def test_a_win_against_one_is_a_loss_of_the_other(ties: Ties) -> None:
    fit = bradley_terry(world(), ties=ties)
    one, other = win_rate(fit, 2, against=0), win_rate(fit, 0, against=2)
    assert one.value is not None
    assert other.value is not None
    assert one.value + other.value == pytest.approx(1)
    assert (one.low, one.high) == pytest.approx((1 - (other.high or 0), 1 - (other.low or 0)))


def test_the_average_opponent_is_the_mean_over_the_others() -> None:
    fit = bradley_terry(world())
    each = [win_rate(fit, 1, against=other).value for other in (0, 2)]
    assert win_rate(fit, 1).value == pytest.approx(np.mean([v for v in each if v is not None]))
    rates = [win_rate(fit, place).value or 0.0 for place in range(3)]
    assert sum(rates) == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("do", "words", "kind"),
    [
        (lambda: length_difference([1.0], [-1.0]), "0 or more", UsageError),
        (lambda: length_difference([1.0], [1.0, 2.0]), "two of a kind", UsageError),
        (lambda: scaled_feature([0.0, 0.0]), "have the same", InsufficientData),
        (lambda: scaled_feature([]), "have the same", InsufficientData),
        (lambda: win_rate(bradley_terry(world()), 0, against=0), "another system", UsageError),
    ],
)
def test_what_is_refused(do: Callable[[], object], words: str, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=words):
        do()
