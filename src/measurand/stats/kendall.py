"""Kendall's tau-b: how many more pairs of units two orders put alike than the other way round."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats
from measurand.stats.bca import block_rows, no_spread
from measurand.stats.correlation_pairs import NO_SPREAD, PERFECT, Pairs, around
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few
from measurand.stats.proportion import clopper_pearson
from measurand.stats.quantiles import check_level, t_quantile, two_sided_z

__all__ = ["kendall"]

_FEWEST = 5
_VARIANCE = 0.437
"""Of Fisher's z of tau, times n - 4; Fieller, Hartley and Pearson."""


def kendall(
    x: ArrayLike, y: ArrayLike, *, clusters: ArrayLike | None = None, level: float = LEVEL
) -> Estimate:
    """Kendall's tau-b of two values a unit; pairs that are tied on either side count for neither.

    Independent units have the interval of Fieller, Hartley and Pearson or that of the jackknife,
    both on the scale of Fisher's z, whichever is wider; clustered ones that of the jackknife over
    clusters, with t(C-1).

    Args:
        x: One finite number per unit, shape (n,).
        y: The other.
        clusters: The cluster of each unit, shape (n,); by default each unit is its own.
        level: The confidence level.

    Returns:
        Where every pair is in the same order twice there is no spread to tell an interval by; it
        is then what Clopper-Pearson leaves possible of the pairs that have no unit in common. Of
        independent units without ties it is as if two neighbours were swapped, if that is less.

    Raises:
        InsufficientData: Fewer than five units or three clusters; a vector is constant, or would be
            without one cluster.
        UsageError: The arguments are not vectors of finite numbers of one length.

    References:
        Kendall (1945), Biometrika 33, 239-251, for ties; Fieller, Hartley and Pearson (1957),
        Biometrika 44, 470-481; Bonett and Wright (2000), Psychometrika 65, 23-28.
    """
    check_level(level)
    pairs = Pairs.of(x, y, clusters=clusters, weights=None)
    if pairs.n < _FEWEST:
        raise InsufficientData(f"Kendall's tau needs at least {_FEWEST} units; found {pairs.n}")
    counts = _Counts.of(pairs)
    value, without = counts.whole(), counts.without()
    caution = caution_if_few(pairs.clusters, "clusters") if pairs.clusters < pairs.n else None
    if abs(value) > PERFECT:
        exact = _perfect(pairs, value, level)
        if not (pairs.plain and pairs.untied):
            return exact
        return min((_in_order(pairs, value, level), exact), key=_width)
    moved = (without - without.mean()) / (1 - value**2)
    count = len(without)
    error = math.sqrt(float(moved @ moved) * (count - 1) / count)
    reach, kind = t_quantile((1 + level) / 2, count - 1) * error, pairs.jackknife
    if pairs.plain:
        plain = two_sided_z(level) * math.sqrt(_VARIANCE / (pairs.n - 4))
        reach, kind = max((reach, kind), (plain, "Fieller-Hartley-Pearson"))
    elif error <= NO_SPREAD:
        raise no_spread("Kendall's tau")
    low, high = around(value, reach)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        n=pairs.n,
        method=f"Kendall's tau-b, {kind}",
        reason=caution,
    )


def _width(estimate: Estimate) -> float:
    return (estimate.high or 0.0) - (estimate.low or 0.0)


def _in_order(pairs: Pairs, value: float, level: float) -> Estimate:
    """Without ties nothing finer than a swap of two neighbours is seen, whatever the truth is."""
    order, swapped = np.argsort(pairs.x), pairs.y.copy()
    swapped[order[[0, 1]]] = pairs.y[order[[1, 0]]]
    near = kendall(pairs.x, swapped, level=level)
    ends = sorted((value, near.low or 0.0) if value > 0 else (value, near.high or 0.0))
    return Estimate(
        value=value,
        low=ends[0],
        high=ends[1],
        level=level,
        n=pairs.n,
        method=f"{near.method}, at one swap of neighbours",
        reason=f"every pair of {pairs.n} is in one order: the interval is as if two neighbours "
        "were swapped",
    )


def _perfect(pairs: Pairs, value: float, level: float) -> Estimate:
    """Every pair is in one order: of pairs without a common unit, how many may not be?"""
    apart = pairs.clusters // 2
    least = clopper_pearson(apart, apart, level=level).low or 0.0
    ends = sorted((value, value * (2 * least - 1)))
    return Estimate(
        value=value,
        low=ends[0],
        high=ends[1],
        level=level,
        n=pairs.n,
        method="Kendall's tau-b, exact bound",
        reason=f"every pair of {pairs.n} is in one order; the interval is what Clopper-Pearson "
        f"leaves possible after {apart} pairs that have no unit in common",
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    """What pairs of units say: all of them, those of each cluster, those within each.

    The rows are concordant less discordant pairs, and those that are not tied on either side.
    """

    total: Floats
    touching: Floats
    within: Floats

    @classmethod
    def of(cls, pairs: Pairs) -> _Counts:
        """Count every pair, a block of units at a time."""
        row, own = np.zeros((3, pairs.n)), np.zeros((3, pairs.n))
        step = block_rows(pairs.n)
        for start in range(0, pairs.n, step):
            block = slice(start, start + step)
            one, two = (np.sign(v[block, None] - v) for v in (pairs.x, pairs.y))
            same: NDArray[np.bool_] = pairs.codes[block, None] == pairs.codes
            for at, said in enumerate((one * two, np.abs(one), np.abs(two))):
                row[at, block] = said.sum(axis=1)
                own[at, block] = (said * same).sum(axis=1)
        by = [np.bincount(pairs.codes, weights=each) for each in (*row, *own)]
        return cls(row.sum(axis=1), np.stack(by[:3]), np.stack(by[3:]))

    def whole(self) -> float:
        """Tau of all units.

        Raises:
            InsufficientData: One side is constant.
        """
        if min(self.total[1:]) <= 0:
            raise InsufficientData("all values of one side are equal: Kendall's tau does not exist")
        return float(_tau(self.total[:, None])[0])

    def without(self) -> Floats:
        """Tau without each cluster.

        Raises:
            InsufficientData: One side is constant without one of them.
        """
        left = self.total[:, None] - 2 * self.touching + self.within
        if left[1:].min() <= 0:
            raise InsufficientData(
                "Kendall's tau hangs on a single unit (or cluster of them): all others have one "
                "value"
            )
        return _tau(left)


def _tau(counts: Floats) -> Floats:
    return np.asarray(np.clip(counts[0] / np.sqrt(counts[1] * counts[2]), -1.0, 1.0))
