"""Texts as vectors of word and character n-grams, the same in training and in rating."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["GRAMS", "Analyzer", "Vocabulary"]

Analyzer = Literal["word", "char"]

_WORD = re.compile(r"\b\w\w+\b")


def _word_grams(text: str) -> Iterable[str]:
    """One and two words of at least two letters, lower-cased."""
    tokens = _WORD.findall(text.lower())
    yield from tokens
    yield from map(" ".join, pairwise(tokens))


def _char_grams(text: str) -> Iterable[str]:
    """Two to four characters within a word and the spaces around it, lower-cased."""
    for token in text.lower().split():
        padded = f" {token} "
        for n in (2, 3, 4):
            yield from (padded[at : at + n] for at in range(max(1, len(padded) - n + 1)))
            if len(padded) <= n:
                break


GRAMS: Mapping[Analyzer, Callable[[str], Iterable[str]]] = MappingProxyType(
    {"word": _word_grams, "char": _char_grams}
)


@dataclass(frozen=True)
class Vocabulary:
    """The n-grams that count, each with its inverse document frequency.

    A text's vector has (1 + log count) * idf for each n-gram, scaled to length 1, with
    idf = 1 + log((1 + texts) / (1 + texts with the n-gram)).

    Args:
        analyzer: ``word`` (one and two words) or ``char`` (two to four characters of a word).
        terms: The n-grams, sorted.
        idf: Their inverse document frequencies.
    """

    analyzer: Analyzer
    terms: tuple[str, ...]
    idf: tuple[float, ...]
    _index: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.terms) != len(self.idf):
            raise ValueError(f"{len(self.terms)} n-grams have {len(self.idf)} frequencies")
        object.__setattr__(self, "_index", {term: at for at, term in enumerate(self.terms)})

    @classmethod
    def fit(cls, texts: Sequence[str], analyzer: Analyzer, *, limit: int) -> Vocabulary:
        """The n-grams of at least two texts; the ``limit`` most common, ties in sorted order."""
        found = Counter[str]()
        for text in texts:
            found.update(set(GRAMS[analyzer](text)))
        common = sorted((-count, term) for term, count in found.items() if count > 1)[:limit]
        terms = sorted(term for _, term in common)
        counts = np.array([found[term] for term in terms])
        idf = 1 + np.log((1 + len(texts)) / (1 + counts))
        return cls(analyzer, tuple(terms), tuple(idf.tolist()))

    def vector(self, text: str) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """The places and values of a text's n-grams, in the terms' order; maybe none."""
        found = map(self._index.get, GRAMS[self.analyzer](text))
        counts = Counter(at for at in found if at is not None)
        places = np.array(sorted(counts), dtype=np.intp)
        times = np.array([counts[at] for at in places.tolist()], dtype=np.float64)
        idf = np.array([self.idf[at] for at in places.tolist()], dtype=np.float64)
        values = (1 + np.log(times)) * idf
        length = float(np.linalg.norm(values))
        return places, values / length if length else values
