"""The act ``data import``: results of other evaluation tools as a set, outputs and ratings."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from measurand._version import __version__
from measurand.core.lineage import Lineage
from measurand.core.rating import Ratings
from measurand.errors import DataError, Fault, UsageError
from measurand.jobs.evals_clean import Cleaner
from measurand.jobs.import_ratings import import_ratings
from measurand.jobs.set_place import SetPlace
from measurand.jobs.source import Reading
from measurand.store.built_set import BuiltSet, save_set
from measurand.store.evals.gather import Evaluation, Taken
from measurand.store.evals.tools import Taking, read_evaluation
from measurand.store.lines import write_jsonl
from measurand.store.outputs import write_outputs
from measurand.store.ratings import write_ratings
from measurand.store.set_files import holds_set

__all__ = ["OUTPUTS", "RATINGS", "Brought", "bring_in"]

OUTPUTS, RATINGS, REFUSED = "outputs.jsonl", "ratings.jsonl", "refused.jsonl"
"""The files beside those of the components."""
_BESIDE, _BY_SYSTEM = (OUTPUTS, RATINGS, REFUSED), "outputs"
_UNDER_WAY = ".importing.json"
"""The digests of the files whose import is under way, or was cut short."""
_ODD = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What an import did.

    Args:
        evaluation: What was kept.
        folder: Where it is.
        version: The fingerprint of the set.
        files: What was written beside the set's own files.
        changed: Texts in which personal data or secrets were replaced.
        added: Ratings that were new to the ledger; None where no ledger was named.
    """

    evaluation: Evaluation
    folder: Path
    version: str
    files: tuple[Path, ...]
    changed: int
    added: int | None

    def to_json(self) -> Mapping[str, Any]:
        """The account for other programs."""
        sizes = self.evaluation.dataset.sizes()
        return {
            "measurand": __version__,
            "verb": "data import",
            "folder": str(self.folder),
            "version": self.version,
            "sizes": {name: size for name, size in sizes.items() if size},
            "systems": list(self.evaluation.systems),
            "outputs": len(self.evaluation.outputs),
            "failed": sum(one.failure is not None for one in self.evaluation.outputs),
            "ratings": len(self.evaluation.ratings),
            "scales": {name: str(scale) for name, scale in self.evaluation.scales.items()},
            "files": [_plain(taken) for taken in self.evaluation.taken],
            "redacted": self.changed,
            "added": self.added,
            "written": [str(file) for file in self.files],
        }


def bring_in(
    paths: Sequence[Path],
    *,
    place: SetPlace,
    taking: Taking | None = None,
    ledger: Path | None = None,
    redacted: bool = True,
) -> Brought:
    """Read files of other evaluation tools and write what they hold as this package's own files.

    Args:
        paths: The files.
        place: The folder for them, and the project by which texts are redacted.
        taking: The component, the system, kinds of raters and scales.
        ledger: A ledger that takes the ratings too.
        redacted: Whether personal data and secrets are replaced first.

    Raises:
        DataError: A file cannot be read, or no tool that is known wrote it.
        UsageError: The folder holds a set already.
        LedgerError: The ledger cannot be written.
    """
    folder = place.data
    _refuse_taken(folder)
    names = [*_names(paths)]
    raw = read_evaluation(paths, taking, names=names)
    cleaner = Cleaner(place.redactor() if redacted else str)
    evaluation = cleaner.evaluation(raw)
    if not len(evaluation.dataset):
        raise DataError(fault for taken in evaluation.taken for fault in _nothing(taken))
    digests = {cleaner.name(name): _digest(path) for name, path in zip(names, paths, strict=True)}
    _begin(folder, digests)
    # The set comes last: a folder without it is one whose import was cut short.
    files = tuple(_written(folder, evaluation))
    version = _save(folder, evaluation, digests)
    added = None
    if ledger is not None and evaluation.ratings:
        reading = Reading(scales=dict(evaluation.scales))
        added = import_ratings(folder / RATINGS, ledger=ledger, reading=reading).added
    (folder / _UNDER_WAY).unlink()
    return Brought(
        evaluation=evaluation,
        folder=folder,
        version=version,
        files=files,
        changed=cleaner.changed,
        added=added,
    )


def _nothing(taken: Taken) -> Iterator[Fault]:
    read = f"{taken.samples.read:,} samples, all of them refused"
    found = read if taken.samples.read else "no sample at all"
    yield Fault("there is nothing to take", taken.samples.file, found=found)
    for one in taken.samples.refused:
        yield Fault(one.reason, taken.samples.file, line=one.line, key=one.key)


def _names(paths: Sequence[Path]) -> Iterator[str]:
    """What the files are called: their names, or what tells two of one name apart."""
    alike = Counter(path.name for path in paths)
    whole = [path.absolute() for path in paths]
    common = os.path.commonpath([path.parent for path in whole]) if whole else ""
    met: Counter[str] = Counter()
    for path in whole:
        name = path.name if alike[path.name] == 1 else path.relative_to(common).as_posix()
        met[name] += 1
        yield name if met[name] == 1 else f"{name} ({met[name]})"


def _refuse_taken(folder: Path) -> None:
    """Leave alone what no import has put there that was cut short."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; import into a folder")
    if (folder / _UNDER_WAY).is_file() or not folder.is_dir():
        return
    if holds_set(folder):
        raise UsageError(f"{folder} holds an evaluation set; import into another folder")
    for name in (*_BESIDE, _BY_SYSTEM):
        if (folder / name).exists():
            raise UsageError(f"{folder / name} is there already; import into another folder")


def _begin(folder: Path, digests: Mapping[str, str]) -> None:
    """Say what is under way, and take away what an import has left that was cut short.

    Raises:
        UsageError: It had written the set of other files.
    """
    mark = folder / _UNDER_WAY
    told = json.dumps(digests, ensure_ascii=False, sort_keys=True)
    folder.mkdir(parents=True, exist_ok=True)
    if mark.is_file():
        if holds_set(folder) and mark.read_text(encoding="utf-8") != told:
            raise UsageError(
                f"{folder} holds the set of other files, whose import was cut short: give these "
                "files, or import into another folder"
            )
        for left in (*(folder / name for name in _BESIDE), *(folder / _BY_SYSTEM).glob("*.jsonl")):
            left.unlink(missing_ok=True)
    mark.write_text(told, encoding="utf-8")


def _save(folder: Path, evaluation: Evaluation, digests: Mapping[str, str]) -> str:
    """Write the set as a version with its lineage."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    lineage = {}
    for example in evaluation.dataset:
        place = evaluation.places[example.id]
        lineage[example.id] = Lineage(
            example=example.id,
            fingerprint=example.fingerprint,
            component=example.component,
            rule=f"{example.component}: imported from {evaluation.tools[place.file]}",
            source=str(place),
            log=digests[place.file],
            added=now,
        )
    manifest = {
        "files": dict(digests),
        "samples": sum(taken.samples.read for taken in evaluation.taken),
        "refused": sum(len(taken.samples.refused) for taken in evaluation.taken),
    }
    built = BuiltSet(evaluation.dataset, lineage)
    return save_set(folder, built, manifest=manifest, now=now, act="imported")


def _written(folder: Path, evaluation: Evaluation) -> Iterator[Path]:
    """Write outputs, ratings and what was refused; each file's path."""
    write_outputs(folder / OUTPUTS, evaluation.outputs)
    yield folder / OUTPUTS
    systems = evaluation.systems
    for system in systems if len(systems) > 1 else ():
        target = folder / _BY_SYSTEM / f"{_file_name(system, systems)}.jsonl"
        target.parent.mkdir(exist_ok=True)
        write_outputs(target, (one for one in evaluation.outputs if one.system == system))
        yield target
    if evaluation.ratings:
        write_ratings(Ratings.of(map(evaluation.spoken, evaluation.ratings)), folder / RATINGS)
        yield folder / RATINGS
    if refused := [row for taken in evaluation.taken for row in _refused(taken)]:
        write_jsonl(folder / REFUSED, refused)
        yield folder / REFUSED


def _file_name(system: str, systems: Sequence[str]) -> str:
    """A name of a file that no other system has, whatever the system is called."""
    plain = _ODD.sub("-", system).strip(".-") or "system"
    alike = [one for one in systems if (_ODD.sub("-", one).strip(".-") or "system") == plain]
    return plain if len(alike) == 1 else f"{plain}-{alike.index(system) + 1}"


def _refused(taken: Taken) -> Iterator[Mapping[str, Any]]:
    for what, intake in (("sample", taken.samples), ("rating", taken.scores)):
        for one in intake.refused:
            place = {"file": intake.file, "line": one.line, "key": one.key}
            yield {**place, "what": what, "reason": one.reason}


def _plain(taken: Taken) -> Mapping[str, Any]:
    return {
        "file": taken.samples.file,
        "tool": taken.tool,
        "samples": {
            "read": taken.samples.read,
            "kept": taken.samples.kept,
            "refused": len(taken.samples.refused),
        },
        "ratings": {
            "read": taken.scores.read,
            "kept": taken.scores.kept,
            "refused": len(taken.scores.refused),
        },
        "refusals": [*_refused(taken)],
        "notes": [*taken.samples.notes],
    }


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
