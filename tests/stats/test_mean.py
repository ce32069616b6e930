import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import Estimate
from measurand.stats.mean import (
    as_wide_as_equal,
    caution_if_few,
    cluster_codes,
    cluster_sums,
    clustered_mean,
    mean_p,
    mean_t,
)
from measurand.stats.proportion import clopper_pearson

GRADES = np.array([1.0, 2, 2, 3, 5, 4, 4, 1])


def ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


def test_one_value_per_cluster_is_the_t_interval() -> None:
    plain = mean_t(GRADES)
    alone = clustered_mean(GRADES, np.arange(8))
    assert ends(alone) == pytest.approx(ends(plain))
    assert alone.method == "CR1, t(C-1)"


def test_clusters_of_copies_are_worth_one_unit_each() -> None:
    """Ten copies of every value add nothing, which only the clustered interval knows."""
    plain = mean_t(GRADES)
    copies = clustered_mean(np.repeat(GRADES, 10), np.repeat(np.arange(8), 10))
    naive = mean_t(np.repeat(GRADES, 10))
    assert ends(copies) == pytest.approx(ends(plain))
    assert ends(naive)[0] > ends(plain)[0]
    assert copies.n == 80


def test_cluster_labels_may_be_text_in_any_order() -> None:
    labels = np.array(["b", "a", "b", "c", "a", "c", "d", "d"])
    shuffled = np.array([3, 1, 7, 0, 2, 6, 5, 4])
    first = clustered_mean(GRADES, labels)
    second = clustered_mean(GRADES[shuffled], labels[shuffled])
    assert ends(first) == pytest.approx(ends(second))


def test_few_clusters_carry_a_caution() -> None:
    few = clustered_mean(GRADES, [0, 0, 1, 1, 2, 2, 3, 3])
    many = clustered_mean(np.tile(GRADES, 5), np.repeat(np.arange(20), 2))
    assert few.reason == "only 4 clusters: the interval may be too narrow"
    assert many.reason is None
    assert caution_if_few(20, "clusters") is None


def test_the_bounds_of_the_scale_clip() -> None:
    free = mean_t([1, 1, 1, 1, 2.0])
    clipped = mean_t([1, 1, 1, 1, 2.0], bounds=(1, 5))
    assert ends(free)[0] < 1
    assert ends(clipped) == (1, ends(free)[1])


def test_equal_values_without_bounds_have_no_interval() -> None:
    with pytest.raises(InsufficientData, match="all 30 values are equal"):
        mean_t(np.full(30, 0.1))
    with pytest.raises(InsufficientData, match="all 30 values are equal"):
        clustered_mean(np.full(30, 0.1), np.arange(30) % 3)


def test_equal_values_of_0_or_1_get_the_exact_interval() -> None:
    ones = mean_t(np.ones(50), bounds=(0, 1))
    exact = clopper_pearson(50, 50)
    assert ends(ones) == pytest.approx(ends(exact))
    assert ones.reason is not None


def test_equal_values_inside_a_scale_reach_towards_both_ends() -> None:
    threes = mean_t(np.full(50, 3.0), bounds=(1, 5))
    other = ends(clopper_pearson(0, 50))[1]
    assert threes.value == 3
    assert ends(threes) == pytest.approx((3 - 2 * other, 3 + 2 * other))


def test_equal_values_in_clusters_count_once_per_cluster() -> None:
    ones = clustered_mean(np.ones(50), np.arange(50) % 10, bounds=(0, 1))
    assert ones.low == pytest.approx(clopper_pearson(10, 10).low)
    assert ones.n == 50


def test_clusters_that_all_have_the_same_mean_are_refused() -> None:
    with pytest.raises(InsufficientData, match="all 4 clusters have the same mean"):
        clustered_mean(np.tile([0.1, 0.3], 4), np.repeat(np.arange(4), 2))


def test_one_unit_or_cluster_is_refused() -> None:
    with pytest.raises(InsufficientData, match="two values"):
        mean_t([3.0])
    with pytest.raises(InsufficientData, match="two values"):
        mean_t([])
    with pytest.raises(InsufficientData, match="two clusters"):
        clustered_mean(GRADES, np.zeros(8))


@pytest.mark.parametrize("values", [[1.0, np.nan], [1.0, np.inf], [[1.0, 2.0]]])
def test_what_is_no_vector_of_numbers_is_refused(values: list[float]) -> None:
    with pytest.raises(UsageError):
        mean_t(values)


def test_clusters_and_bounds_must_fit() -> None:
    with pytest.raises(UsageError, match="one cluster per unit"):
        clustered_mean(GRADES, [1, 2])
    with pytest.raises(UsageError, match="NaN"):
        cluster_codes([1.0, np.nan], 2)
    with pytest.raises(UsageError, match="within the bounds"):
        mean_t(GRADES, bounds=(1, 4))
    with pytest.raises(UsageError, match="run upwards"):
        mean_t(GRADES, bounds=(5, 1))
    with pytest.raises(UsageError, match="level"):
        mean_t(GRADES, level=95)


@pytest.mark.parametrize("clusters", [None, [0, 0, 1, 1, 2, 2, 3, 3]])
def test_p_agrees_with_the_ends_of_the_interval(clusters: list[int] | None) -> None:
    interval = mean_t(GRADES) if clusters is None else clustered_mean(GRADES, clusters)
    for null in ends(interval):
        assert mean_p(GRADES, clusters=clusters, null=null) == pytest.approx(0.05)


def test_p_without_spread() -> None:
    assert mean_p(np.zeros(9)) == 1.0
    assert mean_p([1.0, -1, 1, -1], clusters=[0, 0, 1, 1]) == 1.0
    with pytest.raises(InsufficientData, match="all 9 values are equal"):
        mean_p(np.ones(9))


def test_cluster_sums_add_rows() -> None:
    sums = cluster_sums(np.array([[1.0, 2], [3, 4], [5, 6]]), np.array([1, 0, 1]))
    np.testing.assert_array_equal(sums, [[3, 4], [6, 8]])


@pytest.mark.parametrize("units", [2, 20, 29])
def test_no_narrower_than_values_that_are_all_equal(units: int) -> None:
    """Two that lie a hair apart say as little as two that are equal: 0 +- 1 - .05^(1/n)."""
    equal = mean_t([0.0] * units, bounds=(-1, 1), level=0.9)
    hair = mean_t([0.0] * (units - 1) + [1e-6], bounds=(-1, 1), level=0.9)
    wide = as_wide_as_equal(hair, units, bounds=(-1, 1))
    assert (wide.low, wide.high) == pytest.approx((equal.low, equal.high), abs=1e-5)
    assert wide.high == pytest.approx(1 - 0.05 ** (1 / units), abs=1e-5)
    assert wide.low < hair.low < hair.high < wide.high  # type: ignore[operator]
    assert "as wide as of equal values" in wide.method


def test_an_interval_that_is_wide_enough_stays() -> None:
    values = np.tile([-0.5, 0.5], 20)
    found = mean_t(values, bounds=(-1, 1))
    assert as_wide_as_equal(found, 40, bounds=(-1, 1)) == found
    absent = Estimate.absent("nothing was rated")
    assert as_wide_as_equal(absent, 40, bounds=(-1, 1)) == absent
