import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.rank_sets import RankSet, pair_gaps, rank_sets


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def scores(*means: float, n: int = 60) -> NDArray[np.float64]:
    generator = rng(3)
    shared: NDArray[np.float64] = generator.normal(size=(n, 1))
    table: NDArray[np.float64] = np.array(means) + 0.3 * generator.normal(size=(n, len(means)))
    return table + shared


def test_those_far_apart_have_one_rank_each_and_those_alike_share_theirs() -> None:
    found = rank_sets(scores(0, 2, 1, 1.01), rng=rng())
    assert found == (RankSet(4, 4), RankSet(1, 1), RankSet(2, 3), RankSet(2, 3))


def test_the_same_scores_can_never_be_told_apart() -> None:
    table = scores(0, 2)
    found = rank_sets(np.column_stack([table, table[:, 1]]), rng=rng())
    assert found == ((3, 3), (1, 2), (1, 2))
    assert rank_sets(np.repeat(table[:, :1], 3, axis=1), rng=rng()) == ((1, 3),) * 3


def test_ranks_follow_the_candidates_whatever_their_order_and_the_scale() -> None:
    table, order = scores(0, 2, 1, 1.01), [2, 0, 3, 1]
    found = rank_sets(table, rng=rng())
    assert rank_sets(table[:, order], rng=rng()) == tuple(found[at] for at in order)
    assert rank_sets(3 * table + 7, rng=rng()) == found
    assert rank_sets(table[::-1], rng=rng()) == found
    turned = rank_sets(-table, rng=rng())
    assert turned == tuple(RankSet(5 - high, 5 - low) for low, high in found)


def test_units_that_repeat_their_clusters_say_nothing_new() -> None:
    table = scores(0, 0.08, 0.16, n=30)
    once = rank_sets(table, rng=rng())
    often, clusters = np.repeat(table, 20, axis=0), np.repeat(np.arange(30), 20)
    assert rank_sets(often, clusters=clusters, rng=rng()) == once
    assert rank_sets(often, rng=rng()) != once


def test_gaps_are_those_of_every_pair_with_one_level_for_all() -> None:
    gaps = pair_gaps(scores(0, 1, 3), rng=rng(), level=0.9)
    assert [(gap.first, gap.second) for gap in gaps] == [(0, 1), (0, 2), (1, 2)]
    assert [round(gap.gap.value or 0) for gap in gaps] == [-1, -3, -2]
    assert {gap.gap.level for gap in gaps} == {0.9}


@pytest.mark.parametrize("table", [np.zeros((9, 1)), np.tile([0.0, 1.0], (4, 1)), np.eye(3)])
def test_what_cannot_be_ranked_is_refused(table: NDArray[np.float64]) -> None:
    with pytest.raises(InsufficientData):
        rank_sets(table, rng=rng())


@pytest.mark.parametrize("table", [[1.0, 2.0], [[1.0, np.nan]] * 9])
def test_what_is_no_table_is_refused(table: list[object]) -> None:
    with pytest.raises(UsageError):
        rank_sets(table, rng=rng())  # type: ignore[arg-type]
