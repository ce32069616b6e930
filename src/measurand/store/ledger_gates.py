"""What gates decided: which version of a system passed, against what, and on which data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from measurand.store.ledger_part import LedgerPart

__all__ = ["GateLog", "GateRecord"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRecord:
    """One decision of a gate.

    Args:
        plan: What the plan is called.
        system: Which system was to ship.
        version: Its version then.
        against: What it was held against.
        outcome: ``pass``, ``fail`` or ``inconclusive``.
        hashes: Of what was decided on, by name.
        own: Whether it was decided by the plan's own terms, on all of its components.
        body: The rest, as JSON holds it: ``versions`` of the rows, ``raters`` by name,
            ``dimensions``, ``rubric``, ``terms``, ``place`` (the plan's file, commit and branch),
            and ``examples`` with their components.
        id: Its place in the log, from 1; 0 before it is there.
        at: When, as an ISO 8601 time in UTC; set when it is added.
        batch: The newest batch of the ledger then; set when it is added.
    """

    system: str
    version: str
    against: str
    outcome: str
    plan: str = ""
    own: bool = True
    hashes: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0
    at: str = ""
    batch: int = 0


class GateLog(LedgerPart):
    """The gates of an open ledger; `Ledger.gates` gives it."""

    def add(self, record: GateRecord) -> None:
        """Note a decision.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        at = record.at or datetime.now(UTC).isoformat(timespec="seconds")
        told = (record.plan, record.system, record.version, record.against, record.outcome)
        with self.writing():
            self.connection.execute(
                "INSERT INTO gate "
                "(at, plan, system, version, against, outcome, own, batch, hashes, body) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT ifnull(max(id), 0) FROM batch), ?, ?)",
                (at, *told, record.own, _text(record.hashes), _text(record.body)),
            )

    def records(self) -> tuple[GateRecord, ...]:
        """What was decided, the oldest first.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        sql = """SELECT id, at, plan, system, version, against, outcome, own, batch, hashes, body
                 FROM gate ORDER BY id"""
        with self.reading():
            rows: list[Any] = self.connection.execute(sql).fetchall()
        return tuple(map(_record, rows))


def _record(row: Sequence[Any]) -> GateRecord:
    number, at, plan, system, version, against, outcome, own, batch, hashes, body = row
    return GateRecord(
        id=number,
        at=at,
        plan=plan,
        system=system,
        version=version,
        against=against,
        outcome=outcome,
        own=bool(own),
        batch=batch,
        hashes=json.loads(hashes),
        body=json.loads(body),
    )


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
