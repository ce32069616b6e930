"""Whether judges are independent of what they judge: nobody judges its own family."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from measurand.core.family import family_of
from measurand.core.running import JudgeModel
from measurand.core.system import System
from measurand.errors import Fault, PlanError

__all__ = ["Independence", "check_independence"]

_NOT_A_MODEL = re.compile(r"(?:python|file|command|https?):|.*\.py:\w+\Z", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Independence:
    """What is known of judges and systems; pairs are judge and system.

    Args:
        same_model: Pairs in which a judge is the very model of the system.
        same_family: Pairs of one family, the same models among them.
        unknown: Judges and systems whose family nobody told, and no name tells.
    """

    same_model: tuple[tuple[str, str], ...] = ()
    same_family: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a report must say, in sentences; empty where judges are known to be independent."""
        notes = [f"{judge} judges its own answers as {system}" for judge, system in self.same_model]
        notes += [
            f"{judge} judges {system}, which is of its own family"
            for judge, system in self.same_family
            if (judge, system) not in self.same_model
        ]
        if self.unknown:
            notes.append(
                f"families not known: {', '.join(self.unknown)}; whether a judge favours its own "
                "family cannot be told"
            )
        return tuple(notes)


def check_independence(
    models: Iterable[JudgeModel],
    systems: Iterable[System],
    *,
    own_family: Literal["error", "audit"] = "error",
) -> Independence:
    """Hold the families of a panel against those of all compared systems.

    No judge is left out for single systems: judges differ in severity, so that would make a
    difference between systems where there is none.

    Args:
        models: The panel.
        systems: What is compared.
        own_family: Whether a judge of a system's family is an ``error``, or accepted for an
            ``audit``, in which every report says so.

    Raises:
        PlanError: A judge is of a compared system's family; every pair is listed.
    """
    judges, compared = tuple(models), tuple(systems)
    same_model: list[tuple[str, str]] = []
    same_family: list[tuple[str, str]] = []
    for judge in judges:
        for system in compared:
            same = system.target == judge.model
            family = _judge_family(judge)
            if same:
                same_model.append((judge.model, system.name))
            if same or (family is not None and family == _system_family(system)):
                same_family.append((judge.model, system.name))
    if same_family and own_family != "audit":
        raise PlanError(_fault(*pair, same=pair in same_model) for pair in same_family)
    unknown = [judge.model for judge in judges if _judge_family(judge) is None]
    unknown += [system.name for system in compared if _system_family(system) is None]
    return Independence(
        same_model=tuple(same_model), same_family=tuple(same_family), unknown=tuple(unknown)
    )


def _judge_family(judge: JudgeModel) -> str | None:
    return judge.family.lower() if judge.family else family_of(judge.model)


def _system_family(system: System) -> str | None:
    """The family a system was given, or that its model's name tells; no other target's does."""
    if system.family:
        return system.family.lower()
    return None if _NOT_A_MODEL.match(system.target) else family_of(system.target)


def _fault(judge: str, system: str, *, same: bool) -> Fault:
    return Fault(
        f"the judge is the very model of system {system!r}"
        if same
        else f"the judge is of the family of system {system!r}",
        key="judge.models",
        found=judge,
        remedy="choose a judge of another family than every compared system, or write "
        "own_family: audit",
    )
