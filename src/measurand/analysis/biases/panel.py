"""What one judge and people said of the same outputs on one dimension, as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from measurand.analysis.biases.base import span_of
from measurand.analysis.groups import clusters_of
from measurand.analysis.matrix import (
    Codes,
    Floats,
    RaterMatrix,
    codes_of,
    numbers_of,
    rater_matrix,
)
from measurand.core.example import Example
from measurand.core.rating import Column, Ratings
from measurand.core.scale import Scale

__all__ = ["Panel", "mean_of_rows", "panels"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One judge on one dimension.

    Args:
        judge: Its name.
        dimension: On which dimension.
        scale: The dimension's scale, which is numeric.
        examples: The example of each output.
        systems: The system of each output.
        repeats: What the judge said, shape (outputs, repeats), NaN where it said nothing.
        people: What people said, shape (outputs, people), NaN likewise.
        names: Who they are, a column each.
        known: What references and checks say, shape (outputs,): NaN where none does, or where
            they differ.
        clusters: What outputs share: an example, or a cluster of examples.
    """

    judge: str
    dimension: str
    scale: Scale
    examples: tuple[str, ...]
    systems: tuple[str, ...]
    repeats: Floats = field(repr=False)
    people: Floats = field(repr=False)
    names: tuple[str, ...]
    known: Floats = field(repr=False)
    clusters: Codes = field(repr=False)

    @property
    def scores(self) -> Floats:
        """The judge's mean over repeats."""
        return mean_of_rows(self.repeats)

    @property
    def votes(self) -> Floats:
        """The mean of people's ratings; NaN where nobody rated."""
        return mean_of_rows(self.people)

    @property
    def span(self) -> float | None:
        """How far apart the ends of the scale are."""
        return span_of(self.scale)

    @property
    def rated(self) -> bool:
        """Whether people rated any of these outputs."""
        return bool((~np.isnan(self.people)).any())

    @property
    def outputs(self) -> tuple[tuple[str, str], ...]:
        """The example and system of each row."""
        return tuple(zip(self.examples, self.systems, strict=True))


def panels(
    ratings: Ratings,
    scales: Mapping[str, Scale],
    *,
    judges: Sequence[str],
    examples: Mapping[str, Example],
) -> Iterator[Panel]:
    """One panel a judge and dimension, on numeric scales; ratings of pairs are no part of it."""
    single = ratings.where(against=None)
    names = tuple(str(name) for name in single.distinct("example"))
    shared = dict(zip(names, clusters_of(single, names, examples).tolist(), strict=True))
    for dimension in single.distinct("dimension"):
        scale = scales[str(dimension)]
        if not scale.numeric:
            continue
        rows = single.where(dimension=dimension)
        people = rater_matrix(rows.where(kind="people"), scale)
        truth = rater_matrix(rows.where(kind=frozenset({"reference", "check"})), scale)
        for judge in judges:
            said = rows.where(rater=judge)
            if not len(said):
                continue
            keys, repeats = _repeats(said, scale)
            if not len(keys):
                continue
            yield Panel(
                judge=judge,
                dimension=str(dimension),
                scale=scale,
                examples=tuple(example for example, _ in keys),
                systems=tuple(system for _, system in keys),
                repeats=repeats,
                people=_taken(people, keys),
                names=people.raters,
                known=_agreed(_taken(truth, keys)),
                clusters=np.asarray([shared[example] for example, _ in keys], dtype=np.int64),
            )


def mean_of_rows(table: Floats) -> Floats:
    """The mean of what is given in each row; NaN where nothing is."""
    counts = (~np.isnan(table)).sum(axis=1)
    means: Floats = np.divide(
        np.nansum(table, axis=1), counts, out=np.full(len(table), np.nan), where=counts > 0
    )
    return means


def _repeats(rows: Ratings, scale: Scale) -> tuple[list[tuple[str, str]], Floats]:
    """The outputs that a judge gave a value, and its values by repeat; the first row counts."""
    values, _ = numbers_of(rows["value"], scale)
    example, system = rows["example"], rows["system"]
    width = max(len(system.levels), 1)
    output = codes_of(example) * width + codes_of(system)
    given = np.flatnonzero(~np.isnan(values))
    units, at = np.unique(output[given], return_inverse=True)
    numbers, column = np.unique(_numbers(rows["repeat"])[given], return_inverse=True)
    table = np.full((len(units), max(len(numbers), 1)), np.nan)
    table[at[::-1], column[::-1]] = values[given][::-1]  # what is written last stays
    keys = [
        (str(example.levels[unit // width]), str(system.levels[unit % width]))
        for unit in units.tolist()
    ]
    return keys, table


def _numbers(column: Column) -> Codes:
    levels = [int(c) if isinstance(c, int | float) else 0 for c in column.levels]
    return np.asarray(levels, dtype=np.int64)[codes_of(column)]


def _taken(matrix: RaterMatrix, keys: Sequence[tuple[str, str]]) -> Floats:
    """The rows of these outputs; NaN where there is none."""
    where = {key: at for at, key in enumerate(zip(matrix.examples, matrix.systems, strict=True))}
    at = np.asarray([where.get(key, -1) for key in keys], dtype=np.int64)
    table = np.full((len(at), matrix.values.shape[1]), np.nan)
    table[at >= 0] = matrix.values[at[at >= 0]]
    return table


def _agreed(table: Floats) -> Floats:
    """What all that is given in a row says; NaN where nothing is, or where it differs."""
    means = mean_of_rows(table)
    differ = (np.abs(table - means[:, None]) > 0).any(axis=1)
    return np.asarray(np.where(differ, np.nan, means))
