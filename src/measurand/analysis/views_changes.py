"""Which examples changed sides between two systems, the most harmful first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from measurand.analysis.frame import Bools
from measurand.analysis.matrix import Floats
from measurand.analysis.measure import Measure
from measurand.analysis.pair import Pair
from measurand.analysis.result import Change, Result
from measurand.analysis.score import Scores
from measurand.analysis.views_chance import Chances, chances_of
from measurand.core.rubric import Dimension
from measurand.stats.estimate import attempt
from measurand.stats.quantiles import two_sided_z
from measurand.stats.share import clustered_share

if TYPE_CHECKING:
    from measurand.analysis.comparison import ComparisonOptions
    from measurand.analysis.views import Scene

__all__ = ["change_findings"]

_HALF = 0.5
_MOST = 2000
"""Changes that are listed over all pairs; the shares count every one."""
_LEAST_LISTED = 20
_MOST_LEVELS = 21
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """The changes of one pair on one dimension.

    Args:
        dimension: Which.
        gaps: Shape (examples,): first minus second in share of the scale; NaN where not both.
        changed: Which examples changed sides.
        blocking: Of which one system is blocked by it and the other is not.
        worse: On which the first is the worse: the one that is blocked, else the lower.
        harm: The share of the scale times the weight.
        rule: What a change is here.
    """

    dimension: Dimension
    gaps: Floats
    changed: Bools
    blocking: Bools
    worse: Bools
    harm: Floats
    rule: str


def change_findings(
    measure: Measure, pairs: Sequence[Pair], scene: Scene
) -> tuple[tuple[Result, ...], tuple[Change, ...]]:
    """The examples that changed sides in every pair, and which share of the examples they are.

    On yes/no, one system passes and the other fails. Where a bound blocks, one is blocked and the
    other is not. On grades the scores differ by more than two ratings of one output do by chance,
    where outputs were rated again; else by a level of the scale, or by the margin.

    Returns:
        ``changed_to_worse`` and ``changed_to_better`` of the first of each pair, by dimension, of
        the examples that the headline is of, with ``changed_by_chance``, what is to be expected of
        either where nothing has changed; and the changes on all examples, those that block first,
        then by their share of the scale times the weight of the dimension.
    """
    scores = measure.scores
    whole = np.ones(len(scores.examples), dtype=bool)
    headline = whole if measure.population is None else measure.population.rows
    chances = chances_of(scores, scene)
    results: list[Result] = []
    changes: list[Change] = []
    systems = list(dict.fromkeys(pair.systems for pair in pairs))
    room = max(_LEAST_LISTED, _MOST // max(len(systems), 1))
    for both in systems:
        sides = [
            _sides(scores, both, layer, noise=chances.noise[layer], options=scene.options)
            for layer in range(len(scores.dimensions))
        ]
        results += _shares(measure, sides, both, headline=headline)
        results += _expected(measure, sides, both, chances=chances, headline=headline)
        changes += _worst(scores, sides, both, room=room)
    return tuple(results), tuple(changes)


def _sides(
    scores: Scores,
    systems: tuple[str, str],
    layer: int,
    *,
    noise: Floats | None,
    options: ComparisonOptions,
) -> _Sides:
    first, second = map(scores.systems.index, systems)
    dimension = scores.dimensions[layer]
    a, b = scores.values[:, first, layer], scores.values[:, second, layer]
    gaps = a - b
    with np.errstate(invalid="ignore"):
        if dimension.scale.binary:
            changed = (a - _HALF) * (b - _HALF) < 0
            rule = "one passes, the other fails"
        else:
            bound, rule = _bound(dimension, noise, (first, second), options=options)
            changed = np.abs(gaps) >= bound - _ROUNDING
            changed &= np.abs(gaps) > _ROUNDING
    blocking, worse = np.zeros(len(gaps), dtype=bool), gaps < 0
    if (flags := scores.blocked_on.get(dimension.name)) is not None:
        more = flags[:, first] - flags[:, second]
        blocking = np.abs(more) == 1
        worse = np.where(blocking, more > 0, worse)
    return _Sides(
        dimension=dimension,
        gaps=gaps,
        changed=(changed | blocking) & ~np.isnan(gaps),
        blocking=blocking,
        worse=worse,
        harm=np.abs(gaps) * scores.weights[:, layer],
        rule=rule,
    )


def _bound(
    dimension: Dimension,
    noise: Floats | None,
    places: tuple[int, int],
    *,
    options: ComparisonOptions,
) -> tuple[Floats, str]:
    """How far two grades are apart that changed sides, by example, and in words."""
    if noise is not None:
        errors = np.sqrt(noise[:, places[0]] + noise[:, places[1]])
        return np.asarray(two_sided_z(options.level) * errors), "more than repeated ratings differ"
    low, high = dimension.scale.low, dimension.scale.high
    if low is None or high is None:
        return np.full(1, np.inf), ""
    if dimension.scale.metric == "ordinal" and high - low < _MOST_LEVELS:
        return np.full(1, 1 / (high - low)), "a level of the scale or more"
    return np.full(1, options.margin), "the margin or more"


def _shares(
    measure: Measure, sides: Sequence[_Sides], systems: tuple[str, str], *, headline: Bools
) -> Iterator[Result]:
    scores = measure.scores
    for side in sides:
        rows = headline & ~np.isnan(side.gaps)
        for to, which in (("worse", side.worse), ("better", ~side.worse)):
            moved = (side.changed & which)[rows].astype(np.float64)
            compute = partial(clustered_share, moved, scores.clusters[rows], level=measure.level)
            yield Result(
                name=f"changed_to_{to}",
                estimate=attempt(compute, n=len(moved), method="Wilson", level=measure.level),
                dimension=side.dimension.name,
                systems=systems,
            )


def _expected(
    measure: Measure,
    sides: Sequence[_Sides],
    systems: tuple[str, str],
    *,
    chances: Chances,
    headline: Bools,
) -> Iterator[Result]:
    first, second = map(measure.scores.systems.index, systems)
    for layer, side in enumerate(sides):
        rows = headline & ~np.isnan(side.gaps)
        found = chances.expected(measure, layer, (first, second), rows=rows)
        if found is not None:
            yield Result(
                name="changed_by_chance",
                estimate=found,
                dimension=side.dimension.name,
                systems=systems,
            )


def _worst(
    scores: Scores, sides: Sequence[_Sides], systems: tuple[str, str], *, room: int
) -> Iterator[Change]:
    """The changes for the worse first, those that block before others, then by their harm."""
    places = [np.flatnonzero(side.changed) for side in sides]
    layers = np.repeat(np.arange(len(sides)), [len(rows) for rows in places])
    rows = np.concatenate([*places, np.empty(0, dtype=np.intp)]).astype(np.intp)
    worse, blocking, harm = (
        np.stack([getattr(side, name) for side in sides])[layers, rows] if sides else np.empty(0)
        for name in ("worse", "blocking", "harm")
    )
    for at in np.lexsort((-harm, ~blocking.astype(bool), ~worse.astype(bool)))[:room]:
        yield _change(scores, sides[layers[at]], int(rows[at]), systems=systems)


def _change(scores: Scores, side: _Sides, row: int, *, systems: tuple[str, str]) -> Change:
    first, second = map(scores.systems.index, systems)
    layer = scores.dimensions.index(side.dimension)
    to: Literal["worse", "better"] = "worse" if side.worse[row] else "better"
    blocking = bool(side.blocking[row])
    return Change(
        example=scores.examples[row],
        systems=systems,
        dimension=side.dimension.name,
        to=to,
        scores=(
            _in_units(scores.values[row, first, layer], side.dimension),
            _in_units(scores.values[row, second, layer], side.dimension),
        ),
        blocking=blocking,
        harm=float(side.harm[row]),
        why=_why(side, to, systems, blocking=blocking),
    )


def _why(side: _Sides, to: str, systems: tuple[str, str], *, blocking: bool) -> str:
    worse, better = systems if to == "worse" else systems[::-1]
    if blocking:
        return f"{worse} is blocked, {better} is not"
    if side.dimension.scale.binary:
        return f"{worse} fails, {better} passes"
    return f"{worse} is lower by {side.rule}"


def _in_units(share: float, dimension: Dimension) -> float:
    low, high = dimension.scale.low, dimension.scale.high
    return float(share) if low is None or high is None else float(low + share * (high - low))
