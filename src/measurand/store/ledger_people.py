"""What the ledger knows of people who rate: the items they are asked, and all that happened.

The log is the state: whoever reads it from the start knows who was assigned what, who said what
and when, who may come in, and who was excluded by whom. Entries and the ratings that follow from
them are added in one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Literal, get_args

from measurand.core.people import Item
from measurand.core.rating import Rating
from measurand.store.ledger_part import LedgerPart
from measurand.store.ledger_plain import rating_rows, texts_of

__all__ = ["EVENTS", "DeskEvent", "Entry", "PeopleLog"]

DeskEvent = Literal[
    "assigned",
    "answered",
    "adjudicated",
    "invited",
    "revoked",
    "entered",
    "excluded",
    "readmitted",
    "exported",
    "imported",
]
EVENTS: tuple[DeskEvent, ...] = get_args(DeskEvent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that happened at the desk, and the ratings that follow from it.

    Args:
        event: What happened.
        who: To whom, or by whom: a rater's, an adjudicator's or an organiser's name.
        position: In whose queue's place, where it is about one.
        number: Of which save, where it is one; the same save is added once.
        body: The rest.
        ratings: Rows of the table of ratings, each with the version of its batch.
        id: Its place in the log, from 1; 0 before it is there.
        at: When, as an ISO 8601 time in UTC; set when it is added.
    """

    event: DeskEvent
    who: str
    position: int | None = None
    number: int | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    ratings: tuple[tuple[str, Rating], ...] = ()
    id: int = 0
    at: str = ""


class PeopleLog(LedgerPart):
    """Items and log in an open ledger; `Ledger.people` gives it."""

    def add(self, entries: Sequence[Entry]) -> None:
        """Add entries and their ratings, all or none; a save that is there already is left out.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        if not entries:
            return
        with self.writing():
            ids = self.intern(entry.who for entry in entries)
            fresh = [entry for entry in entries if self._added(entry, ids)]
            self._rate([pair for entry in fresh for pair in entry.ratings])

    def _added(self, entry: Entry, ids: Mapping[str, int]) -> bool:
        at = entry.at or datetime.now(UTC).isoformat(timespec="milliseconds")
        body = json.dumps(entry.body, ensure_ascii=False, sort_keys=True, allow_nan=False)
        self.connection.execute(
            "INSERT INTO desk (at, event, who, position, number, body) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            (at, entry.event, ids[entry.who], entry.position, entry.number, body),
        )
        return self.connection.changes() > 0

    def _rate(self, pairs: Sequence[tuple[str, Rating]]) -> None:
        """One batch a version; of several ratings of one thing the last counts, so in order."""
        if not pairs:
            return
        ids = self.intern(chain.from_iterable(texts_of(rating) for _, rating in pairs))
        batches = {version: self.batch(version) for version, _ in pairs}
        waiting = list(pairs)
        while waiting:
            seen: set[tuple[object, ...]] = set()
            now: list[tuple[str, Rating]] = []
            later: list[tuple[str, Rating]] = []
            for version, rating in waiting:
                key = _key(rating)
                (later if key in seen else now).append((version, rating))
                seen.add(key)
            for version, part in groupby(sorted(now, key=_version), key=_version):
                rating_rows([rating for _, rating in part], ids).add(
                    self.connection, batches[version]
                )
            waiting = later

    def log(self, after: int = 0, *, every_save: bool = True) -> tuple[Entry, ...]:
        """What happened after the entry of this number, in order; without the ratings.

        Args:
            after: The number of the last entry that is known.
            every_save: Whether all saves of an item are wanted, or the last one of each.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        sql = """SELECT id, at, event, who, position, number, body FROM desk_log AS d
                 WHERE id > ?1 AND (?2 OR event <> 'answered' OR NOT EXISTS (
                   SELECT 1 FROM desk_log AS later WHERE later.event = 'answered'
                   AND later.who = d.who AND later.position = d.position
                   AND later.number > d.number)) ORDER BY id"""
        with self.reading():
            rows: list[Any] = self.connection.execute(sql, (after, every_save)).fetchall()
        return tuple(
            Entry(
                event=event,
                who=who,
                position=position,
                number=number,
                body=json.loads(body),
                id=row,
                at=at,
            )
            for row, at, event, who, position, number, body in rows
        )

    def last(self) -> int:
        """The number of the newest entry; 0 where there is none."""
        with self.reading():
            return int(self.connection.execute("SELECT ifnull(max(id), 0) FROM desk").get)

    def items(self) -> dict[str, Item]:
        """The newest revision of every item by its key, the newest last.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        sql = """SELECT "key", example, system, against, dimensions, purpose, probability,
                 urgency, why, raters FROM items ORDER BY id"""
        with self.reading():
            rows: list[Any] = self.connection.execute(sql).fetchall()
        return {row[0]: _item(*row) for row in rows}

    def register(self, items: Sequence[Item]) -> int:
        """Add items that are new, or are told otherwise by now; returns how many.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        known = self.items()
        news = [item for item in items if known.get(item.key) != item]
        if not news:
            return 0
        with self.writing():
            names = ((i.example, i.system, *([i.against] if i.against else [])) for i in news)
            ids = self.intern(chain.from_iterable(names))
            batch = self.batch("")
            self.connection.executemany(
                'INSERT INTO item ("key", revision, example, system, against, dimensions, '
                "purpose, probability, urgency, why, raters, batch) VALUES (?1, "
                '(SELECT count(*) FROM item WHERE "key" = ?1), '
                "?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                (_row(item, ids, batch) for item in news),
            )
        return len(news)


_version = itemgetter(0)


def _key(rating: Rating) -> tuple[object, ...]:
    return (
        *(rating.example, rating.system, rating.dimension, rating.rater),
        *(rating.repeat, rating.against, rating.order),
    )


def _item(key: str, example: str, system: str, *cells: Any) -> Item:
    against, dimensions, purpose, probability, urgency, why, raters = cells
    return Item(
        key=key,
        example=example,
        system=system,
        against=against,
        dimensions=tuple(json.loads(dimensions)),
        purpose=purpose,
        probability=probability,
        urgency=urgency,
        why=why,
        raters=raters,
    )


def _row(item: Item, ids: Mapping[str, int], batch: int) -> tuple[Any, ...]:
    return (
        *(item.key, ids[item.example], ids[item.system]),
        None if item.against is None else ids[item.against],
        json.dumps(item.dimensions, ensure_ascii=False),
        *(item.purpose, item.probability, item.urgency, item.why, item.raters, batch),
    )
