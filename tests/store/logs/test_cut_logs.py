"""Logs that are cut, or have one sign too many: what is lost is a row, and never the file."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path
from random import Random

import pytest
from tests.store.logs.samples import read

from measurand.store.logs import json_rows, source, table_rows
from measurand.store.logs.account import LogAccount
from measurand.store.logs.draft import TEXT_LIMIT, TOO_LONG, TOO_LONG_IN_ALL

HALF = "it is not JSON, or half of it"
QUOTES = "its quotes are broken"
ROWS = [{"question": f"q{at}", "answer": f"a{at}"} for at in range(40)]
LINES = [json.dumps(row).encode() + b"\n" for row in ROWS]


def read_of(path: Path, content: bytes) -> tuple[list[str], LogAccount]:
    """The places of the records of a file, and the account."""
    path.write_bytes(content)
    records, account = read(path)
    return [str(one.place) for one in records], account


def refused(account: LogAccount) -> dict[str, list[int]]:
    """The lines that were refused, by reason."""
    return {why: [one.line for one in account.places[why]] for why in account.refused_by}


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json", "a.log"])
@pytest.mark.parametrize(
    "half",
    [
        LINES[0][:20] + b"\n",
        LINES[0][9:],
        b'{"question": "a", "messages\n',
        b"[1, 2\n",
        b"\n\n" + LINES[0][:8] + b"\n",
        b'{"question": "' + b"x" * 70_000 + b"\n",
    ],
)
def test_half_a_first_line_is_one_row(name: str, half: bytes, tmp_path: Path) -> None:
    if name == "a.log" and not half.lstrip().startswith((b"{", b"[")):
        half = b"{" + half  # what is called a log is known by how it begins
    places, account = read_of(tmp_path / name, half + b"".join(LINES))
    first = half.count(b"\n")
    assert places == [f"{name}:{first + at}" for at in range(1, 41)]
    assert refused(account) == {HALF: [first]}
    assert account.unread == []


@pytest.mark.parametrize("end", [b"{", b"[", b","])
def test_half_a_line_that_ends_as_a_document_begins_is_a_row_of_lines(
    end: bytes, tmp_path: Path
) -> None:
    begun = b'{"question": "a", "more": ' + end + b"\n"
    places, account = read_of(tmp_path / "a.jsonl", begun + b"".join(LINES))
    assert (len(places), refused(account)) == (40, {HALF: [1]})


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_a_long_first_line_makes_no_document_of_lines(name: str, tmp_path: Path) -> None:
    long = json.dumps({"question": "x" * 100_000, "answer": "b"}).encode() + b"\n"
    content = long + b"".join(LINES[:20]) + LINES[20][:9] + b"\n" + b"".join(LINES[21:])
    places, account = read_of(tmp_path / name, content)
    assert places == [f"{name}:{at}" for at in range(1, 42) if at != 22]
    assert refused(account) == {HALF: [22]}


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(ROWS, indent=1),
        json.dumps({"data": ROWS}, indent=1),
        "[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]\n",
        '{"data": [\n' + ",\n".join(map(json.dumps, ROWS)) + "\n]}\n",
        "\n\n".join(json.dumps(row, indent=2) for row in ROWS),
        json.dumps(ROWS),
        json.dumps(ROWS) + "\n",
    ],
)
@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_a_document_is_one_whatever_the_file_is_called(
    name: str, content: str, tmp_path: Path
) -> None:
    places, account = read_of(tmp_path / name, content.encode())
    assert (len(places), account.refused, account.unread) == (40, 0, [])


def test_a_list_of_one_row_in_lines_of_its_own_is_a_document(tmp_path: Path) -> None:
    places, account = read_of(tmp_path / "a.json", b'{"data": [\n' + LINES[0] + b"]}\n")
    assert (len(places), account.refused, account.unread) == (1, 0, [])


def test_half_a_row_alone_is_refused_and_half_a_document_is_not_read(tmp_path: Path) -> None:
    assert refused(read_of(tmp_path / "a.jsonl", LINES[0][:20])[1]) == {HALF: [1]}
    _, account = read_of(tmp_path / "a.json", LINES[0][:20])
    assert (account.read, len(account.unread)) == (0, 1)


@pytest.fixture
def few_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry may hold 20,000 values."""
    monkeypatch.setattr(source, "VALUE_LIMIT", 20_000)
    monkeypatch.setattr(json_rows, "_CHUNK", 20_000)


@pytest.mark.usefixtures("few_values")
@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_an_entry_of_very_many_values_is_refused_without_being_held(
    name: str, tmp_path: Path
) -> None:
    many = b'{"question": "a", "x": [' + b"[]," * 100_000 + b"[]]}"
    begin, between, end = (b"[", b",\n", b"]") if name == "a.json" else (b"", b"\n", b"")
    path = tmp_path / name
    path.write_bytes(begin + LINES[0].strip() + between + many + end)
    tracemalloc.start()
    records, account = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [one.question for one in records] == ["q0"]
    told = list(account.refused_by) + [why for _, why in account.unread]
    assert [why.partition(";")[0] for why in told] == ["it holds more than 20,000 values"]
    assert peak < 2**22  # decoded they are twice that


@pytest.mark.usefixtures("few_values")
def test_many_entries_after_a_long_one_are_not_one_of_many_values(tmp_path: Path) -> None:
    long = b'{"question": "a", "x": "' + b"y" * 30_000 + b'"}'
    content = b"[" + long + b", {}" * 30_000 + b", " + LINES[0].strip() + b"]"
    (tmp_path / "a.json").write_bytes(content)
    with (tmp_path / "a.json").open("rb") as stream:
        found = [one.number for one in json_rows.json_rows(stream)]
    assert found == list(range(1, 30_003))


@pytest.mark.usefixtures("few_values")
def test_json_in_a_cell_is_bounded_too(tmp_path: Path) -> None:
    cell = "[" + "[]," * 30_000 + "[]]"
    records, _ = read_of(tmp_path / "a.csv", f'question,answer\n"{cell}",b\n'.encode())
    assert records == ["a.csv:2"]  # as a text


def test_an_object_without_a_list_is_bounded_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_rows, "LINE_LIMIT", 2**16)
    parts = ",\n".join(f'"k{at}": "{"x" * 2**12}"' for at in range(40))
    _, account = read_of(tmp_path / "a.json", b"{" + parts.encode() + b"\n}")
    assert "a document without a list of entries is longer" in account.unread[0][1]


TABLE = [f"r{at},answer {at}\n" for at in range(200)]


def table_of(tmp_path: Path, *rows: str) -> tuple[list[int], dict[str, list[int]], LogAccount]:
    """The lines that were read of a table, and those that were refused."""
    content = "question,answer\n" + "".join(rows)
    places, account = read_of(tmp_path / "a.csv", content.encode())
    return [int(one.rpartition(":")[2]) for one in places], refused(account), account


@pytest.mark.parametrize(
    ("stray", "closing"),
    [
        ('r9,"he said,press\n', ""),
        ('"he said,press\n', ""),
        ('r9,"he said,press\n', 'r99,"another, sound"\n'),
        ('r9,"he said,press\n', 'r99,a screen of 5"\n'),
        ('"r9,he said\n', 'r99",x,y\n'),
        ('r9,"he said""\n', ""),
    ],
)
def test_one_quote_too_many_costs_one_row(stray: str, closing: str, tmp_path: Path) -> None:
    rows = [*TABLE[:8], stray, *TABLE[8:100], closing, *TABLE[100:]]
    lines, bad, account = table_of(tmp_path, *rows)
    in_all = 201 + bool(closing)
    assert bad[QUOTES][0] == 10
    assert account.refused <= 2
    assert account.unread == []
    assert account.read == in_all
    assert set(range(2, in_all + 2)) - set(lines) <= {10, 103}


def test_texts_of_several_lines_stay_one_row(tmp_path: Path) -> None:
    prose = 'r,"first, second\nthird\nfourth, fifth\n\nsixth ""quoted"", seventh\n"\n'
    short = 'r,"a,b\nc,d\ne,f\n"\n'
    lines, bad, _ = table_of(tmp_path, TABLE[0], prose * 3, short, TABLE[1])
    assert (lines, bad) == ([2, 3, 9, 15, 21, 25], {})


def test_a_quote_too_many_before_more_than_a_row_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_rows, "LINE_LIMIT", 1_000)
    long = f'r,"{"x" * 3_000}\n'
    lines, bad, account = table_of(tmp_path, 'r,"open\n', *TABLE[:100], long, *TABLE[100:])
    assert (len(lines), account.unread) == (200, [])
    assert {why: places for why, places in bad.items() if why == QUOTES} == {QUOTES: [2]}
    assert sum(account.refused_by.values()) == 2


def test_a_table_whose_every_line_opens_a_quote_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_rows, "_AGAIN", 10_000)
    _, bad, account = table_of(tmp_path, *['a","c\n'] * 500)
    assert bad[QUOTES][0] == 2
    ((place, why),) = account.unread
    assert "its quotes are broken too often" in why
    assert place.line == account.refused + 2


def test_a_damaged_gzip_is_told_where_it_breaks(tmp_path: Path) -> None:
    random = Random(7)  # noqa: S311 - texts that do not pack
    rows = (json.dumps({"question": random.randbytes(300).hex()}) for _ in range(3_000))
    packed = gzip.compress("\n".join(rows).encode(), 1)
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(packed[: len(packed) - 2_000])
    records, account = read(path)
    ((place, why),) = account.unread
    assert why == "the compressed file is damaged or cut off"
    assert place.line == len(records) + 1 > 1_000


def test_a_bomb_is_told_where_it_bursts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "BOMB_LEAST", 2**21)
    path = tmp_path / "a.jsonl.gz"
    with gzip.open(path, "wb") as stream:
        stream.write(b"".join(LINES) + b" " * 2**23)
    _, account = read(path)
    assert account.unread[0][0].line == 41


@pytest.mark.parametrize(
    "field",
    [
        {"answer": "x"},
        {"context": ["x"]},
        {"metadata": {"a": [{"b": "x"}]}},
        {"metadata": {"x": 1}},
        {"feedback": [{"name": "a", "value": 1, "comment": "x"}]},
        {"whatever": "x"},
    ],
)
def test_every_text_of_a_record_is_bounded(field: dict[str, object], tmp_path: Path) -> None:
    long, bad = "y" * (TEXT_LIMIT + 1), json.dumps(field)
    rows = ['{"question": "a", ' + bad[1:].replace("x", text) + "\n" for text in ("y", long)]
    places, account = read_of(tmp_path / "a.jsonl", "".join(rows).encode())
    assert places == ["a.jsonl:1"]
    assert refused(account) == {TOO_LONG: [2]}


def test_all_texts_of_a_record_are_bounded_together(tmp_path: Path) -> None:
    row = {"question": "a", "context": ["y" * TEXT_LIMIT] * 4, "tags": ["z" * 400] * 11_000}
    _, account = read_of(tmp_path / "a.jsonl", json.dumps(row).encode())
    assert refused(account) == {TOO_LONG_IN_ALL: [1]}


def test_a_conversation_without_end_is_refused(tmp_path: Path) -> None:
    rows = [
        {"turns": [{"speaker": who, "text": "t"} for who in ("user", "assistant") * half]}
        for half in (2_000, 2_001)
    ]
    places, account = read_of(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows)).encode())
    assert len(places) == 2_000
    assert refused(account) == {"a conversation has more than 4,000 turns": [2]}
