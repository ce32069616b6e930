"""Strata of production: by segment, intent, time and how often a question was asked.

Parts that are too small to be drawn from are joined with others of their kind, and their names say
so. A segment is kept apart however small it is, as long as there are not too many of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.curation.traffic import NEVER, Ints
from measurand.stats.arrays import Floats

__all__ = ["LEAST", "Split", "Stratified", "by_time", "by_times_asked", "stratify"]

LEAST = 2
"""Examples of a stratum: with fewer nobody knows how its examples differ."""
_SEGMENTS_OF = 4
"""A segment is kept apart while there is one to so many examples, or fewer."""
_PERIODS = 12
"""Parts of time, at most."""
_UNITS = (("D", 1), ("W", 7), ("M", 30), ("Y", 365))
_DAY = 86_400
_BETWEEN = " / "

_Names: TypeAlias = tuple[str, ...]
_Part: TypeAlias = tuple[str, Ints]


@dataclass(frozen=True, slots=True)
class Split:
    """One way to part questions.

    Args:
        noun: What the parts are, in the plural.
        codes: The part of each question, shape (questions,).
        names: Of the parts.
        kept: Whether small parts are kept apart where that is possible.
    """

    noun: str
    codes: NDArray[np.integer]
    names: _Names
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Stratified:
    """Questions in strata.

    Args:
        codes: The stratum of each question, shape (questions,).
        names: Of the strata, in alphabetical order.
        joined: Names of parts that were too small to stand alone, by what they are.
    """

    codes: Ints
    names: _Names
    joined: tuple[tuple[str, _Names], ...]


def stratify(asked: Ints, splits: Sequence[Split], n: int) -> Stratified:
    """Part questions by one split within the other, as far as a sample of this size reaches.

    Args:
        asked: How often each question was asked, shape (questions,).
        splits: The first one parts all, the next one each of its parts, and so on.
        n: How many examples will be drawn.
    """
    grown = _Grown(np.asarray(asked, dtype=np.float64), n)
    found = sorted(grown.leaves(np.arange(len(asked)), (), tuple(splits)), key=lambda one: one[0])
    codes = np.zeros(len(asked), dtype=np.int64)
    for place, (_, rows) in enumerate(found):
        codes[rows] = place
    names = tuple(_BETWEEN.join(name) or "all" for name, _ in found)
    joined = ((noun, tuple(sorted(said))) for noun, said in grown.joined.items())
    return Stratified(codes, names, tuple(joined))


class _Grown:
    def __init__(self, asked: Floats, n: int) -> None:
        self._asked = asked
        self._n = n
        self._each = n / float(asked.sum()) if len(asked) else 0.0
        self.joined: dict[str, set[str]] = {}

    def leaves(
        self, rows: Ints, names: _Names, splits: tuple[Split, ...]
    ) -> Iterator[tuple[_Names, Ints]]:
        """The strata of these questions."""
        for place, split in enumerate(splits):
            parts = self._parts(rows, split)
            if len(parts) > 1:
                for name, part in parts:
                    yield from self.leaves(part, (*names, name), splits[place + 1 :])
                return
        yield names, rows

    def _due(self, rows: Ints) -> float:
        """How many examples these questions are due."""
        return self._each * float(self._asked[rows].sum())

    def _parts(self, rows: Ints, split: Split) -> list[_Part]:
        own = split.codes[rows]
        found = [(split.names[code], rows[own == code]) for code in np.unique(own).tolist()]
        if split.kept and len(found) * _SEGMENTS_OF <= self._n:
            return found
        if self._due(rows) < 2 * LEAST:
            return [("", rows)]
        large = [one for one in found if self._due(one[1]) >= LEAST <= len(one[1])]
        names = {name for name, _ in large}
        small = [one for one in found if one[0] not in names]
        return self._with(large, small, split.noun)

    def _with(self, large: list[_Part], small: list[_Part], noun: str) -> list[_Part]:
        """The large parts, and the small ones as one or with the smallest large one."""
        if not small or not large:
            return large or [("", np.concatenate([part for _, part in small]))]
        self.joined.setdefault(noun, set()).update(name for name, _ in small)
        rest = np.sort(np.concatenate([part for _, part in small]))
        if self._due(rest) >= LEAST <= len(rest):
            return [*large, (f"other {noun}", rest)]
        least = min(large, key=lambda one: (self._due(one[1]), one[0]))
        others = [one for one in large if one[0] != least[0]]
        joined = np.sort(np.concatenate([least[1], rest]))
        return [*others, (f"{least[0]} and other {noun}", joined)]


def by_time(at: Ints) -> Split | None:
    """Days, weeks, months or years, the finest of which there are at most twelve.

    Args:
        at: Seconds since 1970, shape (questions,); `NEVER` where no time is known.

    Returns:
        None where all is of one day, or nothing is known of time.
    """
    known = at != NEVER
    if not known.any():
        return None
    days = np.floor_divide(at[known], _DAY)
    span = int(days.max() - days.min()) + 1
    if span < LEAST:
        return None
    unit = next((unit for unit, of in _UNITS if span / of <= _PERIODS), "Y")
    # numpy's weeks begin on Thursdays, as 1970 did; a week is named by its Monday.
    named = days - (days + 3) % 7 if unit == "W" else days
    kind = "D" if unit == "W" else unit
    periods, inverse = np.unique(
        named.astype("datetime64[D]").astype(f"datetime64[{kind}]"), return_inverse=True
    )
    codes = np.full(at.size, len(periods), dtype=np.int64)
    codes[known] = inverse.reshape(-1)
    prefix = "week of " if unit == "W" else ""
    names = (*(f"{prefix}{period.astype(str)}" for period in periods), "no time")
    return Split("times", codes, names)


def by_times_asked(asked: Ints) -> Split:
    """Questions asked once, two or three times, four to seven times, and so on."""
    codes = np.floor(np.log2(np.maximum(asked, 1))).astype(np.int64)
    most = int(codes.max(initial=0))
    names = tuple(_times(2**power) for power in range(most + 1))
    return Split("questions by times asked", codes, names)


def _times(least: int) -> str:
    return "asked once" if least == 1 else f"asked {least:,} to {2 * least - 1:,} times"
