"""Several judges before the same outputs: what each said, and what people say without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from measurand.analysis.agreement import consensus
from measurand.analysis.frame import Bools, averages
from measurand.analysis.groups import clusters_of
from measurand.analysis.matrix import Codes, Floats, RaterMatrix, codes_of, numbers_of, rater_matrix
from measurand.core.example import Example
from measurand.core.people import ADJUDICATION
from measurand.core.rating import Ratings
from measurand.core.scale import Scale
from measurand.errors import InsufficientData

__all__ = ["Bench", "bench_of"]

_LEAST_SHARE = 0.8
"""A judge that rated less of the outputs than this would take too many from all others."""
_MACHINES = frozenset({"judge", "check"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The outputs of one dimension that people rated, and everybody who rated them.

    Args:
        dimension: Which.
        scale: Its scale.
        names: Judges and checks, then people.
        kinds: What each is.
        said: Shape (units, raters): of grades the mean over repeats, of labels the first; NaN
            where there is none.
        right: The same shape: the people's mean of grades or vote on labels without the rater's
            own; of a judge that of all people.
        hits: The same shape: of labels, the share of a rater's repeats and orders that are right.
        clusters: What outputs share, shape (units,).
        examples: Of each unit.
        ranked: The places of those who are compared with each other.
        truth: Who says what is right: ``people``, or the name of a reference.
    """

    dimension: str
    scale: Scale
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    said: Floats
    right: Floats
    hits: Floats
    clusters: Codes
    examples: tuple[str, ...]
    ranked: tuple[int, ...]
    truth: str

    @property
    def graded(self) -> bool:
        """Whether ratings are grades, whose order counts; else they are labels."""
        return self.scale.metric != "nominal"

    @property
    def people(self) -> tuple[int, ...]:
        """The places of people."""
        return tuple(place for place, kind in enumerate(self.kinds) if kind == "people")

    @property
    def machines(self) -> tuple[int, ...]:
        """The places of judges and checks."""
        return tuple(place for place, kind in enumerate(self.kinds) if kind != "people")

    @property
    def shared(self) -> Bools:
        """The units that everybody who is compared has rated, shape (units,)."""
        if not self.ranked:
            return np.ones(len(self.said), dtype=np.bool_)
        return np.asarray(self.rated[:, self.ranked].all(axis=1), dtype=np.bool_)

    @property
    def rated(self) -> Bools:
        """Whether there is a rating and something to hold it against, shape (units, raters)."""
        return np.asarray(~np.isnan(self.said) & ~np.isnan(self.right), dtype=np.bool_)

    def units_of(self, place: int) -> Bools:
        """The units on which a rater's numbers are computed: the shared ones, where it has them.

        Whoever is not compared has its own.
        """
        own = self.rated[:, place]
        compared = place in self.ranked or self.kinds[place] == "people"
        return own & self.shared if compared else own


def bench_of(
    rows: Ratings,
    scale: Scale,
    *,
    dimension: str,
    reference: str | None = None,
    examples: Mapping[str, Example] | None = None,
) -> Bench:
    """Arrange the ratings of one dimension.

    Args:
        rows: The ratings of this dimension, of the first trial.
        scale: Its scale.
        dimension: Its name.
        reference: A rater who is right; by default people are, and where there are none, whoever
            is of kind ``reference``.
        examples: Clusters of the examples, where known.

    Raises:
        InsufficientData: Nobody says what is right, or no judge and no check rated.
    """
    matrix = rater_matrix(rows, scale)
    kinds = _kinds(rows)
    truth, columns = _who_is_right(matrix, kinds, reference)
    people = columns if truth == "people" else ()
    machines = tuple(
        place
        for place, name in enumerate(matrix.raters)
        if kinds[name] in _MACHINES and place not in columns
    )
    if not machines:
        raise InsufficientData("no judge and no check rated these outputs")
    order = (*machines, *people)
    right = _right(matrix, columns, order, people=people, scale=scale)
    known = ~np.isnan(right[:, 0])
    if not known.any():
        raise InsufficientData(f"{truth} decided no output on {dimension}: all votes are tied")
    said, hits = _said(rows, scale, right, order=order, first=matrix.values[:, list(order)])
    names = tuple(str(matrix.examples[row]) for row in np.flatnonzero(known))
    distinct = tuple(dict.fromkeys(names))
    codes = dict(zip(distinct, clusters_of(rows, distinct, examples or {}).tolist(), strict=True))
    share = (~np.isnan(said[known][:, : len(machines)])).mean(axis=0)
    return Bench(
        dimension=dimension,
        scale=scale,
        names=tuple(matrix.raters[place] for place in order),
        kinds=tuple(kinds[matrix.raters[place]] for place in order),
        said=said[known],
        right=right[known],
        hits=hits[known],
        clusters=np.asarray([codes[name] for name in names], dtype=np.int64),
        examples=names,
        ranked=tuple(np.flatnonzero(share >= _LEAST_SHARE).tolist()),
        truth=truth,
    )


def _kinds(rows: Ratings) -> dict[str, str]:
    raters, kinds = rows["rater"], rows["kind"]
    pairs = set(zip(raters.codes, kinds.codes, strict=True))
    return {str(raters.levels[rater]): str(kinds.levels[kind]) for rater, kind in pairs}


def _who_is_right(
    matrix: RaterMatrix, kinds: Mapping[str, str], reference: str | None
) -> tuple[str, tuple[int, ...]]:
    """Whose ratings the others are held against, and their columns."""
    places = {name: place for place, name in enumerate(matrix.raters)}
    if reference is not None:
        if reference not in places:
            raise InsufficientData(f"{reference} rated none of these outputs")
        return reference, (places[reference],)
    people = tuple(place for name, place in places.items() if kinds[name] == "people")
    if people:
        return "people", people
    # Adjudicated are those that people dispute: no judge is held against these alone.
    known = [name for name in places if kinds[name] == "reference" and name != ADJUDICATION]
    if not known:
        raise InsufficientData("no people rated these outputs, and there is no reference rating")
    return " and ".join(known), tuple(places[name] for name in known)


def _right(
    matrix: RaterMatrix,
    columns: Sequence[int],
    order: Sequence[int],
    *,
    people: Sequence[int],
    scale: Scale,
) -> Floats:
    """What is right for each rater: without its own rating, where it is one of those who say."""
    every = consensus(matrix.values[:, list(columns)], scale)
    right = np.tile(every[:, None], len(order))
    for place, column in enumerate(order):
        others = [other for other in columns if other != column]
        if column in people:
            nobody = np.full(len(every), np.nan)
            right[:, place] = consensus(matrix.values[:, others], scale) if others else nobody
    return right


def _said(
    rows: Ratings, scale: Scale, right: Floats, *, order: Sequence[int], first: Floats
) -> tuple[Floats, Floats]:
    """Means of grades, or first labels, and how often these are right; by unit and rater."""
    parts = [rows[name] for name in ("example", "system", "against")]
    sizes = tuple(max(len(part.levels), 1) for part in parts)
    keys = np.ravel_multi_index(tuple(map(codes_of, parts)), sizes)
    _, unit = np.unique(keys, return_inverse=True)  # in the order of the matrix
    _, column = np.unique(codes_of(rows["rater"]), return_inverse=True)
    at = np.full(int(column.max()) + 1, -1)
    at[list(order)] = np.arange(len(order))
    place = at[column]
    numbers, _ = numbers_of(rows["value"], scale)
    shape = len(right), len(order)
    given = (place >= 0) & ~np.isnan(numbers)
    cells = (unit * shape[1] + place)[given]
    if scale.metric != "nominal":
        means = averages(cells, numbers[given], size=shape[0] * shape[1]).reshape(shape)
        return means, np.full(shape, np.nan)
    asked = right.ravel()[cells]
    decided = ~np.isnan(asked)
    equal = (numbers[given] == asked).astype(np.float64)
    hits = averages(cells[decided], equal[decided], size=shape[0] * shape[1]).reshape(shape)
    return first, hits
