"""The table of ratings: in from a long or a wide file, and out to a long one."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

import numpy as np

from measurand.core.rating import COLUMNS, DEFAULTS, Cell, Rating, Ratings
from measurand.errors import DataError, Fault
from measurand.store.admit import Imported, Scales, admit
from measurand.store.fields import ASSUMED
from measurand.store.formulas import natural, neutral
from measurand.store.lines import read_rows, whole, write_jsonl
from measurand.store.mapping import WideMapping
from measurand.store.raw import Raw, RawTable, read_table
from measurand.store.suggest import suggested_map
from measurand.store.wide import read_wide

__all__ = ["HEADERS", "read_ratings", "write_ratings"]

HEADERS: Mapping[str, tuple[str, ...]] = {
    "example": ("example", "example_id", "item", "item_id", "task_id", "prompt_id", "id"),
    "system": ("system", "model", "policy"),
    "dimension": ("dimension", "criterion", "metric", "aspect"),
    "rater": ("rater", "rater_id", "annotator", "annotator_id", "judge", "worker", "worker_id"),
    "kind": ("kind", "rater_kind", "rater_type"),
    "value": ("value", "rating", "score", "label"),
    "reason": ("reason", "rationale", "explanation", "comment"),
    "repeat": ("repeat", "trial", "replicate"),
    "against": ("against", "other_system", "opponent"),
    "order": ("order",),
    "probability": ("probability", "inclusion_probability"),
    "cluster": ("cluster", "conversation", "conversation_id", "session"),
    "component": ("component",),
    "segment": ("segment", "slice"),
    "seconds": ("seconds", "latency", "duration"),
    "cost": ("cost", "cost_usd", "usd"),
    "failure": ("failure",),
}
"""The headers that a long file may use for each column; of several in one file the first counts."""

_NEEDED = ("example", "rater", "value")
_TRIED = 200
"""Rows that a mapping is guessed from."""
_KNOWN = {header: name for name, headers in HEADERS.items() for header in headers}


def read_ratings(
    path: Path | str, *, mapping: WideMapping | None = None, scales: Scales = None
) -> Imported:
    """Read ratings from a CSV file, JSON Lines or a JSON array, each also gzipped.

    Without a mapping the file is long, one rating a row, with the headers of `HEADERS`; a file
    without ``system``, ``dimension`` or ``kind`` rates one system, on ``quality``, by people.

    Nothing is repaired. A value off its scale, a rating given twice, a line that is no row: each
    is refused, with its line, its reason and the row as it stood. An empty value with a reason is
    a rating that could not be given, and so is one with the class of its failure; an empty value
    without either is not a rating.

    Args:
        path: The file.
        mapping: How the columns of a wide file become ratings.
        scales: Of dimensions, or one for all; they go before the mapping's. Where there is none
            it is inferred (`measurand.store.scales.infer_scale`), and the account says so.

    Raises:
        DataError: The file has no rows, lacks a column, does not fit the mapping, or cannot be
            read to its end.
    """
    file = Path(path)
    if mapping is not None:
        wide, assumed = read_wide(file, mapping)
        return admit(wide, _first_of(scales, mapping.scales), assumed)
    table, headers = read_table(file, lambda header: _normal(header) in _KNOWN)
    named, notes = _named(table, headers)
    if not file.name.lower().removesuffix(".gz").endswith(("json", "jsonl", "ndjson")):
        named = _unquoted(named)
    return admit(named, scales, notes)


def write_ratings(ratings: Ratings, path: Path | str) -> None:
    """Write a long file, whole or not at all: CSV when the name ends in ``.csv``, else JSON Lines.

    Numbers are written in full. In a CSV file, text that a spreadsheet would take for a formula
    gets an apostrophe before it (`measurand.store.formulas.neutral`). `read_ratings` takes that
    one apostrophe away, so what was written is what is read, given the same scales.
    """
    target = Path(path)
    if target.suffix.lower() != ".csv":
        write_jsonl(target, map(_object, ratings))
        return
    cells = (map(_quoted_levels(ratings, name), ratings[name].codes) for name in COLUMNS)
    _write_csv(target, chain([COLUMNS], zip(*cells, strict=True)))


def _first_of(given: Scales, mapped: Scales) -> Scales:
    if isinstance(given, Mapping) and isinstance(mapped, Mapping):
        return {**mapped, **given}
    return mapped if given is None else given


def _normal(header: str) -> str:
    return re.sub(r"[\s\-]+", "_", header.strip().lower())


def _named(table: RawTable, headers: Iterable[str]) -> tuple[RawTable, list[str]]:
    """The columns under the names of the table of ratings, and what was assumed for it."""
    listed = tuple(headers)
    normal: dict[str, str] = {}
    for header in listed:
        normal.setdefault(_normal(header), header)
    columns: dict[str, Raw] = {}
    notes: list[str] = []
    for name, allowed in HEADERS.items():
        there = [normal[header] for header in allowed if header in normal]
        if there:
            columns[name] = table.columns[there[0]]
            notes += [f"column {header} is not read; {name} is {there[0]}" for header in there[1:]]
    if lacking := [name for name in _NEEDED if name not in columns]:
        raise DataError(_lacking(table, listed, lacking))
    for name, assumed in ASSUMED.items():
        if name not in columns:
            columns[name] = Raw(np.ones(len(table.lines), np.int32), ("", assumed))
            notes.append(f"no column {name}; every rating is taken as {assumed!r}")
    return replace(table, columns=columns), notes


def _lacking(table: RawTable, headers: tuple[str, ...], names: list[str]) -> Iterator[Fault]:
    """What is missing; the last fault ends with a mapping made of the columns there are."""
    rows = [row.cells for row in islice(read_rows(table.file, []), _TRIED)]
    cells = {header: [_text(row.get(header)) for row in rows] for header in headers}
    remedy = (
        "rename the column, or say with a mapping which columns hold what, as in: "
        f"{suggested_map(cells, HEADERS)}"
    )
    for name in names:
        yield Fault(
            f"no column holds the {name}",
            str(table.file),
            found=", ".join(headers),
            allowed=" or ".join(HEADERS[name]),
            remedy=remedy if name == names[-1] else None,
        )


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)


def _unquoted(table: RawTable) -> RawTable:
    columns = {
        name: Raw(raw.codes, tuple(map(natural, raw.levels))) for name, raw in table.columns.items()
    }
    return replace(table, columns=columns)


def _object(rating: Rating) -> dict[str, Cell]:
    cells = ((name, getattr(rating, name)) for name in COLUMNS)
    return {name: cell for name, cell in cells if name not in DEFAULTS or cell != DEFAULTS[name]}


def _quoted_levels(ratings: Ratings, name: str) -> Callable[[int], str]:
    return [_quoted(level) for level in ratings[name].levels].__getitem__


def _quoted(cell: Cell) -> str:
    if isinstance(cell, str):
        return neutral(cell)
    return "" if cell is None else repr(cell)


def _write_csv(target: Path, rows: Iterable[Iterable[str]]) -> None:
    with whole(target) as scratch, scratch.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
