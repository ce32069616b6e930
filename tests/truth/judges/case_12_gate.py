"""The gate: ten prompts tried on fifty outputs, and ours, on the same judges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tests.truth.judges.calibration_world import (
    DIMENSION,
    FINE,
    People,
    correlations,
    held,
    judged,
    table,
    verdict_of,
    within_prompts,
)
from tests.truth.judges.harness import Case, Row, at_least, at_most, rngs

from measurand.analysis.calibration import CalibrationOptions, rated_split
from measurand.core.scale import ONE_TO_FIVE
from measurand.stats.correlation import fisher_z

__all__ = ["CASES"]

Floats = NDArray[np.float64]
TARGET, BAD, GOOD = 0.8, 0.72, 0.86
DEVELOPED, TESTED, PROMPTS = 50, 100, 10
PEOPLE = People(0.7)
OF_PROMPT = 0.8
"""Of the variance of quality, and of the judge's errors, where prompts have several outputs."""
MANY = 40
"""Seeds that tell a gate that takes outputs for prompts."""
CHEAP = 100
"""Seeds of what takes no audit, at the least."""
PASSED = frozenset({"PASS", "VERIFIED"})


def best_of_ten(seeds: int) -> tuple[Row, ...]:
    """Ten prompts of a true .72: the guide's loop, and one look at outputs that were locked."""
    ours = 0
    for rng in rngs(12, seeds):
        truth = rng.normal(size=DEVELOPED + TESTED)
        people = PEOPLE.ratings(rng, truth)
        prompts = judged(rng, truth, PEOPLE.noise_for(BAD), prompts=PROMPTS)
        rows = table(people, prompts[:, :1])
        split = rated_split(rows, {DIMENSION: FINE})
        known = [f"e{at}\x1fs" in split.development for at in range(truth.size)]
        found = correlations(prompts[known], people[known].mean(axis=1))
        best = int(np.argmax(found))
        options = CalibrationOptions(target=TARGET, candidates=PROMPTS, shown=1, resamples=100)
        verdict = verdict_of(held(people, prompts[:, [best]], options))
        ours += verdict.outcome in PASSED
    cheap = max(seeds, CHEAP)
    naive = sum(max(_on_fifty(rng)) >= TARGET for rng in rngs(1212, cheap))
    return (
        at_least("best of ten prompts of r .72 on 50 passes", 0.25, naive, cheap, observed=True),
        at_most(
            "the same prompt, one look at 100 locked: passes", 0.06, ours, seeds, observed=True
        ),
    )


def _on_fifty(rng: np.random.Generator) -> Sequence[float]:
    """How ten prompts of a true .72 correlate with people on fifty outputs."""
    truth = rng.normal(size=DEVELOPED)
    people = PEOPLE.ratings(rng, truth).mean(axis=1)
    return correlations(judged(rng, truth, PEOPLE.noise_for(BAD), prompts=PROMPTS), people)


def few_prompts(seeds: int) -> tuple[Row, ...]:
    """A true .72 on 100 locked outputs that answer few prompts, of which most is the prompt's."""
    rows = []
    noise = PEOPLE.noise_for(BAD)
    options = CalibrationOptions(target=TARGET, development=0, resamples=50, by=())
    for each in (10, 5):
        passed = 0
        for rng in rngs(1204, seeds):
            truth, error = (
                within_prompts(rng, TESTED, each=each, share=OF_PROMPT) for _ in range(2)
            )
            people = PEOPLE.ratings(rng, truth)
            found = held(people, (truth + noise * error)[:, None], options, each=each)
            passed += verdict_of(found).outcome in PASSED
        name = f"r .72 on {TESTED // each} prompts with {each} outputs each: passes"
        rows.append(at_most(name, 0.06, passed, seeds, observed=True))
    return tuple(rows)


def good_judge(seeds: int) -> tuple[Row, ...]:
    """A true .86 on 100 locked outputs."""
    passed = 0
    for rng in rngs(1201, seeds):
        truth = rng.normal(size=DEVELOPED + TESTED)
        judge = judged(rng, truth, PEOPLE.noise_for(GOOD))
        options = CalibrationOptions(target=TARGET, resamples=100)
        passed += verdict_of(held(PEOPLE.ratings(rng, truth), judge, options)).outcome in PASSED
    return (at_least("r .86 on 100 locked passes", 0.94, passed, seeds, observed=True),)


def at_the_target(seeds: int) -> tuple[Row, ...]:
    """Whoever is exactly at the target is called verified in one test set of twenty."""
    verified = 0
    for rng in rngs(1202, seeds):
        truth = rng.normal(size=200)
        judge = judged(rng, truth, PEOPLE.noise_for(TARGET))
        options = CalibrationOptions(target=TARGET, development=0, resamples=100)
        found = verdict_of(held(PEOPLE.ratings(rng, truth), judge, options))
        verified += found.outcome == "VERIFIED"
    return (at_most("exactly at the target, 200 locked: VERIFIED", 0.05, verified, seeds),)


def crowded(rng: np.random.Generator, outputs: int) -> tuple[Floats, Floats]:
    """Grades of which most are the best one, by three people and a judge."""
    quality = 4.8 + 1.2 * rng.normal(size=outputs)
    people = quality[:, None] + 0.4 * rng.normal(size=(outputs, 3))
    judge = quality[:, None] + 0.5 * rng.normal(size=(outputs, 1))
    return _grades(people), _grades(judge)


def _grades(values: Floats) -> Floats:
    return np.clip(np.round(values), 1, 5)


def crowded_grades(seeds: int) -> tuple[Row, ...]:
    """The same where grades crowd at one end, at which the textbook's bound is too bold."""
    people, judge = crowded(np.random.default_rng(12), 400_000)
    truth = correlations(judge, people.mean(axis=1))[0]
    verified = 0
    for rng in rngs(1203, seeds):
        people, judge = crowded(rng, 100)
        options = CalibrationOptions(target=truth, development=0, resamples=100)
        found = verdict_of(held(people, judge, options, scale=ONE_TO_FIVE))
        verified += found.outcome == "VERIFIED"
    cheap = max(seeds, 2 * CHEAP)
    textbook = sum(_bold(rng, truth) for rng in rngs(1205, cheap))
    return (
        at_most("grades crowd at the top, exactly at the target: VERIFIED", 0.05, verified, seeds),
        at_least("the same by Fisher's bound alone", 0.08, textbook, cheap),
    )


def _bold(rng: np.random.Generator, truth: float) -> bool:
    """Whether the textbook's bound lies above the truth."""
    people, judge = crowded(rng, 100)
    low = fisher_z(correlations(judge, people.mean(axis=1))[0], 100, side="lower").low
    return low is not None and low >= truth


def _run(seeds: int) -> tuple[Row, ...]:
    return (
        *best_of_ten(seeds),
        *few_prompts(max(seeds, MANY)),
        *good_judge(seeds),
        *at_the_target(seeds),
        *crowded_grades(seeds),
    )


CASES = (Case(12, "calibration gate", _run, quick=20),)
