"""What gates decided: which version of a system passed, against what, and on which data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from measurand.store.ledger_part import LedgerPart

__all__ = ["GateLog", "GateRecord"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRecord:
    """One decision of a gate.

    Args:
        system: Which system was to ship.
        version: Its version then.
        against: What it was held against.
        outcome: ``pass``, ``fail`` or ``inconclusive``.
        hashes: Of what was decided on, by name.
        body: The rest, as JSON holds it: ``versions`` of the rows, ``systems`` and ``raters`` by
            name, ``dimensions``, and ``examples`` with their components.
        id: Its place in the log, from 1; 0 before it is there.
        at: When, as an ISO 8601 time in UTC; set when it is added.
    """

    system: str
    version: str
    against: str
    outcome: str
    hashes: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0
    at: str = ""


class GateLog(LedgerPart):
    """The gates of an open ledger; `Ledger.gates` gives it."""

    def add(self, record: GateRecord) -> None:
        """Note a decision.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        at = record.at or datetime.now(UTC).isoformat(timespec="seconds")
        told = (record.system, record.version, record.against, record.outcome)
        with self.writing():
            self.connection.execute(
                "INSERT INTO gate (at, system, version, against, outcome, hashes, body) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (at, *told, _text(record.hashes), _text(record.body)),
            )

    def records(
        self, *, system: str | None = None, outcome: str | None = None
    ) -> tuple[GateRecord, ...]:
        """What was decided, the oldest first.

        Args:
            system: Of this system alone.
            outcome: Only what came out so.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        sql = """SELECT id, at, system, version, against, outcome, hashes, body FROM gate
                 WHERE (?1 IS NULL OR system = ?1) AND (?2 IS NULL OR outcome = ?2) ORDER BY id"""
        with self.reading():
            rows: list[Any] = self.connection.execute(sql, (system, outcome)).fetchall()
        return tuple(
            GateRecord(
                id=number,
                at=at,
                system=name,
                version=version,
                against=against,
                outcome=came,
                hashes=json.loads(hashes),
                body=json.loads(body),
            )
            for number, at, name, version, against, came, hashes, body in rows
        )


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
