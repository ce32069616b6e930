"""The part of a plan that lists what is to be tried with the judge."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from measurand.core import judging
from measurand.core.candidate import BALANCED, Candidate
from measurand.core.exemplars import ExemplarId
from measurand.store.codec import Form, Text, Whole, Word
from measurand.store.plans_systems import Parameters

__all__ = ["CandidateForm", "ExemplarForm"]


class ExemplarForm(Form):
    """An output that people rated, of the development set."""

    example: Word
    """The example's id."""
    system: Word | None = None
    """Whose output; needed where people rated those of several systems."""

    def build(self) -> ExemplarId:
        """The output's name."""
        return ExemplarId(self.example, self.system)


def _by_id(raw: object) -> object:
    return {"example": raw} if isinstance(raw, str) else raw


_Exemplar = Annotated[
    ExemplarForm, BeforeValidator(_by_id, json_schema_input_type=str | ExemplarForm)
]


class CandidateForm(Form):
    """One change to the judge that is to be tried; what is not named stays as it is."""

    name: Word
    """Its name in reports."""
    definition: dict[Word, Word] = Field(default_factory=dict)
    """By dimension, the definition that the judge is told; people are asked as before."""
    levels: dict[Word, dict[str, Text]] = Field(default_factory=dict)
    """By dimension, what some levels mean, as the judge is told."""
    exemplars: Literal["balanced"] | Annotated[list[_Exemplar], Field(min_length=1)] | None = None
    """Outputs shown with people's level: balanced (of each level), or a list of outputs that
    people rated, each an example's id, or example and system."""
    each: Annotated[Whole, Field(ge=1)] = 1
    """Of balanced exemplars, how many of each level."""
    repeats: Annotated[Whole, Field(ge=1)] | None = None
    """Judgments of each output."""
    form: dict[Word, judging.Form] = Field(default_factory=dict)
    """By dimension, how it is judged: pointwise or checklist."""
    criteria: dict[Word, Annotated[list[Word], Field(min_length=1)]] = Field(default_factory=dict)
    """By dimension, the requirements of a checklist."""
    model: Word | None = None
    """Another model, as in mistral/mistral-large."""
    family: Word | None = None
    """Its family, where the name does not say it."""
    parameters: Parameters = Field(default_factory=dict)
    """What it is asked with, before the plan's parameters."""

    def build(self) -> Candidate:
        """The candidate."""
        listed: Any = self.exemplars
        if isinstance(listed, list):
            listed = tuple(one.build() for one in listed)
        if self.model is not None and not all(self.model.partition("/")):
            raise ValueError(
                f"a model is named with its provider, as in openai/gpt-4o-mini; "
                f"found {self.model!r}"
            )
        if "pairwise" in self.form.values():
            raise ValueError("a candidate is judged output by output; pairwise compares two")
        if self.each > 1 and listed != BALANCED:
            raise ValueError("each belongs to exemplars: balanced")
        return Candidate(
            name=self.name,
            definition=self.definition,
            levels=self.levels,
            exemplars=listed,
            each=self.each,
            repeats=self.repeats,
            form=self.form,
            criteria={name: tuple(texts) for name, texts in self.criteria.items()},
            model=self.model,
            family=self.family,
            parameters=self.parameters,
        )
