import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from measurand.errors import InsufficientData, UsageError
from measurand.stats.bootstrap import bca, mean_bca, means_bca
from measurand.stats.estimate import Estimate

SKEWED = np.random.default_rng(11).exponential(size=60)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def first(means: NDArray[np.float64]) -> NDArray[np.float64]:
    return means[..., 0]


def ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


def test_agrees_with_scipy_up_to_the_noise_of_resampling() -> None:
    theirs = stats.bootstrap(
        (SKEWED,), np.mean, method="BCa", n_resamples=20_000, rng=rng(5)
    ).confidence_interval
    ours = ends(mean_bca(SKEWED, rng=rng(), resamples=20_000))
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.01)


def test_agrees_with_scipy_on_ties() -> None:
    """On 0/1 values a tenth of the resamples tie with the estimate."""
    values = (np.arange(60) % 5 == 0).astype(float)
    theirs = stats.bootstrap(
        (values,), np.mean, method="BCa", n_resamples=20_000, rng=rng(5)
    ).confidence_interval
    assert ends(mean_bca(values, rng=rng())) == pytest.approx((theirs.low, theirs.high), abs=0.018)


def test_drawing_patterns_and_drawing_units_agree() -> None:
    """Rounding noise that makes every row distinct switches to drawing units."""
    grades = rng(3).integers(1, 6, size=400).astype(float)
    noisy = grades + np.linspace(0, 1e-9, 400)
    by_pattern = ends(mean_bca(grades, rng=rng(), resamples=20_000))
    by_unit = ends(mean_bca(noisy, rng=rng(), resamples=20_000))
    assert by_pattern == pytest.approx(by_unit, abs=0.008)


def test_the_same_seed_gives_the_same_interval() -> None:
    assert mean_bca(SKEWED, rng=rng(4)) == mean_bca(SKEWED, rng=rng(4))
    assert ends(mean_bca(SKEWED, rng=rng(4))) != ends(mean_bca(SKEWED, rng=rng(5)))


def test_a_cluster_is_resampled_as_a_whole() -> None:
    """Copies in a cluster are worth one unit."""
    copies = mean_bca(np.repeat(SKEWED, 5), clusters=np.repeat(np.arange(60), 5), rng=rng())
    assert ends(copies) == pytest.approx(ends(mean_bca(SKEWED, rng=rng())), abs=0.02)
    assert copies.n == 300
    assert copies.method == "BCa cluster bootstrap, 9999 resamples"


def test_clusters_of_unequal_size_keep_their_weight() -> None:
    clusters = np.repeat(np.arange(12), np.arange(1, 13))
    values = rng(2).normal(size=78) + clusters
    estimate = mean_bca(values, clusters=clusters, rng=rng())
    assert estimate.value == pytest.approx(values.mean())
    assert estimate.reason == "only 12 clusters: the interval may be too narrow"


def test_the_weighted_mean_ignores_the_scale_of_its_weights() -> None:
    weights = np.linspace(0.1, 2, 60)
    one = mean_bca(SKEWED, weights=weights, rng=rng())
    assert one.value == pytest.approx(np.average(SKEWED, weights=weights))
    assert ends(mean_bca(SKEWED, weights=8 * weights, rng=rng())) == pytest.approx(ends(one))


def test_a_place_between_floor_and_expert_is_a_ratio_of_means() -> None:
    noise = rng(8).normal(scale=0.1, size=(300, 3))
    columns = np.array([0.2, 0.5, 0.8]) + noise

    def place(means: NDArray[np.float64]) -> NDArray[np.float64]:
        floor, system, expert = (means[..., column] for column in range(3))
        return (system - floor) / (expert - floor)

    estimate = bca(columns, place, rng=rng())
    low, high = ends(estimate)
    # Delta method: the spread of system - place * expert - (1 - place) * floor over the range.
    gap = columns @ np.array([-0.5, 1, -0.5])
    half = 1.96 * gap.std() / np.sqrt(300) / 0.6
    assert estimate.value == pytest.approx(0.5, abs=0.05)
    assert (high - low) / 2 == pytest.approx(half, rel=0.05)


def test_missing_cells_enter_as_score_and_presence() -> None:
    generator = rng(9)
    scores, present = generator.normal(size=(200, 2)), generator.random((200, 2)) < 0.7
    columns = np.hstack([scores * present, present])

    def overall(means: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((means[..., :2] / means[..., 2:]) @ np.array([0.25, 0.75]))

    estimate = bca(columns, overall, rng=rng())
    by_dimension = [scores[present[:, j], j].mean() for j in range(2)]
    assert estimate.value == pytest.approx(0.25 * by_dimension[0] + 0.75 * by_dimension[1])


def test_memory_stays_bounded_for_many_units() -> None:
    values = rng(1).normal(size=100_000)
    tracemalloc.start()
    mean_bca(values, rng=rng(), resamples=200)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40e6


def test_equal_values_are_refused() -> None:
    with pytest.raises(InsufficientData, match="every unit says the same about the mean"):
        mean_bca(np.full(30, 0.1), rng=rng())


def test_one_unit_or_cluster_is_refused() -> None:
    with pytest.raises(InsufficientData, match=r"the mean needs at least 3 units .*; found 1"):
        mean_bca([1.0], rng=rng())
    with pytest.raises(InsufficientData, match="at least 3 clusters for an interval; found 1"):
        mean_bca(SKEWED, clusters=np.zeros(60), rng=rng())


def test_few_units_carry_a_caution() -> None:
    assert mean_bca(SKEWED[:9], rng=rng()).reason == "only 9 units: the interval may be too narrow"


def test_a_statistic_that_some_resamples_lack_is_refused() -> None:
    rare = np.zeros(60)
    rare[0] = 1
    with pytest.raises(InsufficientData, match=r"undefined in 3\d% of the resamples"):
        mean_bca(SKEWED, weights=rare, rng=rng())
    with pytest.raises(InsufficientData, match="does not exist on the data"):
        mean_bca(SKEWED, weights=np.zeros(60), rng=rng())


def test_few_undefined_resamples_are_left_out_and_told() -> None:
    weights = np.zeros(60)
    weights[:4] = 1
    found = mean_bca(SKEWED, weights=weights, rng=rng())
    assert found.reason == "undefined in 2% of the resamples, which were left out"


def test_a_statistic_outside_of_its_resamples_is_refused() -> None:
    """Every resample takes some unit more often than once, the data takes none."""
    columns = np.eye(40)
    with pytest.raises(InsufficientData, match="outside of all its resamples"):
        bca(columns, lambda means: means.max(axis=-1), rng=rng())


def test_misuse_is_refused() -> None:
    with pytest.raises(UsageError, match="dimension"):
        bca(SKEWED, first, rng=rng())
    with pytest.raises(UsageError, match="finite"):
        mean_bca([1.0, np.nan], rng=rng())
    with pytest.raises(UsageError, match="non-negative"):
        mean_bca(SKEWED, weights=-SKEWED, rng=rng())
    with pytest.raises(UsageError, match="shape"):
        bca(SKEWED[:, None], lambda means: means, rng=rng())
    with pytest.raises(UsageError, match="level"):
        mean_bca(SKEWED, rng=rng(), level=1.0)
    with pytest.raises(UsageError, match="30 resamples are too few"):
        mean_bca(SKEWED, rng=rng(), resamples=30)


def test_many_means_at_once_are_those_of_each_alone_up_to_the_noise_of_resampling() -> None:
    table = np.random.default_rng(4).exponential(size=(80, 3))
    table[5:30, 1] = np.nan
    together = means_bca(table, rng=rng(1), resamples=20_000)
    for column, found in zip(table.T, together, strict=True):
        kept = column[~np.isnan(column)]
        alone = mean_bca(kept, rng=rng(2), resamples=20_000)
        assert found.value == pytest.approx(alone.value)
        assert found.n == kept.size
        width = ends(alone)[1] - ends(alone)[0]
        assert ends(found) == pytest.approx(ends(alone), abs=0.04 * width)


def test_one_column_is_mean_bca_itself() -> None:
    values = np.random.default_rng(5).integers(5, size=60).astype(float)
    clusters = np.arange(60) // 3
    for shared in (None, clusters):
        (found,) = means_bca(values[:, None], clusters=shared, rng=rng(3))
        alone = mean_bca(values, clusters=shared, rng=rng(3))
        assert ends(found) == pytest.approx(ends(alone))
        assert found.method == alone.method


def test_a_column_that_cannot_be_resampled_says_why_and_leaves_the_others() -> None:
    rows = np.random.default_rng(6).normal(size=(40, 3))
    rows[:, 1] = 2.0
    rows[2:, 2] = np.nan
    fine, flat, few = means_bca(rows, rng=rng())
    assert fine.present
    assert "every unit says the same" in (flat.reason or "")
    assert "needs at least 3 units" in (few.reason or "")
