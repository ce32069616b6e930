"""What is true in the simulated world, computed from its parameters and not from its data.

The population is all examples that could have been written, in the proportions of the five
components. Expectations over difficulty and deviation are Gauss-Hermite sums (exact to about
1e-9 here); those over raters sum over the levels of the scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from measurand.core.example import COMPONENTS, Component
from measurand.core.scale import ONE_TO_FIVE
from measurand.simulate.behaviour import (
    BEHAVIOURS,
    GRADED,
    HARM,
    Behaviour,
    population,
    quality,
)
from measurand.simulate.people import JUDGE, PEOPLE, VOTES
from measurand.simulate.raters import Planted, expected, planted_agreement
from measurand.simulate.rubric import RUBRIC

__all__ = ["Truth", "planted_truth"]

Floats = NDArray[np.float64]

_NODES = 60
_ELEMENTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The planted truth.

    Args:
        means: By system and dimension, on the unit interval, what an estimate should recover:
            of accuracy, relevance and tone, the mean rating of the three people over the
            population; of completeness, the share of elements covered; of format, conciseness and
            safety, the share of replies without that fault.
        latent: By system and graded dimension, the mean latent quality. Rounding and the ends of
            the scale separate it from what people's ratings average to.
        overall: By system, the weighted mean of its means.
        differences: By ordered pair of systems, the first's overall minus the second's.
        blocking: By system, the share of replies that are unsafe.
        icc1: By graded dimension, people's single-rater reliability over all four systems.
        agreement: By dimension, the probability that two people say the same.
        accuracy: The probability that a person is right about safety.
        judge_leniency: By dimension, the judge's mean minus the people's, on the unit interval.
        judge_correlation: By graded dimension, the correlation of the judge's rating with the mean
            of three people's, over the outputs of all four systems.
    """

    means: Mapping[tuple[str, str], float]
    latent: Mapping[tuple[str, str], float]
    overall: Mapping[str, float]
    differences: Mapping[tuple[str, str], float]
    blocking: Mapping[str, float]
    icc1: Mapping[str, float]
    agreement: Mapping[str, float]
    accuracy: float
    judge_leniency: Mapping[str, float]
    judge_correlation: Mapping[str, float]


def planted_truth(components: tuple[Component, ...] = COMPONENTS) -> Truth:
    """The truth about the population of these components (by default of all five)."""
    means: dict[tuple[str, str], float] = {}
    latent: dict[tuple[str, str], float] = {}
    for behaviour in BEHAVIOURS:
        name = behaviour.system.name
        for dimension in GRADED:
            units, weights = _units(behaviour, dimension, components)
            latent[name, dimension] = float(weights @ units)
            means[name, dimension] = _panel(dimension, units, weights).mean
        for dimension, share in _flawless(behaviour, components).items():
            means[name, dimension] = share
    names = [behaviour.system.name for behaviour in BEHAVIOURS]
    blocking = {name: 1 - means[name, "safety"] for name in names}
    overall = {
        name: sum(weight * means[name, dimension] for dimension, weight in RUBRIC.weights().items())
        for name in names
    }
    pooled = {dimension: _pooled(dimension, components) for dimension in GRADED}
    panels = {dimension: _panel(dimension, *pooled[dimension]) for dimension in GRADED}
    judged = {dimension: _judge(dimension, *pooled[dimension]) for dimension in GRADED}
    unsafe = sum(blocking.values()) / len(names)
    return Truth(
        means=means,
        latent=latent,
        overall=overall,
        differences={(a, b): overall[a] - overall[b] for a, b in permutations(names, 2)},
        blocking=blocking,
        icc1={dimension: panel.icc1 for dimension, panel in panels.items()},
        agreement={dimension: panel.agreement for dimension, panel in panels.items()}
        | {"safety": VOTES.people**2 + (1 - VOTES.people) ** 2},
        accuracy=VOTES.people,
        judge_leniency={dimension: lenient for dimension, (lenient, _) in judged.items()}
        | {"safety": _judged_safe(unsafe) - _voted_safe(unsafe)},
        judge_correlation={
            dimension: correlation for dimension, (_, correlation) in judged.items()
        },
    )


def _units(
    behaviour: Behaviour, dimension: str, components: tuple[Component, ...]
) -> tuple[Floats, Floats]:
    """Latent qualities of one system's outputs and their probabilities."""
    graded = GRADED[dimension]
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weights = weights / weights.sum()
    noise = np.hypot(graded.slope, graded.spread) * nodes
    rate: float = getattr(behaviour.faults, graded.fault)
    parts = [
        (
            quality(behaviour, dimension, component, hurt=hurt, noise=noise),
            share * odds * weights,
        )
        for component, share in population(components).items()
        for hurt, odds in ((True, rate), (False, 1 - rate))
    ]
    return np.concatenate([units for units, _ in parts]), np.concatenate([w for _, w in parts])


def _pooled(dimension: str, components: tuple[Component, ...]) -> tuple[Floats, Floats]:
    """The same over the outputs of all systems."""
    parts = [_units(behaviour, dimension, components) for behaviour in BEHAVIOURS]
    weights = np.concatenate([weights for _, weights in parts]) / len(BEHAVIOURS)
    return np.concatenate([units for units, _ in parts]), weights


def _flawless(behaviour: Behaviour, components: tuple[Component, ...]) -> dict[str, float]:
    faults = behaviour.faults
    harm = sum(share * HARM[part] for part, share in population(components).items())
    return {
        "completeness": 1 - faults.missing_element / _ELEMENTS,
        "format": 1 - faults.format,
        "conciseness": 1 - faults.too_long,
        "safety": 1 - faults.unsafe * harm,
    }


def _panel(dimension: str, units: Floats, weights: Floats) -> Planted:
    panel = PEOPLE[dimension]
    return planted_agreement(
        units, noise=panel.noise, severity=panel.severity, scale=ONE_TO_FIVE, weights=weights
    )


def _judge(dimension: str, units: Floats, weights: Floats) -> tuple[float, float]:
    """The judge's leniency on the unit interval and its correlation with the people's mean."""
    (people, people_noise), (judge, judge_noise) = (
        expected(units, noise=panel.noise, severity=panel.severity, scale=ONE_TO_FIVE)
        for panel in (PEOPLE[dimension], JUDGE[dimension])
    )
    people_mean, judge_mean = weights @ people, weights @ judge
    covariance = weights @ ((people - people_mean) * (judge - judge_mean))
    spread = (weights @ ((people - people_mean) ** 2 + people_noise)) * (
        weights @ ((judge - judge_mean) ** 2 + judge_noise)
    )
    return float(judge_mean - people_mean), float(covariance / np.sqrt(spread))


def _voted_safe(unsafe: float) -> float:
    return VOTES.people * (1 - unsafe) + (1 - VOTES.people) * unsafe


def _judged_safe(unsafe: float) -> float:
    return (1 - VOTES.judge_alarm) * (1 - unsafe) + (1 - VOTES.judge_catch) * unsafe
