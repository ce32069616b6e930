"""An adopted change as a plan has it: what to paste, or a plan beside the old one."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measurand.core.candidate import Candidate
from measurand.core.exemplars import Settled
from measurand.core.plan import Plan
from measurand.errors import DataError
from measurand.jobs.improving.arms import Arm
from measurand.store.codec import Location
from measurand.store.exemplars import read_exemplars, write_exemplars
from measurand.store.lines import whole
from measurand.store.plans import plain_plan, plan_of
from measurand.store.yaml import parse_yaml, write_yaml
from measurand.store.yaml_edit import GONE, Edit, edited_text, edited_value

__all__ = ["Adopted", "Written"]

_ODD = re.compile(r"[^A-Za-z0-9]+")
_JUDGE = "judge"


@dataclass(frozen=True, slots=True)
class Written:
    """A file with an adopted change.

    Args:
        path: The file.
        fresh: Whether it was written just now; else it was there and says the same.
    """

    path: Path
    fresh: bool


@dataclass(frozen=True, kw_only=True)
class Adopted:
    """A change that was adopted.

    Args:
        judge: The judge whose change it is.
        candidate: The change.
        file: Where the plan without it stands.
        text: What the plan without it says, as somebody wrote it.
        rubric: By dimension, what a plan says of the judge there, where it is another.
        shown: The exemplars that its judge is shown; empty where it shows none of its own.
    """

    judge: str
    candidate: Candidate
    file: Path
    text: str
    rubric: Mapping[str, Any]
    shown: tuple[Settled, ...] = ()

    @classmethod
    def of(cls, arm: Arm, file: Path, *, judge: str) -> Adopted:
        """An adopted judge, to be put in the place of the plan's own.

        Args:
            arm: The judge.
            file: Where the plan stands.
            judge: The judge whose place it takes.

        Raises:
            ValueError: It is the plan's judge as it is.
        """
        change = arm.candidate
        if change is None:
            raise ValueError("the plan's judge as it is changes no plan")
        asked = plain_plan(arm.plan)["rubric"]
        return cls(
            judge=judge,
            candidate=change,
            file=file,
            text=file.read_bytes().decode("utf-8-sig"),
            rubric={
                one["dimension"]: next(cell for cell in one["raters"] if _is_judge(cell))
                for one in asked
                if one["dimension"] in change.dimensions
            },
            shown=arm.shown if change.exemplars is not None else (),
        )

    @property
    def name(self) -> str:
        """The name of the change."""
        return self.candidate.name

    @property
    def plan(self) -> Plan:
        """The plan with it."""
        return plan_of(edited_value(self._before, self._edits(self._exemplars(self._stem))))

    @property
    def snippet(self) -> str:
        """What differs, in YAML, to be pasted over what stands in the plan."""
        stream = io.StringIO()
        write_yaml(dict(self._parts()), stream)
        return stream.getvalue()

    @property
    def notes(self) -> tuple[str, ...]:
        """What it means for other judges of the panel, in sentences."""
        return tuple(self._notes())

    def write(self) -> tuple[Written, ...]:
        """Write the plan, and its exemplars where it has some, beside the old one.

        Everything that the change does not touch stays as it was written. Nothing that is there is
        overwritten: a name that is taken gets a number, unless the same is there already.
        """
        number, stem = 1, self._stem
        while True:
            target = self.file.with_name(f"{stem}{self.file.suffix}")
            exemplars = self.file.with_name(self._exemplars(stem))
            text = edited_text(self.text, self._edits(exemplars.name))
            plan_is = _there(target, text.encode())
            shown_is = self._shown_there(exemplars)
            if plan_is is not False and shown_is is not False:
                break
            number += 1
            stem = f"{self._stem}-{number}"
        if plan_is is None:
            with whole(target) as scratch:
                scratch.write_bytes(text.encode())
        if self.shown and shown_is is None:
            write_exemplars(exemplars, self.shown)
        told = (Written(target, plan_is is None),)
        return (*told, Written(exemplars, shown_is is None)) if self.shown else told

    def to_json(self) -> Mapping[str, Any]:
        """The same for other programs."""
        return {"judge": self.judge, "candidate": self.name, "plan": dict(self._parts())}

    @property
    def _before(self) -> Any:
        return parse_yaml(self.text, str(self.file)).value

    @property
    def _stem(self) -> str:
        return f"{self.file.stem}-{_slug(self.judge)}-{_slug(self.name)}"

    def _exemplars(self, stem: str) -> str:
        return f"{stem}-exemplars.jsonl"

    def _shown_there(self, path: Path) -> bool | None:
        """Whether the same exemplars are there; None where nothing is, or none are needed."""
        if not self.shown or not path.exists():
            return None
        try:
            return read_exemplars(path, self.plan.rubric) == self.shown
        except DataError:
            return False

    def _parts(self) -> Iterator[tuple[str, Any]]:
        edits = list(self._edits(self._exemplars(self._stem)))
        after = edited_value(self._before, edits)
        if self.rubric:
            yield (
                "rubric",
                [
                    {"dimension": one["dimension"], "raters": one["raters"]}
                    for one in after["rubric"]
                    if one["dimension"] in self.rubric
                ],
            )
        if any(edit.location[0] == _JUDGE for edit in edits):
            yield _JUDGE, after[_JUDGE]

    def _edits(self, exemplars: str) -> list[Edit]:
        """What is put where; every key that the change names is written, whatever its default."""
        return [
            *self._asked(),
            *self._model(),
            *self._settings(exemplars),
            *self._left(),
        ]

    def _asked(self) -> Iterator[Edit]:
        for at, one in enumerate(self._before["rubric"]):
            if one["dimension"] in self.rubric:
                place = next(n for n, cell in enumerate(one["raters"]) if _is_judge(cell))
                yield Edit(("rubric", at, "raters", place), self.rubric[one["dimension"]])

    def _settings(self, exemplars: str) -> Iterator[Edit]:
        change, told = self.candidate, self._before[_JUDGE]
        if change.repeats is not None:
            yield Edit((_JUDGE, "repeats"), change.repeats)
        if change.exemplars is None:
            return
        if self.shown:
            yield Edit((_JUDGE, "exemplars"), exemplars)
            if told.get("batch"):
                yield Edit((_JUDGE, "batch"), False)  # noqa: FBT003 - a value, no flag
        elif "exemplars" in told:
            yield Edit((_JUDGE, "exemplars"), GONE)

    def _model(self) -> Iterator[Edit]:
        """Another model, or what it is asked with, in this judge's place of the panel."""
        change, told = self.candidate, self._before[_JUDGE]
        if change.model is None and not change.parameters:
            return
        if "models" not in told:
            new = self._as_changed(told["model"])
            yield Edit((_JUDGE, "model"), new if isinstance(new, str) else GONE)
            if not isinstance(new, str):
                yield Edit((_JUDGE, "models"), [new])
            return
        names = [one if isinstance(one, str) else one["model"] for one in told["models"]]
        at = names.index(self.judge)
        if change.model in names and change.model != self.judge:
            kept = [
                one
                for name, one in zip(names, told["models"], strict=True)
                if name not in {self.judge, change.model}
            ]
            yield Edit((_JUDGE, "models"), [self._as_changed(told["models"][at]), *kept])
        else:
            yield Edit((_JUDGE, "models", at), self._as_changed(told["models"][at]))

    def _as_changed(self, old: Any) -> Any:
        """An entry of the panel, as short as it can be."""
        change = self.candidate
        told: dict[str, Any] = {"model": old} if isinstance(old, str) else dict(old)
        if change.model is not None:
            told = {"model": change.model}
            if change.family is not None:
                told["family"] = change.family
        if change.parameters:
            told["parameters"] = {**told.get("parameters", {}), **change.parameters}
        return told["model"] if set(told) == {"model"} else told

    def _left(self) -> Iterator[Edit]:
        """What is left to be tried."""
        place: Location = ("calibration", "candidates")
        listed = (self._before.get("calibration") or {}).get("candidates") or []
        for at, one in enumerate(listed):
            if one.get("name", "").strip() == self.name:
                yield Edit(place, []) if len(listed) == 1 else Edit((*place, at), GONE)

    def _notes(self) -> Iterator[str]:
        change, told = self.candidate, self._before[_JUDGE]
        panel = [one if isinstance(one, str) else one["model"] for one in told.get("models", ())]
        others = ", ".join(name for name in panel if name != self.judge)
        if change.model is not None:
            stays = f"; {others} stays in the panel" if others else ""
            yield f"{change.model} takes the place of {self.judge}{stays}."
        if others and (self.rubric or change.repeats is not None or change.exemplars is not None):
            yield (
                f"A panel shares this: {others} would be asked so too, of which nothing of it was "
                "shown."
            )
        if self.shown and told.get("batch"):
            yield "The plan's batch is off then: judges asked by batch are shown no exemplars."


def _is_judge(cell: Any) -> bool:
    return bool(cell == _JUDGE or (isinstance(cell, dict) and _JUDGE in cell))


def _there(path: Path, content: bytes) -> bool | None:
    """Whether a file says this; None where there is none."""
    return path.read_bytes() == content if path.exists() else None


def _slug(text: str) -> str:
    return _ODD.sub("-", text).strip("-").lower() or "judge"
