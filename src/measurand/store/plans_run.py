"""The parts of a plan that say how systems and judges are called, and at what price."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from measurand.core.mitigation import MitigationName
from measurand.core.running import (
    Endpoint,
    FlagRule,
    JudgeModel,
    JudgePlan,
    Price,
    RedactPlan,
    RunPlan,
)
from measurand.privacy.patterns import Kind
from measurand.store.codec import Flag, Form, Number, Text, Whole, Word
from measurand.store.plans_systems import Parameters

__all__ = [
    "BudgetForm",
    "EndpointForm",
    "JudgeForm",
    "JudgeModelForm",
    "PriceForm",
    "Redact",
    "RedactForm",
    "RunForm",
]

_URL = re.compile(r"https?://[^\s/?#]+\S*")

_Count = Annotated[Whole, Field(ge=1)]
_Dollars = Annotated[Number, Field(ge=0)]


def _model(name: str) -> str:
    provider, slash, model = name.partition("/")
    if not (provider.strip() and slash and model.strip()):
        raise ValueError("a model is named with its provider, as in openai/gpt-4o-mini")
    return name


def _url(text: str) -> str:
    if not _URL.fullmatch(text):
        raise ValueError("is not an address, as in http://localhost:8000/v1")
    return text


def _expression(text: str) -> str:
    try:
        empty = re.compile(text).search("")
    except re.error as problem:
        raise ValueError(f"{text!r} is not a regular expression: {problem}") from None
    if empty:
        raise ValueError(f"{text!r} fits an empty text too, and so every place of every text")
    return text


_Model = Annotated[Word, AfterValidator(_model)]


class JudgeModelForm(Form):
    """One model of the panel."""

    model: _Model
    """Its name, as in anthropic/claude-opus-4."""
    family: Word | None = None
    """Its family, where the name does not say it."""
    parameters: Parameters = Field(default_factory=dict)
    """What it is asked with, before those of the whole panel."""

    def build(self) -> JudgeModel:
        """The model."""
        return JudgeModel(self.model, self.family, self.parameters)


def _by_name(raw: object) -> object:
    return {"model": raw} if isinstance(raw, str) else raw


class JudgeForm(Form):
    """Which models judge, and how."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["model"]}, {"required": ["models"]}]}
    )

    model: _Model | None = None
    """The one model that judges, as in anthropic/claude-opus-4; or else models."""
    models: (
        Annotated[
            list[
                Annotated[
                    JudgeModelForm,
                    BeforeValidator(_by_name, json_schema_input_type=str | JudgeModelForm),
                ]
            ],
            Field(min_length=1),
        ]
        | None
    ) = None
    """The panel; each of these models rates every output."""
    repeats: _Count = 3
    """Judgments of each output by each model."""
    own_family: Literal["error", "audit"] = "error"
    """What a judge of a compared system's family is: an error, or audit: accepted and reported."""
    flags: FlagRule = "any"
    """On a blocking dimension an output is blocked when any judge flags it, or two."""
    parameters: Parameters = Field(default_factory=dict)
    """What every model is asked with, as max_tokens and effort."""
    batch: Flag = False
    """Whether judging goes through the provider's batch interface: later, at about half price."""
    exemplars: Word | None = None
    """A file of outputs with people's levels that judges are shown, as measurand improve writes
    it; relative to the plan's folder."""
    mitigations: list[MitigationName] = Field(default_factory=list)
    """What is done against biases, by name; measurand audit says what it did."""

    def build(self) -> JudgePlan:
        """This part of the plan."""
        if (self.model is None) == (self.models is None):
            told = "neither model nor models" if self.model is None else "both model and models"
            raise ValueError(f"there is {told}; name one model, or list several under models")
        if self.batch and self.exemplars is not None:
            raise ValueError("judges that are asked by batch are shown no exemplars; take one out")
        single = () if self.model is None else (JudgeModel(self.model),)
        return JudgePlan(
            models=single or tuple(one.build() for one in self.models or ()),
            repeats=self.repeats,
            own_family=self.own_family,
            flags=self.flags,
            parameters=self.parameters,
            batch=self.batch,
            exemplars=self.exemplars,
            mitigations=tuple(self.mitigations),
        )


class RunForm(Form):
    """How systems and judges are called."""

    connections: _Count = 20
    """Calls under way at once, to each provider, at the most."""
    timeout: Annotated[Number, Field(gt=0)] = 120.0
    """Seconds that one call may take."""
    attempts: _Count = 6
    """How often a call is tried in all before it counts as failed."""
    max_failures: Annotated[Number, Field(ge=0, le=1)] = 0.02
    """The share of outputs or judgments without a value above which no headline is given."""
    requests_per_minute: _Count | None = None
    """What a provider allows, where it is known."""
    tokens_per_minute: _Count | None = None
    """What a provider allows, where it is known."""
    until_clear: Flag = False
    """Whether a run ends once it is clear which system is better."""
    look: _Count = 25
    """Examples between two looks at whether it is."""

    def build(self, budget: float | None = None) -> RunPlan:
        """This part of the plan, with the budget, which stands on its own there."""
        return RunPlan(
            connections=self.connections,
            timeout=self.timeout,
            attempts=self.attempts,
            budget=budget,
            max_failures=self.max_failures,
            requests_per_minute=self.requests_per_minute,
            tokens_per_minute=self.tokens_per_minute,
            until_clear=self.until_clear,
            look=self.look,
        )


class BudgetForm(Form):
    """What all runs of this project together may cost."""

    usd: Annotated[Number, Field(gt=0)]
    """US dollars; a call that might cross them is not made."""

    def build(self) -> float:
        """The dollars."""
        return self.usd


class PriceForm(Form):
    """US dollars for a million tokens."""

    input: _Dollars
    """Of input."""
    output: _Dollars
    """Of output, hidden reasoning among it."""
    cached: _Dollars | None = None
    """Of input read from a cache; by default as other input."""
    written: _Dollars | None = None
    """Of input written to a cache; by default as other input."""

    def build(self) -> Price:
        """The price."""
        return Price(input=self.input, output=self.output, cached=self.cached, written=self.written)


class EndpointForm(Form):
    """Where a provider is reached."""

    base_url: Annotated[Word, AfterValidator(_url)]
    """Its address, as in http://localhost:8000/v1."""
    key: Word | None = None
    """The name of the environment variable that holds its key; never the key itself."""
    api: Literal["openai", "anthropic"] = "openai"
    """What it speaks."""

    def build(self) -> Endpoint:
        """The endpoint."""
        return Endpoint(base_url=self.base_url, key=self.key, api=self.api)


class RedactForm(Form):
    """What is replaced by placeholders before anything is stored or sent."""

    on: Flag = True
    """Whether anything is."""
    kinds: list[Kind] = Field(default_factory=list)
    """Kinds of personal data and secrets; by default all."""
    patterns: dict[Word, Annotated[Text, AfterValidator(_expression)]] = Field(default_factory=dict)
    """Further regular expressions, by the name that their placeholders bear."""
    allow: list[Word] = Field(default_factory=list)
    """Texts that may stand, as the company's own address."""

    def build(self) -> RedactPlan:
        """This part of the plan."""
        return RedactPlan(
            on=self.on,
            kinds=tuple(self.kinds),
            patterns=self.patterns,
            allow=tuple(self.allow),
        )


def _switch(raw: object) -> object:
    return {"on": raw} if isinstance(raw, bool) else raw


Redact = Annotated[RedactForm, BeforeValidator(_switch, json_schema_input_type=bool | RedactForm)]
"""Also ``true`` or ``false`` alone."""
