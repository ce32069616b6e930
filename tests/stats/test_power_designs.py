"""Power of means, margins, rates and correlations: what is impossible, and what must hold."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import multinomial

from measurand.errors import InsufficientData, UsageError
from measurand.stats.paired import tango_bounds, tango_scores
from measurand.stats.power import Sides, mcnemar_power, sided_level
from measurand.stats.power_correlation import (
    TwoCorrelations,
    correlation_n,
    correlation_power,
    two_correlations_n,
    two_correlations_power,
)
from measurand.stats.power_margin import Margin, MarginTest, margin_n, margin_power
from measurand.stats.power_means import MeanDesign, mean_detectable, mean_n, mean_power
from measurand.stats.power_rates import examples_for_rate, failures_allowed, rate_power
from measurand.stats.power_unpaired import unpaired_power
from measurand.stats.proportion import clopper_pearson
from measurand.stats.quantiles import normal_quantile


@pytest.mark.parametrize(
    "impossible",
    [
        lambda: MeanDesign(sd=0),
        lambda: MeanDesign(sd=1, icc=1.1),
        lambda: MeanDesign(sd=1, size=0.5),
        lambda: MeanDesign(sd=1, size=None),
        lambda: MeanDesign(sd=1, size=None, clusters=1),
        lambda: mean_power(1, 0.1, MeanDesign(sd=1)),
        lambda: mean_n(0, MeanDesign(sd=1)),
        lambda: Margin(width=0),
        lambda: MarginTest(discordance=0.1, difference=0.2, margin=Margin(width=0.05)),
        lambda: margin_power(
            0, MarginTest(discordance=0.1, difference=0, margin=Margin(width=0.1))
        ),
        lambda: examples_for_rate(0.0),
        lambda: examples_for_rate(0.1, -1),
        lambda: failures_allowed(0.1, 0),
        lambda: rate_power(0.1, 30, 1.5),
        lambda: correlation_power(1.0, 20),
        lambda: correlation_power(0.5, 3),
        lambda: correlation_n(0),
        lambda: TwoCorrelations(0.9, -0.9, 0.9),
        lambda: two_correlations_n(TwoCorrelations(0.5, 0.5, 0.2)),
        lambda: sided_level(0.4, "one"),
    ],
)
def test_what_cannot_be_is_refused(impossible: Callable[[], object]) -> None:
    with pytest.raises(UsageError):
        impossible()


def test_no_number_shows_what_is_not_so() -> None:
    worse = MarginTest(discordance=0.1, difference=-0.06, margin=Margin(width=0.05))
    with pytest.raises(InsufficientData, match="no number of examples"):
        margin_n(worse)
    better = MarginTest(
        discordance=0.1, difference=0.06, margin=Margin(width=0.05, equivalent=True)
    )
    with pytest.raises(InsufficientData, match="no number of examples"):
        margin_n(better)


@pytest.mark.parametrize("shown", ["no worse", "equivalent"])
def test_the_power_of_margins_is_the_sum_over_all_tables(shown: str) -> None:
    n, first, second, width = 25, 0.12, 0.05, 0.3
    total = 0.0
    for b in range(n + 1):
        for c in range(n + 1 - b):
            low, high = tango_bounds(b, c, n, level=0.9)
            if low > -width and (high < width or shown == "no worse"):
                total += float(multinomial.pmf([b, c, n - b - c], n, [first, second, 0.83]))
    test = MarginTest(
        discordance=first + second,
        difference=first - second,
        margin=Margin(width=width, equivalent=shown == "equivalent"),
    )
    assert margin_power(n, test) == pytest.approx(total, abs=1e-9)


@pytest.mark.parametrize("shown", ["no worse", "equivalent"])
def test_the_pairs_needed_for_a_margin_have_the_power_and_one_less_has_not(
    shown: str,
) -> None:
    test = MarginTest(
        discordance=0.14, difference=0, margin=Margin(width=0.05, equivalent=shown == "equivalent")
    )
    n = margin_n(test)
    assert margin_power(n, test) >= 0.8 > margin_power(n - 1, test)


def test_tango_s_scores_are_those_of_its_interval() -> None:
    low, high = tango_bounds(12, 2, 50, level=0.95)
    z = normal_quantile(0.975)
    for end, sign in ((float(low), 1), (float(high), -1)):
        assert float(tango_scores(12, 2, 50, difference=end)) == pytest.approx(sign * z, abs=1e-6)


@pytest.mark.parametrize("side", ["two", "one"])
def test_means_solve_for_each_of_three(side: Sides) -> None:
    for design in (MeanDesign(sd=0.4), MeanDesign(sd=0.4, icc=0.3, size=5)):
        n = mean_n(0.1, design, side=side)
        assert mean_power(n, 0.1, design, side=side) >= 0.8
        assert mean_power(n - 1, 0.1, design, side=side) < 0.8
        found = mean_detectable(n, design, side=side)
        assert mean_power(n, found, design, side=side) == pytest.approx(0.8, abs=1e-6)
        assert found <= 0.1


def test_power_rises_with_n_and_difference_and_falls_with_spread() -> None:
    design = MeanDesign(sd=1, icc=0.1, size=4)
    by_n = [mean_power(n, 0.3, design) for n in (20, 40, 80, 160)]
    by_size = [mean_power(40, d, design) for d in (0.1, 0.2, 0.4, 0.8)]
    assert by_n == sorted(by_n)
    assert by_size == sorted(by_size)
    assert mean_power(40, 0.3, MeanDesign(sd=1, icc=0.9, size=4)) < by_n[1]
    assert mean_power(40, 0.3, design) == mean_power(40, -0.3, design)
    assert mean_power(40, 500, design) == pytest.approx(1.0, abs=1e-12)
    assert mean_power(40, 0, design) == pytest.approx(0.05, abs=1e-9)


def test_the_scale_of_scores_does_not_matter() -> None:
    small, large = MeanDesign(sd=0.2), MeanDesign(sd=20.0)
    assert mean_power(50, 0.1, small) == pytest.approx(mean_power(50, 10, large), abs=1e-12)


def test_one_sided_tests_of_shares() -> None:
    for n in (20, 200):
        one = unpaired_power(n, 0.5, 0.6, side="one")
        assert one > unpaired_power(n, 0.5, 0.6)
        assert one == pytest.approx(unpaired_power(n, 0.4, 0.5, side="one"), abs=1e-9)  # mirrored
        paired = mcnemar_power(n, 0.3, 0.1, side="one")
        assert paired == mcnemar_power(n, 0.3, -0.1, side="one")
        assert paired > mcnemar_power(n, 0.3, 0.1)


@pytest.mark.parametrize("failures", [0, 1, 3, 10])
def test_so_many_failures_prove_the_rate_from_there_on(failures: int) -> None:
    n = examples_for_rate(0.05, failures)
    assert (clopper_pearson(failures, n, side="upper").high or 1) <= 0.05
    assert (clopper_pearson(failures, n - 1, side="upper").high or 1) > 0.05
    assert failures_allowed(0.05, n) == failures


def test_a_rate_is_proved_as_often_as_so_few_fail() -> None:
    assert rate_power(0.05, 59, 0.0) == 1.0
    assert rate_power(0.05, 59, 0.01) == pytest.approx(0.99**59, abs=1e-12)
    assert rate_power(0.05, 58, 0.01) == 0.0


def test_correlations_solve_for_n() -> None:
    for r in (0.2, -0.5, 0.9):
        n = correlation_n(r)
        assert correlation_power(r, n) >= 0.8
        assert n == 4 or correlation_power(r, n - 1) < 0.8
    two = TwoCorrelations(0.7, 0.5, 0.3)
    n = two_correlations_n(two)
    assert two_correlations_power(two, n) >= 0.8 > two_correlations_power(two, n - 1)
    swapped = TwoCorrelations(0.5, 0.7, 0.3)
    assert two_correlations_power(swapped, n) == two_correlations_power(two, n)


def test_two_that_go_together_are_told_apart_sooner() -> None:
    needed = [two_correlations_n(TwoCorrelations(0.8, 0.6, c)) for c in (0.2, 0.5, 0.8)]
    assert np.all(np.diff(needed) < 0)
