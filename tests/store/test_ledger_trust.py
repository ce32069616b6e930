"""What the ledger keeps of judges: probes and anchors, looks at test sets, candidates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from measurand.core.model import Attempt, Call, ModelReply
from measurand.core.output import Usage
from measurand.core.probe import BASE, ProbeRow
from measurand.errors import LedgerError, UsageError
from measurand.store.ledger import open_ledger
from measurand.store.ledger_calibration import CalibrationEvent
from measurand.store.ledger_probes import ProbeRecord
from measurand.store.ledger_schema import MIGRATIONS, migrate
from measurand.store.ledger_work import Work

ROW = ProbeRow(
    example="e1", system="today", dimension="tone", rater="gpt", probe="pad-list", value=4.0
)
RECORD = ProbeRecord(row=ROW, key="k1", rubric="r1", seconds=1.5, cost=0.25)
PAIR = ProbeRecord(
    row=replace(ROW, value="win", probe=BASE, against="old", order="ba", repeat=2, words=80),
    key="k2",
)
FAILED = ProbeRecord(
    row=replace(ROW, value=None, failure="refused", session="s1", place=3, mitigation="plain"),
    key="k3",
)


def test_probes_come_back_as_they_went_in(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        ledger.probes.add([RECORD, PAIR, FAILED], version="v1")
        found = ledger.probes.rows()

    assert [record.row for record in found] == [RECORD.row, PAIR.row, FAILED.row]
    assert {record.version for record in found} == {"v1"}
    assert all(record.at for record in found)
    assert (found[0].rubric, found[0].seconds, found[0].cost) == ("r1", 1.5, 0.25)


def test_the_newest_of_a_key_counts_and_the_others_stay(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        ledger.probes.add([FAILED, RECORD])
        ledger.probes.add([replace(FAILED, row=replace(ROW, value=2.0))])
        found = ledger.probes.rows()

        assert [record.row.value for record in found] == [4.0, 2.0]
        assert ledger.probes.done(["k1", "k3", "k9"]) == {"k1", "k3"}
    connection = apsw.Connection(str(tmp_path / "l.db"))
    assert connection.execute("SELECT count(*) FROM probe").get == 3


def test_probes_are_found_by_what_they_are(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        ledger.probes.add([RECORD, PAIR, FAILED])

        assert [r.key for r in ledger.probes.rows(probe=BASE)] == ["k2"]
        assert [r.key for r in ledger.probes.rows(mitigation="")] == ["k1", "k2"]
        both = frozenset({BASE, "pad-list"})
        assert len(ledger.probes.rows(probe=both, rater="gpt")) == 3
        with pytest.raises(UsageError, match="no filter mood"):
            ledger.probes.rows(mood="good")


def test_a_piece_of_work_brings_probes_and_their_calls_together(tmp_path: Path) -> None:
    attempt = Attempt(status="ok", seconds=1.0, usage=Usage(90, 10), cost=0.125)
    call = Call(model="openai/gpt", attempts=(attempt,), reply=ModelReply(text="4"))
    work = Work(key="k1", purpose="probe", who="gpt", version="v", probes=(RECORD,), calls=(call,))
    with open_ledger(tmp_path / "l.db") as ledger:
        ledger.work.add([work], run=ledger.work.log("plan", "start", {}))

        assert ledger.probes.rows()[0].row == ROW
        assert ledger.work.spent() == 0.125
        assert ledger.work.done(["k1"]) == {"k1": None}
        assert len(ledger.ratings()) == 0


def test_what_happened_to_a_judge_is_told_in_order(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        ledger.calibration.add(
            [
                CalibrationEvent(kind="split", rubric="r", test="t", body={"test": ["a"]}),
                CalibrationEvent(kind="look", rubric="r", judge="j", test="t", body={"opening": 1}),
                CalibrationEvent(kind="look", rubric="other", judge="j", test="t"),
            ]
        )
        ledger.calibration.add([])

        looks = ledger.calibration.events("look", rubric="r")
        assert [(e.judge, e.test, e.body) for e in looks] == [("j", "t", {"opening": 1})]
        assert [e.kind for e in ledger.calibration.events()] == ["split", "look", "look"]
        assert ledger.calibration.events("split", "look", test="t", rubric="r")[0].kind == "split"
        assert ledger.calibration.events(judge="nobody") == ()


def test_a_candidate_is_counted_once_and_so_is_what_was_shown(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        log = ledger.calibration
        assert log.candidates("r") == 0
        assert log.candidate("r", "j1", {"name": "first"})
        assert not log.candidate("r", "j1")
        assert log.candidate("r", "j2")
        assert log.candidate("other", "j3")
        log.add([CalibrationEvent(kind="look", rubric="r", judge="j2", test="t")])
        log.add([CalibrationEvent(kind="look", rubric="r", judge="j4", test="t")])

        assert log.candidates("r") == 3


def test_an_event_that_is_no_json_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        bad = CalibrationEvent(kind="record", body={"r": float("nan")})
        with pytest.raises(ValueError, match="JSON"):
            ledger.calibration.add([CalibrationEvent(kind="look"), bad])
        assert ledger.calibration.events() == ()


def test_a_ledger_of_people_moves_to_the_newest(tmp_path: Path) -> None:
    file = tmp_path / "l.db"
    connection = apsw.Connection(str(file))
    migrate(connection, MIGRATIONS[:3])
    connection.close()
    with open_ledger(file) as ledger:
        ledger.probes.add([RECORD])
        assert ledger.check() == ()


def test_a_text_that_is_not_unicode_is_refused(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        with pytest.raises(LedgerError, match="not valid Unicode"):
            ledger.probes.add([replace(RECORD, row=replace(ROW, probe="half \ud800"))])
        assert ledger.probes.rows() == ()
