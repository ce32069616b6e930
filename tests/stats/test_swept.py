"""Systems that won everything: who is surely stronger by wins alone, by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from measurand.errors import InsufficientData
from measurand.stats.pair_results import PairResults, pair_results
from measurand.stats.proportion import clopper_pearson
from measurand.stats.swept import (
    ranks_of_order,
    sure_wins,
    swept_rate,
    tiers,
    unshared,
    wins_to_be_sure,
)

Row = tuple[str, str, float]


def met(*rows: Row, names: str | None = None, each: int = 1) -> PairResults:
    """Every row ``each`` times, by as many raters on as many examples."""
    first, second, points = zip(*(rows * each), strict=True)
    place = np.arange(len(points))
    return pair_results(
        first, second, points, names=names, clusters={"rater": place, "example": place}
    )


CYCLE: tuple[Row, ...] = (("b", "c", 1.0), ("c", "d", 1.0), ("d", "b", 1.0))


def test_who_stands_before_whom() -> None:
    """a beat b, and nobody of b, c, d and e was spared by the others but e."""
    found = tiers(met(*CYCLE, ("a", "b", 1.0), ("e", "d", 0.0), names="abcde"))
    assert found == ((0,), (1, 2, 3), (4,))


def test_a_tie_joins_and_where_all_won_and_lost_there_is_one_group() -> None:
    assert tiers(met(*CYCLE, ("a", "b", 1.0), ("a", "c", 0.5), names="abcd")) == ((0, 1, 2, 3),)


def test_parts_that_never_met_have_no_order() -> None:
    with pytest.raises(InsufficientData, match="never met"):
        tiers(met(*CYCLE, ("e", "f", 1.0)))


@pytest.mark.parametrize(
    ("raters", "examples", "expected"), [(3, 50, 3), (50, 3, 3), (4, 4, 4), (1, 9, 1)]
)
def test_votes_of_all_raters_on_all_examples_share_but_the_fewest(
    raters: int, examples: int, expected: int
) -> None:
    pairs = np.array(list(product(range(raters), range(examples))))
    results = pair_results(
        ["a"] * len(pairs),
        ["b"] * len(pairs),
        np.ones(len(pairs)),
        clusters={"rater": pairs[:, 0], "example": pairs[:, 1]},
    )
    assert unshared(results, np.arange(len(pairs))) == expected


def test_neither_few_raters_nor_few_examples_tell_how_many_share_nothing() -> None:
    """A star: one rater on three examples, and three raters on one; at most two share nothing."""
    results = pair_results(
        ["a"] * 6,
        ["b"] * 6,
        np.ones(6),
        clusters={"rater": [0, 0, 0, 1, 2, 3], "example": [0, 1, 2, 3, 3, 3]},
    )
    assert unshared(results, np.arange(6)) == 2


def test_so_many_wins_are_a_sign_test_over_all_pairs() -> None:
    """Two systems: 2 / 2^6 is above .05 / 1 at 5 and below at 6. Five systems, ten pairs: 9."""
    assert 2 * 0.5**5 > 0.05 >= 2 * 0.5**6
    assert wins_to_be_sure(2) == 6
    assert wins_to_be_sure(5) == 9


@pytest.mark.parametrize(("each", "sure"), [(7, ()), (8, ((0, 1),))])
def test_wins_are_sure_from_so_many_votes_that_share_nothing(
    each: int, sure: tuple[tuple[int, int], ...]
) -> None:
    """Four systems, six pairs: 2 x 6 / .05 = 240, less than 2^8."""
    results = met(("a", "b", 1.0), *CYCLE, names="abcd", each=each)
    assert sure_wins(results, tiers(results)) == sure


def test_what_is_surely_stronger_than_the_stronger_is_stronger_still() -> None:
    assert ranks_of_order([(0, 1), (1, 2)], 4) == ((1, 2), (2, 3), (3, 4), (1, 4))
    assert ranks_of_order([], 2) == ((1, 2), (1, 2))


def test_a_win_rate_of_1_has_the_exact_bound_over_votes_that_share_nothing() -> None:
    results = met(("a", "b", 1.0), names="ab", each=12)
    expected = clopper_pearson(12, 12)
    found = swept_rate(results, 0, [1])
    assert (found.value, found.low, found.high) == (1.0, expected.low, 1.0)
    assert expected.low == pytest.approx(0.025 ** (1 / 12))
    back = swept_rate(results, 1, [0])
    assert (back.value, back.low) == (0.0, 0.0)
    assert back.high == pytest.approx(1 - 0.025 ** (1 / 12))


def test_against_several_it_is_the_mean_at_bonferronis_level() -> None:
    results = met(("a", "b", 1.0), ("c", "a", 0.0), *CYCLE, names="abcd", each=9)
    found = swept_rate(results, 0, [1, 2])
    assert found.low == pytest.approx(0.0125 ** (1 / 9))
    with pytest.raises(InsufficientData, match="a never met d"):
        swept_rate(results, 0, [1, 2, 3])
    tied = met(("a", "b", 1.0), ("a", "b", 0.5), names="ab", each=9)
    with pytest.raises(InsufficientData, match="each won some"):
        swept_rate(tied, 0, [1])
