"""Whether recorded outputs are of the set that is asked: told before anything is done with them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from measurand.core.plan import Plan
from measurand.core.system import System
from measurand.errors import Fault, PlanError
from measurand.jobs.workbench import FILE, Recorded, placed

__all__ = ["refuse_unanswered", "unanswered"]


def refuse_unanswered(plan: Plan, file: Path, recorded: Recorded, *, names: Iterable[str]) -> None:
    """Refuse recorded outputs of another set: files that answer no example of this one.

    Args:
        plan: The plan.
        file: Where it stands.
        recorded: The recorded outputs by system, example and trial.
        names: The ids of the set's examples; no more are read than it takes.

    Raises:
        PlanError: The outputs of some systems are of none of them; each file is named.
    """
    left = {name: {example for example, _ in outputs} for name, outputs in recorded.items()}
    total = 0
    for total, name in enumerate(names, 1):  # noqa: B007 - how many there were is told
        if not left:
            return
        left = {system: answered for system, answered in left.items() if name not in answered}
    if left and total:
        raise PlanError(
            placed(
                _of_another(system, plan, answered=len(left[system.name]), total=total),
                file,
                ("systems", place, "target"),
            )
            for place, system in enumerate(plan.systems)
            if system.name in left
        )


def unanswered(plan: Plan, recorded: Recorded, names: Iterable[str]) -> tuple[str, ...]:
    """Which recorded outputs lack some examples of the set, one sentence a system.

    Args:
        plan: The plan.
        recorded: The recorded outputs by system, example and trial.
        names: The ids of the examples that would be run.
    """
    if not recorded:
        return ()
    known = {name: {example for example, _ in outputs} for name, outputs in recorded.items()}
    wanted = set(names)
    return tuple(
        f"{_where(system)} has no output for {len(lacking):,} of {len(wanted):,} examples; "
        f"each would be a failure of {system.name}"
        for system in plan.systems
        if system.name in known and (lacking := wanted - known[system.name])
    )


def _of_another(system: System, plan: Plan, *, answered: int, total: int) -> Fault:
    return Fault(
        f"{_where(system)} holds no output for any of the {total:,} examples in {plan.data.path}",
        found=f"outputs for {answered:,} other ids" if answered else "no outputs",
        remedy=(
            f"record what {system.name} answers to these examples, one row an id, or name what "
            "can be asked as its target; measurand data build writes production's own answers"
        ),
    )


def _where(system: System) -> str:
    return system.target.removeprefix(FILE)
