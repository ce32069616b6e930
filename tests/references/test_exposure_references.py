"""Numbers of the tests for contamination, against published formulas, tables and other code."""

import numpy as np
import pytest
from scipy import stats

from measurand.errors import InsufficientData, UsageError
from measurand.stats.auc import auc
from measurand.stats.exchangeability import min_k, order_test
from measurand.stats.paired import tango_bounds
from measurand.stats.sparse import score_reach, sparse_mean
from measurand.stats.unpaired import Groups, group_difference, newcombe_difference

CANONICAL = np.array([-10.0, -12.0, -9.5, -11.0])
SHUFFLED = np.array(
    [[-11.0, -10.5, -12.0], [-12.5, -13.0, -11.5], [-10.5, -9.0, -11.0], [-11.5, -12.0, -12.5]]
)


def test_the_order_test_is_the_published_one_but_for_its_standard_deviation() -> None:
    """tatsu-lab/test_set_contamination has np.std with n below; ours has n - 1."""
    above = CANONICAL - SHUFFLED.mean(axis=1)
    published = above.mean() / above.std(ddof=0) * np.sqrt(4)
    found = order_test(CANONICAL, SHUFFLED)
    assert found.t == pytest.approx(published * np.sqrt(3 / 4), abs=1e-9)
    oracle = stats.ttest_1samp(above, 0.0, alternative="greater")
    assert found.p == pytest.approx(oracle.pvalue, abs=1e-9)
    assert found.shift.value == pytest.approx(above.mean(), abs=1e-12)
    # By hand: totals of the shuffled orders are -45.5, -44.5, -47.0; the published is -42.5.
    assert found.exact_p == 1 / 4


def test_the_exact_p_counts_the_published_order_and_ties() -> None:
    assert order_test([-5.0], [[-5.0, -4.0, -6.0]]).exact_p == 3 / 4
    assert order_test([-5.0], [[-5.0, -4.0, -6.0]]).t is None


def test_the_order_test_refuses_what_is_no_test() -> None:
    with pytest.raises(InsufficientData):
        order_test([], np.empty((0, 3)))
    with pytest.raises(InsufficientData):
        order_test([-1.0], np.empty((1, 0)))
    with pytest.raises(UsageError):
        order_test([-1.0, -2.0], [[-1.0]])


def test_min_k_is_the_published_one() -> None:
    """swj0419/detect-pretrain-code: np.sort(all_prob)[: int(len(all_prob) * ratio)], its mean."""
    values = [-0.1, -3.0, -0.2, -5.0, -0.4, -1.0, -0.3, -0.2, -2.0, -0.1, -0.6]
    assert min_k(values) == pytest.approx((-5.0 - 3.0) / 2, abs=1e-12)
    assert min_k(values, share=0.5) == pytest.approx((-5 - 3 - 2 - 1 - 0.6) / 5, abs=1e-12)
    with pytest.raises(InsufficientData):
        min_k([-1.0, -2.0, -3.0, -4.0])
    with pytest.raises(UsageError):
        min_k([0.5] * 10)


def test_the_area_is_that_of_mann_whitney_and_its_ends_solve_newcombes_equation() -> None:
    first, second = [1.0, 2.0, 2.0, 3.0, 5.0], [0.0, 1.0, 2.0, 2.5]
    found = auc(first, second)
    oracle = stats.mannwhitneyu(first, second).statistic / (len(first) * len(second))
    assert found.value == pytest.approx(oracle, abs=1e-12)
    for end in (found.low, found.high):
        assert end is not None
        more = (len(first) + len(second)) / 2 - 1
        spread = 1 + more * ((1 - end) / (2 - end) + end / (1 + end))
        error = np.sqrt(end * (1 - end) * spread / 20)
        assert abs(oracle - end) == pytest.approx(stats.norm.ppf(0.975) * error, abs=1e-6)


def test_groups_apart_have_an_area_of_one_and_an_interval_nonetheless() -> None:
    found = auc([3.0, 4.0, 5.0], [0.0, 1.0, 2.0])
    assert found.value == found.high == 1
    assert found.low is not None
    assert 0.3 < found.low < 0.7
    with pytest.raises(InsufficientData):
        auc([], [1.0])


def test_newcombes_example() -> None:
    """Newcombe (1998), Stat. Med. 17, 873-890, table II, column (a): 56/70 less 48/80."""
    found = newcombe_difference((56, 70), (48, 80))
    assert found.value == pytest.approx(0.2)
    assert found.low == pytest.approx(0.0524, abs=5e-5)
    assert found.high == pytest.approx(0.3339, abs=5e-5)


def test_in_one_stratum_the_difference_is_welchs() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.normal(0.6, 0.3, 23), rng.normal(0.4, 0.1, 41)
    oracle = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    groups = Groups.of(np.concatenate([first, second]), [True] * 23 + [False] * 41)
    found = group_difference(groups)
    assert (found.low, found.high) == pytest.approx((oracle.low, oracle.high), abs=1e-9)
    assert found.method == "Welch"


def test_strata_are_weighted_as_cochran_does() -> None:
    """By hand: strata of 2 + 2 and 3 + 1 units have the weights 1 and .75, over 1.75."""
    values = [1, 3, 0, 1, 4, 5, 6, 2, 9]
    first = [True, True, False, False, True, True, True, False, True]
    strata = ["a", "a", "a", "a", "b", "b", "b", "b", "alone"]
    found = group_difference(Groups.of(values, first, strata=strata))
    assert found.value == pytest.approx((1 * 1.5 + 0.75 * 3) / 1.75, abs=1e-9)
    assert found.n == 8  # the stratum with units of one group alone compares nothing


def test_single_clusters_are_nearly_welch_and_nothing_shared_is_refused() -> None:
    rng = np.random.default_rng(4)
    values, first = rng.normal(0, 1, 80), np.arange(80) < 40
    alone = group_difference(Groups.of(values, first, clusters=np.arange(80)))
    welch = group_difference(Groups.of(values, first))
    assert alone.value == pytest.approx(welch.value, abs=1e-12)
    assert alone.low == pytest.approx(welch.low or 0.0, abs=0.02)
    with pytest.raises(InsufficientData, match="no stratum"):
        group_difference(Groups.of([1.0, 2.0], [True, False], strata=["a", "b"]))
    with pytest.raises(InsufficientData, match="no spread"):
        group_difference(Groups.of([1.0] * 6, [True] * 3 + [False] * 3))


def test_without_spread_the_bounds_of_the_scale_leave_an_exact_interval() -> None:
    """By hand: 10 of 10 and 10 of 10 at 97.5 % each leave 1 - .0125 ** (1 / 10) on either side."""
    found = group_difference(Groups.of([1.0] * 20, [True] * 10 + [False] * 10), bounds=(0, 1))
    reach = 1 - 0.0125**0.1
    assert (found.value, found.method) == (0.0, "exact, all values equal")
    assert found.low == pytest.approx(-reach, abs=1e-9)
    assert found.high == pytest.approx(reach, abs=1e-9)


def test_where_one_group_alone_has_no_spread_its_bounds_still_count() -> None:
    """By hand: 20 of 20 leave 1 - .025 ** (1 / 20) of the way to 0; the other arm is Tango's."""
    first, second = [1.0] * 20, [1.0] * 20 + [0.0] * 10
    found = group_difference(
        Groups.of(first + second, [True] * 20 + [False] * 30), bounds=(0.0, 1.0)
    )
    low, high = tango_bounds(0, 10, 30)
    down, up = 1 - 0.025 ** (1 / 20), -1 / 3 - float(low)
    # Above, Tango lets the failures be fewer and the other group adds nothing: Welch is as wide.
    welch = group_difference(Groups.of(first + second, [True] * 20 + [False] * 30))
    assert found.value == pytest.approx(1 / 3)
    assert found.low == pytest.approx(
        1 / 3 - np.hypot(down, max(float(high) + 1 / 3, (1 - 0.025 ** (1 / 30)) / 3)), abs=1e-9
    )
    assert found.high == pytest.approx(max(1 / 3 + abs(up), welch.high or 0.0), abs=1e-9)


def test_rare_losses_have_tangos_interval_at_any_size() -> None:
    """Of -1, 0 and 1 the ends are Tango's; halved losses have half of it."""
    values = np.array([1.0] * 4 + [-1.0] + [0.0] * 195)
    low, high = (float(end) for end in tango_bounds(4, 1, 200))
    assert score_reach(values) == pytest.approx((low, high), abs=1e-12)
    assert score_reach(values / 2) == pytest.approx((low / 2, high / 2), abs=1e-12)
    found = sparse_mean(values, bounds=(-1, 1))
    plain = stats.t.interval(0.95, 199, values.mean(), values.std(ddof=1) / np.sqrt(200))
    floor = 1 - 0.025 ** (1 / 200)
    assert found.low == pytest.approx(min(low, plain[0], 0.015 - floor * 1.015), abs=1e-9)
    assert found.high == pytest.approx(max(high, plain[1], 0.015 + floor * 0.985), abs=1e-9)


def test_a_sparse_mean_knows_no_order_and_turns_with_its_sign() -> None:
    rng = np.random.default_rng(6)
    values = np.where(rng.random(60) < 0.2, rng.choice([-0.5, 0.25, 1.0], 60), 0.0)
    homes = rng.integers(0, 25, 60)
    moved = rng.permutation(60)
    for clusters in (None, homes):
        found = sparse_mean(values, clusters, bounds=(-1, 1))
        other = None if clusters is None else clusters[moved]
        same = sparse_mean(values[moved], other, bounds=(-1, 1))
        turned = sparse_mean(-values, clusters, bounds=(-1, 1))
        assert (same.low, same.high) == pytest.approx((found.low, found.high), abs=1e-12)
        assert turned.low == pytest.approx(-(found.high or 0.0), abs=1e-9)
        assert turned.high == pytest.approx(-(found.low or 0.0), abs=1e-9)
    alone = sparse_mean(values, np.arange(60), bounds=(-1, 1))
    assert alone.low == pytest.approx(sparse_mean(values, bounds=(-1, 1)).low or 0.0, abs=1e-9)
    with pytest.raises(InsufficientData):
        sparse_mean([1.0], bounds=(-1, 1))
    with pytest.raises(UsageError):
        sparse_mean([1.0, 2.0], bounds=(-1, 1))
    assert sparse_mean([0.0] * 10, bounds=(-1, 1)).method == "exact, all values equal"
