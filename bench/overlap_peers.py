"""What an overlap scan is held against: other ways to find rows of 13 words, written plainly.

`janitor` is what lm-evaluation-harness (MIT) does in Python, `lm_eval/decontamination/janitor.py`,
step by step: every row with its places, its normalised text looked up in a set.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["janitor", "numpy_hashes", "plain_set", "tokenised"]

N = 13
_TABLE = str.maketrans(
    string.ascii_lowercase + string.ascii_uppercase, string.ascii_lowercase * 2, string.punctuation
)
_BYTES = bytes.maketrans(string.ascii_uppercase.encode(), string.ascii_lowercase.encode())
_MARKS = string.punctuation.encode()
_Row = tuple[tuple[str, tuple[int, int]], ...]


def tokenised(text: bytes) -> int:
    """Read and cut into words, and nothing else."""
    return len(text.split())


def janitor(needles: Sequence[str]) -> Callable[[bytes], int]:
    """Rows of words with their places, each normalised and looked up."""
    dirt = {" ".join(row) for text in needles for row in _rows(text.translate(_TABLE).split())}

    def search(text: bytes) -> int:
        found = 0
        words = ((m.group(0), (m.start(), m.end() - 1)) for m in re.finditer(r"\S+", text.decode()))
        for row in _history(words):
            told, places = zip(*row, strict=True)
            assert places[0][0] < places[-1][-1]  # noqa: S101 - they are what it reports
            found += " ".join(told).translate(_TABLE) in dirt
        return found

    return search


def plain_set(needles: Sequence[str]) -> Callable[[bytes], int]:
    """A set of rows, and the rows of the text against it."""
    rows = {row for text in needles for row in _rows(_words(text.encode()))}

    def search(text: bytes) -> int:
        words = _words(text)
        return sum(row in rows for row in zip(*(words[at:] for at in range(N)), strict=False))

    return search


def numpy_hashes(needles: Sequence[str]) -> Callable[[bytes], int]:
    """A hash of each word, rows of them combined and looked up, in numpy."""
    known = [_combined(_words(text.encode())) for text in needles]
    rows = np.unique(np.concatenate(known))

    def search(text: bytes) -> int:
        return int(np.isin(_combined(_words(text)), rows).sum())

    return search


def _history(words: Iterator[tuple[str, tuple[int, int]]]) -> Iterator[_Row]:
    history: list[tuple[str, tuple[int, int]]] = []
    for word in words:
        history.append(word)
        if len(history) == N:
            yield tuple(history)
            del history[0]


def _rows(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[at : at + N]) for at in range(len(words) - N + 1))


def _words(text: bytes) -> list[str]:
    return text.translate(_BYTES, _MARKS).decode().split()


def _combined(words: Sequence[str]) -> NDArray[np.uint64]:
    hashes = np.fromiter(map(hash, words), np.int64, len(words)).astype(np.uint64)
    if len(hashes) < N:
        return np.empty(0, np.uint64)
    found = np.zeros(len(hashes) - N + 1, np.uint64)
    for at in range(N):
        found = found * np.uint64(0x100000001B3) + hashes[at : len(hashes) - N + 1 + at]
    return found
