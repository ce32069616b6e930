"""Means corrected by labels, against the figures that others published or computed."""

import math

import numpy as np
import pytest

from measurand.stats.estimate import Estimate
from measurand.stats.judged import JudgedSample
from measurand.stats.mapping import folds_of
from measurand.stats.mean import mean_t
from measurand.stats.ppi import effective_n, label_plan, labels_saved, linear_ppi, ppi_mean
from measurand.stats.rogan_gladen import Counted, rogan_gladen
from measurand.stats.strata import dirichlet_strata, jeffreys_strata
from measurand.stats.transport import line_gap, transport_gap

LABELS = [1, 0, 1, 1, 0, 1, 1, 0, 1, 1]
JUDGED = [1, 0, 1, 1, 1, 1, 0, 0, 1, 1]
OTHERS = [1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1]


def three(estimate: Estimate) -> tuple[float, float, float]:
    assert estimate.value is not None
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.value, estimate.low, estimate.high


@pytest.mark.parametrize(
    ("lam", "expected"),
    [
        (0.0, (0.7, 0.415974, 0.984026)),
        (0.5, (0.725, 0.465028, 0.984972)),
        (1.0, (0.75, 0.414079, 1.085921)),
        (None, (0.718125, 0.462453, 0.973797)),
    ],
)
def test_ppi_mean_is_that_of_ppi_py(
    lam: float | None, expected: tuple[float, float, float]
) -> None:
    """As ppi_py 0.2.3 gives them: ppi_mean_pointestimate and ppi_mean_ci, alpha = .05."""
    found = ppi_mean(JudgedSample.of(LABELS, JUDGED, OTHERS), lam=lam)
    assert three(found) == pytest.approx(expected, abs=1e-6)


def test_rogan_gladen_is_that_of_lee_and_others() -> None:
    """The README of their code: p = .4 of 1000, q0 = .7 and q1 = .9, 200 labels of each."""
    found = rogan_gladen(
        Counted(400, 1000), sensitivity=Counted(180, 200), specificity=Counted(140, 200)
    )
    assert three(found) == pytest.approx((1 / 6, 0.05635, 0.26273), abs=5e-6)


@pytest.mark.parametrize(("r", "limit"), [(0.72, 2.08), (0.80, 2.78), (0.86, 3.84), (0.90, 5.26)])
def test_what_a_label_is_worth_has_a_limit(r: float, limit: float) -> None:
    assert effective_n(100, 10**9, r) / 100 == pytest.approx(limit, abs=5e-3)
    assert effective_n(50, 950, r) == pytest.approx(50 * 1000 / (50 + (1 - r**2) * 950), abs=1e-9)


@pytest.mark.parametrize(
    ("r", "labels", "others", "cost"),
    [(0.73, 237, 1267, 839), (0.80, 190, 1312, 698), (0.90, 110, 1240, 445)],
)
def test_the_cheapest_labels_are_those_of_ppi_power(
    r: float, labels: int, others: int, cost: int
) -> None:
    """As ppi_py's ppi_power: a label $3, a judgment $.085, worth 430 labels."""
    plan = label_plan(430, r, label_cost=3, judge_cost=0.085)
    assert (plan.labels, plan.unlabelled, round(plan.cost)) == (labels, others, cost)


def test_the_cheapest_labels_cost_what_the_formula_says_and_are_worth_what_was_asked() -> None:
    r, ratio = 0.9, 0.085 / 3
    plan = label_plan(430_000, r, label_cost=3, judge_cost=0.085)
    each = 3 * (1 - r**2 + ratio * r**2 + 2 * math.sqrt(ratio * r**2 * (1 - r**2)))
    assert plan.cost / 430_000 == pytest.approx(each, rel=1e-5)
    assert effective_n(plan.labels, plan.unlabelled, r) == pytest.approx(430_000, rel=1e-5)
    assert label_plan(430, 0.05, label_cost=3, judge_cost=1).unlabelled == 0


def test_linear_ppi_by_hand() -> None:
    """Four labels in two folds, two of each: whatever the deal, out of fold by hand."""
    labels, judged, others = np.array([1.0, 2, 4, 5]), np.array([2.0, 1, 5, 4]), np.array([3.0, 5])
    found = linear_ppi(
        JudgedSample.of(labels, judged, others), rng=np.random.default_rng(3), folds=2
    )
    fold = folds_of(np.arange(4), 2, np.random.default_rng(3))
    own, rest = np.empty(4), np.zeros(2)
    for k in (0, 1):
        (slope, intercept) = np.polyfit(judged[fold != k], labels[fold != k], 1)
        own[fold == k] = intercept + slope * judged[fold == k]
        rest += (intercept + slope * others) / 2
    whole = np.concatenate([own, rest])
    errors = labels - own
    parts = (whole - whole.mean()) / 6
    parts[:4] += (errors - errors.mean()) / 4
    half = 3.182446305283710 * math.sqrt(4 / 3 * np.sum(parts**2))
    value = whole.mean() + errors.mean()
    assert three(found) == pytest.approx((value, value - half, value + half), abs=1e-6)


def test_a_constant_judge_leaves_the_labels_to_themselves() -> None:
    labels = np.random.default_rng(4).normal(3, 1, 40)
    sample = JudgedSample.of(labels, np.ones(40), np.ones(200))
    found = linear_ppi(sample, rng=np.random.default_rng(1))
    assert found.value == pytest.approx(labels.mean(), abs=1e-9)
    own, plain = three(found), three(mean_t(labels))
    assert own[2] - own[1] == pytest.approx(plain[2] - plain[1], rel=0.1)


def test_jeffreys_strata_has_the_posterior_mean_by_hand() -> None:
    """pi = 22.5/31; t1 = 6.5/8; t0 = 1.5/4."""
    found = jeffreys_strata(
        JudgedSample.of(LABELS, JUDGED, OTHERS), rng=np.random.default_rng(5), draws=200_000
    )
    pi, above, below = 22.5 / 31, 6.5 / 8, 1.5 / 4
    value = pi * above + (1 - pi) * below
    assert found.value == pytest.approx(value, abs=1e-9)
    variance = _variance(22.5, 8.5)
    expected = (
        variance * (above - below) ** 2
        + (variance + pi**2) * _variance(6.5, 1.5)
        + (variance + (1 - pi) ** 2) * _variance(1.5, 2.5)
    )
    low, high = three(found)[1:]
    assert (high - low) / 2 == pytest.approx(1.96 * math.sqrt(expected), rel=0.03)


def test_dirichlet_strata_of_yes_and_no_have_their_mean_by_hand() -> None:
    """Prior weight of half on 0 and on 1: the posterior of `jeffreys_strata` itself."""
    sample = JudgedSample.of(LABELS, JUDGED, OTHERS)
    grades = dirichlet_strata(sample, grid=[0, 1], rng=np.random.default_rng(6), draws=100_000)
    shares = jeffreys_strata(sample, rng=np.random.default_rng(7), draws=100_000)
    assert grades.value == pytest.approx(shares.value, abs=1e-9)
    assert three(grades) == pytest.approx(three(shares), abs=5e-3)


def test_labels_saved_go_by_the_square_of_the_correlation() -> None:
    sample = JudgedSample.of(np.arange(50), np.arange(50), np.arange(950))
    r = Estimate(value=0.5, low=-0.1, high=0.7, n=50, method="Fisher z")
    found = labels_saved(r, sample)
    expected = [1000 / (50 + (1 - x**2) * 950) for x in (0.5, 0.0, 0.7)]
    assert three(found) == pytest.approx(expected, abs=1e-9)
    assert found.low == 1.0


def test_a_transport_gap_is_a_mean_of_differences() -> None:
    labels, predicted = np.array([1.0, 2, 2, 4]), np.array([2.0, 2, 3, 3.5])
    plain = transport_gap(labels, predicted)
    assert three(plain) == pytest.approx(three(mean_t(labels - predicted)), abs=1e-12)
    wider = transport_gap(labels, predicted, error=0.5)
    assert wider.high is not None
    assert plain.high is not None
    assert wider.value is not None
    half = math.hypot(plain.high - wider.value, 3.182446305283710 * 0.5)
    assert wider.high - wider.value == pytest.approx(half, abs=1e-9)


def test_the_error_of_a_line_is_that_of_statsmodels() -> None:
    oracle = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(8)
    judged, groups = rng.normal(size=60), np.repeat(np.arange(20), 3)
    labels = 0.5 * judged + rng.normal(size=20)[groups] + rng.normal(size=60)
    elsewhere = JudgedSample.of(labels, judged, [], clusters=groups)
    here = JudgedSample.of([0.3, 1.9, 1.0, 0.2], [1.0, 2.0, 0.5, 1.1], [])
    at = here.judged.mean()
    fit = oracle.OLS(labels, oracle.add_constant(judged - at)).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "df_correction": True}
    )
    factor = 59 / 58  # its correction has (n - 1) / (n - 2) beside C / (C - 1)
    expected = transport_gap(
        here.labels,
        fit.params[0] + fit.params[1] * (here.judged - at),
        error=fit.bse[0] / math.sqrt(factor),
    )
    assert three(line_gap(here, elsewhere)) == pytest.approx(three(expected), abs=1e-9)


def _variance(a: float, b: float) -> float:
    return a * b / ((a + b) ** 2 * (a + b + 1))


FIRST = ([1, 0, 1, 1, 0, 1, 1, 0, 1, 1], [1, 0, 1, 1, 1, 1, 0, 0, 1, 1])
SECOND = ([0, 0, 1, 0, 1, 1, 0, 0, 1, 1], [0, 1, 1, 0, 1, 1, 0, 1, 1, 0])
OTHERS_SECOND = [1, 0, 0, 1, 0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 1, 1]


def test_ppi_of_paired_differences_by_hand() -> None:
    """What people and a judge said of two systems on the same ten examples, and of twenty more.

    Differences of labels 1 0 0 1 -1 0 1 0 0 0, mean .2, and of judgments 1 -1 0 1 0 0 0 -1 0 1,
    mean .1; of the twenty others the judge says a difference of (15 - 12) / 20 = .15. With weight
    1 the estimate is .15 + (.2 - .1) = .25; its variance that of the twenty over 20 plus that of
    0 1 0 0 -1 0 1 1 0 -1 (mean .1, mean square .5) over 10: .049.
    """
    labels = np.subtract(FIRST[0], SECOND[0])
    judged = np.subtract(FIRST[1], SECOND[1])
    others = np.subtract(OTHERS, OTHERS_SECOND)
    assert labels.tolist() == [1, 0, 0, 1, -1, 0, 1, 0, 0, 0]
    assert judged.tolist() == [1, -1, 0, 1, 0, 0, 0, -1, 0, 1]
    assert others.sum() == 3
    spread = np.square(others).sum() / 20 - 0.15**2
    found = ppi_mean(JudgedSample.of(labels, judged, others), lam=1.0)
    half = 1.959963984540054 * math.sqrt(spread / 20 + (0.5 - 0.1**2) / 10)
    assert three(found) == pytest.approx((0.25, 0.25 - half, 0.25 + half), abs=1e-6)


def test_linear_ppi_of_weighted_outputs_by_hand() -> None:
    """As for weights alike, but that means are weighted: those of all, and those of the errors."""
    labels, judged = np.array([1.0, 0, -1, 1]), np.array([0.5, 0.25, -1, 0.75])
    others, weights = np.array([0.0, 1.0]), np.array([1.0, 2, 1, 4, 1, 1])
    found = linear_ppi(
        JudgedSample.of(labels, judged, others),
        rng=np.random.default_rng(3),
        folds=2,
        weights=weights,
    )
    fold = folds_of(np.arange(4), 2, np.random.default_rng(3))
    own, rest = np.empty(4), np.zeros(2)
    for k in (0, 1):
        (slope, intercept) = np.polyfit(judged[fold != k], labels[fold != k], 1)
        own[fold == k] = intercept + slope * judged[fold == k]
        rest += (intercept + slope * others) / 2
    whole, errors = np.concatenate([own, rest]), labels - own
    share, among = weights / 10, weights[:4] / 8
    parts = share * (whole - share @ whole)
    parts[:4] += among * (errors - among @ errors)
    half = 3.182446305283710 * math.sqrt(4 / 3 * np.sum(parts**2))
    value = share @ whole + among @ errors
    assert three(found) == pytest.approx((value, value - half, value + half), abs=1e-6)
