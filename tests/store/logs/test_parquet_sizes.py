"""Parquet files that are small and unpack into very much: measured before they are unpacked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.store.logs.samples import read

from measurand.store.logs import parquet_sizes
from measurand.store.logs.source import LINE_LIMIT, Stopped

arrow: Any = pytest.importorskip("pyarrow")
parquet: Any = pytest.importorskip("pyarrow.parquet")


def shared(text: str, times: int) -> Any:
    """A column that says one text often, and has it once."""
    return arrow.DictionaryArray.from_arrays(arrow.array([0] * times, arrow.int32()), [text])


def at_once(path: Path) -> int:
    """How many rows of the first group are read at once."""
    return parquet_sizes.rows_at_once(path, parquet.ParquetFile(path).metadata, 0)


@pytest.mark.parametrize("plain", [False, True])
def test_a_long_text_in_very_many_rows_is_not_unpacked_at_once(
    plain: bool,  # noqa: FBT001 - a case
    tmp_path: Path,
) -> None:
    path = tmp_path / "bomb.parquet"
    text = "x" * 3 * 10**6
    column = arrow.array([text] * 40) if plain else shared(text, 3_000)
    rows = len(column)
    table = arrow.table({"question": column, "answer": ["a"] * rows})
    parquet.write_table(table, path)
    assert path.stat().st_size < 2**19
    assert at_once(path) == 2**26 // (3 * 10**6)
    arrow.default_memory_pool().release_unused()
    before = arrow.total_allocated_bytes()
    records, account = read(path)
    assert records == []
    assert arrow.total_allocated_bytes() - before < 2**20
    told = [why for _, why in account.unread]
    bomb = "the file unpacks into more than 1,000 times its size"
    assert told == ([] if plain else [bomb])
    (reason,) = account.refused_by
    assert reason == "a text is longer than 1,048,576 characters"
    if not plain:
        assert account.unread[0][0].line == account.read + 1 < 300


def test_a_row_whose_list_says_one_text_very_often_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "nested.parquet"
    content = shared("y" * 10**6, 4_000)
    turns = arrow.StructArray.from_arrays([content, ["user"] * 4_000], ["content", "role"])
    lists = arrow.ListArray.from_arrays(arrow.array([0, 1, 4_000], arrow.int32()), turns)
    parquet.write_table(arrow.table({"messages": lists}), path)
    with pytest.raises(Stopped, match="a row unpacks into more"):
        at_once(path)
    records, account = read(path)
    assert (records, account.read, len(account.unread)) == ([], 0, 1)


def test_a_row_of_very_many_values_is_refused_alone(tmp_path: Path) -> None:
    path = tmp_path / "many.parquet"
    numbers = arrow.array([[1], [2] * (LINE_LIMIT // 32), [3]])
    table = arrow.table({"question": ["a", "b", "c"], "more": numbers})
    parquet.write_table(table, path)
    records, account = read(path)
    assert [one.question for one in records] == ["a", "c"]
    assert account.refused_by == {"it is longer than 33,554,432 bytes": 1}


def test_instructions_that_every_row_repeats_cost_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    turns = [
        [{"role": "system", "content": "Be kind. " * 600}, {"role": "user", "content": f"q{at}"}]
        for at in range(2_000)
    ]
    parquet.write_table(arrow.table({"messages": turns, "output": ["yes"] * 2_000}), path)
    assert path.stat().st_size < 10**5
    assert at_once(path) == parquet_sizes.BATCH
    records, account = read(path)
    assert (len(records), account.refused, account.unread) == (2_000, 0, [])


MAP = arrow.map_(arrow.string(), arrow.string())
TEXTS = ["a", None, "", "ccc", "dd", None]
TURNS = [[{"a": "x", "b": [1]}], None, [], [{"a": None, "b": None}, {"a": "yy", "b": [2, 3]}]]


@pytest.mark.parametrize(
    "values",
    [
        arrow.array(TEXTS),
        arrow.array(TEXTS).dictionary_encode(),
        arrow.array(TURNS),
        arrow.array([[["a"], []], None, [["bb", None], ["ccc"]]]),
        arrow.array([[("a", "b")], None, [("c", "dd"), ("e", None)]], MAP),
        arrow.array([["a", "b"], ["ccc", None], ["d", "e"]], arrow.list_(arrow.string(), 2)),
    ],
)  # fmt: skip
def test_rows_weigh_what_all_of_them_weigh(values: Any) -> None:
    each = [parquet_sizes.weight(values[at : at + 1]) for at in range(len(values))]
    assert sum(each) == parquet_sizes.weight(values)
    texts = str(values.to_pylist()).count
    assert parquet_sizes.weight(values) >= 32 * len(values) + texts("c") + texts("y")
    if not arrow.types.is_fixed_size_list(values.type) and "int" not in str(values.type):
        assert [int(one) for one in parquet_sizes._weights(values)] == each
        assert [int(one) for one in parquet_sizes._weights(values[1:])] == each[1:]
