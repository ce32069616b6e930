"""The plan, ``measurand.yaml``: read whole, every fault at once with file, line and key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator

from measurand.core.example import MINIMUM, Component
from measurand.core.plan import (
    ComparePlan,
    DataPlan,
    Headline,
    Looks,
    Pairs,
    PeoplePlan,
    Plan,
    Screen,
    Vote,
)
from measurand.core.rubric import Dimension, Rubric
from measurand.core.running import JudgePlan
from measurand.errors import DataError, Fault, PlanError
from measurand.store.codec import Flag, Form, Number, Origin, Text, Whole, Word, decode, encode
from measurand.store.lines import whole
from measurand.store.plans_anchors import AnchorForm
from measurand.store.plans_calibration import CalibrationForm
from measurand.store.plans_gate import GateForm, plain_gate
from measurand.store.plans_rubric import DimensionForm
from measurand.store.plans_run import (
    BudgetForm,
    EndpointForm,
    JudgeForm,
    PriceForm,
    Redact,
    RedactForm,
    RunForm,
)
from measurand.store.plans_secrets import discreet, literal_secrets
from measurand.store.plans_systems import SystemForm
from measurand.store.plans_whole import contradictions
from measurand.store.yaml import read_yaml, write_yaml

__all__ = ["PlanForm", "load_plan", "plain_plan", "plan_of", "write_plan"]

_ENCODER = r"^(python:[\w.]+:\w+|[\w./-]+\.py:\w+)?$"


class DataForm(Form):
    """Which examples."""

    path: Word = "data/"
    """A folder of component files, or one file; relative to the plan's folder."""
    minimum: dict[Component, Annotated[Whole, Field(ge=0)]] = Field(
        default_factory=lambda: dict(MINIMUM)
    )
    """The smallest size of each component; what is not named may be empty."""
    encoder: Annotated[str, Field(pattern=_ENCODER)] = ""
    """What makes vectors of texts, for intents and for how far the set is from production:
    python:MODULE:NAME or FILE.py:NAME; empty for hashed words."""

    def build(self) -> DataPlan:
        """This part of the plan."""
        return DataPlan(self.path, self.minimum, self.encoder)


class PeopleForm(Form):
    """How people rate."""

    raters: Annotated[Whole, Field(ge=1)] = 3
    """People who rate each output."""
    vote: Vote = "majority"
    """How their ratings become one."""
    sample: Annotated[Whole, Field(ge=1)] | None = None
    """Examples drawn at random, all of whose outputs are rated; all when left out."""
    subsample: Annotated[Number, Field(ge=0, le=1)] = 0.0
    """The share of those that subsample_raters people rate, as 0.1."""
    subsample_raters: Annotated[Whole, Field(ge=2)] = 5
    """How many people rate the subsample; five tell what a majority of three is worth."""
    routed: Flag = True
    """Whether outputs that machines flag or cannot judge are rated too; no estimate uses them."""
    duplicates: Annotated[Number, Field(ge=0, le=0.4)] = 0.05
    """The share of a rater's work that is shown once more, unmarked."""
    golden: Annotated[Number, Field(ge=0, le=0.4)] = 0.08
    """The share of a rater's work that has a known right rating, unmarked."""
    training: Annotated[Whole, Field(ge=0)] = 5
    """Outputs with a known right rating that come first, with feedback."""
    screen: Screen = "all"
    """All dimensions of an output at once, or one after the other."""
    lease: Annotated[Number, Field(gt=0)] = 30.0
    """Minutes without a sign after which a started item goes to somebody else."""
    instructions: Word | None = None
    """A file in Markdown that raters read first; relative to the plan's folder."""
    wage: Annotated[Number, Field(ge=0)] | None = None
    """What an hour of a rater's time costs, in US dollars."""

    def build(self) -> PeoplePlan:
        """This part of the plan."""
        return PeoplePlan(**dict(self))


class CompareForm(Form):
    """What a comparison must show."""

    margin: Annotated[Number, Field(ge=0, lt=1)] = 0.05
    """How much worse, as a share of the unit interval, still counts as no worse."""
    level: Annotated[Number, Field(gt=0, lt=1)] = 0.95
    """The confidence level of every interval."""
    max_blocking: Annotated[Number, Field(ge=0, le=1)] = 0.05
    """The largest tolerated share of outputs with a blocking failure."""
    pairs: Pairs = ""
    """All systems against the baseline, or all pairs; left open, the baseline if there is one."""
    traffic: dict[str, Annotated[Number, Field(gt=0)]] = Field(default_factory=dict)
    """What share of production each segment is, or how often it was counted there."""
    headline: Headline = "core"
    """Of which examples the headline is: core alone samples production."""
    looks: Looks = "fixed"
    """Whether the data are looked at once, or at any time while they grow."""

    def build(self) -> ComparePlan:
        """This part of the plan."""
        return ComparePlan(**dict(self))


class PlanForm(Form):
    """One evaluation: whose answers, to which examples, rated on what and by whom."""

    name: Word
    """Its name in reports."""
    task: Text = ""
    """What the systems are for, in a sentence."""
    seed: Annotated[Whole, Field(ge=0)] = 0
    """From which every random choice follows."""
    data: DataForm = Field(default_factory=DataForm)
    """Which examples."""
    rubric: Annotated[list[DimensionForm], Field(min_length=1)]
    """The dimensions of quality, in order."""
    weights_by_segment: dict[Word, dict[Word, Annotated[Number, Field(ge=0)]]] = Field(
        default_factory=dict
    )
    """Weights that differ for the examples of a segment, in percent, by dimension."""
    systems: list[SystemForm] = Field(default_factory=list)
    """Who answers."""
    people: PeopleForm = Field(default_factory=PeopleForm)
    """How people rate."""
    compare: CompareForm = Field(default_factory=CompareForm)
    """What a comparison must show."""
    gate: GateForm = Field(default_factory=GateForm)
    """What a change must show before it may ship."""
    judge: JudgeForm | None = None
    """Which models judge, and how."""
    calibration: CalibrationForm = Field(default_factory=CalibrationForm)
    """How it is found out whether they can be trusted."""
    anchors: AnchorForm | None = None
    """Rated outputs that are judged again at every run, to see whether judges stay as they were."""
    run: RunForm = Field(default_factory=RunForm)
    """How systems and judges are called."""
    budget: BudgetForm | None = None
    """What all runs of this project together may cost; without it there is no limit."""
    prices: dict[Word, PriceForm] = Field(default_factory=dict)
    """US dollars for a million tokens, by model; they go before those of the table."""
    providers: dict[Word, EndpointForm] = Field(default_factory=dict)
    """Where providers are reached, by name; these go before the usual ones."""
    redact: Redact = Field(default_factory=RedactForm)
    """What is replaced by placeholders before anything is stored or sent; false for nothing."""

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
            rubric=Rubric(
                *(dimension.build() for dimension in self.rubric),
                by_segment=self.weights_by_segment,
            ),
            systems=tuple(system.build() for system in self.systems),
            people=self.people.build(),
            compare=self.compare.build(),
            gate=self.gate.build(),
            judge=None if self.judge is None else self.judge.build(),
            calibration=self.calibration.build(),
            anchors=None if self.anchors is None else self.anchors.build(),
            run=self.run.build(None if self.budget is None else self.budget.build()),
            prices={name: price.build() for name, price in self.prices.items()},
            providers={name: endpoint.build() for name, endpoint in self.providers.items()},
            redact=self.redact.build(),
        )


_NO_PLAN = (
    "name the plan, or a ratings file where the command takes one, "
    "or write a starter project with: measurand init"
)


def load_plan(path: Path | str) -> Plan:
    """Read a plan.

    Paths inside it are as they were written: relative to the plan's folder.

    Raises:
        PlanError: Something is wrong; every fault is listed with its line and key.
    """
    if not Path(path).exists():
        raise PlanError([Fault("there is no plan here", str(path), remedy=_NO_PLAN)])
    try:
        document = read_yaml(path)
    except DataError as problem:
        raise PlanError(problem.faults) from None
    origin = Origin(str(path), document.line)
    faults: list[Fault] = list(document.faults)
    if isinstance(document.value, dict):
        faults += contradictions(document.value, origin)
        faults += literal_secrets(document.value, origin)
    try:
        plan = decode(PlanForm, document.value, origin).build()
    except DataError as problem:
        faults += problem.faults
    else:
        if not faults:
            return plan
    raise PlanError(sorted(map(discreet, faults), key=lambda fault: fault.line or 0))


def write_plan(path: Path | str, plan: Plan) -> None:
    """Write a plan as `load_plan` reads it; what has its default is left out."""
    with whole(Path(path)) as scratch, scratch.open("w", encoding="utf-8") as stream:
        write_yaml(plain_plan(plan), stream)


def plain_plan(plan: Plan) -> dict[str, Any]:
    """A plan as JSON holds it; `plan_of` reads it."""
    run = encode(plan.run)
    budget = run.pop("budget", None)
    parts = {
        "task": plan.task,
        "seed": plan.seed,
        "data": encode(plan.data),
        "rubric": [_dimension(dimension) for dimension in plan.rubric],
        "weights_by_segment": encode(plan.rubric.by_segment),
        "systems": [encode(system) for system in plan.systems],
        "judge": None if plan.judge is None else _judge(plan.judge),
        "calibration": encode(plan.calibration),
        "anchors": plan.anchors and {"items": plan.anchors.items, **encode(plan.anchors)},
        "people": encode(plan.people),
        "compare": encode(plan.compare),
        "gate": plain_gate(encode(plan.gate)),
        "run": run,
        "budget": None if budget is None else {"usd": budget},
        "prices": encode(plan.prices),
        "providers": encode(plan.providers),
        "redact": encode(plan.redact),
    }
    return {"name": plan.name, **{name: part for name, part in parts.items() if part}}


def plan_of(value: Mapping[str, Any]) -> Plan:
    """The plan that `plain_plan` wrote down.

    Raises:
        DataError: It is none.
    """
    return decode(PlanForm, value, Origin()).build()


def _judge(judge: JudgePlan) -> dict[str, Any]:
    """The judge; models that have nothing but a name by their name."""
    told: dict[str, Any] = encode(judge)
    models = [one["model"] if set(one) == {"model"} else one for one in told["models"]]
    return {**told, "models": models}


def _dimension(dimension: Dimension) -> dict[str, Any]:
    told: dict[str, Any] = {"dimension": dimension.name, **encode(dimension)}
    del told["name"]
    told["scale"] = str(dimension.scale)
    told["raters"] = [
        rater.name if rater.argument is None else {rater.name: encode(rater.argument)}
        for rater in dimension.raters
    ]
    return told
