"""A round of people's ratings in which it is known how well everybody rates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurand.core.rating import Rating, Ratings
from measurand.core.scale import ONE_TO_FIVE, YES_NO, Scale
from measurand.simulate.raters import rate, vote

__all__ = ["Person", "Round", "rater_round"]

Floats = NDArray[np.float64]
Habit = Literal["honest", "constant", "uniform"]

_EXPERT = "expert"
_SECONDS = 25.0
_SPREAD = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """How one person rates.

    Args:
        name: The rater's name.
        accuracy: On yes/no dimensions, the probability that a rating is right.
        noise: On graded dimensions, the standard deviation of errors in points.
        severity: On graded dimensions, the points by which the person is too strict.
        careless: The probability that an output is not looked at; then ratings are uniform.
        habit: ``constant`` gives the best value to everything, ``uniform`` any value by chance.
        pace: What the person's time is multiplied by; outputs that are not looked at take a
            twentieth.
    """

    name: str
    accuracy: float = 0.9
    noise: float = 0.7
    severity: float = 0.0
    careless: float = 0.0
    habit: Habit = "honest"
    pace: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """How large a round is.

    Args:
        outputs: How many outputs are rated.
        each: How many people rate an output; None means all of them.
        golden: The share of outputs whose right rating an expert has given; all rate these.
        again: The share of a person's outputs that the person sees twice.
        dimensions: Each with its scale: yes/no or a graded one.
        yes: How common yes is.
    """

    outputs: int = 200
    each: int | None = None
    golden: float = 0.1
    again: float = 0.05
    dimensions: tuple[tuple[str, Scale], ...] = (("accuracy", ONE_TO_FIVE), ("safety", YES_NO))
    yes: float = 0.7


def rater_round(people: Sequence[Person], shape: Round, *, rng: np.random.Generator) -> Ratings:
    """All ratings of a round, with those of an expert on golden outputs.

    Args:
        people: Who rates.
        shape: How many outputs, dimensions, repeats and golden outputs there are.
        rng: Where the truth and all errors come from.

    Raises:
        ValueError: More people should rate an output than there are.
    """
    each = len(people) if shape.each is None else shape.each
    if not 0 < each <= len(people):
        raise ValueError(f"1 to {len(people)} people rate an output; found {each}")
    size = shape.outputs
    golden = np.arange(size) < round(shape.golden * size)
    order = rng.random((size, len(people))).argsort(axis=1).argsort(axis=1)
    assigned = (order < each) | golden[:, None]
    truth = {name: _truth(scale, shape, rng) for name, scale in shape.dimensions}
    rows: list[Rating] = list(_references(shape, truth, golden))
    for column, person in enumerate(people):
        mine = np.flatnonzero(assigned[:, column])
        twice = mine[rng.random(len(mine)) < shape.again]
        for repeat, outputs in enumerate((mine, twice)):
            rows += _of_person(person, shape, truth, rng=rng, visit=(repeat, outputs))
    return Ratings.of(rows)


def _truth(scale: Scale, shape: Round, rng: np.random.Generator) -> Floats:
    if scale.binary:
        return (rng.random(shape.outputs) < shape.yes).astype(np.float64)
    return rng.beta(2.0, 1.5, shape.outputs)


def _references(
    shape: Round, truth: dict[str, Floats], golden: NDArray[np.bool_]
) -> Iterator[Rating]:
    for name, scale in shape.dimensions:
        for place in np.flatnonzero(golden):
            right = truth[name][place]
            if not scale.binary and scale.low is not None and scale.high is not None:
                right = np.rint(scale.low + right * (scale.high - scale.low))
            yield Rating(
                example=f"e{place:05}",
                system="s",
                dimension=name,
                rater=_EXPERT,
                kind="reference",
                value=float(right),
            )


def _of_person(
    person: Person,
    shape: Round,
    truth: dict[str, Floats],
    *,
    rng: np.random.Generator,
    visit: tuple[int, NDArray[np.intp]],
) -> Iterator[Rating]:
    repeat, outputs = visit
    skimmed = rng.random(len(outputs)) < person.careless
    skimmed |= person.habit != "honest"
    seconds = person.pace * rng.lognormal(np.log(_SECONDS), _SPREAD, len(outputs))
    seconds = np.where(skimmed, seconds / 20, seconds) / len(shape.dimensions)
    for name, scale in shape.dimensions:
        given = _given(person, scale, truth[name][outputs], rng=rng)
        given = np.where(skimmed, _unseen(person, scale, len(outputs), rng=rng), given)
        for place, value, took in zip(outputs, given, seconds, strict=True):
            yield Rating(
                example=f"e{place:05}",
                system="s",
                dimension=name,
                rater=person.name,
                kind="people",
                value=float(value),
                repeat=repeat,
                seconds=round(float(took), 2),
            )


def _given(person: Person, scale: Scale, truth: Floats, *, rng: np.random.Generator) -> Floats:
    """What the person says having looked."""
    if scale.binary:
        return vote(truth, raters=1, accuracy=person.accuracy, rng=rng)[:, 0]
    found = rate(
        truth, raters=1, noise=person.noise, severity=person.severity, scale=scale, rng=rng
    )
    return found[:, 0]


def _unseen(person: Person, scale: Scale, size: int, *, rng: np.random.Generator) -> Floats:
    """What the person says without looking."""
    if scale.low is None or scale.high is None:
        raise ValueError(f"simulated raters need a scale with bounds; found {scale}")
    if person.habit == "constant":
        return np.full(size, scale.high)
    return rng.integers(int(scale.low), int(scale.high) + 1, size).astype(np.float64)
