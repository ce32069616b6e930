"""The part of a plan that says who answers."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from measurand.core.system import Role, System
from measurand.store.codec import Form, Text, Whole, Word

__all__ = ["Parameters", "RequestForm", "SystemForm"]

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")

Parameters = dict[str, Any]


def _header(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise ValueError("is not the name of a header, as in Authorization")
    return name


def _header_value(text: str) -> str:
    if any(char < " " or char == "\x7f" for char in text):
        raise ValueError("a header is one line")
    if "${" in _VARIABLE.sub("", text):
        raise ValueError("${ begins the name of an environment variable, as in ${BOT_TOKEN}")
    return text


def _day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a day, as in 2025-06-30") from None
    return text


class RequestForm(Form):
    """How an HTTP endpoint is asked."""

    method: Literal["GET", "POST", "PUT", "PATCH"] = "POST"
    """The method."""
    headers: dict[
        Annotated[str, AfterValidator(_header)], Annotated[Text, AfterValidator(_header_value)]
    ] = Field(default_factory=dict)
    """Headers by name; ${NAME} stands for an environment variable, and secrets only there."""
    body: Any = None
    """What is sent, as JSON: {{question}} and other names of the example are filled in."""

    def build(self) -> dict[str, Any]:
        """What the plan said, and no more."""
        told = (name for name in type(self).model_fields if name in self.model_fields_set)
        return {name: getattr(self, name) for name in told}


class SystemForm(Form):
    """A system that answers."""

    name: Word
    """Its name in the table of ratings."""
    target: Text = ""
    """Where its answers come from: openai/gpt-4o-mini, python:MODULE:NAME, FILE.py:NAME, http://
    or https://, command:PROGRAM, or file:outputs/expert.jsonl."""
    role: Role = "candidate"
    """candidate, current (what it must beat), expert or floor (the ends of the scale)."""
    family: Word | None = None
    """The model family; a judge never rates its own."""
    prompt: Word | None = None
    """The file that holds its instructions."""
    parameters: Parameters = Field(default_factory=dict)
    """What a model is asked with, as temperature and max_tokens."""
    repeats: Annotated[Whole, Field(ge=1)] = 1
    """Trials: how often each example is asked."""
    request: RequestForm | None = None
    """Of an HTTP endpoint: how it is asked."""
    answer: Word | None = None
    """Of an HTTP endpoint or a program that writes JSON: the path to the answer."""
    cutoff: Annotated[Word, AfterValidator(_day)] | None = None
    """The last day of what it was trained on, as in 2025-06-30."""

    def build(self) -> System:
        """The system."""
        return System(
            self.name,
            self.target,
            self.role,
            self.family,
            self.prompt,
            parameters=self.parameters,
            repeats=self.repeats,
            request={} if self.request is None else self.request.build(),
            answer=self.answer,
            cutoff=self.cutoff,
        )
