"""The known-truth tests of judges: few seeds in the quick suite, all of them at length."""

import numpy as np
import pytest
from tests.truth.judges.cases import CASES
from tests.truth.judges.harness import (
    FULL,
    Case,
    ToothlessError,
    at_least,
    at_most,
    band,
    covered,
    most_of,
    near,
)
from tests.truth.judges.table import markdown

from measurand.stats.estimate import Estimate
from measurand.stats.proportion import clopper_pearson


def named(case: Case) -> str:
    return f"{case.number:02d}-{case.title}"


def check(case: Case, seeds: int) -> None:
    rows = case.run(seeds)
    assert rows
    missed = [row for row in rows if not row.held]
    assert not missed, "\n".join(markdown([(case, missed)]))


@pytest.mark.parametrize("case", [case for case in CASES if case.quick], ids=named)
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
    assert at_least("x", 0.25, 3, 40).held
    assert not at_least("x", 0.25, 0, 40).held
    assert not at_least("x", 0.25, 60, 400).held
    assert not at_least("x", 0.25, 99, 400, observed=True).held


@pytest.mark.parametrize("hits", [0, 1, 2, 3])
def test_a_rule_that_nothing_could_break_is_an_error(hits: int) -> None:
    estimates = [estimate(-1)] * hits + [estimate(5)] * (2 - min(hits, 2))
    with pytest.raises(ToothlessError, match="of 2 intervals none"):
        covered("x", 0.0, estimates[:2])
    with pytest.raises(ToothlessError, match="in any of 3"):
        at_least("x", 0.9, hits, 3)
    with pytest.raises(ToothlessError, match="in all of 3"):
        at_most("x", 0.2, hits, 3)


def test_what_is_sure_happens_in_every_one_of_few_seeds_and_else_within_chance() -> None:
    assert at_least("x", 0.9, 3, 3, sure=True).held
    assert not at_least("x", 0.9, 2, 3, sure=True).held
    assert at_most("x", 0.05, 0, 1, sure=True).held
    assert not at_most("x", 0.05, 1, 3, sure=True).held
    assert at_least("x", 0.9, 33, 40, sure=True).held
    assert not at_least("x", 0.9, 330, 400, sure=True).held


@pytest.mark.parametrize("seeds", [1, 7, 20, 400])
@pytest.mark.parametrize("rate", [0.0, 0.05, 0.25, 0.9])
def test_the_most_hits_are_those_that_chance_still_explains(rate: float, seeds: int) -> None:
    most = most_of(rate, seeds)
    lower = [
        clopper_pearson(hits, seeds, level=0.999, side="lower").low
        for hits in (most, most + 1)
        if hits <= seeds
    ]
    assert (lower[0] or 0.0) <= rate
    assert all(low is not None and low > rate for low in lower[1:])


def test_a_mean_beyond_chance_and_tolerance_is_not_held() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.1, 100).tolist()
    assert near("x", 0.5, values).held
    assert not near("x", 0.6, values).held
    assert near("x", 0.6, values, tolerance=0.1).held
