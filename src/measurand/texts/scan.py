"""Gigabytes of text gone through for rows of words of a few hundred others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.texts.needles import Candidates, Needles, padded
from measurand.texts.plain import Hashes, loads, plain, spans

__all__ = ["Scan", "Span", "scan"]

_BLANK, _LINE = 32, 10
_REACH, _LEAST_REACH = 1 << 18, 1 << 12
_BYTE = 8
_Ints: TypeAlias = NDArray[np.int64]


class Span(NamedTuple):
    """Words of a needle that stand in a text in a row.

    Attributes:
        needle: Which.
        start: Its first word of the span, from 0.
        words: How many.
        line: The line of the text in which the span starts, from 0.
    """

    needle: int
    start: int
    words: int
    line: int


class Scan:
    """One text, looked through piece by piece.

    Every span that `Needles` counts is found once, whole, also over the borders of pieces. A span
    longer than 256 KiB may come in parts. What a row of more than 32 needles starts with is held
    against 32 of them.

    Args:
        needles: What is looked for.
    """

    def __init__(self, needles: Needles) -> None:
        self._needles = needles
        self._reach = min(max(needles.reach, _LEAST_REACH), _REACH)
        self._tail, self._kept = b" ", 0
        self._told = _Told()

    def feed(self, piece: bytes, *, last: bool = False) -> list[Span]:
        """Look through the next piece.

        Args:
            piece: Of a text as `plain` gives it, cut between words.
            last: Whether the text ends with it.
        """
        old = self._kept
        text = self._tail + _tight(piece)
        blanks = np.flatnonzero(np.frombuffer(text, np.uint8) == _BLANK)
        self._told.add(piece, len(blanks) - 1 - old)
        kept = int(np.searchsorted(blanks, len(text) - self._reach))
        kept = min(kept, len(blanks) - 1)
        found = _grown(self._needles, text, blanks)
        ends = found.words + found.sizes
        # What touches the end may go on, and is met again whole unless it starts too far back.
        again = (ends == len(blanks) - 1) & (found.words >= kept)
        fresh = (ends >= old) & (last | ~again)
        result = [
            self._span(*row)
            for row in zip(
                found.starts[fresh].tolist(),
                found.sizes[fresh].tolist(),
                found.words[fresh].tolist(),
                strict=True,
            )
        ]
        self._tail = text[int(blanks[kept]) :]
        self._kept = len(blanks) - 1 - kept
        self._told.drop(kept)
        return result

    def _span(self, start: int, size: int, word: int) -> Span:
        needle = int(self._needles.owner[start])
        first = int(self._needles.firsts[needle])
        return Span(needle, start - first, size, self._told.line(word))


def scan(needles: Needles, text: bytes | Iterable[bytes]) -> Iterator[Span]:
    """The spans of needles in a text, in the order of its pieces.

    Args:
        needles: What is looked for.
        text: In UTF-8, whole or in pieces that are cut at blanks.
    """
    going = Scan(needles)
    for piece in (text,) if isinstance(text, bytes) else text:
        yield from going.feed(plain(piece))
    yield from going.feed(b"", last=True)


class _Found(NamedTuple):
    """Spans: their first word in the text, their first word among the needles, their size."""

    words: _Ints
    starts: _Ints
    sizes: _Ints


class _Piece:
    """Where the words of a piece stand; looked up when one is asked for."""

    def __init__(self, text: bytes, words: int) -> None:
        self._text = text
        self.words = words

    @cached_property
    def ends(self) -> int:
        """How many line ends it has."""
        return self._text.count(b"\n")

    @cached_property
    def lines(self) -> _Ints:
        """The line of each of its words, from 0."""
        ends = np.flatnonzero(np.frombuffer(self._text, np.uint8) == _LINE)
        return np.searchsorted(ends, spans(self._text).starts)


class _Told:
    """In which lines the words of the last pieces stand."""

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []
        self._word = self._line = 0

    def add(self, piece: bytes, words: int) -> None:
        """Remember a piece with so many words."""
        self._pieces.append(_Piece(piece, words))

    def line(self, word: int) -> int:
        """The line of a word, counted from the first one that is kept."""
        before, line = -self._word, self._line
        for piece in self._pieces:
            if word < before + piece.words:
                return line + int(piece.lines[word - before])
            before += piece.words
            line += piece.ends
        return line

    def drop(self, words: int) -> None:
        """Count from a later word on, and forget pieces that end before it."""
        self._word += words
        while self._pieces and self._word >= self._pieces[0].words:
            piece = self._pieces.pop(0)
            self._word -= piece.words
            self._line += piece.ends


def _tight(piece: bytes) -> bytes:
    """The words of a piece, each with one blank after it."""
    held = np.frombuffer(piece, np.uint8)
    if not len(held):
        return b""
    blank = held <= _BLANK
    kept = np.empty(len(held), np.bool_)
    kept[0] = not blank[0]
    np.logical_and(blank[1:], blank[:-1], out=kept[1:])
    np.logical_not(kept[1:], out=kept[1:])
    found = held[kept]
    np.maximum(found, _BLANK, out=found)
    text = found.tobytes()
    return text if not text or text.endswith(b" ") else text + b" "


def _grown(needles: Needles, text: bytes, blanks: _Ints) -> _Found:
    """The spans that count, each once."""
    words, places = needles.candidates(text, blanks)
    order = np.lexsort([words, places - words])
    words, places = words[order], places[order]
    found: list[_Found] = []
    while len(words):
        # Of each row of candidates that go on from one another the first one is grown.
        diagonal = places - words
        first = np.ones(len(words), np.bool_)
        np.not_equal(diagonal[1:], diagonal[:-1], out=first[1:])
        grown = _both_ways(needles, text, blanks, at=Candidates(words[first], places[first]))
        found.append(grown)
        run = np.cumsum(first) - 1
        left = ~first & (words >= (grown.words + grown.sizes)[run])
        words, places = words[left], places[left]
    if not found:
        return _Found(*(np.empty(0, np.int64) for _ in range(3)))
    whole = _Found(*(np.concatenate(parts) for parts in zip(*found, strict=True)))
    counted = needles.counts_as_found(whole.starts, whole.starts + whole.sizes)
    return _Found(*(part[counted] for part in whole))


def _both_ways(needles: Needles, text: bytes, blanks: _Ints, *, at: Candidates) -> _Found:
    """The longest spans through these words; byte by byte, so that no hash decides."""
    words, places = at
    left, right = blanks[words] + 1 + _BYTE, needles.starts[places]
    held = _Held(loads(padded(text)), loads(needles.text))
    after = left + _same(held, left, right, step=_BYTE)
    before = left - _same(held, left - _BYTE, right - _BYTE, step=-_BYTE)
    # A word is whole when the blanks on both of its sides are the same too.
    ends = np.searchsorted(blanks, after - _BYTE) - 1
    starts = np.minimum(np.searchsorted(blanks, before - _BYTE), words)
    return _Found(starts, places - (words - starts), np.maximum(ends - starts, 0))


class _Held(NamedTuple):
    """Eight bytes from each place on, of a text and of the needles."""

    text: Hashes
    needles: Hashes


def _same(held: _Held, left: _Ints, right: _Ints, *, step: int) -> _Ints:
    """How many bytes are the same from there on, or backwards."""
    many = np.zeros(len(left), np.int64)
    going = np.arange(len(left))
    moved = 0
    while len(going):
        differing = held.text[left[going] + moved] ^ held.needles[right[going] + moved]
        whole = differing == 0
        many[going] += np.where(whole, _BYTE, _equal(differing, backwards=step < 0))
        going = going[whole]
        moved += step
    return many


def _equal(differing: Hashes, *, backwards: bool) -> _Ints:
    """Of eight bytes as a number how many at its low end, or its high end, are zero."""
    count = np.zeros(len(differing), np.int64)
    for size in range(1, _BYTE):
        bits = np.uint64(8 * size)
        part = (
            differing >> (np.uint64(64) - bits)
            if backwards
            else differing << (np.uint64(64) - bits)
        )
        count += part == 0
    return count
