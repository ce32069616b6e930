"""What the parts of a plan say about each other: each part is right, and together they are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from measurand.core.family import family_of
from measurand.core.running import JudgePlan
from measurand.core.scale import Scale
from measurand.errors import Fault, nearest
from measurand.store.codec import Form, Origin
from measurand.store.plans_candidates import candidate_faults
from measurand.store.plans_rubric import DimensionForm
from measurand.store.plans_run import JudgeForm
from measurand.store.plans_systems import SystemForm

__all__ = ["contradictions"]

_ROUNDING = 1e-6
_PAIR = Scale.of("win/tie/loss")
_F = TypeVar("_F", bound=Form)


def contradictions(raw: Mapping[str, Any], origin: Origin) -> Iterator[Fault]:
    """Everything in which parts of a plan do not fit; those wrong in themselves are let be.

    Args:
        raw: The plan as it was written.
        origin: Where it was written.
    """
    judge = _part(JudgeForm, raw.get("judge"))
    plan = None if judge is None else judge.build()
    systems = dict(_parts(SystemForm, raw.get("systems")))
    rubric = dict(_parts(DimensionForm, raw.get("rubric")))
    named = {dimension.dimension: dimension for dimension in rubric.values()}
    calibration = raw.get("calibration")
    if isinstance(calibration, dict):
        yield from candidate_faults(calibration.get("candidates"), named, origin)
    yield from _by_segment(raw.get("weights_by_segment"), named, origin)
    asked = False
    for at, dimension in rubric.items():
        asked = asked or any(rater.name == "judge" for rater in dimension.raters)
        yield from _Dimension(at, dimension, origin).faults(plan)
    for at, system in systems.items():
        yield from _unasked(at, system, origin)
    if plan is not None:
        yield from _flags(plan, origin)
    if judge is not None and asked and judge.own_family == "error":
        yield from _kin(judge, systems, origin)


@dataclass(frozen=True, slots=True)
class _Dimension:
    """One dimension, and where it stands."""

    at: int
    form: DimensionForm
    origin: Origin

    def faults(self, judge: JudgePlan | None) -> Iterator[Fault]:
        """What does not fit."""
        names = [rater.name for rater in self.form.raters]
        places = [at for at, name in enumerate(names) if name == "judge"]
        for place in places:
            yield from self._form(place)
        if len(places) > 1:
            problem = "the judge is asked twice about one dimension"
            remedy = "keep one, or split the dimension in two"
            yield self._fault(problem, "raters", places[1], remedy=remedy)
        if self.form.blocking and places and "people" not in names:
            yield from self._alone(judge)

    def _form(self, place: int) -> Iterator[Fault]:
        """Whether the scale can hold what the judge's form says."""
        asked = self.form.raters[place].judge
        form = "pointwise" if asked is None else asked.form
        scale = Scale.of(self.form.scale)
        where = ("raters", place, "judge", "form")
        if form == "pairwise" and set(scale.labels) != set(_PAIR.labels):
            problem = f"the form pairwise does not fit the scale {scale}"
            remedy = f"give the dimension the scale {_PAIR}"
            yield self._fault(problem, *where, allowed=f"the scale {_PAIR}", remedy=remedy)
        if form == "checklist" and not scale.bounded:
            problem = f"the form checklist gives a share, which the scale {scale} has no place for"
            allowed = "yes/no, or a scale with bounds, as 0..1 or 1-5"
            yield self._fault(problem, *where, allowed=allowed)

    def _alone(self, judge: JudgePlan | None) -> Iterator[Fault]:
        """One model alone decides what is blocked."""
        if judge is None or len(judge.models) > 1:
            return
        yield self._fault(
            "a blocking dimension is judged by one model alone",
            "raters",
            found=judge.models[0].model,
            allowed="two models or more under judge.models, or people among its raters",
            remedy="add a second model to the judge, or people to these raters",
        )

    def _fault(self, problem: str, *inside: str | int, **more: str | None) -> Fault:
        return self.origin.fault(problem, ("rubric", self.at, *inside), **more)


def _by_segment(raw: object, named: Mapping[str, DimensionForm], origin: Origin) -> Iterator[Fault]:
    """Weights of dimensions that there are not, and such as sum to something else."""
    whole = sum(dimension.weight for dimension in named.values())
    for segment, weights in raw.items() if isinstance(raw, dict) else ():
        if not isinstance(weights, dict) or not all(map(_is_weight, weights.values())):
            continue
        place = ("weights_by_segment", segment)
        odd = [name for name in weights if name not in named]
        for name in odd:
            problem = "the rubric has no such dimension"
            known = ", ".join(named)
            remedy = nearest(str(name), list(named))
            yield origin.fault(problem, (*place, name), allowed=known, remedy=remedy)
        total = sum({**{n: d.weight for n, d in named.items()}, **weights}.values())
        if not whole and not odd:
            problem = "a rubric without weights has none by segment"
            yield origin.fault(problem, place, remedy="give its dimensions weights first")
        elif not odd and abs(total - whole) > _ROUNDING:
            yield origin.fault(
                "with the weights that stay as they are these sum to something else than the "
                "rubric's",
                place,
                found=f"{total:g}",
                allowed=f"{whole:g}",
                remedy="name what another dimension gives up",
            )


def _is_weight(weight: object) -> bool:
    return isinstance(weight, int | float) and not isinstance(weight, bool)


def _unasked(at: int, system: SystemForm, origin: Origin) -> Iterator[Fault]:
    """What a system is told that its target has no use for."""
    target = system.target.strip().lower()
    endpoint = target.startswith(("http://", "https://"))
    if system.request is not None and not endpoint:
        allowed = "a target that begins with http:// or https://"
        problem = "only an HTTP endpoint takes a request"
        yield origin.fault(problem, ("systems", at, "request"), allowed=allowed)
    if system.answer is not None and not (endpoint or target.startswith("command:")):
        allowed = "a target that begins with http://, https:// or command:"
        problem = "only an HTTP endpoint or a program has a path to its answer"
        yield origin.fault(problem, ("systems", at, "answer"), allowed=allowed)


def _flags(judge: JudgePlan, origin: Origin) -> Iterator[Fault]:
    """A rule that could never apply."""
    if judge.flags == "two" and len(judge.models) == 1:
        problem = "an output is blocked when two judges flag it, and there is one judge"
        remedy = "add a second model to the judge, or say flags: any"
        yield origin.fault(problem, ("judge", "flags"), remedy=remedy)


def _kin(judge: JudgeForm, systems: Mapping[int, SystemForm], origin: Origin) -> Iterator[Fault]:
    """Judges of the family of a system that they judge."""
    for at, one in enumerate(judge.build().models):
        family = (one.family or family_of(one.model) or "").lower()
        kin = [
            system.name
            for system in systems.values()
            if system.target == one.model or (family and _family(system) == family)
        ]
        if kin:
            yield origin.fault(
                f"a judge favours its own family, {family or 'itself'}, and judges "
                f"{', '.join(kin)} of it",
                ("judge", "models", at) if judge.model is None else ("judge", "model"),
                found=one.model,
                allowed="a model of another family than every system's",
                remedy="choose another, or say own_family: audit, and every report tells of it",
            )


def _family(system: SystemForm) -> str | None:
    """A system's family: as it says, or as the name of its model does."""
    if system.family is not None:
        return system.family.lower()
    target = system.target
    named = "/" in target and ":" not in target.partition("/")[0] and ".py:" not in target
    return family_of(target) if named else None


def _part(form: type[_F], raw: object) -> _F | None:
    try:
        return form.model_validate(raw)
    except ValidationError:
        return None


def _parts(form: type[_F], raw: object) -> Iterator[tuple[int, _F]]:
    """Those entries of a list that are right in themselves, with their places."""
    for at, cell in enumerate(raw if isinstance(raw, list) else ()):
        if (part := _part(form, cell)) is not None:
            yield at, part
