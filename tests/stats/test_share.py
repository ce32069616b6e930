import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.proportion import wilson
from measurand.stats.share import clustered_share


def test_one_answer_a_cluster_is_wilson() -> None:
    values = [1.0] * 3 + [0.0] * 47
    assert clustered_share(values, np.arange(50)) == wilson(3, 50)


def test_answers_that_only_repeat_each_other_count_about_once() -> None:
    """Threefold copies: the design effect is (n - 1) / (C - 1), worked by hand."""
    once = np.repeat([1.0, 0.0], [4, 36])
    copied = clustered_share(np.repeat(once, 3), np.repeat(np.arange(40), 3))
    alone, naive = wilson(4, 40), wilson(12, 120)
    assert None not in (copied.low, copied.high, alone.high, naive.high)
    assert copied.value == 0.1
    assert copied.high == pytest.approx(alone.high, abs=0.002)
    assert (copied.high or 0) > (naive.high or 1) + 0.03
    size = 120 * 39 / 119
    z2 = 1.959963984540054**2
    centre, half = (4 * size / 40 + z2 / 2), (z2 * (size * 0.09 + z2 / 4)) ** 0.5
    assert copied.high == pytest.approx((centre + half) / (size + z2), abs=1e-9)


def test_no_failure_counts_the_clusters() -> None:
    found = clustered_share(np.zeros(300), np.repeat(np.arange(30), 10))
    assert (found.value, found.low, found.n) == (0.0, 0.0, 300)
    assert found.high == pytest.approx(wilson(0, 30).high or 0, abs=1e-12)


def test_few_clusters_carry_a_caution() -> None:
    found = clustered_share([1, 0, 0, 1], [0, 0, 1, 1])
    assert found.reason == "only 2 examples: the interval may be too narrow"


def test_it_refuses_what_is_no_share() -> None:
    with pytest.raises(InsufficientData, match="nothing to count"):
        clustered_share([], [])
    with pytest.raises(UsageError, match="over 0 and 1"):
        clustered_share([0.5, 1], [0, 1])
