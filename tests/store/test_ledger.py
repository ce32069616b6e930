from __future__ import annotations

import json
from pathlib import Path

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from measurand.core.example import ToolCall
from measurand.core.failure import FAILURES
from measurand.core.intake import Intake, Refusal
from measurand.core.model import Call, ModelReply
from measurand.core.output import Failure, Output, Usage
from measurand.core.people import Item
from measurand.core.probe import BASE, ProbeRow
from measurand.core.rating import Rating, Ratings
from measurand.errors import LedgerError, UsageError
from measurand.store.ledger import Added, Source, SourceRecord, open_ledger
from measurand.store.ledger_gates import GateRecord
from measurand.store.ledger_people import Entry
from measurand.store.ledger_probes import ProbeRecord
from measurand.store.ledger_schema import APPLICATION, MIGRATIONS, TABLES, migrate
from measurand.store.ledger_sql import _AT_ONCE, filters
from measurand.store.ledger_work import Work


def rating(value: float | str | None = 4.0, **cells: object) -> Rating:
    row: dict[str, object] = {"example": "e1", "system": "today", "dimension": "tone"}
    row |= {"rater": "anna", "kind": "people", "value": value} | cells
    return Rating(**row)  # type: ignore[arg-type]  # a test's own cells


PIECE = Work(
    key="k",
    purpose="output",
    who="s",
    version="v",
    output=Output(example="e1", system="s", text="Hello"),
    calls=(Call(model="a/b", attempts=(), reply=ModelReply(text="Hello")),),
)
GATE = GateRecord(system="s", version="v", against="b", outcome="pass")
PROBE = ProbeRecord(
    row=ProbeRow(example="e1", system="s", dimension="tone", rater="j", probe=BASE, value=4.0),
    key="p",
)


def rows(ratings: Ratings) -> set[Rating]:
    return set(ratings)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
NAME = TEXT.filter(lambda text: bool(text.strip()))
SHARE = st.floats(0, 1, exclude_min=True)
AMOUNT = st.floats(0, allow_nan=False, allow_infinity=False)
RATING = st.builds(
    Rating,
    example=NAME,
    system=NAME,
    dimension=NAME,
    rater=NAME,
    kind=st.sampled_from(["check", "judge", "people"]),
    value=st.floats(allow_nan=False, allow_infinity=False) | NAME | st.none(),
    reason=st.none() | NAME,
    repeat=st.integers(0, 5),
    against=st.none() | NAME,
    order=st.sampled_from([None, "ab", "ba"]),
    probability=st.none() | SHARE,
    cluster=st.none() | NAME,
    component=st.none() | NAME,
    segment=st.none() | NAME,
    seconds=st.none() | AMOUNT,
    cost=st.none() | AMOUNT,
    failure=st.none() | st.sampled_from(sorted(FAILURES)),
)


def identity(row: Rating) -> tuple[object, ...]:
    pair = (row.against, row.order)
    return (row.example, row.system, row.dimension, row.rater, row.repeat, *pair)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(RATING, max_size=12, unique_by=identity))
def test_what_goes_in_comes_out_bit_for_bit(tmp_path: Path, listed: list[Rating]) -> None:
    file = tmp_path / "ledger.db"
    file.unlink(missing_ok=True)
    with open_ledger(file) as ledger:
        assert ledger.add_ratings(Ratings.of(listed)) == Added(len(listed), 0, 0)
        assert rows(ledger.ratings()) == set(listed)
        assert ledger.add_ratings(Ratings.of(listed)) == Added(0, len(listed), 0)
        assert ledger.check() == ()


def test_a_changed_value_is_a_new_revision_and_the_old_one_stays(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "new" / "ledger.db") as ledger:
        ledger.add_ratings(Ratings.of([rating(4.0), rating(2.0, rater="ben")]))
        changed = ledger.add_ratings(Ratings.of([rating(5.0), rating(2.0, rater="ben")]))
        assert changed == Added(1, 1, 1)
        assert rows(ledger.ratings(rater="anna")) == {rating(5.0)}
        assert ledger.add_ratings(Ratings.of([rating(4.0)])) == Added(1, 0, 1)
        assert rows(ledger.ratings(rater="anna")) == {rating(4.0)}
    history = apsw.Connection(str(tmp_path / "new" / "ledger.db")).execute(
        "SELECT value, revision, latest FROM ratings_history WHERE rater = 'anna' ORDER BY revision"
    )
    assert history.fetchall() == [(4.0, 0, 0), (5.0, 1, 0), (4.0, 2, 1)]


def test_new_changed_and_known_ratings_in_one_call(tmp_path: Path) -> None:
    many = 3 * _AT_ONCE + 1
    old = [rating(1.0, example=f"e{at}") for at in range(many)]
    new = [rating(2.0 if at % 3 else 1.0, example=f"e{at}") for at in range(5, many + 7)]
    with open_ledger(tmp_path / "l.db") as ledger:
        ledger.add_ratings(Ratings.of(old))
        changed = sum(at % 3 > 0 for at in range(5, many))
        result = ledger.add_ratings(Ratings.of(new))
        assert result == Added(7 + changed, len(new) - 7 - changed, changed)
        assert rows(ledger.ratings()) == {*old[:5], *new}
        assert ledger.check() == ()


@pytest.mark.parametrize("share", [0.1 + 0.2, 5e-324, 1.0, 1 / 3])
def test_a_number_that_all_rows_share_is_exact(tmp_path: Path, share: float) -> None:
    listed = [rating(share, example=name, probability=share) for name in ("a", "b")]
    with open_ledger(tmp_path / "l.db") as ledger:
        ledger.add_ratings(Ratings.of(listed))
        assert rows(ledger.ratings()) == set(listed)


def test_of_the_same_rating_in_one_call_the_last_is_taken(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        assert ledger.add_ratings(Ratings.of([rating(1.0), rating(3.0)])).added == 1
        assert rows(ledger.ratings()) == {rating(3.0)}


def test_both_orders_of_a_pair_and_repeats_are_different_ratings(tmp_path: Path) -> None:
    listed = [
        rating(against="new", order="ab"),
        rating(against="new", order="ba"),
        rating(against="new", order="ba", repeat=1),
    ]
    with open_ledger(tmp_path / "l.db") as ledger:
        assert ledger.add_ratings(Ratings.of(listed)).added == 3
        assert rows(ledger.ratings(against="new")) == set(listed)


def test_what_a_version_produced_need_not_be_done_again(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        ledger.add_ratings(Ratings.of([rating(4.0)]), version="prompt-1")
        ledger.add_ratings(Ratings.of([rating(4.0)]), version="prompt-2")
        ledger.add_ratings(Ratings.of([rating(5.0)]), version="prompt-2")
        assert ledger.versions() == {"prompt-1", "prompt-2"}
        assert rows(ledger.ratings(version="prompt-1")) == {rating(4.0)}
        assert rows(ledger.ratings(version="prompt-2")) == {rating(5.0)}
        assert len(ledger.ratings(version="prompt-3")) == 0


def test_filters_take_one_cell_or_any_of_several(tmp_path: Path) -> None:
    listed = [rating(example=f"e{at}", kind=kind) for at, kind in enumerate(["judge", "people"])]
    with open_ledger(tmp_path / "l.db") as ledger:
        ledger.add_ratings(Ratings.of(listed))
        assert rows(ledger.ratings(kind="judge")) == {listed[0]}
        assert rows(ledger.ratings(example=frozenset({"e0", "e1", "e9"}))) == set(listed)
        assert len(ledger.ratings(example="e9")) == 0
        with pytest.raises(UsageError, match="no filter colour"):
            ledger.ratings(colour="red")


def test_filters_bind_what_users_say() -> None:
    condition, bindings = filters({"rater": "x'; DROP TABLE rating; --"}, ("rater",))
    assert "DROP" not in condition
    assert json.loads(bindings["rater"]) == ["x'; DROP TABLE rating; --"]


def test_a_file_is_remembered_with_its_refusals_once(tmp_path: Path) -> None:
    file = tmp_path / "ratings.csv"
    file.write_text("example,rater,value\n", encoding="utf-8")
    refusal = Refusal("off the scale", 3, "value", "9", (("example", "e1"), ("value", "9")))
    source = Source.of(Intake(str(file), 2, 1, (refusal,), ("a note",)))
    with open_ledger(tmp_path / "l.db") as ledger:
        for _ in range(3):
            ledger.add_ratings(Ratings.of([rating()]), source=source)
        (record,) = ledger.sources.records()
        assert record == SourceRecord(str(file), source.sha256, record.at, 2, 1, 1, ("a note",))
        assert ledger.sources.refusals() == ledger.sources.refusals(str(file)) == (refusal,)
        assert ledger.sources.refusals("another") == ()


def test_another_account_of_the_same_file_is_kept_too(tmp_path: Path) -> None:
    file = tmp_path / "ratings.csv"
    file.write_text("x", encoding="utf-8")
    with open_ledger(tmp_path / "l.db") as ledger:
        for notes in (("scale 1-5",), ("scale 1-7",)):
            ledger.add_ratings(
                Ratings.of([rating()]), source=Source(Intake("f", 1, 1, (), notes), "0")
            )
        assert [record.notes for record in ledger.sources.records()] == [
            ("scale 1-5",),
            ("scale 1-7",),
        ]


def test_outputs_return_as_they_were(tmp_path: Path) -> None:
    listed = (
        Output(example="e1", system="s", text="Hello\r\n\U0001f600", usage=Usage(3, 0)),
        Output(
            example="e1",
            system="s",
            trial=1,
            text="",
            tool_calls=(ToolCall("find", {"q": [1, None]}),),
            seconds=0.1 + 0.2,
            cost=0.0,
        ),
        Output(example="e2", system="s", text=None, failure=Failure("timeout", "60 s", "trace")),
    )
    with open_ledger(tmp_path / "l.db") as ledger:
        assert ledger.add_outputs(listed, version="v1") == Added(3, 0, 0)
        assert ledger.add_outputs(listed, version="v1") == Added(0, 3, 0)
        assert ledger.outputs() == ledger.outputs(version="v1") == listed
        assert ledger.outputs(example="e2") == listed[2:]
        retried = Output(example="e2", system="s", text="at last")
        assert ledger.add_outputs([retried], version="v1") == Added(1, 0, 1)
        assert ledger.outputs(example="e2") == (retried,)


def test_text_that_is_not_unicode_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        with pytest.raises(LedgerError, match="not valid Unicode"):
            ledger.add_ratings(Ratings.of([rating(), rating(example="half \ud800")]))
        assert len(ledger.ratings()) == 0


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("act", ["UPDATE {} SET rowid = 7", "DELETE FROM {}"])
def test_nothing_can_be_changed_or_deleted(tmp_path: Path, table: str, act: str) -> None:
    source = Source(Intake("f", 2, 1, (Refusal("no"),)), "0")
    with open_ledger(tmp_path / "l.db") as ledger:
        ledger.add_ratings(Ratings.of([rating()]), source=source)
        ledger.add_outputs([Output(example="e1", system="s", text="x")])
        ledger.work.add([PIECE], run=ledger.work.log("p", "start", {}))
        ledger.people.register([Item(key="k", example="e1", system="s", dimensions=("tone",))])
        ledger.people.add([Entry(event="entered", who="anna")])
        ledger.calibration.candidate("r", "j")
        ledger.probes.add([PROBE])
        ledger.gates.add(GATE)
    act = act.replace("rowid", {"rating": "number", "work": "revision"}.get(table, "rowid"))
    connection = apsw.Connection(str(tmp_path / "l.db"))
    with pytest.raises(apsw.ConstraintError, match="append-only"):
        connection.execute(act.format(table))


def test_an_older_ledger_moves_forward_and_keeps_its_rows(tmp_path: Path) -> None:
    file = tmp_path / "l.db"
    with open_ledger(file) as ledger:
        ledger.add_ratings(Ratings.of([rating()]))
    connection = apsw.Connection(str(file))
    step = "CREATE TABLE mood (id INTEGER PRIMARY KEY) STRICT; INSERT INTO mood VALUES (1);"
    migrate(connection, (*MIGRATIONS, step))
    migrate(connection, (*MIGRATIONS, step))
    assert connection.pragma("user_version") == len(MIGRATIONS) + 1
    assert connection.execute("SELECT count(*) FROM mood").get == 1
    assert connection.execute("SELECT value FROM ratings").get == 4.0
    connection.close()
    told = rf"l\.db: the ledger has version {len(MIGRATIONS) + 1} .* reads up to {len(MIGRATIONS)}"
    with pytest.raises(LedgerError, match=told), open_ledger(file):
        pass


_FIRST = """
INSERT INTO text VALUES (1, 'e1'), (2, 'today'), (3, 'tone'), (4, 'anna'), (5, 'people'),
  (6, 'no sound'), (7, 'kind');
INSERT INTO batch (id, at, version, file, sha256, read, kept, refused, notes)
  VALUES (1, '2026-01-31T09:00:00+00:00', '', 'r.csv', '0', 4, 3, 1, '["a note"]');
INSERT INTO rating (example, system, dimension, rater, "repeat", against, "order", revision, kind,
                    number, label, reason, cost, batch)
  VALUES (1, 2, 3, 4, 0, 0, 0, 0, 5, 4.0, NULL, NULL, 0.5, 1),
         (1, 2, 3, 4, 0, 0, 0, 1, 5, 2.0, NULL, NULL, NULL, 1),
         (1, 2, 3, 4, 1, 0, 0, 0, 5, NULL, NULL, 6, NULL, 1),
         (1, 2, 3, 4, 2, 0, 0, 0, 5, NULL, 7, NULL, NULL, 1);
INSERT INTO output (example, system, trial, revision, text, tool_calls, batch)
  VALUES (1, 2, 0, 0, 'Hello', '[]', 1);
INSERT INTO refusal VALUES (1, 0, 5, 'value', '9', 'off the scale', '[["value", "9"]]');
"""
"""Rows as the first version of the ledger held them."""


def test_a_ledger_of_the_first_version_moves_to_the_newest_with_all_its_rows(
    tmp_path: Path,
) -> None:
    file = tmp_path / "l.db"
    connection = apsw.Connection(str(file))
    migrate(connection, MIGRATIONS[:1])
    assert connection.pragma("user_version") == 1
    connection.execute(_FIRST)
    connection.close()
    with open_ledger(file) as ledger:
        assert rows(ledger.ratings()) == {
            rating(2.0),
            rating(None, repeat=1, reason="no sound"),
            rating("kind", repeat=2),
        }
        assert ledger.outputs() == (Output(example="e1", system="today", text="Hello"),)
        assert ledger.sources.records() == (
            SourceRecord("r.csv", "0", "2026-01-31T09:00:00+00:00", 4, 3, 1, ("a note",)),
        )
        refusal = Refusal("off the scale", 5, "value", "9", (("value", "9"),))
        assert ledger.sources.refusals() == (refusal,)
        failed = rating(None, repeat=3, reason="60 s", failure="timeout")
        added = ledger.add_ratings(Ratings.of([rating(2.0), failed]))
        assert added == Added(1, 1, 0)
        ledger.work.add([PIECE], run=ledger.work.log("p", "start", {}))
        assert failed in rows(ledger.ratings())
        assert ledger.check() == ()
    connection = apsw.Connection(str(file))
    assert connection.pragma("user_version") == len(MIGRATIONS)
    old = connection.execute("SELECT value, cost, failure FROM ratings_history WHERE NOT latest")
    assert old.fetchall() == [(4.0, 0.5, None)]


def test_a_step_that_fails_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "l.db"
    with open_ledger(file):
        pass
    connection = apsw.Connection(str(file))
    with pytest.raises(apsw.SQLError):
        migrate(
            connection, (*MIGRATIONS, "CREATE TABLE mood (id); INSERT INTO nowhere VALUES (1);")
        )
    assert connection.pragma("user_version") == len(MIGRATIONS)
    assert connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'mood'").get is None
    connection.close()
    with open_ledger(file) as ledger:
        assert ledger.check() == ()


def test_another_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    connection = apsw.Connection(str(file))
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(LedgerError, match="not a ledger of measurand"), open_ledger(file):
        pass
    assert file.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, " * 100, encoding="utf-8")
    with (
        pytest.raises(LedgerError, match=r"notes\.txt: the file is not a ledger"),
        open_ledger(file),
    ):
        pass
    with pytest.raises(LedgerError, match="unable to open"), open_ledger(tmp_path):
        pass


def test_an_error_of_the_caller_stays_the_callers(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_ledger(tmp_path / "l.db"):
        (tmp_path / "missing").read_text(encoding="utf-8")


def test_check_finds_what_should_not_be(tmp_path: Path) -> None:
    file = tmp_path / "l.db"
    with open_ledger(file) as ledger:
        ledger.add_ratings(Ratings.of([rating()]))
    connection = apsw.Connection(str(file))
    connection.execute(
        """DROP TRIGGER rating_no_update; UPDATE rating SET revision = 3, example = 99"""
    )
    connection.close()
    with open_ledger(file) as ledger:
        assert ledger.check() == (
            "table rating refers to missing rows of text",
            "table rating misses earlier revisions",
        )


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db"):
        connection = apsw.Connection(str(tmp_path / "l.db"))
        assert connection.pragma("application_id") == APPLICATION
        assert connection.pragma("journal_mode") == "wal"
        connection.close()
