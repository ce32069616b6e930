"""Levels that raters confuse are named, others are not; a low ceiling is never a bad judge."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from measurand.analysis.agreement import AgreementOptions, agreement
from measurand.analysis.level_confusion import NOT_TOLD_APART
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.scale import ONE_TO_FIVE
from measurand.errors import InsufficientData
from measurand.simulate.raters import planted_agreement, rate
from measurand.stats.arrays import Floats
from measurand.stats.bca import Resampling
from measurand.stats.ceiling import ceiling_correlation
from measurand.stats.distinguishability import distinguishability, level_pairs

Rng = np.random.Generator
LEVEL = 0.95
QUALITY = np.linspace(0.05, 0.95, 19)
AT_TARGET = 0.372
"""The ICC(1,1) at which three raters set a ceiling of .80."""
JOINT = 1 - (1 - LEVEL) / 4


def noise_of(icc1: float) -> float:
    """The noise at which three raters have this ICC(1,1), by halving."""
    low, high = 0.05, 6.0
    for _ in range(60):
        middle = (low + high) / 2
        found = planted_agreement(
            QUALITY, noise=middle, severity=(0.0,) * 3, scale=ONE_TO_FIVE
        ).icc1
        low, high = (middle, high) if found > icc1 else (low, middle)
    return low


def grades(rng: Rng, units: int, noise: float) -> tuple[Floats, Floats]:
    """Three raters' grades and the true quality."""
    latent = rng.choice(QUALITY, units)
    ratings = rate(latent, raters=3, noise=noise, severity=0.0, scale=ONE_TO_FIVE, rng=rng)
    return ratings, latent


def confused(rng: Rng, units: int) -> Floats:
    """Raters who cannot tell 3 from 4: they toss a coin between the two."""
    ratings, _ = grades(rng, units, 0.5)
    either = (ratings == 3) | (ratings == 4)
    return np.where(either, 3.0 + (rng.random(ratings.shape) < 0.5), ratings)


def told_apart(ratings: Floats, pair: tuple[int, int], level: float) -> tuple[float, float] | None:
    how = Resampling(rng=np.random.default_rng(0), level=level, resamples=1000)
    try:
        found = distinguishability(ratings - 1, pair, how)
    except InsufficientData:
        return None
    return found.low or 0.0, found.high or 0.0


def truth(pair: tuple[int, int]) -> float:
    """How well two levels are told apart by a multitude of raters with noise .8."""
    table = level_pairs(grades(np.random.default_rng(1), 400_000, 0.8)[0] - 1, 5)
    a, b = pair
    return float(1 - table[a, b] ** 2 / (table[a, a] * table[b, b]))


def covered(pair: tuple[int, int], *, units: int, runs: int) -> float:
    actual, held = truth(pair), []
    for run in range(runs):
        ends = told_apart(grades(np.random.default_rng([units, run]), units, 0.8)[0], pair, LEVEL)
        if ends is not None:
            held.append(ends[0] <= actual <= ends[1])
    return float(np.mean(held))


def named(units: int, runs: int) -> tuple[float, float]:
    """How often 3 and 4 are called not told apart, and how often any other pair is."""
    right, wrong = [], []
    for run in range(runs):
        ratings = confused(np.random.default_rng([units, run]), units)
        ends = [told_apart(ratings, (at, at + 1), JOINT) for at in range(4)]
        same = [end is not None and end[1] < NOT_TOLD_APART for end in ends]
        right.append(same[2])
        wrong.append(any(same[:2]) or same[3])
    return float(np.mean(right)), float(np.mean(wrong))


def below(icc1: float, units: int, runs: int) -> float:
    """How often the ceiling is said to be below .80, with three raters of this ICC(1,1)."""
    noise = noise_of(icc1)
    said = []
    for run in range(runs):
        rng = np.random.default_rng([units, run])
        try:
            found = ceiling_correlation(grades(rng, units, noise)[0], rng=rng)
        except InsufficientData:
            said.append(False)
            continue
        said.append((found.high or 1.0) < 0.8)
    return float(np.mean(said))


def tolerance(share: float, runs: int) -> float:
    return 3 * sqrt(share * (1 - share) / runs)


def test_distinguishability_is_covered() -> None:
    assert covered((2, 3), units=200, runs=200) >= LEVEL - tolerance(LEVEL, 200)


def test_levels_that_raters_confuse_are_named_and_no_others() -> None:
    right, wrong = named(800, 40)
    assert right >= 0.8
    assert wrong <= 0.05


def test_a_ceiling_of_raters_with_icc_30_is_below_the_target() -> None:
    assert below(0.30, 1000, 60) >= 0.85
    assert below(AT_TARGET, 400, 100) <= 0.025 + tolerance(0.025, 100)


def test_a_perfect_judge_reads_that_the_ceiling_is_below_the_target() -> None:
    noise = noise_of(0.30)
    ratings, latent = grades(np.random.default_rng(3), 600, noise)

    def row(unit: int, rater: str, value: float, kind: Kind) -> Rating:
        return Rating(
            example=f"e{unit}", system="s", dimension="tone", rater=rater, kind=kind, value=value
        )

    rows = [
        row(unit, f"r{rater}", float(value), "people")
        for unit, values in enumerate(ratings)
        for rater, value in enumerate(values)
    ]
    rows += [row(unit, "perfect", 1 + 4 * float(x), "judge") for unit, x in enumerate(latent)]
    options = AgreementOptions(resamples=400)
    found = agreement(Ratings.of(rows), {"tone": ONE_TO_FIVE}, options=options)
    reached = float(np.corrcoef(ratings.mean(axis=1), latent)[0, 1])
    assert reached < 0.8
    ceiling = next(found.named("ceiling_correlation")).estimate
    assert (ceiling.low or 0) <= reached <= (ceiling.high or 0) + 0.02
    told = " ".join(found.readings)
    assert "tone: the ceiling is below the target of 0.80: even a perfect judge" in told
    assert "a judge that misses the target is not thereby a bad one" in told


@pytest.mark.long
@pytest.mark.parametrize("pair", [(0, 1), (2, 3)])
@pytest.mark.parametrize("units", [100, 400])
def test_distinguishability_at_length(pair: tuple[int, int], units: int) -> None:
    assert covered(pair, units=units, runs=1000) >= LEVEL - 0.02 - tolerance(LEVEL, 1000)


@pytest.mark.long
def test_the_power_to_name_confused_levels() -> None:
    found = {units: named(units, 300) for units in (200, 400, 800)}
    assert found[200][0] < found[400][0] < found[800][0]
    assert max(wrong for _, wrong in found.values()) <= 0.05


@pytest.mark.long
def test_the_power_to_say_that_the_ceiling_is_too_low() -> None:
    """Measured: .20 with 100 outputs, .33 with 200, .64 with 400, .90 with 800."""
    assert below(0.30, 400, 500) >= 0.58
    assert below(0.30, 800, 500) >= 0.87
    assert below(AT_TARGET, 200, 2000) <= 0.025 + tolerance(0.025, 2000)
