"""YAML without its traps: no surprise types, no bombs, a line for every key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from measurand.errors import DataError
from measurand.store.yaml import Document, read_yaml


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all the examples of a property; each overwrites the one before."""
    return tmp_path_factory.mktemp("drawn")


def document(folder: Path, text: str | bytes) -> Document:
    path = folder / "file.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(path)


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        *((word, word) for word in ("yes", "no", "on", "off", "Yes", "y", "NO")),
        *((word, word) for word in ("1-5", "0..1", "yes/no", "12:30", "1:30:00", "2026-01-31")),
        *((word, word) for word in ("0x1F", "0o17", "1_000", ".inf", ".nan", "1e999", "=", "<<")),
        ("010", 10),
        ("7", 7),
        ("-7", -7),
        ("7.5", 7.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'7'", "7"),
        ('"true"', "true"),
        ('"caf\\u00e9"', "café"),
    ],
)
def test_scalars_mean_what_json_would_mean(tmp_path: Path, scalar: str, value: object) -> None:
    read = document(tmp_path, f"key: {scalar}\n").value["key"]
    assert read == value
    assert type(read) is type(value)


def test_keys_are_the_text_that_was_written(tmp_path: Path) -> None:
    assert document(tmp_path, "yes: 1\n1: 2\nnull: 3\n").value == {"yes": 1, "1": 2, "null": 3}


def test_every_value_has_its_line(tmp_path: Path) -> None:
    read = document(tmp_path, "a:\n  - b: 1\n    c:\n      2\n  - [x,\n    y]\n")
    assert read.value == {"a": [{"b": 1, "c": 2}, ["x", "y"]]}
    assert read.lines["a", 0, "c"] == 3
    assert read.lines["a", 1] == 5
    assert read.lines["a", 1, 1] == 6
    assert read.line(("a", 0, "missing")) == 2
    assert read.line(("nothing",)) == 1


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ("a: 1\na: 2\n", "the key stands on line 1 already", 2),
        ("a: 1\nb: {c: 1, d: 2, c: 3}\n", "the key stands on line 2 already", 2),
        ("a: !!python/object/apply:os.system [ls]\n", "a tag is not allowed here", 1),
        ("a: !!int '3'\n", "a tag is not allowed here", 1),
        ("\n? [a, b]\n: 1\n", "a key is not a word", 2),
        ('a:\n  "x\\ud800"\n', "the text holds half of a surrogate pair", 2),
        ('a: {"x\\ud800": 1}\n', "the text holds half of a surrogate pair", 1),
    ],
)
def test_what_is_left_out_is_a_fault(tmp_path: Path, *, text: str, problem: str, line: int) -> None:
    (fault,) = document(tmp_path, text).faults
    assert (fault.problem, fault.line) == (problem, line)


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ("a: [1, 2\nb: 3\n", "the bracket that opens on line 1 is not closed", 2),
        ("a:\n\tb: 1\n", "a tab stands where only spaces can", 2),
        ("a: 'cut", "the quote that opens on line 1 is not closed", 1),
        ("a: 1\n---\nb: 2\n", "a second document starts here", 2),
        ("a: *nothing\n", "*nothing refers to nothing", 1),
        ("a: 1\nb\nc: 2\n", "this line is no key with a value", 2),
        ("a: b: c\n", "a colon stands where none can", 1),
        ("a: @x\n", "unquoted text cannot start with @", 1),
        ("a: [1]]\n", "] closes nothing", 1),
        ("a: {b: which?, c: 1}\n", "a question mark ends unquoted text between brackets", 1),
        ("a: 'x' y\n", "text follows after the end of a value", 1),
        ("a:\n  - b: 1\n   c: 2\n", "does not fit the lines above", 3),
        ('a: "\\d"\n', "a backslash in double quotes", 1),
        ("a: &x 1\nb: &x 2\n", "the file is not YAML from here on", 2),
        (b"a: 1\nb: caf\xe9\n", "not UTF-8", 2),
        (b"a: \x00\n", "a character that YAML does not allow", None),
        (b"\xff\xfea\x00", "not UTF-8", 1),
        ("", "the file is empty", None),
        ("#" * 2**20 + "\n", "larger than 1048576 bytes", None),
        ("[" * 50_000, "nested too deeply", None),
        ("a: " + "[" * 60 + "]" * 60, "unfolds into too much", 1),
    ],
)
def test_a_broken_file_is_refused_in_words(
    tmp_path: Path, *, text: str | bytes, problem: str, line: int | None
) -> None:
    with pytest.raises(DataError) as caught:
        document(tmp_path, text)
    (fault,) = caught.value.faults
    assert problem in fault.problem
    assert fault.line == line


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("a: 1\nb\nc: 2\n", "is a colon missing on line 2?"),
        ("a:\n\tb: 1\n", "indent with spaces, not tabs"),
        ("a: b: c\n", "put text that holds a colon in quotes"),
        ("a: {b: 1\nc: 2\n", "close it with }"),
    ],
)
def test_a_broken_file_comes_with_the_likely_cause(tmp_path: Path, text: str, remedy: str) -> None:
    with pytest.raises(DataError) as caught:
        document(tmp_path, text)
    assert remedy in (caught.value.faults[0].remedy or "")


def test_an_anchor_is_followed(tmp_path: Path) -> None:
    read = document(tmp_path, "a: &here {x: 1}\nb: *here\n")
    assert read.value == {"a": {"x": 1}, "b": {"x": 1}}


@pytest.mark.parametrize(
    "text",
    [
        "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)),
        "a: &a [*a]\n",
        "a: &a {b: *a}\n",
    ],
)
def test_a_bomb_does_not_unfold(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match="unfolds into too much"):
        document(tmp_path, text)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
VALUES: SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(value=VALUES)
def test_json_is_yaml(folder: Path, value: object) -> None:
    read = document(folder, json.dumps({"value": value}))
    assert read.value == {"value": value}
    assert read.faults == ()


@given(value=st.dictionaries(TEXT, TEXT | st.integers(0, 99), min_size=1, max_size=4))
def test_what_yaml_dumps_is_read(folder: Path, value: dict[str, object]) -> None:
    text = yaml.safe_dump({"value": value}, default_style='"', allow_unicode=True)
    read = document(folder, text.replace("!!int ", ""))
    assert {k: str(v) for k, v in value.items()} == read.value["value"]


@given(content=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_bytes_make_a_traceback(folder: Path, content: bytes) -> None:
    try:
        document(folder, content)
    except DataError as problem:
        assert problem.faults  # noqa: PT017 - most bytes are refused, some are YAML
