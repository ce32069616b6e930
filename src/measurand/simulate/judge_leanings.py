"""What sways a simulated judge: the surface of a text, how levels are listed, what stands beside.

All of it is told in points of a scale of five levels, so that what an audit finds on a scale from 1
to 5 can be held against what was planted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import log2
from re import compile as pattern

from measurand.simulate.judge_marks import MARKS, marks_of
from measurand.simulate.judge_model import Item, Seen
from measurand.simulate.provider_world import Known

__all__ = ["GRADES", "Leanings"]

GRADES = 4.0
"""Points between the ends of a scale of five levels, in which the knobs are given."""
_USUAL_WORDS = 100
_MIDDLE = 0.5
_ROUNDING = 1e-9
_WORD = pattern(r"\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leanings:
    """What is planted beside severity and noise; points are those of a scale of five levels.

    Args:
        length: Points for every doubling of the words, from 100.
        style: Points for a text that bears a mark, by the names of
            `measurand.simulate.judge_marks.MARKS`.
        favours: Points by the system whose output it is.
        first_level: Points towards the end of the scale that is listed first.
        reversal: Points where levels are listed from best to worst.
        labels: Points by how levels are written, as in ``letters``.
        anchor: How much of the distance of the level given last in the same conversation from the
            middle of the scale is added to the next.
        halo: How much of the way it goes towards what it said of the same output before, on other
            dimensions, in the same conversation.
        exemplar: How much of the distance of the last example's level from the middle is added.
        reference: How much of the distance of the level that references are said to have.
        uses: The levels that it uses at all, as shares of the scale; empty means every level.

    Raises:
        ValueError: There is no such mark.
    """

    length: float = 0.0
    style: Mapping[str, float] = field(default_factory=dict)
    favours: Mapping[str, float] = field(default_factory=dict)
    first_level: float = 0.0
    reversal: float = 0.0
    labels: Mapping[str, float] = field(default_factory=dict)
    anchor: float = 0.0
    halo: float = 0.0
    exemplar: float = 0.0
    reference: float = 0.0
    uses: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if odd := sorted(set(self.style) - set(MARKS)):
            raise ValueError(f"there is no mark {odd[0]!r}; there are: {', '.join(MARKS)}")

    def by_text(self, item: Item, known: Known | None) -> float:
        """Points for what an output looks like and whose it is."""
        return sum(self._by_text(item.text, known), 0.0)

    def nearest(self, numbers: tuple[float, ...], wanted: float) -> float:
        """The level nearest to what it wanted, among those that it uses; of two the lower."""
        low, span = numbers[0], numbers[-1] - numbers[0]
        used = numbers
        if self.uses and span:
            used = tuple(n for n in numbers if any(_same((n - low) / span, u) for u in self.uses))
        return min(used or numbers, key=lambda number: (abs(number - wanted), number))

    def by_list(self, task: Seen) -> float:
        """Points for the order in which levels are listed, and for how they are written."""
        towards = self.first_level * (1 if task.best_first else -1)
        written = self.labels.get(task.label_set or "", 0.0)
        return towards + self.reversal * task.best_first + written

    def by_talk(self, task: Seen, unit: float) -> float:
        """Points for levels that stand beside: given before, of examples, of references."""
        text = task.items[0].text
        others = [one.share for one in task.before if one.text != text]
        same = [one.share for one in task.before if one.text == text]
        points = self.anchor * (others[-1] - _MIDDLE) if others else 0.0
        if task.exemplars:
            points += self.exemplar * (task.exemplars[-1] - _MIDDLE)
        if task.scored is not None:
            points += self.reference * (task.scored - _MIDDLE)
        if same:
            points += self.halo * (sum(same) / len(same) - unit)
        return points * GRADES

    def _by_text(self, text: str, known: Known | None) -> Iterator[float]:
        if self.favours and known is not None:
            yield max((self.favours.get(name, 0.0) for name in known.systems), default=0.0)
        if self.length:
            words = max(len(_WORD.findall(text)), 1)
            yield self.length * log2(words / _USUAL_WORDS)
        if self.style:
            marks = marks_of(text)
            yield sum(points for name, points in self.style.items() if name in marks)


def _same(one: float, other: float) -> bool:
    return abs(one - other) < _ROUNDING
