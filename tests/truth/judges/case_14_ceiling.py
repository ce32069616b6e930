"""People who hardly agree, and a judge that is the truth itself."""

from __future__ import annotations

import numpy as np
from tests.truth.judges.calibration_world import (
    People,
    estimate_of,
    held,
    verdict_of,
    within_prompts,
)
from tests.truth.judges.harness import Case, Row, at_least, at_most, covered, near, rngs

from measurand.analysis.calibration import CalibrationOptions

__all__ = ["CASES"]

PEOPLE = People(0.3)
LOCKED = 1000
PROMPTS, EACH, OF_PROMPT = 60, 10, 0.6


def _run(seeds: int) -> tuple[Row, ...]:
    found, ceilings, words, shares = [], [], [], 0
    for rng in rngs(14, seeds):
        truth = rng.normal(size=LOCKED)
        options = CalibrationOptions(development=0, resamples=400)
        told = held(PEOPLE.ratings(rng, truth), truth[:, None], options)
        found.append(estimate_of(told, "correlation_with_people"))
        ceilings.append(estimate_of(told, "ceiling_correlation"))
        words.append(verdict_of(told).outcome)
        shares += estimate_of(told, "ceiling_ratio").high == 1
    said = words.count("CEILING BELOW TARGET")
    trusted = sum(word in {"PASS", "VERIFIED"} for word in words)
    values = [one.value or 0.0 for one in found]
    return (
        near("a perfect judge against three people of ICC .30: r", 0.75, values, tolerance=0.005),
        covered("its interval", PEOPLE.ceiling, found),
        covered("the ceiling", PEOPLE.ceiling, ceilings),
        at_least("share of the ceiling may be all of it", 0.94, shares, seeds),
        at_least(f"{LOCKED} locked: CEILING BELOW TARGET", 0.9, said, seeds),
        at_most("PASS or VERIFIED", 0.0, trusted, seeds, observed=True),
        at_most("FAIL, as if the judge were bad", 0.1, words.count("FAIL"), seeds),
    )


def _of_prompts(seeds: int) -> tuple[Row, ...]:
    """The same where ten outputs answer each prompt, and most of everything is the prompt's."""
    found, ceilings, words = [], [], []
    noise = np.sqrt((1 - PEOPLE.icc) / PEOPLE.icc)
    options = CalibrationOptions(development=0, resamples=200, by=())
    for rng in rngs(1401, seeds):
        truth = within_prompts(rng, PROMPTS * EACH, each=EACH, share=OF_PROMPT)
        errors = [
            within_prompts(rng, truth.size, each=EACH, share=OF_PROMPT)
            for _ in range(PEOPLE.raters)
        ]
        people = truth[:, None] + noise * np.stack(errors, axis=1)
        told = held(people, truth[:, None], options, each=EACH)
        found.append(estimate_of(told, "correlation_with_people"))
        ceilings.append(estimate_of(told, "ceiling_correlation"))
        words.append(verdict_of(told).outcome)
    name = f"{PROMPTS} prompts with {EACH} outputs each"
    return (
        covered(f"{name}: r", PEOPLE.ceiling, found),
        covered(f"{name}: the ceiling", PEOPLE.ceiling, ceilings),
        at_most(f"{name}: FAIL, as if the judge were bad", 0.05, words.count("FAIL"), seeds),
    )


CASES = (
    Case(14, "ceiling", _run, quick=6),
    Case(14, "ceiling, several outputs of a prompt", _of_prompts, quick=10),
)
