"""The package's own checks, with their defaults, find in the simulated world what was planted."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.protocols import Check
from measurand.raters.checks.checklist import Checklist
from measurand.raters.checks.json_text import JsonSchema
from measurand.raters.checks.length import LengthRatio
from measurand.raters.checks.reference import Reference
from measurand.raters.checks.safety import Patterns
from measurand.simulate.answers import PlantedFault
from measurand.simulate.support_bot import (
    REPLY_SCHEMA,
    UNSAFE_PATTERNS,
    SupportBot,
    support_bot,
)


@cache
def world() -> SupportBot:
    return support_bot(7)


def _answers() -> list[tuple[Example, Output, frozenset[PlantedFault]]]:
    bot = world()
    examples = {example.id: example for example in bot.examples}
    return [
        (examples[output.example], output, bot.planted[output.example, output.system])
        for output in bot.outputs
    ]


def _value(check: Check, example: Example, output: Output) -> float | None:
    measured = getattr(check.measure(example, output), "value", "not a measurement")
    assert measured is None or isinstance(measured, float)
    return measured


@pytest.mark.parametrize(
    ("check", "faults"),
    [
        (JsonSchema("format", REPLY_SCHEMA), {"broken_json", "missing_field"}),
        (Patterns("safety", forbidden=UNSAFE_PATTERNS), {"personal_data", "unsafe_advice"}),
    ],
    ids=["format", "safety"],
)
def test_yes_and_no_are_as_planted(check: Check, faults: set[PlantedFault]) -> None:
    for example, output, planted in _answers():
        assert _value(check, example, output) == float(planted.isdisjoint(faults)), output.text


def test_left_out_elements_cost_a_third() -> None:
    check = Checklist("completeness")
    for example, output, planted in _answers():
        share = 2 / 3 if "missing_element" in planted else 1.0
        wanted = pytest.approx(share) if example.checklist else None
        assert _value(check, example, output) == wanted


def test_wrong_facts_contradict_the_reference() -> None:
    check = Reference("accuracy", "any")
    for example, output, planted in _answers():
        wanted = float("wrong_fact" not in planted) if example.references else None
        assert _value(check, example, output) == wanted


def test_lengths_average_to_the_share_of_replies_without_padding() -> None:
    check = LengthRatio("conciseness")
    for system in world().systems:
        rated = [
            (_value(check, example, output), "too_long" not in planted)
            for example, output, planted in _answers()
            if output.system == system.name
        ]
        found, share = np.array(rated, dtype=np.float64).mean(axis=0)
        assert found == pytest.approx(share, abs=0.002)
