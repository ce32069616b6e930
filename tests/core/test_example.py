"""An example is named by what it asks and what counts as right."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from measurand.core.example import COMPONENTS, MINIMUM, Example, Message, Requirement, ToolCall

EXAMPLE = Example(
    id="a",
    messages=(
        Message("system", "Be kind."),
        Message("user", "One?"),
        Message("assistant", "1"),
        Message("user", "Two?"),
    ),
)
ASKED: dict[str, Any] = {
    "messages": (Message("user", "Two?"),),
    "references": ("2",),
    "checklist": (Requirement(("2",)),),
    "context": ("A passage.",),
    "tools": (ToolCall("count", {"to": 2}),),
    "expected_length": 5,
    "notes": {"tone": "Formal."},
    "weights": {"tone": 20.0},
}
ABOUT: dict[str, Any] = {
    "id": "b",
    "component": "edge",
    "segments": ("billing",),
    "cluster": "chat 3",
    "source": "log",
    "created": "2026-01-31",
    "probability": 0.5,
    "stratum": "billing · 2026-01",
    "metadata": {"language": "en"},
}


def test_the_question_is_the_last_that_the_user_said() -> None:
    assert EXAMPLE.question == "Two?"
    assert replace(EXAMPLE, messages=(Message("system", "Be kind."),)).question == ""


@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_or_right_changes_the_fingerprint(name: str) -> None:
    assert replace(EXAMPLE, **{name: ASKED[name]}).fingerprint != EXAMPLE.fingerprint


@pytest.mark.parametrize("name", ABOUT)
def test_what_is_known_about_it_does_not(name: str) -> None:
    assert replace(EXAMPLE, **{name: ABOUT[name]}).fingerprint == EXAMPLE.fingerprint


def test_every_field_is_one_or_the_other() -> None:
    assert {field.name for field in fields(Example) if field.init} == set(ASKED) | set(ABOUT)


def test_the_components_have_minimum_sizes() -> None:
    assert tuple(MINIMUM) == COMPONENTS
    assert sum(MINIMUM.values()) == 430
