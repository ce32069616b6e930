"""A judge that passes most of what is bad: its mean, and the mean that people correct."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tests.truth.judges.harness import (
    Case,
    Row,
    at_least,
    at_most,
    covered,
    fact,
    holds,
    near,
    rngs,
)

from measurand.analysis.corrected import corrected_means
from measurand.analysis.result import Findings, Result
from measurand.core.rating import Column, Ratings
from measurand.core.scale import YES_NO
from measurand.stats.estimate import Estimate
from measurand.stats.judged import JudgedSample
from measurand.stats.mean import mean_t
from measurand.stats.ppi import ppi_mean
from measurand.stats.proportion import wilson

__all__ = ["CASES"]

SHARE, LABELS, OUTPUTS = 0.8, 100, 1000


class World(NamedTuple):
    """Labels of all outputs, of which the first are told, and what the judge says."""

    labels: NDArray[np.float64]
    judged: NDArray[np.float64]

    def ratings(self) -> Ratings:
        """The table: a judge on all outputs, a person on the first."""
        known = self.labels[:LABELS]
        count = OUTPUTS + LABELS
        examples = [*map(str, range(OUTPUTS)), *map(str, range(LABELS))]
        kinds = ["judge"] * OUTPUTS + ["people"] * LABELS
        return Ratings.from_columns(
            example=Column.of(examples),
            system=Column.constant("s", count),
            dimension=Column.constant("right", count),
            rater=Column.of(kinds),
            kind=Column.of(kinds),
            value=Column.of([*self.judged.tolist(), *known.tolist()]),
        )

    def sample(self) -> JudgedSample:
        """The same as arrays."""
        return JudgedSample.of(self.labels[:LABELS], self.judged[:LABELS], self.judged[LABELS:])


def drawn(rng: np.random.Generator, sensitivity: float, specificity: float) -> World:
    right = rng.random(OUTPUTS) < SHARE
    passed = np.where(right, rng.random(OUTPUTS) < sensitivity, rng.random(OUTPUTS) > specificity)
    return World(right.astype(float), passed.astype(float))


def lenient(seeds: int) -> tuple[Row, ...]:
    """Sensitivity .96 and specificity .25."""
    worlds = [drawn(rng, 0.96, 0.25) for rng in rngs(10, seeds)]
    told = [corrected_means(world.ratings(), {"right": YES_NO}) for world in worlds]
    raw, mean, check, hit, spare = (
        [one(findings, name).estimate for findings in told]
        for name in (
            *("judge_mean_raw", "corrected_mean", "rogan_gladen"),
            *("sensitivity", "specificity"),
        )
    )
    naive = sum(holds(estimate, SHARE) for estimate in raw)
    published = [ppi_mean(world.sample()) for world in worlds]
    people = [wilson(int(world.labels[:LABELS].sum()), LABELS) for world in worlds]
    by_t = [mean_t(world.labels[:LABELS], bounds=(0, 1)) for world in worlds]
    refused = sum(not estimate.present for estimate in check)
    opinions = sum(one(findings, "judge_mean_raw").opinion for findings in told)
    return (
        near("what the judge says", 0.8 * 0.96 + 0.2 * 0.75, [e.value or 0 for e in raw]),
        at_most("its own interval holds the truth", 0.01, naive, seeds, observed=True),
        fact(
            "it is published as the judge's opinion",
            "always",
            "always" if opinions == seeds else f"{opinions} of {seeds}",
            held=opinions == seeds,
        ),
        covered("corrected share, judge-stratified Jeffreys", SHARE, mean),
        at_least(
            "PPI++ as published holds the truth",
            0.91,
            sum(holds(estimate, SHARE) for estimate in published),
            seeds,
        ),
        narrower("width of the corrected share over that of people alone (Wilson)", mean, people),
        narrower("width of PPI++ over that of people alone (t)", published, by_t),
        at_least("Rogan-Gladen is refused", 0.97, refused, seeds),
        covered("sensitivity", 0.96, hit),
        covered("specificity", 0.25, spare),
    )


def decent(seeds: int) -> tuple[Row, ...]:
    """Sensitivity .90 and specificity .80: even so its own interval is no interval."""
    worlds = [drawn(rng, 0.9, 0.8) for rng in rngs(1010, seeds)]
    told = [corrected_means(world.ratings(), {"right": YES_NO}) for world in worlds]
    raw, mean, check = (
        [one(findings, name).estimate for findings in told]
        for name in ("judge_mean_raw", "corrected_mean", "rogan_gladen")
    )
    naive = sum(holds(estimate, SHARE) for estimate in raw)
    people = [wilson(int(world.labels[:LABELS].sum()), LABELS) for world in worlds]
    wider = [width(one) for one in check if one.present]
    return (
        at_most("a decent judge's own interval holds the truth", 0.6, naive, seeds),
        covered("its corrected share", SHARE, mean),
        narrower("width over that of people alone (Wilson)", mean, people),
        fact(
            "Rogan-Gladen is wider than the corrected share",
            "wider",
            f"{np.mean(wider) / np.mean([width(one) for one in mean]):.2f} times",
            held=bool(np.mean(wider) > np.mean([width(one) for one in mean])),
        ),
    )


def one(findings: Findings, name: str) -> Result:
    (found,) = (r for r in findings.named(name) if r.systems)
    return found


def width(estimate: Estimate) -> float:
    return (estimate.high or 0.0) - (estimate.low or 0.0)


def narrower(quantity: str, found: Sequence[Estimate], beside: Sequence[Estimate]) -> Row:
    ratio = float(np.mean([width(one) for one in found]) / np.mean([width(one) for one in beside]))
    return Row(quantity, "<= 1", ratio, None, "mean widths, at most 1", ratio <= 1)


CASES = (
    Case(10, "leniency: sensitivity .96, specificity .25, share .8", lenient),
    Case(10, "leniency: a decent judge, .90 and .80", decent),
)
