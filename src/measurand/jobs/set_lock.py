"""A project whose set is locked gives results of that version, or none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from measurand.core.example import Component, Example
from measurand.core.set_commands import commands_for, where_words
from measurand.core.set_version import SetLock, SetVersion, sizes_told
from measurand.curation.set_changes import SetChanges, set_changes
from measurand.errors import DataError, UsageError
from measurand.jobs.set_place import PLAN, SetPlace
from measurand.report.set_pages import ids_told
from measurand.store.built_set import load_version
from measurand.store.dataset import Dataset
from measurand.store.lock_file import lock_path, read_lock
from measurand.store.versions import versions

__all__ = ["held_to_lock", "left_lock", "lock_over", "set_version"]


class _Set(Protocol):
    """What is known of a set, held or streamed."""

    @property
    def fingerprint(self) -> str: ...

    def sizes(self) -> dict[Component, int]: ...


def held_to_lock(file: Path, data: Path, examples: _Set) -> SetVersion:
    """The version that a result is about to be of, where the lock lets it.

    Args:
        file: The plan.
        data: The set.
        examples: What stands there.

    Raises:
        UsageError: The set is locked, and another one stands there.
        DataError: The lock cannot be read.
    """
    lock, now = read_lock(file), SetVersion(examples.fingerprint, examples.sizes())
    if lock is None:
        return now
    if lock.fingerprint != now.fingerprint:
        raise UsageError(_refusal(file, data, lock, now=now))
    return replace(now, locked=lock.at)


def set_version(file: Path, data: Path, examples: Iterable[Example]) -> SetVersion:
    """The same of examples that have been read.

    Raises:
        UsageError: The set is locked, and another one stands there.
        DataError: The lock cannot be read.
    """
    return held_to_lock(file, data, Dataset(tuple(examples)))


def lock_over(place: SetPlace, fingerprint: str = "") -> SetLock | None:
    """The lock, where it is one of this set: the plan's lock says nothing of another set.

    Without a plan it is of the usual set, and of one that is or keeps the locked version.

    Args:
        place: The set.
        fingerprint: Of what stands there, where it may not be kept yet.

    Raises:
        DataError: The lock cannot be read.
    """
    lock = read_lock(place.file)
    if lock is None or place.usual:
        return lock
    if place.plan is not None:
        return None
    kept = {fingerprint, *(one.fingerprint for one in versions(place.data))}
    return lock if lock.fingerprint in kept else None


def left_lock(place: SetPlace, fingerprint: str) -> str:
    """What an act says that has made another version than the one that is locked; else nothing."""
    lock = lock_over(place, fingerprint)
    if lock is None or lock.fingerprint == fingerprint:
        return ""
    return place.commands(
        f"Version {lock.fingerprint} is locked: runs, comparisons and gates refuse the set as it "
        "is now until you take it over (measurand data lock)."
    )


def _refusal(file: Path, data: Path, lock: SetLock, *, now: SetVersion) -> str:
    by = f" by {lock.by}" if lock.by else ""
    other = "" if file.resolve() == PLAN.resolve() else str(file)
    told = (
        f"the evaluation set {data} is not the one that is locked ({lock_path(file)}): version "
        f"{lock.fingerprint} was locked on {lock.at[:10]}{by}, with {sizes_told(lock.sizes)}; now "
        f"it is {now.told}. {_what_changed(data, lock)}Take the change over with: measurand data "
        f"lock; or put the locked version back with: measurand data versions --restore "
        f"{lock.fingerprint}"
    )
    return commands_for(told, where_words(plan=other))


def _what_changed(data: Path, lock: SetLock) -> str:
    """What differs from the locked version, where that is kept."""
    try:
        kept = [one for one in versions(data) if one.fingerprint == lock.fingerprint]
        if not kept:
            return ""
        before = load_version(data, kept[-1]).dataset
        changes = set_changes(before, Dataset.load(data))
    except (DataError, OSError):
        return ""
    return f"Since then: {changes.told}{_named(changes)}. "


def _named(changes: SetChanges) -> str:
    names = dict.fromkeys(
        (
            *(one.example for one in changes.content),
            *(one.id for one in changes.added),
            *(one.id for one in changes.removed),
            *(name for name, _, _ in changes.moved),
        )
    )
    return f" ({ids_told(names)})" if names else ""
