"""The act ``data import``: results of other evaluation tools as a set, outputs and ratings."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from measurand._version import __version__
from measurand.core.example import Component, Example
from measurand.core.lineage import Lineage
from measurand.core.output import Output
from measurand.core.rating import Rating, Ratings
from measurand.errors import DataError, Fault, UsageError
from measurand.jobs.import_ratings import import_ratings
from measurand.jobs.set_place import SetPlace
from measurand.jobs.source import Reading
from measurand.privacy.redaction import redact_json
from measurand.store.built_set import BuiltSet, save_set
from measurand.store.codec import encode
from measurand.store.dataset import Dataset
from measurand.store.evals.gather import Evaluation, Taken
from measurand.store.evals.tools import Taking, read_evaluation
from measurand.store.examples import read_example
from measurand.store.lines import write_jsonl
from measurand.store.outputs import write_outputs
from measurand.store.ratings import write_ratings
from measurand.store.set_files import holds_set

__all__ = ["OUTPUTS", "RATINGS", "Brought", "bring_in"]

OUTPUTS, RATINGS, REFUSED = "outputs.jsonl", "ratings.jsonl", "refused.jsonl"
"""The files beside those of the components."""
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
    if folder.is_dir() and holds_set(folder):
        raise UsageError(f"{folder} holds an evaluation set; import into another folder")
    evaluation = read_evaluation(paths, taking)
    if not len(evaluation.dataset):
        raise DataError(fault for taken in evaluation.taken for fault in _nothing(taken))
    changed = 0
    if redacted:
        evaluation, changed = _redacted(evaluation, place.redactor())
    version = _save(folder, evaluation, paths)
    files = tuple(_written(folder, evaluation))
    added = None
    if ledger is not None and evaluation.ratings:
        reading = Reading(scales=dict(evaluation.scales))
        added = import_ratings(folder / RATINGS, ledger=ledger, reading=reading).added
    return Brought(
        evaluation=evaluation,
        folder=folder,
        version=version,
        files=files,
        changed=changed,
        added=added,
    )


def _nothing(taken: Taken) -> Iterator[Fault]:
    read = f"{taken.samples.read:,} samples, all of them refused"
    found = read if taken.samples.read else "no sample at all"
    yield Fault("there is nothing to take", taken.samples.file, found=found)
    for one in taken.samples.refused:
        yield Fault(one.reason, taken.samples.file, line=one.line, key=one.key)


def _save(folder: Path, evaluation: Evaluation, paths: Sequence[Path]) -> str:
    """Write the set as a version with its lineage."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    digests = {path.name: _digest(path) for path in paths}
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
        "files": digests,
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
        target = folder / "outputs" / f"{_file_name(system, systems)}.jsonl"
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


def _redacted(evaluation: Evaluation, redact: Callable[[str], str]) -> tuple[Evaluation, int]:
    """The evaluation without personal data and secrets, and how many texts had some."""
    counted = _Counted(redact)
    examples = tuple(_example(example, counted) for example in evaluation.dataset)
    ids = {old.id: new.id for old, new in zip(evaluation.dataset, examples, strict=True)}
    clean = replace(
        evaluation,
        dataset=Dataset(examples, evaluation.dataset.notes),
        outputs=tuple(_output(one, ids, counted) for one in evaluation.outputs),
        ratings=tuple(_rating(one, ids, counted) for one in evaluation.ratings),
        places={ids[name]: place for name, place in evaluation.places.items()},
    )
    return clean, counted.changed


@dataclass(slots=True)
class _Counted:
    """A redactor that counts the texts that it changed."""

    redact: Callable[[str], str]
    changed: int = 0

    def __call__(self, text: str) -> str:
        clean = self.redact(text)
        self.changed += clean != text
        return clean


def _example(example: Example, redact: Callable[[str], str]) -> Example:
    home: Component = example.component
    raw = {**redact_json(encode(example), redact), "component": home}
    if (metadata := raw.get("metadata")) is not None:
        raw["metadata"] = redact_json(metadata, redact, keys=True)
    return read_example(raw, file="the import", line=1)


def _output(output: Output, ids: Mapping[str, str], redact: Callable[[str], str]) -> Output:
    failure = output.failure
    if failure is not None:
        told, details = redact(failure.message), redact(failure.details)
        failure = replace(failure, message=told, details=details)
    calls = tuple(
        replace(call, arguments=redact_json(call.arguments, redact, keys=True))
        for call in output.tool_calls
    )
    text = None if output.text is None else redact(output.text)
    name = ids[output.example]
    return replace(output, example=name, text=text, failure=failure, tool_calls=calls)


def _rating(rating: Rating, ids: Mapping[str, str], redact: Callable[[str], str]) -> Rating:
    value = redact(rating.value) if isinstance(rating.value, str) else rating.value
    return replace(
        rating,
        example=ids[rating.example],
        rater=redact(rating.rater),
        value=value,
        reason=None if rating.reason is None else redact(rating.reason),
        cluster=None if rating.cluster is None else redact(rating.cluster),
        segment=None if rating.segment is None else redact(rating.segment),
    )
