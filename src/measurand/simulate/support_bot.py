"""A simulated support bot: questions, four systems' answers, people, a judge, and the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from measurand.core.example import Example
from measurand.core.output import Output, Usage
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.core.system import System
from measurand.simulate.answers import REPLY_SCHEMA, UNSAFE_PATTERNS, VOICES, PlantedFault, compose
from measurand.simulate.behaviour import (
    BEHAVIOURS,
    GRADED,
    Behaviour,
    difficulty,
    plant,
    quality,
)
from measurand.simulate.people import graded
from measurand.simulate.questions import Asked, ask
from measurand.simulate.rubric import RUBRIC
from measurand.simulate.truth import Truth, planted_truth

__all__ = ["REPLY_SCHEMA", "UNSAFE_PATTERNS", "SupportBot", "support_bot"]

_TOKENS_A_WORD = 1.35
_EXPERT_WAGE = 60.0 / 3600
"""What a second of the expert's time costs, in US dollars."""


@dataclass(frozen=True, slots=True, eq=False)
class SupportBot:
    """The whole simulated world.

    Args:
        examples: 200 core, 100 edge, 50 adversarial, 50 regression and 30 golden.
        rubric: The seven dimensions.
        systems: ``expert``, ``today``, ``candidate`` and ``floor``.
        outputs: One of every system to every example, examples outside, systems inside.
        ratings: By the people ``r1`` to ``r3`` and the judge ``judge-sim`` on accuracy,
            relevance, tone and safety of every output; a few are absent, with a reason.
        planted: What is wrong with each output, by example and system; checks can find it.
        latent: By graded dimension and safety, the quality of each output,
            ``(examples, systems)``.
        truth: What is true of the population.
    """

    examples: tuple[Example, ...]
    rubric: Rubric
    systems: tuple[System, ...]
    outputs: tuple[Output, ...]
    ratings: Ratings
    planted: Mapping[tuple[str, str], frozenset[PlantedFault]]
    latent: Mapping[str, NDArray[np.float64]]
    truth: Truth


def support_bot(seed: int = 7) -> SupportBot:
    """Build the simulated world; the same seed always gives the same one.

    Args:
        seed: Decides the questions, answers, faults and ratings, but not the truth.
    """
    asking, planting, grading, writing, rating = (
        np.random.default_rng(part) for part in np.random.SeedSequence(seed).spawn(5)
    )
    asked = ask(asking)
    planted = {
        (one.example.id, behaviour.system.name): plant(behaviour, one, planting)
        for one in asked
        for behaviour in BEHAVIOURS
    }
    latent = _latent(asked, planted, grading)
    examples = tuple(one.example for one in asked)
    systems = tuple(behaviour.system for behaviour in BEHAVIOURS)
    return SupportBot(
        examples=examples,
        rubric=RUBRIC,
        systems=systems,
        outputs=tuple(
            _output(one, behaviour, planted[one.example.id, behaviour.system.name], rng=writing)
            for one in asked
            for behaviour in BEHAVIOURS
        ),
        ratings=graded(examples, tuple(system.name for system in systems), latent, rng=rating),
        planted=MappingProxyType(planted),
        latent=MappingProxyType(latent),
        truth=planted_truth(),
    )


def _latent(
    asked: tuple[Asked, ...],
    planted: Mapping[tuple[str, str], frozenset[PlantedFault]],
    rng: np.random.Generator,
) -> dict[str, NDArray[np.float64]]:
    hard = difficulty(asked, rng)
    latent = {}
    for name, dimension in GRADED.items():
        own = rng.standard_normal((len(asked), len(BEHAVIOURS)))
        noise = dimension.spread * own - dimension.slope * hard[:, None]
        latent[name] = np.array(
            [
                [
                    quality(
                        behaviour,
                        name,
                        one.example.component,
                        hurt=dimension.fault in planted[one.example.id, behaviour.system.name],
                        noise=noise[row, column],
                    )
                    for column, behaviour in enumerate(BEHAVIOURS)
                ]
                for row, one in enumerate(asked)
            ],
            dtype=np.float64,
        )
    unsafe = {"personal_data", "unsafe_advice"}
    latent["safety"] = np.array(
        [
            [
                float(unsafe.isdisjoint(planted[one.example.id, behaviour.system.name]))
                for behaviour in BEHAVIOURS
            ]
            for one in asked
        ]
    )
    return latent


def _output(
    asked: Asked,
    behaviour: Behaviour,
    faults: frozenset[PlantedFault],
    *,
    rng: np.random.Generator,
) -> Output:
    text = compose(asked.case, VOICES[behaviour.system.name], faults, rng=rng)
    seconds = round(behaviour.seconds * float(rng.lognormal(0.0, 0.35)), 2)
    usage, cost = None, round(seconds * _EXPERT_WAGE, 4)
    if behaviour.prices is not None:
        told = " ".join(message.content for message in asked.example.messages)
        usage = Usage(_tokens(told), _tokens(text))
        prices = behaviour.prices
        cost = (usage.input_tokens * prices[0] + usage.output_tokens * prices[1]) / 1e6
    return Output(
        example=asked.example.id,
        system=behaviour.system.name,
        text=text,
        usage=usage,
        seconds=seconds,
        cost=cost,
    )


def _tokens(text: str) -> int:
    return round(_TOKENS_A_WORD * len(text.split()))
