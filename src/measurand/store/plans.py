"""The plan, ``measurand.yaml``: read whole, every fault at once with file, line and key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator, Field, field_validator

from measurand.core.example import MINIMUM, Component
from measurand.core.plan import ComparePlan, DataPlan, PeoplePlan, Plan, Vote
from measurand.core.rubric import Dimension, RaterSpec, Rubric
from measurand.core.scale import Scale
from measurand.core.system import Role, System
from measurand.errors import DataError, Fault, PlanError
from measurand.store.codec import Flag, Form, Number, Origin, Text, Whole, Word, decode, encode
from measurand.store.lines import whole
from measurand.store.yaml import read_yaml

__all__ = ["PlanForm", "load_plan", "write_plan"]

_RATER = re.compile(r"judge|people|check\.[a-z][a-z0-9_]*|python:[\w.]+:\w+|[\w./-]+\.py:\w+")
_RATERS = "judge, people, check.NAME, FILE.py:NAME, python:MODULE:NAME"


class RaterForm(Form):
    """Who rates a dimension: a name, or a name and what the check is to use."""

    name: Word
    argument: Any = None

    def build(self) -> RaterSpec:
        """The rater."""
        if not _RATER.fullmatch(self.name):
            raise ValueError(f"is not a rater; found {self.name!r}; allowed: {_RATERS}")
        if self.argument is not None and self.name in {"judge", "people"}:
            raise ValueError(f"{self.name} takes no argument; found {self.argument!r}")
        return RaterSpec(self.name, self.argument)


def _rater(raw: object) -> object:
    if isinstance(raw, str):
        return {"name": raw}
    if isinstance(raw, dict) and len(raw) == 1:
        ((name, argument),) = raw.items()
        return {"name": name, "argument": argument}
    raise ValueError("is not a rater; write a name, or a name, a colon and its argument")


_Rater = Annotated[RaterForm, BeforeValidator(_rater, json_schema_input_type=str | dict[str, Any])]


class DimensionForm(Form):
    """One observable aspect of quality."""

    dimension: Word
    """Its name, by which ratings refer to it."""
    definition: Text = ""
    """What a rater is asked to judge, in one sentence."""
    weight: Annotated[Number, Field(ge=0)] = 0.0
    """Its share of the overall score, in percent."""
    scale: Text = "1-5"
    """What a rating may be: 1-5, 0..1, yes/no, nominal, or labels separated by slashes."""
    levels: dict[str, Text] = Field(default_factory=dict)
    """What some values of the scale mean, in words."""
    blocking: Flag = False
    """Whether a bad rating blocks the output, whatever the other dimensions say."""
    block_below: Number | None = None
    """On a graded scale, ratings below this value block."""
    block_labels: list[Text] = Field(default_factory=list)
    """On a scale of labels, these block."""
    raters: list[_Rater] = Field(default_factory=list)
    """Who rates it: checks, the judge, people."""

    @field_validator("scale")
    @classmethod
    def _known_scale(cls, text: str) -> str:
        Scale.of(text)
        return text

    def build(self) -> Dimension:
        """The dimension."""
        scale = Scale.of(self.scale)
        for value in self.levels:
            try:
                scale.parse(value)
            except ValueError as problem:
                raise ValueError(
                    f"levels describes a value that the scale lacks: {problem}"
                ) from None
        return Dimension(
            name=self.dimension,
            definition=self.definition,
            weight=self.weight,
            scale=scale,
            levels=self.levels,
            blocking=self.blocking,
            block_below=self.block_below,
            block_labels=tuple(self.block_labels),
            raters=tuple(rater.build() for rater in self.raters),
        )


class DataForm(Form):
    """Which examples."""

    path: Word = "data/"
    """A folder of component files, or one file; relative to the plan's folder."""
    minimum: dict[Component, Annotated[Whole, Field(ge=0)]] = Field(
        default_factory=lambda: dict(MINIMUM)
    )
    """The smallest size of each component; what is not named may be empty."""

    def build(self) -> DataPlan:
        """This part of the plan."""
        return DataPlan(self.path, self.minimum)


class SystemForm(Form):
    """A system that answers."""

    name: Word
    """Its name in the table of ratings."""
    target: Text = ""
    """Where its answers come from, as in file:outputs/expert.jsonl."""
    role: Role = "candidate"
    """candidate, current (what it must beat), expert or floor (the ends of the scale)."""
    family: Word | None = None
    """The model family; a judge never rates its own."""
    prompt: Word | None = None
    """The file that holds its instructions."""

    def build(self) -> System:
        """The system."""
        return System(self.name, self.target, self.role, self.family, self.prompt)


class PeopleForm(Form):
    """How people rate."""

    raters: Annotated[Whole, Field(ge=1)] = 3
    """People who rate each output."""
    vote: Vote = "majority"
    """How their ratings become one."""

    def build(self) -> PeoplePlan:
        """This part of the plan."""
        return PeoplePlan(self.raters, self.vote)


class CompareForm(Form):
    """What a comparison must show."""

    margin: Annotated[Number, Field(ge=0, lt=1)] = 0.05
    """How much worse, as a share of the unit interval, still counts as no worse."""
    level: Annotated[Number, Field(gt=0, lt=1)] = 0.95
    """The confidence level of every interval."""
    max_blocking: Annotated[Number, Field(ge=0, le=1)] = 0.05
    """The largest tolerated share of outputs with a blocking failure."""

    def build(self) -> ComparePlan:
        """This part of the plan."""
        return ComparePlan(self.margin, self.level, self.max_blocking)


class PlanForm(Form):
    """One evaluation: whose answers, to which examples, rated on what and by whom."""

    name: Word
    """Its name in reports."""
    task: Text = ""
    """What the systems are for, in a sentence."""
    seed: Annotated[Whole, Field(ge=0)] = 0
    """From which every random choice follows."""
    data: DataForm = Field(default_factory=DataForm)
    rubric: Annotated[list[DimensionForm], Field(min_length=1)]
    """The dimensions of quality, in order."""
    systems: list[SystemForm] = Field(default_factory=list)
    """Who answers."""
    people: PeopleForm = Field(default_factory=PeopleForm)
    compare: CompareForm = Field(default_factory=CompareForm)

    @field_validator("rubric")
    @classmethod
    def _one_rubric(cls, dimensions: list[DimensionForm]) -> list[DimensionForm]:
        Rubric(*(dimension.build() for dimension in dimensions))
        return dimensions

    def build(self) -> Plan:
        """The plan."""
        return Plan(
            name=self.name,
            task=self.task,
            seed=self.seed,
            data=self.data.build(),
            rubric=Rubric(*(dimension.build() for dimension in self.rubric)),
            systems=tuple(system.build() for system in self.systems),
            people=self.people.build(),
            compare=self.compare.build(),
        )


def load_plan(path: Path | str) -> Plan:
    """Read a plan.

    Paths inside it are as they were written: relative to the plan's folder.

    Raises:
        PlanError: Something is wrong; every fault is listed with its line and key.
    """
    faults: list[Fault] = []
    try:
        document = read_yaml(path)
        faults += document.faults
        plan = decode(PlanForm, document.value, Origin(str(path), document.line)).build()
    except DataError as problem:
        faults += problem.faults
    else:
        if not faults:
            return plan
    raise PlanError(sorted(faults, key=lambda fault: fault.line or 0))


def write_plan(path: Path | str, plan: Plan) -> None:
    """Write a plan as `load_plan` reads it; what has its default is left out."""
    value = {
        "name": plan.name,
        "task": plan.task,
        "seed": plan.seed,
        "data": encode(plan.data),
        "rubric": [_dimension(dimension) for dimension in plan.rubric],
        "systems": [encode(system) for system in plan.systems],
        "people": encode(plan.people),
        "compare": encode(plan.compare),
    }
    with whole(Path(path)) as scratch, scratch.open("w", encoding="utf-8") as stream:
        yaml.safe_dump(value, stream, sort_keys=False, allow_unicode=True, width=100)


def _dimension(dimension: Dimension) -> dict[str, Any]:
    told: dict[str, Any] = {"dimension": dimension.name, **encode(dimension)}
    del told["name"]
    told["scale"] = str(dimension.scale)
    told["raters"] = [
        rater.name if rater.argument is None else {rater.name: rater.argument}
        for rater in dimension.raters
    ]
    return told
