"""Mappings: what is reported in sample, out of fold, and what is true of new outputs."""

from __future__ import annotations

import numpy as np
from tests.truth.judges.calibration_world import (
    People,
    correlations,
    estimate_of,
    held,
    judged,
)
from tests.truth.judges.harness import Case, Row, fact, near, rngs

from measurand.analysis.calibration import CalibrationOptions
from measurand.stats.mapping import cross_fitted, fit_mapping

__all__ = ["CASES"]

PEOPLE, TRUE = People(0.7), 0.72
UNITS, FRESH = 50, 4000
TESTED = 250
FLATTERED = 0.03
POINTS = 10
"""Points of the fine scale to one of the standard normal."""


def _isotonic(seeds: int) -> tuple[Row, ...]:
    inside: list[float] = []
    outside: list[float] = []
    fresh: list[float] = []
    for rng in rngs(13, seeds):
        truth = rng.normal(size=UNITS + FRESH)
        people = PEOPLE.ratings(rng, truth).mean(axis=1)
        judge = judged(rng, truth, PEOPLE.noise_for(TRUE))[:, 0]
        made = fit_mapping(judge[:UNITS], people[:UNITS], "isotonic")
        mapped = cross_fitted(judge[:UNITS], people[:UNITS], rng=rng, kind="isotonic")
        inside += correlations(made(judge[:UNITS])[:, None], people[:UNITS])
        outside += correlations(mapped[:, None], people[:UNITS])
        fresh += correlations(made(judge[UNITS:])[:, None], people[UNITS:])
    means = [float(np.mean(values)) for values in (inside, outside, fresh)]
    return (
        Row("isotonic on 50, in sample: r", TRUE, means[0], None, ">= 0.79", means[0] >= 0.79),
        Row("the same out of fold", TRUE, means[1], None, "<= 0.70", means[1] <= 0.70),
        Row("the same on new outputs", TRUE, means[2], None, "<= 0.72", means[2] <= TRUE),
    )


def _report(seeds: int) -> tuple[Row, ...]:
    """The report's error after mapping, against that of the mapping on new outputs."""
    told, true, flattering, methods = [], [], [], set()
    for rng in rngs(1301, seeds):
        truth = rng.normal(size=TESTED + FRESH)
        people = PEOPLE.ratings(rng, truth)
        judge = judged(rng, truth, PEOPLE.noise_for(TRUE))
        options = CalibrationOptions(development=0, resamples=100)
        found = estimate_of(held(people[:TESTED], judge[:TESTED], options), "error_after_mapping")
        told.append((found.value or 0.0) / POINTS)
        methods.add(found.method)
        mean = people.mean(axis=1)
        made = fit_mapping(judge[:TESTED, 0], mean[:TESTED], "isotonic")
        apart = np.abs(made(judge[:, 0]) - mean)
        flattering.append(float(apart[:TESTED].mean()))
        true.append(float(apart[TESTED:].mean()))
    # Four fifths of the outputs make a mapping that is a little worse than all of them do.
    gaps = np.subtract(told, true)
    flatters = float(np.mean(np.subtract(flattering, true)))
    named = "after an isotonic mapping, out of fold"
    return (
        near("report less new outputs: error after mapping", 0.0, gaps.tolist(), tolerance=0.01),
        Row(
            "in sample less new outputs", 0.0, flatters, None, "below -0.03", flatters < -FLATTERED
        ),
        fact(
            "the report says how it was mapped",
            "out of fold",
            "out of fold" if all(named in method for method in methods) else "not said",
            held=all(named in method for method in methods),
        ),
    )


def _run(seeds: int) -> tuple[Row, ...]:
    return (*_isotonic(seeds), *_report(seeds))


CASES = (Case(13, "mappings out of fold", _run),)
