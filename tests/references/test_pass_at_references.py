"""pass^k and pass@k against counting by hand and the public estimators' own code."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import Estimate
from measurand.stats.pass_at import pass_at_k, pass_hat_k


def value(found: Estimate) -> float:
    assert found.value is not None
    return found.value


def human_eval(n: int, c: int, k: int) -> float:
    """The numerically stable script of Chen et al. (2021), figure 3."""
    if n - c < k:
        return 1.0
    return float(1.0 - np.prod(1.0 - k / np.arange(n - c + 1, n + 1)))


@pytest.mark.parametrize("k", [1, 2, 5, 10, 100])
def test_pass_at_k_is_that_of_human_eval(k: int) -> None:
    n, counts = 200, [0, 1, 13, 100, 199, 200]
    expected = np.mean([human_eval(n, c, k) for c in counts])
    assert value(pass_at_k(counts, [n] * 6, k)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_both_count_all_draws_of_k_tries(k: int) -> None:
    tries = [[1, 1, 0, 1, 0], [0, 0, 0, 0, 1], [1, 1, 1, 1, 1]]
    passes, trials = [sum(t) for t in tries], [5, 5, 5]
    drawn = [list(itertools.combinations(t, k)) for t in tries]
    every = np.mean([np.mean([all(d) for d in own]) for own in drawn])
    some = np.mean([np.mean([any(d) for d in own]) for own in drawn])
    assert value(pass_hat_k(passes, trials, k)) == pytest.approx(every, abs=1e-12)
    assert value(pass_at_k(passes, trials, k)) == pytest.approx(some, abs=1e-12)


def test_one_of_three_in_ten_by_hand() -> None:
    assert value(pass_hat_k([3, 3], [10, 10], 2)) == pytest.approx(
        math.comb(3, 2) / math.comb(10, 2)
    )


def test_an_interval_is_over_examples_and_over_what_they_share() -> None:
    passes, trials = [4, 0, 3, 1, 4, 0, 4, 2], [4] * 8
    alone = pass_hat_k(passes, trials, 2)
    shared = pass_hat_k(passes, trials, 2, clusters=[0, 0, 1, 1, 2, 2, 3, 3])
    assert alone.value == shared.value
    assert "CR1" in shared.method
    assert "t(n-1)" in alone.method
    whole = pass_hat_k(passes, trials, 4)
    assert whole.method == "Wilson"
    assert whole.low is not None
    assert 0 < whole.low < 3 / 8


def test_refused() -> None:
    with pytest.raises(InsufficientData, match="two examples with 5 tries"):
        pass_hat_k([1, 2], [4, 4], 5)
    with pytest.raises(UsageError, match="all of its tries"):
        pass_hat_k([5, 2], [4, 4], 1)
    with pytest.raises(UsageError, match="at least one"):
        pass_at_k([1, 2], [4, 4], 0)
    with pytest.raises(UsageError, match="whole numbers"):
        pass_at_k([1.5, 2], [4, 4], 1)


@pytest.mark.parametrize("estimator", [pass_hat_k, pass_at_k])
def test_examples_with_fewer_tries_are_told_of(estimator: Callable[..., Estimate]) -> None:
    passes, tries = [0, 1, 2, 3, 1, 0], [3, 3, 3, 3, 2, 0]
    assert "have fewer" not in (estimator(passes, tries, 2).reason or "")
    found = estimator(passes, tries, 3)
    assert found.n == 4
    assert "not of the same examples as fewer tries: 1 have fewer than 3" in (found.reason or "")
