"""Powers that were computed against how often tests reject in simulated studies."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.stats.arrays import Floats
from measurand.stats.correlation import fisher_z
from measurand.stats.dependent_correlations import Overlapping, williams_t
from measurand.stats.design import Choices, Prices, Spread, cheapest_design
from measurand.stats.judged import JudgedSample
from measurand.stats.mean import clustered_mean
from measurand.stats.paired import tango_bounds
from measurand.stats.power_correlation import (
    TwoCorrelations,
    correlation_power,
    two_correlations_power,
)
from measurand.stats.power_margin import (
    Margin,
    MarginTest,
    margin_mean_power,
    margin_power,
)
from measurand.stats.power_means import MeanDesign, mean_detectable, mean_power
from measurand.stats.ppi import effective_n, linear_ppi
from measurand.stats.quantiles import two_sided_t


def close(found: float, expected: float, runs: int) -> bool:
    return bool(abs(found - expected) <= 3 * (0.25 / runs) ** 0.5 + 1e-9)


def scores(rng: np.random.Generator, clusters: int, size: int, icc: float) -> Floats:
    shared = np.repeat(rng.normal(0, icc**0.5, clusters), size)
    return np.asarray(shared + rng.normal(0, (1 - icc) ** 0.5, clusters * size))


@pytest.mark.parametrize("shift", [0.0, 0.25])
def test_differences_in_clusters_are_found_as_often_as_foretold(shift: float) -> None:
    """30 clusters of 10, a fifth of the variance between them: CR1 and t(29)."""
    rng, runs, codes = np.random.default_rng(51), 700, np.repeat(np.arange(30), 10)
    found = 0
    for _ in range(runs):
        estimate = clustered_mean(shift + scores(rng, 30, 10, 0.2), codes)
        assert estimate.low is not None
        assert estimate.high is not None
        found += not estimate.low <= 0 <= estimate.high
    expected = mean_power(300, shift, MeanDesign(sd=1, icc=0.2, size=10))
    assert close(found / runs, expected, runs)
    naive = mean_power(300, shift, MeanDesign(sd=1))
    assert shift == 0 or naive > expected + 0.1


def test_differences_in_unequal_clusters_are_found_as_often_as_foretold() -> None:
    """60 clusters of 1 to 32, a fifth of the variance between them: Kish's size, and t(59).

    With the mean size instead, a power of 80 % would be one of 60 %.
    """
    rng, runs = np.random.default_rng(58), 600
    sizes = np.maximum(1, np.round(rng.lognormal(1, 1.1, 60))).astype(int)
    codes, n = np.repeat(np.arange(60), sizes), int(sizes.sum())
    mean, felt = n / 60, float(sizes @ sizes) / n
    shift = mean_detectable(n, MeanDesign(sd=1, icc=0.2, size=mean, felt=felt))
    found = 0
    for _ in range(runs):
        shared = rng.normal(0, 0.2**0.5, 60)[codes]
        estimate = clustered_mean(shift + shared + rng.normal(0, 0.8**0.5, n), codes)
        assert estimate.low is not None
        found += estimate.low > 0
    assert close(found / runs, 0.8, runs)
    hoped = mean_detectable(n, MeanDesign(sd=1, icc=0.2, size=mean))
    real = mean_power(n, hoped, MeanDesign(sd=1, icc=0.2, size=mean, felt=felt))
    assert real < 0.65


@pytest.mark.parametrize("equal", ["no worse", "equivalent"])
@pytest.mark.parametrize("difference", [0.0, -0.02])
def test_yes_no_within_a_margin_is_shown_as_often_as_foretold(
    equal: str, difference: float
) -> None:
    rng, runs, n, share = np.random.default_rng(52), 4000, 300, 0.14
    split = [(share + difference) / 2, (share - difference) / 2, 1 - share]
    b, c, _ = rng.multinomial(n, split, size=runs).T
    low, high = tango_bounds(b, c, n, level=0.9)
    shown = low > -0.05
    if equal == "equivalent":
        shown &= high < 0.05
    margin = Margin(width=0.05, equivalent=equal == "equivalent")
    test = MarginTest(discordance=share, difference=difference, margin=margin)
    assert close(float(shown.mean()), margin_power(n, test), runs)


def test_scores_within_a_margin_are_shown_as_often_as_foretold() -> None:
    rng, runs, n = np.random.default_rng(53), 20_000, 40
    values = rng.normal(-0.05, 0.3, (runs, n))
    error = values.std(axis=1, ddof=1) / n**0.5
    bound = 1.684875  # t(39), 95 %
    low, high = values.mean(axis=1) - bound * error, values.mean(axis=1) + bound * error
    scale = 0.3 / n**0.5
    worse, both = margin_mean_power(-0.05 / scale, 0.15 / scale, n - 1)
    assert close(float((low > -0.15).mean()), worse, runs)
    assert close(float(((low > -0.15) & (high < 0.15)).mean()), both, runs)


@pytest.mark.parametrize(("labels", "r"), [(60, 0.7), (150, 0.5)])
def test_differences_corrected_by_labels_are_found_as_often_as_foretold(
    labels: int, r: float
) -> None:
    """Differences that a judge sees with a correlation r; t with one less than the labels.

    Cross-fitting costs a little of what the formula promises, the less the more labels.
    """
    rng, runs, n, shift = np.random.default_rng(54), 400, 600, 0.25
    found = 0
    for _ in range(runs):
        true = rng.normal(shift, 1, n)
        judged = r * (true - shift) + (1 - r**2) ** 0.5 * rng.normal(0, 1, n) + 0.4
        sample = JudgedSample.of(true[:labels], judged[:labels], judged[labels:])
        estimate = linear_ppi(sample, rng=rng)
        assert estimate.low is not None
        found += estimate.low > 0
    worth = effective_n(labels, n - labels, r)
    expected = mean_power(labels, shift, MeanDesign(sd=(labels / worth) ** 0.5), side="two")
    assert found / runs == pytest.approx(expected, abs=3 * (0.25 / runs) ** 0.5 + 0.03)


def test_correlations_are_shown_as_often_as_foretold() -> None:
    rng, runs, n, r = np.random.default_rng(55), 4000, 40, 0.4
    x, noise = rng.normal(size=(2, runs, n))
    y = r * x + (1 - r**2) ** 0.5 * noise
    seen = [float(np.corrcoef(a, b)[0, 1]) for a, b in zip(x, y, strict=True)]
    shown = np.mean([(fisher_z(one, n).low or -1) > 0 for one in seen])
    assert close(float(shown), correlation_power(r, n), runs)


@pytest.mark.parametrize("n", [12, 26])
def test_two_correlations_are_told_apart_as_often_as_foretold(n: int) -> None:
    """.90 and .63 with a target, .50 with each other, by Williams' t: 26 systems are enough."""
    rng, runs = np.random.default_rng(56), 1500
    two = TwoCorrelations(0.9, 0.63, 0.5)
    matrix = np.array([[1, 0.9, 0.63], [0.9, 1, 0.5], [0.63, 0.5, 1]])
    draws = rng.multivariate_normal(np.zeros(3), matrix, size=(runs, n))
    found = 0
    for rows in draws:
        seen = np.corrcoef(rows.T)
        t = williams_t(Overlapping(seen[0, 1], seen[0, 2], seen[1, 2]), n).statistic
        found += t > 0 and two_sided_t(t, n - 3) <= 0.05
    assert found / runs == pytest.approx(two_correlations_power(two, n), abs=0.06)


@pytest.mark.long
def test_the_cheapest_design_finds_the_difference_as_often_as_asked() -> None:
    """The whole study simulated: trials, a judge with calls of its own, a part rated by people."""
    spread = Spread(between=0.06, trials=0.02, raters=0.05, judge=0.6, reliability=0.7)
    prices = Prices(answer=0.004, judgment=0.02, rating=2.0)
    rng, runs, difference = np.random.default_rng(57), 1500, 0.06
    design = cheapest_design(difference, spread, prices, choices=Choices(repeats=(0, 1, 2)))
    assert design.repeats > 0
    n, m, k = design.examples, design.labelled, design.trials
    var = spread.of_examples(k)
    r2 = spread.known(k, design.repeats)
    found = 0
    for _ in range(runs):
        true = rng.normal(difference, var**0.5, n)
        judged = true + rng.normal(0, (var * (1 / r2 - 1)) ** 0.5, n)
        said = true[:m] + rng.normal(0, spread.of_people(k, design.raters) ** 0.5, m)
        estimate = linear_ppi(JudgedSample.of(said, judged[:m], judged[m:]), rng=rng)
        assert estimate.low is not None
        found += estimate.low > 0
    assert found / runs == pytest.approx(0.8, abs=3 * (0.16 / runs) ** 0.5 + 0.01)
