"""Every way in which a text file can be broken ends in a fault with its line, never a traceback."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from measurand.errors import Fault
from measurand.store.lines import LINE_LIMIT, Row, parse_json, read_rows, shown, write_jsonl


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all the examples of a property; each overwrites the one before."""
    return tmp_path_factory.mktemp("drawn")


def read(path: Path, limit: int = LINE_LIMIT) -> tuple[list[Row], list[Fault]]:
    faults: list[Fault] = []
    rows = list(read_rows(path, faults, limit=limit))
    return rows, faults


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


# What is read.


@pytest.mark.parametrize(
    "content",
    [
        b'{"a": 1}\n{"a": 2}\n',
        b'{"a": 1}\n{"a": 2}',
        b'\xef\xbb\xbf{"a": 1}\r\n{"a": 2}\r\n',
        b'{"a": 1}\r{"a": 2}\r',
        b'[{"a": 1},\n{"a": 2}]',
        b'\xef\xbb\xbf[{"a": 1},\r\n{"a": 2}\r\n]\r\n',
    ],
)
@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".ndjson", ".jsonl.gz"])
def test_line_ends_marks_and_arrays_make_no_difference(
    tmp_path: Path, content: bytes, suffix: str
) -> None:
    packed = gzip.compress(content) if suffix.endswith(".gz") else content
    rows, faults = read(write(tmp_path / f"rows{suffix}", packed))
    assert rows == [(1, {"a": 1}), (2, {"a": 2})]
    assert faults == []


def test_blank_lines_are_passed_over_and_counted(tmp_path: Path) -> None:
    rows, faults = read(write(tmp_path / "rows.jsonl", b'\n{"a": 1}\n  \n\n{"a": 2}\n\n'))
    assert [row.line for row in rows] == [2, 5]
    assert faults == []


def test_unicode_line_separators_do_not_end_a_line(tmp_path: Path) -> None:
    text = json.dumps({"a": "one\u2028two\u0085three\x0b"}, ensure_ascii=False)
    rows, faults = read(write(tmp_path / "rows.jsonl", text.encode()))
    assert rows == [(1, {"a": "one\u2028two\u0085three\x0b"})]
    assert faults == []


def test_a_csv_row_counts_from_its_first_line(tmp_path: Path) -> None:
    content = b'id,text\r\na,"one\r\ntwo"\r\n\r\nb,three\r\n'
    rows, faults = read(write(tmp_path / "rows.csv", content))
    assert rows == [(2, {"id": "a", "text": "one\ntwo"}), (5, {"id": "b", "text": "three"})]
    assert faults == []


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_header_shows_the_separator(tmp_path: Path, mark: str) -> None:
    content = f"id{mark} text \na{mark}b\n".encode()
    rows, faults = read(write(tmp_path / "rows.csv", content))
    assert rows == [(2, {"id": "a", "text": "b"})]
    assert faults == []


def test_a_cell_may_be_larger_than_the_csv_module_likes(tmp_path: Path) -> None:
    rows, faults = read(write(tmp_path / "rows.csv", b"text\n" + b"x" * 300_000 + b"\n"))
    assert faults == []
    assert len(rows[0].cells["text"]) == 300_000


def test_a_line_of_ten_megabytes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"text": "x" * 10_000_000}) + '\n{"text": "y"}\n', encoding="utf-8")
    rows, faults = read(path)
    assert [len(row.cells["text"]) for row in rows] == [10_000_000, 1]
    assert faults == []


# What is refused.


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"a": 1', "cut off"),
        ('{"a": "one', "cut off"),
        ('{"a": ', "cut off"),
        ('{"a" 1}', "expecting ':' delimiter at column 6"),
        ("{'a': 1}", "not JSON"),
        ('{"a": 1} {"a": 2}', "extra data"),
        ('{"a": NaN}', "NaN is not a number"),
        ('{"a": -Infinity}', "-Infinity is not a number"),
        ('{"a": 1e999}', "beyond the range"),
        ('{"a": 1, "a": 2}', 'given twice: "a"'),
        ('{"b": {"a": 1, "a": 2}}', "given twice"),
        ('{"a": "\\ud83d"}', "surrogate"),
        ('{"a": ' + "9" * 5000 + "}", "digits"),
        ("[" * 100_000, "nested too deeply"),
        ('"text"', "not a JSON object"),
        ("17", "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"a": "\0"}', "NUL"),
    ],
)
def test_a_bad_line_is_a_fault_and_the_rest_is_read(
    tmp_path: Path, line: str, problem: str
) -> None:
    content = f'{{"a": 0}}\n{line}\n{{"a": 3}}\n'
    rows, faults = read(write(tmp_path / "rows.jsonl", content.encode()))
    assert [row.line for row in rows] == [1, 3]
    assert [fault.line for fault in faults] == [2]
    assert problem in faults[0].problem
    assert faults[0].file == str(tmp_path / "rows.jsonl")
    assert len(str(faults[0])) < 400


def test_a_whole_pair_of_surrogates_is_text() -> None:
    assert parse_json('"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_bytes_that_are_not_utf8_name_their_line(tmp_path: Path, suffix: str) -> None:
    lines = {".jsonl": b'{"a":"x"}\n{"a":"caf\xe9"}\n{"a":"y"}\n', ".csv": b"a\ncaf\xe9\ny\n"}
    rows, faults = read(write(tmp_path / f"rows{suffix}", lines[suffix]))
    assert rows[-1].cells == {"a": "y"}
    assert [fault.line for fault in faults] == [2]
    assert "0xe9, not UTF-8" in faults[0].problem


def test_a_line_beyond_the_limit_is_refused_and_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", b'{"a": 1}\n' + b"x" * 200_000 + b'\n{"a": 2}\n')
    rows, faults = read(path, limit=1000)
    assert [row.line for row in rows] == [1, 3]
    assert [str(fault.problem) for fault in faults] == ["the line is longer than 1000 characters"]


def test_a_line_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", b'{"a": 1}\n{"a": 12}\n')
    rows, faults = read(path, limit=8)
    assert [row.line for row in rows] == [1]
    assert [fault.line for fault in faults] == [2]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows.csv", "rows.jsonl.gz"])
@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_a_fault(tmp_path: Path, name: str, content: bytes) -> None:
    rows, faults = read(write(tmp_path / name, content))
    assert rows == []
    assert [fault.problem for fault in faults] == ["the file is empty"]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("rows.json", b"[]", "the file is empty"),
        ("rows.json", b'{\n"a": 1\n}', "over several lines"),
        ("rows.json", b'[{"a": 1},', "broken or cut off"),
        ("rows.json", b'[{"a": "caf\xe9"}]', "not UTF-8"),
        ("rows.json", b"[", "broken or cut off"),
        ("rows.json", b'[{"a": 1}', "broken or cut off"),
        ("rows.json", b'[{"a": 1} {"a": 2}]', "broken or cut off"),
        ("rows.json", b'[{"a": 1}] x', "after the end"),
        ("rows.csv", b"a,b\n", "a header and no rows"),
        ("rows.csv", b"a,a\n1,2\n", "two columns are called a"),
        ("rows.csv", b"a,,c\n1,2,3\n", "column 2 has no name"),
        ("rows.csv", b"a,b\n1,2,3\n", "3 cells and the header 2"),
        ("rows.csv", b"a,b\n1\n", "1 cells and the header 2"),
        ("rows.csv", b'a\n"cut', "the rest cannot be read"),
        ("rows.csv", b"caf\xe9,b\n1,2\n", "not UTF-8"),
        ("rows.csv", b"a\n1\x002\n", "NUL"),
        ("rows.jsonl", "{}".encode("utf-16"), "UTF-16"),
        (
            "rows.jsonl.gz",
            gzip.compress(b'{"a": 1}\n' * 9000, mtime=0)[:60],
            "compressed file is damaged",
        ),
        ("rows.xlsx", b"PK", "this kind of file is not read"),
    ],
)
def test_broken_files_are_refused_in_words(
    tmp_path: Path, *, name: str, content: bytes, problem: str
) -> None:
    _, faults = read(write(tmp_path / name, content))
    assert problem in faults[-1].problem
    assert len(faults) == 1


def test_a_row_that_is_wrong_twice_has_two_faults(tmp_path: Path) -> None:
    rows, faults = read(write(tmp_path / "rows.csv", b'a\n"\xe9" x\ny\n'))
    assert rows == []
    assert [fault.line for fault in faults] == [2, 2]
    assert "not UTF-8" in faults[0].problem
    assert "the rest cannot be read" in faults[1].problem


def test_an_array_beyond_the_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("measurand.store.lines.DOCUMENT_LIMIT", 50)
    rows, faults = read(write(tmp_path / "rows.json", b"[\n" + b'{"a": 1},\n' * 9 + b"]"))
    assert rows == []
    assert [fault.problem for fault in faults] == ["the JSON array is longer than 50 characters"]
    assert faults[0].remedy == "write it as JSON Lines"


def test_faults_inside_an_array_have_their_lines(tmp_path: Path) -> None:
    content = b'[\n{"a": 1},\n{"a": NaN},\n7,\n{"a": 2, "a": 3},\n{"a": 4}\n]'
    rows, faults = read(write(tmp_path / "rows.json", content))
    assert [row.line for row in rows] == [2, 6]
    assert [fault.line for fault in faults] == [3, 4, 5]


@pytest.mark.parametrize("name", ["none.jsonl", "folder.csv"])
def test_a_file_that_cannot_be_opened_is_a_fault(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    rows, faults = read(tmp_path / name)
    assert rows == []
    assert [fault.problem[:22] for fault in faults] == ["the file cannot be rea"]


@given(st.binary(max_size=200))
def test_no_bytes_make_a_traceback(folder: Path, content: bytes) -> None:
    for name in ("rows.jsonl", "rows.json", "rows.csv", "rows.csv.gz"):
        rows, faults = read(write(folder / name, content))
        assert rows or faults


JSON: SearchStrategy[object] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(rows=st.lists(st.dictionaries(st.text(), JSON), min_size=1, max_size=5))
@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_what_is_written_is_read(folder: Path, rows: list[dict[str, object]], name: str) -> None:
    path = folder / name
    write_jsonl(path, rows)
    back, faults = read(path)
    assert faults == []
    assert [row.cells for row in back] == rows
    assert [row.line for row in back] == list(range(1, len(rows) + 1))


def test_a_row_that_cannot_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    write_jsonl(path, [{"a": 1}])
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_jsonl(path, [{"a": 2}, {"a": float("nan")}])
    assert read(path) == ([(1, {"a": 1})], [])
    assert [file.name for file in tmp_path.iterdir()] == ["rows.jsonl"]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8)


@given(
    table=st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(CELLS.map("v{}".format), min_size=width, max_size=width),
            min_size=1,
            max_size=4,
        )
    )
)
def test_csv_as_python_writes_it_is_read(folder: Path, table: list[list[str]]) -> None:
    stream = io.StringIO(newline="")
    header = [f"column {index}" for index in range(len(table[0]))]
    csv.writer(stream).writerows([header, *table])
    path = folder / "rows.csv"
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")
    rows, faults = read(path)
    assert faults == []
    assert [list(row.cells.values()) for row in rows] == table


def test_values_are_shown_short_and_on_one_line() -> None:
    assert shown("a\nb") == '"a\\nb"'
    assert len(shown("x" * 1000)) == 60
    assert shown(object()).startswith("<object")
