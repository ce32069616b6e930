"""The versions of a set: one line each in an index, and the set itself under its fingerprint."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from measurand.core.example import COMPONENTS, Component, Example
from measurand.core.fingerprint import fingerprint
from measurand.errors import DataError, Fault, UsageError
from measurand.store.codec import Form, Origin, Text, Whole, Word, decode, encode
from measurand.store.lines import read_rows, write_jsonl
from measurand.store.standing import NAME, VERSIONS

__all__ = [
    "Version",
    "add_version",
    "named_version",
    "next_name",
    "rows_of",
    "sized",
    "version_folder",
    "versions",
    "write_version",
]

_IGNORED = ".lock\n*.partial\n"
_FEWEST = 4
"""Digits of a fingerprint that name a version."""
_MORE = 8
"""Digits by which versions of the same fingerprint are told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One state in which a set was saved.

    Args:
        name: The name of its folder: the fingerprint, and where only what is no part of it
            differs from an earlier version, as tags or lineage, some digits more.
        fingerprint: That of its dataset.
        rows: The fingerprint of all that its examples say, tags and probabilities too.
        beside: The fingerprint of their lineage and of the spares.
        parent: The fingerprint of the set that it was made from; None for the first.
        at: When, as an ISO 8601 time.
        act: By what it was made, as in ``built`` or ``edited by hand``.
        sizes: How many examples each component has.
        manifest: What made it, as the act tells it.
    """

    name: str
    fingerprint: str
    rows: str
    beside: str = ""
    parent: str | None = None
    at: str
    act: str
    sizes: Mapping[Component, int]
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many examples it has."""
        return sum(self.sizes.values())


class VersionForm(Form):
    """One row of the index."""

    name: Annotated[Word, StringConstraints(pattern=f"^{NAME}$")]
    fingerprint: Word
    rows: Word
    beside: Text = ""
    parent: Text | None = None
    at: Text
    act: Text
    sizes: dict[Component, Annotated[Whole, Field(ge=0)]]
    manifest: dict[str, Any] = Field(default_factory=dict)

    def build(self) -> Version:
        """The version.

        Raises:
            ValueError: It has the name of another.
        """
        if self.name.partition(".")[0] != self.fingerprint:
            raise ValueError(f"{self.name} is no name of a version {self.fingerprint}")
        return Version(**{name: getattr(self, name) for name in type(self).model_fields})


def versions(folder: Path | str) -> tuple[Version, ...]:
    """The versions of a set in the order in which they were made; the last is the newest.

    Raises:
        DataError: The index cannot be read; every fault is listed.
    """
    path = _index(Path(folder))
    if not path.exists():
        return ()
    faults: list[Fault] = []
    found: list[Version] = []
    for line, cells in read_rows(path, faults):
        try:
            found.append(decode(VersionForm, cells, Origin(str(path), line)).build())
        except DataError as problem:
            faults.extend(problem.faults)
    if faults:
        raise DataError(faults)
    return tuple(found)


def named_version(folder: Path | str, name: str) -> Version:
    """The newest version whose name begins with these digits.

    Raises:
        UsageError: There is none, or there are several with different fingerprints.
    """
    every = versions(folder)
    found = [one for one in every if one.name == name] or [
        one for one in every if len(name) >= _FEWEST and one.name.startswith(name)
    ]
    prints = dict.fromkeys(one.fingerprint for one in found)
    if not found:
        raise UsageError(
            f"no version {name!r} among the {len(every)} under {Path(folder) / VERSIONS}; "
            "see: measurand data versions"
        )
    if len(prints) > 1:
        raise UsageError(f"{name!r} begins several versions: {', '.join(prints)}")
    return found[-1]


def version_folder(folder: Path | str, version: Version) -> Path:
    """Where the files of a version are."""
    return Path(folder) / VERSIONS / version.name


def rows_of(examples: Iterable[Example]) -> str:
    """The fingerprint of all that examples say; their order does not count."""
    return fingerprint(sorted((encode(e) for e in examples), key=lambda row: str(row["id"])))


def add_version(folder: Path, version: Version) -> None:
    """Put a version at the end of the index, unless it is there."""
    known = versions(folder)
    if not known or known[-1] != version:
        write_jsonl(_index(folder), map(encode, (*known, version)))


def write_version(folder: Path, version: Version, files: Mapping[str, Iterable[Any]]) -> None:
    """Write the files of a version, so that its folder is there whole or not at all.

    What is kept already is never written again.

    Args:
        folder: The set's folder.
        version: The version.
        files: The rows of each file, by its name without endings; one without rows is not written.
    """
    home = version_folder(folder, version)
    if home.exists() and any(one.name == version.name for one in versions(folder)):
        return
    scratch = home.with_name(f".{version.name}.partial")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    ignored = home.parent / ".gitignore"
    if not ignored.exists():
        ignored.write_text(_IGNORED, encoding="utf-8")
    for stem, rows in _filled(files):
        write_jsonl(scratch / f"{stem}.jsonl.gz", rows)
    shutil.rmtree(home, ignore_errors=True)  # of a save that ended before it counted
    scratch.replace(home)


def next_name(known: Iterable[Version], print_: str, *, rows: str, beside: str) -> str:
    """The name of a version: that of the same before, or one that is free."""
    alike = [one for one in known if one.fingerprint == print_]
    same = (one.name for one in alike if (one.rows, one.beside) == (rows, beside))
    more = fingerprint([rows, beside])[:_MORE]
    return next(same, f"{print_}.{more}" if alike else print_)


def sized(sizes: Mapping[Component, int]) -> dict[Component, int]:
    """The components that have examples."""
    return {name: sizes[name] for name in COMPONENTS if sizes.get(name)}


def _filled(files: Mapping[str, Iterable[Any]]) -> Iterator[tuple[str, list[Any]]]:
    for stem, rows in files.items():
        if listed := list(rows):
            yield stem, listed


def _index(folder: Path) -> Path:
    return folder / VERSIONS / "index.jsonl"
