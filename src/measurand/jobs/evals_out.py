"""The act ``data export``: a set, with outputs and ratings, for another evaluation tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from measurand._version import __version__
from measurand.errors import UsageError
from measurand.jobs.evals import OUTPUTS, RATINGS
from measurand.jobs.source import Reading, take_file
from measurand.store.dataset import Dataset
from measurand.store.evals.formats import FORMATS, Sent
from measurand.store.evals.leaving import Leaving
from measurand.store.outputs import read_outputs

__all__ = ["Exported", "send_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export did.

    Args:
        format: The format's name.
        sent: The files.
        examples: How many examples the set has.
        notes: What the format cannot hold, or holds in another way.
    """

    format: str
    sent: tuple[Sent, ...]
    examples: int
    notes: tuple[str, ...]

    def to_json(self) -> Mapping[str, Any]:
        """The account for other programs."""
        return {
            "measurand": __version__,
            "verb": "data export",
            "format": self.format,
            "examples": self.examples,
            "written": [
                {"file": str(one.file), "what": one.what, "rows": one.rows} for one in self.sent
            ],
            "notes": list(self.notes),
        }


def send_out(
    data: Path,
    *,
    to: str,
    out: Path,
    outputs: Path | None = None,
    ratings: Path | None = None,
    reading: Reading | None = None,
) -> Exported:
    """Write a set for another tool.

    Args:
        data: The set's folder, or one file of examples.
        to: The name of a format.
        out: The file; what goes with it stands beside it.
        outputs: A file of outputs; by default ``outputs.jsonl`` in the folder, where it is.
        ratings: A file of ratings; by default ``ratings.jsonl`` in the folder, where it is.
        reading: Scales of the ratings.

    Raises:
        DataError: The set, the outputs or the ratings cannot be read.
        UsageError: There is no such format, or the file's name ends otherwise.
    """
    wanted = next((one for one in FORMATS if one.name == to), None)
    if wanted is None:
        known = ", ".join(one.name for one in FORMATS)
        raise UsageError(f"there is no format {to!r}; there are {known}")
    if out.suffix.lower() not in wanted.endings:
        allowed = " or ".join(wanted.endings)
        raise UsageError(f"a file for {to} ends in {allowed}; found {out.name}")
    dataset = Dataset.load(data)
    answers, said = outputs or _there(data, OUTPUTS), ratings or _there(data, RATINGS)
    source = take_file(said, reading or Reading()) if said is not None else None
    leaving = Leaving(
        name=out.name.split(".")[0],
        examples=dataset.examples,
        outputs=read_outputs(answers) if answers is not None else (),
        ratings=tuple(source.ratings) if source is not None else (),
        scales=source.scales if source is not None else {},
        now=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    sent = tuple(wanted.write(leaving, out))
    refused = source is not None and any(intake.refused for intake in source.intakes)
    limits = tuple(source.limits) if source is not None and refused else ()
    return Exported(format=to, sent=sent, examples=len(dataset), notes=(*leaving.notes, *limits))


def _there(data: Path, name: str) -> Path | None:
    file = data / name
    return file if data.is_dir() and file.is_file() else None
