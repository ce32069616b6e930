"""Texts as bytes in which words stand in small letters between spaces: the words of `words`, fast.

A text in ASCII is translated by a table. Of others only what stands between two blanks and holds a
character beyond ASCII is decoded and normalised, or the whole text where that is most of it.
"""

from __future__ import annotations

import string
import unicodedata
from functools import cache
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.texts.words import unspaced

__all__ = ["Bytes", "Hashes", "Spans", "keys", "loads", "mixed", "plain", "spans"]

Bytes: TypeAlias = NDArray[np.uint8]
Hashes: TypeAlias = NDArray[np.uint64]
_Ints: TypeAlias = NDArray[np.int64]

_BLANK, _LINE = 32, 10
_ASCII = 128
_SPRINKLED, _SCATTERED, _RARE = 8, 64, 1024
"""Bytes for each one beyond ASCII, from which the marks of prose are replaced first, from which
others are looked for one by one, and from which nothing is replaced before that."""
_GAP, _LETTER, _ALONE, _INSIDE = 0, 1, 2, 3
_SYMBOLS = "+*/=<>^%#&|~$\\@\u20ac\u00a3\u00d7\u00f7\u2212\u2260\u2264\u2265"
"""What tells one formula, price or programming language from another."""
_PROSE = tuple(
    (mark.encode(), b"'" if mark == "\u2019" else b" ")
    for mark in "\u2019\u2018\u201c\u201d\u2013\u2014\u2026\u00a0"
)
"""The marks beyond ASCII of well set English, and what they come to."""
_FULL_WIDTH = "\uff0c\uff1a\uff1b\uff1f\uff01\uff08\uff09"
"""Marks of Chinese and Japanese that come to gaps; normalising a text with them takes long."""
_MINUS, _ZERO, _NINE = 45, 48, 57
_PAGE, _CODES = 8, 0x110000
_LOAD = 8
_MASKS = np.asarray([(1 << (8 * size)) - 1 for size in range(_LOAD + 1)], np.uint64)
_ODD = tuple(
    np.uint64(word) for word in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)
_TABLE = bytes(
    ord(chr(code).lower())
    if chr(code) in string.ascii_letters or chr(code) in string.digits or code == _LINE
    else code
    if code >= _ASCII
    else _BLANK
    for code in range(256)
)


class Spans(NamedTuple):
    """Where the words of a plain text start and end, by word."""

    starts: _Ints
    ends: _Ints


def plain(text: bytes, *, symbols: bool = False) -> bytes:
    """A text with its words in small letters, anything else as spaces, and its line ends.

    Words are those of `measurand.texts.words.words`: the text is normalised (NFKC, case folded),
    apostrophes are dropped, and a character of a script without spaces stands by itself. Line ends
    stay, so that lines can be counted; there may be several spaces in a row.

    Args:
        text: In UTF-8; what is not is taken for a gap.
        symbols: Whether symbols of formulas, prices and programming languages are words too.
    """
    if not text.isascii():
        high = _high(text)
        if _SPRINKLED < len(text) / max(len(high), 1) < _RARE:
            for mark, found in _PROSE:
                text = text.replace(mark, found)
            high = _high(text)
        if len(high) * _SCATTERED > len(text):
            return _normalised(text, symbols=symbols)
        text = _patched(text, high, symbols=symbols) if len(high) else text
    if symbols:
        return _set_apart(text)
    return text.translate(_TABLE, b"'")


def spans(text: bytes) -> Spans:
    """Where the words of a plain text start and end."""
    word = np.frombuffer(text, np.uint8) > _BLANK
    edges = np.flatnonzero(word[1:] != word[:-1]) + 1
    if len(word) and word[0]:
        edges = np.concatenate([[0], edges])
    if len(edges) % 2:
        edges = np.append(edges, len(word))
    return Spans(edges[::2], edges[1::2])


def keys(text: bytes, starts: _Ints, ends: _Ints) -> Hashes:
    """A hash of each piece of a text: of its first, middle and last eight bytes and its length.

    Pieces of up to 24 bytes have different hashes but for chance; longer ones that differ nowhere
    else have the same.
    """
    held = loads(text)
    sizes = ends - starts
    masks = _MASKS[np.minimum(sizes, _LOAD)]
    rest = np.maximum(sizes - _LOAD, 0)
    found = (held[starts] & masks) * _ODD[0]
    found ^= found >> np.uint64(29)
    found += held[starts + rest] & masks
    found *= _ODD[1]
    found ^= found >> np.uint64(32)
    if (long := rest > _LOAD).any():
        found[long] += held[(starts + rest // 2)[long]]
    found += sizes.astype(np.uint64)
    return mixed(found)


def mixed(found: Hashes) -> Hashes:
    """Each number scattered over all 64 bits (the end of SplitMix64)."""
    found = (found ^ (found >> np.uint64(30))) * _ODD[1]
    found = (found ^ (found >> np.uint64(27))) * _ODD[2]
    return found ^ (found >> np.uint64(31))


def loads(text: bytes) -> Hashes:
    """The eight bytes from each place of a text on, as a number."""
    held = np.frombuffer(text + bytes(_LOAD), np.uint8)
    return np.ndarray((len(text) + 1,), "<u8", held, strides=(1,))


def _high(text: bytes) -> _Ints:
    return np.flatnonzero(np.frombuffer(text, np.uint8) >= _ASCII)


def _patched(text: bytes, high: _Ints, *, symbols: bool) -> bytes:
    """The text with whatever stands between blanks and is not ASCII normalised; blanks do not join.

    A combining mark belongs to the character before it, which is why no other place will do.
    """
    blank = np.flatnonzero(np.frombuffer(text, np.uint8) <= _BLANK)
    cuts = np.concatenate([[-1], blank, [len(text)]])
    after = np.unique(np.searchsorted(cuts, high))
    starts, ends = (cuts[after - 1] + 1).tolist(), cuts[after].tolist()
    pieces = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    found = _normalised(b"\n".join(pieces), symbols=symbols).split(b"\n")
    kept = [text[end:start] for end, start in pairwise([0, *_flat(starts, ends), len(text)])]
    # Every other stretch is one of the pieces.
    kept[1::2] = found
    return b"".join(kept)


def _flat(starts: list[int], ends: list[int]) -> list[int]:
    return [place for pair in zip(starts, ends, strict=True) for place in pair]


def _set_apart(text: bytes) -> bytes:
    """ASCII, or letters beyond it, with symbols as words."""
    codes = np.frombuffer(text.replace(b"'", b""), np.uint8)
    kinds = _table(symbols=True).kinds(codes)
    kinds[codes >= _ASCII] = _LETTER
    kinds[:-1][(codes[:-1] == _MINUS) & (codes[1:] >= _ZERO) & (codes[1:] <= _NINE)] = _ALONE
    return _laid_out(codes, kinds).tobytes().lower()


def _normalised(text: bytes, *, symbols: bool) -> bytes:
    told = text.decode("utf-8", "replace")
    for mark in _FULL_WIDTH:
        told = told.replace(mark, " ")
    told = unicodedata.normalize("NFKC", told).casefold()
    codes = np.frombuffer(told.encode("utf-32-le", "replace"), np.uint32)
    kinds = _table(symbols=symbols).kinds(codes)
    inside = kinds == _INSIDE
    if inside.any():
        codes, kinds = codes[~inside], kinds[~inside]
    return _laid_out(codes, kinds).tobytes().decode("utf-32-le").encode()


def _laid_out(codes: NDArray[np.generic], kinds: Bytes) -> NDArray[np.generic]:
    """The characters with gaps as spaces and spaces around those that stand alone."""
    gap = (kinds == _GAP) & (codes != codes.dtype.type(_LINE))
    codes = np.where(gap, codes.dtype.type(_BLANK), codes)
    alone = kinds == _ALONE
    if not alone.any():
        return codes
    sizes = np.where(alone, 3, 1)
    places = np.cumsum(sizes) - sizes + alone
    laid = np.full(int(sizes.sum()), _BLANK, codes.dtype)
    laid[places] = codes
    return laid


class _Table:
    """What each character is; looked up in 256 at once when one of them is met first."""

    def __init__(self, *, symbols: bool) -> None:
        self._symbols = symbols
        self._known = np.zeros(_CODES >> _PAGE, np.bool_)
        self._kinds = np.zeros(_CODES, np.uint8)

    def kinds(self, codes: NDArray[np.unsignedinteger]) -> Bytes:
        """Whether it is a gap, of a word, a word, or passed over, by character."""
        met = np.zeros_like(self._known)
        met[codes >> codes.dtype.type(_PAGE)] = True
        for page in np.flatnonzero(met & ~self._known).tolist():
            first = page << _PAGE
            self._kinds[first : first + (1 << _PAGE)] = [
                _kind(chr(code), symbols=self._symbols)
                for code in range(first, first + (1 << _PAGE))
            ]
            self._known[page] = True
        found: Bytes = self._kinds[codes]
        return found


@cache
def _table(*, symbols: bool) -> _Table:
    return _Table(symbols=symbols)


def _kind(character: str, *, symbols: bool) -> int:
    if character in "'\u2019":
        return _INSIDE
    if symbols and character in _SYMBOLS:
        return _ALONE
    if unicodedata.category(character)[0] not in "LNM":
        return _GAP
    return _ALONE if unspaced(character) else _LETTER
