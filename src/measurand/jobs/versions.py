"""The acts ``versions``, ``diff`` and ``lock``: which states a set had, and which one counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from measurand.core.set_version import SetLock, SetVersion, sizes_told
from measurand.curation.set_changes import SetChanges, set_changes
from measurand.errors import UsageError
from measurand.jobs.manifest import STARTED
from measurand.jobs.set_answer import SetAnswer, set_answer
from measurand.jobs.set_lock import lock_over
from measurand.jobs.set_place import SetPlace
from measurand.models.environment import Environment
from measurand.report.set_pages import (
    SetFacts,
    VersionLine,
    changes_json,
    diff_document,
    facts_document,
    versions_document,
)
from measurand.store.built_set import load_set, load_version, note_edits, save_set
from measurand.store.dataset import Dataset
from measurand.store.ledger import open_ledger
from measurand.store.lock_file import lock_path, read_lock, remove_lock, write_lock
from measurand.store.versions import Version, named_version, versions

__all__ = ["diff", "list_versions", "lock", "moment", "restore", "unlock"]

NOW, LOCKED = "now", "locked"
"""Names of versions besides fingerprints."""


def moment(now: datetime | None = None) -> str:
    """A time as sets keep it."""
    return (now or datetime.now(UTC)).isoformat(timespec="seconds")


def list_versions(place: SetPlace, *, now: datetime | None = None) -> SetAnswer:
    """The versions of a set, and which runs asked which.

    What stands in the folder and is no version yet becomes one, and a save that was cut short is
    finished.

    Raises:
        DataError: The set or its versions cannot be read.
    """
    if place.data.is_dir():
        note_edits(place.data, moment(now))
    known, dataset = versions(place.data), Dataset.load(place.data)
    held = lock_over(place, dataset.fingerprint)
    runs = _runs(place)
    newest = {one.fingerprint: at for at, one in enumerate(known)}
    lines = tuple(
        VersionLine(
            name=one.name,
            fingerprint=one.fingerprint,
            parent=one.parent,
            at=one.at,
            act=one.act,
            sizes=one.sizes,
            runs=tuple(runs.get(one.fingerprint, ())),
            now=at == len(known) - 1,
            locked=held is not None
            and held.fingerprint == one.fingerprint
            and newest[one.fingerprint] == at,
        )
        for at, one in enumerate(known)
    )
    elsewhere = [
        (at, print_) for print_, times in runs.items() if print_ not in newest for at in times
    ]
    same = held is not None and held.fingerprint == dataset.fingerprint
    current = SetVersion(
        dataset.fingerprint, dataset.sizes(), locked=held.at if held and same else ""
    )
    part: dict[str, Any] = {
        "now": {"fingerprint": current.fingerprint, "sizes": dict(current.sizes)},
        "locked": None if held is None else held.fingerprint,
        "versions": [line.to_json() for line in lines],
        "not_kept": [{"at": at, "fingerprint": print_} for at, print_ in elsewhere],
    }
    document = versions_document(lines, current, elsewhere=elsewhere)
    return set_answer("data versions", document, part)


def restore(place: SetPlace, name: str, *, now: datetime | None = None) -> SetAnswer:
    """Write a version back; what stands there is kept as a version first.

    Raises:
        UsageError: There is no such version.
        DataError: The set or its versions cannot be read.
    """
    version = _version_named(place, name)
    built, at = load_version(place.data, version), moment(now)
    before = {one.name for one in versions(place.data)}
    print_ = save_set(
        place.data, built, manifest={"restored": version.name}, now=at, act="restored"
    )
    kept = [one for one in versions(place.data)[:-1] if one.name not in before]
    saved = f" What stood there is kept as version {kept[-1].name}." if kept else ""
    facts = SetFacts(
        title="A version of the evaluation set is back",
        said=f"The set is version {version.name} of {version.at[:10]} again.{saved}",
        pairs=(("version", print_), ("sizes", sizes_told(version.sizes))),
    )
    part = {
        "restored": version.name,
        "fingerprint": print_,
        "kept": kept[-1].name if kept else None,
    }
    return set_answer("data versions", facts_document(facts), part)


def diff(
    place: SetPlace, before: str, after: str, *, environment: Environment | None = None
) -> SetAnswer:
    """What differs between two versions, and on which examples results of both can be compared.

    Args:
        place: Where the set is.
        before: A fingerprint's first digits, ``now``, ``locked``, or a folder or file.
        after: Another.
        environment: Where the key of placeholders may come from.

    Raises:
        UsageError: There is no such version.
        DataError: A set cannot be read.
    """
    first, second = (_side(place, name) for name in (before, after))
    changes = set_changes(first.dataset, second.dataset)
    redact = place.redactor(environment)
    limits = tuple(_meaning(changes, first.name, second.name))
    document = diff_document(changes, (first.name, second.name), redact=redact, limits=limits)
    part = {
        "before": {"name": first.name, "fingerprint": first.dataset.fingerprint},
        "after": {"name": second.name, "fingerprint": second.dataset.fingerprint},
        "diff": changes_json(changes, redact),
    }
    return set_answer("data diff", document, part, limits=limits)


def _from_plan(place: SetPlace) -> Path:
    """The set as the plan would name it."""
    data, folder = place.data.resolve(), place.file.parent.resolve()
    return data.relative_to(folder) if data.is_relative_to(folder) else data


def lock(
    place: SetPlace, name: str = NOW, *, by: str = "", now: datetime | None = None
) -> SetAnswer:
    """Lock a version: from now on a project's results are of it, or refused.

    Args:
        place: Where the set is.
        name: Which version; by default what stands there, which is kept first.
        by: Who locks it.
        now: The time.

    Raises:
        UsageError: There is no such version, or the plan asks another set.
        DataError: The set cannot be read.
    """
    if not place.planned:
        raise UsageError(
            f"the plan {place.file} asks another set than {place.data}: with this one locked, "
            "every run would be refused. To have the plan ask it, write "
            f"data: {{path: {_from_plan(place)}}} into the plan, and lock it then"
        )
    at = moment(now)
    if place.data.is_dir():
        note_edits(place.data, at)
    before = _lock_of(place)
    dataset = _side(place, name).dataset
    made = SetLock(fingerprint=dataset.fingerprint, sizes=dataset.sizes(), at=at, by=by)
    write_lock(place.file, made)
    current = Dataset.load(place.data).fingerprint
    limits = []
    if current != made.fingerprint:
        limits.append(
            f"The set that stands in {place.data} is version {current} and not the locked one: "
            "runs, comparisons and gates refuse until it is put back "
            + place.commands(f"(measurand data versions --restore {made.fingerprint}).")
        )
    was = f" Before, version {before.fingerprint} was locked." if before else ""
    facts = SetFacts(
        title="The evaluation set is locked",
        said=(
            f"Results of this project have to be of version {made.fingerprint}; others are "
            f"refused.{was}"
        ),
        pairs=(("sizes", sizes_told(made.sizes)), ("lock", str(lock_path(place.file)))),
        limits=tuple(limits),
    )
    part = {
        "locked": made.fingerprint,
        "sizes": dict(made.sizes),
        "at": at,
        "by": by,
        "before": before.fingerprint if before else None,
    }
    return set_answer("data lock", facts_document(facts), part, limits=tuple(limits))


def unlock(place: SetPlace) -> SetAnswer:
    """Take the lock away.

    Raises:
        UsageError: The set is not locked.
    """
    if not remove_lock(place.file):
        raise UsageError(f"the evaluation set is not locked: there is no {lock_path(place.file)}")
    facts = SetFacts(
        title="The evaluation set is no longer locked",
        said="Runs, comparisons and gates take the set as it stands.",
    )
    return set_answer("data lock", facts_document(facts), {"locked": None})


@dataclass(frozen=True, slots=True)
class _Side:
    """One of two sets that are compared."""

    name: str
    dataset: Dataset


def _side(place: SetPlace, name: str) -> _Side:
    if name == NOW:
        return _Side(NOW, load_set(place.data).dataset)
    if name != LOCKED and Path(name).exists():
        return _Side(name, Dataset.load(name))
    version = _version_named(place, name)
    told = f"{LOCKED} ({version.name})" if name == LOCKED else version.name
    return _Side(told, load_version(place.data, version).dataset)


def _version_named(place: SetPlace, name: str) -> Version:
    if name != LOCKED:
        return named_version(place.data, name)
    held = _lock_of(place)
    if held is None:
        raise UsageError(f"the evaluation set is not locked: there is no {lock_path(place.file)}")
    return named_version(place.data, held.fingerprint)


def _lock_of(place: SetPlace) -> SetLock | None:
    return read_lock(place.file)


def _runs(place: SetPlace) -> Mapping[str, list[str]]:
    """When runs started, by the version of the set that they asked."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    if place.ledger.exists():
        with open_ledger(place.ledger) as ledger:
            for event in ledger.work.events(STARTED):
                found[str(event.manifest.get("data", ""))].append(event.at)
    return found


def _meaning(changes: SetChanges, before: str, after: str) -> Iterator[str]:
    """What a difference means for results."""
    total = max(sum(changes.sizes_before.values()), sum(changes.sizes_after.values()))
    if changes.none:
        yield f"{before} and {after} are the same: every result of the one is of the other."
        return
    if not changes.common:
        yield (
            f"No example is the same in {before} and {after}: results of the one say nothing of "
            "the other."
        )
        return
    yield (
        f"Results of {before} and {after} can be compared on the {changes.common:,} of "
        f"{total:,} examples that are the same in both, and on no others."
    )
    if changes.tags or changes.moved:
        yield (
            "Where tags, probabilities or components alone changed, the same answers count in "
            "other segments, with other weights or in other components."
        )
