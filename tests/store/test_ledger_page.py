"""The page that documents the ledger says what is there, and its queries run."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from measurand.core.intake import Intake, Refusal
from measurand.core.model import Attempt, Call, ModelReply
from measurand.core.output import Output, Usage
from measurand.core.people import Item
from measurand.core.rating import COLUMNS, Rating, Ratings
from measurand.store.ledger import Source, open_ledger
from measurand.store.ledger_people import Entry
from measurand.store.ledger_schema import APPLICATION, MIGRATIONS, TABLES
from measurand.store.ledger_work import Work

PAGE = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


def rating(rater: str, value: float | None, reason: str | None = None) -> Rating:
    return Rating(
        example="e1",
        system="today",
        dimension="tone",
        rater=rater,
        kind="people",
        value=value,
        reason=reason,
    )


def judged() -> Work:
    """A judgment that failed at the second attempt."""
    row = replace(rating("gpt", None, "not in the form asked for"), kind="judge", failure="invalid")
    attempts = (
        Attempt(status="server_error", seconds=0.5),
        Attempt(status="ok", seconds=1.0, usage=Usage(90, 10), cost=0.125),
    )
    call = Call(model="openai/gpt", attempts=attempts, reply=ModelReply(text="Good!"))
    return Work(
        key="k",
        purpose="rating",
        who="today",
        version="v",
        failure="invalid",
        ratings=(row,),
        calls=(call,),
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    source = Source(Intake("r.csv", 4, 3, (Refusal("off the scale", 5),)), "0")
    first = [rating("anna", 4.0), rating("ben", 2.0), rating("cy", None, "no sound")]
    with open_ledger(path) as ledger:
        ledger.add_ratings(Ratings.of(first), source=source)
        ledger.add_ratings(Ratings.of([rating("anna", 5.0)]))
        ledger.add_outputs([Output(example="e1", system="today", text="Hello", cost=0.25)])
        ledger.work.add([judged()], run=ledger.work.log("plan", "start", {}))
        ledger.people.register([Item(key="k", example="e1", system="today", dimensions=("tone",))])
        ledger.people.add([Entry(event="answered", who="anna", position=0, number=1)])
    return path


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_of_the_page_finds_something(file: Path, query: str) -> None:
    assert apsw.Connection(str(file)).execute(query).fetchall()


def test_the_queries_find_what_is_there(file: Path) -> None:
    means, unsaid, changed, refused, files, spent, took, said, asked, failed = (
        apsw.Connection(str(file)).execute(query).fetchall() for query in QUERIES
    )
    assert means == [("today", "tone", 3.5, 2)]
    assert sorted(unsaid) == [("cy", "no sound", 1), ("gpt", "not in the form asked for", 1)]
    assert [row[:4] for row in changed] == [("e1", "anna", 4.0, 5.0)]
    assert refused == [("r.csv", "off the scale", 1, 5)]
    assert [row[:4] for row in files] == [("r.csv", 4, 3, 1)]
    assert spent == [("today", 1, 0, 0.25)]
    assert took == [("openai/gpt", "rating", 1, 2, 100, 0.125, 0)]
    assert [row[1:] for row in said] == [("anna", 0, 1, "{}")]
    assert asked == [("sample", 1, 3)]
    assert failed == [("gpt", "invalid", 1)]


def test_the_page_names_every_view_table_and_column(file: Path) -> None:
    connection = apsw.Connection(str(file))
    views = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'view'").fetchall()
    for (view,) in views:
        assert f"`{view}`" in PAGE
    for table in TABLES:
        assert f"| `{table}` |" in PAGE
    shown = [str(row[1]) for row in connection.execute("PRAGMA table_info(ratings)")]
    assert shown == [*COLUMNS, "at", "version", "file"]
    for view in ("ratings", "calls"):
        columns = [str(row[1]) for row in connection.execute(f"PRAGMA table_info({view})")]
        missing = [name for name in columns if not re.search(rf'`"?{name}"?`', PAGE)]
        assert missing == []
    assert str(APPLICATION) in PAGE
    assert f"now {len(MIGRATIONS)}." in PAGE


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="the sqlite3 tool is not installed")
def test_the_sqlite3_tool_reads_a_ledger(file: Path) -> None:
    tool = shutil.which("sqlite3") or ""
    query = "SELECT rater, count(*) FROM ratings GROUP BY rater"
    done = subprocess.run([tool, str(file), query], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["anna|1", "ben|1", "cy|1", "gpt|1"]
