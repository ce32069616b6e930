"""Bradley-Terry against printed figures, a generalised linear model and a likelihood by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.stats.bradley_terry import Strengths, bradley_terry
from measurand.stats.mean import clustered_mean
from measurand.stats.pair_results import PairResults, pair_results
from measurand.stats.win_rate import win_rate

Floats = NDArray[np.float64]

CITATIONS = (
    ("Biometrika", "CommStat", 730, 33),
    ("Biometrika", "JASA", 498, 320),
    ("Biometrika", "JRSSB", 221, 284),
    ("CommStat", "JASA", 68, 813),
    ("CommStat", "JRSSB", 17, 276),
    ("JASA", "JRSSB", 142, 325),
)
"""Stigler (1994): how often one journal cites the other, by who is cited."""
PLAYERS = (("A", "B", 2, 3), ("A", "D", 1, 4), ("B", "C", 5, 3), ("C", "D", 1, 3))


def counted(rows: tuple[tuple[str, str, int, int], ...]) -> PairResults:
    first, second, points = [], [], []
    for one, other, won, lost in rows:
        first += [one] * (won + lost)
        second += [other] * (won + lost)
        points += [1.0] * won + [0.0] * lost
    return pair_results(first, second, points)


def clustered(seed: int = 4, n: int = 900) -> PairResults:
    """Five systems, ties, a feature, raters and examples that cross."""
    rng = np.random.default_rng(seed)
    one = rng.integers(5, size=n)
    other = (one + rng.integers(1, 5, size=n)) % 5
    feature = rng.normal(size=n)
    rater, example = rng.integers(25, size=n), rng.integers(40, size=n)
    own = rng.normal(0, 0.6, (25, 5))
    gap = 0.3 * (one - other) + 0.5 * feature + own[rater, one] - own[rater, other]
    points = (rng.random(n) < 1 / (1 + np.exp(-gap))).astype(float)
    points[rng.random(n) < 0.2] = 0.5
    return pair_results(
        [f"s{p}" for p in one],
        [f"s{p}" for p in other],
        points,
        names=[f"s{p}" for p in range(5)],
        features={"length": feature},
        clusters={"rater": rater, "example": example},
    )


def design(results: PairResults) -> Floats:
    """Dummies of all systems but the first, then the features."""
    table = np.zeros((results.n, len(results.names)))
    table[np.arange(results.n), results.first] += 1
    table[np.arange(results.n), results.second] -= 1
    return np.hstack([table[:, 1:], results.features])


def from_the_first(fit: Strengths, covariance: Floats) -> tuple[Floats, Floats]:
    """Parameters with the first system at 0, and their covariance."""
    size = len(fit.results.names)
    move = np.eye(fit.parameters.size)
    move[:size, 0] -= 1
    return (move @ fit.parameters)[1:], (move @ covariance @ move.T)[1:, 1:]


def test_citations_of_four_journals_to_the_printed_digits() -> None:
    fit = bradley_terry(counted(CITATIONS))
    values, covariance = from_the_first(fit, fit.naive)
    assert fit.results.names[1:] == ("CommStat", "JASA", "JRSSB")
    assert values == pytest.approx([-2.94907, -0.47957, 0.26895], abs=5e-6)
    assert np.sqrt(np.diag(covariance)) == pytest.approx([0.10255, 0.06059, 0.07083], abs=6e-6)
    assert fit.deviance() == pytest.approx(4.2934, abs=5e-5)


def test_citations_are_those_of_a_generalised_linear_model() -> None:
    oracle = pytest.importorskip("statsmodels.api")
    counts = np.array([[won, lost] for _, _, won, lost in CITATIONS], dtype=float)
    sides = [row[0] for row in CITATIONS], [row[1] for row in CITATIONS]
    grouped = design(pair_results(*sides, np.ones(6)))
    expected = oracle.GLM(counts, grouped, family=oracle.families.Binomial()).fit(tol=1e-14)
    fit = bradley_terry(counted(CITATIONS))
    values, covariance = from_the_first(fit, fit.naive)
    assert values == pytest.approx(expected.params, abs=1e-9)
    assert np.sqrt(np.diag(covariance)) == pytest.approx(expected.bse, abs=1e-9)
    assert fit.deviance() == pytest.approx(expected.deviance, abs=1e-8)


def test_four_players() -> None:
    """The example of the encyclopaedia: strengths of product 1."""
    fit = bradley_terry(counted(PLAYERS))
    found = dict(zip(fit.results.names, np.exp(fit.values), strict=True))
    expected = {"A": 0.640, "B": 1.043, "C": 0.660, "D": 2.270}
    assert found == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize("way", ["rater", "example"])
def test_errors_by_cluster_are_those_of_a_generalised_linear_model(way: str) -> None:
    oracle = pytest.importorskip("statsmodels.api")
    results = clustered()
    fit = bradley_terry(replace(results, clusters={way: results.clusters[way]}))
    codes = results.clusters[way]
    expected = oracle.GLM(results.points, design(results), family=oracle.families.Binomial()).fit(
        tol=1e-14, cov_type="cluster", cov_kwds={"groups": codes, "use_correction": False}
    )
    values, covariance = from_the_first(fit, fit.covariance.matrix)
    count = codes.max() + 1
    assert values == pytest.approx(expected.params, abs=1e-8)
    factor = count / (count - 1)
    assert covariance == pytest.approx(factor * expected.cov_params(), abs=1e-8)


def test_two_ways_are_the_one_and_the_other_less_both() -> None:
    oracle = pytest.importorskip("statsmodels.api")
    results = clustered()
    model = oracle.GLM(results.points, design(results), family=oracle.families.Binomial())
    rater, example = results.clusters["rater"], results.clusters["example"]
    both = np.unique(rater * 1000 + example, return_inverse=True)[1]
    expected = np.zeros((5, 5))
    for sign, codes in ((1, rater), (1, example), (-1, both)):
        kinds = {"groups": codes, "use_correction": False}
        fitted = model.fit(tol=1e-14, cov_type="cluster", cov_kwds=kinds)
        count = codes.max() + 1
        expected += sign * count / (count - 1) * fitted.cov_params()
    fit = bradley_terry(results)
    assert fit.covariance.method == "two-way CR1 by rater and example, t(24)"
    assert from_the_first(fit, fit.covariance.matrix)[1] == pytest.approx(expected, abs=1e-8)


def test_ties_as_an_outcome_are_davidsons_likelihood() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    results = replace(clustered(), features=np.empty((900, 0)), labels=())

    def lost(parameters: Floats) -> float:
        worth = np.exp(np.append(0.0, parameters[:-1]))
        one, other = worth[results.first], worth[results.second]
        tied = np.exp(parameters[-1]) * np.sqrt(one * other)
        chance = np.where(results.ties, tied, np.where(results.points > 0.5, one, other))
        return float(-np.log(chance / (one + other + tied)).sum())

    expected = optimize.minimize(lost, np.zeros(5), method="BFGS", options={"gtol": 1e-6})
    fit = bradley_terry(results, ties="davidson")
    assert fit.values[1:] - fit.values[0] == pytest.approx(expected.x[:-1], abs=1e-5)
    assert fit.tie == pytest.approx(expected.x[-1], abs=1e-5)
    assert fit.likelihood == pytest.approx(-expected.fun, abs=1e-6)
    curved = np.linalg.inv(_hessian(lost, np.append(fit.values[1:] - fit.values[0], fit.tie)))
    assert from_the_first(fit, fit.naive)[1] == pytest.approx(curved, rel=1e-3)


def _hessian(function: object, at: Floats, step: float = 1e-4) -> Floats:
    assert callable(function)
    eye = step * np.eye(at.size)
    return np.array(
        [
            [
                (
                    function(at + a + b)
                    - function(at + a - b)
                    - function(at - a + b)
                    + function(at - a - b)
                )
                / (4 * step**2)
                for b in eye
            ]
            for a in eye
        ]
    )


def test_the_win_rate_of_two_systems_is_the_clustered_mean_of_points() -> None:
    rng = np.random.default_rng(1)
    points = rng.choice([0.0, 0.5, 1.0], size=200, p=[0.2, 0.3, 0.5])
    clusters = np.repeat(np.arange(40), 5)
    results = pair_results(["a"] * 200, ["b"] * 200, points, clusters={"example": clusters})
    found = win_rate(bradley_terry(results), 0, against=1)
    mean = clustered_mean(points, clusters)
    assert mean.value is not None
    assert mean.high is not None
    assert found.low is not None
    assert found.high is not None
    assert found.value == pytest.approx(mean.value, abs=1e-9)
    share = mean.value
    logit = np.log(share / (1 - share))
    half = (mean.high - share) / (share * (1 - share))
    ends = 1 / (1 + np.exp(-np.array([logit - half, logit + half])))
    assert (found.low, found.high) == pytest.approx(ends, abs=1e-9)


@pytest.mark.parametrize("ties", ["half", "davidson"])
@pytest.mark.parametrize("against", [None, 3])
def test_a_win_rate_has_the_error_of_its_slopes(*, ties: str, against: int | None) -> None:
    """The gradient by differences, through another parameterisation."""
    results = clustered()
    fit = bradley_terry(results, ties="half" if ties == "half" else "davidson")
    covariance = fit.covariance.matrix

    def rate(parameters: Floats) -> float:
        others = [3] if against is not None else [0, 2, 3, 4]
        found = []
        for other in others:
            gap = parameters[1] - parameters[other]
            tie = np.exp(parameters[-1]) if ties == "davidson" else 0.0
            whole = np.exp(gap / 2) + np.exp(-gap / 2) + tie
            found.append((np.exp(gap / 2) + tie / 2) / whole)
        share = float(np.mean(found))
        return float(np.log(share / (1 - share)))

    step = 1e-6 * np.eye(fit.parameters.size)
    at = fit.parameters
    gradient = np.array([(rate(at + s) - rate(at - s)) / 2e-6 for s in step])
    found = win_rate(fit, 1, against=against)
    assert found.value is not None
    assert found.low is not None
    assert np.log(found.value / (1 - found.value)) == pytest.approx(rate(at), abs=1e-9)
    quantile = 2.0638985616280205  # t with 24 degrees
    half = np.log(found.value / (1 - found.value)) - np.log(found.low / (1 - found.low))
    floor = max(float(gradient @ part @ gradient) for part in (covariance, *fit.covariance.parts))
    assert half == pytest.approx(quantile * np.sqrt(floor), rel=1e-6)
