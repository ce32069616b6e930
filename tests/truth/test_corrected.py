"""Coverage of means corrected by labels, in worlds whose truth is known."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from measurand.analysis.correction import correct
from measurand.core.scale import ONE_TO_FIVE
from measurand.stats.estimate import Estimate
from measurand.stats.judged import JudgedSample
from measurand.stats.mean import mean_t
from measurand.stats.ppi import linear_ppi, ppi_mean
from measurand.stats.strata import dirichlet_strata, jeffreys_strata
from measurand.stats.transport import line_gap, transport_gap

Rng = np.random.Generator
Make = Callable[[Rng], JudgedSample]
Answer = Callable[[JudgedSample, Rng], Estimate]
GRID = (1.0, 2.0, 3.0, 4.0, 5.0)


def yes_no(n: int, share: float, sensitivity: float, specificity: float) -> Make:
    def make(rng: Rng) -> JudgedSample:
        truth = rng.random(1000) < share
        judged = np.where(truth, rng.random(1000) < sensitivity, rng.random(1000) > specificity)
        return JudgedSample.of(truth[:n], judged[:n], judged[n:])

    return make


def graded(n: int, *, middle: float = 3.0, spread: float = 1.2, size: int = 1) -> Make:
    """Grades of 1 to 5 in clusters of a size, whose items share 40 % of their variance."""

    def make(rng: Rng) -> JudgedSample:
        count = 1000 // size
        group = np.repeat(np.arange(count), size)
        shared = 0.0 if size == 1 else 0.4
        parts = [
            math.sqrt(shared) * rng.normal(size=count)[group]
            + math.sqrt(1 - shared) * rng.normal(size=1000)
            for _ in range(2)
        ]
        quality, noise = parts
        labels = np.clip(np.rint(middle + spread * quality), 1, 5)
        mixed = 0.73 * quality + math.sqrt(1 - 0.73**2) * noise
        judged = np.clip(np.rint(middle + 0.7 + 0.85 * spread * mixed), 1, 5)
        taken = np.isin(group, rng.permutation(count)[: n // size])
        order = np.concatenate([np.flatnonzero(taken), np.flatnonzero(~taken)])
        return JudgedSample.of(
            labels[order[:n]],
            judged[order[:n]],
            judged[order[n:]],
            clusters=None if size == 1 else group[order],
        )

    return make


def mean_grade(middle: float, spread: float) -> float:
    """The expected grade, by summing the normal distribution over the rounding."""
    cuts = (np.arange(1.5, 5) - middle) / spread
    above = [0.5 * math.erfc(cut / math.sqrt(2)) for cut in cuts]
    return 1 + sum(above)


def covered(make: Make, answer: Answer, truth: float, *, runs: int) -> tuple[float, float]:
    """How often the interval holds the truth, and how wide it is on average."""
    rng = np.random.default_rng(22)
    found = [answer(make(rng), rng) for _ in range(runs)]
    ends = np.asarray([(one.low, one.high) for one in found], dtype=float)
    held = (ends[:, 0] <= truth) & (truth <= ends[:, 1])
    return float(held.mean()), float((ends[:, 1] - ends[:, 0]).mean())


def tolerance(runs: int) -> float:
    return 3 * math.sqrt(0.95 * 0.05 / runs)


def by_jeffreys(sample: JudgedSample, rng: Rng) -> Estimate:
    return jeffreys_strata(sample, rng=rng, draws=2000)


def by_dirichlet(sample: JudgedSample, rng: Rng) -> Estimate:
    return dirichlet_strata(sample, grid=GRID, rng=rng, draws=2000)


def by_line(sample: JudgedSample, rng: Rng) -> Estimate:
    return linear_ppi(sample, rng=rng, bounds=(1, 5))


YES_NO = [
    (20, 0.7, 0.9, 0.7, 0.954, 0.30),
    (50, 0.7, 0.9, 0.7, 0.946, 0.20),
    (35, 0.95, 0.97, 0.5, 0.969, 0.128),
    (50, 0.95, 0.97, 0.5, 0.972, 0.105),
    (100, 0.95, 0.97, 0.5, 0.948, 0.075),
    (200, 0.95, 0.97, 0.5, 0.940, 0.054),
    (50, 0.99, 0.99, 0.6, 0.963, 0.062),
    (100, 0.99, 0.99, 0.6, 0.963, 0.038),
]
"""Labels, share, sensitivity, specificity; coverage and width that others measured."""

GRADED = [(20, 0.95, 0.79), (50, 0.95, 0.46), (100, 0.955, 0.33)]


@pytest.mark.parametrize("case", [YES_NO[1], YES_NO[3]])
def test_jeffreys_strata_cover_where_the_published_interval_does_not(
    case: tuple[int, float, float, float, float, float],
) -> None:
    n, share, sensitivity, specificity, coverage, width = case
    found = covered(yes_no(n, share, sensitivity, specificity), by_jeffreys, share, runs=400)
    assert found[0] == pytest.approx(coverage, abs=tolerance(400))
    assert found[1] == pytest.approx(width, rel=0.05)


@pytest.mark.long
@pytest.mark.parametrize("case", YES_NO)
def test_jeffreys_strata_at_length(
    case: tuple[int, float, float, float, float, float],
) -> None:
    n, share, sensitivity, specificity, coverage, width = case
    found = covered(yes_no(n, share, sensitivity, specificity), by_jeffreys, share, runs=4000)
    assert found[0] == pytest.approx(coverage, abs=0.015)
    assert 0.93 < found[0] < 0.985
    assert found[1] == pytest.approx(width, rel=0.04)


@pytest.mark.long
def test_the_published_interval_covers_too_little_near_the_end() -> None:
    make = yes_no(35, 0.95, 0.97, 0.5)
    rng = np.random.default_rng(5)
    found = []
    for _ in range(2000):
        sample = make(rng)
        if np.ptp(sample.labels) == 0:
            found.append(False)  # it would be [1, 1]; here it is refused
            continue
        one = ppi_mean(sample)
        found.append((one.low or 0) <= 0.95 <= (one.high or 0))
    assert np.mean(found) == pytest.approx(0.828, abs=0.03)


@pytest.mark.parametrize("n", [20, 100])
def test_the_line_covers_and_saves_labels(n: int) -> None:
    truth = mean_grade(3.0, 1.2)
    held, width = covered(graded(n), by_line, truth, runs=400)
    alone = covered(
        graded(n), lambda sample, _: mean_t(sample.labels, bounds=(1, 5)), truth, runs=400
    )
    assert held == pytest.approx(0.95, abs=tolerance(400))
    assert width < 0.88 * alone[1]


@pytest.mark.long
@pytest.mark.parametrize("n", [10, 20, 50, 100, 200])
@pytest.mark.parametrize("answer", [by_line, by_dirichlet])
def test_graded_means_cover_at_length(n: int, answer: Answer) -> None:
    held, _ = covered(graded(n), answer, mean_grade(3.0, 1.2), runs=4000)
    assert 0.935 < held < 0.985


def test_dirichlet_strata_cover_grades_near_the_best() -> None:
    make, truth = graded(35, middle=4.8, spread=0.7), mean_grade(4.8, 0.7)
    held, _ = covered(make, by_dirichlet, truth, runs=400)
    assert held == pytest.approx(0.955, abs=tolerance(400))


@pytest.mark.long
@pytest.mark.parametrize("n", [35, 50, 100])
def test_dirichlet_strata_cover_grades_near_the_best_at_length(n: int) -> None:
    truth = mean_grade(4.8, 0.7)
    held, _ = covered(graded(n, middle=4.8, spread=0.7), by_dirichlet, truth, runs=4000)
    assert 0.935 < held < 0.98


def by_rule(sample: JudgedSample, rng: Rng) -> Estimate:
    """The estimator that reports choose, on the unit interval as they see it."""
    seed = int(rng.integers(1 << 30))
    parts = ((part - 1) / 4 for part in (sample.labels, sample.judged, sample.unlabelled))
    whole = JudgedSample.of(*parts, clusters=sample.codes)
    return correct(whole, scale=ONE_TO_FIVE, seed=seed).estimate.scaled(4, 1)


@pytest.mark.long
@pytest.mark.parametrize("n", [10, 20, 50, 100, 200])
@pytest.mark.parametrize(("middle", "spread"), [(3.0, 1.2), (4.8, 0.7)])
def test_what_reports_choose_covers_at_length(n: int, middle: float, spread: float) -> None:
    make, truth = graded(n, middle=middle, spread=spread), mean_grade(middle, spread)
    held, _ = covered(make, by_rule, truth, runs=2000)
    assert 0.92 < held < 0.985


@pytest.mark.parametrize("answer", [by_line, by_dirichlet])
def test_clusters_are_counted(answer: Answer) -> None:
    truth = mean_grade(3.0, 1.2)
    held, _ = covered(graded(100, size=5), answer, truth, runs=150)
    assert held == pytest.approx(0.95, abs=tolerance(150))

    def blind(sample: JudgedSample, rng: Rng) -> Estimate:
        return answer(JudgedSample.of(sample.labels, sample.judged, sample.unlabelled), rng)

    assert covered(graded(100, size=5), blind, truth, runs=150)[0] < 0.91


@pytest.mark.long
@pytest.mark.parametrize("answer", [by_line, by_dirichlet])
@pytest.mark.parametrize("n", [50, 100, 200])
def test_clusters_are_counted_at_length(answer: Answer, n: int) -> None:
    held, _ = covered(graded(n, size=5), answer, mean_grade(3.0, 1.2), runs=4000)
    assert 0.93 < held < 0.985


def test_a_gap_covers_only_with_the_error_of_its_calibration() -> None:
    """40 labels in each of two populations; the line that is fitted on one holds in both."""
    rng = np.random.default_rng(9)
    held = np.zeros(2)
    for _ in range(500):
        elsewhere, here = (_on_a_line(rng, middle, 40) for middle in (0.0, 0.5))
        slope, intercept = np.polyfit(elsewhere.judged, elsewhere.labels, 1)
        found = (
            line_gap(here, elsewhere),
            transport_gap(here.labels, intercept + slope * here.judged),
        )
        assert found[0].value == pytest.approx(found[1].value)
        held += [(one.low or 0) <= 0 <= (one.high or 0) for one in found]
    assert held[0] / 500 == pytest.approx(0.95, abs=tolerance(500))
    assert held[1] / 500 < 0.9


def _on_a_line(rng: Rng, middle: float, n: int) -> JudgedSample:
    judged = rng.normal(middle, 1.0, n)
    return JudgedSample.of(0.8 * judged + rng.normal(size=n), judged, [])
