"""Texts as sets of rows of one and two words, by their hashes, and how alike two of them are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.texts.plain import Hashes, keys, mixed, plain, spans

__all__ = ["SKETCH", "Rows", "Sketches", "firsts", "line_rows", "sketches"]

SKETCH = 128
"""Rows of words that are kept of a text."""
IntArray: TypeAlias = NDArray[np.int64]
Rows: TypeAlias = NDArray[np.uint32]

_PAIRS = 1 << 14
_HALF = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Sketches:
    """The rows of words of texts, by their hashes: all of them, or the smallest `SKETCH`.

    Args:
        rows: Hashes, in order within each text.
        starts: Where those of each text start, and the end.
    """

    rows: Rows
    starts: IntArray

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def sizes(self) -> IntArray:
        """How many are kept, by text."""
        return np.diff(self.starts)

    def alike(self, left: IntArray, right: IntArray) -> NDArray[np.float64]:
        """How alike the texts of each pair are, from 0 to 1.

        Exact where both texts have at most `SKETCH` rows; else estimated from the `SKETCH` smallest
        rows of both together, with a standard error of sqrt(J (1 - J) / SKETCH), at most 0.044.
        Texts without rows are like nothing.
        """
        found = np.zeros(len(left))
        for start in range(0, len(left), _PAIRS):
            part = slice(start, start + _PAIRS)
            found[part] = self._compared(left[part], right[part])
        return found

    def _compared(self, left: IntArray, right: IntArray) -> NDArray[np.float64]:
        sides = np.concatenate([left, right])
        sizes = self.sizes[sides]
        pair = np.tile(np.arange(len(left), dtype=np.uint64), 2)
        within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        rows = self.rows[np.repeat(self.starts[sides], sizes) + within].astype(np.uint64)
        rows |= np.repeat(pair, sizes) << _HALF
        # Either side is in order already, and a stable sort merges them.
        rows.sort(kind="stable")
        fresh = firsts(rows)
        of = (rows >> _HALF).astype(np.int64)
        union = np.bincount(of[fresh], minlength=len(left))
        rank = np.cumsum(fresh) - (np.cumsum(union) - union)[of]
        both = np.bincount(of[~fresh & (rank <= SKETCH)], minlength=len(left))
        cut = np.maximum(self.sizes[left], self.sizes[right]) == SKETCH
        return both / np.maximum(np.where(cut, np.minimum(union, SKETCH), union), 1)


def sketches(texts: Sequence[str]) -> Sketches:
    """The rows of one and two words of texts."""
    loose = plain("\n".join(_lines(texts)).encode("utf-8", "replace"), symbols=True)
    rows = line_rows(loose)
    sizes = np.bincount((rows >> _HALF).astype(np.int64), minlength=len(texts))
    rank = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    kept = rows[rank < SKETCH].astype(np.uint32)
    return Sketches(kept, np.concatenate([[0], np.cumsum(np.minimum(sizes, SKETCH))]))


def line_rows(loose: bytes) -> Hashes:
    """The different rows of one and two words of each line of a plain text, in order.

    Each is the number of its line in the upper half and a hash in the lower.
    """
    starts, ends = spans(loose)
    lines = np.flatnonzero(np.frombuffer(loose, np.uint8) == ord("\n"))
    counts = np.diff(np.searchsorted(starts, lines), prepend=0, append=len(starts))
    of = np.repeat(np.arange(len(counts), dtype=np.uint64), counts)
    single = keys(loose, starts, ends)
    double = mixed(single[:-1] + (single[1:] << np.uint64(1)) + np.uint64(1))
    paired = of[1:] == of[:-1]
    rows = np.concatenate([single, double[paired]]) >> _HALF
    rows |= np.concatenate([of, of[1:][paired]]) << _HALF
    rows.sort()
    return rows[firsts(rows)]


def firsts(values: Hashes) -> NDArray[np.bool_]:
    """Of sorted values those that differ from the one before."""
    fresh = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=fresh[1:])
    return fresh


def _lines(texts: Iterable[str]) -> Iterator[str]:
    return (text.replace("\n", " ") for text in texts)
