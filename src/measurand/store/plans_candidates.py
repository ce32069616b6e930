"""The part of a plan that lists what is to be tried with the judge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from measurand.core import judging
from measurand.core.candidate import BALANCED, Candidate
from measurand.core.exemplars import ExemplarId
from measurand.core.scale import Scale
from measurand.errors import Fault
from measurand.store.codec import Form, Location, Origin, Text, Whole, Word
from measurand.store.lines import shown
from measurand.store.plans_rubric import DimensionForm
from measurand.store.plans_systems import Parameters

__all__ = ["CandidateForm", "ExemplarForm", "candidate_faults"]


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
_Listed = Annotated[list[_Exemplar], Field(min_length=1)]


def _balanced_or_listed(raw: object, listed: ValidatorFunctionWrapHandler) -> object:
    """The word, or a list; of what is neither, one fault and not one for each."""
    if raw == BALANCED:
        return raw
    if raw is not None and not isinstance(raw, list):
        raise ValueError(
            f"is neither {BALANCED} nor a list of outputs that people rated; found {shown(raw)}"
        )
    return listed(raw)


class CandidateForm(Form):
    """One change to the judge that is to be tried; what is not named stays as it is."""

    name: Word
    """Its name in reports."""
    definition: dict[Word, Word] = Field(default_factory=dict)
    """By dimension, the definition that the judge is told; people are asked as before."""
    levels: dict[Word, dict[str, Text]] = Field(default_factory=dict)
    """By dimension, what some levels mean, as the judge is told."""
    exemplars: Annotated[
        _Listed | None,
        WrapValidator(
            _balanced_or_listed, json_schema_input_type=Literal["balanced"] | _Listed | None
        ),
    ] = None
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


def candidate_faults(
    raw: object, dimensions: Mapping[str, DimensionForm], origin: Origin
) -> Iterator[Fault]:
    """In what candidates do not fit the rubric or each other.

    What is wrong in a candidate itself is told elsewhere, and hides nothing of the rest.

    Args:
        raw: The list of candidates as it was written.
        dimensions: The dimensions of the rubric that are right in themselves.
        origin: Where it was written.
    """
    cells = [cell for cell in raw if isinstance(cell, dict)] if isinstance(raw, list) else []
    if len(cells) < len(raw if isinstance(raw, list) else ()):
        return
    for at, cell in enumerate(cells):
        yield from _Placed(at, cell, dimensions, origin).faults()
    if not all(map(_right, cells)):  # else the plan tells it itself
        yield from _twice(cells, origin)


def _right(cell: object) -> bool:
    try:
        CandidateForm.model_validate(cell)
    except ValidationError:
        return False
    return True


def _twice(cells: Sequence[Mapping[str, Any]], origin: Origin) -> Iterator[Fault]:
    """Names that an earlier candidate has."""
    names = [str(cell.get("name", "")).strip() for cell in cells]
    for at, name in enumerate(names):
        if name and name in names[:at]:
            where: Location = ("calibration", "candidates", at, "name")
            yield origin.fault(f"two candidates are called {name}", where)


@dataclass(frozen=True, slots=True)
class _Placed:
    """One candidate, and where it stands."""

    at: int
    raw: Mapping[str, Any]
    dimensions: Mapping[str, DimensionForm]
    origin: Origin

    def faults(self) -> Iterator[Fault]:
        """What does not fit."""
        for key in ("definition", "levels", "form", "criteria"):
            told = self.raw.get(key)
            for name, value in told.items() if isinstance(told, dict) else ():
                yield from self._about(key, str(name).strip(), value)

    def _about(self, key: str, name: str, value: Any) -> Iterator[Fault]:
        """What does not fit in what is said of one dimension."""
        every = self.dimensions.items()
        judged = [n for n, one in every if any(rater.name == "judge" for rater in one.raters)]
        if name not in judged:
            allowed = ", ".join(judged) or "none, for the judge rates no dimension"
            yield self._fault("is no dimension that the judge rates", key, name, allowed=allowed)
            return
        scale = Scale.of(self.dimensions[name].scale)
        if key == "levels":
            for level in value if isinstance(value, dict) else ():
                try:
                    scale.parse(str(level))
                except ValueError as problem:
                    told = f"describes a level that the scale lacks: {problem}"
                    yield self._fault(told, key, name)
        checklist = key == "criteria" or value == "checklist"
        if checklist and not scale.bounded:
            told = f"a checklist gives a share, which the scale {scale} has no place for"
            yield self._fault(told, key, name, allowed="yes/no, or a scale with bounds")

    def _fault(self, problem: str, *inside: str, allowed: str | None = None) -> Fault:
        where: Location = ("calibration", "candidates", self.at, *inside)
        return self.origin.fault(problem, where, allowed=allowed)
