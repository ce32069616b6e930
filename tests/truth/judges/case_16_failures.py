"""Judgments that fail because the output is bad: bounds, counts, and what is compared."""

from __future__ import annotations

import json
from collections import Counter
from typing import NamedTuple

import numpy as np
from tests.truth.judges.harness import Case, Row, at_least, at_most, fact, holds, rngs

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.result import Findings
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE
from measurand.report.results_json import results_document
from measurand.stats.estimate import Estimate

__all__ = ["CASES"]

RUBRIC = Rubric(Dimension("quality", scale=ONE_TO_FIVE))
OPTIONS = ComparisonOptions(resamples=499)
CLASSES = ("invalid", "truncated", "refused")
LOST = {"bad": 0.25, "good": 0.03}
MIDDLE = {"bad": 2.0, "good": 4.0}
SHARE_BAD = {"a": 0.5, "b": 0.3}
TRUTH = {name: share * 2.0 + (1 - share) * 4.0 for name, share in SHARE_BAD.items()}
EXAMPLES = 700


class World(NamedTuple):
    """The rows, how many failed by system and class, and on how many examples both have values."""

    rows: list[Rating]
    lost: Counter[tuple[str, str]]
    shared: int


def drawn(rng: np.random.Generator) -> World:
    rows, lost, given = [], Counter[tuple[str, str]](), Counter[int]()
    for system, share in SHARE_BAD.items():
        for i in range(EXAMPLES):
            sort = "bad" if rng.random() < share else "good"
            failure = str(rng.choice(CLASSES)) if rng.random() < LOST[sort] else None
            value = MIDDLE[sort] + float(rng.integers(-1, 2))
            if failure:
                lost[system, failure] += 1
            else:
                given[i] += 1
            rows.append(
                Rating(
                    example=f"e{i}",
                    system=system,
                    dimension="quality",
                    rater="j",
                    kind="judge",
                    value=None if failure else value,
                    reason=failure,
                    failure=failure,
                )
            )
    return World(rows, lost, sum(count == 2 for count in given.values()))


def failures(seeds: int) -> tuple[Row, ...]:
    """Two systems whose bad outputs fail eight times as often."""
    worlds = [drawn(rng) for rng in rngs(16, seeds)]
    told = [compare(Ratings.of(world.rows), RUBRIC, options=OPTIONS) for world in worlds]
    inside = own = 0
    for findings in told:
        for system, truth in TRUTH.items():
            worst, best, mean = (
                found(findings, name, system) for name in ("mean_if_worst", "mean_if_best", "mean")
            )
            inside += (worst.low or 9) <= truth <= (best.high or 0)
            own += holds(mean, truth)
    pairs = list(zip(worlds, told, strict=True))
    counted = sum(counts(findings) == world.lost for world, findings in pairs)
    crossed = sum(difference(findings).n == world.shared for world, findings in pairs)
    withheld = sum(
        all(v.outcome == "inconclusive" for v in findings.verdicts if len(v.systems) == 2)
        for findings in told
    )
    sound = sum(_sound(findings) for findings in told)
    return (
        at_least("the bounds hold the mean", 0.98, inside, 2 * seeds, observed=True),
        at_most("the interval of what is left holds it", 0.5, own, 2 * seeds),
        _always("counts by system and class are those planted", counted, seeds),
        _always("the difference is on the examples that both have", crossed, seeds),
        _always("nobody is called better", withheld, seeds),
        _always("no NaN in the results", sound, seeds),
    )


def _always(quantity: str, count: int, seeds: int) -> Row:
    told = "always" if count == seeds else f"{count} of {seeds}"
    return fact(quantity, "always", told, held=count == seeds)


def found(findings: Findings, name: str, system: str) -> Estimate:
    (result,) = (
        r for r in findings.named(name) if r.systems == (system,) and r.dimension == "quality"
    )
    return result.estimate


def difference(findings: Findings) -> Estimate:
    (result,) = (r for r in findings.named("difference") if r.dimension == "quality")
    return result.estimate


def counts(findings: Findings) -> Counter[tuple[str, str]]:
    told = Counter[tuple[str, str]]()
    for one in findings.failures:
        told[one.system, one.failure] += one.count
    return told


def _sound(findings: Findings) -> bool:
    """Whether everything can be written as JSON, which knows no NaN."""
    text = json.dumps(results_document("compare", findings), allow_nan=False)
    return "NaN" not in text


CASES = (Case(16, "failures: 25 % of bad outputs, 3 % of good ones", failures, quick=10),)
