"""A probability sample of production: every question has a known chance, and the set keeps it.

The estimate that core is for is of traffic: a question that is asked a hundred times counts a
hundred times. So questions are drawn, each once, and each stands for the records that asked it: the
strata get examples in proportion to their records, and within a stratum questions are drawn at
random without replacement. A question with m records of which one, at random, stands for all has
the chance 1/m to be told by any of them; so 1 over `Drawn.probability` is the number of records for
which an example stands, and means weighted by it are right for traffic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from measurand.curation.fold import Questions
from measurand.curation.strata import LEAST, Split, by_times_asked, stratify
from measurand.curation.traffic import Bools, Ints
from measurand.errors import UsageError
from measurand.stats.arrays import Floats

__all__ = ["Drawn", "Stratum", "allocate", "draw_core"]

_SPARE = 0.1
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """One part of production, and what was drawn of it.

    Args:
        name: What it is.
        records: Interactions of production in it.
        questions: Different questions in it.
        drawn: Questions drawn.
    """

    name: str
    records: int
    questions: int
    drawn: int

    @property
    def chance(self) -> float:
        """The chance of a question of it to be drawn."""
        return self.drawn / self.questions if self.questions else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A sample of questions; those in reserve follow in the order in which they come next.

    Args:
        strata: The parts that were drawn from.
        places: Of the questions drawn, among those drawn from.
        codes: The stratum of each.
        probability: The chance of each over how often it was asked.
        spare: The same three of the questions in reserve.
        joined: What was too small to be drawn from alone, by what it is.
    """

    strata: tuple[Stratum, ...]
    places: Ints
    codes: Ints
    probability: Floats
    spare: tuple[Ints, Ints, Floats]
    joined: tuple[tuple[str, tuple[str, ...]], ...]


def draw_core(found: Questions, draws: Floats, splits: Sequence[Split], *, n: int) -> Drawn:
    """Draw questions in proportion to traffic.

    A question that was asked more often than the average example stands for is in for certain.
    The others are drawn in strata, where the least draws are taken: another seed gives other
    draws, and further records move few choices.

    Args:
        found: The different questions and how often each was asked.
        draws: A uniform draw for each, shape (questions,), independent of what was asked.
        splits: How production is parted.
        n: How many questions; all where there are no more.

    Raises:
        UsageError: None or fewer are asked for.
    """
    if n < 1:
        raise UsageError(f"a sample has at least one example; found {n}")
    asked = found.asked
    always = _certain(asked, draws, n)
    open_ = np.flatnonzero(~always)
    left = min(n - int(always.sum()), open_.size)
    parts = stratify(
        asked[open_],
        [_only(split, open_) for split in (splits[0], by_times_asked(asked), *splits[1:])],
        max(left, 1),
    )
    codes = np.zeros(asked.size, dtype=np.int64)
    codes[open_] = parts.codes
    names = list(parts.names) if open_.size else []
    if always.any():
        codes[always] = len(names)
        names.append(f"asked {int(asked[always].min()):,} times or more")
    records = np.bincount(codes, asked, minlength=len(names))
    sizes = np.bincount(codes, minlength=len(names))
    drawn = np.zeros(len(names), dtype=np.int64)
    if open_.size:
        part = slice(0, len(parts.names))
        drawn[part] = allocate(records[part], sizes[part], left)
    if always.any():
        drawn[-1] = sizes[-1]
    strata = tuple(
        Stratum(name=name, records=int(m), questions=int(size), drawn=int(k))
        for name, m, size, k in zip(names, records, sizes, drawn, strict=True)
    )
    return _taken(asked, draws, codes, strata=strata, joined=parts.joined)


def _taken(
    asked: Ints,
    draws: Floats,
    codes: Ints,
    *,
    strata: tuple[Stratum, ...],
    joined: tuple[tuple[str, tuple[str, ...]], ...],
) -> Drawn:
    """The least draws of each stratum, and the next ones as spares."""
    order = np.lexsort((np.arange(codes.size), draws, codes))
    sizes = np.asarray([one.questions for one in strata], dtype=np.int64)
    drawn = np.asarray([one.drawn for one in strata], dtype=np.int64)
    ranks = np.arange(codes.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    sorted_codes = codes[order]
    chosen = order[ranks < drawn[sorted_codes]]
    reserve = np.maximum(np.ceil(_SPARE * drawn).astype(np.int64), 1)
    waiting = (ranks >= drawn[sorted_codes]) & (ranks < (drawn + reserve)[sorted_codes])
    spare = order[waiting]
    chance = drawn / np.maximum(sizes, 1)

    def probability(places: Ints) -> Floats:
        return np.asarray(chance[codes[places]] / asked[places], dtype=np.float64)

    return Drawn(
        strata=strata,
        places=chosen,
        codes=codes[chosen],
        probability=probability(chosen),
        spare=(spare, codes[spare], probability(spare)),
        joined=joined,
    )


def allocate(shares: ArrayLike, most: ArrayLike, n: int, *, least: int = LEAST) -> Ints:
    """How many of n each stratum gets: in proportion, at least two, at most what there is.

    What is over from rounding goes to the largest remainders; where two are alike, to the first.

    Args:
        shares: How large each stratum is, shape (strata,).
        most: How many it has, shape (strata,).
        n: How many in all; all there are where that is less.
        least: How many each gets at least, where it has them and n allows it.
    """
    size, top = np.asarray(shares, dtype=np.float64), np.asarray(most, dtype=np.int64)
    total = min(n, int(top.sum()))
    low = np.minimum(top, least if least * top.size <= total else 0).astype(np.float64)
    due = _within(size, low, top.astype(np.float64), total=float(total))
    found = np.floor(due + _ROUNDING).astype(np.int64)
    order = np.lexsort((np.arange(size.size), -(due - found)))
    for place in order:
        if found.sum() >= total:
            break
        found[place] += int(found[place] < top[place])
    return found


def _within(size: Floats, low: Floats, high: Floats, *, total: float) -> Floats:
    """Shares of a total in proportion to size, each within its bounds."""
    if not size.size or total <= 0:
        return np.zeros(size.size)
    ends = [0.0, float((high / np.maximum(size, _ROUNDING)).max())]
    for _ in range(200):  # bisection for the factor at which the bounded shares sum to the total
        middle = (ends[0] + ends[1]) / 2
        short = float(np.clip(middle * size, low, high).sum()) < total
        ends = [middle, ends[1]] if short else [ends[0], middle]
    return np.clip(ends[1] * size, low, high)


def _certain(asked: Ints, draws: Floats, n: int) -> Bools:
    """Which questions were asked at least as often as an average example stands for."""
    always = np.zeros(asked.size, dtype=bool)
    while True:
        left = n - int(always.sum())
        rest = float(asked[~always].sum())
        more = ~always & (asked > 1) & (asked * left >= rest)
        if not more.any() or left <= 0:
            return always
        if int(more.sum()) > left:  # the most frequent ones
            order = np.lexsort((draws, -np.where(more, asked, 0)))
            more = np.zeros(asked.size, dtype=bool)
            more[order[:left]] = True
        always |= more


def _only(split: Split, rows: Ints) -> Split:
    return Split(split.noun, split.codes[rows], split.names, split.kept)
