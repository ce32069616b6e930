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
    channel_tests,
    drawn,
    rates,
)

from measurand.analysis.comparison import ComparisonOptions
from measurand.analysis.mismatch_cells import cells
from measurand.analysis.mismatch_headline import headline_results
from measurand.analysis.mismatch_kinds import Kinds
from measurand.analysis.score import score
from measurand.core.example import Example, Message
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import Scale
from measurand.stats.estimate import Estimate
from measurand.stats.mmd import Sample, mmd_squared, mmd_test
from measurand.stats.psi import Mix, psi_test

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


@pytest.mark.long
def test_the_power_that_is_stated_is_the_power_there_is() -> None:
    """A tenth of production becomes of one topic: the power stated, and how often it is found."""
    stated, found, runs = [], 0, 120
    for run in range(runs):
        rng = np.random.default_rng([9, run])
        topic = int(rng.choice(TOPICS, p=SHARES))
        shares = 0.9 * SHARES + 0.1 * np.eye(TOPICS)[topic]
        chosen = drawn(HEALTHY, 200, rng)[0]
        production = drawn(replace(HEALTHY, shares=shares), WINDOW, rng)[0]
        text = channel_tests(chosen, production, seed=run, permutations=199)[0]
        stated.append(text.power)
        found += text.p is not None and text.p <= 0.05
    assert found / runs == pytest.approx(float(np.mean(stated)), abs=0.17)
