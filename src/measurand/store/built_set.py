"""An evaluation set with where its examples come from and what is kept in reserve, on disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from measurand.core.example import COMPONENTS, Example
from measurand.core.fingerprint import fingerprint
from measurand.core.lineage import Lineage
from measurand.errors import DataError, Fault, UsageError
from measurand.store.codec import Form, Origin, Word, decode, encode
from measurand.store.dataset import Dataset
from measurand.store.examples import read_example
from measurand.store.file_lock import hold
from measurand.store.lineage_file import LineageForm, lineage_rows, read_lineage, traced
from measurand.store.lines import read_rows
from measurand.store.remembered import remembered
from measurand.store.set_files import Swap, companion, holds_set, swept
from measurand.store.standing import LINEAGE, SPARE, VERSIONS, noted, standing
from measurand.store.versions import (
    Version,
    add_version,
    next_name,
    rows_of,
    sized,
    version_folder,
    versions,
    write_version,
)

__all__ = [
    "BUILT",
    "EDITED",
    "FOUND",
    "BuiltSet",
    "SetChanged",
    "Spare",
    "is_version",
    "load_set",
    "load_version",
    "note_edits",
    "open_set",
    "save_set",
]

BUILT = "built"
"""The act of a build from logs, and of nothing else."""
FOUND, EDITED = "found", "edited by hand"
"""Acts that nobody called: a set stood there, or somebody edited its files."""
_WAIT = 30.0
"""Seconds for which another process that writes to the same set is waited for."""
_TAKEN = "another process ({who}) is writing to the evaluation set; try again when it has ended"
_EMPTY = "empty"
"""The stamp of a set that is not there yet."""
_WITHOUT = "Without it two processes could write to the set at once"


class SetChanged(UsageError):  # noqa: N818 - reads as what it is: the set changed
    """The set on disk is no longer the one that was read."""


@dataclass(frozen=True, slots=True)
class Spare:
    """A candidate kept in reserve: it takes the place of an example that is retired.

    Args:
        example: The example.
        lineage: Where it comes from.
        stratum: From which stratum it was drawn; spares of a stratum stand in the order in which
            they were drawn.
    """

    example: Example
    lineage: Lineage
    stratum: str


@dataclass(frozen=True)
class BuiltSet:
    """A set, and how it was made.

    Args:
        dataset: Its examples.
        lineage: Where each comes from, by id; examples of which nothing is known are absent.
        spare: The candidates in reserve.
        stamp: What the set held when this was read; saving refuses where it holds something else
            by then. Empty to replace whatever is there.
    """

    dataset: Dataset
    lineage: Mapping[str, Lineage] = field(default_factory=dict)
    spare: tuple[Spare, ...] = ()
    stamp: str = ""


class SpareForm(Form):
    """One candidate in reserve."""

    stratum: Word
    lineage: LineageForm
    example: dict[str, Any]
    """An example as in the components' files."""

    def build(self) -> tuple[str, Lineage]:
        """What needs no reader of examples."""
        return self.stratum, self.lineage.build()


def load_set(folder: Path | str) -> BuiltSet:
    """Read a set with its lineage; a folder without lineage, or one file, gives examples alone.

    An example whose content is not that of its lineage was edited: see `traced`. If it is what a
    version had, it is taken up as it was there.

    Raises:
        DataError: Something is wrong; every fault of every file is listed.
    """
    path = Path(folder)
    if not path.is_dir():
        return BuiltSet(Dataset.load(path))
    while True:
        home, before = standing(path), versions(path)
        built = _read(path, home, versions_of=path)
        if (standing(path), versions(path)) == (home, before):
            return built


def open_set(folder: Path | str) -> BuiltSet:
    """The set of a folder that may be there or not: an empty one where no example stands yet.

    Raises:
        DataError: Something is wrong; every fault of every file is listed.
    """
    path = Path(folder)
    there = path.is_file() or noted(path) is not None or (path.is_dir() and holds_set(path))
    return load_set(path) if there else BuiltSet(Dataset(()), stamp=_EMPTY)


def save_set(
    folder: Path | str,
    built: BuiltSet,
    *,
    manifest: Mapping[str, Any],
    now: str,
    act: str = BUILT,
) -> str:
    """Write a set, and keep it as a version under ``versions/``.

    What stands there and is no version yet is kept as one first. Files of components that do not
    change are not touched. Wherever the process ends, the folder reads as the set before or as
    this one.

    Args:
        folder: The set's folder; made where there is none.
        built: The set.
        manifest: What made it: seed, options, digests of what was read, the numbers of its account.
        now: The time, as an ISO 8601 time.
        act: What made it, in a word or two.

    Returns:
        The fingerprint of the version.

    Raises:
        SetChanged: The set on disk is not the one that ``built`` was read from.
        UsageError: The folder is a file, or another process is writing.
        DataError: What stands there cannot be read.
    """
    with _changing(Path(folder)) as target:
        before = _current(target)
        if built.stamp not in {"", _EMPTY if before is None else before.stamp}:
            raise SetChanged(
                f"{target} has changed since it was read; nothing was written: do it again"
            )
        if before is not None:
            _note(target, before, now)
        whole = _whole(built, now)
        version = _version(target, whole, now=now, act=act, manifest=manifest)
        _commit(target, version, whole)
        return version.fingerprint


def note_edits(folder: Path | str, now: str) -> Version | None:
    """Keep what stands in a folder as a version, where it is none yet: it was edited by hand.

    A save that was cut short is finished first.

    Returns:
        The new version; None where nothing had changed.

    Raises:
        UsageError: The folder is a file, or another process is writing.
        DataError: What stands there cannot be read.
    """
    with _changing(Path(folder)) as target:
        before = _current(target)
        return None if before is None else _note(target, before, now)


def load_version(folder: Path | str, version: Version) -> BuiltSet:
    """The set as it was in a version.

    Raises:
        DataError: Its files are not those that were kept.
    """
    home = version_folder(folder, version)
    built = _read(home, home)
    found = built.dataset.fingerprint
    if found != version.fingerprint:
        problem = "the files of this version are not those that were kept"
        remedy = "put the folder back from a copy"
        fault = Fault(problem, str(home), found=found, allowed=version.fingerprint, remedy=remedy)
        raise DataError([fault])
    return replace(built, stamp="")


def _read(path: Path, home: Path, *, versions_of: Path | None = None) -> BuiltSet:
    dataset = Dataset.load(path)
    faults: list[Fault] = []
    lineage = read_lineage(companion(home, LINEAGE), faults)
    spare = tuple(_spares(companion(home, SPARE), faults))
    if faults:
        raise DataError(faults)
    stamp = fingerprint([rows_of(dataset), encode(lineage), [encode(one) for one in spare]])
    if versions_of is not None:
        lineage |= remembered(versions_of, _lost(dataset, lineage))
    return BuiltSet(dataset, traced(dataset, lineage), spare, stamp)


def _lost(dataset: Dataset, lineage: Mapping[str, Lineage]) -> dict[str, str]:
    """The examples whose lineage is absent or of another content."""
    prints = {example.id: example.fingerprint for example in dataset}
    return {
        name: print_
        for name, print_ in prints.items()
        if name not in lineage or lineage[name].fingerprint != print_
    }


def _spares(path: Path, faults: list[Fault]) -> Iterator[Spare]:
    if not path.exists():
        return
    for line, cells in read_rows(path, faults):
        try:
            stratum, lineage = decode(SpareForm, cells, Origin(str(path), line)).build()
            example = read_example(cells["example"], file=str(path), line=line)
        except DataError as problem:
            faults.extend(problem.faults)
        else:
            yield Spare(example, lineage, stratum)


@contextmanager
def _changing(folder: Path) -> Iterator[Path]:
    """A set's folder for one process alone."""
    if folder.is_file():
        raise UsageError(
            f"{folder} is one file; versions and lineage are kept of a folder: put its examples "
            "into core.jsonl, edge.jsonl and so on, and name the folder in the plan (data.path)"
        )
    with hold(folder / VERSIONS / ".lock", _TAKEN, without=_WITHOUT, wait=_WAIT):
        swept(folder)
        yield folder


def _current(folder: Path) -> BuiltSet | None:
    """The set that stands in a folder, after a save that was cut short has been finished."""
    if (note := noted(folder)) is not None:
        swap = Swap.again(folder, note)
        swap.carry_out()
        add_version(folder, swap.version)
        swap.end()
    return load_set(folder) if holds_set(folder) else None


def _note(folder: Path, built: BuiltSet, now: str) -> Version | None:
    """Keep a set that stands there as a version, unless it is the newest."""
    known = versions(folder)
    if known and is_version(built, known[-1]):
        return None
    built = _whole(built, now)
    version = _version(folder, built, now=now, act=EDITED if known else FOUND, manifest={})
    _commit(folder, version, built)
    return version


def is_version(built: BuiltSet, version: Version) -> bool:
    """Whether a set is what was kept, with its lineage and its spares."""
    same = version.rows == rows_of(built.dataset)
    return same and version.beside in {"", _beside(built)}


def _whole(built: BuiltSet, now: str) -> BuiltSet:
    """With a lineage for every example."""
    return replace(built, lineage=traced(built.dataset, built.lineage, now=now))


def _beside(built: BuiltSet) -> str:
    return fingerprint([list(lineage_rows(built.lineage)), [encode(one) for one in built.spare]])


def _version(
    folder: Path, built: BuiltSet, *, now: str, act: str, manifest: Mapping[str, Any]
) -> Version:
    known, dataset = versions(folder), built.dataset
    rows, beside = rows_of(dataset), _beside(built)
    return Version(
        name=next_name(known, dataset.fingerprint, rows=rows, beside=beside),
        fingerprint=dataset.fingerprint,
        rows=rows,
        beside=beside,
        parent=known[-1].fingerprint if known else None,
        at=now,
        act=act,
        sizes=sized(dataset.sizes()),
        manifest=manifest,
    )


def _commit(folder: Path, version: Version, built: BuiltSet) -> None:
    """Keep the version, and make it what stands in the folder."""
    files: dict[str, Iterable[Any]] = {
        name: [encode(example) for example in built.dataset.component(name)] for name in COMPONENTS
    }
    files[LINEAGE] = list(lineage_rows(built.lineage))
    files[SPARE] = [encode(one) for one in built.spare]
    write_version(folder, version, files)
    swap = Swap.begun(folder, version)
    swap.carry_out()
    add_version(folder, version)
    swap.end()
