"""A dimension as a form: which values are offered, in which words, under which keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from measurand.core.judging import Order
from measurand.core.packet import keys
from measurand.core.people import Mark, is_pairwise
from measurand.core.rubric import Dimension
from measurand.core.scale import Scale, Value
from measurand.figures.text import visible

__all__ = ["SIDES", "Choice", "choices_of", "kind_of", "seen", "spoken", "told"]

SIDES = ("left", "tie", "right")
"""What a person says of two outputs side by side; never which system's stands where."""

_MOST_STEPS = 11

Kind = Literal["choices", "number", "text"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a person may choose.

    Args:
        value: The value as the browser says it.
        key: What chooses it when typed: a digit, the two digits of a number, or a letter; empty
            where these are used up.
        label: The value as a person reads it.
        anchor: What it means, in words.
    """

    value: Value
    key: str
    label: str
    anchor: str = ""


def kind_of(scale: Scale) -> Kind:
    """Whether a few values are offered, or a number or a word is typed in."""
    if _values(scale):
        return "choices"
    return "number" if scale.numeric else "text"


def choices_of(dimension: Dimension) -> tuple[Choice, ...]:
    """The values offered, best known order first: as the scale counts, yes before no."""
    scale, levels = dimension.scale, dimension.levels
    if is_pairwise(scale):
        # Whichever side is chosen wins, so both sides have the anchor of a win.
        anchors = (levels.get("win", ""), levels.get("tie", ""), levels.get("win", ""))
        labels = ("Left is better", "Tie", "Right is better")
        return tuple(
            Choice(side, key, label, visible(anchor))
            for side, key, label, anchor in zip(SIDES, "123", labels, anchors, strict=True)
        )
    values = _values(scale)
    names = [spoken(scale, value) for value in values]
    return tuple(
        Choice(value, key, visible(name), visible(levels.get(name, "")))
        for value, name, key in zip(values, names, keys(dimension, names), strict=True)
    )


def spoken(scale: Scale, value: Value) -> str:
    """A value in the words of its scale: ``yes`` for 1 of a yes/no scale, ``4`` for 4.0."""
    if isinstance(value, str):
        return value
    if scale.binary:
        return "yes" if value else "no"
    return f"{value:g}"


def _values(scale: Scale) -> tuple[Value, ...]:
    if scale.binary:
        return (1.0, 0.0)
    if scale.metric == "nominal":
        return scale.labels
    if scale.metric != "ordinal" or scale.low is None or scale.high is None:
        return ()
    steps = round(scale.high - scale.low) + 1
    if steps > _MOST_STEPS or not (scale.low.is_integer() and scale.high.is_integer()):
        return ()
    return tuple(scale.low + step for step in range(steps))


_MIRROR = {"win": "loss", "tie": "tie", "loss": "win"}
_SAID: Mapping[str, str] = {"left": "win", "tie": "tie", "right": "loss"}
_SEEN: Mapping[str, str] = {word: side for side, word in _SAID.items()}


def told(value: Value, order: Order | None) -> Value:
    """What was said of the sides, as it is told of the pair's first system.

    Raises:
        KeyError: It is none of `SIDES`.
    """
    if order is None:
        return value
    word = _SAID[str(value)]
    return word if order == "ab" else _MIRROR[word]


def seen(mark: Mark, order: Order | None) -> dict[str, Any]:
    """A mark as the browser knows it."""

    def side(value: Value) -> Value:
        if order is None:
            return value
        return _SEEN[str(value) if order == "ab" else _MIRROR[str(value)]]

    return {
        "value": None if mark.value is None else side(mark.value),
        "also": [side(value) for value in mark.also],
        "cannot": mark.cannot,
    }
