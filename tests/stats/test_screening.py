"""Screening by a proxy: its ends, its order, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from measurand.errors import UsageError
from measurand.stats.regret import expected_best, selection
from measurand.stats.screening import kept_for, screening_loss, screening_regret

RS = (-0.8, -0.3, 0.0, 0.3, 0.63, 0.9, 0.99)


@pytest.mark.parametrize("r", RS)
@pytest.mark.parametrize("systems", [2, 5, 30])
def test_keeping_one_is_picking(*, r: float, systems: int) -> None:
    assert screening_loss(r, systems, 1) == pytest.approx(1 - selection(r, systems).best, abs=1e-7)
    expected = (1 - r) * expected_best(systems)
    assert screening_regret(r, systems, 1) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("r", RS)
def test_keeping_more_loses_less_and_keeping_all_nothing(r: float) -> None:
    losses = [screening_loss(r, 12, kept) for kept in range(1, 13)]
    regrets = [screening_regret(r, 12, kept) for kept in range(1, 13)]
    for values in (losses, regrets):
        assert all(one > other for one, other in pairwise(values))
        assert values[-1] == 0


@pytest.mark.parametrize("kept", [1, 3, 11])
def test_a_better_proxy_loses_less(kept: int) -> None:
    losses = [screening_loss(r, 12, kept) for r in RS]
    regrets = [screening_regret(r, 12, kept) for r in RS]
    assert all(one > other for one, other in pairwise(losses))
    assert all(one > other for one, other in pairwise(regrets))


def test_a_proxy_that_knows_nothing_keeps_the_best_by_chance() -> None:
    """Three of ten kept at random lose the best in seven of ten."""
    assert screening_loss(0.0, 10, 3) == pytest.approx(0.7, abs=1e-9)
    gap = expected_best(10) - expected_best(3)
    assert screening_regret(0.0, 10, 3) == pytest.approx(gap, abs=1e-7)


def test_the_ends() -> None:
    assert screening_loss(1.0, 10, 1) == 0
    assert screening_regret(1.0, 10, 1) == 0
    assert screening_loss(-1.0, 10, 9) == 1
    worst = screening_regret(-1.0, 10, 1)
    assert worst == pytest.approx(2 * expected_best(10), abs=5e-3)


def test_how_many_to_keep_is_the_fewest_that_do() -> None:
    kept = kept_for(0.63, 20, 0.05)
    assert screening_loss(0.63, 20, kept) <= 0.05 < screening_loss(0.63, 20, kept - 1)
    assert kept_for(1.0, 20, 0.05) == 1
    assert kept_for(-1.0, 20, 0.05) == 20


@pytest.mark.parametrize(
    "do",
    [
        lambda: screening_loss(1.1, 5, 2),
        lambda: screening_loss(float("nan"), 5, 2),
        lambda: screening_loss(0.5, 5, 0),
        lambda: screening_regret(0.5, 5, 6),
        lambda: screening_regret(-2.0, 5, 2),
    ],
)
def test_what_makes_no_sense_is_refused(do: Callable[[], object]) -> None:
    with pytest.raises(UsageError):
        do()
