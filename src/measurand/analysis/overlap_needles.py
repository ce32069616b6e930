"""Which texts of an evaluation set are looked for, and what was found of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.overlap_result import TIERS, TierName
from measurand.core.example import Example
from measurand.core.record import Place
from measurand.texts.needles import LEAST, Needles
from measurand.texts.scan import Span

__all__ = ["PARTS", "Best", "Sought", "Tally", "part_of", "sought_in"]

_HOLDS: Mapping[TierName, tuple[TierName, ...]] = {
    "verbatim": ("rows", "span"),
    "rows": ("span",),
}
PARTS = ("question", "reference", "context")
"""What is looked for; a context is meant to stand in the texts a system retrieves from."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A text that is looked for, and whose it is.

    Args:
        text: The text.
        owners: The examples, each with the part of it that this text is.
    """

    text: str
    owners: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Best:
    """The best place of a text in a tier.

    Args:
        place: Where.
        kind: What the corpus is to the system.
        strength: Words of the span, or likeness.
        start: First word of the span; of spans.
        count: How many places there are.
    """

    place: Place
    kind: str
    strength: float
    start: int = 0
    count: int = 1


def sought_in(examples: Iterable[Example]) -> tuple[Sought, ...]:
    """The texts of examples, each once: last questions, references and contexts."""
    owners: dict[str, list[tuple[str, str]]] = {}
    for example in examples:
        for part, text in _parts(example):
            if text.strip():
                owners.setdefault(text, []).append((example.id, part))
    return tuple(Sought(text, tuple(of)) for text, of in owners.items())


def part_of(name: str) -> str:
    """The part without its number: ``context`` of ``context[2]``."""
    return name.partition("[")[0]


@dataclass(slots=True)
class Tally:
    """What was found of each text, whatever the corpora's size.

    Args:
        needles: The texts, as they are looked for.
        n: Words of a row.
        span_words: Words of the shortest span.
    """

    needles: Needles
    n: int
    span_words: int
    best: dict[tuple[int, TierName], Best] = field(default_factory=dict)
    _covered: dict[int, NDArray[np.bool_]] = field(default_factory=dict)

    def span(self, found: Span, place: Place, kind: str) -> None:
        """A span of words was found."""
        words = len(self.needles.words[found.needle])
        held = self._covered.setdefault(found.needle, np.zeros(words, np.bool_))
        held[found.start : found.start + found.words] = True
        tier = self._tier(found, words)
        self._add((found.needle, tier), Best(place, kind, found.words, found.start))

    def like(self, text: int, tier: TierName, likeness: float, *, place: Place, kind: str) -> None:
        """Something alike was found."""
        self._add((text, tier), Best(place, kind, likeness))

    def covered(self, text: int) -> float:
        """Share of a text's words that stand in spans."""
        held = self._covered.get(text)
        return 0.0 if held is None else float(held.mean())

    def tiers(self, text: int) -> frozenset[TierName]:
        """The tiers that found a text: who quotes the whole has quoted a row, and a span."""
        met = frozenset(tier for tier in TIERS if (text, tier) in self.best)
        wide = met | frozenset(name for tier in met for name in _HOLDS.get(tier, ()))
        return wide & self.able(text)

    def able(self, text: int) -> frozenset[TierName]:
        """The tiers that can look for a text of its length."""
        size = self.needles.size(text)
        least = {"rows": self.n, "span": self.span_words}
        return frozenset(tier for tier in TIERS if size >= least.get(tier, LEAST))

    def _tier(self, found: Span, words: int) -> TierName:
        if found.words == words:
            return "verbatim"
        first = int(self.needles.firsts[found.needle]) + found.start
        halves = self.needles.halves[first + found.words] - self.needles.halves[first]
        return "rows" if halves >= 2 * self.n else "span"

    def _add(self, key: tuple[int, TierName], found: Best) -> None:
        held = self.best.get(key)
        if held is None:
            self.best[key] = found
            return
        held.count += 1
        if found.strength > held.strength:
            found.count = held.count
            self.best[key] = found


def _parts(example: Example) -> Iterator[tuple[str, str]]:
    yield "question", example.question
    for number, text in enumerate(example.references):
        yield f"reference[{number}]", text
    for number, text in enumerate(example.context):
        yield f"context[{number}]", text
