"""The population stability index: refusals, and what may change without changing it."""

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.psi import Mix, psi, psi_test, psi_threshold

CODES = [0] * 30 + [1] * 50 + [2] * 20
OTHER = [0] * 120 + [1] * 400 + [2] * 180


def test_equal_weights_and_single_clusters_change_nothing() -> None:
    plain = psi_test(Mix.of(CODES, 3), Mix.of(OTHER, 3))
    dressed = psi_test(
        Mix.of(CODES, 3, weights=np.full(100, 7.0), clusters=range(100)), Mix.of(OTHER, 3)
    )
    assert dressed == plain
    order = np.random.default_rng(1).permutation(100)
    assert psi_test(Mix.of(np.asarray(CODES)[order], 3), Mix.of(OTHER, 3)) == plain
    names = np.asarray([2, 0, 1])
    swapped = psi_test(Mix.of(names[CODES], 3), Mix.of(names[OTHER], 3))
    assert swapped.found == pytest.approx(plain.found)
    assert swapped.p == pytest.approx(plain.p)


def test_a_kind_that_neither_has_is_no_kind() -> None:
    assert psi_test(Mix.of(CODES, 9), Mix.of(OTHER, 9)).df == pytest.approx(2)


def test_units_in_clusters_are_worth_fewer() -> None:
    """Each unit told ten times is worth no more than once."""
    once = psi_test(Mix.of(CODES, 3, weights=[1.0] * 99 + [1.001]), Mix.of(OTHER, 3))
    often = psi_test(
        Mix.of(np.repeat(CODES, 10), 3, clusters=np.repeat(range(100), 10)), Mix.of(OTHER, 3)
    )
    assert often.threshold == pytest.approx(once.threshold, rel=0.02)
    assert often.p == pytest.approx(once.p, rel=0.05)


def test_weights_undo_unequal_chances() -> None:
    """One kind was drawn twice as often: weighted, the mix is the population's."""
    codes = [0] * 60 + [1] * 50 + [2] * 20
    mix = Mix.of(codes, 3, weights=[0.5] * 60 + [1.0] * 70)
    assert mix.shares == pytest.approx([0.3, 0.5, 0.2])
    assert mix.worth < 130
    assert psi_test(mix, Mix.of(OTHER, 3)).scale > 1 / 130 + 1 / 700


def test_a_set_passes_more_often_the_larger_what_matters_and_the_set() -> None:
    found = psi_test(Mix.of(CODES, 3), Mix.of(OTHER, 3))
    large = psi_test(Mix.of(CODES * 9, 3), Mix.of(OTHER, 3))
    assert 0 == found.passing(0.05) < found.passing(0.1) < found.passing(0.5) <= 1
    assert large.passing(0.1) > found.passing(0.1)
    with pytest.raises(UsageError, match="above 0"):
        found.passing(0)


def test_samples_that_agree_more_than_chance_rule_no_more_out() -> None:
    """The very same shares: the upper end is that of a middling day, and not 0."""
    same = psi_test(Mix.of(CODES, 3), Mix.of(CODES * 7, 3)).estimate
    close = psi_test(Mix.of(CODES, 3), Mix.of([*CODES * 7, 0, 0, 1], 3)).estimate
    assert same.low == same.value == 0
    assert same.high == pytest.approx(close.high, rel=0.01)
    assert (same.high or 0) > 0.05
    test = psi_test(Mix.of(CODES, 3), Mix.of(CODES * 7, 3))
    assert test.passing((same.high or 0) * 0.99) == 0
    assert test.passing((same.high or 0) * 1.01) == pytest.approx(0.5, abs=0.02)


def test_nonsense_is_refused() -> None:
    with pytest.raises(UsageError, match="share above 0"):
        psi([1, 0], [1, 1])
    with pytest.raises(UsageError, match="share above 0"):
        psi([1, 1], [1, 1, 1])
    with pytest.raises(UsageError, match="two kinds"):
        psi_threshold(1, 5, 5)
    with pytest.raises(InsufficientData, match="at least two units"):
        Mix.of([0], 2)
    with pytest.raises(UsageError, match="one of 2 kinds"):
        Mix.of([0, 2], 2)
    with pytest.raises(UsageError, match="above 0"):
        Mix.of([0, 1], 2, weights=[1, 0])
    with pytest.raises(InsufficientData, match="one cluster"):
        Mix.of([0, 1], 2, clusters=[4, 4])
    with pytest.raises(InsufficientData, match="one kind"):
        psi_test(Mix.of([0, 0], 2), Mix.of([0, 0], 2))
    with pytest.raises(UsageError, match="same kinds"):
        psi_test(Mix.of([0, 1], 2), Mix.of([0, 1], 3))
