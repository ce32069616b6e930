"""The part of a plan that says what quality means and who rates it."""

from __future__ import annotations

import re
from itertools import chain
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator

from measurand.core import judging
from measurand.core.rubric import Dimension, RaterSpec
from measurand.core.scale import Scale
from measurand.store.codec import Flag, Form, Number, Text, Word

__all__ = ["DimensionForm", "JudgeRaterForm", "RaterForm"]

_RATER = re.compile(r"judge|people|check\.[a-z][a-z0-9_]*|python:[\w.]+:\w+|[\w./-]+\.py:\w+")
_PEOPLE = (None, {"reference": "auto"}, {"reference": "never"})
"""Whether people see the references: where there are any, or never."""
_RATERS = "judge, people, check.NAME, FILE.py:NAME, python:MODULE:NAME"


class JudgeRaterForm(Form):
    """How the judge is asked about one dimension."""

    form: judging.Form = "pointwise"
    """pointwise (a level of the scale), checklist (yes or no a criterion) or pairwise."""
    reference: Literal["auto", "always", "never"] = "auto"
    """Whether the judge sees the example's references: auto where there are any; always, and it
    abstains where there are none; never."""
    criteria: Annotated[list[Word], Field(min_length=1)] | None = None
    """For the form checklist: what an output must do; by default the example's own checklist."""
    definition: Word | None = None
    """What the judge is told in place of the definition; people are told the definition."""
    levels: Annotated[dict[str, Text], Field(min_length=1)] | None = None
    """What the judge is told of some levels, in place of what people are told of these."""

    def build(self) -> dict[str, Any]:
        """What the plan said, and no more."""
        if self.criteria is not None and self.form != "checklist":
            raise ValueError(f"criteria belong to the form checklist; found the form {self.form}")
        told = (name for name in type(self).model_fields if name in self.model_fields_set)
        return {name: getattr(self, name) for name in told}


class RaterForm(Form):
    """Who rates a dimension: a name, or a name and what the rater is to use."""

    name: Word
    argument: Any = None
    judge: JudgeRaterForm | None = None

    def build(self) -> RaterSpec:
        """The rater."""
        if not _RATER.fullmatch(self.name):
            raise ValueError(f"is not a rater; found {self.name!r}; allowed: {_RATERS}")
        if self.name == "people" and self.argument not in _PEOPLE:
            raise ValueError(
                f"people takes no argument but {{reference: auto}} or {{reference: never}}; "
                f"found {self.argument!r}"
            )
        argument = self.argument if self.judge is None else self.judge.build()
        return RaterSpec(self.name, argument)


class _AskedForm(Form):
    """The judge, asked in a way that the dimension chooses."""

    judge: JudgeRaterForm

    def build(self) -> RaterSpec:
        """The rater."""
        return RaterSpec("judge", self.judge.build())


def _rater(raw: object) -> object:
    if isinstance(raw, str):
        return {"name": raw}
    if isinstance(raw, dict) and len(raw) == 1:
        ((name, argument),) = raw.items()
        return {"name": name, "judge" if name == "judge" else "argument": argument}
    raise ValueError("is not a rater; write a name, or a name, a colon and its argument")


_WithArgument = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "description": "A check or a function of your own, and what it is to use.",
            "minProperties": 1,
            "maxProperties": 1,
            "propertyNames": {"pattern": r"^(check\..+|python:.+|.+\.py:.+)$"},
        }
    ),
]
_Rater = Annotated[
    RaterForm,
    BeforeValidator(_rater, json_schema_input_type=str | _AskedForm | _WithArgument),
]


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
        asked = [rater.judge.levels for rater in self.raters if rater.judge is not None]
        for value in chain(self.levels, *filter(None, asked)):
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
