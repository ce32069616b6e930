from collections.abc import Callable

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import Estimate
from measurand.stats.mean import clustered_mean, mean_t
from measurand.stats.paired import (
    PairedTable,
    bonett_price,
    mcnemar,
    newcombe_10,
    paired_difference,
    paired_difference_p,
    paired_proportion,
    tango,
    wald,
)

FIRST = np.array([1, 1, 1, 0, 1, 0, 1, 1, 0, 1])
SECOND = np.array([1, 0, 1, 0, 0, 0, 1, 0, 1, 1])
METHODS = (tango, newcombe_10, bonett_price, wald)
Method = Callable[[PairedTable], Estimate]


def ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


def test_the_table_counts_pairs() -> None:
    table = PairedTable.of(FIRST, SECOND)
    assert table == PairedTable(both=4, first=3, second=1, neither=2)
    assert table.n == 10
    assert table.difference == pytest.approx(0.2)


def test_the_table_refuses_what_it_cannot_count() -> None:
    with pytest.raises(UsageError, match="0 or 1"):
        PairedTable.of([0.5, 1], [1, 1])
    with pytest.raises(UsageError, match="one length"):
        PairedTable.of([0, 1, 1], [1, 1])
    with pytest.raises(UsageError, match="not negative"):
        PairedTable(3, -1, 2, 0)
    with pytest.raises(InsufficientData, match="no unit"):
        PairedTable.of([], [])


@pytest.mark.parametrize("method", METHODS)
def test_swapping_the_systems_mirrors_the_interval(method: Method) -> None:
    low, high = ends(method(PairedTable(20, 12, 2, 16)))
    assert ends(method(PairedTable(20, 2, 12, 16))) == pytest.approx((-high, -low))


@pytest.mark.parametrize("method", [tango, newcombe_10, bonett_price])
def test_no_discordant_pair_still_leaves_room_for_a_difference(method: Method) -> None:
    low, high = ends(method(PairedTable(30, 0, 0, 20)))
    assert low == pytest.approx(-high)
    assert 0 < high < 0.12


def test_tango_without_discordant_pairs_in_closed_form() -> None:
    z2 = 1.959963984540054**2
    assert ends(tango(PairedTable(30, 0, 0, 20)))[1] == pytest.approx(z2 / (50 + z2))


@pytest.mark.parametrize("method", [tango, newcombe_10, bonett_price])
def test_a_clean_sweep_reaches_the_end_of_the_range(method: Method) -> None:
    low, high = ends(method(PairedTable(0, 12, 0, 0)))
    assert high == 1.0
    assert 0 < low < 1


@pytest.mark.parametrize("table", [PairedTable(3, 0, 0, 4), PairedTable(0, 7, 0, 0)])
def test_wald_refuses_a_width_of_zero(table: PairedTable) -> None:
    with pytest.raises(InsufficientData, match="no width"):
        wald(table)


@pytest.mark.parametrize("counts", [(6, 0), (12, 2), (20, 9), (20, 10), (31, 17), (5, 5)])
def test_tango_and_mcnemar_chi2_decide_alike(counts: tuple[int, int]) -> None:
    low, high = ends(tango(PairedTable(10, *counts, 10)))
    assert (not low <= 0 <= high) == (mcnemar(*counts, method="chi2") < 0.05)


def test_mcnemar_needs_no_discordant_pair() -> None:
    assert mcnemar(0, 0) == mcnemar(0, 0, method="exact") == mcnemar(0, 0, method="chi2") == 1.0
    assert mcnemar(4, 4) == pytest.approx(1.0)
    with pytest.raises(UsageError, match="not negative"):
        mcnemar(-1, 4)


def test_mcnemar_orders_its_versions_and_ignores_which_is_first() -> None:
    assert mcnemar(3, 11) == mcnemar(11, 3)
    assert mcnemar(3, 11) < mcnemar(3, 11, method="exact")


def test_the_front_door_is_tango_or_cluster_robust() -> None:
    assert paired_proportion(FIRST, SECOND) == tango(PairedTable.of(FIRST, SECOND))
    clusters = np.repeat(np.arange(5), 2)
    clustered = paired_proportion(FIRST, SECOND, clusters=clusters)
    assert clustered == clustered_mean(FIRST - SECOND, clusters, bounds=(-1, 1))
    with pytest.raises(UsageError, match="0 or 1"):
        paired_proportion(FIRST * 2, SECOND, clusters=clusters)


def test_equal_outcomes_in_clusters_have_an_exact_interval() -> None:
    low, high = ends(paired_proportion(FIRST, FIRST, clusters=np.arange(10) // 2))
    assert low == pytest.approx(-high)
    assert high == pytest.approx(1 - 0.025 ** (1 / 5))


def test_the_graded_difference_is_the_mean_of_differences() -> None:
    first, second = np.array([3.0, 4, 5, 2, 1]), np.array([2.0, 4, 3, 3, 1])
    assert paired_difference(first, second) == mean_t(first - second)
    bounded = paired_difference(first, second, bounds=(1, 5))
    assert ends(bounded) == ends(mean_t(first - second, bounds=(-4, 4)))
    with pytest.raises(InsufficientData, match="all 5 values are equal"):
        paired_difference(first, first)
    with pytest.raises(UsageError, match="one length"):
        paired_difference(first, second[:3])


@pytest.mark.parametrize("clusters", [None, [0, 0, 1, 1, 2]])
def test_p_agrees_with_the_interval(clusters: list[int] | None) -> None:
    first, second = np.array([3.0, 4, 5, 2, 1]), np.array([2.0, 4, 3, 3, 1])
    p = paired_difference_p(first, second, clusters=clusters)
    at = paired_difference(first, second, clusters=clusters, level=1 - p)
    assert min(ends(at), key=abs) == pytest.approx(0, abs=1e-9)
