"""Work in the ledger: done once, all or nothing, and replaced texts take their ratings along."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from measurand.core.failure import STALE
from measurand.core.model import Attempt, Call, ModelReply
from measurand.core.output import Failure, Output, Usage
from measurand.core.rating import Kind, Rating
from measurand.errors import LedgerError
from measurand.store.ledger import Ledger, open_ledger
from measurand.store.ledger_work import Work


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as opened:
        yield opened


def answer(text: str, *, trial: int = 0, key: str = "", version: str = "A") -> Work:
    output = Output(example="e", system="s", text=text, trial=trial)
    return Work(
        key=key or f"{version}{trial}", purpose="output", who="s", version=version, output=output
    )


def said(value: float, *, repeat: int = 0, kind: Kind = "judge", version: str = "AJ") -> Work:
    row = Rating(
        example="e", system="s", dimension="d", rater=kind, kind=kind, value=value, repeat=repeat
    )
    return Work(
        key=f"{version}{kind}{repeat}", purpose="rating", who="j", version=version, ratings=(row,)
    )


def call(cost: float | None) -> Call:
    return Call(
        model="m/x",
        attempts=(
            Attempt(status="rate_limited", seconds=0.5, message="slow down"),
            Attempt(status="ok", seconds=1.5, usage=Usage(10, 5, 4, 1), cost=cost),
        ),
        reply=ModelReply(text="raw", model="x-2026", sent={"seed": 1}, notes=("left out",)),
        characters=40,
    )


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    return apsw.Connection(str(path)).execute(sql).fetchall()


def test_what_is_done_is_known_with_how_it_ended(ledger: Ledger) -> None:
    run = ledger.work.log("plan", "started", {"seed": 7})
    failed = Output(example="e", system="s", text=None, failure=Failure("timeout", "slow"), trial=1)
    broken = Work(
        key="A1", purpose="output", who="s", version="A", failure="timeout", output=failed
    )
    ledger.work.add([answer("hi"), broken], run=run)
    assert ledger.work.done(["A0", "A1", "A2"]) == {"A0": None, "A1": "timeout"}
    ledger.work.add([answer("late", trial=1)], run=run)
    assert ledger.work.done(["A1"]) == {"A1": None}
    assert [output.text for output in ledger.outputs()] == ["hi", "late"]
    assert ledger.check() == ()


def test_calls_are_kept_with_every_attempt(ledger: Ledger, tmp_path: Path) -> None:
    run = ledger.work.log("plan", "started", {})
    piece = said(4.0)
    ledger.work.add(
        [
            Work(
                key=piece.key,
                purpose="rating",
                who="j",
                version="AJ",
                ratings=piece.ratings,
                calls=(call(0.25), call(None)),
            )
        ],
        run=run,
    )
    assert ledger.work.spent() == 0.25
    sql = """SELECT model, status, attempts, input_tokens, cached_tokens, cost, characters, tries,
             snapshot, sent, notes, reply, run FROM calls ORDER BY cost IS NULL"""
    first, second = rows(tmp_path / "ledger.db", sql)
    tries = '[["rate_limited", 0.5, null, "slow down"], ["ok", 1.5, 0.25, ""]]'
    assert first == (
        *("m/x", "ok", 2, 10, 4, 0.25, 40, tries, "x-2026", '{"seed": 1}', "left out", "raw", run),
    )
    assert second[5] is None


def test_events_come_back_in_order(ledger: Ledger) -> None:
    first = ledger.work.log("p", "started", {"a": [1, "é"]})
    ledger.work.log("p", "ended", {"run": first})
    assert [event.event for event in ledger.work.events()] == ["started", "ended"]
    assert ledger.work.events("started")[0].manifest == {"a": [1, "é"]}


def test_a_new_text_takes_the_values_from_ratings_of_the_old(ledger: Ledger) -> None:
    run = ledger.work.log("plan", "started", {})
    ledger.work.add([answer("old"), answer("other", trial=1)], run=run)
    told = [said(4.0, repeat=repeat) for repeat in range(6)]
    ledger.work.add([*told, said(5.0, kind="people", version="")], run=run)
    ledger.work.add([answer("new")], run=run, repeats={"judge": 3})
    judged = ledger.ratings(kind="judge")
    assert [(row.repeat, row.value, row.failure) for row in judged] == [
        *((repeat, None, STALE) for repeat in range(3)),
        *((repeat, 4.0, None) for repeat in range(3, 6)),
    ]
    assert [row.failure for row in ledger.ratings(kind="people")] == [STALE]


def test_the_same_text_again_leaves_ratings_alone(ledger: Ledger) -> None:
    run = ledger.work.log("plan", "started", {})
    ledger.work.add([answer("same")], run=run)
    ledger.work.add([said(4.0)], run=run)
    ledger.work.add([answer("same", version="B")], run=run)
    assert [row.value for row in ledger.ratings()] == [4.0]


def test_going_back_to_an_earlier_version_finds_its_ratings_again(ledger: Ledger) -> None:
    run = ledger.work.log("plan", "started", {})
    ledger.work.add([answer("old")], run=run)
    ledger.work.add([said(4.0)], run=run)
    ledger.work.add([answer("new", version="B")], run=run)
    ledger.work.add([said(2.0, version="BJ")], run=run)
    before = ledger.ratings(version=frozenset({"A", "AJ"}))
    after = ledger.ratings(version=frozenset({"B", "BJ"}))
    assert ([row.value for row in before], [row.value for row in after]) == ([4.0], [2.0])


def test_pieces_are_added_all_or_none(ledger: Ledger) -> None:
    run = ledger.work.log("plan", "started", {})
    with pytest.raises(LedgerError):
        ledger.work.add([answer("hi"), answer("again", key="A0", trial=1)], run=run)
    assert ledger.work.done(["A0"]) == {}
    assert ledger.outputs() == ()


def test_an_answer_in_the_same_words_to_another_question_is_another_answer(ledger: Ledger) -> None:
    run = ledger.work.log("plan", "started", {})
    first, other = answer("Yes.", key="of what was asked"), answer("Yes.", key="of what is asked")
    unit = ("e", "s", 0, "A")
    asked = {work.key: unit for work in (first, other)}
    newest = []
    for work in (first, first, other, first):
        ledger.work.add([work], run=run)
        found = ledger.work.outputs(asked)
        newest.append({key for key in asked if key in found and found[key].newest})
    assert newest == [{first.key}, {first.key}, {other.key}, {first.key}]
    assert len(ledger.work.events("turned")) == 2
