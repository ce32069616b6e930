"""The ledger: one append-only SQLite file that is the cache, the log and the resume.

Nothing is overwritten. A rating or an output that is there already is not added again; one that
says something else about the same thing is a new revision, and the newest one counts. Each call
that adds is one transaction: after a crash all of it is there or none of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import apsw

from measurand.core.intake import Refusal
from measurand.core.output import Output
from measurand.core.rating import Ratings
from measurand.store.ledger_calibration import CalibrationLog
from measurand.store.ledger_connection import connected, explained
from measurand.store.ledger_gates import GateLog
from measurand.store.ledger_outputs import OUTPUT_FIELDS, OUTPUT_KEY, output_of, output_row
from measurand.store.ledger_people import PeopleLog
from measurand.store.ledger_plain import KEY
from measurand.store.ledger_probes import ProbeLog
from measurand.store.ledger_sources import Source, SourceLog, SourceRecord
from measurand.store.ledger_sql import Rows, filters, gaps, newest, versions
from measurand.store.ledger_work import WorkLog

__all__ = ["SMALL_CACHE", "Added", "Ledger", "Source", "SourceRecord", "open_ledger"]

PATIENCE = 60.0
"""Seconds to wait for another process that is writing."""
CACHE = 64 * 1024
"""Kibibytes of the file held in memory, at most; enough to add a million ratings at once."""
SMALL_CACHE = 4 * 1024
"""The same for those who add a few rows at a time, for ever so long."""
_FILTERS = (
    *("example", "system", "dimension", "rater", "kind", "against"),
    *("cluster", "component", "segment"),
)
_OUTPUT_FILTERS = ("example", "system")
_KEYS: tuple[tuple[str, tuple[str, ...]], ...] = (("rating", KEY), ("output", OUTPUT_KEY))


@dataclass(frozen=True, slots=True)
class Added:
    """What adding changed.

    Args:
        added: Rows that are new, those that supersede others among them.
        present: Rows that were there already, word for word.
        superseded: Rows that were there and that newer ones now replace.
    """

    added: int
    present: int
    superseded: int


@contextmanager
def open_ledger(
    path: Path | str, *, patience: float = PATIENCE, cache: int = CACHE
) -> Iterator[Ledger]:
    """Open a ledger, or make one; close it at the end.

    Several processes may have the same ledger open; on a network drive they must not.

    Args:
        path: The file; its folder is made when it is not there.
        patience: Seconds to wait for another process that is writing.
        cache: Kibibytes of the file held in memory, at most.

    Raises:
        LedgerError: The file is no ledger, a newer one, damaged, or cannot be opened.
    """
    file = Path(path)
    with explained(file):
        connection = connected(file, patience, cache)
    try:
        yield Ledger(connection, file)
    finally:
        connection.close()


class Ledger:
    """An open ledger; `open_ledger` makes one.

    Args:
        connection: An open connection to a database of the current version.
        file: Its file, for messages.
    """

    def __init__(self, connection: apsw.Connection, file: Path) -> None:
        self._connection = connection
        self._file = file
        self._part = (connection, self._writing, self._reading, self._intern, self._batch)

    @property
    def work(self) -> WorkLog:
        """The work that was done, and what it took."""
        return WorkLog(*self._part)

    @property
    def people(self) -> PeopleLog:
        """The items that people rate, and all that happened at the desk."""
        return PeopleLog(*self._part)

    @property
    def calibration(self) -> CalibrationLog:
        """How judges were calibrated: looks at test sets, candidates, records."""
        return CalibrationLog(*self._part)

    @property
    def probes(self) -> ProbeLog:
        """What judges said of probes and of anchors."""
        return ProbeLog(*self._part)

    @property
    def gates(self) -> GateLog:
        """What gates decided."""
        return GateLog(*self._part)

    @property
    def sources(self) -> SourceLog:
        """The files that ratings came from, and what was refused of them."""
        return SourceLog(*self._part)

    def add_ratings(
        self, ratings: Ratings, *, source: Source | None = None, version: str = ""
    ) -> Added:
        """Add ratings, and the account of their file with what was refused.

        A rating is the same when example, system, dimension, rater, repeat, against and order
        are; it is present when all its cells and the version agree with the newest revision.

        Args:
            ratings: The ratings; of the same rating the last is taken.
            source: The file they came from. The account is kept once, however often it comes.
            version: What produced them (system, example, rubric, rater); a fingerprint, so that
                `versions` tells what need not be done again.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        from measurand.store.ledger_rows import encoded  # noqa: PLC0415 - numpy; a run needs none

        with self._writing():
            batch = self._batch(version, source)
            result = self._add(encoded(ratings, self._intern), len(ratings), batch)
            if not result.added and not self._news(batch):
                self._connection.execute("ROLLBACK")
            return result

    def add_outputs(self, outputs: Iterable[Output], *, version: str = "") -> Added:
        """Add outputs; those of the same example, system and trial are the same, the last is taken.

        Args:
            outputs: The outputs.
            version: What produced them; see `add_ratings`.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        listed = list(outputs)
        with self._writing():
            batch = self._batch(version)
            ids = self._intern(
                name for output in listed for name in (output.example, output.system)
            )
            cells = {row[: len(OUTPUT_KEY)]: row for row in (output_row(o, ids) for o in listed)}
            rows = Rows("output", OUTPUT_KEY, OUTPUT_FIELDS, count=len(cells), cells=cells.values)
            result = self._add(rows, len(listed), batch)
            if not result.added:
                self._connection.execute("ROLLBACK")
            return result

    def ratings(
        self,
        *,
        version: str | frozenset[str] | None = None,
        until: int | None = None,
        **cells: str | frozenset[str],
    ) -> Ratings:
        """The newest revision of every rating, in the order of the ledger.

        Args:
            version: Only what this version, or one of these, produced, superseded by others or not.
            until: Of those versions, only what was there after this batch.
            cells: Cells that must equal these, as ``kind="people"``; a frozenset means any of
                its members. By example, system, dimension, rater, kind, against, cluster,
                component or segment.

        Raises:
            LedgerError: The ledger cannot be read.
            UsageError: There is no filter of this name.
        """
        from measurand.store.ledger_rows import SELECT, decoded  # noqa: PLC0415 - see above

        where, bindings = filters(cells, _FILTERS)
        sql = newest("rating", KEY, SELECT, where=where, version=version is not None)
        with self._reading():
            rows = self._connection.execute(sql, {**bindings, **versions(version, until)})
            return decoded(rows, self._texts)

    def outputs(
        self,
        *,
        version: str | frozenset[str] | None = None,
        until: int | None = None,
        **cells: str | frozenset[str],
    ) -> tuple[Output, ...]:
        """The newest revision of every output; by example or system, as in `ratings`.

        Raises:
            LedgerError: The ledger cannot be read.
            UsageError: There is no filter of this name.
        """
        where, bindings = filters(cells, _OUTPUT_FILTERS)
        named = ", ".join(OUTPUT_FIELDS)
        sql = newest("output", OUTPUT_KEY, named, where=where, version=version is not None)
        with self._reading():
            rows = self._rows(sql, {**bindings, **versions(version, until)})
            names = self._texts({number for row in rows for number in row[:2]})
        return tuple(output_of(row, names) for row in rows)

    def versions(self) -> frozenset[str]:
        """What has produced rows of this ledger; its work need not be done again."""
        with self._reading():
            found = self._connection.execute(
                "SELECT DISTINCT version FROM batch WHERE version > ''"
            )
            return frozenset(version for (version,) in found)

    def raters(self) -> dict[str, str]:
        """The kind of every rater who has a row, by name; of several kinds the last by name."""
        sql = """SELECT p.text, k.text FROM (SELECT DISTINCT rater, kind FROM rating) AS r
                 JOIN text AS p ON p.id = r.rater JOIN text AS k ON k.id = r.kind ORDER BY k.text"""
        with self._reading():
            return dict(self._connection.execute(sql))

    def check(self) -> tuple[str, ...]:
        """What is wrong with the file; empty when it is sound."""
        with self._reading():
            damage = [row[0] for row in self._rows("PRAGMA integrity_check(20)")]
            dangling = self._rows('SELECT DISTINCT "table", parent FROM pragma_foreign_key_check')
            missing = [name for t, key in _KEYS for (name,) in self._rows(gaps(t, key))]
        problems = [] if damage == ["ok"] else damage
        problems += [f"table {table} refers to missing rows of {to}" for table, to in dangling]
        problems += [f"table {name} misses earlier revisions" for name in dict.fromkeys(missing)]
        return tuple(problems)

    def _rows(self, sql: str, bindings: apsw.Bindings | None = None) -> list[Any]:
        return self._connection.execute(sql, bindings).fetchall()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with explained(self._file):
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with explained(self._file):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                if self._connection.in_transaction:
                    self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _batch(self, version: str, source: Source | None = None) -> int:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        account: tuple[Any, ...] = (None,) * 6
        refused: tuple[Refusal, ...] = ()
        if source is not None:
            intake, refused = source.intake, source.intake.refused
            notes = json.dumps(intake.notes, ensure_ascii=False)
            account = (intake.file, source.sha256, intake.read, intake.kept, len(refused), notes)
        self._connection.execute(
            "INSERT INTO batch (at, version, file, sha256, read, kept, refused, notes) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (at, version, *account),
        )
        batch = self._connection.last_insert_rowid()
        self._connection.executemany(
            "INSERT INTO refusal VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (batch, at, one.line, one.key, one.found, one.reason, json.dumps(one.row))
                for at, one in enumerate(refused)
            ),
        )
        return batch

    def _news(self, batch: int) -> bool:
        """Whether a batch without new rows tells other than the last account of its file."""
        sql = """SELECT new.file IS NOT NULL AND NOT EXISTS (
                   SELECT 1 FROM batch AS old
                   WHERE old.id = (SELECT max(id) FROM batch
                                   WHERE file = new.file AND id < new.id)
                   AND (old.sha256, old.read, old.kept, old.notes)
                     = (new.sha256, new.read, new.kept, new.notes))
                 FROM batch AS new WHERE new.id = ?"""
        return bool(self._connection.execute(sql, (batch,)).get)

    def _intern(self, texts: Iterable[str]) -> dict[str, int]:
        wanted = dict.fromkeys(texts)
        last = int(self._connection.execute("SELECT ifnull(max(id), 0) FROM text").get)
        ids: dict[str, int] = {}
        if last:
            find = "SELECT text, id FROM text WHERE text = ?"
            ids.update(self._connection.executemany(find, zip(wanted, strict=True)))
        unknown = [text for text in wanted if text not in ids]
        fresh = dict(zip(unknown, count(last + 1), strict=False))
        self._connection.executemany("INSERT INTO text (text, id) VALUES (?, ?)", fresh.items())
        return ids | fresh

    def _texts(self, ids: Iterable[int]) -> dict[int, str]:
        sql = "SELECT id, text FROM text WHERE id IN (SELECT value FROM json_each(?))"
        return dict(self._connection.execute(sql, (json.dumps(list(ids)),)))

    def _add(self, rows: Rows, count: int, batch: int) -> Added:
        added, superseded = rows.add(self._connection, batch)
        return Added(added, count - added, superseded)
