"""The files that ratings came from, as the ledger remembers them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measurand.core.intake import Intake, Refusal
from measurand.store.ledger_part import LedgerPart

__all__ = ["Source", "SourceLog", "SourceRecord"]

_REFUSED = 'SELECT reason, line, "key", found, "row" FROM refusals'
_NEWEST = """SELECT file, read, kept, notes, batch FROM sources AS s WHERE NOT EXISTS (
               SELECT 1 FROM sources AS later
               WHERE later.file = s.file AND later.batch > s.batch) ORDER BY batch"""


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


class SourceLog(LedgerPart):
    """The files behind an open ledger; `Ledger.sources` gives it."""

    def records(self) -> tuple[SourceRecord, ...]:
        """The files that were imported, the oldest first."""
        sql = "SELECT file, sha256, at, read, kept, refused, notes FROM sources ORDER BY batch"
        with self.reading():
            rows = self._rows(sql)
        return tuple(_record(*row) for row in rows)

    def refusals(self, file: str | None = None) -> tuple[Refusal, ...]:
        """What was refused of a file, or of all, in the order of the files."""
        sql = f"{_REFUSED} WHERE ?1 IS NULL OR file = ?1 ORDER BY batch, line"
        with self.reading():
            rows = self._rows(sql, file)
        return tuple(_refusal(*row) for row in rows)

    def accounts(self) -> tuple[Intake, ...]:
        """The newest account of every file, with what was refused of it then."""
        sql = f"{_REFUSED} WHERE batch = ?1 ORDER BY line"
        with self.reading():
            return tuple(
                Intake(
                    file,
                    read,
                    kept,
                    tuple(_refusal(*row) for row in self._rows(sql, batch)),
                    tuple(json.loads(notes)),
                )
                for file, read, kept, notes, batch in self._rows(_NEWEST)
            )

    def _rows(self, sql: str, *bindings: Any) -> list[Any]:
        return self.connection.execute(sql, bindings).fetchall()


def _refusal(reason: str, *account: Any) -> Refusal:
    line, key, found, row = account
    return Refusal(reason, line, key, found, tuple((name, cell) for name, cell in json.loads(row)))


def _record(file: str, sha256: str, at: str, *account: Any) -> SourceRecord:
    read, kept, refused, notes = account
    return SourceRecord(file, sha256, at, read, kept, refused, tuple(json.loads(notes)))
