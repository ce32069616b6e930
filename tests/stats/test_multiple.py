import itertools
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import Estimate
from measurand.stats.mean import clustered_mean
from measurand.stats.multiple import (
    benjamini_hochberg,
    bonferroni,
    holm,
    max_t,
    simultaneous_means,
)

Adjust = Callable[[list[float]], NDArray[np.float64]]
P = np.array([0.04, 0.001, 0.03, 0.6])


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def related(n: int = 60, comparisons: int = 4) -> NDArray[np.float64]:
    """Comparisons that share a common part, as those against one baseline do."""
    generator = rng(21)
    return generator.normal(size=(n, 1)) + generator.normal(size=(n, comparisons))


def ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


def test_adjusted_p_values_by_hand() -> None:
    np.testing.assert_allclose(bonferroni(P), [0.16, 0.004, 0.12, 1.0])
    np.testing.assert_allclose(holm(P), [0.09, 0.004, 0.09, 0.6])
    np.testing.assert_allclose(benjamini_hochberg(P), [0.16 / 3, 0.004, 0.16 / 3, 0.6])


@pytest.mark.parametrize("adjust", [bonferroni, holm, benjamini_hochberg])
def test_one_or_no_p_value_stays_as_it_is(adjust: Adjust) -> None:
    assert adjust([0.03]) == pytest.approx([0.03])
    assert adjust([]).size == 0


@pytest.mark.parametrize("p", [[-0.1], [0.2, 1.2], [np.nan], [[0.1]]])
def test_what_is_no_p_value_is_refused(p: list[float]) -> None:
    for adjust in (bonferroni, holm, benjamini_hochberg):
        with pytest.raises(UsageError):
            adjust(p)


def test_max_t_converges_to_all_flips() -> None:
    """With 10 units all 1024 sign patterns can be counted, step by step."""
    rows = related(10, 3) + np.array([0.9, 0.1, 0.4])
    signs = np.array(list(itertools.product((-1, 1), repeat=10)))
    flipped = np.abs(signs @ rows) / np.sqrt((rows**2).sum(axis=0))
    observed = flipped[-1]
    exact, floor = np.empty(3), 0.0
    left = list(np.argsort(-observed))
    while left:
        floor = max(floor, np.mean(flipped[:, left].max(axis=1) >= observed[left[0]] - 1e-9))
        exact[left.pop(0)] = floor
    np.testing.assert_allclose(max_t(rows, rng=rng(), flips=40_000), exact, atol=0.008)


def test_max_t_is_seeded_and_counts_the_data_as_a_flip() -> None:
    rows = related() + 3
    np.testing.assert_array_equal(max_t(rows, rng=rng(), flips=99), [0.01] * 4)
    mild = related() + 0.3
    np.testing.assert_array_equal(max_t(mild, rng=rng(3)), max_t(mild, rng=rng(3)))


def test_max_t_uses_what_comparisons_share() -> None:
    """Copies of one comparison cost nothing; unrelated ones cost nearly as much as Holm."""
    rows = related(80, 1) + 0.3
    alone = max_t(rows, rng=rng())[0]
    copied = max_t(np.repeat(rows, 8, axis=1), rng=rng())
    np.testing.assert_allclose(copied, alone, atol=0.01)


def test_max_t_ignores_the_unit_and_the_direction_of_a_score() -> None:
    rows = related() + 0.3
    np.testing.assert_array_equal(
        max_t(rows * [1, -20, 0.5, 100], rng=rng()), max_t(rows, rng=rng())
    )


def test_a_comparison_without_any_difference_has_p_1() -> None:
    rows = np.column_stack([np.zeros(40), related(40, 1) + 0.5])
    p = max_t(rows, rng=rng())
    assert p[0] == 1.0
    assert p[1] < 0.05
    assert max_t(np.zeros((5, 2)), rng=rng()) == pytest.approx([1, 1])


def test_a_cluster_flips_as_a_whole() -> None:
    rows = related(30, 2) + 0.4
    copies = np.repeat(rows, 6, axis=0)
    clusters = np.repeat(np.arange(30), 6)
    clustered = max_t(copies, clusters=clusters, rng=rng())
    np.testing.assert_allclose(clustered, max_t(rows, rng=rng()))
    assert max_t(copies, rng=rng()).max() < clustered.min()


def test_simultaneous_intervals_are_wider_than_single_ones_around_the_same_mean() -> None:
    rows, clusters = related(), np.repeat(np.arange(30), 2)
    for column, estimate in enumerate(simultaneous_means(rows, clusters=clusters, rng=rng())):
        single = clustered_mean(rows[:, column], clusters)
        assert estimate.value == pytest.approx(single.value)
        assert ends(estimate)[0] < ends(single)[0] < ends(single)[1] < ends(estimate)[1]


def test_one_comparison_alone_has_its_ordinary_interval() -> None:
    rows = related(200, 1)
    (alone,) = simultaneous_means(rows, rng=rng(), flips=40_000)
    single = clustered_mean(rows[:, 0], np.arange(200))
    assert ends(alone) == pytest.approx(ends(single), abs=0.005)
    assert alone.method == "max-T simultaneous over 1, 40000 flips"


def test_too_little_evidence_is_refused() -> None:
    with pytest.raises(InsufficientData, match="two units; found 1"):
        max_t(np.ones((1, 3)), rng=rng())
    with pytest.raises(InsufficientData, match="two clusters; found 1"):
        max_t(related(), clusters=np.zeros(60), rng=rng())
    with pytest.raises(InsufficientData, match="too few combinations"):
        simultaneous_means(related(5), rng=rng())
    with pytest.raises(InsufficientData, match="comparison 2 is the same"):
        simultaneous_means(np.column_stack([related(9, 1), np.full(9, 0.1)]), rng=rng())


def test_missing_differences_are_refused() -> None:
    with pytest.raises(UsageError, match="finite"):
        max_t([[1.0, np.nan], [2.0, 1.0]], rng=rng())


def test_too_few_flips_are_refused() -> None:
    with pytest.raises(UsageError, match="at least one flip"):
        max_t(related(), rng=rng(), flips=0)
    with pytest.raises(UsageError, match="19 flips are too few"):
        simultaneous_means(related(), rng=rng(), flips=19, level=0.99)
