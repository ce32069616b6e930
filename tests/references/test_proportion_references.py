import itertools

import pytest
from scipy import stats

from measurand.stats.estimate import Estimate
from measurand.stats.proportion import clopper_pearson, jeffreys, wilson, zero_failures_needed


def ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


# Newcombe (1998), Statistics in Medicine 17, 857-872, table I, methods 3 and 5.
NEWCOMBE = [
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]


@pytest.mark.parametrize("row", NEWCOMBE, ids=lambda row: f"{row[0]} of {row[1]}")
def test_newcombe_1998(row: tuple[int, int, tuple[float, float], tuple[float, float]]) -> None:
    successes, n, score, exact = row
    assert ends(wilson(successes, n)) == pytest.approx(score, abs=5e-5)
    assert ends(clopper_pearson(successes, n)) == pytest.approx(exact, abs=5e-5)


@pytest.mark.parametrize(("n", "bound"), [(50, 0.0582), (100, 0.0295), (430, 0.0069)])
def test_the_bound_that_no_failure_leaves(n: int, bound: float) -> None:
    """In closed form 1 - .05^(1/n): no failure among 50 leaves up to 5.8 %."""
    high = ends(clopper_pearson(0, n, side="upper"))[1]
    assert high == pytest.approx(bound, abs=5e-5)
    assert high == pytest.approx(1 - 0.05 ** (1 / n), rel=1e-12)


def test_the_two_sided_bound_that_no_failure_leaves() -> None:
    assert ends(clopper_pearson(0, 50)) == pytest.approx((0, 0.0711), abs=5e-5)


@pytest.mark.parametrize(
    ("rate", "n"), [(0.05, 59), (0.02, 149), (0.01, 299), (0.005, 598), (0.001, 2995)]
)
def test_the_sample_without_failure_that_certifies_a_rate(rate: float, n: int) -> None:
    """The classic sizes of attribute acceptance sampling at 95 % confidence."""
    assert zero_failures_needed(rate) == n


GRID = list(itertools.product([1, 7, 50, 430], [0.0, 0.1, 0.5, 0.97, 1.0], [0.8, 0.95, 0.99]))


@pytest.mark.parametrize(("n", "share", "level"), GRID)
def test_agrees_with_scipy(n: int, share: float, level: float) -> None:
    successes = round(share * n)
    test = stats.binomtest(successes, n)
    score = test.proportion_ci(level, "wilson")
    exact = test.proportion_ci(level, "exact")
    assert ends(wilson(successes, n, level=level)) == pytest.approx(tuple(score), abs=1e-9)
    assert ends(clopper_pearson(successes, n, level=level)) == pytest.approx(tuple(exact), abs=1e-9)


@pytest.mark.parametrize(("n", "share", "level"), GRID)
def test_agrees_with_statsmodels(n: int, share: float, level: float) -> None:
    oracle = pytest.importorskip("statsmodels.stats.proportion")
    successes = round(share * n)
    low, high = oracle.proportion_confint(successes, n, alpha=1 - level, method="jeffreys")
    expected = 0.0 if successes == 0 else low, 1.0 if successes == n else high
    assert ends(jeffreys(successes, n, level=level)) == pytest.approx(expected, abs=1e-9)
