"""An adopted change as a plan has it: what to paste, or a plan beside the old one."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from measurand.core.exemplars import Settled
from measurand.core.plan import Plan
from measurand.jobs.improving.arms import Arm, judge_of
from measurand.store.exemplars import write_exemplars
from measurand.store.plans import plain_plan, write_plan
from measurand.store.yaml import write_yaml

__all__ = ["Adopted", "adopted_plan"]

_ODD = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, kw_only=True)
class Adopted:
    """A change that was adopted.

    Args:
        judge: The judge whose change it is.
        name: The name of the change.
        plan: The plan with it.
        before: The plan without it.
        shown: The exemplars that its judge is shown; empty where it shows none of its own.
    """

    judge: str
    name: str
    plan: Plan
    before: Plan
    shown: tuple[Settled, ...] = ()

    @property
    def snippet(self) -> str:
        """What differs, in YAML, to be pasted over what stands in the plan."""
        stream = io.StringIO()
        write_yaml(dict(self._parts()), stream)
        return stream.getvalue()

    def _parts(self) -> Iterator[tuple[str, Any]]:
        before, after = plain_plan(self.before), plain_plan(self.plan)
        old = {one["dimension"]: one for one in before["rubric"]}
        moved = [
            {"dimension": one["dimension"], "raters": one["raters"]}
            for one in after["rubric"]
            if one != old[one["dimension"]]
        ]
        if moved:
            yield "rubric", moved
        if after["judge"] != before["judge"]:
            yield "judge", after["judge"]

    def write(self, beside: Path) -> tuple[Path, ...]:
        """Write the plan, and its exemplars where it has some, beside the old one.

        Nothing that is there is overwritten: a name that is taken gets a number.

        Args:
            beside: The old plan.
        """
        stem = f"{beside.stem}-{_slug(self.judge)}-{_slug(self.name)}"
        target = _free(beside.with_name(f"{stem}{beside.suffix}"))
        plan, written = self.plan, []
        if self.shown:
            exemplars = _free(beside.with_name(f"{target.stem}-exemplars.jsonl"))
            write_exemplars(exemplars, self.shown)
            plan = replace(plan, judge=replace(judge_of(plan), exemplars=exemplars.name))
            written.append(exemplars)
        write_plan(target, plan)
        return (target, *written)

    def to_json(self) -> Mapping[str, Any]:
        """The same for other programs."""
        return {"judge": self.judge, "candidate": self.name, "plan": dict(self._parts())}


def adopted_plan(arm: Arm, plan: Plan, *, judge: str) -> Adopted:
    """The plan with an adopted judge in place of its own.

    Args:
        arm: The judge.
        plan: The plan as it is.
        judge: The judge whose place it takes; others of a panel are left out.
    """
    own = arm.candidate is not None and arm.candidate.exemplars is not None
    told = judge_of(arm.plan)
    exemplars = "exemplars.jsonl" if own and arm.shown else told.exemplars
    old = judge_of(plan)
    asked = replace(
        told,
        batch=old.batch and exemplars is None,
        exemplars=exemplars,
        flags=old.flags if len(old.models) == 1 else "any",
    )
    left = tuple(one for one in plan.calibration.candidates if one.name != arm.name)
    return Adopted(
        judge=judge,
        name=arm.name,
        plan=replace(
            plan,
            rubric=arm.plan.rubric,
            judge=asked,
            calibration=replace(plan.calibration, candidates=left),
        ),
        before=plan,
        shown=arm.shown if own else (),
    )


def _slug(text: str) -> str:
    return _ODD.sub("-", text).strip("-").lower() or "judge"


def _free(path: Path) -> Path:
    """The path, or the first of its kind that is not taken."""
    number, found = 2, path
    while found.exists():
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return found
