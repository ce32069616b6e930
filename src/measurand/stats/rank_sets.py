"""Which ranks several candidates may have, all at once: who may be the best, and who is not.

Ranks of point estimates are the most fragile numbers there are. A rank set says which ranks the
data leave open, and all sets together hold at the stated level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.multiple import FLIPS, simultaneous_means

__all__ = ["PairGap", "RankSet", "pair_gaps", "rank_sets", "ranks_of"]


class RankSet(NamedTuple):
    """The ranks that one candidate may have; 1 is the best.

    Args:
        low: The best rank that it may have.
        high: The worst.
    """

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class PairGap:
    """How far one candidate is ahead of another, with an interval that all pairs share.

    Args:
        first: The place of the one.
        second: The place of the other.
        gap: The first minus the second; absent where the two have the same scores throughout.
    """

    first: int
    second: int
    gap: Estimate


def rank_sets(
    scores: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    rng: np.random.Generator,
    flips: int = FLIPS,
    level: float = LEVEL,
) -> tuple[RankSet, ...]:
    """For every candidate the ranks that it may have; all sets hold at once at this level.

    A candidate ranks behind all that are surely better and before all that are surely worse, where
    sure is what the simultaneous intervals of all differences between two candidates leave no
    doubt about. Those whose set starts with 1 are the set of best: it holds the best one at this
    level, however many there are.

    Args:
        scores: (units, candidates), higher is better, the same units for all.
        clusters: The cluster of each unit, shape (units,).
        rng: The source of the signs.
        flips: How many random sign flips.
        level: The chance that all sets hold.

    Raises:
        InsufficientData: Fewer than two candidates; too few units or clusters for the level; or
            two that differ by the same amount throughout.
        UsageError: The arguments have the wrong shape, or too few flips for the level.

    References:
        Mogstad, Romano, Shaikh and Wilhelm (2024), Rev. Econ. Stud. 91, 476-518.
    """
    table = check_finite(scores, 2)
    gaps = pair_gaps(table, clusters=clusters, rng=rng, flips=flips, level=level)
    return ranks_of(gaps, table.shape[1])


def pair_gaps(
    scores: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    rng: np.random.Generator,
    flips: int = FLIPS,
    level: float = LEVEL,
) -> tuple[PairGap, ...]:
    """The differences between all pairs of candidates, with simultaneous intervals.

    Args:
        scores: As for `rank_sets`.
        clusters: As for `rank_sets`.
        rng: The source of the signs.
        flips: How many random sign flips.
        level: The chance that all intervals cover.

    Raises:
        InsufficientData: As for `rank_sets`.
        UsageError: As for `rank_sets`.
    """
    table = check_finite(scores, 2)
    if table.shape[1] < 2:  # noqa: PLR2004 - a rank needs somebody else
        raise InsufficientData(f"ranks need at least two candidates; found {table.shape[1]}")
    pairs = list(combinations(range(table.shape[1]), 2))
    differ = [pair for pair in pairs if (table[:, pair[0]] != table[:, pair[1]]).any()]
    found: dict[tuple[int, int], Estimate] = {}
    if differ:
        estimates = simultaneous_means(
            _differences(table, differ), clusters=clusters, rng=rng, flips=flips, level=level
        )
        found = dict(zip(differ, estimates, strict=True))
    same = Estimate.absent("the same scores throughout", n=len(table), level=level)
    return tuple(PairGap(*pair, found.get(pair, same)) for pair in pairs)


def ranks_of(gaps: Sequence[PairGap], candidates: int) -> tuple[RankSet, ...]:
    """The rank sets that follow from the differences between all pairs."""
    better, worse = [0] * candidates, [0] * candidates
    for pair in gaps:
        if pair.gap.low is not None and pair.gap.low > 0:
            ahead, behind = pair.first, pair.second
        elif pair.gap.high is not None and pair.gap.high < 0:
            ahead, behind = pair.second, pair.first
        else:
            continue
        better[behind] += 1
        worse[ahead] += 1
    return tuple(
        RankSet(1 + ahead, candidates - behind) for ahead, behind in zip(better, worse, strict=True)
    )


def _differences(table: Floats, pairs: list[tuple[int, int]]) -> Floats:
    first, second = (list(side) for side in zip(*pairs, strict=True))
    return np.asarray(table[:, first] - table[:, second], dtype=np.float64)
