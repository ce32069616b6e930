"""The verb ``import``: ratings from any file into the ledger, or into a long file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measurand._version import __version__
from measurand.core.intake import Intake
from measurand.core.scale import Scale
from measurand.errors import UsageError
from measurand.jobs.source import Reading, take_file
from measurand.store.ledger import Source as FileSource
from measurand.store.ledger import open_ledger
from measurand.store.ratings import write_ratings
from measurand.store.refused import write_refused

__all__ = ["Taken", "import_ratings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What an import did.

    Args:
        intake: Ratings read, kept and refused.
        scales: The scale of every dimension, given or inferred.
        added: Ratings that were new to the ledger; None when a file was written instead.
        target: Where the ratings are now.
        refused: Where the refused ones are; None when there were none.
    """

    intake: Intake
    scales: Mapping[str, Scale]
    added: int | None
    target: Path
    refused: Path | None

    def to_json(self) -> Mapping[str, Any]:
        """The account for other programs."""
        return {
            "measurand": __version__,
            "verb": "import",
            "file": self.intake.file,
            "read": self.intake.read,
            "kept": self.intake.kept,
            "refused": len(self.intake.refused),
            "refusals": [
                {"line": r.line, "key": r.key, "found": r.found, "reason": r.reason}
                for r in self.intake.refused
            ],
            "added": self.added,
            "scales": {name: str(scale) for name, scale in self.scales.items()},
            "notes": list(self.intake.notes),
            "target": str(self.target),
            "refused_file": str(self.refused) if self.refused else None,
        }


def import_ratings(
    path: Path, *, ledger: Path, out: Path | None = None, reading: Reading | None = None
) -> Taken:
    """Read a ratings file; keep what is on the scale, write the rest aside.

    Args:
        path: Any CSV, JSONL or JSON file, long or, with a mapping, wide; ``.gz`` too.
        ledger: The ledger that takes the ratings, unless ``out`` is given.
        out: A long file (CSV or JSONL) to write instead.
        reading: Mapping and scales.

    Raises:
        DataError: The file cannot be read as ratings at all.
        UsageError: ``out`` is the file that is read.
        LedgerError: The ledger cannot be written.
    """
    if out is not None and out.exists() and path.exists() and out.samefile(path):
        raise UsageError(f"{out} is the file that is read; write to another one")
    source = take_file(path, reading or Reading())
    intake = source.intakes[0]
    added = None
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_ratings(source.ratings, out)
    else:
        ledger.parent.mkdir(parents=True, exist_ok=True)
        with open_ledger(ledger) as opened:
            added = opened.add_ratings(source.ratings, source=FileSource.of(intake)).added
    target = out or ledger
    refused = None
    if intake.refused:
        refused = target.parent / f"{path.name.split('.')[0]}.refused.jsonl"
        write_refused(intake, refused)
    return Taken(intake=intake, scales=source.scales, added=added, target=target, refused=refused)
