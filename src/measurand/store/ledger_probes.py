"""What judges said of probes and of anchors, apart from the ratings: no score is made of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import apsw

from measurand.core.probe import ProbeRow
from measurand.store.ledger_part import LedgerPart
from measurand.store.ledger_sql import filters

__all__ = ["ProbeLog", "ProbeRecord", "add_probes", "probe_texts"]

_COLUMNS = (
    '"key", example, system, dimension, rater, probe, number, label, failure, "repeat", against, '
    '"order", session, place, mitigation, words, rubric, seconds, cost, batch'
)
_INSERT = f"INSERT INTO probe ({_COLUMNS}) VALUES ({', '.join('?' * 20)})"  # noqa: S608 - constant
_FIELDS = (
    *("key", "example", "system", "dimension", "rater", "probe", "value", "failure", "repeat"),
    *("against", "order", "session", "place", "mitigation", "words"),
    *("rubric", "seconds", "cost", "at", "version"),
)
_FILTERS = ("dimension", "rater", "probe", "example", "system", "mitigation", "rubric")
_ASKED = " AND ".join(
    f'(:{name} IS NULL OR "{name}" IN (SELECT value FROM json_each(:{name})))'  # noqa: S608 - names
    for name in _FILTERS
)
_ROWS = f"""SELECT {", ".join(f'"{name}"' for name in _FIELDS)} FROM probes
    WHERE {_ASKED} ORDER BY id"""  # noqa: S608 - constant


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRecord:
    """What a judge said of a probe, and what is known of how it came about.

    Args:
        row: What it said.
        key: The key of the piece of work it comes from.
        rubric: The fingerprint of what was asked.
        seconds: How long it took.
        cost: In US dollars; unknown is None, never 0.
        version: What produced it; set when it is read.
        at: When it was added, in UTC; set when it is read.
    """

    row: ProbeRow
    key: str
    rubric: str = ""
    seconds: float | None = None
    cost: float | None = None
    version: str = ""
    at: str = ""


class ProbeLog(LedgerPart):
    """Probes and anchors in an open ledger; `Ledger.probes` gives it."""

    def add(self, records: Sequence[ProbeRecord], *, version: str = "") -> None:
        """Add records, all or none; what an earlier call added under the same key is superseded.

        Where calls of a model were paid for, `WorkLog.add` takes both in one transaction.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        if not records:
            return
        with self.writing():
            ids = self.intern(chain.from_iterable(map(probe_texts, records)))
            add_probes(self.connection, records, ids, batch=self.batch(version))

    def rows(self, **cells: str | frozenset[str]) -> tuple[ProbeRecord, ...]:
        """The newest record of every key, the oldest first.

        Args:
            cells: What they must equal; a frozenset means any of its members. By dimension,
                rater, probe, example, system, mitigation or rubric.

        Raises:
            LedgerError: The ledger cannot be read.
            UsageError: There is no filter of this name.
        """
        _, bindings = filters(cells, _FILTERS)
        asked: dict[str, str | None] = {**dict.fromkeys(_FILTERS), **bindings}
        with self.reading():
            rows: list[Any] = self.connection.execute(_ROWS, asked).fetchall()
        return tuple(map(_record, rows))

    def done(self, keys: Iterable[str]) -> frozenset[str]:
        """Which of these keys have records."""
        sql = """SELECT DISTINCT "key" FROM probe
                 WHERE "key" IN (SELECT value FROM json_each(?))"""
        with self.reading():
            found: Any = self.connection.execute(sql, (json.dumps(list(keys)),))
            return frozenset(key for (key,) in found)


def probe_texts(record: ProbeRecord) -> Iterator[str]:
    """Every text of a record that the ledger knows by a number."""
    row = record.row
    yield from (row.example, row.system, row.dimension, row.rater, row.probe)
    label = row.value if isinstance(row.value, str) else None
    maybe = (label, row.failure, row.against, row.order, row.session, row.mitigation)
    yield from (text for text in maybe if text)


def add_probes(
    connection: apsw.Connection,
    records: Iterable[ProbeRecord],
    ids: Mapping[str, int],
    *,
    batch: int,
) -> None:
    """Insert records, in a transaction that is under way."""
    connection.executemany(_INSERT, (_cells(record, ids, batch) for record in records))


def _cells(record: ProbeRecord, ids: Mapping[str, int], batch: int) -> tuple[Any, ...]:
    row = record.row
    value = row.value
    return (
        record.key,
        *(ids[row.example], ids[row.system], ids[row.dimension], ids[row.rater], ids[row.probe]),
        *((None, ids[value]) if isinstance(value, str) else (value, None)),
        *(ids.get(row.failure or ""), row.repeat),
        *(ids.get(row.against or ""), ids.get(row.order or ""), ids.get(row.session or "")),
        *(row.place, ids.get(row.mitigation), row.words),
        *(record.rubric, record.seconds, record.cost, batch),
    )


def _record(cells: Sequence[Any]) -> ProbeRecord:
    told = dict(zip(_FIELDS, cells, strict=True))
    own = {name: told.pop(name) for name in ("key", "rubric", "seconds", "cost", "at", "version")}
    return ProbeRecord(row=ProbeRow(**told), **own)
