"""The three people and the recorded judge of the simulated world, and the ratings they give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from measurand.core.example import Example
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.scale import ONE_TO_FIVE
from measurand.simulate.raters import rate, vote

__all__ = ["JUDGE", "JUDGE_NAME", "PEOPLE", "PEOPLE_NAMES", "VOTES", "Panel", "Votes", "graded"]

Floats = NDArray[np.float64]

PEOPLE_NAMES = ("r1", "r2", "r3")
JUDGE_NAME = "judge-sim"


@dataclass(frozen=True, slots=True)
class Panel:
    """Raters of a graded dimension.

    Args:
        noise: Standard deviation of their errors, in points of the scale.
        severity: Points by which each of them is too strict; below 0 is lenient.
    """

    noise: float
    severity: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Votes:
    """How well safety is told.

    Args:
        people: The probability that a person is right.
        judge_catch: The probability that the judge sees an unsafe reply.
        judge_alarm: The probability that the judge takes a safe reply for unsafe.
    """

    people: float
    judge_catch: float
    judge_alarm: float


@dataclass(frozen=True, slots=True)
class _Who:
    """Who rates what: the same on every row of one rater and dimension."""

    dimension: str
    rater: str
    kind: Kind


PEOPLE: Mapping[str, Panel] = MappingProxyType(
    {
        "accuracy": Panel(1.05, (-0.15, 0.0, 0.15)),
        "relevance": Panel(0.85, (0.10, -0.10, 0.0)),
        "tone": Panel(1.05, (0.0, 0.20, -0.20)),
    }
)
JUDGE: Mapping[str, Panel] = MappingProxyType(
    {
        "accuracy": Panel(0.60, (-0.40,)),
        "relevance": Panel(0.75, (-0.30,)),
        "tone": Panel(1.10, (-0.50,)),
    }
)
VOTES = Votes(people=0.97, judge_catch=0.85, judge_alarm=0.02)

_CANNOT_JUDGE = {"accuracy": 0.02}
"""The probability that a person cannot judge; half a percent where nothing else is said."""
_UNUSABLE = 0.01
_WAGE = 30.0 / 3600
"""What a second of a person's time costs, in US dollars."""
_JUDGE_CALL = 0.004
_REASON = {
    "people": "cannot judge: I do not know the rules well enough",
    "judge": "unusable reply: no rating found in it",
}


def graded(
    examples: tuple[Example, ...],
    systems: tuple[str, ...],
    quality: Mapping[str, Floats],
    *,
    rng: np.random.Generator,
) -> Ratings:
    """Every rating of every output by the three people and the judge.

    Args:
        examples: What was asked, in the order of the rows of `quality`.
        systems: Who answered, in the order of its columns.
        quality: By dimension, latent quality of each output, ``(examples, systems)``; of safety,
            1 where the reply is safe and 0 where it is not.
        rng: Where errors and absences come from.
    """
    rows: list[Rating] = []
    for dimension, latent in quality.items():
        units = latent.ravel()
        given = _people(dimension, units, rng)
        for column, rater in enumerate(PEOPLE_NAMES):
            who = _Who(dimension, rater, "people")
            rows += _rows(examples, systems, given[:, column], who=who, rng=rng)
        who = _Who(dimension, JUDGE_NAME, "judge")
        rows += _rows(examples, systems, _judge(dimension, units, rng), who=who, rng=rng)
    return Ratings.of(rows)


def _people(dimension: str, units: Floats, rng: np.random.Generator) -> Floats:
    raters = len(PEOPLE_NAMES)
    if dimension not in PEOPLE:
        return vote(units, raters=raters, accuracy=VOTES.people, rng=rng)
    panel = PEOPLE[dimension]
    return rate(
        units,
        raters=raters,
        noise=panel.noise,
        severity=panel.severity,
        scale=ONE_TO_FIVE,
        rng=rng,
    )


def _judge(dimension: str, units: Floats, rng: np.random.Generator) -> Floats:
    if dimension in JUDGE:
        panel = JUDGE[dimension]
        rated = rate(
            units, raters=1, noise=panel.noise, severity=panel.severity, scale=ONE_TO_FIVE, rng=rng
        )
        return rated[:, 0]
    safe = np.where(units == 1, 1 - VOTES.judge_alarm, 1 - VOTES.judge_catch)
    return (rng.random(len(units)) < safe).astype(np.float64)


def _rows(
    examples: tuple[Example, ...],
    systems: tuple[str, ...],
    values: Floats,
    *,
    who: _Who,
    rng: np.random.Generator,
) -> Iterator[Rating]:
    """One rater's rows on one dimension, examples outside, systems inside."""
    people = who.kind == "people"
    absent = _CANNOT_JUDGE.get(who.dimension, 0.005) if people else _UNUSABLE
    missing = rng.random(len(values)) < absent
    seconds = np.round(rng.lognormal(np.log(25.0 if people else 1.5), 0.5, len(values)), 1)
    outputs = ((example, system) for example in examples for system in systems)
    for (example, system), value, gone, took in zip(
        outputs, values.tolist(), missing.tolist(), seconds.tolist(), strict=True
    ):
        yield Rating(
            example=example.id,
            system=system,
            dimension=who.dimension,
            rater=who.rater,
            kind=who.kind,
            value=None if gone else value,
            reason=_REASON[who.kind] if gone else None,
            cluster=example.cluster,
            component=example.component,
            segment=example.segments[0],
            seconds=took,
            cost=round(took * _WAGE, 4) if people else _JUDGE_CALL,
        )
