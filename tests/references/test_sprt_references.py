"""The sequential test against the gambler's ruin, all sequences, and Wald's approximations."""

from __future__ import annotations

import math
from itertools import product

import pytest

from measurand.stats.sprt import Sprt


@pytest.mark.parametrize("proportion", [0.1, 0.25, 0.4, 0.6, 0.75])
def test_symmetric_steps_are_the_gamblers_ruin(proportion: float) -> None:
    """Odds of 1:3 and 3:1 move the ratio by log 3 either way: it ends at three steps from 0.

    Feller (1968), An Introduction to Probability Theory, volume 1, XIV.2.4 and XIV.3.4.
    """
    found = Sprt(low=0.25, high=0.75).operation(proportion)
    odds = (1 - proportion) / proportion
    high = 1 / (1 + odds**3)
    assert found.qualified == pytest.approx(high, abs=1e-9)
    assert found.failed == pytest.approx(1 - high, abs=1e-9)
    length = 3 * (2 * high - 1) / (2 * proportion - 1)
    assert found.trials == pytest.approx(length, abs=1e-8)


@pytest.mark.parametrize("proportion", [0.3, 0.7, 0.9])
def test_a_truncated_test_is_the_sum_over_all_sequences(proportion: float) -> None:
    test, most = Sprt(), 14
    shares = dict.fromkeys(("qualified", "failed", "not yet"), 0.0)
    length = 0.0
    for trials in product((False, True), repeat=most):
        chance = math.prod(proportion if right else 1 - proportion for right in trials)
        course = test.follow(trials)
        shares[course.decision] += chance
        length += chance * course.trials
    found = test.operation(proportion, most=most)
    assert found.qualified == pytest.approx(shares["qualified"], abs=1e-12)
    assert found.failed == pytest.approx(shares["failed"], abs=1e-12)
    assert found.undecided == pytest.approx(shares["not yet"], abs=1e-12)
    assert found.trials == pytest.approx(length, abs=1e-9)


def test_walds_approximations_are_near() -> None:
    """Wald (1947), (3:57) and section 5.4: both neglect by how much a bound is overshot."""
    test = Sprt(low=0.45, high=0.55, alpha=0.01, beta=0.01)
    low, high = test.bounds
    failure, success = test.steps
    for proportion, qualified in ((0.45, 0.01), (0.55, 0.99)):
        found = test.operation(proportion)
        drift = proportion * success + (1 - proportion) * failure
        length = ((1 - qualified) * low + qualified * high) / drift
        assert found.qualified == pytest.approx(qualified, abs=2e-3)
        assert found.trials == pytest.approx(length, rel=0.05)


def test_bounds_and_steps() -> None:
    test = Sprt()
    assert test.bounds == pytest.approx((-math.log(19), math.log(19)))
    assert test.steps == pytest.approx((-math.log(3), math.log(9 / 7)))
