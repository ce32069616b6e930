"""Known truth: extremes over weightings, posteriors, tries, and false findings among slices."""

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.result import Verdict
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO
from measurand.errors import InsufficientData
from measurand.stats.bayes import PairedPosterior, bayesian_bootstrap
from measurand.stats.estimate import Estimate
from measurand.stats.paired import PairedTable
from measurand.stats.pass_at import pass_hat_k
from measurand.stats.trial_variance import trial_share
from measurand.stats.weightings import least_weighting, weighted_extreme

Bools = NDArray[np.bool_]


def holds(found: Estimate, truth: float) -> bool:
    assert found.low is not None
    assert found.high is not None
    return found.low <= truth <= found.high


def test_the_posterior_covers_under_its_own_prior() -> None:
    rng, runs, covered, certain = np.random.default_rng(6), 400, 0, []
    for _ in range(runs):
        shares = rng.dirichlet([0.5] * 4)
        counts = rng.multinomial(60, shares)
        posterior = PairedPosterior(PairedTable(*map(int, counts)))
        covered += holds(posterior.difference(), float(shares[1] - shares[2]))
        certain.append((posterior.better().value or 0.0) - (shares[1] > shares[2]))
    assert covered / runs == pytest.approx(0.95, abs=3 * (0.05 * 0.95 / runs) ** 0.5)
    assert abs(np.mean(certain)) < 3 * np.std(certain) / runs**0.5


def test_the_bayesian_bootstrap_covers_skewed_means_in_clusters() -> None:
    rng, runs, covered = np.random.default_rng(7), 200, 0
    clusters = np.repeat(np.arange(60), 3)
    for _ in range(runs):
        values = np.repeat(rng.normal(size=60), 3) + rng.exponential(size=180)
        drawn = bayesian_bootstrap(values, clusters=clusters, rng=rng, draws=599)
        covered += holds(drawn.difference(), 1.0)
    assert 0.90 <= covered / runs <= 0.99


@pytest.mark.parametrize("lean", [0.0, 0.5])
def test_the_least_difference_is_not_overstated(lean: float) -> None:
    """All corners alike, and one by far the least: the lower end errs in one of 40 at most."""
    rng, runs, low, both = np.random.default_rng(8), 400, 0, 0
    truth = np.array([0.1, 0.1, 0.1, 0.1]) - lean * np.array([1, 0, 0, 0])
    ranges = [0.1] * 4, [0.5] * 4
    least = float(truth @ least_weighting(truth, *ranges))
    for _ in range(runs):
        gaps = truth + rng.normal(size=(80, 1)) + rng.normal(size=(80, 4))
        found = weighted_extreme(gaps, *ranges, side="least").estimate
        low += (found.low or 0.0) <= least
        both += holds(found, least)
    assert low / runs >= 0.975 - 3 * (0.025 * 0.975 / runs) ** 0.5
    assert both / runs >= 0.95 - 3 * (0.05 * 0.95 / runs) ** 0.5
    if lean:
        assert low / runs < 0.998


def test_the_share_of_variance_between_tries_is_covered() -> None:
    rng, runs, covered, counted = np.random.default_rng(9), 120, 0, 0
    for _ in range(runs):
        chance = rng.beta(1, 1, 80)
        scores = (rng.random((80, 4)) < chance[:, None]).astype(float)
        try:
            found = trial_share(scores, rng=rng, resamples=799)
        except InsufficientData:
            continue
        counted += 1
        covered += holds(found, (1 / 6) / (1 / 6 + 1 / 12))
    assert counted == runs
    assert 0.88 <= covered / runs <= 0.99


def test_pass_hat_k_is_unbiased_and_covered() -> None:
    rng, runs, covered, values = np.random.default_rng(10), 300, 0, []
    for _ in range(runs):
        chance = rng.beta(1, 1, 60)
        passes = rng.binomial(5, chance)
        found = pass_hat_k(passes, np.full(60, 5), 3)
        covered += holds(found, 0.25)
        values.append(found.value)
    assert np.mean(np.asarray(values, float)) == pytest.approx(0.25, abs=0.01)
    assert 0.91 <= covered / runs <= 0.98


@pytest.mark.long
def test_few_of_the_slices_that_are_said_to_differ_do_not() -> None:
    """Twelve segments of 36 examples, nine of them without a difference."""
    rng, runs = np.random.default_rng(11), 120
    false, found = [], 0
    names = [f"s{k:02}" for k in range(12)]
    segments = [name for name in names for _ in range(36)]
    real = frozenset(names[:3])
    lost = np.array([0.5 if name in real else 0.0 for name in segments])
    for _ in range(runs):
        old = rng.random(432) < 0.8
        flip = rng.random(432) < 0.6
        fall = old & (rng.random(432) < lost)
        shown = {
            v.segment
            for v in slices_of(old, np.where(flip, rng.random(432) < 0.8, old) & ~fall, segments)
        }
        false.append(len(shown - real) / max(len(shown), 1))
        found += len(shown & real)
    rate = float(np.mean(false))
    assert rate <= 0.05 + 3 * float(np.std(false)) / runs**0.5
    assert found > runs


def slices_of(old: Bools, new: Bools, segments: list[str]) -> list[Verdict]:
    """The segments in which either system is said to be better."""
    rows = [
        Rating(
            example=f"e{i}",
            system=system,
            dimension="ok",
            rater="c",
            kind="check",
            value=float(value),
            segment=segments[i],
        )
        for system, values in (("old", old), ("new", new))
        for i, value in enumerate(values)
    ]
    rubric = Rubric(Dimension("ok", weight=100, scale=YES_NO))
    options = ComparisonOptions(resamples=199, baseline="old")
    findings = compare(Ratings.of(rows), rubric, options=options)
    return [
        v
        for v in findings.verdicts
        if v.name == "slice" and v.dimension == "overall" and v.outcome != "inconclusive"
    ]
