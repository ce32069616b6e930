"""The levels that a judge may name on a dimension's scale, and how it writes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from measurand.core.judging import LabelSet
from measurand.core.rubric import Dimension
from measurand.core.scale import Scale, Value
from measurand.raters.judge.labels import labels_for

__all__ = ["Level", "Levels", "labelled", "levels_of", "written"]

Level = int | float | str
"""A level as it stands in JSON."""

_STEPS = 10
_MOST = 101


@dataclass(frozen=True, slots=True)
class Levels:
    """What a judge may answer.

    Args:
        named: The levels in order, worst first where that means something.
        anchors: What each of them means, in words; empty where the rubric does not say.
        continuous: Whether numbers between the named ones are levels too.
        meant: Of labels that stand for numbers, the numbers; else empty.
    """

    named: tuple[Level, ...]
    anchors: tuple[str, ...]
    continuous: bool = False
    meant: tuple[Level, ...] = ()

    @property
    def ordered(self) -> bool:
        """Whether they go from worst to best, or from best to worst."""
        return bool(self.meant) or not isinstance(self.named[0], str)

    def reversed(self) -> Levels:
        """The same, the other way round."""
        return Levels(self.named[::-1], self.anchors[::-1], self.continuous, self.meant[::-1])

    def meaning(self, level: Level) -> Level:
        """What a level that may be named stands for: itself, or the number that it labels."""
        return self.meant[self.named.index(level)] if self.meant else level

    def named_for(self, value: Value, scale: Scale) -> Level:
        """The level that stands for a value of the scale.

        Raises:
            ValueError: None does.
        """
        for at, level in enumerate(self.meant or self.named):
            if scale.parse(written(level)) == value:
                return self.named[at]
        if not self.continuous or isinstance(value, str):
            raise ValueError(f"{value!r} is none of the levels of {scale}")
        return _plain(float(scale.parse(value)))


def levels_of(dimension: Dimension) -> Levels:
    """The levels of a dimension.

    Raises:
        ValueError: The scale has no bounds, labels or anchors to choose from, or too many levels.
    """
    scale = dimension.scale
    anchors = {scale.parse(key): text for key, text in dimension.levels.items()}
    named, continuous = _named(scale, tuple(anchors))
    if not named:
        raise ValueError(f"a judge cannot choose from {scale}; give bounds, labels or levels")
    if len(named) > _MOST:
        raise ValueError(f"a judge tells {_MOST} levels apart at the most; found {len(named)}")
    texts = tuple(" ".join(anchors.get(scale.parse(level), "").split()) for level in named)
    return Levels(tuple(named), texts, continuous)


def labelled(levels: Levels, label_set: LabelSet) -> Levels:
    """The levels under other names.

    Raises:
        ValueError: They are not whole numbers that are counted, or the set has too few labels.
    """
    if label_set == "digits":
        return levels
    numbers = tuple(level for level in levels.named if isinstance(level, int))
    if levels.continuous or len(numbers) < len(levels.named):
        raise ValueError(f"{label_set} label levels that are whole numbers")
    labels = labels_for(numbers, label_set)
    return Levels(labels, levels.anchors, meant=levels.named)


def _named(scale: Scale, anchored: tuple[Value, ...]) -> tuple[Sequence[Level], bool]:
    if scale.binary or scale.labels:
        return scale.labels, False
    if scale.low is None or scale.high is None:
        numbers = sorted(value for value in anchored if not isinstance(value, str))
        return tuple(map(_plain, numbers)) or tuple(map(str, anchored)), False
    if scale.metric == "ordinal" and scale.low.is_integer() and scale.high.is_integer():
        return range(int(scale.low), int(scale.high) + 1), False
    width = scale.high - scale.low
    steps = [scale.low + width * step / _STEPS for step in range(_STEPS + 1)]
    return [_plain(round(step, 10)) for step in steps], True


def _plain(number: float) -> Level:
    return int(number) if float(number).is_integer() else number


def written(level: Level) -> str:
    """A level as text: ``4``, ``0.5``, ``yes``."""
    return level if isinstance(level, str) else json.dumps(level)
