"""Pairs judged side by side: who is preferred, and how much the order of showing decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from statistics import fmean

import numpy as np

from measurand.analysis.groups import clusters_of
from measurand.analysis.result import Result
from measurand.core.example import Example
from measurand.core.judging import Order
from measurand.core.rating import Cell, Kind, Ratings
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.mean import clustered_mean, mean_t
from measurand.stats.share import clustered_share

__all__ = ["preference", "preference_limits"]

_POINTS: Mapping[Cell, float] = {"win": 1.0, "tie": 0.5, "loss": 0.0}
_HALF = 0.5
_ROUNDING = 1e-9
_SHOWN: Mapping[str | None, Order] = {"ab": "ab", "ba": "ba"}
_SWAPPED: Mapping[str | None, Order] = {"ab": "ba", "ba": "ab"}
"""The order as seen from the other system's side."""
_Pair = tuple[str, str]


def preference(
    ratings: Ratings,
    systems: Sequence[str],
    *,
    kind: Kind = "judge",
    examples: Mapping[str, Example] | None = None,
    level: float = LEVEL,
) -> Iterator[Result]:
    """What ratings of two outputs side by side say of each pair of systems.

    On each example a win of the first system counts 1, a tie a half and a loss 0; each rater's
    repeats are averaged within either order of showing, then the two orders, then the raters; only
    then is the example decided. Averaging first takes out a preference for the first place, where
    calling every inconsistent pair a tie turns mere noise into ties. A rater that judged a pair in
    one order only has no say about an example, unless nobody was ever asked in both.

    Args:
        ratings: The table; its ratings with ``against`` and the values win, tie and loss count.
        systems: In the order in which pairs are told.
        kind: Whose ratings.
        examples: The clusters of the examples, where they are known.
        level: The confidence level.

    Returns:
        For every pair and dimension: ``preference`` (the mean points of the first), the shares of
        examples ``preference_wins``, ``preference_ties`` and ``preference_losses``;
        ``order_consistency`` (both orders say the same), ``repeat_consistency`` (two repeats in one
        order do: what noise alone would spoil) and ``first_slot_excess`` (points of whoever is
        shown first, less a half).
    """
    for (pair, dimension), votes in _votes(ratings, systems, kind).items():
        clusters = _clusters(ratings, votes, examples or {})
        yield from _Told(pair, dimension, votes, clusters, level).results()


def preference_limits(ratings: Ratings, systems: Sequence[str], kind: Kind = "judge") -> list[str]:
    """What these numbers cannot say."""
    found = []
    for (pair, dimension), votes in _votes(ratings, systems, kind).items():
        about = f"{pair[0]} against {pair[1]} on {dimension}"
        both = _both_orders(votes)
        if not both:
            found.append(
                f"{about}: no output was shown in both orders, so a preference for the first place "
                "is part of the result."
            )
        else:
            short = sum(not _decided(example, both=True) for example in votes.values())
            if short:
                found.append(
                    f"{about}: {short:,} of {len(votes):,} examples were not judged in both orders "
                    "and are left out."
                )
    return found


@dataclass(slots=True)
class _Rater:
    """One rater's points for the first system on one example, by order of showing and repeat."""

    shown: dict[Order | None, dict[int, float]]

    def points(self, *, both: bool) -> float | None:
        """The mean over orders of the mean over repeats; None where an order is wanting."""
        if both and not {"ab", "ba"} <= set(self.shown):
            return None
        orders = ("ab", "ba") if both else tuple(self.shown)
        return fmean(fmean(self.shown[order].values()) for order in orders)

    def first_slot(self) -> float | None:
        """The mean points of whoever is shown first, less a half."""
        if not {"ab", "ba"} <= set(self.shown):
            return None
        first, second = (fmean(self.shown[order].values()) for order in ("ab", "ba"))
        return (first + 1 - second) / 2 - _HALF

    def across(self) -> list[float]:
        """Of each repeat in both orders, whether they say the same."""
        first, second = self.shown.get("ab", {}), self.shown.get("ba", {})
        return [float(first[repeat] == second[repeat]) for repeat in first if repeat in second]

    def within(self) -> list[float]:
        """Of any two repeats in one order, whether they say the same."""
        return [
            float(one == two)
            for repeats in self.shown.values()
            for one, two in combinations(repeats.values(), 2)
        ]


_Votes = dict[str, dict[str, _Rater]]
"""By example and rater."""


def _votes(ratings: Ratings, systems: Sequence[str], kind: Kind) -> dict[tuple[_Pair, str], _Votes]:
    """Every pair and dimension, told from the first system's side; sorted, whatever the table."""
    place = {name: at for at, name in enumerate(systems)}
    found: dict[tuple[_Pair, str], _Votes] = defaultdict(dict)
    for row in ratings.where(kind=kind, value=frozenset(_POINTS)):
        if row.against is None or not {row.system, row.against} <= place.keys():
            continue
        swapped = place[row.system] > place[row.against]
        pair = (row.against, row.system) if swapped else (row.system, row.against)
        points = _POINTS[row.value]
        order = (_SWAPPED if swapped else _SHOWN).get(row.order)
        points = 1 - points if swapped else points
        raters = found[pair, row.dimension].setdefault(row.example, {})
        rater = raters.setdefault(row.rater, _Rater({}))
        rater.shown.setdefault(order, {})[row.repeat] = points
    keys = sorted(found, key=lambda key: (place[key[0][0]], place[key[0][1]], key[1]))
    return {key: dict(sorted(found[key].items())) for key in keys}


def _both_orders(votes: _Votes) -> bool:
    """Whether anybody was asked in both orders."""
    return any(
        r.points(both=True) is not None for raters in votes.values() for r in raters.values()
    )


def _decided(raters: Mapping[str, _Rater], *, both: bool) -> list[float]:
    """The points of an example, a rater each."""
    points = (raters[name].points(both=both) for name in sorted(raters))
    return [one for one in points if one is not None]


def _clusters(ratings: Ratings, votes: _Votes, known: Mapping[str, Example]) -> dict[str, int]:
    names = tuple(votes)
    return dict(zip(names, clusters_of(ratings, names, known).tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class _Told:
    """One pair on one dimension."""

    pair: _Pair
    dimension: str
    votes: _Votes
    clusters: Mapping[str, int]
    level: float

    def results(self) -> Iterator[Result]:
        """Every number about it."""
        both = _both_orders(self.votes)
        said = {name: _decided(raters, both=both) for name, raters in self.votes.items()}
        points = {name: fmean(values) for name, values in said.items() if values}
        yield self._result("preference", self._mean(points, bounds=(0.0, 1.0)))
        outcomes = {name: _outcome(value) for name, value in points.items()}
        for name, wanted in (("wins", 1), ("ties", 0), ("losses", -1)):
            hits = {example: [float(o == wanted)] for example, o in outcomes.items()}
            yield self._result(f"preference_{name}", self._share(hits))
        if both:
            yield self._result("order_consistency", self._share(self._each(_Rater.across)))
            slots = self._each(lambda rater: [s for s in (rater.first_slot(),) if s is not None])
            excess = {name: fmean(values) for name, values in slots.items()}
            yield self._result("first_slot_excess", self._mean(excess, bounds=(-_HALF, _HALF)))
        if within := self._each(_Rater.within):
            yield self._result("repeat_consistency", self._share(within))

    def _each(self, ask: Callable[[_Rater], list[float]]) -> dict[str, list[float]]:
        """What all raters of each example give, where any gives anything."""
        found = {
            name: [value for rater in sorted(raters) for value in ask(raters[rater])]
            for name, raters in self.votes.items()
        }
        return {name: values for name, values in found.items() if values}

    def _mean(self, values: Mapping[str, float], *, bounds: tuple[float, float]) -> Estimate:
        """The mean over examples: t, clustered where they share anything."""
        numbers, codes = list(values.values()), [self.clusters[name] for name in values]
        if len(set(codes)) == len(codes):
            compute = partial(mean_t, numbers, bounds=bounds, level=self.level)
        else:
            compute = partial(clustered_mean, numbers, codes, bounds=bounds, level=self.level)
        return attempt(compute, n=len(numbers), method="mean of pairs", level=self.level)

    def _share(self, hits: Mapping[str, Sequence[float]]) -> Estimate:
        """The share over all that is counted, clustered by example and what examples share."""
        numbers = [value for values in hits.values() for value in values]
        codes = [self.clusters[name] for name, values in hits.items() for _ in values]
        compute = partial(clustered_share, np.asarray(numbers), np.asarray(codes), level=self.level)
        return attempt(compute, n=len(numbers), method="Wilson", level=self.level)

    def _result(self, name: str, estimate: Estimate) -> Result:
        return Result(name=name, estimate=estimate, dimension=self.dimension, systems=self.pair)


def _outcome(points: float) -> int:
    """1 where the first is preferred, -1 where the second is, 0 for neither."""
    gap = points - _HALF
    return 0 if abs(gap) < _ROUNDING else 1 if gap > 0 else -1
