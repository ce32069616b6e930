"""The known-truth tests of judges: few seeds in the quick suite, all of them at length."""

import numpy as np
import pytest
from tests.truth.judges.cases import CASES
from tests.truth.judges.harness import FULL, Case, at_least, at_most, band, covered, near
from tests.truth.judges.table import markdown

from measurand.stats.estimate import Estimate


def named(case: Case) -> str:
    return f"{case.number:02d}-{case.title}"


def check(case: Case, seeds: int) -> None:
    rows = case.run(seeds)
    assert rows
    missed = [row for row in rows if not row.held]
    assert not missed, "\n".join(markdown([(case, missed)]))


@pytest.mark.parametrize("case", CASES, ids=named)
def test_what_was_planted_comes_back(case: Case) -> None:
    check(case, case.quick)


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=named)
def test_what_was_planted_comes_back_at_length(case: Case) -> None:
    check(case, FULL)


def estimate(low: float) -> Estimate:
    return Estimate(value=low + 1, low=low, high=low + 2, n=9, method="made up")


def test_the_band_of_400_is_the_one_that_was_agreed() -> None:
    low, high = band(0.95, FULL)
    assert (low / FULL, high / FULL) == pytest.approx((0.91, 0.983), abs=0.004)


def test_a_coverage_too_low_or_too_high_is_not_held() -> None:
    for hits, held in ((350, False), (380, True), (400, False)):
        estimates = [estimate(-1)] * hits + [estimate(5)] * (400 - hits)
        row = covered("x", 0.0, estimates)
        assert (row.coverage, row.held) == ((hits, 400), held)


def test_an_absent_interval_covers_nothing() -> None:
    row = covered("x", 0.0, [Estimate.absent("no data")] * 20)
    assert (row.recovered, row.held) == ("none", False)


def test_rates_beyond_chance_are_not_held() -> None:
    assert at_most("x", 0.06, 3, 20).held
    assert not at_most("x", 0.06, 9, 20).held
    assert at_most("x", 0.06, 30, 400).held
    assert not at_most("x", 0.06, 30, 400, observed=True).held
    assert at_least("x", 0.25, 3, 20).held
    assert not at_least("x", 0.25, 60, 400).held
    assert not at_least("x", 0.25, 99, 400, observed=True).held


def test_a_mean_beyond_chance_and_tolerance_is_not_held() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.1, 100).tolist()
    assert near("x", 0.5, values).held
    assert not near("x", 0.6, values).held
    assert near("x", 0.6, values, tolerance=0.1).held
