"""Known truth: days without a shift raise no alarm, planted shifts do, weights recover the mean."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.truth.mismatch_worlds import (
    CHANNELS,
    HEALTHY,
    SHARES,
    SHIFTED,
    SIZES,
    TOPICS,
    WINDOW,
    alarms,
    drawn,
    rates,
)

from measurand.analysis.comparison import ComparisonOptions
from measurand.analysis.mismatch_cells import cells
from measurand.analysis.mismatch_channels import Drawing
from measurand.analysis.mismatch_headline import headline_results
from measurand.analysis.mismatch_kinds import Kinds
from measurand.analysis.mismatch_text import text_test
from measurand.analysis.score import score
from measurand.core.example import Example, Message
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import Scale
from measurand.stats.estimate import Estimate
from measurand.stats.mmd import Sample, mmd_squared, mmd_test
from measurand.stats.poststrata import Strata, stratified_mean
from measurand.stats.psi import Mix, Psi, psi_test
from measurand.stats.reweighting import reweighted_difference, share_error

RUBRIC = Rubric(Dimension("accuracy", scale=Scale.of("0..1")))
QUALITY = np.linspace(0.2, 0.9, TOPICS)


def band(runs: int, share: float = 0.05) -> float:
    return float(3 * (share * (1 - share) / runs) ** 0.5)


def holds(found: Estimate, truth: float) -> bool:
    assert found.low is not None
    assert found.high is not None
    return found.low <= truth <= found.high


@pytest.mark.parametrize(
    ("n", "naive"), [(50, 0.783), (100, 0.387), (200, 0.056), (500, 0.0), (1000, 0.0)]
)
def test_the_usual_limit_raises_alarms_on_healthy_days_and_ours_does_not(
    n: int, naive: float
) -> None:
    found, ours = alarms(n, runs=1_500)
    assert found == pytest.approx(naive, abs=0.03)
    assert ours <= 0.05 + band(1_500)
    assert ours >= 0.03


def test_a_healthy_window_of_all_channels_and_a_shifted_one() -> None:
    healthy = rates(HEALTHY, 100, runs=15, permutations=99)
    assert max(healthy.values()) <= 0.05 + band(15)
    shifted = rates(SHIFTED["8 of 32 dimensions moved by 0.6"], 100, runs=5, permutations=99)
    assert shifted["text"] >= 0.8


@pytest.mark.parametrize("n", [50, 200, 1000])
def test_weighted_shares_keep_the_size_of_the_index(n: int) -> None:
    """Topics are drawn with chances that differ threefold, and weighted by 1 over them."""
    runs, found = 600, 0
    chances = np.linspace(1, 3, TOPICS)
    for run in range(runs):
        rng = np.random.default_rng([n, run])
        kept = SHARES * chances / (SHARES @ chances)
        own = rng.choice(TOPICS, n, p=kept)
        first = Mix.of(own, TOPICS, weights=1 / chances[own])
        second = Mix.of(rng.choice(TOPICS, WINDOW, p=SHARES), TOPICS)
        found += psi_test(first, second).p <= 0.05
    assert found / runs <= 0.05 + band(runs)


def test_clustered_windows_keep_the_size_of_the_index() -> None:
    """Conversations of five questions of one topic: without clusters it fires on half of days."""
    runs, ours, naive = 400, 0, 0
    for run in range(runs):
        rng = np.random.default_rng([3, run])
        topics = np.repeat(rng.choice(TOPICS, 100, p=SHARES), 5)
        first = Mix.of(rng.choice(TOPICS, 500, p=SHARES), TOPICS)
        second = Mix.of(topics, TOPICS, clusters=np.repeat(range(100), 5))
        ours += psi_test(first, second).p <= 0.05
        naive += psi_test(first, Mix.of(topics, TOPICS)).p <= 0.05
    assert ours / runs <= 0.05 + band(runs)
    assert naive / runs > 0.3


def reweighted(n: int, run: int) -> tuple[Estimate, Estimate, Estimate]:
    """The mean as it is, re-weighted, and the difference, of a set that holds topics evenly."""
    rng = np.random.default_rng([n, run])
    even = replace(HEALTHY, shares=np.full(TOPICS, 1 / TOPICS))
    (chosen, own), (production, others) = drawn(even, n, rng), drawn(HEALTHY, WINDOW, rng)
    names = tuple(f"topic {topic}" for topic in range(TOPICS))
    made = cells((Kinds(channel="intent", names=names, first=own, second=others),), None)
    values = np.clip(QUALITY[own] + rng.normal(0, 0.1, n), 0, 1)
    table = Ratings.of(
        Rating(
            example=name,
            system="today",
            dimension="accuracy",
            rater="Ann",
            kind="people",
            value=float(value),
        )
        for name, value in zip(chosen.ids, values, strict=True)
    )
    known = {name: Example(id=name, messages=(Message("user", "?"),)) for name in chosen.ids}
    scores = score(table, RUBRIC, examples=known)
    options = ComparisonOptions(resamples=199)
    results = headline_results(scores, made, (chosen, production), options=options)
    by = {result.name: result.estimate for result in results}
    return by["mean"], by["mean_reweighted"], by["reweighting_difference"]


def coverage(n: int, runs: int) -> tuple[float, float, float, float]:
    """Of the mean as it is, of the re-weighted one, of the difference; and the bias of that."""
    rng = np.random.default_rng(1)
    noise = np.clip(QUALITY[:, None] + rng.normal(0, 0.1, (TOPICS, 200_000)), 0, 1).mean(axis=1)
    truth, even = float(SHARES @ noise), float(noise.mean())
    found = [reweighted(n, run) for run in range(runs)]
    hits = [(holds(a, truth), holds(b, truth), holds(c, truth - even)) for a, b, c in found]
    bias = float(np.mean([(b.value or 0.0) - truth for _, b, _ in found]))
    plain, new, gap = np.mean(hits, axis=0).tolist()
    return plain, new, gap, bias


def test_re_weighting_recovers_the_planted_mean_of_production() -> None:
    plain, new, gap, bias = coverage(200, 40)
    assert plain <= 0.05
    assert gap >= 0.95 - band(40)
    assert new >= 0.95 - band(40)
    assert abs(bias) < 0.005


@pytest.mark.long
@pytest.mark.parametrize("n", [100, 200, 500])
def test_re_weighting_covers_at_length(n: int) -> None:
    plain, new, gap, bias = coverage(n, 400)
    assert plain <= 0.05 + band(400)
    assert 0.95 - band(400) <= new <= 0.99
    assert 0.95 - band(400) <= gap <= 0.99
    assert abs(bias) < 0.003


@pytest.mark.long
@pytest.mark.parametrize("n", SIZES)
def test_no_channel_fires_more_often_than_it_says(n: int) -> None:
    runs = 400
    found = rates(HEALTHY, n, runs=runs)
    assert set(found) == {*CHANNELS, "any"}
    assert max(found.values()) <= 0.05 + band(runs)


@pytest.mark.long
def test_power_grows_with_the_set_and_with_the_shift() -> None:
    small, large = (SHIFTED[f"8 of 32 dimensions moved by 0.{by}"] for by in (3, 6))
    by_size = [rates(small, n, runs=60)["text"] for n in (50, 200, 500)]
    assert by_size == sorted(by_size)
    assert by_size[-1] > 0.9
    assert rates(large, 50, runs=60)["text"] > by_size[0]
    for what, channel in (
        ("a topic from 4 % to 16 %", "intent"),
        ("questions longer by a third", "length"),
    ):
        assert rates(SHIFTED[what], 500, runs=60)[channel] > 0.9


@pytest.mark.long
@pytest.mark.parametrize("moved", [0.0, 0.3, 0.8])
def test_the_interval_of_the_distance_covers(moved: float) -> None:
    """Against the distance of two samples of 3,000, with the bandwidth of each run."""
    rng, runs, hits = np.random.default_rng(5), 200, 0
    large = rng.normal(size=(3_000, 8)), rng.normal(moved, 1, size=(3_000, 8))
    truth = {w: mmd_squared(*large, bandwidth=w) for w in (3.0, 4.0, 5.0)}
    for _ in range(runs):
        first, second = rng.normal(size=(100, 8)), rng.normal(moved, 1, size=(300, 8))
        found = mmd_test(Sample.of(first), Sample.of(second), rng, permutations=199)
        near = float(np.interp(found.bandwidth, list(truth), list(truth.values())))
        hits += holds(found.estimate, near)
    assert hits / runs >= 0.95 - band(runs)


@pytest.mark.long
@pytest.mark.parametrize("n", [50, 200])
def test_weighted_vectors_keep_the_size(n: int) -> None:
    runs, found = 300, 0
    for run in range(runs):
        rng = np.random.default_rng([n, run])
        many = rng.normal(size=(4 * n, 8))
        chance = np.where(many[:, 0] > 0, 0.4, 0.1)
        kept = rng.random(4 * n) < chance
        first = Sample.of(many[kept], weights=1 / chance[kept])
        second = Sample.of(rng.normal(size=(400, 8)))
        found += mmd_test(first, second, rng, permutations=199).p <= 0.05
    assert found / runs <= 0.05 + band(runs)


def mixes(n: int, rng: np.random.Generator, *, tilt: float) -> Psi:
    """Six kinds; in production two of them are asked so much more, and two so much less."""
    shares = np.asarray([0.4, 0.25, 0.15, 0.1, 0.07, 0.03])
    moved = shares * np.exp(tilt * np.asarray([1, -1, 1, -1, 0.6, -0.6]))
    own = Mix.of(rng.choice(6, n, p=shares), 6)
    return psi_test(own, Mix.of(rng.choice(6, WINDOW, p=moved / moved.sum()), 6))


MATTERS, TILT = 0.1, 0.35525
"""The tilt at which the index of the populations is 0.1."""


@pytest.mark.parametrize("n", [180, 430])
def test_a_shift_of_the_size_that_matters_hardly_ever_passes(n: int) -> None:
    """Nor does a set fail to pass as often as is stated, where nothing has shifted."""
    rng, runs = np.random.default_rng(n), 600
    passed, healthy, stated = 0, 0, 0.0
    for _ in range(runs):
        passed += (mixes(n, rng, tilt=TILT).estimate.high or 1.0) < MATTERS
        found = mixes(n, rng, tilt=0.0)
        healthy += (found.estimate.high or 1.0) < MATTERS
        stated += found.passing(MATTERS)
    assert passed / runs <= 0.025 + band(runs, 0.025)
    assert healthy / runs == pytest.approx(stated / runs, abs=0.05)


def test_the_difference_covers_where_few_examples_stand_for_most() -> None:
    """Cells of seven examples, whose weights are log-normal: Kish's size is 2.7 times less."""
    rng, runs, hits = np.random.default_rng(7), 400, 0
    wanted = np.linspace(1, 3, 27) / np.linspace(1, 3, 27).sum()
    quality = rng.uniform(0.2, 0.9, 27)
    truth = float(wanted @ quality - quality.mean())
    for _ in range(runs):
        codes, weights = rng.permutation(np.repeat(range(27), 7)), rng.lognormal(size=189)
        values = quality[codes] + rng.normal(0, 0.1, 189)
        strata = Strata(codes, wanted, tuple(map(str, range(27))), weights)
        hits += holds(reweighted_difference(values, strata, before=weights), truth)
    assert hits / runs >= 0.95 - band(runs)


def planted(n: int, share: float, run: int) -> Estimate:
    """So much of production is of a topic that the set has nothing of."""
    rng, new = np.random.default_rng([n, run]), run % TOPICS
    rest = np.where(np.arange(TOPICS) == new, 0.0, SHARES)
    rest /= rest.sum()
    asked = (1 - share) * rest + share * np.eye(TOPICS)[new]
    chosen, production = (
        drawn(replace(HEALTHY, shares=told), size, rng)[0]
        for told, size in ((rest, n), (asked, WINDOW))
    )
    drawing = Drawing(seed=run, permutations=99)
    return text_test(chosen, production, matters=0.1, how=drawing).estimate


def test_a_new_topic_is_told_as_the_share_that_it_is_of_production() -> None:
    found = {n: [planted(n, 0.3, run) for run in (0, 3, 5)] for n in (30, 200)}
    for each in found.values():
        assert np.mean([one.value for one in each]) == pytest.approx(0.3, abs=0.1)
        assert all(holds(one, 0.3) for one in each)


@pytest.mark.long
@pytest.mark.parametrize("share", [0.0, 0.1, 0.2, 0.4])
@pytest.mark.parametrize("n", [30, 100, 300])
def test_the_share_of_a_new_topic_covers_at_length(n: int, share: float) -> None:
    runs = 80
    found = [planted(n, share, run) for run in range(runs)]
    assert sum(holds(one, share) for one in found) / runs >= 0.95 - band(runs)
    if share == 0.1:
        assert sum((one.high or 1.0) < 0.1 for one in found) / runs <= 0.025 + band(runs, 0.025)


def talked(n: int, run: int) -> tuple[Estimate, float, Estimate]:
    """Of conversations of five: re-weighted, what that is to be, and the difference."""
    rng = np.random.default_rng([5, n, run])
    talks = np.repeat(np.arange(n // 5), 5)
    own = rng.choice(TOPICS, n // 5)[talks]
    others = rng.choice(TOPICS, WINDOW, p=SHARES)
    names = tuple(map(str, range(TOPICS)))
    parted = Kinds(channel="intent", names=names, first=own, second=others)
    made = cells((parted,), None, clusters=talks)
    values = QUALITY[own] + rng.normal(0, 0.08, n // 5)[talks] + rng.normal(0, 0.12, n)
    rows = np.flatnonzero(made.first >= 0)
    strata = made.strata(rows)
    error = share_error(values[rows], strata, made.second[made.second >= 0])
    whole = stratified_mean(values[rows], strata, clusters=talks[rows])
    gap = reweighted_difference(values[rows], strata, clusters=talks[rows], shares_error=error)
    reached = float(QUALITY[others[made.second >= 0]].mean())
    return whole, reached, gap


@pytest.mark.parametrize("n", [500, 1_000])
def test_re_weighting_covers_where_the_set_is_of_conversations(n: int) -> None:
    """The mean is held against the window's; the difference has the window's error in it."""
    runs, hits, gaps = 150, 0, 0
    truth = float(SHARES @ QUALITY)
    for run in range(runs):
        whole, reached, gap = talked(n, run)
        hits += holds(whole, reached)
        gaps += holds(gap, truth - float(QUALITY.mean()))
    assert hits / runs >= 0.95 - band(runs)
    assert gaps / runs >= 0.95 - band(runs)
