"""Variance between tries: against analysis of variance, shifts, and what is refused."""

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import Estimate
from measurand.stats.precision import variance_parts
from measurand.stats.trial_variance import trial_share, trial_variance, trials_worth


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_equal_numbers_of_tries_give_the_mean_squares_of_anova() -> None:
    scores = rng().normal(size=(40, 1)) + 0.5 * np.random.default_rng(2).normal(size=(40, 4))
    between, within = variance_parts(scores)
    assert trial_variance(scores).value == pytest.approx(within, abs=1e-12)
    found = trial_share(scores, rng=rng()).value
    assert found == pytest.approx(within / (within + between), abs=1e-12)


def test_shifts_and_missing_tries_change_nothing() -> None:
    scores = np.random.default_rng(3).normal(size=(30, 3))
    alone = np.vstack([scores, [9.0, np.nan, np.nan]])
    assert trial_variance(alone) == trial_variance(scores)
    moved = trial_share(scores + 7, rng=rng())
    assert moved.value == pytest.approx(trial_share(scores, rng=rng()).value)


def test_clusters_of_copies_widen() -> None:
    scores = np.random.default_rng(4).normal(size=(30, 3))
    twice, clusters = np.repeat(scores, 4, axis=0), np.repeat(np.arange(30), 4)
    one, other = trial_variance(scores), trial_variance(twice, clusters=clusters)
    assert one.high is not None
    assert other.high == pytest.approx(one.high)


def told(low: float, value: float, high: float) -> Estimate:
    return Estimate(value=value, low=low, high=high, n=50, method="x")


def test_tries_that_are_worth_it_by_hand() -> None:
    found = trials_worth(told(0.0, 0.5, 0.8))
    assert (found.low, found.value, found.high) == (1.0, 1.0, 2.0)
    dear = trials_worth(told(0.0, 0.5, 0.8), example_cost=25.0)
    assert (dear.low, dear.value, dear.high) == (1.0, 5.0, 10.0)
    money = {k: (25 + k) * (0.5 + 0.5 / k) for k in range(1, 30)}
    assert min(money, key=money.__getitem__) == 5
    with pytest.raises(InsufficientData, match="further example"):
        trials_worth(told(0.5, 0.9, 1.0))
    with pytest.raises(InsufficientData, match="nothing known"):
        trials_worth(Estimate.absent("nothing known"))


def test_refused() -> None:
    with pytest.raises(InsufficientData, match="tried twice"):
        trial_variance([[1.0, np.nan], [0.0, 1.0]])
    with pytest.raises(InsufficientData, match="all scores are equal"):
        trial_share(np.ones((20, 3)), rng=rng())
    with pytest.raises(UsageError, match="one cluster"):
        trial_variance(np.ones((20, 3)), clusters=[1, 2])
