"""The files that ratings came from, as the ledger remembers them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measurand.core.intake import Intake, Refusal

__all__ = ["Source", "SourceRecord", "refusal_of", "source_of"]


@dataclass(frozen=True, slots=True)
class Source:
    """The file that ratings came from.

    Args:
        intake: The account of it.
        sha256: Of its bytes, in hexadecimal digits.
    """

    intake: Intake
    sha256: str

    @classmethod
    def of(cls, intake: Intake) -> Source:
        """The source of an account, whose file is read once more for its digest.

        Raises:
            OSError: The file is not there any more.
        """
        with Path(intake.file).open("rb") as stream:
            return cls(intake, hashlib.file_digest(stream, "sha256").hexdigest())


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A file that was imported, as the ledger remembers it."""

    file: str
    sha256: str
    at: str
    read: int
    kept: int
    refused: int
    notes: tuple[str, ...]


def refusal_of(reason: str, *account: Any) -> Refusal:
    """A refusal of a row of the ledger."""
    line, key, found, row = account
    return Refusal(reason, line, key, found, tuple((name, cell) for name, cell in json.loads(row)))


def source_of(file: str, sha256: str, at: str, *account: Any) -> SourceRecord:
    """A source of a row of the ledger."""
    read, kept, refused, notes = account
    return SourceRecord(file, sha256, at, read, kept, refused, tuple(json.loads(notes)))
