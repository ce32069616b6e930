"""What raters of one kind said of outputs side by side, told from the first side, by example."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from statistics import fmean

from measurand.analysis.failures import Gate, unlike
from measurand.analysis.trials import Rounds
from measurand.core.failure import STALE
from measurand.core.judging import Order
from measurand.core.rating import Cell, Kind, Rating, Ratings

__all__ = ["PairVotes", "RaterVotes", "pair_votes", "points_of"]

_POINTS: Mapping[Cell, float] = {"win": 1.0, "tie": 0.5, "loss": 0.0}
_HALF = 0.5
_ORDERS: tuple[Order, Order] = ("ab", "ba")
_SHOWN: Mapping[str | None, Order] = {"ab": "ab", "ba": "ba"}
_SWAPPED: Mapping[str | None, Order] = {"ab": "ba", "ba": "ab"}
"""The order as seen from the other system's side."""
_CLASSES_NAMED = 4


@dataclass(slots=True)
class RaterVotes:
    """What one rater said of a pair on one example.

    Args:
        rounds: How many judgments of each trial it gives; None where all are of one trial.
        shown: Points for the first system, by order of showing and repeat.
        lost: The classes of judgments that failed, likewise.
    """

    rounds: int | None = None
    shown: dict[Order | None, dict[int, float]] = field(default_factory=dict)
    lost: dict[Order | None, dict[int, str]] = field(default_factory=dict)

    def asked_in_both(self) -> bool:
        """Whether it was asked in both orders, whatever came of it."""
        return set(_ORDERS) <= self.shown.keys() | self.lost.keys()

    def filled(self, points: float) -> RaterVotes:
        """The same, had every judgment that failed given the first system so many points."""
        orders = dict.fromkeys((*self.shown, *self.lost))
        whole = {
            order: {
                **dict.fromkeys(self.lost.get(order, {}), points),
                **self.shown.get(order, {}),
            }
            for order in orders
        }
        return RaterVotes(self.rounds, whole)

    def points(self, *, both: bool) -> float | None:
        """The mean over orders of the mean over repeats; None where an order is wanting."""
        if not self.shown or (both and not set(_ORDERS) <= self.shown.keys()):
            return None
        orders = _ORDERS if both else tuple(self.shown)
        return fmean(fmean(self.shown[order].values()) for order in orders)

    def first_slot(self) -> float | None:
        """The mean points of whoever is shown first, less a half."""
        if not set(_ORDERS) <= self.shown.keys():
            return None
        first, second = (fmean(self.shown[order].values()) for order in _ORDERS)
        return (first + 1 - second) / 2 - _HALF

    def across(self) -> list[float]:
        """Of each repeat in both orders, whether they say the same."""
        first, second = self.shown.get("ab", {}), self.shown.get("ba", {})
        return [float(first[repeat] == second[repeat]) for repeat in first if repeat in second]

    def within(self) -> list[float]:
        """Of any two repeats of one trial in one order, whether they say the same."""
        return [
            float(repeats[one] == repeats[two])
            for repeats in self.shown.values()
            for one, two in combinations(repeats, 2)
            if self._trial(one) == self._trial(two)
        ]

    def _trial(self, repeat: int) -> int:
        return 0 if self.rounds is None else repeat // self.rounds


@dataclass(frozen=True, slots=True)
class PairVotes:
    """What was said of one pair on one dimension.

    Args:
        systems: The pair.
        dimension: On which dimension.
        examples: By example and rater.
    """

    systems: tuple[str, str]
    dimension: str
    examples: Mapping[str, Mapping[str, RaterVotes]]

    @property
    def both(self) -> bool:
        """Whether anybody was asked in both orders."""
        return any(r.asked_in_both() for r in self._raters())

    @property
    def failures(self) -> Counter[str]:
        """How many judgments failed, by class."""
        return Counter(
            name for r in self._raters() for lost in r.lost.values() for name in lost.values()
        )

    @property
    def asked(self) -> int:
        """How many judgments were asked for."""
        return sum(map(len, self.outcomes().values()))

    def outcomes(self, order: Order | None = None) -> dict[str, list[float]]:
        """Of each example, whether each judgment failed: of all, or those in one order."""
        found = {}
        for example, raters in self.examples.items():
            each: list[float] = []
            for rater in raters.values():
                for failed, table in ((0.0, rater.shown), (1.0, rater.lost)):
                    each += [
                        failed
                        for at, repeats in table.items()
                        if order is None or at == order
                        for _ in repeats
                    ]
            if each:
                found[example] = each
        return found

    def points(self, *, lost: float | None = None) -> dict[str, float]:
        """The points of the first system on each example that is decided.

        Args:
            lost: What each judgment that failed counts; without it none counts.
        """
        both, found = self.both, {}
        for example, raters in self.examples.items():
            chosen = (raters[name] for name in sorted(raters))
            whole = (rater if lost is None else rater.filled(lost) for rater in chosen)
            said = [p for rater in whole if (p := rater.points(both=both)) is not None]
            if said:
                found[example] = fmean(said)
        return found

    def told_failures(self) -> str:
        """How many failed of how many, and of which classes."""
        listed = sorted(self.failures.items(), key=lambda item: (-item[1], item[0]))
        shown = [f"{count:,} {name}" for name, count in listed[:_CLASSES_NAMED]]
        rest = sum(count for _, count in listed[_CLASSES_NAMED:])
        named = ", ".join((*shown, f"{rest:,} of other classes") if rest else shown)
        lost, asked = self.failures.total(), self.asked
        return f"{lost:,} of {asked:,} judgments ({lost / asked:.1%}; {named})"

    def withheld(self, gate: Gate | None) -> str | None:
        """Why no preference is given; None where one is."""
        if gate is None or gate.allowed is None:
            return None
        reasons = list(gate.outputs(self.systems))
        lost, asked = self.failures.total(), self.asked
        if lost > gate.allowed * asked:
            reasons.append(f"{self.told_failures()} have no value, and {gate.allowed:.1%} may")
        elif lost and (why := self._unlike()) is not None:
            reasons.append(why)
        return "; ".join(reasons) or None

    def _unlike(self) -> str | None:
        """That failures hang on the order of showing; None where they do not."""
        touched = []
        for order in _ORDERS:
            outcomes = self.outcomes(order).values()
            touched.append((sum(any(each) for each in outcomes), len(outcomes)))
        p = unlike(*touched)
        if p is None:
            return None
        told = " and ".join(
            f"{lost:,} of {n:,} examples with {system} shown first"
            for system, (lost, n) in zip(self.systems, touched, strict=True)
        )
        return f"judgments without a value touch {told}, which is not alike (p = {p:.2g})"

    def _raters(self) -> Iterable[RaterVotes]:
        return (rater for raters in self.examples.values() for rater in raters.values())


def points_of(cell: Cell) -> float | None:
    """What a side-by-side rating counts for the first of two; None where it says something else.

    Capitals, and white space around the word, are no matter.
    """
    return _POINTS.get(cell.strip().casefold() if isinstance(cell, str) else cell)


def pair_votes(
    ratings: Ratings,
    systems: Sequence[str],
    *,
    rounds: Rounds | None = None,
    kind: Kind = "judge",
) -> tuple[PairVotes, ...]:
    """What judges said of every pair on every dimension; sorted, whatever the table.

    Args:
        ratings: The table; judges' ratings with ``against`` count that are win, tie or loss, or
            that failed.
        systems: In the order in which pairs are told.
        rounds: As in `ComparisonOptions`.
        kind: Whose ratings: ``judge`` or ``people``.
    """
    place = {name: at for at, name in enumerate(systems)}
    found: dict[tuple[tuple[str, str], str], dict[str, dict[str, RaterVotes]]] = defaultdict(dict)
    for row in _rows(ratings, kind):
        if row.against is None or not {row.system, row.against} <= place.keys():
            continue
        swapped = place[row.system] > place[row.against]
        pair = (row.against, row.system) if swapped else (row.system, row.against)
        raters = found[pair, row.dimension].setdefault(row.example, {})
        each = None if rounds is None else rounds.get(row.rater, 1)
        rater = raters.setdefault(row.rater, RaterVotes(each))
        order = (_SWAPPED if swapped else _SHOWN).get(row.order)
        if row.value is None:
            rater.lost.setdefault(order, {})[row.repeat] = str(row.failure)
        else:
            points = points_of(row.value) or 0.0
            rater.shown.setdefault(order, {})[row.repeat] = 1 - points if swapped else points
    keys = sorted(found, key=lambda key: (place[key[0][0]], place[key[0][1]], key[1]))
    return tuple(PairVotes(*key, dict(sorted(found[key].items()))) for key in keys)


def _rows(ratings: Ratings, kind: Kind) -> Iterable[Rating]:
    """Judgments that decide a pair, and those of the same dimensions that failed."""
    judged = ratings.where(kind=kind)
    pairs = judged.filtered(judged["against"].mask(lambda cell: cell is not None))
    decided = pairs.filtered(pairs["value"].mask(lambda cell: points_of(cell) is not None))
    yield from decided
    others = pairs.filtered(
        pairs["value"].mask(lambda cell: cell is not None and points_of(cell) is None)
    )
    graded = frozenset(others.distinct("dimension")) - frozenset(decided.distinct("dimension"))
    lost = pairs.where(value=None)
    failed = lost.filtered(lost["failure"].mask(lambda cell: cell not in {None, STALE}))
    yield from failed.filtered(failed["dimension"].mask(lambda cell: cell not in graded))
