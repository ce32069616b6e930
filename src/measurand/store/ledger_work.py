"""Work that was done for money or time: what need not be done again, and what it took.

A piece of work has a key, the fingerprint of everything its result depends on. Output, ratings and
calls of one piece are added in one transaction, so that it is there whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, groupby
from typing import Any, Literal

from measurand.core.failure import FAILURES, STALE
from measurand.core.model import Call
from measurand.core.output import Output
from measurand.core.rating import Rating
from measurand.store.ledger_accounts import Account, Took, accounts, spent, took
from measurand.store.ledger_now import (
    TURNED,
    AsOf,
    RatingKey,
    outputs_as_of,
    stale_ratings,
    strangers,
    turned,
)
from measurand.store.ledger_outputs import OUTPUT_FIELDS, OUTPUT_KEY, output_row
from measurand.store.ledger_part import LedgerPart
from measurand.store.ledger_plain import KEY, rating_rows, texts_of
from measurand.store.ledger_probes import ProbeRecord, add_probes, probe_texts
from measurand.store.ledger_sql import Rows

__all__ = ["Event", "Purpose", "Work", "WorkLog"]

Purpose = Literal["output", "record", "rating", "probe"]
"""An output that was asked for, one that was there already, what a rater said, or said of a
probe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One piece of work and what came of it.

    Args:
        key: The fingerprint of everything that the result depends on.
        purpose: What it was for.
        who: Which system answered, or which rater rated.
        version: What produced it; readers choose rows by it.
        failure: The class of its failure; None when it succeeded.
        output: What a system answered, where that was asked.
        ratings: What raters said.
        probes: What a judge said of probes.
        calls: The calls of models that it took.
    """

    key: str
    purpose: Purpose
    who: str
    version: str
    failure: str | None = None
    output: Output | None = None
    ratings: tuple[Rating, ...] = ()
    probes: tuple[ProbeRecord, ...] = ()
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to the runs of a ledger, as a start, an end, a batch submitted."""

    id: int
    at: str
    plan: str
    event: str
    manifest: Mapping[str, Any] = field(default_factory=dict)


class WorkLog(LedgerPart):
    """The work in an open ledger; `Ledger.work` gives it."""

    def log(self, plan: str, event: str, manifest: Mapping[str, Any]) -> int:
        """Note an event; returns its number, by which calls refer to the start of their run.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        with self.writing():
            return self._log(plan, event, manifest)

    def events(self, event: str | None = None) -> tuple[Event, ...]:
        """What happened, the oldest first; of one kind or of all."""
        sql = """SELECT id, at, plan, event, manifest FROM run
                 WHERE ?1 IS NULL OR event = ?1 ORDER BY id"""
        with self.reading():
            rows: list[Any] = self.connection.execute(sql, (event,)).fetchall()
        return tuple(
            Event(id=number, at=at, plan=plan, event=kind, manifest=json.loads(text))
            for number, at, plan, kind, text in rows
        )

    def numbers(self, event: str) -> tuple[int, ...]:
        """The numbers of the events of one kind, the oldest first; their manifests stay unread."""
        with self.reading():
            found: Any = self.connection.execute("SELECT id FROM run WHERE event = ?", (event,))
            return tuple(sorted(number for (number,) in found))

    def event(self, number: int) -> Event:
        """One event.

        Raises:
            LookupError: There is none of this number.
        """
        sql = "SELECT at, plan, event, manifest FROM run WHERE id = ?"
        with self.reading():
            rows: list[Any] = self.connection.execute(sql, (number,)).fetchall()
        for at, plan, kind, text in rows:
            return Event(id=number, at=at, plan=plan, event=kind, manifest=json.loads(text))
        raise LookupError(f"the ledger has no event {number}")

    def done(self, keys: Iterable[str]) -> dict[str, str | None]:
        """Which of these were done, and how the newest try ended: a failure's class, or None."""
        sql = """SELECT w."key", t.text FROM work AS w LEFT JOIN text AS t ON t.id = w.failure
                 WHERE w."key" IN (SELECT value FROM json_each(?)) AND NOT EXISTS (
                   SELECT 1 FROM work AS later
                   WHERE later."key" = w."key" AND later.revision = w.revision + 1)"""
        with self.reading():
            return dict(self.connection.execute(sql, (json.dumps(list(keys)),)))

    def replies(self, keys: Iterable[str]) -> dict[str, str]:
        """What was said last in the newest try at each of these, where anything was said."""
        sql = """SELECT c."key", c.reply FROM call AS c
                 WHERE c."key" IN (SELECT value FROM json_each(?)) AND c.reply IS NOT NULL
                 ORDER BY c.revision, c.position"""
        with self.reading():
            return dict(self.connection.execute(sql, (json.dumps(list(keys)),)))

    def outputs(self, keys: Mapping[str, tuple[str, str, int, str]]) -> dict[str, AsOf]:
        """What stood in the ledger right after each of these was done.

        Args:
            keys: By the key of the work: example, system, trial, and the system's version.
        """
        with self.reading():
            return outputs_as_of(self.connection, keys)

    def stale(self, examples: Iterable[str], versions: Iterable[str]) -> frozenset[RatingKey]:
        """Ratings that were taken their value, and got none since.

        Args:
            examples: Of these examples.
            versions: Of one system as it is now, and of all that was said of it.
        """
        with self.reading():
            return stale_ratings(self.connection, examples, versions)

    def strangers(self, versions: Iterable[str]) -> frozenset[RatingKey]:
        """Imported ratings that are about other texts than those that count now.

        Such a rating is about what stood there when it came in; or, where nothing did, about the
        first text that came.

        Args:
            versions: Of the outputs that count now.
        """
        with self.reading():
            return strangers(self.connection, versions)

    def spent(self) -> float:
        """US dollars of all calls, and of answers that took none, whose cost is known."""
        with self.reading():
            return spent(self.connection)

    def accounts(
        self, *, apart: str | None = None, counted: Iterable[str] = ()
    ) -> Mapping[tuple[str, str], Account]:
        """What everybody was asked and what it took, by purpose and name.

        Args:
            apart: Leave out what was asked after events of this name.
            counted: But not where it was said under one of these versions.
        """
        with self.reading():
            return accounts(self.connection, apart=apart, counted=counted)

    def took(self, purpose: Purpose, who: str, *, newest: int) -> tuple[Took, ...]:
        """What the newest pieces of somebody's work took."""
        with self.reading():
            return took(self.connection, purpose, who, newest=newest)

    def add(
        self,
        works: Sequence[Work],
        *,
        run: int,
        repeats: Mapping[str, int] | None = None,
        event: tuple[str, str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Add pieces of work, all or none. What was there under the same key is superseded.

        Where an output takes the place of another text, or the same text answers another question
        by now, what was said of it before is marked stale.

        Args:
            works: The pieces.
            run: The event that started their run.
            repeats: How many ratings of each trial a rater gives, where that is not one.
            event: Plan, event and manifest, noted as `log` does, if and only if the pieces are.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        with self.writing():
            if event is not None:
                self._log(*event)
            ids = self.intern(chain.from_iterable(map(_texts, works)))
            revisions = self._revisions(works)
            turned = self._turned(works, revisions)
            groups = [
                (self.batch(version), list(pieces))
                for version, pieces in groupby(sorted(works, key=_version), key=_version)
            ]
            # Outputs first: what is said of a new text must not be taken for said of the old one.
            for batch, pieces in groups:
                changed = self._outputs(pieces, ids, batch)
                changed += (w.output for w in pieces if w.output is not None and w.key in turned)
                self._stale(changed, ids, batch=batch, repeats=repeats or {})
            for batch, pieces in groups:
                self._ratings(pieces, ids, batch)
                add_probes(self.connection, (p for w in pieces for p in w.probes), ids, batch=batch)
                self.connection.executemany(
                    'INSERT INTO work ("key", revision, purpose, who, failure, batch) '
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        (
                            *(w.key, revisions[w.key], w.purpose, ids[w.who]),
                            *(ids.get(w.failure or ""), batch),
                        )
                        for w in pieces
                    ),
                )
            self.connection.executemany(
                f"INSERT INTO call ({_CALL}) VALUES ({', '.join('?' * 19)})",  # noqa: S608 - constant
                chain.from_iterable(_calls(w, revisions[w.key], ids, run=run) for w in works),
            )

    def _log(self, plan: str, event: str, manifest: Mapping[str, Any]) -> int:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, allow_nan=False)
        self.connection.execute(
            "INSERT INTO run (at, plan, event, manifest) VALUES (?, ?, ?, ?)",
            (at, plan, event, text),
        )
        return self.connection.last_insert_rowid()

    def _revisions(self, works: Sequence[Work]) -> dict[str, int]:
        keys = [work.key for work in works]
        sql = """SELECT "key", max(revision) FROM work
                 WHERE "key" IN (SELECT value FROM json_each(?)) GROUP BY "key" """
        before = dict(self.connection.execute(sql, (json.dumps(keys),)))
        return {key: before.get(key, -1) + 1 for key in keys}

    def _turned(self, works: Sequence[Work], revisions: Mapping[str, int]) -> frozenset[str]:
        """Note under which keys answers stand from now on that stood under others; see `TURNED`."""
        asked = [(w.key, w.output, w.version) for w in works if w.output is not None]
        new = {key for key, revision in revisions.items() if not revision}
        units = turned(self.connection, asked, new) if asked else []
        if units:
            self._log("", TURNED, {"keys": units})
        return frozenset(key for *_, key in units)

    def _outputs(self, works: Sequence[Work], ids: Mapping[str, int], batch: int) -> list[Output]:
        """Add the outputs; returns those that have taken another text's place."""
        outputs = [work.output for work in works if work.output is not None]
        cells = {row[: len(OUTPUT_KEY)]: row for row in (output_row(o, ids) for o in outputs)}
        rows = Rows("output", OUTPUT_KEY, OUTPUT_FIELDS, count=len(cells), cells=cells.values)
        if not cells or not rows.add(self.connection, batch)[1]:
            return []
        return [o for o in outputs if self.connection.execute(_REPLACED, _unit(o, ids)).get]

    def _ratings(self, works: Sequence[Work], ids: Mapping[str, int], batch: int) -> None:
        rows = [rating for work in works for rating in work.ratings]
        if rows:
            rating_rows(rows, ids).add(self.connection, batch)

    def _stale(
        self,
        outputs: Sequence[Output],
        ids: Mapping[str, int],
        *,
        batch: int,
        repeats: Mapping[str, int],
    ) -> None:
        """Take the values from the newest ratings of what these have taken the place of."""
        if not outputs:
            return
        stale = self.intern([STALE, FAILURES[STALE]])
        for output in outputs:
            *unit, trial = _unit(output, ids)
            rated: list[Any] = self.connection.execute(
                _RATED, (*unit, stale[STALE], batch)
            ).fetchall()
            for *key, kind, rater, revision in rated:
                if key[4] // repeats.get(rater, 1) == trial:
                    why = (stale[FAILURES[STALE]], stale[STALE])
                    row = (*key, revision + 1, kind, *why, batch)
                    self.connection.execute(_MARK, row)


_CALL = (
    '"key", revision, position, run, model, status, attempts, tries, input_tokens, '
    "output_tokens, cached_tokens, written_tokens, seconds, cost, characters, snapshot, sent, "
    "notes, reply"
)
_SAME = " AND ".join(f'later."{name}" = r."{name}"' for name in KEY)
_REPLACED = """SELECT count(DISTINCT ifnull(text, '')) > 1 FROM (
    SELECT text FROM output WHERE (example, system, trial) = (?, ?, ?)
    ORDER BY revision DESC LIMIT 2)"""
_RATED = f"""SELECT r.example, r.system, r.dimension, r.rater, r."repeat", r.against, r."order",
    r.kind, t.text, r.revision FROM rating AS r JOIN text AS t ON t.id = r.rater
    WHERE (r.example, r.system) = (?1, ?2)
    AND NOT EXISTS (SELECT 1 FROM rating AS later
                    WHERE {_SAME} AND later.revision = r.revision + 1)
    AND NOT (r.failure IS ?3 AND r.batch IN (
      SELECT b.id FROM batch AS b JOIN batch AS now ON now.version = b.version WHERE now.id = ?4))
    AND EXISTS (SELECT 1 FROM rating AS later
                WHERE {_SAME} AND (later.number IS NOT NULL OR later.label IS NOT NULL))
    """  # noqa: S608 - constant
_MARK = (
    'INSERT INTO rating (example, system, dimension, rater, "repeat", against, "order", '
    "revision, kind, reason, failure, batch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def _unit(output: Output, ids: Mapping[str, int]) -> tuple[int, int, int]:
    return ids[output.example], ids[output.system], output.trial


def _version(work: Work) -> str:
    return work.version


def _texts(work: Work) -> Iterator[str]:
    """Every text of a piece of work that the ledger knows by a number."""
    yield work.who
    if work.failure:
        yield work.failure
    if work.output is not None:
        yield from (work.output.example, work.output.system)
    for rating in work.ratings:
        yield from texts_of(rating)
    for record in work.probes:
        yield from probe_texts(record)
    for call in work.calls:
        yield call.model
        yield from (text for text in _told(call) if text)


def _told(call: Call) -> tuple[str, str, str]:
    """The snapshot, the parameters that were sent, and the notes of a call, empty where none."""
    reply = call.reply
    if reply is None:
        return "", "", ""
    sent = json.dumps(dict(reply.sent), ensure_ascii=False, sort_keys=True) if reply.sent else ""
    return reply.model, sent, "; ".join(reply.notes)


def _calls(
    work: Work, revision: int, ids: Mapping[str, int], *, run: int
) -> Iterator[tuple[Any, ...]]:
    for position, call in enumerate(work.calls):
        usage = call.usage
        tries = [
            [one.status, round(one.seconds, 4), one.cost, one.message] for one in call.attempts
        ]
        yield (
            *(work.key, revision, position, run, ids[call.model]),
            "ok" if call.failure is None else call.failure.kind,
            len(call.attempts),
            json.dumps(tries, ensure_ascii=False),
            *(usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.written_tokens),
            *(call.seconds, call.cost, call.characters),
            *(ids.get(text) for text in _told(call)),
            None if call.reply is None or work.output is not None else call.reply.text,
        )
