"""Exact numbers against formulas, where sums give way to the normal, and what is never reached."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats import power as paired
from measurand.stats import power_unpaired as unpaired
from measurand.stats.detectable import detectable_proportion
from measurand.stats.power import mcnemar_power, minimum_detectable_difference, paired_n_exact
from measurand.stats.power_discordance import rising_difference
from measurand.stats.power_margin import Margin, MarginTest, margin_error, margin_n, margin_power
from measurand.stats.power_means import MeanDesign, mean_n, mean_power
from measurand.stats.power_unpaired import unpaired_n, unpaired_n_exact, unpaired_power
from measurand.stats.ppi import FEWEST_LABELS, effective_n, label_plan


@pytest.mark.parametrize(
    ("first", "second", "exact", "formula"),
    [
        (0.8, 0.85, 903, 906),
        (0.5, 0.6, 392, 388),
        (0.0, 0.05, 110, 152),
        (0.98, 0.995, 790, 861),
    ],
)
def test_units_of_each_system_have_the_power_and_one_less_has_not(
    first: float, second: float, exact: int, formula: int
) -> None:
    n = unpaired_n_exact(first, second)
    assert (n, unpaired_n(first, second)) == (exact, formula)
    assert unpaired_power(n, first, second) >= 0.8 > unpaired_power(n - 1, first, second)


@pytest.mark.parametrize("difference", [0.001, 0.0025, 0.004])
def test_the_normal_power_of_pairs_takes_over_without_a_step(
    difference: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = mcnemar_power(142_000, 0.14, difference)
    monkeypatch.setattr(paired, "_EXACT", 0.0)
    assert mcnemar_power(142_000, 0.14, difference) == pytest.approx(exact, abs=1e-4)


@pytest.mark.parametrize("first", [0.5, 0.8, 0.98])
def test_the_normal_power_of_two_rates_takes_over_without_a_step(
    first: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    n = round(24_999 / (first * (1 - first)))
    second = first - 2.8 * (2 * first * (1 - first) / n) ** 0.5
    exact = unpaired_power(n, first, second)
    monkeypatch.setattr(unpaired, "_EXACT", 0.0)
    assert unpaired_power(n, first, second) == pytest.approx(exact, abs=1e-3)


@pytest.mark.parametrize(
    "endless",
    [
        lambda: paired_n_exact(0.9, 1e-5),
        lambda: paired_n_exact(0.5, 1e-9),
        lambda: unpaired_n_exact(0.8, 0.8001),
        lambda: margin_n(MarginTest(discordance=0.5, difference=0, margin=Margin(width=0.0005))),
        lambda: margin_power(
            10**8, MarginTest(discordance=0.14, difference=0, margin=Margin(width=0.05))
        ),
    ],
)
def test_what_nobody_could_collect_is_refused_at_once(endless: Callable[[], object]) -> None:
    start = time.perf_counter()
    with pytest.raises(InsufficientData, match=r"more than 1\d+,000,000"):
        endless()
    assert time.perf_counter() - start < 1


def test_very_many_are_computed_soon() -> None:
    start = time.perf_counter()
    assert mcnemar_power(10**8, 0.14, 0.05) == pytest.approx(1.0)
    assert 0 < minimum_detectable_difference(10**8, 0.14) < 2e-4
    assert unpaired_power(10**8, 0.8, 0.8001) == pytest.approx(0.424, abs=1e-3)
    test = MarginTest(discordance=0.14, difference=0, margin=Margin(width=0.001))
    assert margin_power(865_573, test) == pytest.approx(0.8, abs=1e-5)
    assert time.perf_counter() - start < 2


def test_the_score_test_may_err_more_than_its_level() -> None:
    test = MarginTest(discordance=0.05, difference=0, margin=Margin(width=0.05))
    errors = [round(margin_error(n, test), 3) for n in (50, 100, 200, 430)]
    assert errors == [0.0, 0.037, 0.026, 0.054]
    with pytest.raises(UsageError, match=r"above 0\.5"):
        margin_power(100, test, level=0.3)


def test_what_is_found_however_seldom_two_differ() -> None:
    least = rising_difference(50)
    assert mcnemar_power(50, least, least) == pytest.approx(0.8, abs=1e-4)
    for share in (0.15, 0.2, 0.5):
        assert minimum_detectable_difference(50, share) > least
    with pytest.raises(InsufficientData, match="3 pairs find nothing"):
        rising_difference(3)


def test_the_lower_end_of_a_discordance_may_find_nothing_within_itself() -> None:
    """8 of 50 differ; were it 8 %, nothing of 8 % would be found, but what raises it would."""
    first, second = np.zeros(50), np.zeros(50)
    first[:8] = 1
    found = detectable_proportion(first, second)
    assert found.low == rising_difference(50)
    assert found.low is not None
    assert found.value is not None
    assert found.low < found.value


def test_few_labels_are_not_planned_beside_a_judge() -> None:
    plan = label_plan(430, 0.999999, label_cost=3, judge_cost=0.085)
    assert plan.labels == FEWEST_LABELS
    assert effective_n(plan.labels, plan.unlabelled, 0.999999) >= 430
    few = label_plan(10, 0.99, label_cost=3, judge_cost=0.085)
    assert (few.labels, few.unlabelled) == (10, 0)
    with pytest.raises(UsageError, match="two or more"):
        label_plan(0.5, 0.9, label_cost=3, judge_cost=0.085)


def test_unequal_clusters_cost_by_the_size_that_examples_feel() -> None:
    even, uneven = MeanDesign(sd=1, icc=0.2, size=2), MeanDesign(sd=1, icc=0.2, size=2, felt=6)
    assert uneven.error(200) == pytest.approx((2 / 200) ** 0.5)
    assert uneven.free(200) == even.free(200) == 99
    assert mean_power(200, 0.2, uneven) < mean_power(200, 0.2, even)
    with pytest.raises(UsageError, match="size that units feel"):
        MeanDesign(sd=1, icc=0.2, size=2, felt=1.5)


def test_clusters_are_not_blamed_where_there_are_none() -> None:
    with pytest.raises(InsufficientData, match="more than 100,000,000 units"):
        mean_n(1e-6, MeanDesign(sd=0.3))
    with pytest.raises(InsufficientData, match="only more clusters would"):
        mean_n(0.05, MeanDesign(sd=0.3, icc=0.2, size=None, clusters=10))
