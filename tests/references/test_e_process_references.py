"""Betting by hand: small streams whose stakes fit on a line."""

import math
from itertools import product

import numpy as np
import pytest

from measurand.stats.e_process import e_process


def test_one_bet_in_one_direction() -> None:
    """Half the stake on 1 and 1/4 against 1/2: x 1.5, then x 0.75."""
    found = e_process([[1.0], [0.25]], side="above", restarts=False, bets=(0.5,))
    assert np.exp(found.logs) == pytest.approx([1.5, 1.125], abs=1e-12)


def test_both_directions_share_the_stake() -> None:
    """Up 1.5 and 1.125, down 0.5 and 0.625; their means are 1 and 0.875."""
    found = e_process([[1.0], [0.25]], restarts=False, bets=(0.5,))
    assert np.exp(found.logs) == pytest.approx([1.0, 0.875], abs=1e-12)


def test_another_null() -> None:
    """Null .2, all observed .6: up 1 + .5 x 2 = 2, down 1 - .5 x .5 = .75."""
    assert math.exp(e_process([[0.6]], null=0.2, bets=(0.5,), restarts=False).logs[0]) == (
        pytest.approx((2 + 0.75) / 2, abs=1e-12)
    )


def test_restarts_put_down_the_stake_little_by_little() -> None:
    """Half of it first: .5 x 1.5 + .5 = 1.25; then (.75 + 1/6) x .75 + 1/3 = 1.0208333."""
    found = e_process([[1.0], [0.25]], side="above", bets=(0.5,))
    assert np.exp(found.logs) == pytest.approx([1.25, 1.0208333333], abs=1e-9)


def test_the_stake_is_expected_to_stay_what_it_was() -> None:
    """Over all streams of four fair coins, with the number of coins in a step varying."""
    for restarts in (True, False):
        stakes = [
            e_process([coins[:1], coins[1:3], coins[3:]], restarts=restarts).value()
            for coins in product((0.0, 1.0), repeat=4)
        ]
        assert np.mean(stakes) == pytest.approx(1.0, abs=1e-12)
