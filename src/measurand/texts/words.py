"""Words and rows of words, by which a quotation is found whatever its case and punctuation."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import accumulate

__all__ = ["Shingle", "Shingles", "short_lengths", "unspaced", "words"]

Shingle = tuple[str, ...]

_LONG = 8
"""Words in a row that hardly anybody writes twice by chance."""
_LEAST = 4
"""Words of a whole text from which it may be told at all."""
_SPACED = frozenset({"L", "N", "M"})
_INSIDE = "'\u2019"
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),  # Han, first extension
    (0x4E00, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # Han, compatible forms
    (0x20000, 0x3FFFF),  # Han, further extensions
)
"""Scripts that put no spaces between words."""


class Shingles:
    """The words of a text, and the rows of them.

    Args:
        text: The text.
    """

    def __init__(self, text: str) -> None:
        self.words = tuple(words(text))
        # A character of a script without spaces is half a word.
        halves = (1 if unspaced(word[0]) else 2 for word in self.words)
        self._ends = (0, *accumulate(halves))

    @property
    def size(self) -> float:
        """How many words it is."""
        return self._ends[-1] / 2

    def own(self) -> Iterator[Shingle]:
        """Its rows of eight words; of four to seven words, the whole."""
        if self.size >= _LONG:
            yield from (self.words[start:end] for start, end in self._spans())
        elif self.size >= _LEAST:
            yield self.words

    def within(self, short: Iterable[int]) -> Iterator[Shingle]:
        """Its rows of eight words, and all rows of so many as whole short texts have."""
        yield from (self.words[start:end] for start, end in self._spans())
        for length in short:
            for start in range(len(self.words) - length + 1):
                yield self.words[start : start + length]

    def places(self, rows: frozenset[Shingle]) -> frozenset[int]:
        """The places of the words that stand in any of its own rows among these."""
        if self.size < _LONG:
            return frozenset(range(len(self.words)) if self.words in rows else ())
        held = (span for span in self._spans() if self.words[span[0] : span[1]] in rows)
        return frozenset(place for start, end in held for place in range(start, end))

    def _spans(self) -> Iterator[tuple[int, int]]:
        """For each start the first end at which the row is long enough."""
        end = 0
        for start in range(len(self.words)):
            while end < len(self.words) and self._ends[end] - self._ends[start] < 2 * _LONG:
                end += 1
            if self._ends[end] - self._ends[start] < 2 * _LONG:
                return
            yield start, end


def short_lengths(texts: Iterable[str]) -> frozenset[int]:
    """The numbers of words, or characters, of those texts that are a row as a whole."""
    every = map(Shingles, texts)
    return frozenset(len(one.words) for one in every if _LEAST <= one.size < _LONG)


def words(text: str) -> Iterator[str]:
    """Letters and digits between anything else, in small letters.

    An apostrophe inside a word does not part it. A character of a script without spaces is a word.
    """
    word: list[str] = []
    for character in unicodedata.normalize("NFKC", text).casefold():
        if unicodedata.category(character)[0] not in _SPACED:
            if character not in _INSIDE and word:
                yield "".join(word)
                word = []
        elif unspaced(character):
            if word:
                yield "".join(word)
                word = []
            yield character
        else:
            word.append(character)
    if word:
        yield "".join(word)


def unspaced(character: str) -> bool:
    """Whether it is of a script that puts no spaces between words."""
    code = ord(character)
    return code >= _UNSPACED[0][0] and any(first <= code <= last for first, last in _UNSPACED)
