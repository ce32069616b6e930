"""What a build refuses: each time with the file, the line, the reason and what to do."""

from __future__ import annotations

import errno
import gzip
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from tests.store.logs.samples import written

from measurand.cli import main
from measurand.errors import DataError, InsufficientData, UsageError
from measurand.jobs.build import Built, build
from measurand.jobs.building.options import BuildOptions
from measurand.jobs.regress import Capture, regress
from measurand.jobs.set_place import set_place
from measurand.models.environment import Environment
from measurand.store.built_set import load_set

KEY = Environment({"MEASURAND_KEY": "a key of placeholders for tests"})
SIZES: Mapping[Any, int] = {"core": 8, "edge": 2, "adversarial": 0, "regression": 4, "golden": 0}
MAIL = "jane.secretperson@acme-corp.com"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def made(*logs: Path, **more: Any) -> Built:
    options = BuildOptions(out=Path("set"), sizes=SIZES, seed=7, **more)
    return build(logs, options, environment=KEY)


def rows(count: int = 20) -> list[dict[str, Any]]:
    words = ("parcel", "invoice", "router", "tariff", "refund")
    return [
        {
            "question": f"Where is the {words[at % 5]} {at} of street {at * 7}?",
            "answer": f"Answer {at}.",
            "timestamp": f"2026-03-{at + 1:02d}T10:00:00Z",
            **({"product": "home"} if at % 2 else {}),
        }
        for at in range(count)
    ]


def test_logs_without_a_record_are_told_file_by_file_and_reason_by_reason() -> None:
    Path("empty.jsonl").touch()
    Path("wide.jsonl").write_text("x", encoding="utf-16")
    Path("half.jsonl").write_bytes(b'{"question": "a\n{"foo": "a"}\n{"foo": "b"}\n')
    logs = [Path("empty.jsonl"), Path("half.jsonl"), Path("wide.jsonl")]
    with pytest.raises(DataError) as raised:
        made(*logs)
    told = str(raised.value)
    assert "the logs hold no record that could be used" in told
    assert "empty.jsonl:1: the file is empty" in told
    assert "wide.jsonl:1: the file is UTF-16; save it as UTF-8" in told
    assert "half.jsonl:1: it is not JSON, or half of it (1 rows)" in told
    assert "half.jsonl:2: nothing in it is known as a question" in told
    assert '--map "question:COLUMN"' in told
    assert not Path("set").exists()


def test_a_field_that_no_record_has_is_told_with_those_that_are_there() -> None:
    log = written(Path("log.jsonl"), *rows())
    with pytest.raises(UsageError) as raised:
        made(log, segment_by="produkt")
    assert "no record has a field 'produkt' to be parted by; there are: product;" in str(
        raised.value
    )
    assert "did you mean 'product'?" in str(raised.value)
    found = made(log, segment_by="product")
    lacking = "a record has nothing in the field that is to be segments; it is in none"
    assert found.account.came.notes[lacking] == 10


def test_a_window_that_ends_before_it_begins_is_refused_before_anything_is_read() -> None:
    for since, until in (("2026-03-01", "2025-01-01"), ("2026-03-01", "2026-03-01T00:00:00Z")):
        with pytest.raises(UsageError, match="the window ends before it begins"):
            made(Path("not-there.jsonl"), since=since, until=until)


@pytest.mark.parametrize("times", [1, 30])
def test_one_question_makes_no_set(times: int) -> None:
    same = [{**row, "question": "Where is it?", "answer": "Here."} for row in rows(times)]
    with pytest.raises(InsufficientData, match=f"is one question, {times} times"):
        made(written(Path("log.jsonl"), *same))
    assert not Path("set").exists()


def test_names_of_logs_are_kept_nowhere_and_serve_as_places_all_the_same() -> None:
    log = written(Path(f"log {MAIL}.jsonl"), *rows())
    Path("rated.csv").write_text(
        f"example,system,dimension,rater,kind,value\nlog {MAIL}.jsonl:3,bot,good,ann,people,1\n",
        encoding="utf-8",
    )
    built = made(log, ratings=Path("rated.csv"))
    record = f"log {MAIL}.jsonl:5"
    for capture in (
        Capture(record=record, because="wrong"),
        Capture(record=f"log {MAIL}.jsonl:6", because="wrong", log=log),
    ):
        regress(set_place(None, Path("set")), capture, environment=KEY)
    there = load_set(Path("set"))
    captured = [one for one in there.lineage.values() if one.rule == "regression: captured"]
    assert sorted(str(one.source)[-2:] for one in captured) == [":5", ":6"]
    known = {one.log for one in there.lineage.values()}
    assert len(known) == 1
    assert None not in known
    told = built.to_html() + built.to_markdown() + json.dumps(built.to_json())
    kept = [file for file in Path("set").rglob("*") if file.is_file()]
    for file in kept:
        raw = file.read_bytes()
        told += (gzip.decompress(raw) if file.suffix == ".gz" else raw).decode()
    assert MAIL not in told
    assert "jane" not in "".join(map(str, kept))


def full(*_: object, **__: object) -> NoReturn:
    """What a full disk says: no name of a file."""
    raise OSError(errno.ENOSPC, "No space left on device")


def no_page(path: Path, text: str, encoding: str) -> int:
    """A disk that is full when the page is written."""
    return full() if path.name == "page.html" else path.write_bytes(text.encode(encoding))


@pytest.mark.parametrize(
    ("broken", "by", "said"),
    [
        ("measurand.jobs.building.spool.pickle", full, "(TMPDIR names another folder): cannot be"),
        ("measurand.store.lines.json", full, ".jsonl.gz: cannot be written or read (No space"),
        ("pathlib.Path.write_text", no_page, "page.html: cannot be written or read (No space"),
    ],
)
def test_a_full_disk_is_told_with_the_file(
    broken: str,
    by: Callable[..., int],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    written(Path("log.jsonl"), *rows())
    words = ["data", "build", "log.jsonl", "--sizes", "core=8", "--report", "page.html"]
    monkeypatch.setattr(broken, SimpleNamespace(dumps=by) if by is full else by)
    assert main(words) == 4
    told = capsys.readouterr().err
    assert said in told
    assert ("the set is written: " in told) == (by is no_page) == Path("data/core.jsonl").exists()
