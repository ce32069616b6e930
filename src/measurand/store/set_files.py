"""A folder's own files become those of a version: begun by one rename, and never read half done."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

from measurand.core.example import COMPONENTS
from measurand.errors import DataError, Fault
from measurand.store.codec import Origin, decode, encode
from measurand.store.example_files import read_examples, stem_of, tables
from measurand.store.lines import whole, write_jsonl
from measurand.store.standing import COMPANIONS, pending
from measurand.store.versions import Version, VersionForm, version_folder

__all__ = ["Swap", "companion", "holds_set", "swept"]

_LINED = (".jsonl", ".ndjson")
"""Endings of files that are written under the name they have, gzipped or not."""
_REPLACED = ".replaced"
_PARTIAL = re.compile(
    rf"\.({'|'.join((*COMPONENTS, *sorted(COMPANIONS)))})\.(jsonl|ndjson)(\.gz)?\.\d+\.partial"
)
"""Scratch files of a process that ended while it wrote."""


def companion(folder: Path, stem: str) -> Path:
    """The file beside those of the components, gzipped where that alone is there."""
    plain, packed = folder / f"{stem}.jsonl", folder / f"{stem}.jsonl.gz"
    return packed if packed.exists() and not plain.exists() else plain


def holds_set(folder: Path) -> bool:
    """Whether a folder has a file of examples."""
    return any(stem_of(file) in COMPONENTS for file in tables(folder))


def swept(folder: Path) -> None:
    """Remove what a save has left that was cut short; of use to who holds the folder alone."""
    for file in folder.iterdir():
        if _PARTIAL.fullmatch(file.name):
            file.unlink(missing_ok=True)


class _Step(NamedTuple):
    """One file that becomes another."""

    file: Path
    rows: list[dict[str, Any]]
    """What it becomes; without rows it goes."""
    old: tuple[Path, ...]
    """Files of other formats that held the same component."""


@dataclass(frozen=True, slots=True)
class Swap:
    """What is under way.

    Args:
        folder: The set's folder.
        version: The version that its files become.
        before: The digests of its files as they were at the start.
    """

    folder: Path
    version: Version
    before: Mapping[str, str]

    @classmethod
    def begun(cls, folder: Path, version: Version) -> Self:
        """Begin: from here on the set is the version, wherever it is read."""
        before = {file.name: _digest(file) for file in _own(folder)}
        note = {"version": encode(version), "before": before}
        with whole(pending(folder)) as scratch:
            scratch.write_text(json.dumps(note, ensure_ascii=False, indent=1), encoding="utf-8")
        return cls(folder, version, before)

    @classmethod
    def again(cls, folder: Path, note: Mapping[str, Any]) -> Self:
        """Take up what another process has begun and not ended.

        Raises:
            DataError: The note is damaged.
        """
        form = decode(VersionForm, note.get("version"), Origin(str(pending(folder))))
        return cls(folder, form.build(), dict(note.get("before", {})))

    def carry_out(self) -> None:
        """Rename the files one by one; what is there already is left as it is.

        Raises:
            DataError: A file is neither as it was nor as it becomes: somebody edited it meanwhile.
        """
        steps = list(self._steps())
        if edited := [file for step in steps for file in self._edited(step)]:
            problem = "the file was edited after a save of the set had been cut short"
            remedy = "move it away, then: measurand data versions; then take over what you need"
            raise DataError(Fault(problem, str(file), remedy=remedy) for file in edited)
        for step in steps:
            _take(step)

    def _edited(self, step: _Step) -> Iterator[Path]:
        """Files that are neither as they were nor as they become."""
        for file in (step.file, *step.old):
            was = not file.exists() or self.before.get(file.name) == _digest(file)
            if not was and not _holds(file, step.rows):
                yield file

    def end(self) -> None:
        """The folder's own files are the version."""
        pending(self.folder).unlink()

    def _steps(self) -> Iterator[_Step]:
        """The files that are not yet as they become."""
        home, own = version_folder(self.folder, self.version), _own(self.folder)
        for stem in (*COMPONENTS, *sorted(COMPANIONS)):
            rows = _rows(home / f"{stem}.jsonl.gz")
            there = [file for file in own if stem_of(file) == stem]
            lined = [f for f in there if f.name.lower().removesuffix(".gz").endswith(_LINED)]
            file = lined[0] if lined else self.folder / f"{stem}.jsonl"
            old = tuple(other for other in there if other != file)
            if len(there) == 1 and _holds(there[0], rows):
                continue
            if rows or there:
                yield _Step(file, rows, old)


def _take(step: _Step) -> None:
    if step.rows:
        write_jsonl(step.file, step.rows)
    else:
        step.file.unlink(missing_ok=True)
    for file in step.old:
        file.replace(file.with_name(file.name + _REPLACED))


def _own(folder: Path) -> list[Path]:
    """The files of a set that stand in its folder."""
    names = {*COMPONENTS, *COMPANIONS}
    return [file for file in tables(folder) if stem_of(file) in names]


def _rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a version's file."""
    if not file.exists():
        return []
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def _holds(file: Path, rows: list[dict[str, Any]]) -> bool:
    """Whether a file says these rows, in whatever shape and order a user wrote them."""
    if stem_of(file) in COMPANIONS:
        wanted = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        try:
            data = file.read_bytes()
            text = gzip.decompress(data) if file.suffix == ".gz" else data
        except (OSError, EOFError, zlib.error):
            return False
        return text == wanted.encode()
    faults: list[Fault] = []
    there = [encode(placed.example) for placed in read_examples([file], faults)]
    return not faults and _sorted(there) == _sorted(rows)


def _sorted(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
