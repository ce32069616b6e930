"""Tables that are written for people and programs, and not read back: CSV or JSON Lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from measurand.store.formulas import neutral
from measurand.store.lines import whole, write_jsonl

__all__ = ["write_listing"]

_Cell = str | int | float | None | Mapping[str, int]


def write_listing(
    columns: Sequence[str], rows: Iterable[Sequence[_Cell]], path: Path | str
) -> None:
    """Write a table, whole or not at all: CSV when the name ends in ``.csv``, else JSON Lines.

    Numbers are written in full. In a CSV file text that a spreadsheet would take for a formula
    gets an apostrophe before it (`measurand.store.formulas.neutral`), and counts by name are JSON.

    Args:
        columns: Their names.
        rows: One cell a column.
        path: The file; its folder is made where there is none.

    Raises:
        ValueError: A number is not finite.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix.lower() != ".csv":
        write_jsonl(target, (dict(zip(columns, row, strict=True)) for row in rows))
        return
    with whole(target) as scratch, scratch.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows([_text(cell) for cell in row] for row in rows)


def _text(cell: _Cell) -> str:
    if isinstance(cell, Mapping):
        return neutral(json.dumps(dict(cell), ensure_ascii=False, allow_nan=False))
    if isinstance(cell, str):
        return neutral(cell)
    return "" if cell is None else json.dumps(cell, allow_nan=False)
