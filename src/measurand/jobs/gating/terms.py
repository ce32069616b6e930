"""What a plan demands of a gate, as it is kept, and in what a later plan demands less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from measurand.core.gate import AGAINST, CHANGED, REMOVED, GatePlan, Loss
from measurand.core.plan import Plan
from measurand.core.running import FLAG_RULES
from measurand.jobs.gating.options import GateOptions

__all__ = ["changes", "own_terms", "rubric_of", "terms_of", "weaker"]

_MORE_IS_LESS = ("gate.max_failures", "gate.max_blocking", "gate.margin.")
_LESS_IS_LESS = ("gate.pass_mark", "gate.repeats", "compare.level")
_STRICT: Mapping[str, tuple[Any, ...]] = {
    "gate.confirm": ("majority", "all"),
    "gate.calibrated": (True, False),
    "judge.flags": FLAG_RULES,
}
"""The strictest first."""


def terms_of(plan: Plan) -> dict[str, Any]:
    """What a plan demands, by key; as JSON holds it."""
    gate = plan.gate
    return {
        "gate.components": list(gate.components),
        **{f"gate.margin.{c}": gate.margin(c, plan.compare.margin) for c in gate.components},
        "gate.against": gate.against,
        "gate.max_failures": gate.max_failures,
        "gate.max_blocking": 1.0 if gate.max_blocking is None else gate.max_blocking,
        "gate.pass_mark": gate.pass_mark,
        "gate.repeats": gate.repeats or 1,
        "gate.confirm": gate.confirm,
        "gate.calibrated": gate.calibrated,
        "compare.level": plan.compare.level,
        "judge.flags": plan.judge.flags if plan.judge else FLAG_RULES[0],
    }


def rubric_of(plan: Plan) -> dict[str, dict[str, Any]]:
    """The dimensions of a plan, by name: what blocks, their weight, who rates, what is asked."""
    return {
        one.name: {
            "blocking": one.blocking,
            "blocks": [one.block_below, sorted(one.block_labels)],
            "weight": one.weight,
            "raters": [str(rater) for rater in one.raters],
            "definition": one.fingerprint,
        }
        for one in plan.rubric
    }


def own_terms(plan: Plan, wanted: GatePlan, options: GateOptions, *, first: bool) -> bool:
    """Whether a gate is decided as the plan says: only then is a pass one to be held against.

    Args:
        plan: The plan.
        wanted: Its section, with what the options say instead.
        options: How the gate is asked.
        first: Whether nothing has passed so far, so that there is none to be held against.
    """
    asked = options.against
    against = first or asked is None or asked in {*AGAINST, plan.gate.against}
    same = replace(wanted, against=plan.gate.against, repeats=plan.gate.repeats) == plan.gate
    fewer = (wanted.repeats or 1) < (plan.gate.repeats or 1)
    others = (options.level, options.waivers, options.by or None)
    return against and same and not fewer and others == (None, None, None)


def weaker(
    before: Mapping[str, Any], rubric: Mapping[str, Mapping[str, Any]], plan: Plan
) -> Iterator[Loss]:
    """What a plan demands less than before, each as something that a waiver must let pass.

    Args:
        before: The terms then.
        rubric: The dimensions then.
        plan: The plan now.
    """
    now = terms_of(plan)
    for component in before.get("gate.components", ()):
        if component not in plan.gate.components:
            yield Loss(
                name=f"gate.components.{component}",
                dimension=REMOVED,
                reason=f"the gate was decided on {component} before and is no more",
            )
    for key, old in before.items():
        if key in now and _less(key, old, now[key]):
            told = f"the gate demands less than when it passed last: {_told(key, old, now[key])}"
            yield Loss(name=key, dimension=CHANGED, reason=told)
    yield from _thinned(rubric, rubric_of(plan))


def changes(
    before: Mapping[str, Any], rubric: Mapping[str, Mapping[str, Any]], plan: Plan
) -> Iterator[str]:
    """Everything else in which the terms and the rubric are others than before."""
    now, dimensions = terms_of(plan), rubric_of(plan)
    for key, old in before.items():
        if key in now and now[key] != old and not _less(key, old, now[key]):
            yield _told(key, old, now[key])
    for name in dimensions.keys() - rubric.keys() if rubric else ():
        yield f"rubric.{name} is new"
    for name, old in rubric.items():
        for what in ("weight", "raters", "definition"):
            if name in dimensions and dimensions[name][what] != old.get(what):
                found = dimensions[name][what]
                told = "is another" if what == "definition" else f"was {old.get(what)}, is {found}"
                yield f"rubric.{name}.{what} {told}"


def _less(key: str, old: Any, new: Any) -> bool:
    """Whether less is demanded."""
    if key in _STRICT:
        order = _STRICT[key]
        return bool(order.index(new) > order.index(old)) if {old, new} <= set(order) else False
    if key.startswith(_MORE_IS_LESS):
        return bool(new > old)
    return key in _LESS_IS_LESS and bool(new < old)


def _told(key: str, old: Any, new: Any) -> str:
    return f"{key} was {old}, is {new}"


def _thinned(
    before: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]
) -> Iterator[Loss]:
    for name, old in before.items():
        key = f"rubric.{name}"
        if name not in now:
            told = f"the dimension {name} was decided on before and is not in the rubric any more"
            yield Loss(name=key, dimension=REMOVED, reason=told)
        elif old["blocking"] and not now[name]["blocking"]:
            told = f"the dimension {name} blocked when it was decided on and does no more"
            yield Loss(name=key, dimension=CHANGED, reason=told)
        elif old["blocking"] and old["blocks"] != now[name]["blocks"]:
            told = f"other ratings of {name} block than when it was decided on"
            yield Loss(name=key, dimension=CHANGED, reason=told)
