"""Position: does a judge prefer what it is shown first?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from measurand.analysis.biases.base import Bias, Setting
from measurand.analysis.biases.probed import Arms, table_of
from measurand.analysis.groups import clusters_of
from measurand.analysis.matrix import Codes
from measurand.core.example import Example
from measurand.core.rating import Ratings
from measurand.core.scale import Value
from measurand.stats.estimate import attempt
from measurand.stats.first_slot import first_slot_excess, flips

__all__ = ["position_in_arms", "position_in_ratings"]

_POINTS: Mapping[Value, float] = {"win": 1.0, "tie": 0.5, "loss": 0.0}
_WHAT = "whoever is shown first wins a share above a half by"
DESIGN = "both orders"

Orders = dict[str, list[float]]
"""Points of a pair's first side, by whether it was shown first (``ab``) or second (``ba``)."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One judgment of a pair, wherever it comes from."""

    example: str
    system: str
    against: str
    order: str | None
    value: Value | None


def position_in_ratings(
    ratings: Ratings,
    *,
    judges: Sequence[str],
    examples: Mapping[str, Example],
    setting: Setting,
) -> Iterator[Bias]:
    """The first-slot excess of each judge and dimension, where pairs were shown in both orders.

    A verdict is win, tie or loss of a row's own system, or names the system that won.
    """
    judged = ratings.where(rater=frozenset(judges))
    pairs = judged.filtered(judged["against"].mask(lambda cell: cell is not None))
    if not len(pairs):
        return
    names = tuple(str(name) for name in pairs.distinct("example"))
    shared = dict(zip(names, clusters_of(pairs, names, examples).tolist(), strict=True))
    for (dimension, judge), calls in _calls(pairs).items():
        yield from _bias(calls, shared, judge=judge, dimension=dimension, setting=setting)


def position_in_arms(arms: Arms, setting: Setting) -> Iterator[Bias]:
    """The same of pairs that were judged for the audit, with nothing about them changed."""
    calls = [
        _Call(row.example, row.system, str(row.against), row.order, row.value) for row in arms.pairs
    ]
    if not calls:
        return
    codes = arms.codes([(call.example, "") for call in calls]).tolist()
    shared = dict(zip((call.example for call in calls), codes, strict=True))
    yield from _bias(
        calls,
        shared,
        judge=arms.judge,
        dimension=arms.dimension,
        setting=setting,
        mitigation=arms.mitigation,
    )


def _calls(rows: Ratings) -> dict[tuple[str, str], list[_Call]]:
    """The judgments of pairs by dimension and judge."""
    found: dict[tuple[str, str], list[_Call]] = defaultdict(list)
    names = ("dimension", "rater", "example", "system", "against", "order", "value")
    for dimension, judge, example, system, against, order, value in zip(
        *(rows[name] for name in names), strict=True
    ):
        shown = None if order is None else str(order)
        call = _Call(str(example), str(system), str(against), shown, value)
        found[str(dimension), str(judge)].append(call)
    return found


def _bias(
    calls: Iterable[_Call],
    shared: Mapping[str, int],
    *,
    judge: str,
    dimension: str,
    setting: Setting,
    mitigation: str = "",
) -> Iterator[Bias]:
    tables = _by_pair(calls)
    both = [key for key, orders in tables.items() if orders["ab"] and orders["ba"]]
    if not both:
        return
    first = table_of([tables[key]["ab"] for key in both])
    second = table_of([tables[key]["ba"] for key in both])
    codes: Codes = np.asarray([shared[example] for example, _, _ in both], dtype=np.int64)
    alone = len(np.unique(codes)) == len(codes)
    clusters = None if alone else codes
    excess = partial(first_slot_excess, first, second, clusters=clusters, level=setting.level)
    yield Bias(
        name="position",
        design=DESIGN,
        judge=judge,
        dimension=dimension,
        mitigation=mitigation,
        what=_WHAT,
        estimate=attempt(excess, n=len(both), method="mean of pairs", level=setting.level),
        margin=setting.margin,
        unit="share",
        df=max(len(np.unique(codes)) - 1, 1),
        flips=flips(first, second, clusters=clusters, level=setting.level),
    )


def _by_pair(calls: Iterable[_Call]) -> dict[tuple[str, str, str], Orders]:
    """Points of the side whose name sorts first, by example and pair; the rest is told from it."""
    found: dict[tuple[str, str, str], Orders] = defaultdict(lambda: {"ab": [], "ba": []})
    for call in calls:
        points = _points(call)
        if points is None or call.order not in {"ab", "ba"}:
            continue
        swapped = call.system > call.against
        order = {"ab": "ba", "ba": "ab"}[call.order] if swapped else call.order
        sides = (call.against, call.system) if swapped else (call.system, call.against)
        found[call.example, *sides][order].append(1 - points if swapped else points)
    return found


def _points(call: _Call) -> float | None:
    """What the row's own system got; a verdict may also name the winner."""
    if call.value is None:
        return None
    if call.value in _POINTS:
        return _POINTS[call.value]
    winners = {call.system: 1.0, call.against: 0.0}
    return winners.get(str(call.value))
