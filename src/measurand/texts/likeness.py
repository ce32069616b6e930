"""Which of many texts are like one of a few hundred: Jaccard of rows of one and two words, exact.

Texts come in blocks; what two texts have in common is counted through the rows of the few, so a
text that shares none costs no more than finding its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.stats.arrays import Floats
from measurand.texts.plain import plain
from measurand.texts.sketches import line_rows

__all__ = ["Alike", "Likeness"]

_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
_CELLS = 1 << 20
_Ints: TypeAlias = NDArray[np.int64]


class Alike(NamedTuple):
    """Pairs: a text of the block, one of the few, and how alike they are, from 0 to 1."""

    texts: _Ints
    others: _Ints
    likeness: Floats


class _Met(NamedTuple):
    """Rows of the few in a block: in which text, which row, and how many of the few have it."""

    texts: _Ints
    rows: _Ints
    many: _Ints


class Likeness:
    """A few texts that others are held against.

    Args:
        texts: The few.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        rows = _rows_of(texts)
        of, hashes = (rows >> _HALF).astype(np.int64), rows & _LOW
        self.sizes = np.bincount(of, minlength=len(texts))
        order = np.argsort(hashes, kind="stable")
        self._rows, starts = np.unique(hashes[order], return_index=True)
        self._starts = np.append(starts, len(hashes))
        self._of = of[order]

    def among(self, texts: Sequence[str], floors: Floats) -> Alike:
        """The pairs that are as alike as the floor of the one among the few, or more.

        Args:
            texts: A block of texts.
            floors: Of each of the few, above 0.
        """
        rows = _rows_of(texts)
        of = (rows >> _HALF).astype(np.int64)
        sizes = np.bincount(of, minlength=len(texts))
        at, known = self._known(rows & _LOW)
        met = _Met(of[known], at, self._starts[at + 1] - self._starts[at])
        found = [
            self._counted(met, range(start, end), sizes)
            for start, end in _parts(len(texts), _CELLS // max(len(self.sizes), 1))
        ]
        whole = Alike(
            np.concatenate([part.texts for part in found]),
            np.concatenate([part.others for part in found]),
            np.concatenate([part.likeness for part in found]),
        )
        kept = whole.likeness >= floors[whole.others]
        return Alike(whole.texts[kept], whole.others[kept], whole.likeness[kept])

    def own(self) -> Floats:
        """How alike the few are to each other, shape (texts, texts)."""
        many = len(self.sizes)
        shared = np.zeros((many, many), np.int64)
        for start, end in zip(self._starts[:-1], self._starts[1:], strict=True):
            if end - start > 1:
                held = self._of[start:end]
                shared[np.ix_(held, held)] += 1
        np.fill_diagonal(shared, 0)
        union = self.sizes[:, None] + self.sizes[None, :] - shared
        found: Floats = shared / np.maximum(union, 1)
        return found

    def _known(self, hashes: NDArray[np.uint64]) -> tuple[_Ints, _Ints]:
        """Which rows of the few stand where among these."""
        if not len(self._rows):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        at = np.searchsorted(self._rows, hashes)
        at[at == len(self._rows)] = 0
        known = np.flatnonzero(self._rows[at] == hashes)
        return at[known], known

    def _counted(self, met: _Met, texts: range, sizes: _Ints) -> Alike:
        """The pairs of these texts that have anything in common."""
        start, end = texts.start, texts.stop
        first, last = np.searchsorted(met.texts, [start, end])
        of, at, many = (part[first:last] for part in met)
        within = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
        others = self._of[np.repeat(self._starts[at], many) + within]
        cells = np.repeat(of - start, many) * len(self.sizes) + others
        shared = np.bincount(cells, minlength=(end - start) * len(self.sizes))
        cells = np.flatnonzero(shared)
        held, others = np.divmod(cells, max(len(self.sizes), 1))
        held += start
        union = sizes[held] + self.sizes[others] - shared[cells]
        return Alike(held, others, shared[cells] / union)


def _rows_of(texts: Iterable[str]) -> NDArray[np.uint64]:
    lines = "\n".join(text.replace("\n", " ") for text in texts)
    return line_rows(plain(lines.encode("utf-8", "replace")))


def _parts(many: int, size: int) -> list[tuple[int, int]]:
    step = max(size, 1)
    return [(start, min(start + step, many)) for start in range(0, many, step)] or [(0, 0)]
