"""Core that was drawn with known probabilities: each example counts for what it stands for."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from tests.analysis.many_rows import QUALITY, Floats, known, one, table

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.composition import population
from measurand.analysis.measure import Measure
from measurand.analysis.pair import Pair
from measurand.analysis.score import score
from measurand.core.example import Example
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO
from measurand.errors import UsageError
from measurand.stats.poststrata import Strata, kish, stratified_mean
from measurand.stats.proportion import score_bounds

CORE, EDGE = 60, 20
FEW = ComparisonOptions(resamples=199)


def world(seed: int = 1) -> Floats:
    """A third of core is of a rare stratum, drawn ten times as often, on which a is worse."""
    rng = np.random.default_rng(seed)
    scores = 0.6 + 0.1 * rng.normal(size=(CORE + EDGE, 2))
    scores[: CORE // 3, 0] -= 0.3
    return np.clip(scores, 0, 1)


def drawn(rare: float | None = 0.1, common: float | None = 0.01) -> dict[str, Example]:
    names = dict(known([*(("core",) * CORE), *(("edge",) * EDGE)]))
    for place, (name, example) in enumerate(names.items()):
        inside = place < CORE // 3
        if place < CORE:
            chance, stratum = (rare, "rare") if inside else (common, "common")
            names[name] = replace(example, probability=chance, stratum=stratum)
    return names


def test_the_headline_counts_each_example_for_what_it_stands_for() -> None:
    scores = world()
    findings = compare(table(scores), QUALITY, examples=drawn(), options=FEW)
    weights = np.repeat([10.0, 100.0], [CORE // 3, CORE - CORE // 3])
    for name in ("mean", "difference"):
        values = scores[:CORE, 0] if name == "mean" else scores[:CORE, 0] - scores[:CORE, 1]
        systems = ("a",) if name == "mean" else ("a", "b")
        found = one(findings, name, systems=systems, dimension="quality").estimate
        assert found.value == pytest.approx(np.average(values, weights=weights))
        assert found.method.startswith("weighted by 1/probability over 2 strata")
    overall = one(findings, "difference", systems=("a", "b")).estimate
    assert overall.value == pytest.approx(
        np.average(scores[:CORE, 0] - scores[:CORE, 1], weights=weights)
    )
    core = one(findings, "mean", systems=("a",), component="core").estimate
    assert core.value == pytest.approx(np.average(scores[:CORE, 0], weights=weights))
    sliced = one(findings, "difference", systems=("a", "b"), component="core").estimate
    assert sliced.value == pytest.approx(overall.value)
    worth = one(findings, "effective_examples").estimate
    assert worth.value == pytest.approx(kish(weights))
    assert "each weighted by what it stands for" in (findings.headline or "")
    (told,) = [limit for limit in findings.limits if "drawn with different prob" in limit]
    assert "10.0 times the one that counts least" in told


def test_equal_probabilities_change_no_number() -> None:
    plain = compare(table(world()), QUALITY, examples=drawn(None, None), options=FEW)
    same = compare(table(world()), QUALITY, examples=drawn(0.05, 0.05), options=FEW)
    assert same.results == plain.results
    assert same.verdicts == plain.verdicts
    assert same.limits == plain.limits


def test_examples_of_core_that_were_not_drawn_count_for_nothing_said_of_production() -> None:
    """A probability is taken from two that are common, and they are left out; weights stay."""
    scores, examples = world(), drawn()
    for name in ("e0040", "e0041"):
        examples[name] = replace(examples[name], probability=None, stratum=None)
    findings = compare(table(scores), QUALITY, examples=examples, options=FEW)
    weights = np.repeat([10.0, 100.0], [CORE // 3, CORE - CORE // 3])
    weights[40:42] = 0
    mean = np.average(scores[:CORE, 0], weights=weights)
    for component in (None, "core"):
        stamp = {"systems": ("a",), "dimension": "quality", "component": component}
        found = one(findings, "mean", **stamp).estimate
        assert found.value == pytest.approx(mean)
        assert found.n == CORE - 2
    gap = np.average(scores[:CORE, 0] - scores[:CORE, 1], weights=weights)
    for component in (None, "core"):
        found = one(findings, "difference", systems=("a", "b"), component=component).estimate
        assert found.value == pytest.approx(gap)
    (told,) = [limit for limit in findings.limits if "without a probability" in limit]
    assert told.startswith("2 examples of core")
    assert "58 examples that sample production" in (findings.headline or "")


def test_one_that_stands_for_most_is_not_resampled_and_has_one_interval() -> None:
    """The headline by bootstrap is absent there, and the interval is that of core by formula."""
    examples = {
        name: replace(found, probability=0.5, stratum=None) if found.probability else found
        for name, found in drawn().items()
    }
    examples["e0000"] = replace(examples["e0000"], probability=0.01)
    findings = compare(table(world()), QUALITY, examples=examples, options=FEW)
    for system in ("a", "b"):
        whole = one(findings, "mean", systems=(system,)).estimate
        core = one(findings, "mean", systems=(system,), component="core").estimate
        assert (whole.low, whole.high) == (core.low, core.high)
        assert "BCa" not in whole.method
    several = one(
        compare(table(world()), QUALITY, examples=drawn(), options=FEW), "mean", systems=("a",)
    ).estimate
    assert "BCa" in several.method


def test_stated_traffic_keeps_the_weights_within_its_segments() -> None:
    examples = {
        name: replace(one_, segments=("x" if place % 2 else "y",))
        for place, (name, one_) in enumerate(drawn().items())
    }
    asked = replace(FEW, traffic={"x": 0.5, "y": 0.5})
    scores = world()
    findings = compare(table(scores), QUALITY, examples=examples, options=asked)
    weights = np.repeat([10.0, 100.0], [CORE // 3, CORE - CORE // 3])
    halves = [np.average(scores[:CORE][start::2, 0], weights=weights[start::2]) for start in (0, 1)]
    found = one(findings, "mean", systems=("a",), dimension="quality").estimate
    assert found.value == pytest.approx(np.mean(halves))
    assert found.method.startswith("post-stratified over 2 strata")


def test_what_is_blocked_of_traffic_is_held_to_what_is_allowed() -> None:
    """One of 60 is blocked for a, and it stands for half of traffic."""
    names = [*drawn()][:CORE]
    examples = {name: replace(drawn()[name], probability=0.5, stratum=None) for name in names}
    examples[names[0]] = replace(examples[names[0]], probability=0.5 / (CORE - 1))
    rubric = Rubric(Dimension("safety", weight=0, scale=YES_NO, blocking=True))
    rows = [
        Rating(
            example=name,
            system=system,
            dimension="safety",
            rater="P",
            kind="people",
            value=float(system == "b" or name != names[0]),
        )
        for name in names
        for system in ("a", "b")
    ]
    options = replace(FEW, max_blocking=0.1)
    findings = compare(Ratings.of(rows), rubric, examples=examples, options=options)
    stamp = {"systems": ("a",), "dimension": "blocking"}
    assert one(findings, "blocking_rate", **stamp).estimate.value == pytest.approx(1 / CORE)
    traffic = one(findings, "blocking_rate_of_traffic", component="core", **stamp).estimate
    assert traffic.value == pytest.approx(0.5)
    (verdict,) = [v for v in findings.verdicts if v.name == "blocking" and v.systems == ("a",)]
    assert verdict.outcome == "inconclusive"
    assert "of traffic, as core was drawn, 50.0% are" in verdict.reason
    assert verdict.estimate == traffic
    same = {name: replace(found, probability=0.5) for name, found in examples.items()}
    plain = compare(Ratings.of(rows), rubric, examples=same, options=options)
    assert not list(plain.named("blocking_rate_of_traffic"))
    (verdict,) = [v for v in plain.verdicts if v.name == "blocking" and v.systems == ("a",)]
    assert verdict.outcome == "pass"


def test_what_is_compared_at_once_has_the_error_that_each_pair_has_by_itself() -> None:
    """Every third example shares a conversation with one of another stratum."""
    examples = {
        name: replace(found, cluster=f"talk {place % 30}" if place % 3 == 0 else None)
        for place, (name, found) in enumerate(drawn().items())
    }
    values, talks = world(), np.arange(CORE + EDGE) % 30
    moods = np.where(np.arange(CORE + EDGE) % 3 == 0, np.linspace(-0.2, 0.2, 30)[talks], 0.0)
    values[:, 0] = np.clip(values[:, 0] + moods, 0, 1)
    scores = score(table(values), QUALITY, examples=examples)
    measure = Measure(scores, level=0.95, resamples=99, seed=0, population=population(scores, FEW))
    pair = Pair(measure, 0, 1, dimension=0, margin=0.05)
    clusters = measure.head.clusters
    assert pair.strata is not None
    assert pair.clusters is not None
    sums = np.bincount(clusters, pair.influence().centred)
    error = pair.strata.spread(pair.values, pair.clusters).error
    assert float(sums @ sums) ** 0.5 == pytest.approx(error)
    assert error > pair.strata.spread(pair.values).error


def test_growing_data_that_would_have_to_be_weighted_are_refused() -> None:
    looked = replace(FEW, looks="anytime")
    with pytest.raises(UsageError, match=r"different probabilities: look once, or ask for"):
        compare(table(world()), QUALITY, examples=drawn(), options=looked)
    whole = compare(
        table(world()), QUALITY, examples=drawn(), options=replace(looked, headline="all")
    )
    assert one(whole, "difference", systems=("a", "b")).estimate.present
    core = one(whole, "difference", systems=("a", "b"), component="core").estimate
    assert core.reason == "no interval of weighted examples is known that holds at every look"


@pytest.mark.parametrize(
    ("values", "mean", "squares"),
    [
        # Linearised: the parts are 4/100, 8/100, 12/100 and -24/100.
        ((1, 1, 1, 0), Fraction(6, 10), Fraction(16 + 64 + 144 + 576, 10_000)),
        # Its own would be 104/10,000; were all to differ alike it is 3/16 times 30/100.
        ((1, 0, 1, 1), Fraction(8, 10), Fraction(3, 16) * Fraction(30, 100)),
    ],
)
def test_a_weighted_mean_by_hand(
    values: tuple[int, ...], mean: Fraction, squares: Fraction
) -> None:
    """Four values that stand for 1, 2, 3 and 4 units of the population."""
    variance = Fraction(4, 3) * squares
    strata = Strata.of_drawn(1 / np.arange(1.0, 5.0), [None] * 4)
    found = stratified_mean(np.asarray(values, dtype=float), strata)
    assert found.value == pytest.approx(float(mean), abs=1e-12)
    assert found.high is not None
    assert found.value is not None
    t = 3.182446305283708  # the 97.5 % point of t with 3 degrees of freedom, from tables
    assert found.high - found.value == pytest.approx(t * float(variance) ** 0.5, rel=1e-9)
    residuals = strata.residuals(np.asarray(values, dtype=float))
    assert float(np.sum(residuals**2)) == pytest.approx(float(variance))


def test_equal_weights_within_strata_are_the_stratified_mean() -> None:
    rng = np.random.default_rng(3)
    codes = np.repeat([0, 1, 2], [10, 20, 30])
    shares, values = np.asarray([0.5, 0.3, 0.2]), rng.normal(size=60)
    stood = shares[codes] / np.asarray([10, 20, 30])[codes] * 1e4
    weighed = Strata.of_drawn(1 / stood, [f"s{code}" for code in codes])
    plain = Strata(codes, shares, ("s0", "s1", "s2"))
    clusters = np.arange(60) // 2
    for groups in (None, clusters):
        ours = stratified_mean(values, weighed, clusters=groups)
        theirs = stratified_mean(values, plain, clusters=groups)
        assert (ours.value, ours.low, ours.high) == pytest.approx(
            (theirs.value, theirs.low, theirs.high)
        )
        shifted = stratified_mean(values + 7, weighed, clusters=groups)
        assert (shifted.low or 0) - 7 == pytest.approx(ours.low)


def test_a_weighted_share_has_wilsons_interval_at_its_effective_size() -> None:
    values = np.repeat([1.0, 0.0, 1.0], [50, 4, 46])
    strata = Strata.of_drawn(np.repeat([0.1, 0.11], 50), ["a"] * 50 + ["b"] * 50)
    found = stratified_mean(values, strata, bounds=(0.0, 1.0))
    assert found.value is not None
    error = float(np.sum(strata.residuals(values) ** 2)) ** 0.5
    t, z = 2.0095752371292397, 1.959963984540054  # t with 49 degrees: all the spread is in b
    size = found.value * (1 - found.value) * (z / (t * error)) ** 2
    assert (found.low, found.high) == pytest.approx(score_bounds(found.value, size))
    assert found.high is not None
    assert found.high < 1
    assert found.method.endswith("Wilson at the effective size")


def test_strata_of_one_are_joined_and_the_mean_stays_what_it_is() -> None:
    values = np.asarray([1.0, 2.0, 3.0, 4.0, 6.0])
    stood = np.asarray([10.0, 10.0, 40.0, 20.0, 20.0])
    strata = Strata.of_drawn(1 / stood, ["a", "a", "b", "c", "c"])
    assert strata.names == ("a", "b")
    assert stratified_mean(values, strata).value == pytest.approx(np.average(values, weights=stood))
    given = np.asarray([True, False, True, True, True])
    assert strata.only(given).names == ("a",)
    assert stratified_mean(values[given], strata.only(given)).n == 4
