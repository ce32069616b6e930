from collections.abc import Callable

import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import Estimate
from measurand.stats.proportion import (
    clopper_pearson,
    jeffreys,
    unanimous_share,
    wilson,
    zero_failures_needed,
)

METHODS = (wilson, jeffreys, clopper_pearson)
Method = Callable[[int, int], Estimate]


def ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


@pytest.mark.parametrize("method", METHODS)
def test_nothing_to_count_is_refused(method: Method) -> None:
    with pytest.raises(InsufficientData, match="empty"):
        method(0, 0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5), (0, -1)])
def test_impossible_counts_are_refused(method: Method, successes: int, n: int) -> None:
    with pytest.raises(UsageError, match="successes"):
        method(successes, n)


@pytest.mark.parametrize("method", METHODS)
def test_the_ends_are_exact_where_nothing_or_everything_succeeds(method: Method) -> None:
    none, every = method(0, 40), method(40, 40)
    assert (none.value, none.low) == (0.0, 0.0)
    assert (every.value, every.high) == (1.0, 1.0)
    assert ends(none)[1] > 0
    assert ends(every)[0] == pytest.approx(1 - ends(none)[1])


@pytest.mark.parametrize("method", METHODS)
def test_one_unit_already_has_an_interval(method: Method) -> None:
    assert 0 < ends(method(1, 1))[0] < 1


def test_a_one_sided_bound_is_the_end_of_a_wider_two_sided_interval() -> None:
    two = clopper_pearson(3, 50, level=0.90)
    upper = clopper_pearson(3, 50, level=0.95, side="upper")
    lower = clopper_pearson(3, 50, level=0.95, side="lower")
    assert ends(upper) == pytest.approx((0.0, ends(two)[1]))
    assert ends(lower) == pytest.approx((ends(two)[0], 1.0))
    assert upper.method == "Clopper-Pearson, upper bound"


@pytest.mark.parametrize("rate", [0.3, 0.05, 0.0123, 0.001])
def test_the_sample_that_certifies_a_rate_is_the_smallest(rate: float) -> None:
    n = zero_failures_needed(rate, 0.9)
    just = ends(clopper_pearson(0, n, level=0.9, side="upper"))[1]
    short = ends(clopper_pearson(0, n - 1, level=0.9, side="upper"))[1]
    assert just <= rate < short


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1])
def test_a_rate_that_nothing_certifies_is_refused(rate: float) -> None:
    with pytest.raises(UsageError, match="certify"):
        zero_failures_needed(rate)


def test_the_share_that_unanimous_units_leave_plausible_is_clopper_pearsons() -> None:
    assert unanimous_share(30) == pytest.approx(clopper_pearson(30, 30).low)
    assert unanimous_share(7, 0.8) == pytest.approx(clopper_pearson(7, 7, level=0.8).low)
