"""Dependent correlations as Steiger and Zou print them; what a pick costs by order statistics."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from measurand.errors import InsufficientData, UsageError
from measurand.stats.correlation import fisher_z, pearson
from measurand.stats.correlation_difference import correlation_difference
from measurand.stats.dependent_correlations import (
    Overlapping,
    overlapping_difference,
    overlapping_n,
    steiger_z,
    williams_t,
)
from measurand.stats.disattenuated import disattenuated, reliability
from measurand.stats.from_correlation import explained_variance, pairwise_concordance
from measurand.stats.mean_correlation import mean_correlation, mean_pearson
from measurand.stats.regret import (
    expected_best,
    observed_pick,
    picked,
    regret_quantile,
    selection,
)

CASE_A = Overlapping(0.4, 0.5, 0.1)


def test_steigers_case_a() -> None:
    t, df, p = williams_t(CASE_A, 103)
    assert (round(t, 4), df, round(p, 3)) == (-0.8913, 100, 0.375)
    assert round(steiger_z(CASE_A, 103).statistic, 4) == -0.8887
    found = overlapping_difference(CASE_A, 103)
    assert (found.value, found.low, found.high) == pytest.approx((-0.1, -0.320, 0.120), abs=5e-4)


def test_steigers_z_by_hand() -> None:
    mean = 0.45
    above = (0.1 - mean**2 / 2) * (1 - 2 * mean**2 - 0.01) + 0.001
    common = above / (1 - mean**2) ** 2
    z = (math.atanh(0.4) - math.atanh(0.5)) * math.sqrt(100 / (2 - 2 * common))
    assert steiger_z(CASE_A, 103).statistic == pytest.approx(z, abs=1e-12)


@pytest.mark.parametrize(
    ("n", "p"), [(5, 0.45), (8, 0.22), (10, 0.14), (12, 0.094), (20, 0.021), (30, 0.003)]
)
def test_nine_tenths_against_sixty_three_hundredths(n: int, p: float) -> None:
    digits = 2 if p > 0.1 else 3
    assert round(williams_t(Overlapping(0.90, 0.63, 0.5), n).p, digits) == p


def test_arena_against_mt_bench() -> None:
    pair = Overlapping(0.63, 0.59, 0.8)
    assert [round(williams_t(pair, n).p, 2) for n in (12, 400)] == [0.81, 0.10]


def test_the_number_of_systems_is_the_first_at_which_it_shows() -> None:
    pair = Overlapping(0.90, 0.63, 0.5)
    even = overlapping_n(pair, power=0.5)
    assert williams_t(pair, even).p <= 0.05 < williams_t(pair, even - 1).p
    assert overlapping_n(pair) == 26
    with pytest.raises(InsufficientData, match="any reasonable number"):
        overlapping_n(Overlapping(0.5, 0.5, 0.2))


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(InsufficientData, match="take 5 units"):
        williams_t(CASE_A, 4)
    with pytest.raises(InsufficientData, match="perfect"):
        overlapping_difference(Overlapping(1.0, 0.5, 0.5), 20)
    with pytest.raises(UsageError, match="no three variables"):
        williams_t(Overlapping(0.9, -0.9, 0.9), 20)
    with pytest.raises(UsageError, match="between -1 and 1"):
        steiger_z(Overlapping(1.2, 0.5, 0.5), 20)


def test_known_correlations_and_values_give_the_same_interval_where_fisher_is_wider() -> None:
    rng = np.random.default_rng(8)
    for _ in range(40):
        y = rng.uniform(-1, 1, 30)
        x, other = (y + rng.uniform(-1, 1, 30) * scale for scale in (1.0, 2.0))
        found = correlation_difference(x, other, y)
        if found.method.endswith("Fisher z"):
            known = Overlapping(
                *(float(np.corrcoef(*two).item(1)) for two in ((x, y), (other, y), (x, other)))
            )
            plain = overlapping_difference(known, 30)
            assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=1e-9)
            return
    pytest.fail("Fisher's z was never the wider one")


def test_the_guides_averages_by_fishers_z() -> None:
    rows = {
        0.439: (0.42, 0.51, 0.38, 0.44),
        0.421: (0.28, 0.73, 0.21, 0.35),
        0.442: (0.35, 0.48, 0.52, 0.41),
        0.597: (0.71, 0.55, 0.62, 0.48),
        0.525: (0.67, 0.42, 0.58, 0.39),
        0.639: (0.74, 0.61, 0.65, 0.53),
        0.902: (0.89, 0.91, 0.87, 0.93),
    }
    for printed, r in rows.items():
        shared, apart = (mean_correlation(r, [12] * 4, shared=one) for one in (True, False))
        assert shared.value is not None
        assert round(shared.value, 3) == printed
        assert (shared.low, shared.high) == pytest.approx(
            (fisher_z(shared.value, 12).low, fisher_z(shared.value, 12).high)
        )
        half = 1.959963984540054 / math.sqrt(9 * 4)
        assert apart.high == pytest.approx(math.tanh(math.atanh(shared.value) + half))


def test_the_mean_of_one_outcome_is_the_jackknife_of_pearson() -> None:
    rng = np.random.default_rng(1)
    codes = np.repeat(np.arange(10), 3)
    x = rng.normal(size=30)
    y = x + rng.normal(size=30)
    one, other = mean_pearson(x, y[:, None], clusters=codes), pearson(x, y, clusters=codes)
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


def test_explained_variance_maps_the_ends() -> None:
    found = explained_variance(fisher_z(0.63, 12))
    assert found.value == pytest.approx(0.3969)
    assert (found.low, found.high) == pytest.approx((0.0882**2, 0.8844**2), abs=1e-3)
    across = explained_variance(fisher_z(-0.2, 12))
    assert across.low == 0
    assert across.high == pytest.approx((fisher_z(-0.2, 12).low or 0) ** 2)


def test_without_noise_a_correction_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=30)
    y = x + rng.normal(size=30)
    nothing = np.zeros(30)
    plain, found = pearson(x, y), disattenuated(x, y, errors=(nothing, nothing))
    assert found.value == plain.value
    delta = fisher_z(float(plain.value or 0), 30)
    if "delta" in found.method:
        assert (found.low, found.high) == pytest.approx((delta.low, delta.high))
    else:
        assert (found.high or 0) - (found.low or 0) >= (delta.high or 0) - (delta.low or 0)


def test_the_correction_is_spearmans() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=40)
    y = x + rng.normal(size=40)
    errors = (np.full(40, 0.4), rng.uniform(0.2, 0.6, 40))
    found = disattenuated(x, y, errors=errors)
    sides = [1 - np.mean(e**2) / v.var(ddof=1) for v, e in zip((x, y), errors, strict=True)]
    assert reliability(x, errors[0]) == pytest.approx(sides[0])
    r = np.corrcoef(x, y)[0, 1]
    assert found.value == pytest.approx(r / math.sqrt(sides[0] * sides[1]), abs=1e-9)


TABLE = {
    5: "38/65/227 49/43/194 56/30/173 61/23/161 72/12/139 80/06/125",
    10: "26/86/359 38/57/277 46/40/230 52/31/205 65/15/161 74/08/138",
    20: "19/105/595 29/69/415 38/48/317 44/37/268 58/19/190 69/09/153",
}


@pytest.mark.parametrize("systems", TABLE)
def test_the_table_of_what_a_pick_costs(systems: int) -> None:
    """As printed, from 100,000 runs: a unit of the last digit is its own error."""
    for r, printed in zip(
        (0.44, 0.63, 0.74, 0.80, 0.90, 0.95), TABLE[systems].split(), strict=True
    ):
        found = selection(r, systems)
        best, regret, rank = (int(part) / 100 for part in printed.split("/"))
        assert (found.best, found.regret) == pytest.approx((best, regret), abs=0.0101)
        assert found.rank == pytest.approx(rank, abs=0.015)


def test_two_systems_are_put_in_order_as_sheppard_says() -> None:
    for r in (-0.9, -0.3, 0.0, 0.44, 0.63, 0.74, 0.8, 0.9, 0.95, 0.999):
        truth = 0.5 + math.asin(r) / math.pi
        found = selection(r, 2)
        assert found.best == pytest.approx(truth, abs=1e-10)
        assert found.rank == pytest.approx(2 - truth, abs=1e-10)
    printed = {0.44: 0.645, 0.63: 0.717, 0.74: 0.765, 0.8: 0.795, 0.9: 0.856, 0.95: 0.899}
    for r, share in printed.items():
        ordered = pairwise_concordance(fisher_z(r, 12)).value
        assert ordered is not None
        assert round(ordered, 3) == share


@pytest.mark.parametrize("systems", [2, 5, 10, 20, 100])
def test_the_largest_of_several(systems: int) -> None:
    def density(x: float) -> float:
        return float(systems * x * stats.norm.pdf(x) * stats.norm.cdf(x) ** (systems - 1))

    assert expected_best(systems) == pytest.approx(integrate.quad(density, -9, 9)[0], abs=1e-8)
    assert selection(0.0, systems).best == pytest.approx(1 / systems, abs=1e-10)
    assert selection(0.0, systems).rank == pytest.approx((systems + 1) / 2, abs=1e-9)


def test_the_quantile_of_regret_of_two_systems() -> None:
    """The regret is max(0, d) with d normal and the pick right or wrong: a closed form."""
    r, share = 0.5, 0.9
    q = regret_quantile(r, 2, share)
    # Of two, both differences are normal with variance 2 and correlate by r.
    both = stats.multivariate_normal([0, 0], [[2, 2 * r], [2 * r, 2]])
    exceeded = 2 * (stats.norm.cdf(-q / math.sqrt(2)) - both.cdf([0, -q]))
    assert exceeded == pytest.approx(1 - share, abs=1e-3)


def test_bounds_of_one_difference_are_the_normal_interval() -> None:
    found = observed_pick([1.0, 2.0], [0.3, 0.4], 0)
    assert (found.low, found.high) == pytest.approx((1 - 1.959964 * 0.5, 1 + 1.959964 * 0.5))


def test_bounds_of_many_differences_are_dunnetts() -> None:
    """Two-sided, nine treatments against a control, normal: d = 2.7 (n large), by simulation."""
    found = observed_pick(np.arange(10.0), np.ones(10), 9)
    assert found.value == 0
    reach = ((found.high or 0) + 1) / math.sqrt(2)
    rng = np.random.default_rng(1)
    drawn = rng.normal(size=(200_000, 10))
    largest = np.abs(drawn[:, 1:] - drawn[:, :1]).max(axis=1) / math.sqrt(2)
    assert reach == pytest.approx(float(np.quantile(largest, 0.95)), abs=0.02)


def test_a_pick_among_ties_is_the_least_good() -> None:
    found = picked([3, 3, 1], [5, 4, 6])
    assert (found.place, found.tied, found.rank, found.regret) == (1, 2, 3, 2)
    with pytest.raises(InsufficientData, match="two systems"):
        picked([1], [1])
