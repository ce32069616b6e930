"""How a judge judges: its form on each dimension, repeats, parameters, key; from the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Literal, get_args

from measurand.core.fingerprint import fingerprint
from measurand.core.judging import FORMS, Exemplar, Form
from measurand.core.rubric import Dimension, RaterSpec, Rubric
from measurand.core.running import JudgeModel, JudgePlan
from measurand.errors import Fault, PlanError, nearest
from measurand.raters.judge.levels import levels_of
from measurand.raters.judge.plain import concerns_format
from measurand.raters.judge.words import REVISION

__all__ = [
    "MAX_TOKENS",
    "PREFERENCES",
    "JudgeOptions",
    "JudgeSettings",
    "ReferenceUse",
    "options_of",
    "settings_of",
    "told",
    "version_of",
]

ReferenceUse = Literal["auto", "always", "never"]
"""Whether a judge sees references: where there are any, only with them, or never."""
REFERENCE_USES: tuple[ReferenceUse, ...] = get_args(ReferenceUse)

PREFERENCES = ("win", "tie", "loss")
"""The scale of a pairwise dimension: how the system's own output fared."""

MAX_TOKENS = 1_500
"""The reply's token limit where the plan names none; hidden reasoning counts too."""

_RATER = "judge"
_SHORTEST_KEY = 16
_TOLD = ("definition", "levels")
"""What a judge is told of a dimension in place of what people are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSettings:
    """How one dimension is judged.

    Args:
        form: One level (``pointwise``), the share of requirements that are met (``checklist``), or
            which of two outputs is better (``pairwise``).
        reference: Whether the judge sees the example's references: ``auto`` where there are any,
            ``always`` (it abstains without) or ``never``.
        criteria: Of a checklist, the requirements for every example; by default each example's own.
    """

    form: Form = "pointwise"
    reference: ReferenceUse = "auto"
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeOptions:
    """How a judge judges.

    Args:
        settings: By dimension; dimensions that are not named are not judged.
        repeats: Judgments of each output.
        parameters: What the model is asked with.
        run_key: A secret of at least 16 bytes, from which boundaries, check words and labels
            follow; the same when a run is resumed, and never known to whoever writes outputs.
        salt: Sets the requests of one run apart from those of another.
        exemplars: By dimension, examples of levels in the order shown, for the pointwise form; an
            example is never shown those that are about itself.
        plain: The dimensions on which outputs are shown without their Markdown.

    Raises:
        ValueError: The key is too short, repeats is less than 1, or there are exemplars for another
            form than the pointwise one.
    """

    settings: Mapping[str, JudgeSettings]
    run_key: bytes = field(repr=False)
    repeats: int = 3
    parameters: Mapping[str, Any] = field(default_factory=dict)
    salt: str = ""
    exemplars: Mapping[str, tuple[Exemplar, ...]] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if len(self.run_key) < _SHORTEST_KEY:
            raise ValueError(f"a run key has at least {_SHORTEST_KEY} bytes")
        if self.repeats < 1:
            raise ValueError(f"a judge rates each output at least once; found {self.repeats}")
        for name, exemplars in self.exemplars.items():
            if exemplars and self.settings.get(name, JudgeSettings()).form != "pointwise":
                raise ValueError(f"exemplars are for the pointwise form; {name} has another")


def options_of(
    plan: JudgePlan, model: JudgeModel, rubric: Rubric, *, run_key: bytes, salt: str = ""
) -> JudgeOptions:
    """The options of one model of a plan's panel.

    Args:
        plan: How judges are called.
        model: Which of its models.
        rubric: The dimensions, with what they want of the judge.
        run_key: See `JudgeOptions`.
        salt: See `JudgeOptions`.

    Raises:
        PlanError: What a dimension wants of the judge cannot be; every fault is listed.
    """
    parameters = {"max_tokens": MAX_TOKENS, **plan.parameters, **model.parameters}
    settings = settings_of(rubric)
    wanted = "plain_text" in plan.mitigations
    plain = (name for name in settings if wanted and not concerns_format(rubric.dimension(name)))
    return JudgeOptions(
        settings=settings,
        run_key=run_key,
        repeats=plan.repeats,
        parameters=MappingProxyType(parameters),
        salt=salt,
        plain=frozenset(plain),
    )


def settings_of(rubric: Rubric) -> Mapping[str, JudgeSettings]:
    """How each dimension that names the judge among its raters wants to be judged.

    Raises:
        PlanError: A setting is unknown or cannot be; every fault of the rubric is listed.
    """
    faults: list[Fault] = []
    settings: dict[str, JudgeSettings] = {}
    for place, dimension in enumerate(rubric):
        specs = [(at, one) for at, one in enumerate(dimension.raters) if one.name == _RATER]
        for at, spec in specs:
            key = f"rubric[{place}].raters[{at}].judge"
            if dimension.name in settings:
                faults.append(Fault("the judge is named twice", key=key, found=dimension.name))
            found = list(_faults(spec, dimension, key))
            faults += found
            settings[dimension.name] = JudgeSettings() if found else _settings(spec)
    if faults:
        raise PlanError(faults)
    return MappingProxyType(settings)


def told(rubric: Rubric) -> Rubric:
    """The rubric as a judge is told it: with the definitions and levels meant for it alone.

    People are asked what the rubric says, so that their ratings are of the same question before
    and after a change to what the judge is told.
    """
    return Rubric(*map(_as_told, rubric))


def version_of(model_version: str, rubric: Rubric, options: JudgeOptions) -> str:
    """What a judge's judgments depend on, as a fingerprint; the key is no part of it."""
    blocking = [one.name for one in rubric if one.blocking and one.name in options.settings]
    content: list[object] = [
        model_version,
        [dimension.fingerprint for dimension in rubric],
        REVISION,
        dict(options.parameters),
        dict(options.settings),
        blocking,
    ]
    if exemplars := {name: shown for name, shown in options.exemplars.items() if shown}:
        content.append(["exemplars", exemplars])
    if options.plain:
        content.append(["plain", sorted(options.plain)])
    return fingerprint(content)


def _as_told(dimension: Dimension) -> Dimension:
    for spec in dimension.raters:
        if spec.name == _RATER and isinstance(spec.argument, Mapping):
            own = {name: spec.argument[name] for name in _TOLD if name in spec.argument}
            if "levels" in own:
                own["levels"] = {**dimension.levels, **own["levels"]}
            return replace(dimension, **own) if own else dimension
    return dimension


def _settings(spec: RaterSpec) -> JudgeSettings:
    given = {name: value for name, value in (spec.argument or {}).items() if name not in _TOLD}
    given["criteria"] = tuple(given.get("criteria", ()))
    return JudgeSettings(**given)


def _faults(spec: RaterSpec, dimension: Dimension, key: str) -> Iterator[Fault]:
    """Everything that is wrong with what one dimension wants of the judge."""
    given = {} if spec.argument is None else spec.argument
    known = [*(one.name for one in fields(JudgeSettings)), *_TOLD]
    if not isinstance(given, Mapping):
        allowed = f"keys and values: {', '.join(known)}"
        yield Fault("is not what the judge takes", key=key, found=repr(given), allowed=allowed)
        return
    for name in given:
        if name not in known:
            remedy = nearest(str(name), known)
            listed = ", ".join(known)
            yield Fault("is unknown", key=f"{key}.{name}", allowed=listed, remedy=remedy)
    yield from _word(given.get("form", "pointwise"), FORMS, f"{key}.form")
    yield from _word(given.get("reference", "auto"), REFERENCE_USES, f"{key}.reference")
    yield from _criteria(given, key)
    yield from _scale_faults(given.get("form", "pointwise"), dimension, key)


def _word(found: object, allowed: tuple[str, ...], key: str) -> Iterator[Fault]:
    if found not in allowed:
        problem = "is not one of the allowed words"
        remedy = nearest(str(found), allowed, alike=0.5)
        listed = ", ".join(allowed)
        yield Fault(problem, key=key, found=repr(found), allowed=listed, remedy=remedy)


def _criteria(given: Mapping[str, Any], key: str) -> Iterator[Fault]:
    criteria = given.get("criteria", ())
    texts = isinstance(criteria, list | tuple) and all(isinstance(one, str) for one in criteria)
    if not texts or not all(one.strip() for one in criteria):
        allowed = "a list of sentences"
        yield Fault(
            "is not what it takes", key=f"{key}.criteria", found=repr(criteria), allowed=allowed
        )
    elif criteria and given.get("form", "pointwise") != "checklist":
        remedy = "write form: checklist"
        yield Fault("criteria are for a checklist", key=f"{key}.criteria", remedy=remedy)


def _scale_faults(form: object, dimension: Dimension, key: str) -> Iterator[Fault]:
    """What a form asks of the dimension's scale."""
    found, scale = f"scale: {dimension.scale}", dimension.scale
    if form == "pairwise" and set(scale.labels) != set(PREFERENCES):
        remedy = "write scale: win/tie/loss"
        yield Fault("a pair is judged as win, tie or loss", key=key, found=found, remedy=remedy)
    if form == "checklist" and not scale.bounded:
        remedy = "write scale: 0..1"
        yield Fault("a share needs a scale with bounds", key=key, found=found, remedy=remedy)
    if form == "pointwise":
        try:
            levels_of(dimension)
        except ValueError as problem:
            yield Fault(str(problem), key=key, found=found)
