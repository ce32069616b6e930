"""How judges were calibrated: looks at locked test sets, candidates tried, what was adopted.

Nothing here is ever forgotten: a test set that was looked at stays looked at, and a judge that was
tried stays tried, whatever files are deleted and plans mended.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from measurand.store.ledger_part import LedgerPart

__all__ = ["CALIBRATION_EVENTS", "CalibrationEvent", "CalibrationKind", "CalibrationLog"]

CalibrationKind = Literal["split", "look", "record", "candidate", "adoption", "drawn", "anchors"]
"""How a pool was split; a test set shown; what was measured on it; a judge that was tried; a
change that was adopted or not; outputs drawn for rating; a set of anchors that was frozen."""
CALIBRATION_EVENTS: tuple[CalibrationKind, ...] = get_args(CalibrationKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationEvent:
    """Something that happened on the way to a judge that can be trusted.

    Args:
        kind: What.
        rubric: The fingerprint of the dimension it is about; empty for all.
        judge: The fingerprint of the judge; empty where it is about none.
        test: The fingerprint of the test set; empty where it is about none.
        body: The rest, as JSON holds it.
        id: Its place in the log, from 1; 0 before it is there.
        at: When, as an ISO 8601 time in UTC; set when it is added.
    """

    kind: CalibrationKind
    rubric: str = ""
    judge: str = ""
    test: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0
    at: str = ""


class CalibrationLog(LedgerPart):
    """The calibration of judges in an open ledger; `Ledger.calibration` gives it."""

    def add(self, events: Sequence[CalibrationEvent]) -> None:
        """Add events, all or none.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        if not events:
            return
        with self.writing():
            for event in events:
                self._add(event)

    def _add(self, event: CalibrationEvent) -> None:
        at = event.at or datetime.now(UTC).isoformat(timespec="seconds")
        body = json.dumps(event.body, ensure_ascii=False, sort_keys=True, allow_nan=False)
        self.connection.execute(
            "INSERT INTO calibration (at, event, rubric, judge, test, body) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (at, event.kind, event.rubric, event.judge, event.test, body),
        )

    def events(
        self,
        *kinds: CalibrationKind,
        rubric: str | None = None,
        judge: str | None = None,
        test: str | None = None,
    ) -> tuple[CalibrationEvent, ...]:
        """What happened, the oldest first.

        Args:
            kinds: Of these kinds; of all by default.
            rubric: About this dimension, by its fingerprint.
            judge: About this judge, by its fingerprint.
            test: About this test set, by its fingerprint.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        sql = """SELECT id, at, event, rubric, judge, test, body FROM calibration
                 WHERE (?1 = '[]' OR event IN (SELECT value FROM json_each(?1)))
                 AND (?2 IS NULL OR rubric = ?2) AND (?3 IS NULL OR judge = ?3)
                 AND (?4 IS NULL OR test = ?4) ORDER BY id"""
        with self.reading():
            rows: list[Any] = self.connection.execute(
                sql, (json.dumps(kinds), rubric, judge, test)
            ).fetchall()
        return tuple(
            CalibrationEvent(
                kind=kind,
                rubric=rubric,
                judge=judge,
                test=test,
                body=json.loads(body),
                id=row,
                at=at,
            )
            for row, at, kind, rubric, judge, test, body in rows
        )

    def candidate(self, rubric: str, judge: str, body: Mapping[str, Any] | None = None) -> bool:
        """Note that a judge was tried on a dimension; one is counted once. Says whether it is new.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        with self.writing():
            sql = """SELECT 1 FROM calibration
                     WHERE event = 'candidate' AND rubric = ? AND judge = ?"""
            if self.connection.execute(sql, (rubric, judge)).get is not None:
                return False
            event = CalibrationEvent(kind="candidate", rubric=rubric, judge=judge, body=body or {})
            self._add(event)
            return True

    def candidates(self, rubric: str) -> int:
        """How many judges were tried on a dimension, or shown on a test set of it."""
        sql = """SELECT count(DISTINCT judge) FROM calibration
                 WHERE event IN ('candidate', 'look') AND rubric = ? AND judge > ''"""
        with self.reading():
            return int(self.connection.execute(sql, (rubric,)).get)
