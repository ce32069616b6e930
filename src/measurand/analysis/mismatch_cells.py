"""Cells of intent, segment and language in which both a set and production have questions.

Questions are parted first by what has shifted most, and each part by what has shifted next. A cell
with enough examples stands alone, those of one conversation counting once; one that has too few is
joined with others of its part. What the set has no example of at all is out of reach: no weight
makes something of nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.matrix import Floats
from measurand.analysis.mismatch_kinds import Kinds
from measurand.errors import InsufficientData
from measurand.stats.poststrata import Strata, kish

__all__ = ["CAP", "Cells", "cells"]

Ints: TypeAlias = NDArray[np.intp]

CAP = 10.0
"""How many times what they count now the examples of a cell may count."""
_LEAST = 5
"""Examples of a cell that stands alone; those of one conversation count once."""
_PAIR = 2
_BETWEEN = " / "


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Which cell each question is in, and what each example counts for it.

    Args:
        names: Of the cells.
        first: The cell of each example, shape (examples,); -1 where production has none of it.
        second: The cell of each question of production; -1 where the set has none of it.
        shares: Of the cells, in the part of production that is within reach; capped.
        held: Of the cells, in the set as it is weighted now.
        base: What each example counts within its cell, shape (examples,).
        joined: How many cells were joined with others.
        mixed: The share of production that is of kinds which were joined.
        capped: The cells whose examples would count more than the cap.
        lost: The share of production that is out of reach, by what it is of, the largest first.
    """

    names: tuple[str, ...]
    first: Ints
    second: Ints
    shares: Floats
    held: Floats
    base: Floats
    joined: int
    mixed: float
    capped: tuple[str, ...]
    lost: tuple[tuple[str, float], ...]

    @property
    def reach(self) -> float:
        """The share of production that the set has examples of."""
        return float((self.second >= 0).mean())

    @property
    def weights(self) -> Floats:
        """What each example counts, shape (examples,), 1 on average; 0 outside of all cells."""
        kept = self.first >= 0
        found = np.zeros(self.first.size)
        codes = self.first[kept]
        sums = np.bincount(codes, self.base[kept], minlength=len(self.names))
        found[kept] = self.base[kept] * (self.shares / sums)[codes]
        return np.asarray(found * int(kept.sum()), dtype=np.float64)

    @property
    def worth(self) -> float:
        """How many examples that count alike are worth as much, by Kish."""
        return kish(self.weights)

    def strata(self, rows: Ints) -> Strata:
        """The cells as strata of these examples, which are all within one."""
        base = self.base[rows]
        even = bool(np.ptp(base) <= 1e-12 * base.max())
        return Strata(self.first[rows], self.shares, self.names, None if even else base)


def cells(
    splits: Sequence[Kinds],
    weights: Floats | None,
    *,
    clusters: Ints | None = None,
    cap: float = CAP,
) -> Cells:
    """The cells of one split within the other.

    Args:
        splits: The first one parts all questions, the next one each of its parts, and so on.
        weights: What each example stands for; None where all stand for as many.
        clusters: What examples share, as a conversation, from 0; None where they share nothing.
        cap: How many times what they count now the examples of a cell may count.

    Raises:
        InsufficientData: No cell has two examples and a question of production.
    """
    first = np.stack([kinds.first for kinds in splits])
    second = np.stack([kinds.second for kinds in splits])
    base = np.ones(first.shape[1]) if weights is None else weights
    inside, reached = np.ones(first.shape[1], bool), np.ones(second.shape[1], bool)
    lost: list[tuple[str, float]] = []
    for place, kinds in enumerate(splits):
        has, asked = (
            np.bincount(side, minlength=len(kinds.names)) > 0
            for side in (first[place], second[place])
        )
        inside &= asked[first[place]]
        reached &= has[second[place]]
        lost += [
            (f"{kinds.channel} {kinds.names[kind]}", float((second[place] == kind).mean()))
            for kind in np.flatnonzero(asked & ~has).tolist()
        ]
    groups = np.arange(first.shape[1]) if clusters is None else clusters
    grown = _Grown(first, second, splits, groups=groups)
    leaves = [
        leaf
        for leaf in grown.leaves(_Leaf(np.flatnonzero(inside), np.flatnonzero(reached)))
        if grown.units(leaf.own) >= _PAIR and len(leaf.others)
    ]
    if not leaves:
        raise InsufficientData("no kind of question has two examples and is asked in production")
    return _weighed(
        leaves,
        base,
        sizes=(first.shape[1], second.shape[1]),
        cap=cap,
        joined=(grown.joined, float(grown.mixed.mean())),
        lost=lost,
    )


@dataclass(frozen=True, slots=True)
class _Leaf:
    """Examples and questions of one cell, and what it is called."""

    own: Ints
    others: Ints
    names: tuple[str, ...] = ()

    def within(self, own: Ints, others: Ints, name: str) -> _Leaf:
        return _Leaf(own, others, (*self.names, name))

    @property
    def name(self) -> str:
        return _BETWEEN.join(self.names) or "all"


class _Grown:
    """Cells grown from the whole, split by split."""

    def __init__(self, first: Ints, second: Ints, splits: Sequence[Kinds], *, groups: Ints) -> None:
        self._first, self._second, self._splits, self._groups = first, second, splits, groups
        self.joined = 0
        self.mixed = np.zeros(second.shape[1], dtype=bool)

    def units(self, own: Ints) -> int:
        """How many of these examples are independent."""
        return np.unique(self._groups[own]).size

    def leaves(self, root: _Leaf, *, depth: int = 0) -> Iterator[_Leaf]:
        """The cells of these examples and questions."""
        if depth == len(self._splits) or self.units(root.own) < 2 * _LEAST:
            yield root
            return
        for part in self._parts(root, depth):
            yield from self.leaves(part, depth=depth + 1)

    def _parts(self, root: _Leaf, depth: int) -> list[_Leaf]:
        kinds, own, others = self._splits[depth], root.own, root.others
        mine, theirs = self._first[depth][own], self._second[depth][others]
        asked = np.bincount(theirs, minlength=len(kinds.names))
        pairs = np.unique(np.stack((mine, self._groups[own])), axis=1)
        sizes = np.bincount(pairs[0], minlength=len(kinds.names))
        whole = (sizes >= _LEAST) & (asked > 0)
        rest = np.flatnonzero(~whole & (sizes + asked > 0)).tolist()
        parts = [
            root.within(own[mine == kind], others[theirs == kind], kinds.names[kind])
            for kind in np.flatnonzero(whole).tolist()
        ]
        if len(parts) + len(rest) <= 1:
            return [root]
        if not rest:
            return parts
        self.joined += len(rest)
        left = own[np.isin(mine, rest)], others[np.isin(theirs, rest)]
        self.mixed[left[1]] = True
        if self.units(left[0]) >= _LEAST and len(left[1]):
            return [*parts, root.within(*left, f"other {kinds.channel}s")]
        if len(parts) <= 1:
            return [root]
        parts.sort(key=lambda part: (len(part.own), part.names[-1]))
        into = parts[0]
        merged = root.within(
            np.concatenate((into.own, left[0])),
            np.concatenate((into.others, left[1])),
            f"{into.names[-1]} and others",
        )
        return [*parts[1:], merged]


def _weighed(
    leaves: Sequence[_Leaf],
    base: Floats,
    *,
    sizes: tuple[int, int],
    cap: float,
    joined: tuple[int, float],
    lost: Sequence[tuple[str, float]],
) -> Cells:
    leaves = sorted(leaves, key=lambda leaf: (-len(leaf.others), leaf.names))
    first, second = (np.full(size, -1, dtype=np.intp) for size in sizes)
    for code, leaf in enumerate(leaves):
        first[leaf.own], second[leaf.others] = code, code
    wanted = np.asarray([len(leaf.others) for leaf in leaves], dtype=np.float64)
    held = np.asarray([base[leaf.own].sum() for leaf in leaves], dtype=np.float64)
    wanted, held = wanted / wanted.sum(), held / held.sum()
    shares, over = _capped(wanted, held, cap)
    names = tuple(leaf.name for leaf in leaves)
    return Cells(
        names=names,
        first=first,
        second=second,
        shares=shares,
        held=held,
        base=base,
        joined=joined[0],
        mixed=joined[1],
        capped=tuple(name for name, cut in zip(names, over, strict=True) if cut),
        lost=tuple(sorted(lost, key=lambda one: -one[1])),
    )


def _capped(wanted: Floats, held: Floats, cap: float) -> tuple[Floats, NDArray[np.bool_]]:
    """The shares with none above so many times what is held; the others take what is left."""
    over = np.zeros(wanted.size, dtype=bool)
    shares = wanted.copy()
    for _ in range(wanted.size):
        cut = ~over & (shares > cap * held * (1 + 1e-9))
        if not cut.any():
            break
        over |= cut
        left = 1 - cap * float(held[over].sum())
        shares = np.where(
            over, cap * held, wanted * (left / max(float(wanted[~over].sum()), 1e-300))
        )
    return np.asarray(shares / shares.sum(), dtype=np.float64), over
