"""What is measured on: ratings and files, the same in every run."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from measurand.core.scale import ONE_TO_FIVE
from measurand.simulate.raters import rate

__all__ = [
    "COLUMNS",
    "DIMENSIONS",
    "HUMANS",
    "Floats",
    "graded",
    "scores",
    "write_jsonl",
    "write_long",
    "write_wide",
]

Floats = NDArray[np.float64]

SEED = 7
COLUMNS = ("example", "system", "dimension", "rater", "kind", "value")
HUMANS = ("Human 1", "Human 2", "Human 3")
DIMENSIONS = ("accuracy", "tone", "safety", "format", "relevance")


def graded(units: int, raters: int = 3) -> Floats:
    """Grades from 1 to 5 by raters who mostly agree, shape (units, raters)."""
    rng = np.random.default_rng(SEED)
    return rate(
        rng.random(units), raters=raters, noise=0.7, severity=0.1, scale=ONE_TO_FIVE, rng=rng
    )


def scores(units: int) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Scores of two systems on the same units, no two alike, and clusters of five units."""
    rng = np.random.default_rng(SEED)
    shared = rng.normal(0.7, 0.15, units)
    first, second = shared + rng.normal(0.02, 0.1, (2, units)) * [[1.0], [0.8]]
    return first, second, np.arange(units) // 5


def write_long(file: Path, rows: int) -> None:
    """A long file: two systems, five dimensions and two raters an example."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(_ratings(rows))


def write_jsonl(file: Path, rows: int) -> None:
    """The same as JSON Lines."""
    with file.open("w", encoding="utf-8") as stream:
        for row in _ratings(rows):
            stream.write(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n")


def write_wide(file: Path, ratings: int) -> None:
    """A wide file: an item a row, three people's grades beside each other."""
    rng = random.Random(SEED)  # noqa: S311 - nothing secret here
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("item", *HUMANS))
        for item in range(-(-ratings // len(HUMANS))):
            writer.writerow((f"item-{item:06d}", *(rng.randint(1, 5) for _ in HUMANS)))


def _ratings(rows: int) -> Iterator[tuple[str | int, ...]]:
    rng = random.Random(SEED)  # noqa: S311 - nothing secret here
    for row in range(rows):
        example, rest = divmod(row, 20)
        rater, rest = divmod(rest, 10)
        system, dimension = divmod(rest, 5)
        named = f"ex-{example:06d}", f"system {system}", DIMENSIONS[dimension], f"rater {rater}"
        yield (*named, "people", rng.randint(1, 5))
