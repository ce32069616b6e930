"""Tables for people and programs: whole, exact, and never a formula."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from measurand.store.listing import write_listing

COLUMNS = ("example", "value", "counts")
ROWS = [
    ("=1+1", 1 / 3, {"=SUM(A1)": 1, "b": 2}),
    ("'+x", None, {}),
    ("plain, with comma\nand line", 2, {"é\u202e": 1}),
    ("-5", -5.0, {}),
]


def test_csv_is_exact_and_no_cell_is_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "new" / "votes.csv"
    write_listing(COLUMNS, ROWS, path)
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert tuple(header) == COLUMNS
    assert [row[0] for row in rows] == ["'=1+1", "''+x", "plain, with comma\nand line", "'-5"]
    assert [row[1] for row in rows] == [repr(1 / 3), "", "2", "-5.0"]
    assert [json.loads(row[2]) for row in rows] == [counts for _, _, counts in ROWS]


def test_json_lines_keep_everything(tmp_path: Path) -> None:
    path = tmp_path / "votes.jsonl"
    write_listing(COLUMNS, ROWS, path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        dict(zip(COLUMNS, row, strict=True)) for row in ROWS
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_number_that_is_not_finite_leaves_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_listing(COLUMNS, [("e", float("nan"), {})], tmp_path / name)
    assert list(tmp_path.iterdir()) == []
