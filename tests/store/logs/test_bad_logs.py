"""Logs that are broken, hostile or huge: what cannot be read is listed, memory stays bounded."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.store.logs.samples import ROWS, read, written
from tests.store.logs.span_samples import ANSWER, ASKED

from measurand.errors import DataError
from measurand.store import yaml as yaml_file
from measurand.store.logs import reading, source
from measurand.store.logs.account import FIRST, LogAccount
from measurand.store.logs.mapping import read_log_mapping
from measurand.store.logs.reading import read_log
from measurand.store.mapping import read_mapping

OK = json.dumps({"question": ASKED, "answer": ANSWER}).encode()
LONG = "a text is longer than 1,048,576 characters"
NAUGHTY = "+49 170 0000 000 must never be told"


def kept(path: Path) -> tuple[int, dict[str, list[str]], list[str]]:
    """Records, the first places by reason, and what ended a file."""
    records, account = read(path)
    assert NAUGHTY not in json.dumps(account.to_json())
    places = {why: [str(place) for place in account.places[why]] for why in account.refused_by}
    return len(records), places, [f"{place}: {why}" for place, why in account.unread]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f'{{"question": "{NAUGHTY}'.encode(), "it is not JSON, or half of it"),
        (OK[:20], "it is not JSON, or half of it"),
        (b'{"question": "a\x00b"}', "it holds a NUL"),
        ('{"question": "Gr\u00fc\u00dfe"}'.encode("latin-1"), "it is not UTF-8"),
        (OK.decode().encode("utf-16-le"), "it holds a NUL"),
        (b'{"question": "a", "question": "b"}', "a key is given twice in one object"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b'{"question":' * 2_000 + b"1" + b"}" * 2_000, "it is nested too deeply"),
        (b'{"n": ' + b"9" * 5_000 + b"}", "a number has too many digits"),
        (b'"text"', "it is no object"),
        (b"[1, 2]", "it is no object"),
        (b"{}", "nothing in it is known as a question, a conversation or a span"),
        (b'{"question": "  "}', "there is no question and no conversation in it"),
        (b'{"messages": [{"role": "weird", "content": "a"}]}', "nobody knows who speaks in a turn"),
        (b'{"messages": [1, 2], "output": "b"}', "a list of numbers is no conversation"),
        (json.dumps({"question": "x" * 2**20 + "y"}).encode(), LONG),
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_by_reason_and_the_next_is_read(
    line: bytes, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(OK + b"\n" + line + b"\n" + OK + b"\r\n\n" + OK)
    count, places, unread = kept(path)
    assert (count, unread) == (3, [])
    ((why, (place,)),) = places.items()
    assert why == reason
    assert place.startswith("log.jsonl:2")


def test_what_is_odd_and_not_bad_is_read(tmp_path: Path) -> None:
    rows = b'{"question": "a\\ud83db", "rating": NaN, "thumbs": Infinity, "x": "\\u0000"}\n'
    (tmp_path / "log.jsonl").write_bytes(b"\xef\xbb\xbf" + OK + b"\n" + rows)
    (_, odd), account = read(tmp_path / "log.jsonl")
    assert account.refused == 0
    assert odd.question == "a\ufffdb"
    assert odd.feedback == ()
    assert odd.metadata == {"x": "\0"}


@pytest.mark.parametrize(
    ("name", "content", "count", "ends"),
    [
        ("a.jsonl", OK.decode().encode("utf-16"), 0, "a.jsonl:1: the file is UTF-16"),
        ("a.jsonl", b"", 0, "a.jsonl:1: the file is empty"),
        ("a.jsonl", b"PK\x03\x04zip", 0, "a.jsonl:1: a zip file; only gzip is unpacked"),
        ("a.txt", b"free text", 0, "a.txt:1: this kind of file is not read"),
        ("a.log", OK + b"\n" + OK, 2, None),
        ("a.json", b"[" + OK + b", " + OK + b", {", 2, "a.json:3: the document is broken"),
        ("a.json", b"[" + OK + b" " + OK + b"] x", 2, "a.json:3: the document is broken"),
        ("a.json", b'{"meta": {"data": [1]}, "data": [' + OK + b"]}", 1, None),
        ("a.json", b'{"data": [1, 2], "question": "a"}', 1, None),
        ("a.json", b"[]", 0, "a.json:1: the file is empty"),
        ("a.jsonl.gz", gzip.compress(OK, mtime=0)[:-9], 0, "the compressed file is damaged"),
        ("a.csv", b'"question\n', 0, "its first line is no header of columns"),
        ("a.csv", b"question,question\na,b\n", 0, "two columns have one name"),
        ("a.csv", b'question,answer\na,b\nc\n"d"e,f\ng,h\n', 2, None),
        ("a.tsv", b"question\tanswer\na\tb\n\xff\tb\n\0\tb\n", 1, None),
        ("a.parquet", b"no parquet", 0, "a.parquet:1: this kind of file is not read"),
    ],
)  # fmt: skip
def test_a_file_that_ends_early_says_where_and_why(
    name: str, content: bytes, count: int, ends: str | None, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    found, _, unread = kept(tmp_path / name)
    assert found == count
    assert unread == [] if ends is None else ends in unread[0]


def test_a_document_over_many_lines_and_documents_after_one_another(tmp_path: Path) -> None:
    row = {"question": ASKED, "answer": "\u00fc" * 50, "tags": ["}", "]", '"'], "n": 12}
    whole = json.dumps({"data": [row] * 5_000, "more": {"a": [1]}}, indent=1, ensure_ascii=False)
    (tmp_path / "a.json").write_text(whole + "\n" + json.dumps(row, indent=2), encoding="utf-8")
    records, account = read(tmp_path / "a.json")
    assert (len(records), account.refused, account.unread) == (5_001, 0, [])
    assert str(records[-1].place) == "a.json:5001"
    assert {one.output for one in records} == {"\u00fc" * 50}


def test_a_bad_entry_of_a_document_is_refused_alone(tmp_path: Path) -> None:
    bad = b'{"question": "a", "question": "b"}, 5, {"question": "\xff"}'
    (tmp_path / "a.json").write_bytes(b"[" + OK + b"," + bad + b"," + OK + b"]")
    count, places, unread = kept(tmp_path / "a.json")
    assert (count, unread) == (2, [])
    assert sum(len(one) for one in places.values()) == 3


def test_every_refusal_is_counted_and_few_are_named(tmp_path: Path) -> None:
    path = written(tmp_path / "log.jsonl", *([{"a": 1}] * 50), ROWS["rows"][1])
    _, account = read(path)
    ((why, count),) = account.refused_by.items()
    assert count == 50
    assert len(account.places[why]) == FIRST


def test_a_file_without_hope_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_HOPELESS", 20)
    _, account = read(written(tmp_path / "log.jsonl", *([{"a": 1}] * 50)))
    assert (account.read, len(account.unread)) == (20, 1)


def test_bombs_stop_by_their_ratio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "BOMB_LEAST", 2**21)
    with gzip.open(tmp_path / "a.jsonl.gz", "wb") as stream:
        stream.write(OK + b"\n" + b"0" * 2**24)
    with gzip.open(tmp_path / "b.json.gz", "wb") as stream:
        stream.write(b'[{"question": "' + b"0" * 2**24)
    tracemalloc.start()
    for name in ("a.jsonl.gz", "b.json.gz"):
        _, account = read(tmp_path / name)
        assert "more than 200 times its size" in account.unread[0][1]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**25


_BOUNDED = """
import resource, sys
from pathlib import Path
from measurand.store.logs.account import LogAccount
from measurand.store.logs.reading import read_log
resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29))
account = LogAccount()
records = sum(1 for _ in read_log(Path(sys.argv[1]), account))
print(records, account.refused, len(account.unread))
"""


def test_fields_and_lines_of_many_megabytes_fit_half_a_gigabyte(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with path.open("wb") as stream:
        for size in (20, 40, 100):
            stream.write(OK + b'\n{"question": "' + b"x" * size * 10**6 + b'"}\n')
        stream.write(b'{"question": "a", "more": "' + b"x" * 20 * 10**6 + b'"}\n' + OK)
    words = [sys.executable, "-c", _BOUNDED, str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["4", "4", "0"]


def test_reading_a_long_log_needs_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        path = written(tmp_path / "log.jsonl", *([ROWS["chat"][1]] * rows))
        tracemalloc.start()
        assert sum(1 for _ in read_log(path, LogAccount())) == rows
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(20)  # what is imported and remembered once
    assert peak(1_200) < peak(300) + 2**16


_LAUGHS = "messages: &a [x]\n" + "".join(
    f"b{at}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for at, (before, name) in enumerate(zip("abcdefgh", "bcdefghi", strict=True))
)


def test_a_mapping_that_laughs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(_LAUGHS, encoding="utf-8")
    for reader in (read_log_mapping, read_mapping):
        with pytest.raises(DataError) as raised:
            reader(path)
        assert len(str(raised.value)) < 2_000
    path.write_text("messages: &a x\noutput: *a\n", encoding="utf-8")
    with pytest.raises(DataError, match="an alias is not followed here"):
        read_log_mapping(path)
    path.write_text("x" * (yaml_file.SIZE_LIMIT + 1), encoding="utf-8")
    with pytest.raises(DataError, match="larger than"):
        read_log_mapping(path)


@given(
    cut=st.lists(st.integers(0, 4_000), max_size=8),
    junk=st.binary(max_size=20),
    name=st.sampled_from(["log.jsonl", "log.json", "log.csv"]),
)
def test_whatever_is_cut_or_mixed_in_the_account_adds_up(
    cut: list[int], junk: bytes, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = b"".join(json.dumps(row).encode() + b"\n" for _, row in ROWS.values())
    if name == "log.csv":
        whole = b"question,answer\n" + b'"a","b"\n' * 30
    for at in cut:
        whole = whole[:at] + junk + whole[at + 3 :]
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(whole)
    records, account = read(path)
    assert len(records) >= account.kept
    assert all(record.question or record.messages for record in records)
