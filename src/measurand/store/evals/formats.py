"""What a set can be written as for other tools: the one table of formats."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measurand.core.rating import Rating, Ratings
from measurand.store.evals import to_huggingface, to_inspect, to_promptfoo, to_tables
from measurand.store.evals.leaving import Leaving, beside
from measurand.store.lines import whole, write_jsonl
from measurand.store.outputs import write_outputs
from measurand.store.ratings import write_ratings

__all__ = ["FORMATS", "Format", "Sent"]

_ODD = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Sent:
    """One file that was written.

    Args:
        file: The file.
        rows: How many examples, outputs or ratings it holds.
        what: Of what.
    """

    file: Path
    rows: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format that a set is written as.

    Args:
        name: On the command line.
        what: What is written, in words.
        endings: How the file's name may end.
        write: Writes it and what goes with it.
    """

    name: str
    what: str
    endings: tuple[str, ...]
    write: Callable[[Leaving, Path], Iterator[Sent]]


def _inspect(leaving: Leaving, out: Path) -> Iterator[Sent]:
    yield _lines(out, to_inspect.dataset_rows(leaving), "examples")
    for system, log in to_inspect.logs(leaving):
        target = beside(out, _ODD.sub("-", system).strip(".-") or "system", ".json")
        _document(target, log, nan=True)
        yield Sent(target, len(log["samples"]), "outputs")


def _promptfoo(leaving: Leaving, out: Path) -> Iterator[Sent]:
    tests = list(to_promptfoo.tests(leaving))
    _document(out, tests)
    yield Sent(out, len(tests), "examples")


def _huggingface(leaving: Leaving, out: Path) -> Iterator[Sent]:
    yield _lines(out, to_huggingface.example_rows(leaving), "examples")
    if leaving.outputs:
        target = beside(out, "outputs", ".jsonl")
        yield _lines(target, to_huggingface.answer_rows(leaving), "outputs")


def _csv(leaving: Leaving, out: Path) -> Iterator[Sent]:
    yield Sent(out, to_tables.write_table(out, to_tables.example_cells(leaving)), "examples")
    if leaving.outputs:
        target = beside(out, "outputs", ".csv")
        yield Sent(
            target, to_tables.write_table(target, to_tables.output_cells(leaving)), "outputs"
        )
    told = tuple(to_tables.rating_rows(leaving))
    yield from _ratings(told, beside(out, "ratings", ".csv"))


def _jsonl(leaving: Leaving, out: Path) -> Iterator[Sent]:
    yield _lines(out, to_tables.example_rows(leaving), "examples")
    if leaving.outputs:
        target = beside(out, "outputs", ".jsonl")
        write_outputs(target, leaving.outputs)
        yield Sent(target, len(leaving.outputs), "outputs")
    yield from _ratings(leaving.ratings, beside(out, "ratings", ".jsonl"))


def _ratings(ratings: Sequence[Rating], target: Path) -> Iterator[Sent]:
    if ratings:
        write_ratings(Ratings.of(ratings), target)
        yield Sent(target, len(ratings), "ratings")


def _lines(target: Path, rows: Iterable[Mapping[str, Any]], what: str) -> Sent:
    listed = list(rows)
    write_jsonl(target, listed)
    return Sent(target, len(listed), what)


def _document(target: Path, value: object, *, nan: bool = False) -> None:
    with whole(target) as scratch:
        text = json.dumps(value, ensure_ascii=False, allow_nan=nan, indent=1)
        scratch.write_text(text + "\n", encoding="utf-8", newline="\n")


FORMATS: tuple[Format, ...] = (
    Format(
        name="inspect",
        what="a dataset for Inspect's json_dataset, and a log of each system's outputs and ratings",
        endings=(".jsonl",),
        write=_inspect,
    ),
    Format(
        name="promptfoo",
        what="tests with variables and asserts",
        endings=(".json", ".yaml", ".yml"),
        write=_promptfoo,
    ),
    Format(
        name="huggingface",
        what="JSON Lines for datasets: messages; of outputs prompt and completion",
        endings=(".jsonl",),
        write=_huggingface,
    ),
    Format(name="csv", what="flat tables", endings=(".csv",), write=_csv),
    Format(name="jsonl", what="the same as JSON Lines", endings=(".jsonl",), write=_jsonl),
)
"""Every format, by the order in which they are listed."""
