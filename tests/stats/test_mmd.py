"""The maximum mean discrepancy: refusals, and what may change without changing it."""

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.mmd import Sample, median_distance, mmd_squared, mmd_test

rng = np.random.default_rng(4)
FIRST, SECOND = rng.normal(size=(30, 5)), rng.normal(0.3, 1, size=(40, 5))


def test_order_rotation_and_shift_change_nothing() -> None:
    found = mmd_squared(FIRST, SECOND, bandwidth=2.0)
    turn = np.linalg.qr(np.random.default_rng(5).normal(size=(5, 5)))[0]
    assert mmd_squared(SECOND, FIRST, bandwidth=2.0) == pytest.approx(found)
    assert mmd_squared(FIRST[::-1] @ turn + 3, SECOND @ turn + 3, bandwidth=2.0) == pytest.approx(
        found
    )
    assert median_distance(FIRST * 10) == pytest.approx(10 * median_distance(FIRST))


def test_the_seed_decides_and_equal_weights_change_nothing() -> None:
    one = mmd_test(Sample.of(FIRST), Sample.of(SECOND), np.random.default_rng(6), permutations=99)
    two = mmd_test(
        Sample.of(FIRST, weights=[3.0] * 30, clusters=range(30)),
        Sample.of(SECOND),
        np.random.default_rng(6),
        permutations=99,
    )
    assert (one.p, one.estimate) == (two.p, two.estimate)
    assert one.method == "permutation"
    assert one.estimate.value == pytest.approx(mmd_squared(FIRST, SECOND, bandwidth=one.bandwidth))


def test_p_is_never_0_and_a_large_shift_gives_the_smallest() -> None:
    far = mmd_test(
        Sample.of(FIRST), Sample.of(SECOND + 9), np.random.default_rng(7), permutations=99
    )
    assert far.p == 0.01
    assert far.estimate.low is not None
    assert far.estimate.low > 0


def test_units_told_again_in_one_cluster_prove_no_more() -> None:
    once = mmd_test(Sample.of(FIRST), Sample.of(SECOND), np.random.default_rng(8))
    often = mmd_test(
        Sample.of(np.repeat(FIRST, 4, axis=0), clusters=np.repeat(range(30), 4)),
        Sample.of(SECOND),
        np.random.default_rng(8),
    )
    assert often.method == "wild bootstrap over clusters"
    assert often.chance == pytest.approx(once.chance, rel=0.25)
    assert often.p == pytest.approx(once.p, abs=0.05)


def test_weights_undo_unequal_chances() -> None:
    told = np.concatenate((FIRST, FIRST[:10]))
    weights = [0.5] * 10 + [1.0] * 20 + [0.5] * 10
    clusters = [*range(30), *range(10)]
    weighted = mmd_test(
        Sample.of(told, weights=weights, clusters=clusters),
        Sample.of(SECOND),
        np.random.default_rng(9),
    )
    plain = mmd_squared(FIRST, SECOND, bandwidth=weighted.bandwidth)
    assert weighted.estimate.value == pytest.approx(plain)


def test_nonsense_is_refused() -> None:
    with pytest.raises(InsufficientData, match="two vectors"):
        Sample.of(FIRST[:1])
    with pytest.raises(UsageError, match="above 0"):
        Sample.of(FIRST[:2], weights=[1, 0])
    with pytest.raises(InsufficientData, match="one cluster"):
        Sample.of(FIRST, clusters=[0] * 30)
    with pytest.raises(UsageError, match="finite"):
        Sample.of([[np.nan], [1.0]])
    with pytest.raises(UsageError, match="bandwidth"):
        mmd_squared(FIRST, SECOND, bandwidth=0)
    with pytest.raises(UsageError, match="same dimensions"):
        mmd_test(Sample.of(FIRST), Sample.of(SECOND[:, :3]), np.random.default_rng(0))
    with pytest.raises(InsufficientData, match="most vectors are the same"):
        median_distance(np.ones((9, 2)))
