"""Error rates of whole comparisons: of verdicts, ranks, margins, corrected and re-weighted numbers.

Scores are put where `score` puts them, so that thousands of comparisons can be decided.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.analysis.many_rows import QUALITY, table

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.comparison_verdicts import pair_verdicts
from measurand.analysis.composition import population
from measurand.analysis.every_pair import every_pair
from measurand.analysis.families import Decided, decide_families
from measurand.analysis.measure import OVERALL, Measure
from measurand.analysis.result import Verdict
from measurand.analysis.score import Scores, score
from measurand.stats.estimate import Estimate
from measurand.stats.proportion import clopper_pearson
from measurand.stats.rank_sets import PairGap, ranks_of

Floats = NDArray[np.float64]
Rng = np.random.Generator

NAMES = "abcdefghij"
SPREAD = 0.08
FLIPS = 999
EFFECT = 0.2485
"""In standard deviations: what a single test of 200 examples finds in 94 of 100."""


@cache
def template(examples: int, systems: int) -> Scores:
    rows = table(np.full((examples, systems), 0.5), names=NAMES)
    return score(rows, QUALITY)


def scores_of(
    values: Floats, *, labels: Floats | None = None, clusters: NDArray[np.int64] | None = None
) -> Scores:
    """Scores of one dimension; with labels a judge's."""
    empty = template(*values.shape)
    return replace(
        empty,
        values=values[:, :, None],
        overall=values,
        labels=np.full((*values.shape, 1), np.nan) if labels is None else labels[:, :, None],
        kinds={"quality": "people" if labels is None else "judge"},
        clusters=empty.clusters if clusters is None else clusters,
    )


def decide(
    scores: Scores, options: ComparisonOptions, *, seed: int = 0, ranks: bool = False
) -> Decided:
    """The family of the one dimension."""
    measure = Measure(
        scores,
        level=options.level,
        resamples=99,
        seed=seed,
        population=population(scores, options),
    )
    every = every_pair(measure, options)
    ranked = every.ranked[1:] if ranks else [()]
    return decide_families(measure, every.compared[1:], ranked, flips=FLIPS)[0]


def verdicts(scores: Scores, options: ComparisonOptions, *, seed: int = 0) -> list[Verdict]:
    return list(pair_verdicts([decide(scores, options, seed=seed)], level=options.level))


def normal(rng: Rng, shape: tuple[int, ...]) -> Floats:
    return np.clip(0.5 + SPREAD * rng.normal(size=shape), 0, 1)


def above(rate: float, runs: int) -> float:
    """The highest share that chance lets so many runs of this rate show."""
    high = clopper_pearson(round(rate * runs), runs, level=0.998).high
    assert high is not None
    return high


def below(rate: float, runs: int) -> float:
    low = clopper_pearson(round(rate * runs), runs, level=0.998).low
    assert low is not None
    return low


@dataclass(frozen=True)
class Rates:
    """How often anything false was found, and how often the one true difference."""

    false: float
    true: float


def eight_against_one(effect: float, runs: int, *, missing: float = 0.0) -> Rates:
    """Eight systems against a baseline on 200 examples; differences correlate by .6."""
    rng, options = np.random.default_rng(11), ComparisonOptions(baseline="a")
    false = true = 0
    for run in range(runs):
        own = math.sqrt(0.4) * rng.normal(size=(200, 8))
        base = -math.sqrt(0.6) * rng.normal(size=(200, 1))
        values = np.clip(0.5 + SPREAD * np.hstack([base, own]), 0, 1)
        values[:, 1] += SPREAD * effect
        if missing:
            gone = rng.random((200, 4)) < missing * np.arange(1, 5) / 4
            values[:, 5:][gone] = np.nan
        found = [v.outcome for v in verdicts(scores_of(values), options, seed=run)]
        true += found[0] == "a better"
        false += any(word.endswith("better") for word in (found[1:] if effect else found))
    return Rates(false / runs, true / runs)


def test_verdicts_of_eight_comparisons_are_seldom_false() -> None:
    found = eight_against_one(EFFECT, 60)
    assert found.false <= above(0.05, 60)
    assert found.true >= below(0.82, 60)


@pytest.mark.long
def test_the_family_wise_error_and_the_power_of_verdicts_in_full() -> None:
    runs = 2000
    null, effect = eight_against_one(0.0, runs), eight_against_one(EFFECT, runs)
    assert null.false == pytest.approx(0.05, abs=3 * math.sqrt(0.0475 / runs))
    assert effect.true == pytest.approx(0.82, abs=0.03)
    assert effect.false <= above(0.05, runs)


@pytest.mark.long
def test_gaps_that_are_uneven_do_not_raise_the_family_wise_error() -> None:
    runs = 1500
    assert eight_against_one(0.0, runs, missing=0.9).false <= above(0.05, runs)


def rank_coverage(leads: tuple[float, ...], runs: int, *, missing: float = 0.0) -> float:
    """How often every system's true ranks lie in its set."""
    rng, options, hits = np.random.default_rng(12), ComparisonOptions(), 0
    lead = np.array(leads)
    best = np.array([1 + (lead > own).sum() for own in lead])
    worst = np.array([(lead >= own).sum() for own in lead])
    for run in range(runs):
        values = np.clip(
            normal(rng, (150, 1)) + SPREAD * lead + SPREAD * rng.normal(size=(150, len(leads))),
            0,
            1,
        )
        if missing:
            values[rng.random(values.shape) < missing] = np.nan
        gaps = decide(scores_of(values), options, seed=run, ranks=True).gaps
        pairs = [PairGap(NAMES.index(a), NAMES.index(b), gap) for (a, b), gap in gaps.items()]
        sets = np.array(ranks_of(pairs, len(leads)))
        hits += bool(((sets[:, 0] <= best) & (sets[:, 1] >= worst)).all())
    return hits / runs


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_all_rank_sets_of_systems_hold_at_once(missing: float) -> None:
    assert rank_coverage((0.0,) * 5, 40, missing=missing) >= below(0.95, 40)


@pytest.mark.long
@pytest.mark.parametrize("missing", [0.0, 0.4])
@pytest.mark.parametrize("leads", [(0.0,) * 10, (0, 0, 0.3, 0.3, 0.3, 0.6, 0.6, 1.0)])
def test_all_rank_sets_of_systems_hold_at_once_in_full(
    leads: tuple[float, ...], missing: float
) -> None:
    assert rank_coverage(leads, 1000, missing=missing) >= below(0.95, 1000)


def claims(true: float, runs: int, *, pairs: int = 1, margin: float = 0.03) -> dict[str, float]:
    """How often what is claimed of a margin: within it, not below it, or a tie, of any pair."""
    rng = np.random.default_rng(13)
    options = ComparisonOptions(margin=margin, baseline="a")
    counts = {"equivalent": 0, "not worse": 0, "tie": 0}
    for run in range(runs):
        values = normal(rng, (60, 1 + pairs))
        values = np.clip(values + np.array([0.0, *([true] * pairs)]), 0, 1)
        words = [v.outcome for v in verdicts(scores_of(values), options, seed=run)]
        counts["equivalent"] += any(word.startswith("equivalent") for word in words)
        good = {"equivalent within margin", "not worse", "a better"}
        counts["not worse"] += any(word in good for word in words)
        counts["tie"] += "tie" in words
    return {name: count / runs for name, count in counts.items()}


def test_at_the_margin_equivalence_and_no_worse_are_seldom_claimed() -> None:
    runs = 150
    found = claims(-0.03, runs)
    assert found["equivalent"] <= above(0.05, runs)
    assert found["not worse"] <= above(0.05, runs)
    assert claims(0.03, runs)["equivalent"] <= above(0.05, runs)


@pytest.mark.long
@pytest.mark.parametrize("pairs", [1, 4])
def test_the_level_of_claims_at_the_margin_in_full(pairs: int) -> None:
    runs = 2000
    found = claims(-0.03, runs, pairs=pairs)
    assert found["equivalent"] <= above(0.05, runs)
    assert found["not worse"] <= above(0.05, runs)
    if pairs == 1:
        assert found["not worse"] >= below(0.04, runs)


@dataclass(frozen=True)
class Judged:
    """Of systems that are equally good, and of a judge that favours the second."""

    raw: float
    corrected: float
    covered: float
    narrower: float


def judged(runs: int, *, labels: int, pairs: int = 1, size: int = 1, noise: float = 0.6) -> Judged:
    rng, options = np.random.default_rng(14), ComparisonOptions(baseline="a")
    raw = wrong = covered = 0
    ratios = []
    for run in range(runs):
        quality = normal(rng, (400 // size, 1 + pairs))
        quality = np.repeat(quality, size, axis=0) + 0.03 * rng.normal(size=(400, 1 + pairs))
        said = quality + noise * SPREAD * rng.normal(size=quality.shape)
        said[:, 0] += 0.05
        told = np.where(np.arange(400)[:, None] < labels, quality, np.nan)
        clusters = np.arange(400) // size
        plain = scores_of(np.clip(said, 0, 1), clusters=clusters)
        mended = scores_of(np.clip(said, 0, 1), labels=np.clip(told, 0, 1), clusters=clusters)
        alone = scores_of(np.clip(told, 0, 1), clusters=clusters)
        raw += all(v.outcome == "b better" for v in verdicts(plain, options, seed=run))
        found = verdicts(mended, options, seed=run)
        wrong += any(v.outcome.endswith("better") for v in found)
        first = _difference(mended, options)
        covered += bool((first.low or 0) <= 0 <= (first.high or 0))
        ratios.append(_width(_difference(alone, options)) / _width(first))
    return Judged(raw / runs, wrong / runs, covered / runs, float(np.median(ratios)))


def _difference(scores: Scores, options: ComparisonOptions) -> Estimate:
    return decide(scores, options).pairs[0].difference(0.95)


def _width(estimate: Estimate) -> float:
    return (estimate.high or 0) - (estimate.low or 0)


def test_a_judge_that_favours_a_system_decides_wrongly_and_its_correction_does_not() -> None:
    found = judged(60, labels=60)
    assert found.raw >= 0.98
    assert found.corrected <= above(0.05, 60)
    assert found.covered >= below(0.95, 60)
    assert found.narrower > 1.1


@pytest.mark.long
@pytest.mark.parametrize(
    ("labels", "pairs", "size"), [(30, 1, 1), (60, 1, 1), (60, 4, 1), (100, 1, 5), (150, 4, 5)]
)
def test_corrected_verdicts_keep_their_level_in_full(labels: int, pairs: int, size: int) -> None:
    runs = 1000
    found = judged(runs, labels=labels, pairs=pairs, size=size)
    assert found.raw >= 0.85
    assert found.corrected <= above(0.055, runs)
    assert found.covered >= below(0.945, runs)
    assert found.narrower > 1


def weighted_coverage(runs: int, *, size: int = 1, n: int = 120) -> float:
    """The sample holds 70, 20 and 10 % of segments that are 40, 20 and 40 % of traffic."""
    rng = np.random.default_rng(15)
    shares = {"x": 0.4, "y": 0.2, "z": 0.4}
    options = ComparisonOptions(traffic=shares)
    gaps = np.array([0.0, 0.1, -0.1])
    truth, hits = float(np.array(list(shares.values())) @ gaps), 0
    for _ in range(runs):
        segment = np.repeat(rng.choice(3, size=n // size, p=[0.7, 0.2, 0.1]), size)
        shared = np.repeat(normal(rng, (n // size, 2)) - 0.5, size, axis=0)
        values = 0.5 + 0.7 * shared + 0.7 * (normal(rng, (n, 2)) - 0.5)
        values[:, 0] += gaps[segment]
        scores = replace(
            scores_of(values, clusters=np.arange(n) // size),
            segments=tuple((("x", "y", "z")[code],) for code in segment),
        )
        found = decide(scores, options).pairs[0].difference(0.95)
        hits += bool((found.low or 0) <= truth <= (found.high or 0))
    return hits / runs


@pytest.mark.parametrize("size", [1, 4])
def test_re_weighted_differences_cover_the_traffics_difference(size: int) -> None:
    assert weighted_coverage(100, size=size, n=240) >= below(0.95, 100)


@pytest.mark.long
@pytest.mark.parametrize(("size", "n"), [(1, 120), (1, 400), (4, 480)])
def test_re_weighted_coverage_in_full(size: int, n: int) -> None:
    assert weighted_coverage(2000, size=size, n=n) >= below(0.94, 2000)


def clustered_coverage(runs: int) -> float:
    """Thirty clusters of ten examples, a fifth of the variance shared."""
    rng, options, hits = np.random.default_rng(16), ComparisonOptions(), 0
    clusters = np.repeat(np.arange(30), 10)
    for _ in range(runs):
        shared = math.sqrt(0.2) * rng.normal(size=(30, 2))[clusters]
        values = np.clip(0.5 + SPREAD * (shared + math.sqrt(0.8) * rng.normal(size=(300, 2))), 0, 1)
        found = decide(scores_of(values, clusters=clusters), options).pairs[0].difference(0.95)
        hits += bool((found.low or 0) <= 0 <= (found.high or 0))
    return hits / runs


def test_thirty_clusters_of_ten_are_covered() -> None:
    assert clustered_coverage(200) >= below(0.95, 200)


@pytest.mark.long
def test_thirty_clusters_of_ten_are_covered_in_full() -> None:
    runs = 4000
    assert clustered_coverage(runs) == pytest.approx(0.949, abs=3 * math.sqrt(0.0475 / runs))


def outcomes(values: Floats) -> Iterator[str]:
    return (v.outcome for v in verdicts(scores_of(values), ComparisonOptions(baseline="a")))


def test_the_simulated_scores_are_decided_as_compare_decides_them() -> None:

    rng = np.random.default_rng(17)
    values = normal(rng, (60, 3)) + np.array([0.0, 0.05, 0.0])
    told = compare(
        table(values, names=NAMES), QUALITY, options=ComparisonOptions(baseline="a", resamples=99)
    )
    assert list(outcomes(values)) == [v.outcome for v in told.verdicts if v.name == "difference"]
    assert OVERALL in {v.name for v in told.verdicts}
