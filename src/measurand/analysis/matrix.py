"""From the table of ratings to arrays: who rated what, and each output's consensus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.core.rating import Cell, Column, Ratings
from measurand.core.rubric import Dimension
from measurand.core.scale import Scale

__all__ = [
    "RaterMatrix",
    "all_yes_no",
    "codes_of",
    "flagged",
    "known_scales",
    "numbers_of",
    "rater_matrix",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterMatrix:
    """The ratings of one dimension, an output a row, a rater a column.

    Args:
        values: Shape (units, raters); NaN where a rater gave no value. Labels are codes into
            ``labels``.
        raters: The columns' names.
        examples: The rows' examples.
        systems: The rows' systems.
        against: The rows' other systems, where pairs were compared.
        labels: The labels of a nominal scale; empty on a numeric one.
    """

    values: Floats
    raters: tuple[str, ...]
    examples: tuple[str, ...]
    systems: tuple[str, ...]
    against: tuple[str | None, ...]
    labels: tuple[str, ...] = ()

    def only(self, raters: Sequence[str]) -> RaterMatrix:
        """The columns of these raters, and the rows that any of them rated."""
        columns = [self.raters.index(rater) for rater in raters]
        values = self.values[:, columns]
        rows = np.flatnonzero(~np.isnan(values).all(axis=1))
        return RaterMatrix(
            values=values[rows],
            raters=tuple(raters),
            examples=tuple(self.examples[row] for row in rows),
            systems=tuple(self.systems[row] for row in rows),
            against=tuple(self.against[row] for row in rows),
            labels=self.labels,
        )


def codes_of(column: Column) -> Codes:
    """The codes of a column as an array."""
    return np.frombuffer(column.codes, dtype=np.int32).astype(np.int64)


def numbers_of(column: Column, scale: Scale) -> tuple[Floats, tuple[str, ...]]:
    """The values of a column as numbers, NaN where there is none; labels become codes.

    Returns:
        The numbers, one a row, and the labels that the codes stand for.
    """
    if scale.numeric:
        levels = [float("nan") if isinstance(v, str | None) else float(v) for v in column.levels]
        return np.asarray(levels, dtype=float)[codes_of(column)], ()
    present = {column.levels[code] for code in set(column.codes)} - {None}
    labels = scale.labels or tuple(sorted(map(str, present)))
    index = {label: float(code) for code, label in enumerate(labels)}
    coded = [float("nan") if v is None else index.get(str(v), np.nan) for v in column.levels]
    return np.asarray(coded, dtype=float)[codes_of(column)], labels


def all_yes_no(values: Floats, scale: Scale) -> bool:
    """Whether these are yes and no alone: on such a scale several trials give shares instead."""
    return scale.binary and bool(np.isin(values, (0, 1)).all())


def flagged(ratings: Ratings, dimension: Dimension) -> Ratings:
    """The ratings of a blocking dimension, told as yes/no: does this rating block?"""
    rows = ratings.where(dimension=dimension.name)
    column = rows["value"]
    told = tuple(None if v is None else float(dimension.blocks(v)) for v in column.levels)
    return Ratings({**rows.columns, "value": Column(column.codes, told)})


def rater_matrix(ratings: Ratings, scale: Scale) -> RaterMatrix:
    """Arrange the ratings of one dimension by output (or pair of outputs) and rater.

    A rater's first rating of an output counts: the one with the lowest ``repeat``, and of several
    with the same, the one that the table has first. Repeats, and the other order of a pair,
    measure the rater rather than agreement.
    """
    parts = [ratings[name] for name in ("example", "system", "against")]
    sizes = tuple(max(len(part.levels), 1) for part in parts)
    keys = np.ravel_multi_index(tuple(map(codes_of, parts)), sizes)
    raters = codes_of(ratings["rater"])
    values, labels = numbers_of(ratings["value"], scale)
    units, rows = np.unique(keys, return_inverse=True)
    columns, places = np.unique(raters, return_inverse=True)
    matrix = np.full((len(units), len(columns)), np.nan)
    repeats = np.asarray([_repeat(cell) for cell in ratings["repeat"].levels], dtype=np.int64)
    last_first = np.argsort(repeats[codes_of(ratings["repeat"])], kind="stable")[::-1]
    given = last_first[~np.isnan(values[last_first])]
    matrix[rows[given], places[given]] = values[given]  # what is written last stays
    examples, systems, others = np.unravel_index(units, sizes)
    return RaterMatrix(
        values=matrix,
        raters=tuple(str(ratings["rater"].levels[code]) for code in columns),
        examples=tuple(str(ratings["example"].levels[code]) for code in examples),
        systems=tuple(str(ratings["system"].levels[code]) for code in systems),
        against=tuple(_name(ratings["against"].levels[code]) for code in others),
        labels=labels,
    )


def known_scales(ratings: Ratings, scales: Mapping[str, Scale]) -> dict[str, Scale]:
    """The scale of every dimension that was rated, in order of first appearance.

    Raises:
        KeyError: A dimension has no scale.
    """
    return {str(name): scales[str(name)] for name in ratings.distinct("dimension")}


def _repeat(cell: Cell) -> int:
    return int(cell) if isinstance(cell, int | float) else 0


def _name(cell: Cell) -> str | None:
    return None if cell is None else str(cell)
