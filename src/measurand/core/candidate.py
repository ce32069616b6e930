"""A change to a plan's judge that is to be tried: what differs, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from measurand.core.exemplars import ExemplarId
from measurand.core.fingerprint import fingerprint
from measurand.core.judging import Form
from measurand.core.rubric import RaterSpec, Rubric
from measurand.core.running import JudgeModel, JudgePlan

__all__ = ["BALANCED", "CURRENT", "Candidate"]

CURRENT = "current"
"""The name of the plan's judge as it is, which every candidate has to beat."""

BALANCED: Literal["balanced"] = "balanced"
"""Exemplars that show as many outputs of each level as there are to be had."""

_JUDGE = "judge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What differs from the plan's judge.

    Definitions and levels are those that the judge is told; people are asked what they were asked
    before, so that their ratings still count.

    Args:
        name: Its name in reports.
        definition: By dimension, the definition that the judge is told.
        levels: By dimension, the anchors of its levels that the judge is told.
        exemplars: Outputs that are shown with people's level before the question: some by name,
            or ``balanced``; None shows what the plan's judge shows.
        each: Of balanced exemplars, how many of each level.
        repeats: Judgments of each output.
        form: By dimension, the form in which it is judged.
        criteria: By dimension, the requirements of the form ``checklist``.
        model: Another model that judges.
        family: Its family, where its name does not say it.
        parameters: What it is asked with, before those of the plan.

    Raises:
        ValueError: The name is blank or taken by the judge as it is, nothing differs, or a part of
            it cannot mean anything.
    """

    name: str
    definition: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    exemplars: tuple[ExemplarId, ...] | Literal["balanced"] | None = None
    each: int = 1
    repeats: int | None = None
    form: Mapping[str, Form] = field(default_factory=dict)
    criteria: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    model: str | None = None
    family: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("a candidate needs a name")
        if self.name == CURRENT:
            raise ValueError(f"{CURRENT!r} is the plan's judge as it is; choose another name")
        if not any(True for _ in self.changes()):
            raise ValueError(f"the candidate {self.name!r} differs in nothing from the judge")
        if self.repeats is not None and self.repeats < 1:
            raise ValueError(f"a judge rates each output at least once; found {self.repeats}")
        if self.each < 1:
            raise ValueError(f"each is how many exemplars of a level, 1 or more; found {self.each}")
        if self.family is not None and self.model is None:
            raise ValueError("family belongs to a model")

    @property
    def dimensions(self) -> frozenset[str]:
        """The dimensions that it names."""
        return frozenset((*self.definition, *self.levels, *self.form, *self.criteria))

    @property
    def fingerprint(self) -> str:
        """Changes with what differs; the name is no part of it."""
        return fingerprint(
            [
                *(dict(self.definition), {k: dict(v) for k, v in self.levels.items()}),
                *(self.exemplars, self.each, self.repeats, dict(self.form)),
                *(dict(self.criteria), self.model, self.family, dict(self.parameters)),
            ]
        )

    def changes(self) -> Iterator[str]:
        """What differs, a few words each; the more there are, the less simple it is."""
        for word, part in (
            ("definition of", self.definition),
            ("anchors of", self.levels),
            ("form of", self.form),
            ("criteria of", self.criteria),
        ):
            if part:
                yield f"{word} {', '.join(part)}"
        if self.exemplars == BALANCED:
            yield f"{self.each} exemplar{'s' * (self.each > 1)} of each level"
        elif self.exemplars:
            yield f"{len(self.exemplars)} exemplars"
        if self.repeats is not None:
            yield f"{self.repeats} repeats"
        if self.model is not None:
            yield f"the model {self.model}"
        if self.parameters:
            yield f"parameters {', '.join(self.parameters)}"

    def rubric(self, rubric: Rubric) -> Rubric:
        """The rubric as its judge is asked; what people are asked stays.

        Raises:
            KeyError: It names a dimension that the rubric has not.
        """
        for name in self.dimensions:
            rubric.dimension(name)
        return Rubric(
            *(
                replace(one, raters=tuple(self._asked(one.name, spec) for spec in one.raters))
                for one in rubric
            )
        )

    def judge(self, judge: JudgePlan, model: JudgeModel | None = None) -> JudgePlan:
        """The judge that it is: one model, as it changes it.

        Args:
            judge: The plan's judge.
            model: Which model of its panel is changed; by default the first.
        """
        whom = model or judge.models[0]
        if self.model is not None:
            whom = JudgeModel(self.model, self.family)
        if self.parameters:
            whom = replace(whom, parameters={**whom.parameters, **self.parameters})
        return replace(
            judge, models=(whom,), repeats=self.repeats or judge.repeats, flags="any", batch=False
        )

    def _asked(self, dimension: str, spec: RaterSpec) -> RaterSpec:
        """How the judge is asked on a dimension."""
        if spec.name != _JUDGE:
            return spec
        told: dict[str, Any] = dict(spec.argument or {})
        if dimension in self.form:
            told["form"] = self.form[dimension]
            if told["form"] != "checklist":
                told.pop("criteria", None)
        if dimension in self.criteria:
            told |= {"form": "checklist", "criteria": list(self.criteria[dimension])}
        if dimension in self.definition:
            told["definition"] = self.definition[dimension]
        if dimension in self.levels:
            told["levels"] = {**told.get("levels", {}), **self.levels[dimension]}
        return RaterSpec(_JUDGE, told or None)
