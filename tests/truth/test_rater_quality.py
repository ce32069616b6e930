"""Planted raters are recovered, bad ones found, and honest ones left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from math import sqrt
from typing import NamedTuple

import numpy as np
import pytest
from scipy.special import betaincinv

from measurand.analysis.rater_quality import rater_quality
from measurand.core.scale import ONE_TO_FIVE, YES_NO
from measurand.errors import InsufficientData
from measurand.simulate.rater_panel import Person, Round, rater_round
from measurand.simulate.raters import expected, rate
from measurand.stats.arrays import Floats
from measurand.stats.dawid_skene import one_coin_accuracy
from measurand.stats.estimate import Estimate
from measurand.stats.median import median
from measurand.stats.rater_rest import Panel, rater_rest, rater_variety
from measurand.stats.severity import rater_severity
from measurand.stats.sprt import Sprt

Rng = np.random.Generator
LEVEL, ALPHA = 0.95, 0.05
LOW, HIGH = 0.9, 0.99
"""What a coverage of 95 % is allowed to be where an interval is approximate."""


def upper(share: float, runs: int) -> float:
    """Three standard errors above a share."""
    return share + 3 * sqrt(share * (1 - share) / runs)


def holds(estimate: Estimate, truth: float) -> bool:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low <= truth <= estimate.high


class Pool(NamedTuple):
    accuracy: tuple[float, ...]
    units: int
    classes: int = 2
    each: int | None = None
    shares: tuple[float, ...] | None = None


def labels(rng: Rng, pool: Pool) -> Floats:
    """Ratings by raters of one coin each."""
    truth = rng.choice(pool.classes, size=(pool.units, 1), p=pool.shares)
    shape = pool.units, len(pool.accuracy)
    wrong = (truth + rng.integers(1, pool.classes, size=shape)) % pool.classes
    table = np.where(rng.random(shape) < pool.accuracy, truth, wrong).astype(float)
    if pool.each is not None:
        table[rng.random(shape).argsort(axis=1).argsort(axis=1) >= pool.each] = np.nan
    return table


@pytest.mark.parametrize("accuracy", [0.6, 0.7, 0.85, 0.9, 0.97])
def test_the_sequential_test_does_what_its_recursion_says(accuracy: float) -> None:
    test, runs = Sprt(), 4000
    rng = np.random.default_rng(1)
    courses = [test.follow(rng.random(400) < accuracy) for _ in range(runs)]
    found = test.operation(accuracy)
    qualified = np.mean([course.decision == "qualified" for course in courses])
    error = 3 * sqrt(found.qualified * (1 - found.qualified) / runs) + 1e-9
    assert qualified == pytest.approx(found.qualified, abs=error + 1e-3)
    trials = np.asarray([course.trials for course in courses])
    assert trials.mean() == pytest.approx(found.trials, abs=3 * trials.std() / sqrt(runs) + 1e-9)


@pytest.mark.parametrize("dimensions", [2, 3, 5])
def test_golden_ratings_that_go_wrong_together_keep_the_errors(dimensions: int) -> None:
    """Correlation .3 within an output; taken as independent, three dimensions err in .11."""
    test, runs, spread = Sprt(), 1500, 0.7 / 0.3
    for accuracy, wrong in ((0.7, "qualified"), (0.9, "failed")):
        rng = np.random.default_rng(dimensions)
        errors = 0
        for _ in range(runs):
            chance = rng.beta(accuracy * spread, (1 - accuracy) * spread, (150, 1))
            trials = (rng.random((150, dimensions)) < chance).ravel()
            course = test.follow(trials, effect=1 + (dimensions - 1) * 0.3)
            errors += course.decision == wrong
        assert errors / runs <= upper(ALPHA, runs)


def test_the_sequential_tests_errors_are_within_five_percent() -> None:
    test = Sprt()
    assert test.operation(0.7).qualified == pytest.approx(0.0450, abs=1e-4)
    assert test.operation(0.9).failed == pytest.approx(0.0337, abs=1e-4)


@pytest.mark.parametrize(
    "pool",
    [
        Pool((0.9, 0.9, 0.8), 50),
        Pool((0.95, 0.9, 0.85, 0.7, 0.6), 200, each=3),
        Pool((0.95, 0.9, 0.8, 0.2), 60, classes=5),
        Pool((0.97, 0.95, 0.9), 200, shares=(0.1, 0.9)),
    ],
)
def test_planted_accuracy_is_covered(pool: Pool) -> None:
    runs = 200
    held = [
        [holds(e, a) for e, a in zip(one_coin_accuracy(table), pool.accuracy, strict=True)]
        for table in (labels(np.random.default_rng([2, run]), pool) for run in range(runs))
    ]
    shares = np.mean(held, axis=0)
    assert shares.min() >= 0.86
    assert LOW <= shares.mean() <= HIGH


def quantiles(count: int) -> Floats:
    """The population of latent qualities that `rater_round` draws from."""
    return np.asarray(betaincinv(2.0, 1.5, (np.arange(count) + 0.5) / count))


@pytest.mark.parametrize("units", [40, 150])
def test_planted_severity_is_covered(units: int) -> None:
    """Rounding and the ends of the scale included: the truth is what ratings average to."""
    severity, noise, runs = (0.0, 0.6, -0.4), 0.8, 300
    means = [
        expected(quantiles(4000), noise=noise, severity=[s], scale=ONE_TO_FIVE)[0].mean() * 4
        for s in severity
    ]
    truth = np.median(means) - np.asarray(means)
    held = []
    for run in range(runs):
        rng = np.random.default_rng([units, run])
        table = rate(
            rng.beta(2.0, 1.5, units),
            raters=3,
            noise=noise,
            severity=severity,
            scale=ONE_TO_FIVE,
            rng=rng,
        )
        found = rater_severity(table, span=4)
        held.append([holds(s.estimate, t) for s, t in zip(found, truth, strict=True)])
    shares = np.mean(held, axis=0)
    assert shares[0] >= LOW  # the median rater, whose truth is 0 by definition
    assert all(0.91 <= share <= HIGH for share in shares[1:])


def test_a_severity_at_its_bound_is_called_beyond_no_more_often_than_stated() -> None:
    runs, bound = 1000, 0.5
    found = []
    for run in range(runs):
        rng = np.random.default_rng([3, run])
        table = rng.normal(3, 1, (100, 1)) - [0, 0, 0, bound, 0] + rng.normal(0, 0.8, (100, 5))
        p = rater_severity(table, span=8)[3].p_beyond(bound)
        assert p is not None
        found.append(p <= ALPHA)
    assert np.mean(found) <= upper(ALPHA, runs)
    assert np.mean(found) > 0  # the median of five leans towards the one that is apart


def agreements(accuracy: Sequence[float], yes: float, rater: int) -> tuple[float, float]:
    """What a rater's agreement, and the rest's, truly are for independent errors on yes/no."""

    def skill(a: float) -> float:
        return 2 * a - 1

    def variance(a: float) -> float:
        mean = yes * a + (1 - yes) * (1 - a)
        return mean * (1 - mean)

    others = [a for place, a in enumerate(accuracy) if place != rater]
    spread, mine = yes * (1 - yes), accuracy[rater]
    own = sum(skill(mine) * skill(a) * spread for a in others) / sum(
        (variance(mine) + variance(a)) / 2 for a in others
    )
    pairs = [(a, b) for i, a in enumerate(others) for b in others[i + 1 :]]
    rest = sum(skill(a) * skill(b) * spread for a, b in pairs) / sum(
        (variance(a) + variance(b)) / 2 for a, b in pairs
    )
    return own, rest


@pytest.mark.parametrize(
    ("pool", "yes"),
    [
        (Pool((0.9, 0.9, 0.8), 50), 0.5),
        (Pool((0.95, 0.9, 0.5), 100), 0.7),
        (Pool((0.95, 0.9, 0.85, 0.7, 0.6), 150, each=3), 0.5),
    ],
)
def test_agreement_with_others_is_covered(pool: Pool, yes: float) -> None:
    runs = 300
    held = []
    for run in range(runs):
        table = labels(np.random.default_rng([4, run]), pool._replace(shares=(1 - yes, yes)))
        panel = Panel(table, np.arange(pool.units))
        for rater in range(len(pool.accuracy)):
            own, rest = agreements(pool.accuracy, yes, rater)
            found = rater_rest([panel], rater)
            gap = own - rest * found.share
            pairs = ((found.own, own), (found.rest, rest), (found.gap, gap))
            held.append([holds(estimate, truth) for estimate, truth in pairs])
    shares = np.mean(held, axis=0)
    assert all(LOW <= share <= 0.98 for share in shares)


def test_a_rater_at_the_bar_is_called_careless_as_often_as_stated() -> None:
    """The others are right in .9; .5 + .4 x 2/3 agrees with them two thirds as far as they do."""
    pool, runs = Pool((0.9, 0.9, 0.9, 0.5 + 0.4 * 2 / 3), 120), 600
    own, rest = agreements(pool.accuracy, 0.5, 3)
    assert own == pytest.approx(2 / 3 * rest)
    found = [
        rater_rest([Panel(labels(np.random.default_rng([5, run]), pool), np.arange(120))], 3).p
        for run in range(runs)
    ]
    assert 0.02 <= np.mean(np.asarray(found) <= ALPHA) <= upper(ALPHA, runs) + 0.01


def test_variety_is_covered() -> None:
    runs, shares, held = 400, np.array([0.1, 0.2, 0.4, 0.2, 0.1]), []
    truth = 1 - float(shares @ shares)
    for run in range(runs):
        table = np.random.default_rng([6, run]).choice(5, size=(80, 3), p=shares).astype(float)
        found = rater_variety([Panel(table, np.arange(80))], 0)
        held.append([holds(found.own, truth), holds(found.rest, truth)])
    assert all(0.92 <= share <= HIGH for share in np.mean(held, axis=0))


@pytest.mark.parametrize("n", [6, 15, 60])
def test_a_median_is_covered_whatever_the_distribution(n: int) -> None:
    runs = 2000
    rng = np.random.default_rng(7)
    held = np.mean([holds(median(rng.lognormal(3, 1, n)), np.exp(3)) for _ in range(runs)])
    assert LEVEL - 3 * sqrt(LEVEL * (1 - LEVEL) / runs) <= held


HONEST = (
    Person(name="h0"),
    Person(name="h1", severity=0.25),
    Person(name="h2", severity=-0.25, accuracy=0.95),
    Person(name="h3", accuracy=0.87, noise=0.9),
)
BAD = {
    "uniform": (Person(name="bad", habit="uniform"), "attention", 0.97),
    "constant": (Person(name="bad", habit="constant"), "variety", 0.97),
    "constant, attention": (Person(name="bad", habit="constant"), "attention", 0.97),
    "fast": (Person(name="bad", pace=0.15), "pace", 0.97),
    "careless": (Person(name="bad", careless=0.7), "attention", 0.7),
    "strict": (Person(name="bad", severity=1.25), "severity", 0.8),
}
SCALES = {"accuracy": ONE_TO_FIVE, "safety": YES_NO}


@cache
def failures(people: tuple[Person, ...], *, runs: int, seed: int) -> Counter[tuple[str, str]]:
    """How many rounds failed each person, and anybody honest, on each kind of decision."""
    counts: Counter[tuple[str, str]] = Counter()
    for run in range(runs):
        rng = np.random.default_rng([seed, run])
        findings = rater_quality(rater_round(people, Round(outputs=120, each=3), rng=rng), SCALES)
        failed = {(v.raters[0], v.name) for v in findings.verdicts if v.outcome == "fail"}
        counts.update(failed)
        counts.update({("honest", name) for who, name in failed if who.startswith("h")})
    return counts


@pytest.mark.parametrize("case", BAD)
def test_the_bad_rater_is_found_and_nobody_honest_is(case: str) -> None:
    person, kind, power = BAD[case]
    runs = 40
    counts = failures((*HONEST, person), runs=runs, seed=8)
    assert counts["bad", kind] / runs >= power
    for name in ("attention", "variety", "pace", "severity"):
        assert counts["honest", name] / runs <= ALPHA


@pytest.mark.long
@pytest.mark.parametrize("case", BAD)
def test_the_bad_rater_at_length(case: str) -> None:
    person, kind, power = BAD[case]
    runs = 300
    counts = failures((*HONEST, person), runs=runs, seed=9)
    assert counts["bad", kind] / runs >= power
    for name in ("attention", "variety", "pace", "severity"):
        assert counts["honest", name] / runs <= ALPHA


@pytest.mark.long
def test_nobody_among_honest_people_is_failed() -> None:
    counts = failures(HONEST, runs=300, seed=10)
    for name in ("attention", "variety", "pace", "severity"):
        assert counts["honest", name] / 300 <= ALPHA


def test_without_a_third_rater_nobody_is_called_careless() -> None:
    table = labels(np.random.default_rng(0), Pool((0.9, 0.5), 100))
    with pytest.raises(InsufficientData):
        rater_rest([Panel(table, np.arange(100))], 1)
