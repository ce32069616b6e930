from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from numpy.typing import NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.correlation_difference import correlation_difference

Floats = NDArray[np.float64]


def with_correlations(matrix: list[list[float]], n: int, seed: int = 1) -> Floats:
    """Columns whose sample correlations are exactly these, with so little in the tails that
    Fisher's interval is wider than the jackknife's."""
    raw = np.random.default_rng(seed).uniform(size=(n, len(matrix)))
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(raw.T @ raw / n)).T
    return np.asarray(white @ np.linalg.cholesky(np.array(matrix)).T)


def test_zou_s_published_example_of_overlapping_correlations() -> None:
    # Zou (2007), p. 409: r12 = .396, r13 = .179, r23 = .088, n = 66: (-.093, .517).
    rows = with_correlations([[1, 0.396, 0.179], [0.396, 1, 0.088], [0.179, 0.088, 1]], 66)
    target, first, second = rows.T
    found = correlation_difference(first, second, target)
    assert found.method == "Zou, Fisher z"
    assert found.value == pytest.approx(0.396 - 0.179, abs=1e-9)
    assert found.low == pytest.approx(-0.093, abs=6e-4)
    assert found.high == pytest.approx(0.517, abs=6e-4)


def test_the_formulas_of_the_paper_written_out() -> None:
    rows = with_correlations([[1, 0.8, 0.7], [0.8, 1, 0.75], [0.7, 0.75, 1]], 100)
    found = correlation_difference(rows[:, 1], rows[:, 2], rows[:, 0])
    half = 1.959963984540054 / 97**0.5
    low1, high1 = np.tanh(np.arctanh(0.8) - half), np.tanh(np.arctanh(0.8) + half)
    low2, high2 = np.tanh(np.arctanh(0.7) - half), np.tanh(np.arctanh(0.7) + half)
    c = (0.75 - 0.5 * 0.8 * 0.7) * (1 - 0.8**2 - 0.7**2 - 0.75**2) + 0.75**3
    c /= (1 - 0.8**2) * (1 - 0.7**2)
    low = 0.1 - np.sqrt(
        (0.8 - low1) ** 2 + (high2 - 0.7) ** 2 - 2 * c * (0.8 - low1) * (high2 - 0.7)
    )
    high = 0.1 + np.sqrt(
        (high1 - 0.8) ** 2 + (0.7 - low2) ** 2 - 2 * c * (high1 - 0.8) * (0.7 - low2)
    )
    assert found.method == "Zou, Fisher z"
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize("size", [1, 3])
def test_the_jackknife_written_out(size: int) -> None:
    first, second, target = crowded(np.random.default_rng(8), 60)
    clusters = np.repeat(np.arange(60 // size), size)
    with_them = correlation_difference(first, second, target, clusters=clusters)
    rs = [np.corrcoef(one, target)[0, 1] for one in (first, second)]
    count = 60 // size
    kept = [clusters != out for out in range(count)]
    z = np.arctanh(
        [[np.corrcoef(one[k], target[k])[0, 1] for k in kept] for one in (first, second)]
    )
    covariance = np.cov(z, bias=True) * (count - 1)
    reach = scipy.stats.t.ppf(0.975, count - 1) * np.sqrt(np.diag(covariance))
    (low1, low2), (high1, high2) = (np.tanh(np.arctanh(rs) + s * reach) for s in (-1, 1))
    c = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    down = (rs[0] - low1) ** 2 + (high2 - rs[1]) ** 2 - 2 * c * (rs[0] - low1) * (high2 - rs[1])
    up = (high1 - rs[0]) ** 2 + (rs[1] - low2) ** 2 - 2 * c * (high1 - rs[0]) * (rs[1] - low2)
    apart = rs[0] - rs[1]
    expected = apart - np.sqrt(down), apart + np.sqrt(up)
    assert (with_them.low, with_them.high) == pytest.approx(expected, abs=1e-9)
    if size == 1:
        alone = correlation_difference(first, second, target)
        assert alone.method == with_them.method == "Zou, jackknife-t on Fisher's scale"
        assert (alone.low, alone.high) == (with_them.low, with_them.high)


def sample(seed: int, groups: int = 50, size: int = 2) -> tuple[Floats, Floats, Floats, Floats]:
    """Two judges of true r .8 and .6 with what people say; outputs of a prompt are alike."""
    rng = np.random.default_rng(seed)
    prompts = np.repeat(np.arange(groups), size)
    quality = np.sqrt(0.5) * (rng.normal(size=groups)[prompts] + rng.normal(size=prompts.size))
    shared = np.sqrt(0.5) * (rng.normal(size=groups)[prompts] + rng.normal(size=prompts.size))
    first = 0.8 * quality + 0.6 * shared
    second = 0.6 * quality + 0.8 * rng.normal(size=prompts.size)
    return first, second, quality, prompts.astype(np.float64)


def crowded(rng: np.random.Generator, n: int) -> tuple[Floats, Floats, Floats]:
    """Two judges' grades and the mean of three people's; half of the outputs deserve the best."""
    quality = 4.8 + 1.1 * rng.normal(size=n)
    people = np.clip(np.round(quality[:, None] + 0.6 * rng.normal(size=(n, 3))), 1, 5)
    shared = quality + 0.3 * rng.normal(size=n)
    first, second = (
        np.clip(np.round(shared + spread * rng.normal(size=n)), 1, 5) for spread in (0.4, 0.8)
    )
    return first, second, people.mean(axis=1)


def test_clusters_of_one_come_close_to_no_clusters() -> None:
    first, second, target, _ = sample(3, groups=200, size=1)
    plain = correlation_difference(first, second, target)
    single = correlation_difference(first, second, target, clusters=np.arange(200))
    assert single.value == plain.value
    assert (single.low, single.high) == pytest.approx((plain.low, plain.high), abs=0.03)


def test_swapping_the_raters_turns_the_sign_and_scaling_changes_nothing() -> None:
    first, second, target, prompts = sample(4)
    for clusters in (None, prompts):
        found = correlation_difference(first, second, target, clusters=clusters)
        swapped = correlation_difference(second, first, target, clusters=clusters)
        assert swapped.value == pytest.approx(-(found.value or 0))
        assert (swapped.low, swapped.high) == pytest.approx((-(found.high or 0), -(found.low or 0)))
        scaled = correlation_difference(3 * first + 1, second / 7, target - 9, clusters=clusters)
        assert (scaled.low, scaled.high) == pytest.approx((found.low, found.high))


def test_a_weight_of_two_is_the_unit_twice() -> None:
    first, second, target, prompts = sample(6)
    weights = np.where(np.arange(target.size) % 3 == 0, 2.0, 1.0)
    twice = np.repeat(np.arange(target.size), weights.astype(int))
    weighted = correlation_difference(first, second, target, clusters=prompts, weights=weights)
    longer = correlation_difference(
        first[twice], second[twice], target[twice], clusters=prompts[twice]
    )
    assert weighted.value == pytest.approx(longer.value)
    assert (weighted.low, weighted.high) == pytest.approx((longer.low, longer.high))
    alike = correlation_difference(
        first, second, target, clusters=prompts, weights=np.full(target.size, 7.0)
    )
    plain = correlation_difference(first, second, target, clusters=prompts)
    assert (alike.low, alike.high) == pytest.approx((plain.low, plain.high))


def coverage(seeds: int) -> int:
    hits = 0
    for seed in range(seeds):
        first, second, target, prompts = sample(seed)
        found = correlation_difference(first, second, target, clusters=prompts)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 0.2 <= found.high
    return hits


def test_intervals_cover_where_outputs_share_prompts() -> None:
    assert coverage(100) >= 88  # 99.9 % of the time, at 95 %


@pytest.mark.long
def test_intervals_cover_at_their_level() -> None:
    assert 0.91 <= coverage(400) / 400 <= 0.983


def coverage_of_crowded_grades(n: int, seeds: int) -> int:
    first, second, target = crowded(np.random.default_rng(5), 400_000)
    truth = np.corrcoef(first, target)[0, 1] - np.corrcoef(second, target)[0, 1]
    hits = 0
    for seed in range(seeds):
        found = correlation_difference(*crowded(np.random.default_rng([n, seed]), n))
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= truth <= found.high
    return hits


def test_intervals_cover_where_grades_crowd_at_one_end() -> None:
    # Fisher's z with the normal theory holds the truth in .86 to .90 of such samples.
    assert coverage_of_crowded_grades(100, 200) >= 179  # 99.9 % of the time, at 95 %


@pytest.mark.long
@pytest.mark.parametrize("n", [30, 50, 100, 200])
def test_intervals_cover_crowded_grades_at_their_level(n: int) -> None:
    assert coverage_of_crowded_grades(n, 1000) >= 928  # 99.9 % of the time, at 95 %


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        (([0, 0, 0, 0, 0, 1], [2, 1, 3, 4, 6, 5], [1, 2, 3, 4, 5, 6]), "hangs on a single unit"),
        (([1, 2, 3, 4, 5, 9], [2, 1, 3, 4, 6, 5], [1, 2, 3, 4, 5, 6]), "the very thing"),
        (([1, 2, 3, 4], [1, 3, 2, 4], [1, 2, 4, 3]), "needs 5 units"),
        (([1] * 6, [1, 2, 3, 4, 6, 5], [1, 2, 3, 4, 5, 6]), "all values are equal"),
        (([2, 1, 3, 4, 6, 5], [5, 3, 7, 9, 13, 11], [1, 2, 3, 4, 5, 6]), "say the same"),
        (([1, 2, 3, 4, 5, 6], [2, 1, 3, 4, 6, 5], [1, 2, 3, 4, 5, 6]), "the very thing"),
    ],
)
def test_what_has_no_difference_is_refused(columns: tuple[list[int], ...], problem: str) -> None:
    with pytest.raises(InsufficientData, match=problem):
        correlation_difference(columns[0], columns[1], columns[2])


def test_misuse_is_refused() -> None:
    with pytest.raises(UsageError, match="one number a unit"):
        correlation_difference([1, 2, 3, 4], [1, 2, 3], [1, 2, 3, 4])
    with pytest.raises(UsageError, match="not negative"):
        correlation_difference([1, 2, 3], [1, 3, 2], [1, 2, 3], weights=[1, -1, 1])
    with pytest.raises(UsageError, match="finite"):
        correlation_difference([1, 2, float("nan")], [1, 2, 4], [1, 2, 3])
