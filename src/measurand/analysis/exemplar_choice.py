"""Which outputs of the development set a judge is shown, and which of them with what.

An output is never judged beside exemplars of its own fold: what the judge says of it is out of
fold, as if its level were not known yet.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import floor
from statistics import fmean

from measurand.core.exemplars import ExemplarId
from measurand.core.rating import Ratings
from measurand.core.sampling import draw
from measurand.core.scale import Scale, Value

__all__ = ["Said", "balanced", "folds_of", "said_by_people"]

_BINS = 5
"""Parts of a scale without steps, each of which counts as a level when exemplars are balanced."""
_PLACES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What people said of an output on one dimension.

    Args:
        level: The level nearest to their mean; of labels, the one that most gave.
        bin: Which level it counts as when exemplars are balanced.
        spread: The largest minus the smallest rating; of labels, the share that gave another.
        reason: Why, in the words of somebody who gave about this level; empty where nobody said.
    """

    level: Value
    bin: Value
    spread: float
    reason: str = ""


@dataclass(slots=True)
class _Heard:
    values: list[Value] = field(default_factory=list)
    reasons: list[tuple[Value, str]] = field(default_factory=list)


def said_by_people(ratings: Ratings, scale: Scale, *, dimension: str) -> Mapping[ExemplarId, Said]:
    """What people said of each output on a dimension; those without a level are left out.

    Args:
        ratings: The table; only what people said of single outputs is looked at.
        scale: The dimension's.
        dimension: Which.
    """
    heard: dict[ExemplarId, _Heard] = defaultdict(_Heard)
    for row in ratings.where(kind="people", dimension=dimension, against=None):
        if row.value is None:
            continue
        told = heard[ExemplarId(row.example, row.system)]
        told.values.append(row.value)
        if row.reason:
            told.reasons.append((row.value, row.reason))
    found = {item: _settled(told, scale) for item, told in heard.items()}
    return {item: one for item, one in found.items() if one is not None}


def balanced(
    said: Mapping[ExemplarId, Said], *, each: int, seed: int, allowed: Iterable[ExemplarId]
) -> tuple[ExemplarId, ...]:
    """As many outputs of each level, those first on which people agree most.

    Args:
        said: What people said.
        each: How many of each level; of rare levels all there are.
        seed: Decides between outputs that are alike, and the order in which they are shown.
        allowed: Those that may be shown.
    """
    bins: dict[Value, list[ExemplarId]] = defaultdict(list)
    for item in allowed:
        if item in said:
            bins[said[item].bin].append(item)

    def first(item: ExemplarId) -> tuple[float, float]:
        return said[item].spread, draw(seed, "exemplar", item.example, item.system)

    chosen = [item for items in bins.values() for item in sorted(items, key=first)[:each]]
    return tuple(sorted(chosen, key=lambda item: draw(seed, "order", item.example, item.system)))


def folds_of(
    groups: Mapping[ExemplarId, str], *, folds: int, seed: int
) -> Mapping[ExemplarId, int]:
    """The fold of each output; those of a group have one fold.

    Args:
        groups: What each output shares with others, as its prompt.
        folds: How many; fewer where there are fewer groups.
        seed: Of the order in which groups are dealt out.
    """
    order = sorted(set(groups.values()), key=lambda group: (draw(seed, "fold", group), group))
    place = {group: at % max(folds, 1) for at, group in enumerate(order)}
    return {item: place[group] for item, group in groups.items()}


def _settled(told: _Heard, scale: Scale) -> Said | None:
    numbers = [value for value in told.values if not isinstance(value, str)]
    if not scale.numeric:
        return _labelled(told)
    mean = fmean(numbers)
    level = _level(mean, scale)
    if level is None:
        return None
    near = [
        reason for value, reason in told.reasons if not isinstance(value, str) and value == level
    ]
    return Said(
        level=level,
        bin=_bin(level, scale),
        spread=max(numbers) - min(numbers) + abs(mean - level),
        reason=near[0] if near else "",
    )


def _level(mean: float, scale: Scale) -> float | None:
    """The level nearest to a mean; None where it lies right between yes and no."""
    if scale.binary:
        return None if mean == 1 / 2 else float(mean > 1 / 2)
    if scale.metric == "ordinal":
        return float(floor(mean + 1 / 2))
    return round(mean, _PLACES)


def _bin(level: float, scale: Scale) -> float:
    if scale.binary or scale.metric == "ordinal" or scale.low is None or scale.high is None:
        return level
    share = (level - scale.low) / (scale.high - scale.low)
    return float(min(int(share * _BINS), _BINS - 1))


def _labelled(told: _Heard) -> Said | None:
    counts = Counter(told.values).most_common(2)
    if len(counts) > 1 and counts[0][1] == counts[1][1]:
        return None
    level, count = counts[0]
    near = [reason for value, reason in told.reasons if value == level]
    spread = 1 - count / len(told.values)
    return Said(level=level, bin=level, spread=spread, reason=near[0] if near else "")
