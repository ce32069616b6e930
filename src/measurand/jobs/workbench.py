"""From a plan to live parts: the checks it names and the outputs it points at."""

from __future__ import annotations

from pathlib import Path

from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.protocols import Check
from measurand.errors import Fault, PlanError
from measurand.raters.checks.catalogue import build
from measurand.store.outputs import read_outputs

__all__ = ["checks_of", "outputs_of"]

FILE = "file:"


def checks_of(plan: Plan, base: Path) -> tuple[Check, ...]:
    """The checks of every dimension, in the rubric's order.

    Args:
        plan: The plan.
        base: The folder that the plan's paths start from.

    Raises:
        PlanError: A check does not exist or its argument is wrong; all faults at once.
    """
    checks: list[Check] = []
    faults: list[Fault] = []
    for dimension in plan.rubric:
        for rater in dimension.raters:
            if not rater.name.startswith(("check.", "python:")):
                continue
            try:
                checks.append(build(rater.name, dimension.name, rater.argument, base=base))
            except PlanError as problem:
                faults += problem.faults
    if faults:
        raise PlanError(faults)
    return tuple(checks)


def outputs_of(plan: Plan, base: Path) -> tuple[Output, ...]:
    """The recorded outputs of the plan's systems (those whose target is ``file:PATH``).

    Raises:
        PlanError: No system has recorded outputs.
        DataError: An outputs file is wrong.
    """
    outputs: list[Output] = []
    for system in plan.systems:
        if system.target.startswith(FILE):
            path = base / system.target.removeprefix(FILE)
            outputs += read_outputs(path, system=system.name)
    if not outputs:
        fault = Fault(
            "no system has recorded outputs",
            key="systems",
            allowed='target: "file:outputs/NAME.jsonl"',
        )
        raise PlanError([fault])
    return tuple(outputs)
