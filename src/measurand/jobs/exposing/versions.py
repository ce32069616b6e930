"""The versions of systems that a project has run, each with what it was rated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from measurand.analysis.exposure_gaming import SystemVersion
from measurand.core.plan import Plan
from measurand.jobs.manifest import STARTED
from measurand.jobs.places import ledger_path
from measurand.store.ledger import open_ledger
from measurand.store.ledger_work import Event

__all__ = ["Versions", "versions_of"]

_DAY = 10
_SHORT = 8


class Versions(NamedTuple):
    """What the ledger holds of them."""

    versions: tuple[SystemVersion, ...]
    """In the order in which they were run first."""
    notes: tuple[str, ...]


def versions_of(plan: Plan, file: Path) -> Versions:
    """Every version of the plan's systems that was rated as the newest run rates.

    A version that other raters rated, or by another rubric, is left out: its scores are others'.

    Args:
        plan: The plan.
        file: Where it stands.
    """
    path = ledger_path(file)
    if not path.exists():
        return Versions((), ())
    named = {system.name for system in plan.systems}
    with open_ledger(path) as ledger:
        runs = ledger.work.events(STARTED)
        if not runs:
            return Versions((), ())
        alike = [run for run in runs if _raters(run) == _raters(runs[-1])]
        newest: dict[tuple[str, str], Event] = {}
        for run in alike:
            newest |= {
                (name, version): run
                for name, version in run.manifest["systems"].items()
                if name in named
            }
        found = tuple(
            SystemVersion(
                name,
                f"{run.at[:_DAY]} ({version[:_SHORT]})",
                ledger.ratings(version=frozenset(run.manifest["versions"]), system=name),
            )
            for (name, version), run in newest.items()
        )
    return Versions(found, tuple(_notes(len(runs) - len(alike), len(runs))))


def _raters(run: Event) -> tuple[object, object]:
    return run.manifest["raters"], run.manifest["dimensions"]


def _notes(left: int, count: int) -> Iterator[str]:
    if left:
        yield (
            f"{left:,} of {count:,} runs had other raters, or another rubric, than the newest; "
            "what they tell of versions is left out."
        )
