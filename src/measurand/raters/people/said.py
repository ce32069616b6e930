"""From what a person wrote in a packet to a rating on a scale."""

from __future__ import annotations

from measurand.core.judging import Order
from measurand.core.packet import SIDES, allowed, choices
from measurand.core.people import (
    CANNOT_JUDGE,
    LONGEST_COMMENT,
    MOST_PARTS,
    PAIR_LABELS,
    Mark,
    is_pairwise,
)
from measurand.core.rubric import Dimension
from measurand.core.scale import Value
from measurand.raters.people.within import short

__all__ = ["said_mark", "side_of"]

_WORDS = {
    "left": 0,
    "left better": 0,
    "left is better": 0,
    "tie": 1,
    "right": 2,
    "right better": 2,
    "right is better": 2,
}


def said_mark(mark: Mark, dimension: Dimension, order: Order | None) -> tuple[Mark, list[str]]:
    """A mark as it was written, on its scale.

    Args:
        mark: Values as they stand in a file: text or numbers, sides for pairs.
        dimension: On which dimension.
        order: Which of a pair stood on the left.

    Returns:
        The mark, with values told of the pair's first system, and why other values that were
        given as reasonable are not taken.

    Raises:
        ValueError: The rating is not on the scale, or there are only others; the message says
            what was found and what is allowed.
    """
    others, flaws = _others(mark.also, dimension, order)
    if mark.cannot or _is_cannot(mark.value):
        return Mark(also=others, cannot=True), flaws
    if mark.value is None:
        raise ValueError("other values are given as reasonable, and no rating")
    value = _value(mark.value, dimension, order)
    return Mark(value=value, also=tuple(other for other in others if other != value)), flaws


def side_of(value: Value, order: Order) -> str:
    """A pair's rating as the person saw it: ``win`` in the order ``ba`` is ``right better``."""
    place = PAIR_LABELS.index(str(value))
    return SIDES[place if order == "ab" else 2 - place]


def _value(raw: Value, dimension: Dimension, order: Order | None) -> Value:
    scale = dimension.scale
    if is_pairwise(scale):
        word = " ".join(str(raw).lower().split())
        if word not in _WORDS or order is None:
            found = short(str(raw))
            raise ValueError(f"found {found!r}; allowed: {allowed(dimension)}")
        place = _WORDS[word]
        return PAIR_LABELS[place if order == "ab" else 2 - place]
    try:
        value = scale.parse(raw)
    except ValueError as problem:
        raise ValueError(f"{problem}, or: {CANNOT_JUDGE}") from None
    if isinstance(value, str) and len(value) > LONGEST_COMMENT:
        raise ValueError(
            f"found {len(value):,} characters; allowed: up to {LONGEST_COMMENT:,} of them"
        )
    offered = choices(dimension)
    if isinstance(value, float) and offered and not scale.binary:
        levels = {float(choice) for choice in offered}
        if value not in levels:
            raise ValueError(f"found {value:g}; allowed: {', '.join(offered)}")
    return value


def _others(
    also: tuple[Value, ...], dimension: Dimension, order: Order | None
) -> tuple[tuple[Value, ...], list[str]]:
    values: dict[Value, None] = {}
    flaws = []
    for written in also:
        for part in _parts(written, dimension):
            try:
                values[_value(part, dimension, order)] = None
            except ValueError as problem:
                flaws.append(f"also reasonable: {problem}")
    if len(values) > MOST_PARTS:
        flaws.append(
            f"also reasonable: found {len(values):,} values; allowed: up to {MOST_PARTS:,}"
        )
        values = {}
    return tuple(values), flaws


def _parts(written: Value, dimension: Dimension) -> list[Value]:
    """One value, or several separated by semicolons."""
    if not isinstance(written, str) or ";" not in written:
        return [written]
    if written.strip() in dimension.scale.labels:
        return [written]
    return [part.strip() for part in written.split(";") if part.strip()]


def _is_cannot(value: Value | None) -> bool:
    return isinstance(value, str) and " ".join(value.lower().split()) == CANNOT_JUDGE
