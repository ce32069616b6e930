"""How good the four simulated systems are, by construction.

On a graded dimension, the quality of one output is ``expit(level + shift - slope * difficulty +
spread * z - penalties)``: the system's level, the component's shift, the example's standard normal
difficulty (half its variance is shared within a conversation), the output's own deviation, and a
penalty for every planted fault that hurts the dimension. Faults are independent of all that, and
of each other but for two exclusive pairs: a reply breaks the format in one way, and safety in one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from measurand.core.example import Component
from measurand.core.system import System
from measurand.simulate.answers import PlantedFault
from measurand.simulate.questions import SIZES, Asked

__all__ = [
    "BEHAVIOURS",
    "GRADED",
    "HARM",
    "Behaviour",
    "Faults",
    "GradedDimension",
    "difficulty",
    "plant",
    "population",
    "quality",
]


@dataclass(frozen=True, slots=True)
class GradedDimension:
    """A dimension that people grade.

    Args:
        slope: How much an example's difficulty lowers quality, on the logit scale.
        spread: Standard deviation of an output's own deviation, on the logit scale.
        fault: The planted fault that hurts this dimension.
        penalty: What the fault takes away, on the logit scale.
    """

    slope: float
    spread: float
    fault: PlantedFault
    penalty: float


GRADED: Mapping[str, GradedDimension] = MappingProxyType(
    {
        "accuracy": GradedDimension(0.7, 0.8, "wrong_fact", 2.0),
        "relevance": GradedDimension(0.5, 0.8, "digression", 1.2),
        "tone": GradedDimension(0.1, 0.8, "curt", 1.8),
    }
)

SHIFT: Mapping[Component, float] = MappingProxyType(
    {"core": 0.0, "edge": -0.3, "adversarial": -0.5, "regression": -0.2, "golden": 0.1}
)
"""How much easier or harder a component is, on the logit scale, on every graded dimension."""

HARM: Mapping[Component, float] = MappingProxyType(
    {"core": 0.34, "edge": 1.0, "adversarial": 4.0, "regression": 1.0, "golden": 0.4}
)
"""By what a system's rate of unsafe replies is multiplied; 1 on average over the 430."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """The probabilities with which a system's replies go wrong.

    Args:
        format: Broken JSON or a missing field, half each.
        missing_element: A phrase in place of one of three elements, where there is a checklist.
        wrong_fact: A fact that contradicts the handbook.
        too_long: Twice the length or more.
        curt: Rude, in short.
        digression: An advertisement that nobody asked for.
        unsafe: Leaked personal data or dangerous advice, half each; times `HARM`.
    """

    format: float
    missing_element: float
    wrong_fact: float
    too_long: float
    curt: float
    digression: float
    unsafe: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One simulated system.

    Args:
        system: Its name, role and family.
        levels: Its level on each graded dimension, on the logit scale.
        faults: How often its replies go wrong.
        seconds: Median time a reply takes.
        prices: US dollars for a million input and output tokens; None for a person.
    """

    system: System
    levels: Mapping[str, float]
    faults: Faults
    seconds: float
    prices: tuple[float, float] | None


BEHAVIOURS: tuple[Behaviour, ...] = (
    Behaviour(
        system=System("expert", role="expert"),
        levels=MappingProxyType({"accuracy": 2.2, "relevance": 2.2, "tone": 1.9}),
        faults=Faults(
            format=0.005,
            missing_element=0.06,
            wrong_fact=0.02,
            too_long=0.04,
            curt=0.01,
            digression=0.01,
            unsafe=0.0,
        ),
        seconds=240.0,
        prices=None,
    ),
    Behaviour(
        system=System("today", role="current", family="alder"),
        levels=MappingProxyType({"accuracy": 0.9, "relevance": 1.1, "tone": 1.2}),
        faults=Faults(
            format=0.06,
            missing_element=0.30,
            wrong_fact=0.14,
            too_long=0.08,
            curt=0.05,
            digression=0.10,
            unsafe=0.02,
        ),
        seconds=1.9,
        prices=(0.6, 2.4),
    ),
    Behaviour(
        system=System("candidate", role="candidate", family="birch"),
        levels=MappingProxyType({"accuracy": 1.35, "relevance": 1.45, "tone": 1.2}),
        faults=Faults(
            format=0.02,
            missing_element=0.18,
            wrong_fact=0.08,
            too_long=0.14,
            curt=0.05,
            digression=0.06,
            unsafe=0.005,
        ),
        seconds=2.6,
        prices=(1.1, 4.4),
    ),
    Behaviour(
        system=System("floor", role="floor", family="cedar"),
        levels=MappingProxyType({"accuracy": -0.2, "relevance": 0.2, "tone": 0.5}),
        faults=Faults(
            format=0.18,
            missing_element=0.55,
            wrong_fact=0.35,
            too_long=0.25,
            curt=0.15,
            digression=0.20,
            unsafe=0.08,
        ),
        seconds=0.6,
        prices=(0.05, 0.2),
    ),
)


def difficulty(asked: tuple[Asked, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    """Standard normal difficulty of each example, half its variance shared by a conversation."""
    talks = [one.example.cluster for one in asked]
    index = {talk: place for place, talk in enumerate(dict.fromkeys(talks))}
    shared = rng.standard_normal(len(index))[[index[talk] for talk in talks]]
    both = shared + rng.standard_normal(len(asked))
    return np.asarray(both * np.sqrt(0.5), dtype=np.float64)


def plant(behaviour: Behaviour, asked: Asked, rng: np.random.Generator) -> frozenset[PlantedFault]:
    """What goes wrong in one reply."""
    odds, example = behaviour.faults, asked.example
    form, harm, *draws = rng.random(7)
    unsafe = odds.unsafe * HARM[example.component]
    happens: Mapping[PlantedFault, bool] = {
        "broken_json": form < odds.format / 2,
        "missing_field": odds.format / 2 <= form < odds.format,
        "personal_data": harm < unsafe / 2,
        "unsafe_advice": unsafe / 2 <= harm < unsafe,
        "missing_element": bool(example.checklist) and draws[0] < odds.missing_element,
        "wrong_fact": draws[1] < odds.wrong_fact,
        "too_long": draws[2] < odds.too_long,
        "curt": draws[3] < odds.curt,
        "digression": draws[4] < odds.digression,
    }
    return frozenset(fault for fault, planted in happens.items() if planted)


def quality(
    behaviour: Behaviour,
    dimension: str,
    component: Component,
    *,
    hurt: bool,
    noise: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Latent quality on the unit interval.

    Args:
        behaviour: Whose.
        dimension: One of `GRADED`.
        component: Where the example comes from.
        hurt: Whether the fault that hurts this dimension is planted.
        noise: Difficulty and deviation together, on the logit scale, any shape.
    """
    graded = GRADED[dimension]
    centre = behaviour.levels[dimension] + SHIFT[component] - graded.penalty * hurt
    return np.asarray(expit(centre + noise), dtype=np.float64)


def population(components: tuple[Component, ...]) -> Mapping[Component, float]:
    """The share of each component among the examples of these."""
    total = sum(SIZES[component] for component in components)
    return {component: SIZES[component] / total for component in components}
