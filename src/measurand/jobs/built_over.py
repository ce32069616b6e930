"""What stands where a set is to be built: people's work is not built over, a canary is taken on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import dropwhile
from pathlib import Path

from measurand.core.example import Example
from measurand.core.plan import Plan
from measurand.errors import UsageError
from measurand.jobs.canary import known_canary
from measurand.jobs.planting import PLANTED, with_canary
from measurand.jobs.set_lock import lock_over
from measurand.jobs.set_place import SetPlace
from measurand.store.built_set import (
    BUILT,
    FOUND,
    BuiltSet,
    is_version,
    note_edits,
    open_set,
)
from measurand.store.lock_file import lock_path
from measurand.store.standing import noted
from measurand.store.versions import Version, versions

__all__ = ["Ground", "ground"]

_ELSEWHERE = "build into another folder with --out"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a new set takes the place of.

    Args:
        there: The set that stands there; an empty one where there is none.
        canary: The digits of its canary; None where none was planted.
    """

    there: BuiltSet
    canary: str | None = None

    def carried(self, built: BuiltSet) -> BuiltSet:
        """A new set, with the canary, to be saved where nothing has changed meanwhile."""
        stamped = replace(built, stamp=self.there.stamp)
        return stamped if self.canary is None else with_canary(stamped, self.canary)


def ground(folder: Path, plan: Plan | None, file: Path | None) -> Ground:
    """What stands in a folder, where a set may be built over it.

    Args:
        folder: Where the set is to be.
        plan: The plan.
        file: Where it stands.

    Raises:
        UsageError: The set is locked, or somebody has worked on it.
        DataError: The set, its versions or the lock cannot be read.
    """
    _refuse_locked(folder, plan, file or Path("measurand.yaml"))
    if folder.is_file():
        raise UsageError(f"{folder} is one file; {_ELSEWHERE}")
    if noted(folder) is not None:  # a save was cut short: what stands there is told once it ends
        note_edits(folder, datetime.now(UTC).isoformat(timespec="seconds"))
    there = open_set(folder)
    if not len(there.dataset):
        return Ground(there)
    if why := _worked(there, versions(folder)):
        raise UsageError(f"{folder} holds {why}; {_ELSEWHERE}")
    return Ground(there, known_canary(folder))


def _refuse_locked(folder: Path, plan: Plan | None, file: Path) -> None:
    place = SetPlace.of(file, plan, folder)
    lock = lock_over(place)
    if lock is not None:
        raise UsageError(
            f"{folder} is locked ({lock_path(file)}): version {lock.fingerprint}, since "
            f"{lock.at[:10]}. {_ELSEWHERE.capitalize()}, or take the lock away first: "
            + place.commands("measurand data lock --off")
        )


def _worked(there: BuiltSet, known: Sequence[Version]) -> str:
    """What people have done to a set since it was built; empty where nobody has.

    Nobody has where what stands there is what a build has kept, but for the canary.
    """
    if touched := [one.id for one in there.dataset if _touched(there, one)]:
        return f"{len(touched):,} examples that somebody wrote, edited or accepted"
    if not known or not is_version(there, known[-1]):
        return "a set that was edited since it was kept"
    newest = next(dropwhile(lambda one: one.act == PLANTED, reversed(known)), None)
    made = {one.name for one in known if one.act == BUILT}
    if newest is None or newest.name not in made:
        act = FOUND if newest is None else newest.act
        return f"a set that was worked on since it was built (the newest act: {act})"
    return ""


def _touched(there: BuiltSet, example: Example) -> bool:
    lineage = there.lineage.get(example.id)
    return lineage is None or bool(lineage.accepted_by or lineage.parent)
