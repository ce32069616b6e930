"""A stream is the dataset, read from its files each time and never held."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.example import COMPONENTS
from measurand.errors import DataError, Fault, InsufficientData
from measurand.store import stream
from measurand.store.dataset import Dataset
from measurand.store.stream import ExampleStream


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file for all the examples of a property; each overwrites the one before."""
    return tmp_path_factory.mktemp("drawn") / "all.jsonl"


def lines(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def many(path: Path, count: int) -> Path:
    with path.open("w", encoding="utf-8") as out:
        for at in range(count):
            row = {"id": f"é{at * 7919 % count}", "input": f"question {at} " * 8, "ideal": "x" * 90}
            out.write(json.dumps(row) + "\n")
    return path


def faults(read: Callable[[Path], object], path: Path) -> tuple[Fault, ...]:
    try:
        read(path)
    except DataError as refused:
        return refused.faults
    return ()


def assert_same(path: Path) -> None:
    whole, streamed = Dataset.load(path), ExampleStream(path)
    assert tuple(streamed) == tuple(streamed) == whole.examples
    assert len(streamed) == len(whole)
    assert streamed.fingerprint == whole.fingerprint
    assert streamed.sizes() == whole.sizes()
    assert streamed.notes == whole.notes


def test_a_folder_of_all_formats_is_the_dataset(tmp_path: Path) -> None:
    lines(tmp_path / "edge.jsonl", {"id": "e", "input": "a"}, {"input": " "})
    lines(tmp_path / "core.jsonl", {"id": "c", "input": "b"}, {"id": 7, "input": "b"})
    (tmp_path / "golden.csv").write_text('id,question,target\ng,"one\ntwo",d\n', encoding="utf-8")
    (tmp_path / "regression.json.gz").write_bytes(gzip.compress(b'[{"id": "r", "prompt": "e"}]'))
    lines(tmp_path / "ratings.jsonl", {"value": 1})
    assert_same(tmp_path)


ROW = st.fixed_dictionaries(
    {"input": st.sampled_from(["a", "b", " ", "a!", 'quo"te\\\n', "\U0001f600"])},
    optional={
        "id": st.sampled_from(
            ["a", "a!", 'a"', "a\n", "b", "é", "\uffff", "\U0001f600", "B", "a b"]
        ),
        "component": st.sampled_from(COMPONENTS),
        "notes": st.just({"tone": "warm"}),
        "tools": st.just(["find"]),
        "expected_length": st.integers(0, 2),
    },
)


@given(rows=st.lists(ROW, min_size=1, max_size=12), run=st.sampled_from([0, 60, 4 * 2**20]))
def test_any_file_is_read_or_refused_as_a_dataset(
    drawn: Path, rows: list[dict[str, Any]], run: int
) -> None:
    lines(drawn, *rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "_RUN", run)
        refused = faults(Dataset.load, drawn)
        assert faults(ExampleStream, drawn) == refused
        if not refused:
            assert_same(drawn)


def test_more_alike_examples_than_are_named(tmp_path: Path) -> None:
    rows = [{"id": f"{at}", "input": f"{at % 7}"} for at in range(21)]
    rows += [{"id": f"b{at}", "input": " "} for at in range(7)]
    assert_same(lines(tmp_path / "core.jsonl", *rows))


def test_ids_with_the_same_hash_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "hash", len, raising=False)
    rows = [{"id": name, "input": name} for name in ("ab", "cd", "e")]
    assert_same(lines(tmp_path / "core.jsonl", *rows))
    path = lines(tmp_path / "core.jsonl", *rows, {"id": "cd", "input": "x"})
    with pytest.raises(DataError, match=r"core\.jsonl:4: id: the example has the id of .*:2"):
        ExampleStream(path)


def test_every_fault_of_every_file_is_named_as_by_a_dataset(tmp_path: Path) -> None:
    (tmp_path / "core.jsonl").write_bytes(
        b'{"id": "a", "input": "x"}\n{"id": "b", "input": NaN}\n{"id": "c"}\n'
        b'{"id": "a", "input": "y"}\n{"id": "d", "input": "z", "component": "edge"}\n{"id": "e", "i'
    )
    lines(tmp_path / "edge.jsonl", {"id": "a", "input": "w"}, {"created": "x", "input": 1})
    (tmp_path / "golden.json").write_text('[{"id": "a", "input": "1"}, {"id": "a", "input": "2"}]')
    (tmp_path / "regresion.jsonl").write_text("")
    refused = faults(ExampleStream, tmp_path)
    assert refused == faults(Dataset.load, tmp_path)
    assert len(refused) == 11
    with pytest.raises(DataError, match="no such file"):
        ExampleStream(tmp_path / "none")


def test_sizes_are_required(tmp_path: Path) -> None:
    streamed = ExampleStream(lines(tmp_path / "core.jsonl", {"input": "a"}, {"input": "b"}))
    assert streamed.require({"core": 2}) is streamed
    with pytest.raises(InsufficientData, match="core has 2 of 3, golden has 0 of 1"):
        streamed.require({"core": 3, "golden": 1})


def test_two_readings_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    streamed = ExampleStream(many(tmp_path / "core.jsonl", 50))
    pairs = list(zip(streamed, streamed, strict=True))
    assert len(pairs) == 50
    assert all(one == other for one, other in pairs)


@pytest.mark.parametrize("text", ['{"id": "a", "input": "x"}\n', '{"id": "a"}\n{"id":', ""])
def test_a_file_that_changes_is_not_read_as_if_it_had_not(tmp_path: Path, text: str) -> None:
    path = lines(tmp_path / "core.jsonl", {"id": "a", "input": "x"}, {"id": "b", "input": "y"})
    streamed = ExampleStream(path)
    reading = iter(streamed)
    next(reading)
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(1, 1))
    with pytest.raises(DataError, match="changed since it was checked"):
        next(iter(streamed))
    with pytest.raises(DataError, match="changed since it was checked"):
        list(reading)
    path.unlink()
    with pytest.raises(DataError, match="changed since it was checked"):
        list(streamed)


def peak(path: Path) -> int:
    """Bytes at the most, above what was there, while a stream is checked and read."""
    tracemalloc.start()
    try:
        assert sum(1 for _ in ExampleStream(path)) > 0
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_examples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "_RUN", 2**14)
    peak(many(tmp_path / "core.jsonl", 10))
    few, lots = (peak(many(tmp_path / "core.jsonl", count)) for count in (500, 4_000))
    assert lots - few < 400_000, "a loaded example takes more than 1,000 bytes; this 16 and a bit"


_MEASURED = """
import resource, sys
from measurand.store.stream import ExampleStream
assert sum(1 for _ in ExampleStream(sys.argv[1])) == int(sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.long
def test_a_hundred_thousand_examples_take_little_more_memory_than_ten_thousand(
    tmp_path: Path,
) -> None:
    kibibytes = []
    for count in (10_000, 100_000):
        path = many(tmp_path / f"{count}.jsonl", count)
        command = [sys.executable, "-c", _MEASURED, str(path), str(count)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        kibibytes.append(int(done.stdout))
    few, lots = kibibytes
    assert lots - few < 20 * 1024
