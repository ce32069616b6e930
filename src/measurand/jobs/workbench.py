"""From a plan to live parts: the checks it names and the outputs it points at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.protocols import Check
from measurand.errors import Fault, PlanError
from measurand.raters.checks.catalogue import build
from measurand.store.codec import key_path
from measurand.store.lines import SUFFIXES
from measurand.store.outputs import read_outputs
from measurand.store.yaml import read_yaml

__all__ = ["Recorded", "checks_of", "outputs_of", "placed", "recorded_of"]

FILE = "file:"
PEOPLE_AND_JUDGES = frozenset({"people", "judge"})

Recorded = Mapping[str, Mapping[tuple[str, int], Output]]
"""Recorded outputs by system, example and trial."""


def checks_of(plan: Plan, file: Path) -> tuple[Check, ...]:
    """The checks of every dimension, in the rubric's order.

    Args:
        plan: The plan.
        file: Where it stands; its paths start from that folder.

    Raises:
        PlanError: A check does not exist or its argument is wrong; all faults at once.
    """
    checks: list[Check] = []
    faults: list[Fault] = []
    for at, dimension in enumerate(plan.rubric):
        for which, rater in enumerate(dimension.raters):
            if rater.name in PEOPLE_AND_JUDGES:
                continue
            try:
                checks.append(build(rater.name, dimension.name, rater.argument, base=file.parent))
            except PlanError as problem:
                faults += (
                    placed(fault, file, ("rubric", at, "raters", which)) for fault in problem.faults
                )
    if faults:
        raise PlanError(faults)
    return tuple(checks)


def outputs_of(recorded: Recorded, file: Path) -> tuple[Output, ...]:
    """The recorded outputs of all systems, where there are any.

    Args:
        recorded: The outputs by system, example and trial, as `recorded_of` reads them.
        file: Where the plan stands.

    Raises:
        PlanError: No system has recorded outputs.
    """
    if not recorded:
        fault = Fault(
            "no system has recorded outputs",
            str(file),
            key="systems",
            allowed='target: "file:outputs/NAME.jsonl"',
        )
        raise PlanError([fault])
    return tuple(output for outputs in recorded.values() for output in outputs.values())


def recorded_of(plan: Plan, file: Path) -> dict[str, dict[tuple[str, int], Output]]:
    """The recorded outputs by system, example and trial; none where no system has any.

    Args:
        plan: The plan.
        file: Where it stands; its paths start from that folder.

    Raises:
        PlanError: A file of them does not exist, or a target is a file without saying so.
        DataError: An outputs file is wrong.
    """
    if faults := list(_misdirected(plan, file)):
        raise PlanError(faults)
    recorded: dict[str, dict[tuple[str, int], Output]] = {}
    for system in plan.systems:
        if system.kind == "recorded":
            path = file.parent / system.target.removeprefix(FILE)
            outputs = read_outputs(path, system=system.name)
            recorded[system.name] = {(o.example, o.trial): o for o in outputs}
    return recorded


def _misdirected(plan: Plan, file: Path) -> Iterator[Fault]:
    """Targets that name no file, and files that are not there."""
    for at, system in enumerate(plan.systems):
        path = system.target.removeprefix(FILE)
        key = ("systems", at, "target")
        if path == system.target and path.removesuffix(".gz").endswith(SUFFIXES):
            problem = f"the target of {system.name} is not recorded outputs"
            remedy = f"did you mean file:{path}?"
            fault = Fault(problem, found=repr(path), allowed="file:PATH", remedy=remedy)
            yield placed(fault, file, key)
        elif path != system.target and not (file.parent / path).exists():
            problem = f"the outputs of {system.name} are not there"
            remedy = "paths start from the plan's folder"
            fault = Fault(problem, found=str(file.parent / path), remedy=remedy)
            yield placed(fault, file, key)


def placed(fault: Fault, file: Path, location: tuple[str | int, ...]) -> Fault:
    """A fault of what the plan names, with the place in the plan that names it."""
    key = f"{key_path(location)} {fault.key or ''}".strip()
    return replace(fault, file=str(file), line=read_yaml(file).line(location), key=key)
