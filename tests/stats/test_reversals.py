"""Units that turned from passing to failing, and the noise of repeats."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.errors import InsufficientData, UsageError
from measurand.stats.reversals import by_chance, confirmed, reversals

UNIT = st.integers(1, 4).flatmap(
    lambda n: st.tuples(st.integers(0, n), st.just(n), st.integers(0, n), st.just(n))
)
UNITS = st.lists(UNIT, min_size=1, max_size=12)


def columns(units: list[tuple[int, int, int, int]]) -> tuple[list[int], ...]:
    return tuple(map(list, zip(*units, strict=True)))


@pytest.mark.parametrize(
    ("hits", "repeats", "majority", "all_"),
    [(0, 0, False, False), (1, 1, True, True), (1, 2, False, False), (2, 3, True, False)],
)
def test_what_confirms(hits: int, repeats: int, majority: bool, all_: bool) -> None:  # noqa: FBT001
    assert bool(confirmed(hits, repeats)) is majority
    assert bool(confirmed(hits, repeats, "all")) is all_


@given(UNITS)
def test_the_order_of_units_plays_no_part(units: list[tuple[int, int, int, int]]) -> None:
    a, n, b, m = columns(units)
    turned = columns(units[::-1])
    one = reversals((a, n), (b, m))
    other = reversals((turned[0], turned[1]), (turned[2], turned[3]))
    assert one.p == pytest.approx(other.p, abs=1e-12)
    assert one.which.tolist() == other.which[::-1].tolist()


@given(UNITS)
def test_units_that_always_pass_or_fail_change_nothing(
    units: list[tuple[int, int, int, int]],
) -> None:
    a, n, b, m = columns(units)
    more = columns([*units, (3, 3, 3, 3), (0, 2, 0, 2)])
    one = reversals((a, n), (b, m))
    other = reversals((more[0], more[1]), (more[2], more[3]))
    assert 0 < one.p <= 1
    assert (one.count, one.noisy) == (other.count, other.noisy)
    assert one.p == pytest.approx(other.p, abs=1e-12)


def test_nothing_that_turned_is_no_evidence() -> None:
    found = reversals(([3, 0], [3, 3]), ([3, 3], [3, 3]))
    assert (found.count, found.unanimous, found.p) == (0, 0, 1.0)


def test_a_clear_turn_is_not_masked_by_a_noisy_unit() -> None:
    found = reversals(([3, 2], [3, 3]), ([0, 2], [3, 3]))
    assert found.noisy == 1
    assert found.p == pytest.approx(1 / 20, abs=1e-12)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InsufficientData):
        reversals(([], []), ([], []))
    with pytest.raises(InsufficientData):
        reversals(([0], [0]), ([1], [1]))
    with pytest.raises(UsageError, match="between 0 and the repeats"):
        reversals(([2], [1]), ([1], [1]))
    with pytest.raises(UsageError, match="one length"):
        reversals(([1, 1], [1, 1]), ([1], [1]))


def test_counts_of_other_kinds_of_arrays() -> None:
    found = reversals((np.array([1.0]), np.array([1])), (np.array([0]), np.array([1])))
    assert found.count == 1


@pytest.mark.parametrize(("first", "second"), [("110", "100"), ("1110", "10"), ("1", "0")])
def test_what_turns_by_chance_is_that_of_all_exchanges(first: str, second: str) -> None:
    """Every way to deal the repeats out anew, one by one; both ways of turning, halved."""
    pool = [int(one) for one in first + second]
    turned = []
    for kept in itertools.combinations(range(len(pool)), len(first)):
        a = [pool[i] for i in kept]
        b = [pool[i] for i in range(len(pool)) if i not in kept]
        sides = [2 * sum(part) - len(part) for part in (a, b)]
        turned.append(0.5 * (sides[0] * sides[1] < 0))
    counts = [first.count("1")], [len(first)]
    found = by_chance(counts, ([second.count("1")], [len(second)]))
    assert found[0] == pytest.approx(np.mean(turned), abs=1e-12)


def test_of_systems_that_are_alike_as_many_turn_as_by_chance() -> None:
    rng = np.random.default_rng(3)
    chance = rng.beta(1, 1, 20_000)
    a, b = rng.binomial(3, chance), rng.binomial(5, chance)
    repeats = np.full(20_000, 3), np.full(20_000, 5)
    turned = np.mean((a >= 2) != (b >= 3)) / 2
    expected = by_chance((a, repeats[0]), (b, repeats[1])).mean()
    assert expected == pytest.approx(turned, abs=3 * (0.25 / 20_000) ** 0.5)
