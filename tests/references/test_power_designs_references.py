"""Power of means, margins, rates and correlations against tables, papers and other libraries."""

import math

import pytest

from measurand.errors import InsufficientData
from measurand.stats.dependent_correlations import williams_t
from measurand.stats.power import mcnemar_power, minimum_detectable_difference
from measurand.stats.power_correlation import (
    TwoCorrelations,
    correlation_n,
    significant_n,
    two_correlations_n,
    two_correlations_power,
)
from measurand.stats.power_discordance import largest_discordance
from measurand.stats.power_margin import Margin, MarginTest, margin_power
from measurand.stats.power_means import MeanDesign, mean_detectable, mean_n, mean_power
from measurand.stats.power_rates import examples_for_rate, failures_allowed
from measurand.stats.proportion import clopper_pearson


@pytest.mark.parametrize(
    ("rate", "n"), [(0.05, 59), (0.02, 149), (0.01, 299), (0.005, 598), (0.001, 2995)]
)
def test_failure_free_examples_that_prove_a_rate(rate: float, n: int) -> None:
    assert examples_for_rate(rate) == n
    assert failures_allowed(rate, n) == 0
    assert failures_allowed(rate, n - 1) is None


@pytest.mark.parametrize(
    ("n", "one", "two"), [(50, 0.058, 0.071), (100, 0.0295, None), (430, 0.0069, None)]
)
def test_what_no_failure_proves(n: int, one: float, two: float | None) -> None:
    digits = len(f"{one:g}") - 2
    assert clopper_pearson(0, n, side="upper").high == pytest.approx(one, abs=0.5 * 10**-digits)
    if two is not None:
        assert clopper_pearson(0, n).high == pytest.approx(two, abs=5e-4)


def test_williams_of_the_guide_s_correlations() -> None:
    """Arena .63 against a task-specific .90, with .5 between them."""
    two = TwoCorrelations(0.9, 0.63, 0.5)
    found = [williams_t(two.observed, n).p for n in (5, 8, 10, 12, 20, 30)]
    assert found == pytest.approx([0.45, 0.22, 0.14, 0.094, 0.021, 0.003], abs=5e-3)
    assert [round(p, 3) for p in found[3:]] == [0.094, 0.021, 0.003]
    assert (significant_n(two), two_correlations_n(two)) == (16, 26)
    near = TwoCorrelations(0.63, 0.59, 0.8)
    assert williams_t(near.observed, 12).p == pytest.approx(0.81, abs=5e-3)
    assert williams_t(near.observed, 400).p == pytest.approx(0.10, abs=5e-3)


def test_steiger_1980_case_a() -> None:
    """n = 103, .4 against .5 with .1 between: t = -0.8913, and z of the Fisher scores -0.8887."""
    two = TwoCorrelations(0.4, 0.5, 0.1)
    assert williams_t(two.observed, 103).statistic == pytest.approx(-0.8913, abs=5e-5)
    assert two.shift(103) == pytest.approx(-0.8887, abs=4e-3)  # Steiger pools the two
    assert two_correlations_power(two, 103) == pytest.approx(0.144, abs=5e-3)


def test_a_correlation_as_gpower_has_it() -> None:
    """G*Power 3.1, exact bivariate normal, two-sided 5 %: .3 takes 84, .5 takes 29 (80 %)."""
    assert correlation_n(0.3) == pytest.approx(84, abs=1)
    assert correlation_n(0.5) == pytest.approx(29, abs=1)


def test_t_tests_as_statsmodels_has_them() -> None:
    oracle = pytest.importorskip("statsmodels.stats.power")
    paired, arms = oracle.TTestPower(), oracle.TTestIndPower()
    for n, size in ((10, 0.9), (30, 0.5), (430, 0.1)):
        design = MeanDesign(sd=2.0)
        assert mean_power(n, 2 * size, design) == pytest.approx(
            paired.power(size, n, 0.05), abs=1e-6
        )
        one = mean_power(n, 2 * size, design, side="one")
        assert one == pytest.approx(paired.power(size, n, 0.05, alternative="larger"), abs=1e-6)
        two = mean_power(n, 2 * size, MeanDesign(sd=2.0, pairs=False))
        assert two == pytest.approx(arms.power(size, n, 0.05), abs=1e-6)
    needed = paired.solve_power(0.3, power=0.8, alpha=0.05)
    assert mean_n(0.3, MeanDesign(sd=1)) == math.ceil(needed)
    found = paired.solve_power(nobs=50, power=0.8, alpha=0.05)
    assert mean_detectable(50, MeanDesign(sd=1)) == pytest.approx(found, abs=1e-6)


def test_clusters_multiply_the_variance() -> None:
    """Kish: 300 units in clusters of 10 with icc .2 are worth 300 / 2.8, with 29 degrees."""
    clustered = MeanDesign(sd=1, icc=0.2, size=10)
    assert clustered.error(300) == pytest.approx(math.sqrt(2.8 / 300), rel=1e-12)
    assert clustered.free(300) == 29
    fixed = MeanDesign(sd=1, icc=0.2, size=None, clusters=30)
    assert mean_power(300, 0.3, fixed) == pytest.approx(mean_power(300, 0.3, clustered), abs=1e-12)
    with pytest.raises(InsufficientData, match="only more clusters"):
        mean_n(0.05, fixed)


def test_the_level_of_tango_s_test_at_the_margin() -> None:
    """At the margin itself the power is the error; Tango's test keeps about 5 %."""
    at = MarginTest(discordance=0.14, difference=-0.05, margin=Margin(width=0.05))
    assert margin_power(430, at) == pytest.approx(0.05, abs=3e-3)


def test_one_side_is_the_half_of_two() -> None:
    """Connor 1987: a one-sided test of 5 % is that of 10 % without its other tail."""
    one = mcnemar_power(430, 0.14, 0.05, side="one")
    two = mcnemar_power(430, 0.14, 0.05, level=0.9)
    assert 0 < two - one < 1e-4


def test_430_detect_five_points_where_the_two_differ_on_14_percent_or_fewer() -> None:
    assert largest_discordance(430, 0.05) == pytest.approx(0.1406, abs=5e-5)
    found = largest_discordance(200, 0.0871)
    assert minimum_detectable_difference(200, found) == pytest.approx(0.0871, abs=5e-5)
    with pytest.raises(InsufficientData, match="however seldom"):
        largest_discordance(50, 0.05)
