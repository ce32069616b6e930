"""Events of a ledger: read one at a time, and noted with the work that they are about."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from measurand.errors import LedgerError
from measurand.store.ledger import Ledger, open_ledger
from measurand.store.ledger_work import Work

WORK = Work(key="k", purpose="rating", who="lab/judge", version="v")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as opened:
        yield opened


def test_events_by_their_numbers(ledger: Ledger) -> None:
    numbers = [ledger.work.log("p", event, {"at": event}) for event in ("a", "b", "a")]
    assert ledger.work.numbers("a") == (numbers[0], numbers[2])
    assert ledger.work.numbers("c") == ()
    found = ledger.work.event(numbers[1])
    assert (found.id, found.event, found.plan, found.manifest) == (
        numbers[1],
        "b",
        "p",
        {"at": "b"},
    )
    with pytest.raises(LookupError, match="no event 99"):
        ledger.work.event(99)


def test_work_and_its_event_are_there_together(ledger: Ledger) -> None:
    run = ledger.work.log("p", "started", {})
    ledger.work.add([WORK], run=run, event=("p", "collected", {"to": 1}))
    assert ledger.work.done(["k"]) == {"k": None}
    assert [event.manifest for event in ledger.work.events("collected")] == [{"to": 1}]


def test_or_neither_is(ledger: Ledger) -> None:
    broken = Work(key="k", purpose="nonsense\ud800", who="x", version="v")  # type: ignore[arg-type] # what no database takes
    run = ledger.work.log("p", "started", {})
    with pytest.raises(LedgerError):
        ledger.work.add([WORK, broken], run=run, event=("p", "collected", {"to": 1}))
    assert ledger.work.events("collected") == ()
    assert ledger.work.done(["k"]) == {}
