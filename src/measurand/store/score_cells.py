"""The cells of a table of scores: what is a number, what is none, and what is left empty."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from measurand.store.scales import number_of
from measurand.store.score_columns import listed

__all__ = [
    "LARGEST",
    "Cells",
    "any_number",
    "is_missing",
    "otherwise_written",
    "text_of",
    "turned",
    "value_of",
]

LARGEST = 1e100
"""Squares of larger numbers cannot be told, and no score is so large."""

_MISSING = frozenset({"", "-", "\N{EM DASH}", "\N{EN DASH}", "na", "n/a", "nan", "none", "null"})
_WRITTEN = re.compile(r"[-+]?[\d.,' ]*\d[\d.,' ]*%?")
"""Numbers that are not plain ones."""


@dataclass(slots=True)
class Cells:
    """Scores by system and column, as they come."""

    places: dict[str, int] = field(default_factory=dict)
    values: dict[str, dict[int, float]] = field(default_factory=dict)
    errors: dict[str, dict[int, float]] = field(default_factory=dict)
    families: dict[int, str] = field(default_factory=dict)

    def column(self, cells: Mapping[int, float]) -> NDArray[np.float64]:
        """One column, NaN where nothing was said."""
        found = np.full(len(self.places), np.nan)
        for place, value in cells.items():
            found[place] = value
        return found


def text_of(cell: object) -> str:
    """What a cell says, without the blanks around it."""
    return "" if cell is None else str(cell).strip()


def value_of(cell: object) -> float | None:
    """The number in a cell; a yes or no is none."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell)
    return number_of(cell.strip()) if isinstance(cell, str) else None


def any_number(cells: Sequence[object]) -> bool:
    """Whether at least one of these cells is a number."""
    return any(value_of(cell) is not None for cell in cells)


def is_missing(cell: object) -> bool:
    """Whether a cell says that there is no score."""
    return cell is None or (isinstance(cell, str) and cell.strip().casefold() in _MISSING)


def otherwise_written(cells: Sequence[object]) -> bool:
    """Whether every cell that is not empty is a number in some other writing, as 50%."""
    filled = [text_of(cell) for cell in cells if not is_missing(cell)]
    return bool(filled) and all(map(_WRITTEN.fullmatch, filled))


def turned(lower: Sequence[str], outcomes: Sequence[str]) -> Iterator[str]:
    """Which columns were turned round, and what that means for an outcome."""
    if not lower:
        return
    told = listed(list(dict.fromkeys(lower)))
    least = [name for name in dict.fromkeys(lower) if name in outcomes]
    best = f" The best by {listed(least)} has the least of it." if least else ""
    yield (
        f"Lower is better, and was turned round before anything was computed: {told}. "
        f"Correlations and regrets are of the turned numbers.{best}"
    )
