"""What must be there before a gate can pass: results, examples in their files, judges to trust."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from measurand.core.gate import GatePlan
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.system import System
from measurand.raters.judge.spec import settings_of
from measurand.store.example_files import listing, read_examples

__all__ = ["expected_results", "places_of", "trials_of_system", "with_repeats"]

_PEOPLE, _JUDGE = "people", "judge"


def with_repeats(plan: Plan, gate: GatePlan) -> Plan:
    """The plan with the systems asked as often as the gate wants."""
    if gate.repeats is None:
        return plan
    asked = (replace(s, repeats=gate.repeats) if s.live else s for s in plan.systems)
    return replace(plan, systems=tuple(asked))


def trials_of_system(system: System, outputs: Sequence[Output]) -> int:
    """How often each example is asked; of recorded outputs, the trials that there are."""
    if system.live:
        return system.repeats
    return 1 + max((o.trial for o in outputs if o.system == system.name), default=0)


def expected_results(plan: Plan, trials: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """How many results code and judges owe of one example, by system and dimension.

    Args:
        plan: The plan.
        trials: How often each example is asked, by the system's name in the table.
    """
    forms = {name: one.form for name, one in settings_of(plan.rubric).items()}
    judged = 0 if plan.judge is None else len(plan.judge.models) * plan.judge.repeats
    owed: dict[tuple[str, str], int] = {}
    for dimension in plan.rubric:
        names = [rater.name for rater in dimension.raters]
        each = sum(name not in {_PEOPLE, _JUDGE} for name in names)
        if _JUDGE in names and forms.get(dimension.name) != "pairwise":
            # A plan whose judge is gone still owes what it would have said.
            each += judged or 1
        for system, count in trials.items():
            if each:
                owed[system, dimension.name] = each * count
    return owed


def places_of(path: Path) -> dict[str, tuple[str, int]]:
    """File and line of every example."""
    return dict(_placed(path))


def _placed(path: Path) -> Iterator[tuple[str, tuple[str, int]]]:
    for placed in read_examples(listing(path).files, []):
        file = placed.file
        if file.is_absolute() and file.is_relative_to(Path.cwd()):
            file = file.relative_to(Path.cwd())
        yield placed.example.id, (file.as_posix(), placed.line)
