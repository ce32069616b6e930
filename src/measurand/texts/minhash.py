"""Texts that say the same in nearly the same words, found among millions: MinHash in bands.

Alike is the share of rows of one and two words that two texts have in common (Jaccard). Candidates
share a band of MinHash values and are then compared by the rows themselves; of a text with more
than `SKETCH` rows by the `SKETCH` smallest of their hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.errors import UsageError
from measurand.texts.plain import mixed
from measurand.texts.sketches import SKETCH, Rows, Sketches, firsts, sketches

__all__ = ["HASHES", "NearDuplicates", "near_duplicates"]

HASHES = 64
"""MinHash values of a text, in bands of as many as still find nearly all that are alike."""
IntArray: TypeAlias = NDArray[np.int64]

_FOUND = 0.99
"""Share of the pairs exactly as alike as the threshold that meet in a band."""
_LEAST = 0.3
_BATCH, _LETTERS = 4096, 1 << 20
_BUDGET = 64
"""Pairs that are compared at most, a text, before what is left is left."""
_AT_ONCE, _CHUNK = 1 << 21, 1 << 18
_HELPS = 0.8
"""A round helps that leaves at most this share of the pairs."""
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
_EMPTY = np.uint32(0xFFFFFFFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class NearDuplicates:
    """Which texts are the same, or nearly.

    Args:
        group: The group of each text, numbered from 0 in the order of their first texts.
        first: The first text of each group; every other text of the group is like this one.
        exact: How many texts fold because they differ in case and spaces alone, or not at all.
        near: How many fold because they are alike.
        unsettled: How many texts were left by themselves because too many others share their
            bands; 0 but for texts made to that end.
    """

    group: IntArray
    first: IntArray
    exact: int
    near: int
    unsettled: int = 0

    @property
    def folded(self) -> IntArray:
        """For each text the first of its group, which may be itself."""
        return self.first[self.group]


def near_duplicates(
    texts: Iterable[str], *, threshold: float = 0.8, seed: int = 0
) -> NearDuplicates:
    """Fold texts that are the same or nearly so.

    What differs in case and spaces alone is the same. Of others each is held against the first of
    its group, never against its other members, so that no chain of small changes joins texts that
    are unlike. Words are small letters and digits between anything else; symbols of formulas,
    prices and programming languages are words of their own. A text without any is like no other.

    Texts are read once. Kept of each is at most 4 bytes a row of words (some 100 for a short text,
    512 at most) and 64 for its bands, and 110 to know it again exactly; while they are grouped the
    bands are held twice.

    Args:
        texts: The texts, in order of preference: the first of a group stands for it.
        threshold: How alike near duplicates are at least, from 0.3 to 1.
        seed: Of the hash functions. The same texts, threshold and seed give the same groups.

    Raises:
        UsageError: The threshold is out of its range.

    References:
        Broder (1997), On the resemblance and containment of documents; Indyk and Motwani (1998),
        Approximate nearest neighbors; Leskovec, Rajaraman and Ullman, Mining of massive datasets,
        3.4 (bands); Bar-Yossef et al. (2002), Counting distinct elements in a data stream.
    """
    if not _LEAST <= threshold <= 1:
        raise UsageError(f"a threshold of near duplicates is from 0.3 to 1; found {threshold:g}")
    hashed = _Hashed.of(threshold, seed)
    known = _Known()
    held: list[Sketches] = []
    bands: list[Rows] = []
    for block in _blocks(texts):
        fresh = known.fresh(block)
        made = sketches(fresh)
        held.append(made)
        bands.append(hashed.bands(made))
    whole = _joined(held)
    place, unsettled = _led(whole, np.concatenate(bands) if bands else hashed.none, threshold)
    return _grouped(known, place, unsettled)


@dataclass(frozen=True)
class _Hashed:
    """The hash functions, and how many of their values make a band."""

    factors: Rows
    terms: Rows
    width: int

    @classmethod
    def of(cls, threshold: float, seed: int) -> _Hashed:
        rng = np.random.default_rng(seed)
        # The widest bands in which pairs at the threshold are found, as `_FOUND` asks.
        width = next(
            width
            for width in range(HASHES, 0, -1)
            if width == 1 or 1 - (1 - threshold**width) ** (HASHES // width) >= _FOUND
        )
        factors, terms = rng.integers(0, 2**32, (2, HASHES), dtype=np.uint32)
        return cls(factors | np.uint32(1), terms, width)

    @property
    def none(self) -> Rows:
        return np.empty((0, HASHES // self.width), np.uint32)

    def signatures(self, texts: Sketches) -> Rows:
        """The smallest value of each hash function over the rows of each text."""
        sizes = texts.sizes
        # By falling size those that have another row come first, and no row is padded.
        order = np.argsort(-sizes, kind="stable")
        starts, sizes = texts.starts[:-1][order], sizes[order]
        found = np.full((len(order), HASHES), _EMPTY)
        for at in range(int(sizes[0]) if len(sizes) else 0):
            many = int(np.searchsorted(-sizes, -at))
            rows = texts.rows[starts[:many] + at]
            values = rows[:, None] * self.factors
            values += self.terms
            np.minimum(found[:many], values, out=found[:many])
        back = np.empty_like(found)
        back[order] = found
        return back

    def bands(self, texts: Sketches) -> Rows:
        """A hash of each band of each text, shape (texts, bands)."""
        many = HASHES // self.width
        values = self.signatures(texts)[:, : many * self.width].astype(np.uint64)
        found = np.zeros((len(texts), many), np.uint64)
        for at in range(self.width):
            found = mixed(found + values[:, at :: self.width][:, :many])
        return (found >> _HALF).astype(np.uint32)


class _Known:
    """Which texts were met before, but for case and spaces."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._of: list[IntArray] = []

    def fresh(self, texts: Sequence[str]) -> list[str]:
        """Those that were not."""
        fresh: list[str] = []
        of = np.empty(len(texts), np.int64)
        places, met = self._places, len(self._places)
        for at, text in enumerate(texts):
            of[at] = place = places.setdefault(_number(text), met)
            if place == met:
                fresh.append(text)
                met += 1
        self._of.append(of)
        return fresh

    def of(self) -> IntArray:
        """For each text its number among those that differ."""
        return np.concatenate(self._of) if self._of else np.empty(0, np.int64)


def _number(text: str) -> int:
    """What two texts share that differ in case and spaces alone, the same in every process.

    Two others of a million texts share it once in some thirty million times.
    """
    plain = " ".join(text.casefold().split()).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(plain, digest_size=8).digest(), "little")


def _led(texts: Sketches, bands: Rows, threshold: float) -> tuple[IntArray, int]:
    """For each text the one that leads it, and how many are left unsettled.

    In each round those lead that come first in all of their bands among the texts left; whatever
    else is in their bands is held against them, and joins or stays for the next round. When rounds
    no longer help, and there are not too many pairs, all are compared, and each text joins the
    first leader that it is like.
    """
    leader = np.arange(len(texts))
    left = np.flatnonzero(texts.sizes > 0)
    budget, before = _BUDGET * len(left), 0
    while len(left) and budget >= 0:
        heads, many = _heads(left, bands)
        if many <= _AT_ONCE or (many <= budget and many > _HELPS * before > 0):
            like = [_alike(texts, left[pairs], threshold) for pairs in _sharing(bands[left])]
            if like:
                joins = np.concatenate(like)
                _settle(leader, joins[np.lexsort((joins[:, 1], joins[:, 0]))])
            return leader, 0
        pairs, leads = _met(left, heads)
        budget, before = budget - len(pairs), many
        joins = _alike(texts, pairs, threshold)
        joins = joins[firsts(joins[:, 0].astype(np.uint64))]
        leader[joins[:, 0]] = joins[:, 1]
        gone = np.zeros(len(texts), np.bool_)
        gone[joins[:, 0]] = gone[leads] = True
        left = left[~gone[left]]
    return leader, len(left)


def _heads(left: IntArray, bands: Rows) -> tuple[Rows, int]:
    """The first of the texts left that share each band, by band and text; and how many pairs do."""
    heads = np.empty((bands.shape[1], len(left)), np.uint32)
    many = 0
    for number in range(bands.shape[1]):
        order, fresh = _runs(bands[left, number])
        starts = np.flatnonzero(fresh)
        heads[number, order] = order[starts[np.cumsum(fresh) - 1]]
        sizes = np.diff(starts, append=len(left))
        many += int((sizes * (sizes - 1) // 2).sum())
    return heads, many


def _met(left: IntArray, heads: Rows) -> tuple[IntArray, IntArray]:
    """The pairs of a text and a leader that share a band, and the leaders."""
    leads = (heads == np.arange(len(left))).all(axis=0)
    held = leads[heads] & ~leads
    _, texts = np.nonzero(held)
    return left[_once(texts, heads[held])], left[leads]


def _sharing(bands: Rows) -> Iterator[IntArray]:
    """All pairs of texts, the later first, that share a band; each pair once, some at a time."""
    held: list[IntArray] = []
    for number in range(bands.shape[1]):
        order, fresh = _runs(bands[:, number])
        run = np.cumsum(fresh)
        places = np.arange(len(order))
        for gap in range(1, len(order)):
            places = places[: np.searchsorted(places, len(order) - gap)]
            places = places[run[places] == run[places + gap]]
            if not len(places):
                break
            pairs = np.stack([order[places + gap], order[places]], axis=1)
            if number:
                met = bands[pairs[:, 0], :number] == bands[pairs[:, 1], :number]
                pairs = pairs[~met.any(axis=1)]
            held.append(pairs)
            if sum(map(len, held)) >= _CHUNK:
                yield np.concatenate(held)
                held = []
    if held:
        yield np.concatenate(held)


def _settle(leader: IntArray, joins: IntArray) -> None:
    """Each text, in order, joins the first text that it is like and that leads."""
    for text, other in joins.tolist():
        if leader[text] == text and leader[other] == other:
            leader[text] = other


def _runs(values: Rows) -> tuple[IntArray, NDArray[np.bool_]]:
    """The order in which values come, those that are the same as their texts do; which are new."""
    held = values.astype(np.uint64) << _HALF
    held |= np.arange(len(held), dtype=np.uint64)
    held.sort()
    order = (held & _LOW).astype(np.int64)
    return order, firsts(held >> _HALF)


def _once(texts: NDArray[np.integer], others: NDArray[np.integer]) -> IntArray:
    """The pairs, each once, by text and then by the other."""
    pairs = texts.astype(np.uint64) << _HALF
    pairs |= others.astype(np.uint64)
    pairs.sort()
    pairs = pairs[firsts(pairs)]
    return np.stack([(pairs >> _HALF).astype(np.int64), (pairs & _LOW).astype(np.int64)], axis=1)


def _alike(texts: Sketches, pairs: IntArray, threshold: float) -> IntArray:
    """The pairs that are as alike as the threshold."""
    sizes = texts.sizes
    left, right = sizes[pairs[:, 0]], sizes[pairs[:, 1]]
    # Sets of very different sizes cannot be alike, unless they were cut.
    near = np.minimum(left, right) >= threshold * np.maximum(left, right)
    pairs = pairs[near | (np.maximum(left, right) == SKETCH)]
    return pairs[texts.alike(pairs[:, 0], pairs[:, 1]) >= threshold]


def _grouped(known: _Known, leader: IntArray, unsettled: int) -> NearDuplicates:
    of = known.of()
    leads = leader == np.arange(len(leader))
    # Leaders come before whatever they lead, so groups are numbered as their first texts come.
    group = (np.cumsum(leads) - 1)[leader[of]]
    first = np.zeros(int(leads.sum()), np.int64)
    first[group[::-1]] = np.arange(len(of))[::-1]
    return NearDuplicates(
        group=group,
        first=first,
        exact=len(of) - len(leader),
        near=len(leader) - len(first),
        unsettled=unsettled,
    )


def _joined(parts: Sequence[Sketches]) -> Sketches:
    if not parts:
        return sketches(())
    sizes = np.concatenate([part.sizes for part in parts])
    rows = np.concatenate([part.rows for part in parts])
    return Sketches(rows, np.concatenate([[0], np.cumsum(sizes)]))


def _blocks(texts: Iterable[str]) -> Iterator[list[str]]:
    """Some thousands of texts at once, or fewer that are long."""
    block: list[str] = []
    letters = 0
    for text in texts:
        block.append(text)
        letters += len(text)
        if len(block) == _BATCH or letters >= _LETTERS:
            yield block
            block, letters = [], 0
    if block:
        yield block
