"""Items and the log of the desk: nothing is lost, nothing is there twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from measurand.core.people import Item
from measurand.core.rating import Rating
from measurand.errors import LedgerError
from measurand.store.ledger import open_ledger
from measurand.store.ledger_people import Entry

ITEM = Item(key="k1", example="e1", system="today", dimensions=("tone", "safety"))
PAIR = Item(key="k2", example="e1", system="new", against="today", dimensions=("better",), raters=5)


def rated(value: float | None, reason: str | None = None) -> tuple[str, Rating]:
    row = Rating(
        example="e1",
        system="today",
        dimension="tone",
        rater="ann",
        kind="people",
        value=value,
        reason=reason,
    )
    return "people:1", row


def save(number: int, *ratings: tuple[str, Rating], position: int = 0) -> Entry:
    return Entry(event="answered", who="ann", position=position, number=number, ratings=ratings)


def test_items_come_back_and_the_newest_revision_counts(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        assert ledger.people.items() == {}
        assert ledger.people.register([ITEM, PAIR]) == 2
        assert ledger.people.register([ITEM, PAIR]) == 0
        urgent = replace(ITEM, urgency=3, why="flagged", purpose="routed")
        assert ledger.people.register([urgent, PAIR]) == 1
        assert ledger.people.items() == {"k1": urgent, "k2": PAIR}


def test_the_log_comes_back_in_order(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        body = {"role": "rater", "odd": "\0\u2028", "share": 0.1 + 0.2}
        ledger.people.add([Entry(event="invited", who="ann", body=body), save(1)])
        ledger.people.add([save(2)])
        assert ledger.people.last() == 3
        log = ledger.people.log()
        assert [(one.id, one.event, one.who, one.number) for one in log] == [
            (1, "invited", "ann", None),
            (2, "answered", "ann", 1),
            (3, "answered", "ann", 2),
        ]
        assert log[0].body == body
        assert all(one.at.endswith("+00:00") for one in log)
        assert ledger.people.log(after=2) == log[2:]


def test_the_same_save_is_added_once_and_its_ratings_too(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        ledger.people.add([save(1, rated(4.0))])
        ledger.people.add([save(1, rated(2.0)), save(1, rated(3.0), position=1)])
        assert [row.value for row in ledger.ratings()] == [3.0]
        assert ledger.people.last() == 2
        assert ledger.check() == ()


def test_several_changes_in_one_transaction_are_each_a_revision(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        changes = [save(1, rated(4.0)), save(2, rated(2.0)), save(3, rated(None, "withdrawn"))]
        ledger.people.add(changes)
        assert [row.reason for row in ledger.ratings()] == ["withdrawn"]
        history = ledger._connection.execute(
            "SELECT value FROM ratings_history ORDER BY revision"
        ).fetchall()
        assert history == [(4.0,), (2.0,), (None,)]
        assert ledger.versions() == {"people:1"}
        assert ledger.check() == ()


def test_entries_are_added_all_or_none(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        with pytest.raises(LedgerError):
            ledger.people.add([save(1, rated(4.0)), save(2, rated(1.0, "half \ud800"))])
        assert ledger.people.log() == ()
        assert len(ledger.ratings()) == 0
