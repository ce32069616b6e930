"""Each output's score: one number per example, system and dimension, and what is blocked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.matrix import Codes, Floats, codes_of, flagged, numbers_of
from measurand.core.example import Example
from measurand.core.rating import Kind, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO, Scale

__all__ = ["TRUST", "Scores", "score"]

TRUST: tuple[Kind, ...] = ("people", "judge", "check")
"""Whose ratings score a dimension that several kinds rated: the first that rated all systems."""

_TIE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What every output scored.

    Args:
        examples: The rows, in order of first appearance.
        systems: The columns.
        dimensions: The layers: those with a numeric scale, in the rubric's order.
        values: Shape (examples, systems, dimensions); on the unit interval where the scale is
            bounded, else as rated; NaN where there is no score.
        overall: Shape (examples, systems): the weighted score of each output that is not blocked;
            NaN where blocked or not rated.
        blocked: Shape (examples, systems): 1 blocked, 0 not, NaN where no blocking dimension
            was rated.
        flagged: The same, where a single flag by anyone counts.
        clusters: Shape (examples,): codes of what examples share.
        weights: Shape (examples, dimensions), summing to 1; 0 on scales without bounds.
        kinds: Whose ratings score each dimension.
        components: The component of each example, or None.
        segments: The segments of each example.
        ties: Outputs by dimension whose yes/no votes were tied; they have no score.
    """

    examples: tuple[str, ...]
    systems: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    values: Floats
    overall: Floats
    blocked: Floats
    flagged: Floats
    clusters: Codes
    weights: Floats
    kinds: Mapping[str, Kind]
    components: tuple[str | None, ...]
    segments: tuple[tuple[str, ...], ...]
    ties: Mapping[str, int]

    @property
    def clustered(self) -> bool:
        """Whether any two examples share a cluster."""
        return len(np.unique(self.clusters)) < len(self.clusters)

    def paired(self, first: int, second: int) -> Floats:
        """The overall difference of two systems, example by example.

        Each pair is weighted over the dimensions that both outputs were rated on; NaN where
        either is blocked or they share none.
        """
        a, b = self.values[:, first], self.values[:, second]
        shared = ~np.isnan(a) & ~np.isnan(b)
        weights = np.where(shared, self.weights, 0.0)
        total = weights.sum(axis=1)
        gap = (weights * np.where(shared, a - b, 0.0)).sum(axis=1)
        difference = np.divide(gap, total, out=np.full(len(total), np.nan), where=total > 0)
        either = np.isnan(self.overall[:, first]) | np.isnan(self.overall[:, second])
        paired: Floats = np.where(either, np.nan, difference)
        return paired


def score(
    ratings: Ratings,
    rubric: Rubric,
    *,
    examples: Mapping[str, Example] | None = None,
    systems: Sequence[str] = (),
    by: Mapping[str, Kind] | None = None,
) -> Scores:
    """Score every output.

    Args:
        ratings: The table; pairwise ratings (with ``against``) are left out.
        rubric: Dimensions, scales, weights, and which of them block.
        examples: Components, segments, clusters and weights of the examples, where known.
        systems: Which systems, in which order; all by default.
        by: Whose ratings score a dimension, where the default is not wanted.
    """
    single = ratings.where(against=None)
    frame = _Frame(single, tuple(systems) or tuple(str(s) for s in single.distinct("system")))
    dimensions = tuple(d for d in rubric if d.scale.numeric and frame.rated(d.name))
    layers = [frame.layer(d, (by or {}).get(d.name)) for d in dimensions]
    shape = (len(frame.examples), len(frame.systems))
    values = (
        np.stack([layer.values for layer in layers], axis=2) if layers else np.empty((*shape, 0))
    )
    weights = _weights(Rubric(*dimensions), frame.examples, examples or {})
    blocking = [d for d in rubric if d.blocking and frame.rated(d.name)]
    blocked = _worst([frame.flags(d) for d in blocking], shape)
    known = [(examples or {}).get(name) for name in frame.examples]
    return Scores(
        examples=frame.examples,
        systems=frame.systems,
        dimensions=dimensions,
        values=values,
        overall=_overall(values, weights, blocked),
        blocked=blocked,
        flagged=_worst([frame.any_flag(d) for d in blocking], shape),
        clusters=_clusters(frame, known),
        weights=weights,
        kinds={d.name: layer.kind for d, layer in zip(dimensions, layers, strict=True)},
        components=frame.column("component", [e.component if e else None for e in known]),
        segments=frame.segments(known),
        ties={d.name: layer.ties for d, layer in zip(dimensions, layers, strict=True)},
    )


@dataclass(frozen=True, slots=True)
class _Layer:
    values: Floats
    kind: Kind
    ties: int


class _Frame:
    """The examples and systems that a table of ratings spans."""

    def __init__(self, ratings: Ratings, systems: tuple[str, ...]) -> None:
        self.ratings = ratings.where(system=frozenset(systems))
        self.systems = systems
        self.examples = tuple(str(cell) for cell in self.ratings.distinct("example"))

    def rated(self, dimension: str) -> bool:
        return dimension in self.ratings["dimension"].levels

    def layer(self, dimension: Dimension, kind: Kind | None) -> _Layer:
        """The consensus score of every output on one dimension."""
        rows = self.ratings.where(dimension=dimension.name)
        means = {k: self._means(rows.where(kind=k), dimension.scale) for k in TRUST}
        chosen = kind or _most_trusted(means)
        values = means[chosen]
        ties = 0
        if dimension.scale.binary:
            ties = int(np.count_nonzero(values == _TIE))
            decided = np.where(values > _TIE, 1.0, 0.0)
            values = np.where(np.isnan(values) | (values == _TIE), np.nan, decided)
        return _Layer(_to_unit(values, dimension.scale), chosen, ties)

    def flags(self, dimension: Dimension) -> Floats:
        """Whether each output is blocked on a dimension: 1, 0, or NaN where nobody rated.

        People decide by majority and a tie blocks; where no person rated, any flag by any judge
        or check blocks.
        """
        rows = flagged(self.ratings, dimension)
        people = self._means(rows.where(kind="people"), YES_NO)
        machines = self._means(rows.where(kind=frozenset({"judge", "check"})), YES_NO)
        by_people = np.where(np.isnan(people), np.nan, people >= _TIE)
        by_machines = np.where(np.isnan(machines), np.nan, machines > 0)
        return np.asarray(np.where(np.isnan(by_people), by_machines, by_people))

    def any_flag(self, dimension: Dimension) -> Floats:
        """Whether anyone at all, person or machine, says that an output is blocked."""
        shares = self._means(flagged(self.ratings, dimension), YES_NO)
        return np.where(np.isnan(shares), np.nan, shares > 0)

    def _means(self, rows: Ratings, scale: Scale) -> Floats:
        """Mean rating of every output over raters and repeats."""
        numbers, _ = numbers_of(rows["value"], scale)
        cells = self._places(rows)
        given = ~np.isnan(numbers)
        size = len(self.examples) * len(self.systems)
        counts = np.bincount(cells[given], minlength=size)
        sums = np.bincount(cells[given], weights=numbers[given], minlength=size)
        means: Floats = np.divide(sums, counts, out=np.full(size, np.nan), where=counts > 0)
        return means.reshape(len(self.examples), len(self.systems))

    def _places(self, rows: Ratings) -> Codes:
        at_example = _positions(rows["example"].levels, self.examples)[codes_of(rows["example"])]
        at_system = _positions(rows["system"].levels, self.systems)[codes_of(rows["system"])]
        return at_example * len(self.systems) + at_system

    def column(self, name: str, known: Sequence[str | None]) -> tuple[str | None, ...]:
        """What each example says of itself, or what its ratings say of it."""
        rows = self.ratings
        found: list[str | None] = [None] * len(self.examples)
        at = _positions(rows["example"].levels, self.examples)[codes_of(rows["example"])]
        pairs = np.unique(np.stack([at, codes_of(rows[name])]), axis=1)
        for place, code in pairs.T:
            cell = rows[name].levels[code]
            found[place] = found[place] if cell is None else str(cell)
        return tuple(a if a is not None else b for a, b in zip(known, found, strict=True))

    def segments(self, known: Sequence[Example | None]) -> tuple[tuple[str, ...], ...]:
        """The segments of each example; an example may have several."""
        rated = self.column("segment", [None] * len(self.examples))
        return tuple(
            example.segments if example else ((cell,) if cell else ())
            for example, cell in zip(known, rated, strict=True)
        )


def _most_trusted(means: Mapping[Kind, Floats]) -> Kind:
    covered = {kind: ~np.isnan(table) for kind, table in means.items()}
    for kind in TRUST:
        if covered[kind].any(axis=0).all():
            return kind
    return max(TRUST, key=lambda kind: int(covered[kind].sum()))


def _to_unit(values: Floats, scale: Scale) -> Floats:
    if scale.low is None or scale.high is None:
        return values
    return (values - scale.low) / (scale.high - scale.low)


def _positions(levels: Sequence[object], names: Sequence[str]) -> Codes:
    index = {name: place for place, name in enumerate(names)}
    return np.asarray([index.get(str(level), -1) for level in levels], dtype=np.int64)


def _weights(rubric: Rubric, names: Sequence[str], known: Mapping[str, Example]) -> Floats:
    bounded = frozenset(d.name for d in rubric if d.scale.bounded)
    shares = rubric.weights(bounded) if bounded else {}
    table = np.tile([shares.get(d.name, 0.0) for d in rubric], (len(names), 1))
    for row, name in enumerate(names):
        example = known.get(name)
        if example is not None and example.weights:
            total = sum(d.weight for d in rubric if d.name in bounded)
            for place, dimension in enumerate(rubric):
                override = example.weights.get(dimension.name)
                if override is not None and dimension.name in bounded and total:
                    table[row, place] = override / total
    sums = table.sum(axis=1, keepdims=True)
    shared: Floats = np.divide(table, sums, out=np.zeros_like(table), where=sums > 0)
    return shared


def _overall(values: Floats, weights: Floats, blocked: Floats) -> Floats:
    rated = ~np.isnan(values)
    share = np.where(rated, weights[:, None, :], 0.0)
    total = share.sum(axis=2)
    points = (share * np.where(rated, values, 0.0)).sum(axis=2)
    overall = np.divide(points, total, out=np.full(total.shape, np.nan), where=total > 0)
    unblocked: Floats = np.where(blocked == 1, np.nan, overall)
    return unblocked


def _worst(flags: Sequence[Floats], shape: tuple[int, int]) -> Floats:
    worst = np.full(shape, np.nan)
    for flag in flags:
        worst = np.fmax(worst, flag)
    return worst


def _clusters(frame: _Frame, known: Sequence[Example | None]) -> Codes:
    names = frame.column("cluster", [e.cluster if e else None for e in known])
    own = [name if name is not None else ("", place) for place, name in enumerate(names)]
    index: dict[object, int] = {}
    codes: NDArray[np.int64] = np.asarray(
        [index.setdefault(name, len(index)) for name in own], dtype=np.int64
    )
    return codes
