"""Clusters and weights, against the same formulas in a loop and against other libraries."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from measurand.stats.alt_test import alt_test
from measurand.stats.arrays import Floats
from measurand.stats.ceiling_phi import _beta, _coins, _independent
from measurand.stats.ceiling_sampled import mean_reliability
from measurand.stats.estimate import Estimate
from measurand.stats.icc import icc
from measurand.stats.icc_clustered import clustered_icc
from measurand.stats.kappa import cohen_kappa
from measurand.stats.kappa_clustered import clustered_kappa
from measurand.stats.leave_one_out import leave_one_out
from measurand.stats.mean import clustered_mean

RNG = np.random.default_rng
CODES = np.arange(90) // 3


def people() -> Floats:
    rng = RNG(3)
    truth = rng.normal(size=30)[CODES] + rng.normal(size=90)
    return np.clip(np.round(3 + truth[:, None] + 0.8 * rng.normal(size=(90, 3))), 1, 5)


def jackknifed(
    statistic: Callable[[Floats], float], table: Floats, scale: Callable[[float], float]
) -> tuple[float, float]:
    """The value and its t interval on a scale, leaving out one cluster after the other."""
    without = np.array([scale(statistic(table[c != CODES])) for c in range(30)])
    error = math.sqrt(29 / 30 * ((without - without.mean()) ** 2).sum())
    middle, half = scale(statistic(table)), float(stats.t.ppf(0.975, 29)) * error
    return middle - half, middle + half


def one(estimate: Estimate) -> float:
    assert estimate.value is not None
    return estimate.value


def told(found: Estimate) -> tuple[float, float]:
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


def test_the_reliability_of_a_mean() -> None:
    low, high = jackknifed(lambda x: 1 - one(icc(x, form="1", average=True)), people(), math.log)
    assert told(mean_reliability(people(), clusters=CODES)) == pytest.approx(
        (1 - math.exp(high), 1 - math.exp(low)), abs=1e-6
    )


def test_weighted_squares_against_the_definition() -> None:
    """Searle, Casella and McCulloch: divisors by which both squares are unbiased."""
    table, weights = people(), RNG(4).uniform(0.5, 3, 90)
    k = 3
    means = table.mean(axis=1)
    middle = np.average(means, weights=weights)
    between = k * (weights * (means - middle) ** 2).sum()
    between /= weights.sum() - (weights**2).sum() / weights.sum()
    within = (weights[:, None] * (table - means[:, None]) ** 2).sum() / (weights.sum() * (k - 1))
    assert mean_reliability(table, weights=weights).value == pytest.approx(
        1 - within / between, abs=1e-6
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_one_person_against_the_others(*, weighted: bool) -> None:
    table = people()
    weights = RNG(5).uniform(0.5, 3, 90) if weighted else np.ones(90)

    def mean_r(x: Floats) -> float:
        rs = []
        for rater in range(3):
            others = np.delete(x[:, :3], rater, axis=1).mean(axis=1)
            cov = np.cov(x[:, rater], others, aweights=x[:, 3])
            rs.append(cov[0, 1] / math.sqrt(cov[0, 0] * cov[1, 1]))
        return float(np.mean(rs))

    low, high = jackknifed(mean_r, np.column_stack([table, weights]), math.atanh)
    found = leave_one_out(table, rng=RNG(0), clusters=CODES, weights=weights if weighted else None)
    assert told(found) == pytest.approx((math.tanh(low), math.tanh(high)), abs=1e-6)


@pytest.mark.parametrize("form", ["A", "C"])
@pytest.mark.parametrize("raters", [2, 3])
def test_two_way_correlations(form: str, raters: int) -> None:
    table = people()[:, :raters] + np.arange(raters)
    kind = "A" if form == "A" else "C"

    def fisher(r: float) -> float:
        return math.log((1 + (raters - 1) * r) / (1 - r)) / 2

    low, high = jackknifed(lambda x: one(icc(x, form="A" if kind == "A" else "C")), table, fisher)
    found = clustered_icc(table, form="A" if kind == "A" else "C", clusters=CODES)
    assert tuple(map(fisher, told(found))) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
def test_kappa(weights: str) -> None:
    how = {"none": "none", "linear": "linear"}.get(weights, "quadratic")

    def kappa(x: Floats) -> float:
        return one(cohen_kappa(x[:, 0], x[:, 1], weights=how))  # type: ignore[arg-type]

    found = clustered_kappa(
        people()[:, 0],
        people()[:, 1],
        weights=how,  # type: ignore[arg-type]
        clusters=CODES,
    )
    assert told(found) == pytest.approx(jackknifed(kappa, people(), float), abs=1e-6)


def test_the_alt_test_of_one_rater_is_the_t_test_of_a_clustered_mean() -> None:
    """The sandwich of `clustered_mean`, which statsmodels gives too, around epsilon."""
    table = people()
    judge = table.mean(axis=1) + 0.6 * RNG(6).normal(size=90)
    found = alt_test(judge, table, clusters=CODES, epsilon=0.2)
    for rater in range(3):
        others = np.delete(table, rater, axis=1)
        own = ((others - table[:, [rater]]) ** 2).sum(axis=1)
        its = ((others - judge[:, None]) ** 2).sum(axis=1)
        gap = np.where(np.abs(own - its) < 1e-9, 0.0, np.sign(its - own))
        mean = clustered_mean(gap, CODES)
        error = ((mean.high or 0) - one(mean)) / float(stats.t.ppf(0.975, 29))
        t = (one(mean) - 0.2) / error
        assert found.p[rater] == pytest.approx(float(stats.t.cdf(t, 29)), abs=1e-6)


@pytest.mark.parametrize("raters", [2, 3, 4])
@pytest.mark.parametrize("a", [0.3, 2.0])
def test_majorities_that_differ_against_a_simulation_of_two_votes(raters: int, a: float) -> None:
    """Of pairs of votes without ties on a unit, the share that differ is 2 d, up to ties."""
    grid = (np.arange(20_000) + 0.5) / 20_000
    p = stats.beta.ppf(grid, a, a)
    half = a / (4 * a + 2)
    yes = stats.binom.sf(raters // 2, raters, p)
    no = stats.binom.sf(raters // 2, raters, 1 - p)
    expected = np.mean(yes * no / (yes + no)) / np.mean(yes + no)
    sizes = {raters: 1.0}
    assert _beta(half, sizes) == pytest.approx(expected, abs=1e-6)
    assert _independent(half, sizes) <= expected <= _coins(half, sizes)


def test_two_people_by_hand() -> None:
    """u^2 / (1 - 2 u)^2 where all units are alike, h / 2 / (1 - 2 h) where some are coins."""
    for half in (0.01, 0.1, 0.2):
        assert _independent(half, {2: 1.0}) == pytest.approx((half / (1 - 2 * half)) ** 2)
        assert _coins(half, {2: 1.0}) == pytest.approx(half / 2 / (1 - 2 * half))
        assert _coins(half, {3: 1.0}) == pytest.approx(half)
