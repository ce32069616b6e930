"""Exact coverage: the binomial probability of all counts whose interval holds the truth."""

from collections.abc import Callable

import numpy as np
import pytest

from measurand.errors import InsufficientData
from measurand.stats.estimate import Estimate
from measurand.stats.proportion import clopper_pearson, jeffreys, wilson
from measurand.stats.quantiles import binomial_pmf

Method = Callable[[int, int], Estimate]


def coverage(method: Method, n: int, truth: float) -> float:
    covered = []
    for successes in range(n + 1):
        estimate = method(successes, n)
        assert estimate.low is not None
        assert estimate.high is not None
        covered.append(estimate.low <= truth <= estimate.high)
    return float(binomial_pmf(np.arange(n + 1), n, truth) @ np.array(covered, dtype=float))


@pytest.mark.parametrize(
    ("n", "truth", "expected"),
    [
        (50, 0.90, (0.970, 0.942, 0.970)),
        (50, 0.95, (0.962, 0.885, 0.988)),
        (50, 0.98, (0.922, 0.982, 0.982)),
        (200, 0.98, (0.933, 0.962, 0.962)),
    ],
)
def test_exact_coverage(n: int, truth: float, expected: tuple[float, ...]) -> None:
    found = tuple(
        round(coverage(method, n, truth), 3) for method in (wilson, jeffreys, clopper_pearson)
    )
    assert found == expected


def test_wilson_is_near_its_level_on_average_and_clopper_pearson_never_below() -> None:
    truths = np.linspace(0.01, 0.99, 197)
    score = [coverage(wilson, 40, float(truth)) for truth in truths]
    exact = [coverage(clopper_pearson, 40, float(truth)) for truth in truths]
    assert np.mean(score) == pytest.approx(0.95, abs=0.01)
    assert min(exact) >= 0.95


@pytest.mark.parametrize("side", ["upper", "lower"])
def test_a_one_sided_bound_never_covers_less_than_its_level(side: str) -> None:
    def bound(successes: int, n: int) -> Estimate:
        return clopper_pearson(successes, n, side="upper" if side == "upper" else "lower")

    covered = [coverage(bound, 40, float(truth)) for truth in np.linspace(0.01, 0.99, 197)]
    assert min(covered) >= 0.95
    assert min(covered) < 0.953


def test_there_is_no_truth_in_nothing() -> None:
    with pytest.raises(InsufficientData):
        coverage(wilson, 0, 0.5)
