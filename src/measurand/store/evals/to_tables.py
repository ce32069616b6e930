"""Flat tables: one of the examples, one of the outputs, one of the ratings.

In CSV lists and mappings are JSON within a cell, text that a spreadsheet would run as a formula
has an apostrophe before it (`measurand.store.formulas.neutral`), and characters that a terminal
would obey are written out (`measurand.store.formulas.escaped`).
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from measurand.core.output import Output
from measurand.core.rating import COLUMNS, Rating
from measurand.store.codec import encode
from measurand.store.evals.leaving import Leaving
from measurand.store.formulas import escaped, neutral
from measurand.store.lines import whole

__all__ = ["example_cells", "example_rows", "output_cells", "rating_rows", "write_table"]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")
_EXAMPLE = (
    *("id", "component", "messages", "references", "checklist", "context", "tools"),
    *("expected_length", "notes", "weights", "segments", "cluster", "source", "created"),
    *("probability", "stratum", "metadata"),
)
_OUTPUT = (
    *("example", "system", "trial", "text", "failure", "seconds", "cost"),
    *("input_tokens", "output_tokens", "tool_calls"),
)


def example_rows(leaving: Leaving) -> Iterator[dict[str, Any]]:
    """The examples as this package's own files have them, each with its component."""
    for example in leaving.examples:
        yield {**encode(example), "component": example.component}


def example_cells(leaving: Leaving) -> Iterator[dict[str, str]]:
    """The same for a table; columns that no example fills are left out."""
    rows = list(example_rows(leaving))
    used = [name for name in _EXAMPLE if any(name in row for row in rows)]
    used += sorted({name for row in rows for name in row} - set(_EXAMPLE))
    for row in rows:
        turns = row["messages"]
        if len(turns) == 1 and turns[0]["role"] == "user":
            row["messages"] = turns[0]["content"]
        yield {name: _cell(row.get(name), leaving) for name in used}


def output_cells(leaving: Leaving) -> Iterator[dict[str, str]]:
    """The outputs for a table."""
    for output in leaving.outputs:
        row = _flat(output)
        yield {name: _cell(row[name], leaving) for name in _OUTPUT}


def rating_rows(leaving: Leaving) -> Iterator[Rating]:
    """The ratings for a table; what begins like a formula is seen to where it is written."""
    for rating in leaving.ratings:
        texts = {name: getattr(rating, name) for name in COLUMNS}
        odd: dict[str, Any] = {
            name: shown
            for name, text in texts.items()
            if isinstance(text, str) and (shown := _shown(text, leaving)) != text
        }
        yield replace(rating, **odd) if odd else rating


def write_table(target: Path, rows: Iterable[Mapping[str, str]]) -> int:
    """Write a CSV file, whole or not at all; how many rows it has."""
    listed: Sequence[Mapping[str, str]] = list(rows)
    with whole(target) as scratch, scratch.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(listed[0]) if listed else [])
        writer.writeheader()
        writer.writerows(listed)
    return len(listed)


def _flat(output: Output) -> dict[str, Any]:
    failure, usage = output.failure, output.usage
    return {
        "example": output.example,
        "system": output.system,
        "trial": output.trial,
        "text": output.text,
        "failure": None if failure is None else f"{failure.kind}: {failure.message}",
        "seconds": output.seconds,
        "cost": output.cost,
        "input_tokens": None if usage is None else usage.input_tokens,
        "output_tokens": None if usage is None else usage.output_tokens,
        "tool_calls": encode(output.tool_calls) or None,
    }


def _cell(value: Any, leaving: Leaving) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    shown = _shown(text, leaving)
    safe = neutral(shown)
    if safe != shown:
        leaving.note("a cell that a spreadsheet would run has an apostrophe before it")
    return safe


def _shown(text: str, leaving: Leaving) -> str:
    """Text without control characters but tabs and the ends of lines."""
    if _CONTROL.search(text) is None:
        return text
    leaving.note("control characters of a cell are written out, as in _x001B_")
    return _CONTROL.sub(_code, escaped(text, crlf=True))


def _code(found: re.Match[str]) -> str:
    return f"_x{ord(found[0]):04X}_"
