"""From the table of ratings to arrays about people: first ratings, repeats, what is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.groups import clusters_of, positions
from measurand.analysis.matrix import Codes, Floats, codes_of, numbers_of
from measurand.core.example import Example
from measurand.core.people import ADJUDICATION, CANNOT_JUDGE
from measurand.core.rating import Ratings
from measurand.core.scale import Scale
from measurand.errors import InsufficientData
from measurand.stats.consensus import majority_vote

__all__ = ["DimensionTable", "Output", "PeopleTable", "people_table"]

Output = tuple[str, str, str | None]
"""An example, a system, and the other system where a pair was compared."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionTable:
    """What people said on one dimension.

    Args:
        name: The dimension.
        scale: Its scale.
        first: Shape (outputs, raters): first ratings; NaN where there is none. Labels are codes.
        again: Shape (outputs, raters): second ratings of the same output by the same rater.
        right: Shape (outputs,): the reference rating; NaN where there is none.
        row: Shape (outputs, raters): where in the table the first rating stands.
    """

    name: str
    scale: Scale
    first: Floats
    again: Floats
    right: Floats
    row: Codes

    @property
    def graded(self) -> bool:
        """Whether ratings are grades: whole steps that have an order, more than two."""
        return self.scale.metric == "ordinal"

    @property
    def steps(self) -> int | None:
        """How many levels a bounded graded scale has."""
        low, high = self.scale.low, self.scale.high
        return None if not self.graded or low is None or high is None else int(high - low) + 1

    @property
    def exact(self) -> bool:
        """Whether two ratings can be expected to be equal."""
        return self.graded or self.scale.metric == "nominal"


@dataclass(frozen=True, kw_only=True)
class PeopleTable:
    """What people said, on the same outputs and raters throughout.

    Args:
        raters: The people, in order of first appearance.
        outputs: What was rated.
        clusters: Shape (outputs,): codes from 0 of what outputs share; errors go by it.
        dimensions: By dimension.
        seconds: Shape (outputs, raters): time spent on an output, over all its dimensions; NaN
            where it is not known.
        answers: Shape (answers, 3): the output, the rater, and 1 where the person could not judge,
            of every first answer.
        conflicting: Ratings that count as right but contradict each other, and so count nowhere.
    """

    raters: tuple[str, ...]
    outputs: tuple[Output, ...]
    clusters: Codes
    dimensions: tuple[DimensionTable, ...]
    seconds: Floats
    answers: Codes
    conflicting: int

    @cached_property
    def index(self) -> Mapping[Output, int]:
        """The row of each output."""
        return {output: place for place, output in enumerate(self.outputs)}


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of people and references as arrays, one entry a row."""

    table: Ratings
    output: Codes
    rater: Codes
    repeat: Codes
    people: Mask

    def matrix(self, values: Floats, mask: Mask, shape: tuple[int, int]) -> tuple[Floats, Codes]:
        """Values by output and rater, and the row each comes from; the first row counts."""
        matrix, row = np.full(shape, np.nan), np.full(shape, -1)
        rows = np.flatnonzero(mask & ~np.isnan(values))[::-1]
        at = self.output[rows], self.rater[rows]
        matrix[at], row[at] = values[rows], rows
        return matrix, row


def people_table(
    ratings: Ratings, scales: Mapping[str, Scale], examples: Mapping[str, Example]
) -> PeopleTable:
    """Arrange what people said, and what is right.

    Right is what rows of kind ``reference`` say whose rater is not `ADJUDICATION`: adjudicated
    ratings come from the very votes that would be held against them. Where several references
    differ, their majority is right; without one the output has no reference.

    Args:
        ratings: The table; checks and judges in it are passed over.
        scales: The scale of every dimension.
        examples: Clusters of the examples, where known.
    """
    table = ratings.where(kind=frozenset({"people", "reference"}))
    table = table.filtered(table["rater"].mask(lambda name: name != ADJUDICATION))
    rows, outputs, raters = _rows(table)
    shape = len(outputs), len(raters)
    dimensions, conflicting = [], 0
    for name in table.where(kind="people").distinct("dimension"):
        mine = np.frombuffer(table["dimension"].mask(name.__eq__), np.uint8) > 0
        scale = scales[str(name)]
        values = _numbers(table, mine, scale)
        first, row = rows.matrix(values, mine & rows.people & (rows.repeat == 0), shape)
        again, _ = rows.matrix(values, mine & rows.people & (rows.repeat == 1), shape)
        right, torn = _right(rows, values, mine & ~rows.people, outputs=shape[0])
        conflicting += torn
        dimensions.append(
            DimensionTable(
                name=str(name), scale=scale, first=first, again=again, right=right, row=row
            )
        )
    names = tuple(dict.fromkeys(example for example, _, _ in outputs))
    own = positions([example for example, _, _ in outputs], names)
    return PeopleTable(
        raters=raters,
        outputs=outputs,
        clusters=clusters_of(table, names, examples)[own] if names else own,
        dimensions=tuple(dimensions),
        seconds=_seconds(rows, shape),
        answers=_answers(rows),
        conflicting=conflicting,
    )


def _rows(table: Ratings) -> tuple[_Rows, tuple[Output, ...], tuple[str, ...]]:
    parts = [table[name] for name in ("example", "system", "against")]
    sizes = tuple(max(len(part.levels), 1) for part in parts)
    keys = np.ravel_multi_index(tuple(map(codes_of, parts)), sizes)
    distinct, first, output = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.argsort(order, kind="stable")
    found = zip(*np.unravel_index(distinct[order], sizes), strict=True)
    outputs = tuple(
        (
            str(parts[0].levels[example]),
            str(parts[1].levels[system]),
            None if (other := parts[2].levels[against]) is None else str(other),
        )
        for example, system, against in found
    )
    raters = tuple(str(name) for name in table.where(kind="people").distinct("rater"))
    repeats = [int(cell) if isinstance(cell, int | float) else 0 for cell in table["repeat"].levels]
    rows = _Rows(
        table,
        rank[output.reshape(-1)].astype(np.int64),
        positions(table["rater"].levels, raters)[codes_of(table["rater"])],
        np.asarray(repeats, dtype=np.int64)[codes_of(table["repeat"])],
        np.frombuffer(table["kind"].mask("people".__eq__), np.uint8) > 0,
    )
    return rows, outputs, raters


def _numbers(table: Ratings, mine: Mask, scale: Scale) -> Floats:
    """The values of one dimension's rows, NaN elsewhere."""
    part = table.filtered(mine.astype(np.uint8).tobytes())
    values = np.full(len(table), np.nan)
    values[mine] = numbers_of(part["value"], scale)[0]
    return values


def _right(rows: _Rows, values: Floats, mask: Mask, *, outputs: int) -> tuple[Floats, int]:
    """What is right by output, and how many outputs have references that contradict."""
    at = np.flatnonzero(mask & ~np.isnan(values))
    right = np.full(outputs, np.nan)
    if not len(at):
        return right, 0
    rater = codes_of(rows.table["rater"])[at]
    columns = np.unique(rater, return_inverse=True)[1].reshape(-1)
    matrix = np.full((outputs, int(columns.max()) + 1), np.nan)
    matrix[rows.output[at][::-1], columns[::-1]] = values[at][::-1]
    try:
        vote = majority_vote(matrix)
    except InsufficientData:  # a continuous scale: equal ratings are no matter of right and wrong
        return right, 0
    return vote.labels, vote.ties


def _seconds(rows: _Rows, shape: tuple[int, int]) -> Floats:
    column = rows.table["seconds"]
    levels = [float(c) if isinstance(c, int | float) else np.nan for c in column.levels]
    seconds = np.asarray(levels, dtype=np.float64)[codes_of(column)]
    mask = rows.people & (rows.repeat == 0) & ~np.isnan(seconds)
    cells = rows.output[mask] * shape[1] + rows.rater[mask]
    total = np.bincount(cells, seconds[mask], minlength=shape[0] * shape[1])
    seen = np.bincount(cells, minlength=shape[0] * shape[1]) > 0
    return np.where(seen, total, np.nan).reshape(shape)


def _answers(rows: _Rows) -> Codes:
    """What people were asked on the first visit, with or without a value."""
    values, reasons = rows.table["value"], rows.table["reason"]
    given = np.frombuffer(values.mask(lambda value: value is not None), np.uint8) > 0
    told = reasons.mask(lambda text: isinstance(text, str) and text.startswith(CANNOT_JUDGE))
    cannot = ~given & (np.frombuffer(told, np.uint8) > 0)
    at = np.flatnonzero(rows.people & (rows.repeat == 0) & (given | cannot))
    return np.stack([rows.output[at], rows.rater[at], cannot[at].astype(np.int64)], axis=1)
