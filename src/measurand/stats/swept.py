"""Systems that won, or lost, every meeting with others: what is known of them without a model.

By how much they are stronger has no bound, but that they are may be sure: of meetings that share
neither a rater nor an example, each would be won by the weaker at most every other time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.pair_results import Codes, PairResults, closure
from measurand.stats.proportion import clopper_pearson
from measurand.stats.quantiles import check_level
from measurand.stats.rank_sets import RankSet

__all__ = ["ranks_of_order", "sure_wins", "swept_rate", "tiers", "unshared", "wins_to_be_sure"]


def tiers(results: PairResults) -> tuple[tuple[int, ...], ...]:
    """The systems in groups such that no group lost a meeting, or tied one, with a later group.

    Within a group finite strengths fit. Groups that nobody links by a win come in the order in
    which their first systems do.

    Raises:
        InsufficientData: Parts of the systems never met.

    References:
        Ford (1957), Amer. Math. Monthly 64(8), 28-33.
    """
    results.refuse_apart()
    reach = closure(results.beaten())
    groups: dict[bytes, list[int]] = {}
    for place, row in enumerate(reach & reach.T):
        groups.setdefault(row.tobytes(), []).append(place)
    ahead = sorted(groups.values(), key=lambda group: (-int(reach[group[0]].sum()), group[0]))
    return tuple(map(tuple, ahead))


def unshared(results: PairResults, rows: Codes) -> int:
    """The most of these meetings of which no two share a cluster of any kind."""
    ways = [codes[rows] for codes in results.clusters.values()]
    if not rows.size:
        return 0
    if len(ways) == 1:
        return int(np.unique(ways[0]).size)
    from scipy.sparse import csr_array  # noqa: PLC0415 - few need it
    from scipy.sparse.csgraph import maximum_bipartite_matching  # noqa: PLC0415

    one, other = (np.unique(codes, return_inverse=True)[1] for codes in ways)
    shape = int(one.max()) + 1, int(other.max()) + 1
    table = csr_array((np.ones(rows.size), (one, other)), shape=shape)
    return int((maximum_bipartite_matching(table) >= 0).sum())


def sure_wins(
    results: PairResults, groups: Sequence[Sequence[int]], *, level: float = LEVEL
) -> tuple[tuple[int, int], ...]:
    """Who is surely stronger than whom, by wins alone: pairs of places, the stronger first.

    A sign test of meetings that share no cluster, two-sided, at Bonferroni's level over all pairs
    of systems, so that which systems were tested by their signs is no matter.

    Args:
        results: The meetings.
        groups: As `tiers` has them; systems of one group are not tested.
        level: The chance that all of it holds.
    """
    needed = wins_to_be_sure(len(results.names), level=level)
    found = []
    for ahead, behind in combinations(groups, 2):
        for first in ahead:
            for second in behind:
                rows = _between(results, first, second)
                if rows.size >= needed and unshared(results, rows) >= needed:
                    found.append((first, second))
    return tuple(found)


def wins_to_be_sure(size: int, *, level: float = LEVEL) -> int:
    """So many meetings of two of ``size`` systems, all won, and no two in one cluster, decide."""
    pairs = size * (size - 1) // 2
    return math.ceil(math.log2(2 * pairs / (1 - check_level(level))))


def ranks_of_order(sure: Iterable[tuple[int, int]], candidates: int) -> tuple[RankSet, ...]:
    """The rank sets that follow from who is surely stronger than whom, and than whom those are."""
    ahead = np.zeros((candidates, candidates), dtype=bool)
    for first, second in sure:
        ahead[first, second] = True
    ahead = closure(ahead) & ~np.eye(candidates, dtype=bool)
    better, worse = ahead.sum(axis=0).tolist(), ahead.sum(axis=1).tolist()
    return tuple(
        RankSet(1 + front, candidates - back) for front, back in zip(better, worse, strict=True)
    )


def swept_rate(
    results: PairResults, place: int, others: Sequence[int], *, level: float = LEVEL
) -> Estimate:
    """The share of meetings that a system wins against others who won all of theirs, or none.

    The mean over the others, each weighing the same, of 1 or 0. The ends are the means of those
    of Clopper and Pearson over meetings that share no cluster, at Bonferroni's level.

    Args:
        results: The meetings.
        place: Whose.
        others: Against whom.
        level: The confidence level.

    Raises:
        InsufficientData: It never met one of them, or they each won some, or tied.
    """
    names, each = results.names, 1 - (1 - check_level(level)) / len(others)
    shares: list[float] = []
    ends: list[tuple[float, float]] = []
    count = total = 0
    for other in others:
        rows = _between(results, place, other)
        if not rows.size:
            raise InsufficientData(
                f"{names[place]} never met {names[other]}, and no model links them"
            )
        points = _points(results, rows, place)
        if not (points == points[0]).all() or points[0] not in {0.0, 1.0}:
            raise InsufficientData(f"{names[place]} and {names[other]} each won some")
        apart = unshared(results, rows)
        found = clopper_pearson(apart * int(points[0]), apart, level=each)
        shares.append(float(points[0]))
        ends.append((found.low or 0.0, 1.0 if found.high is None else found.high))
        count, total = count + apart, total + rows.size
    low, high = (float(np.mean(end)) for end in zip(*ends, strict=True))
    ways = " nor ".join(results.clusters)
    unlike = f"neither {ways}" if len(results.clusters) > 1 else f"no {ways}"
    return Estimate(
        value=float(np.mean(shares)),
        low=low,
        high=high,
        level=level,
        n=total,
        method=f"Clopper-Pearson over {count} of the votes, which share {unlike}",
    )


def _between(results: PairResults, one: int, other: int) -> Codes:
    """The meetings of two systems."""
    forth = (results.first == one) & (results.second == other)
    back = (results.first == other) & (results.second == one)
    return np.flatnonzero(forth | back)


def _points(results: PairResults, rows: Codes, place: int) -> Floats:
    """The points of one system in these meetings."""
    points = results.points[rows]
    return np.asarray(np.where(results.first[rows] == place, points, 1 - points), dtype=np.float64)
