"""Texts that are looked for, prepared for finding any row of their words in gigabytes.

A row of n words of a needle that stands in a text holds a shorter row of `_KEY` words at every
place of it, and so at one of every n - `_KEY` + 1 words of the text: only there is looked. What is
found is compared byte by byte and grown to both sides; no hash decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.errors import UsageError
from measurand.texts.plain import Hashes, keys, loads, mixed, plain
from measurand.texts.words import unspaced

__all__ = ["LEAST", "Candidates", "Needles", "padded"]

LEAST = 4
"""Words of a whole text from which it can be looked for at all."""
_KEY = 4
_LONGEST = 64
_BYTES = 8
_POSTINGS = 32
"""Places of the needles that are tried for a row which stands in them that often, or more often."""
_SPARSE = 64
_Ints: TypeAlias = NDArray[np.int64]


class Candidates(NamedTuple):
    """Words of a text, and the words of needles that may stand there."""

    words: _Ints
    needles: _Ints


class Needles:
    """The texts that are looked for.

    Args:
        texts: The texts.
        n: Words of a row that counts. Of a text with fewer, down to `LEAST`, only the whole is
            looked for. Two characters of a script without spaces are a word.

    Raises:
        UsageError: n is not from 4 to 64.
    """

    def __init__(self, texts: Sequence[str], n: int = 13) -> None:
        if not LEAST <= n <= _LONGEST:
            raise UsageError(f"rows of {LEAST} to {_LONGEST} words can be looked for; found {n}")
        self.n = n
        loose = plain("\n".join(_line(text) for text in texts).encode("utf-8", "replace"))
        split = [line.split() for line in loose.split(b"\n")] if texts else []
        self.words: tuple[tuple[str, ...], ...] = tuple(
            tuple(word.decode() for word in line) for line in split
        )
        self._lay_out(split)
        self._index()

    def __len__(self) -> int:
        return len(self.words)

    @property
    def reach(self) -> int:
        """Bytes of the longest needle."""
        return int(np.diff(self._lines).max(initial=0))

    def size(self, needle: int) -> float:
        """How many words a needle has; two characters of a script without spaces are one."""
        first, count = int(self.firsts[needle]), int(self.counts[needle])
        return int(self.halves[first + count] - self.halves[first]) / 2

    def candidates(self, text: bytes, blanks: _Ints) -> Candidates:
        """Where rows of needles may stand.

        Args:
            text: Words between single blanks, with one before the first and after the last.
            blanks: The places of all blanks.
        """
        words, needles = self._rows(text, blanks)
        more, wholes = self._wholes(text, blanks)
        return Candidates(np.concatenate([words, more]), np.concatenate([needles, wholes]))

    def counts_as_found(self, starts: _Ints, ends: _Ints) -> NDArray[np.bool_]:
        """Whether each span of a needle's words is a row that is long enough, or the whole."""
        sizes = self.halves[ends] - self.halves[starts]
        of = self.owner[starts]
        first = self.firsts[of]
        whole = (starts == first) & (ends == first + self.counts[of]) & (sizes >= 2 * LEAST)
        counted: NDArray[np.bool_] = (sizes >= 2 * self.n) | whole
        return counted

    def _lay_out(self, split: Sequence[Sequence[bytes]]) -> None:
        """All needles as one text, a line each, and where everything stands in it."""
        laid = b"\n" + b"".join(
            b" " + b" ".join(line) + b" \n" if line else b"\n" for line in split
        )
        self.text = padded(laid)
        held = np.frombuffer(self.text, np.uint8)
        self._lines = np.flatnonzero(held == ord("\n"))
        blanks = np.flatnonzero(held == ord(" "))
        # The blank after the last word of a line starts none.
        self.starts = blanks[held[blanks + 1] != ord("\n")] + 1
        self.ends = blanks[held[blanks - 1] != ord("\n")]
        self.counts = np.asarray([len(line) for line in split], np.int64)
        self.firsts = np.cumsum(self.counts) - self.counts
        self.owner = np.repeat(np.arange(len(split)), self.counts)
        halves = [1 if unspaced(word[0]) else 2 for line in self.words for word in line]
        self.halves = np.cumsum([0, *halves])

    def _index(self) -> None:
        owner, last = self.owner, (self.firsts + self.counts)[self.owner]
        every = np.arange(len(owner))
        row = every[(self.counts[owner] >= self.n) & (every + _KEY <= last)]
        found = keys(self.text, self.starts[row], self.ends[row + _KEY - 1])
        self._long = _Postings(found, row)
        sizes = self.halves[self.firsts + self.counts] - self.halves[self.firsts]
        short = np.flatnonzero((self.counts < self.n) & (sizes >= 2 * LEAST))
        met = loads(self.text)[self.starts]
        place = self._anchors(short, met)
        self._short = _Postings(mixed(met[place]), place)
        self._stride = self.n - _KEY + 1

    def _anchors(self, short: _Ints, met: Hashes) -> _Ints:
        """Of each short needle the word from which eight bytes on are rarest among all needles."""
        _, kind, times = np.unique(met, return_inverse=True, return_counts=True)
        letters = np.minimum(self.ends - self.starts, _BYTES)
        rank = times[kind.reshape(-1)] * 16 - letters
        found = np.empty(len(short), np.int64)
        for at, needle in enumerate(short.tolist()):
            first = int(self.firsts[needle])
            words = np.arange(first, first + int(self.counts[needle]))
            # Beyond the blank after its last word nothing is known.
            words = words[self.starts[words] + _BYTES <= self.ends[words[-1]] + 1]
            found[at] = words[np.argmin(rank[words])]
        return found

    def _rows(self, text: bytes, blanks: _Ints) -> Candidates:
        if not len(self._long):
            return Candidates(np.empty(0, np.int64), np.empty(0, np.int64))
        words = np.arange(0, len(blanks) - _KEY, self._stride)
        found = keys(text, blanks[words] + 1, blanks[words + _KEY])
        return self._long.among(found, words)

    def _wholes(self, text: bytes, blanks: _Ints) -> Candidates:
        if not len(self._short):
            return Candidates(np.empty(0, np.int64), np.empty(0, np.int64))
        held = loads(text)
        found = mixed(held[blanks[:-1] + 1])
        words, places = self._short.among(found, np.arange(len(found)))
        # Its first and last eight bytes and one more blank stand where they should, or not at all.
        first = self.firsts[self.owner[places]]
        last = first + self.counts[self.owner[places]] - 1
        sought = loads(self.text)
        starts = blanks[words] + 1 - (self.starts[places] - self.starts[first])
        ends = starts + self.ends[last] + 1 - self.starts[first]
        inside = (starts > 0) & (ends <= len(text))
        starts, ends = np.where(inside, starts, 0), np.where(inside, ends, _BYTES)
        same = held[starts] == sought[self.starts[first]]
        same &= held[ends - _BYTES] == sought[self.ends[last] + 1 - _BYTES]
        return Candidates(words[inside & same], places[inside & same])


class _Postings:
    """Which places of the needles have which key; most keys of a text have none."""

    def __init__(self, found: Hashes, places: _Ints) -> None:
        order = np.argsort(found, kind="stable")
        self._keys, starts = np.unique(found[order], return_index=True)
        self._starts = np.append(starts, len(found))
        self._places = places[order]
        bits = max(16, (_SPARSE * max(len(self._keys), 1)).bit_length())
        self._shift = np.uint64(64 - min(bits, 24))
        self._met = np.zeros(1 << min(bits, 24), np.bool_)
        self._met[self._keys >> self._shift] = True

    def __len__(self) -> int:
        return len(self._keys)

    def among(self, found: Hashes, words: _Ints) -> Candidates:
        """The words whose key is that of a place, with the places."""
        near = np.flatnonzero(self._met[found >> self._shift])
        at = np.searchsorted(self._keys, found[near])
        at[at == len(self._keys)] = 0
        same = self._keys[at] == found[near]
        near, at = near[same], at[same]
        many = np.minimum(self._starts[at + 1] - self._starts[at], _POSTINGS)
        within = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
        places = self._places[np.repeat(self._starts[at], many) + within]
        return Candidates(np.repeat(words[near], many), places)


def padded(text: bytes) -> bytes:
    """A text with eight bytes before and after it that no text has."""
    return bytes(8) + text + bytes(8)


def _line(text: str) -> str:
    return text.replace("\n", " ")
