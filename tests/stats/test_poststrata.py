"""Means re-weighted to known shares: what they are, and what they refuse."""

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.drawn_share import drawn_share
from measurand.stats.estimate import Estimate
from measurand.stats.mean import mean_t
from measurand.stats.poststrata import Strata, kish, stratified_mean
from measurand.stats.quantiles import beta_quantile


def strata(codes: list[int], *shares: float) -> Strata:
    names = tuple(f"s{place}" for place in range(len(shares)))
    return Strata(np.array(codes, dtype=np.intp), np.array(shares, dtype=float), names)


def test_one_stratum_is_the_plain_mean() -> None:
    values = [1.0, 2.0, 4.0, 3.0]
    one = stratified_mean(values, strata([0] * 4, 1.0))
    plain = mean_t(values)
    assert (one.value, one.low, one.high) == pytest.approx((plain.value, plain.low, plain.high))


def test_the_order_of_units_and_of_strata_does_not_matter() -> None:
    rng = np.random.default_rng(0)
    values, codes = rng.normal(size=30), rng.integers(3, size=30)
    first = stratified_mean(values, strata(codes.tolist(), 0.5, 0.3, 0.2), bounds=None)
    order, turned = rng.permutation(30), np.array([2, 0, 1])
    shares = np.array([0.5, 0.3, 0.2])[np.argsort(turned)]
    second = stratified_mean(values[order], strata(turned[codes[order]].tolist(), *shares))
    assert (first.value, first.low) == pytest.approx((second.value, second.low))


def test_a_shift_moves_the_mean_and_not_its_width() -> None:
    rng = np.random.default_rng(1)
    values, of = rng.normal(size=20), strata([0, 1] * 10, 0.9, 0.1)
    plain, moved = stratified_mean(values, of), stratified_mean(values + 3, of)
    assert moved.value == pytest.approx((plain.value or 0) + 3)
    assert (moved.high or 0) - (moved.low or 0) == pytest.approx(
        (plain.high or 0) - (plain.low or 0)
    )


def test_values_alike_within_strata_leave_what_clopper_pearson_leaves() -> None:
    found = stratified_mean([1, 1, 0, 0], strata([0, 0, 1, 1], 0.5, 0.5), bounds=(0, 1))
    assert found.value == 0.5
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < 0.5 < found.high < 1


def test_what_cannot_be_said_is_refused() -> None:
    with pytest.raises(InsufficientData, match=r"s1 is 40% of the population.*found one"):
        stratified_mean([1, 2, 3], strata([0, 0, 1], 0.6, 0.4))
    with pytest.raises(InsufficientData, match="found none"):
        stratified_mean([1, 2], strata([0, 0], 0.6, 0.4))
    with pytest.raises(InsufficientData, match="no two units of a stratum differ"):
        stratified_mean([1, 1, 2, 2], strata([0, 0, 1, 1], 0.6, 0.4))
    with pytest.raises(InsufficientData, match="two clusters"):
        stratified_mean([1, 2, 3, 4], strata([0, 0, 1, 1], 0.6, 0.4), clusters=[7] * 4)
    with pytest.raises(InsufficientData, match="nothing has any weight"):
        kish([0.0, 0.0])


@pytest.mark.parametrize("shares", [(0.5, 0.6), (1.2, -0.2), (0.5, 0.4)])
def test_shares_that_are_none_are_refused(shares: tuple[float, float]) -> None:
    with pytest.raises(UsageError, match="sum to 1"):
        strata([0, 1], *shares)


def test_arguments_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError, match="one stratum per value"):
        stratified_mean([1, 2, 3], strata([0, 0], 1.0))
    with pytest.raises(UsageError, match="of a stratum that has a share"):
        strata([0, 3], 0.5, 0.5)
    with pytest.raises(UsageError, match="not negative"):
        kish([1.0, -1.0])


def width(found: Estimate) -> float:
    assert found.low is not None
    assert found.high is not None
    return found.high - found.low


@pytest.mark.parametrize("seed", range(8))
def test_a_cluster_that_is_shared_never_makes_an_interval_narrower(seed: int) -> None:
    """Strata of two, drawn and told: pairs across and within them share a cluster one by one."""
    rng = np.random.default_rng(seed)
    codes, values = np.repeat(np.arange(30), 2), rng.random(60)
    drawn = Strata.of_drawn(rng.uniform(0.01, 0.02, 60), [f"s{code:02}" for code in codes])
    told = strata(codes.tolist(), *([1 / 30] * 30))
    clusters = np.arange(60)
    for of in (drawn, told):
        apart = stratified_mean(values, of)
        same = stratified_mean(values, of, clusters=clusters)
        assert (same.low, same.high) == pytest.approx((apart.low, apart.high), abs=1e-12)
    narrowest = width(stratified_mean(values, drawn))
    for _ in range(12):
        first, second = rng.choice(60, 2, replace=False)
        clusters[first] = clusters[second]
        found = stratified_mean(values, drawn, clusters=clusters)
        assert width(found) >= narrowest - 1e-12
        sums = np.bincount(clusters, drawn.residuals(values, clusters))
        assert float(sums @ sums) >= float(np.sum(drawn.residuals(values) ** 2)) - 1e-12


def test_clusters_that_are_all_alike_still_leave_the_error_that_units_have() -> None:
    """Each cluster holds one value of either kind, so that their sums say nothing."""
    of = strata([0] * 4, 1.0)
    values, clusters = np.array([0.0, 1.0, 0.0, 1.0]), np.array([0, 0, 1, 1])
    sums = np.bincount(clusters, of.residuals(values, clusters))
    assert float(sums @ sums) == pytest.approx(float(np.sum(of.residuals(values) ** 2)))


def test_a_stratum_of_one_cluster_is_joined_where_units_were_drawn_and_else_refused() -> None:
    values, clusters = np.array([1.0, 2.0, 3.0, 4.0, 6.0]), np.array([0, 0, 1, 2, 2])
    with pytest.raises(InsufficientData, match=r"s0 is 60% .*units of two clusters; found one"):
        stratified_mean(values, strata([0, 0, 1, 1, 1], 0.6, 0.4), clusters=clusters)
    with pytest.raises(InsufficientData, match="two clusters"):
        strata([0, 0, 1, 1, 1], 0.6, 0.4).residuals(values, clusters)
    of = Strata.of_drawn(np.array([0.1, 0.1, 0.2, 0.2, 0.2]), ["a", "a", "b", "b", "b"])
    joined = of.in_clusters(clusters)
    assert joined.names == ("a",)
    assert joined.weights == pytest.approx(of.weights)
    assert stratified_mean(values, of, clusters=clusters).value == pytest.approx(
        float(of.weights @ values)
    )


def test_the_bound_of_a_drawn_share_by_hand() -> None:
    """None flagged: 1 - .05^(1/n) at Kish's n, which is 50 where all count alike."""
    even = Strata.of_drawn(np.full(50, 0.1), [None] * 50)
    none = drawn_share(np.zeros(50), even)
    assert (none.value, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(1 - 0.05 ** (1 / 50))
    flags = np.repeat([1.0, 0.0], [3, 47])
    plain = drawn_share(flags, even)
    assert plain.value == pytest.approx(0.06)
    # s^2 / n has n - 1 where a share has n: the effective size is 49, and three of 50 of it.
    assert plain.high == pytest.approx(beta_quantile(0.95, 0.06 * 49 + 1, 0.94 * 49))
    half = Strata.of_drawn(np.r_[1 / 49, np.ones(49)], [None] * 50)
    worth = kish(half.weights)
    assert drawn_share(np.zeros(50), half).high == pytest.approx(1 - 0.05 ** (1 / worth))
    light = drawn_share(np.r_[np.zeros(49), 1.0], half)
    assert (light.high or 0) > 1 - 0.05 ** (1 / worth)
    pairs = drawn_share(np.zeros(50), even, clusters=np.arange(50) // 2)
    assert pairs.high == pytest.approx(1 - 0.05 ** (1 / 25))
    with pytest.raises(UsageError, match="0 or 1"):
        drawn_share(np.full(50, 0.5), even)


def test_alike_values_are_worth_as_many_clusters_as_there_are() -> None:
    of = strata([0] * 8, 1.0)
    pairs = stratified_mean([1.0] * 8, of, clusters=np.arange(8) // 2, bounds=(0, 1))
    four = stratified_mean([1.0] * 4, strata([0] * 4, 1.0), bounds=(0, 1))
    assert (pairs.low, pairs.high) == pytest.approx((four.low, four.high))
