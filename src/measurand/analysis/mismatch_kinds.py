"""Kinds of questions on either side: by length, language, segment or intent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.mismatch_sides import Side, joined_tags
from measurand.stats.clusters import clusters
from measurand.texts.language import UNKNOWN
from measurand.texts.topics import topic_names

__all__ = ["CHANNELS", "Channel", "Kinds", "intents", "languages", "lengths", "segments"]

Ints: TypeAlias = NDArray[np.intp]

Channel = Literal["text", "length", "language", "segment", "intent"]
CHANNELS: tuple[Channel, ...] = ("text", "length", "language", "segment", "intent")

OTHER = "others"
_DUE = 5.0
"""Questions of the smaller side that a kind is due before it is told by itself."""
_MOST_LENGTHS = 10
_INTENTS = (4, 20)
_INTENT_OF = 10
"""Questions of the set that an intent is due on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """The kind of each question.

    Args:
        channel: By what they are parted.
        names: Of the kinds, in an order that means something.
        first: The kind of each question of the set, shape (questions,).
        second: Of each question of production.
    """

    channel: Channel
    names: tuple[str, ...]
    first: Ints
    second: Ints

    def merged(self, worth: float) -> Kinds:
        """The same with kinds as one that are too rare to be told apart.

        Args:
            worth: Of how many questions the smaller side is.
        """
        counts = np.bincount(np.concatenate((self.first, self.second)), minlength=len(self.names))
        due = counts / max(1, counts.sum()) * worth
        rare = due < _DUE
        if rare.sum() < 2:  # noqa: PLR2004 - one alone is nothing to merge
            return self
        order = [*np.flatnonzero(~rare).tolist(), *np.flatnonzero(rare).tolist()]
        place = np.empty(len(order), dtype=np.intp)
        place[order] = np.minimum(np.arange(len(order)), int((~rare).sum()))
        names = (*(self.names[kept] for kept in np.flatnonzero(~rare).tolist()), OTHER)
        return Kinds(
            channel=self.channel,
            names=names,
            first=place[self.first],
            second=place[self.second],
        )


def lengths(first: Side, second: Side) -> Kinds:
    """Questions by how many words they have: parts of as many questions of both sides."""
    both = np.concatenate((first.words, second.words))
    parts = int(min(_MOST_LENGTHS, max(2, min(first.worth, len(second)) // _DUE)))
    weights = np.concatenate((_even(first), _even(second)))
    order = np.argsort(both, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    wanted = np.arange(1, parts) / parts
    edges = np.unique(both[order][np.minimum(np.searchsorted(reached, wanted), both.size - 1)])
    edges = edges[edges < both.max()]
    lows, highs = (0, *(edges + 1).tolist()), (*edges.tolist(), None)
    names = tuple(_words(low, high) for low, high in zip(lows, highs, strict=True))
    return Kinds(
        channel="length",
        names=names,
        first=np.searchsorted(edges, first.words),
        second=np.searchsorted(edges, second.words),
    )


def languages(first: Side, second: Side) -> Kinds:
    """Questions by language."""
    told = [[_language(one) for one in side.languages] for side in (first, second)]
    return _named("language", *told)


def segments(first: Side, second: Side) -> Kinds | None:
    """Questions by segment; None where either side has none at all."""
    if not all(any(side.segments) for side in (first, second)):
        return None
    told = [[joined_tags(tags) for tags in side.segments] for side in (first, second)]
    return _named("segment", *told)


def intents(first: Side, second: Side, rng: np.random.Generator, *, count: int | None) -> Kinds:
    """Questions by what they are about: clusters of both sides together, named by their words.

    Args:
        first: The set.
        second: Production.
        rng: Draws where clusters start.
        count: How many clusters; by default one to ten questions of the set, from 4 to 20.
    """
    least, most = _INTENTS
    wanted = count or int(min(most, max(least, len(first) // _INTENT_OF)))
    found = clusters(np.concatenate((first.vectors, second.vectors)), wanted, rng)
    names = topic_names((*first.texts, *second.texts), found.labels)
    return Kinds(
        channel="intent",
        names=names,
        first=found.labels[: len(first)],
        second=found.labels[len(first) :],
    )


def _language(code: str) -> str:
    return "unknown" if code == UNKNOWN else code


def _named(channel: Channel, first: Sequence[str], second: Sequence[str]) -> Kinds:
    counts = Counter((*first, *second))
    names = tuple(sorted(counts, key=lambda name: (-counts[name], name)))
    codes = {name: code for code, name in enumerate(names)}
    return Kinds(
        channel=channel,
        names=names,
        first=np.asarray([codes[name] for name in first], dtype=np.intp),
        second=np.asarray([codes[name] for name in second], dtype=np.intp),
    )


def _even(side: Side) -> NDArray[np.float64]:
    """What each question counts, the side as a whole by how many it has."""
    if side.weights is None:
        return np.ones(len(side))
    return np.asarray(side.weights / side.weights.sum() * len(side), dtype=np.float64)


def _words(low: int, high: int | None) -> str:
    if high is None:
        return f"{low:,} words or more"
    if low == high:
        return f"{low:,} word{'s' * (low != 1)}"
    return f"{low:,} to {high:,} words"
