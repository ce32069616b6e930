"""One rating, and the one table that holds them all.

A check, a judge model and a person do the same thing: they rate an output on a dimension.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import compress
from typing import Literal, get_args

from measurand.core.scale import Value

__all__ = ["KINDS", "Cell", "Column", "Kind", "Measurement", "Rating", "Ratings"]

Kind = Literal["check", "judge", "people", "reference"]
"""``reference`` is a rating that counts as right: an expert's, or an adjudicated one."""
KINDS: tuple[Kind, ...] = get_args(Kind)

Cell = Value | int | None
"""What one cell of the table holds."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a rater says about one output.

    Args:
        value: The rating; None when the rater could not say, and then ``reason`` says why.
        reason: One sentence.
        evidence: Passages of the output, or faults found in it, that the rating rests on.
        failure: The class of `measurand.core.failure.FAILURES` where the rater itself failed;
            None where it rated, and where it does not apply.

    Raises:
        ValueError: There is neither a value nor a reason, or both a value and a failure.
    """

    value: Value | None
    reason: str = ""
    evidence: tuple[str, ...] = ()
    failure: str | None = None

    def __post_init__(self) -> None:
        if self.value is None and not self.reason:
            raise ValueError("a rating without a value needs its reason")
        if self.value is not None and self.failure is not None:
            raise ValueError("a rater that rated has not failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One rating of one output on one dimension by one rater: one row of the table.

    Args:
        example: The example's id.
        system: Whose output was rated.
        dimension: On which dimension.
        rater: By whom: a check's, a judge's or a person's name.
        kind: Which of these the rater is.
        value: On the dimension's scale; None when there is none, and ``reason`` says why.
        reason: The rater's reason, or why there is no value.
        repeat: Counts ratings of the same output by the same rater, from 0.
        against: The other system, when a pair was compared.
        order: Which of the pair was shown first: ``"ab"`` or ``"ba"``.
        probability: The probability with which this rating was sampled, in (0, 1].
        cluster: What the example shares with others; errors are clustered by it.
        component: The part of the evaluation set that the example belongs to.
        segment: A tag by which results are broken down.
        seconds: How long the rating took.
        cost: What it cost, in US dollars; unknown is None, never 0.
        failure: The class of why there is no value, where it is known: one of
            `measurand.core.failure.FAILURES`.
    """

    example: str
    system: str
    dimension: str
    rater: str
    kind: Kind
    value: Value | None
    reason: str | None = None
    repeat: int = 0
    against: str | None = None
    order: str | None = None
    probability: float | None = None
    cluster: str | None = None
    component: str | None = None
    segment: str | None = None
    seconds: float | None = None
    cost: float | None = None
    failure: str | None = None


COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(Rating))
REQUIRED: tuple[str, ...] = COLUMNS[:6]
DEFAULTS: Mapping[str, Cell] = {name: 0 if name == "repeat" else None for name in COLUMNS[6:]}


@dataclass(frozen=True, slots=True)
class Column:
    """A dictionary-encoded column: row ``i`` holds ``levels[codes[i]]``.

    Args:
        codes: 32-bit signed integers, one a row (type code ``"i"``), each an index into levels.
        levels: The distinct cells, in order of first appearance.
    """

    codes: array[int]
    levels: tuple[Cell, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[Cell]:
        return map(self.levels.__getitem__, self.codes)

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> Column:
        """Encode cells."""
        index: dict[tuple[type, Cell], int] = {}
        codes = array("i", (index.setdefault((type(c), c), len(index)) for c in cells))
        return cls(codes, tuple(cell for _, cell in index))

    @classmethod
    def constant(cls, cell: Cell, length: int) -> Column:
        """The same cell in every row."""
        return cls(array("i", bytes(4 * length)), (cell,))

    def where(self, mask: bytes) -> Column:
        """The rows at which the mask is not 0; levels stay as they are."""
        if len(self.levels) == 1:  # as most columns of most tables are
            return Column.constant(self.levels[0], len(mask) - mask.count(0))
        return Column(array("i", compress(self.codes, mask)), self.levels)

    def mask(self, keep: Callable[[Cell], bool]) -> bytes:
        """One byte a row: 1 where the cell is kept, asked once a level."""
        kept = [keep(level) for level in self.levels]
        return bytes(map(kept.__getitem__, self.codes))


@dataclass(frozen=True, slots=True)
class Ratings:
    """The table of ratings: columns of equal length, in `Rating`'s order.

    A million rows take about 68 MB; `where` gives parts, iteration gives `Rating` rows.

    Raises:
        ValueError: A column is missing or unknown, or lengths differ.
    """

    columns: Mapping[str, Column]

    def __post_init__(self) -> None:
        if set(self.columns) != set(COLUMNS):
            odd = sorted(set(self.columns) ^ set(COLUMNS))
            raise ValueError(f"a table of ratings has other columns; look at: {', '.join(odd)}")
        if len({len(column) for column in self.columns.values()}) > 1:
            raise ValueError("the columns of a table of ratings have one length")

    @classmethod
    def of(cls, rows: Iterable[Rating]) -> Ratings:
        """The table of these rows."""
        listed = list(rows)
        return cls({name: Column.of([getattr(row, name) for row in listed]) for name in COLUMNS})

    @classmethod
    def from_columns(cls, **columns: Column) -> Ratings:
        """The table of these columns; those not given hold their defaults.

        Raises:
            ValueError: A required column is missing or lengths differ.
        """
        length = len(next(iter(columns.values()))) if columns else 0
        whole = dict(columns)
        for name, default in DEFAULTS.items():
            whole.setdefault(name, Column.constant(default, length))
        return cls(whole)

    def __len__(self) -> int:
        return len(self.columns["value"])

    def __iter__(self) -> Iterator[Rating]:
        for cells in zip(*(self.columns[name] for name in COLUMNS), strict=True):
            yield Rating(**dict(zip(COLUMNS, cells, strict=True)))

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def __add__(self, other: Ratings) -> Ratings:
        """Both tables, one after the other."""
        return Ratings({name: _joined(self[name], other[name]) for name in COLUMNS})

    def where(self, **cells: Cell | frozenset[Cell]) -> Ratings:
        """The rows whose cells equal these; a frozenset means any of its members."""
        table = self
        for name, wanted in cells.items():
            allowed = wanted if isinstance(wanted, frozenset) else frozenset({wanted})
            mask = table[name].mask(allowed.__contains__)
            table = table.filtered(mask)
        return table

    def filtered(self, mask: bytes) -> Ratings:
        """The rows at which the mask, one byte a row, is not 0."""
        if all(mask):
            return self
        return Ratings({name: column.where(mask) for name, column in self.columns.items()})

    def distinct(self, name: str) -> tuple[Cell, ...]:
        """The cells that occur in a column, in order of first appearance."""
        column = self.columns[name]
        return tuple(column.levels[code] for code in dict.fromkeys(column.codes))


def _joined(first: Column, second: Column) -> Column:
    index = {(type(level), level): code for code, level in enumerate(first.levels)}
    moved = [index.setdefault((type(level), level), len(index)) for level in second.levels]
    codes = first.codes + array("i", map(moved.__getitem__, second.codes))
    return Column(codes, tuple(level for _, level in index))
