"""Near duplicates that ask different things: what is asked last tells them apart.

A passage that stands in many requests, or a form that people fill in, makes them alike whatever is
asked. So what was asked last is held against what others of the same fold asked last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.curation.traffic import Bools, Ints
from measurand.texts.plain import plain

__all__ = ["apart", "reworded"]

_Words: TypeAlias = frozenset[bytes]
_Last: TypeAlias = Callable[[int], str]

_DIFFER = 4
"""Words that one of two has and the other has not, at most: two that are replaced."""
_ALIKE = 0.8
_MANY = 5
_FILLED = 20
"""From so many ways to say it on, which hold as many words that they do not share, or this number
of them, it is a form that is filled in."""
_NEARLY_ALL = 0.9
_LONGEST, _BATCH = 8_000, 256
_TOLD = 0.05


def apart(codes: Ints, wording: NDArray[np.uint64], last: _Last) -> Ints:
    """Part questions whose records differ in what was asked last.

    Two are the same where their words are alike at 0.8 and at most four stand in one alone. Where
    there are five ways to say it or more, and the words that they do not share are as many as the
    ways, or twenty, it is a form that is filled in: then they are the same where these are.

    Args:
        codes: Codes of questions as they are folded, shape (records,).
        wording: A hash of what was asked last, shape (records,).
        last: What was asked last in a record; it is read for those alone that need it, twice.
    """
    if not codes.size:
        return codes
    pairs = np.stack([codes.astype(np.uint64), wording], axis=1)
    kinds, first, of = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
    of = of.reshape(-1)
    parts = np.zeros(len(kinds), dtype=np.int64)
    starts = np.flatnonzero(np.diff(kinds[:, 0], prepend=kinds[0, 0] + np.uint64(1)))
    for start, end in zip(starts, [*starts[1:], len(kinds)], strict=True):
        if end - start > 1:
            # In the order in which they came, so that the first of them leads.
            order = start + np.argsort(first[start:end], kind="stable")
            parts[order] = _parts([int(row) for row in first[order]], last)
    told = np.stack([codes, parts[of]], axis=1)
    return np.unique(told, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def reworded(group: Ints, wording: NDArray[np.uint64], *, among: Bools) -> list[tuple[int, int]]:
    """Questions of which much of traffic is folded though it is worded otherwise.

    Args:
        group: Codes of questions, shape (records,).
        wording: A hash of what was asked last, shape (records,).
        among: Which records count.

    Returns:
        The code of each, and how many records do not word it as most do; those of which that is
        more than 1 in 20 of all.
    """
    pairs = np.stack([group[among].astype(np.uint64), wording[among]], axis=1)
    kinds, counts = np.unique(pairs, axis=0, return_counts=True)
    of = kinds[:, 0].astype(np.int64)
    asked = np.bincount(of, counts).astype(np.int64)
    most = np.zeros_like(asked)
    np.maximum.at(most, of, counts)
    odd = asked - most
    codes = np.flatnonzero(odd > _TOLD * len(pairs))
    return [(int(code), int(odd[code])) for code in codes[np.argsort(-odd[codes], kind="stable")]]


@dataclass(frozen=True, slots=True)
class _Said:
    """What was asked last, by what sets it apart.

    Args:
        odd: The words in which it differs from those that nearly all have, either way.
        size: How many words it has.
    """

    odd: _Words
    size: int

    def same(self, other: _Said) -> bool:
        differ = len(self.odd ^ other.odd)
        union = (self.size + other.size + differ) / 2
        return differ <= _DIFFER and differ <= (1 - _ALIKE) * union


def _parts(rows: Sequence[int], last: _Last) -> list[int]:
    """The part of a question that each of these records asks."""
    counts = Counter(word for words in _words(rows, last) for word in words)
    shared = frozenset(word for word, count in counts.items() if count >= _NEARLY_ALL * len(rows))
    said = [_Said(words ^ shared, len(words)) for words in _words(rows, last)]
    ways = {one.odd for one in said}
    odd = frozenset().union(*ways)
    if len(ways) >= _MANY and len(odd) >= min(len(ways), _FILLED):
        numbers = {words: number for number, words in enumerate(dict.fromkeys(o.odd for o in said))}
        return [numbers[one.odd] for one in said]
    return _led(said)


def _led(said: Sequence[_Said]) -> list[int]:
    """For each the first that it is the same as."""
    leaders: list[_Said] = []
    found: dict[_Words, int] = {}
    for one in said:
        if one.odd not in found:
            same = (number for number, lead in enumerate(leaders) if one.same(lead))
            found[one.odd] = next(same, len(leaders))
            if found[one.odd] == len(leaders):
                leaders.append(one)
    return [found[one.odd] for one in said]


def _words(rows: Sequence[int], last: _Last) -> Iterator[_Words]:
    """The words of what was asked last in each record; of what is very long, of its two ends."""
    half = _LONGEST // 2
    for start in range(0, len(rows), _BATCH):
        texts = [last(row) for row in rows[start : start + _BATCH]]
        lines = [
            (text if len(text) <= _LONGEST else f"{text[:half]} {text[-half:]}").replace("\n", " ")
            for text in texts
        ]
        loose = plain("\n".join(lines).encode("utf-8", "replace"), symbols=True)
        yield from (_numbered(line.split()) for line in loose.split(b"\n")[: len(lines)])


def _numbered(words: Sequence[bytes]) -> _Words:
    """The words, one that comes again with its number: a passage may hold what is asked about."""
    once = frozenset(words)
    if len(once) == len(words):
        return once
    came: Counter[bytes] = Counter()
    found: list[bytes] = []
    for word in words:
        came[word] += 1
        found.append(word if came[word] == 1 else b"%b %d" % (word, came[word]))
    return frozenset(found)
