"""May a judge take the place of a rater? The alternative annotator test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, as_table, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few, cluster_codes
from measurand.stats.multiple import benjamini_yekutieli
from measurand.stats.proportion import clopper_pearson
from measurand.stats.quantiles import check_level, t_quantile, two_sided_t

__all__ = ["LEAST_ITEMS", "AltTest", "Metric", "alt_test"]

Metric = Literal["error", "agreement"]
"""How near a rating is to others': less root mean square error, or more equal ones."""

LEAST_ITEMS = 30
"""Items that a rater must share with others to be compared with the judge."""

Bools: TypeAlias = NDArray[np.bool_]
Codes: TypeAlias = NDArray[np.intp]

_PASSING = 0.5
_TIE = 1e-9
_PAIR = 2


@dataclass(frozen=True, slots=True)
class AltTest:
    """What the test says.

    Args:
        winning_rate: The share of raters whom the judge may replace.
        advantage: How likely the judge is as near to the other raters as the one left out, or
            nearer: the number to compare judges by.
        p: The p-value of each rater, before adjustment; None for who shares too few items.
        won: Whether the judge may replace each rater.
        passed: Whether it may replace at least half of them.
    """

    winning_rate: Estimate
    advantage: Estimate
    p: tuple[float | None, ...]
    won: tuple[bool, ...]
    passed: bool


def alt_test(
    judge: ArrayLike,
    ratings: Floats,
    *,
    epsilon: float = 0.2,
    metric: Metric = "error",
    clusters: ArrayLike | None = None,
    level: float = LEVEL,
) -> AltTest:
    """Leave out one rater after the other; is the judge as near to the rest as that rater?

    On every item the judge, the rater, or on a tie both are nearer to the ratings of the others.
    The judge wins against a rater where a one-sided t test shows that the rater is nearer more
    often than the judge by less than ``epsilon``, which is what asking a judge instead is worth;
    over raters the share of false wins is held by Benjamini and Yekutieli.

    Args:
        judge: One finite number per item, shape (items,).
        ratings: Shape (items, raters); NaN marks a rating that was not given. Items with one
            rating say nothing.
        epsilon: .2 against experts, .15 against skilled people, .1 against crowd workers.
        metric: ``"agreement"`` where values are labels or yes and no.
        clusters: The cluster of each item, shape (items,); by default each item is its own.
        level: The tests are at 1 - level; and the level of the intervals.

    Returns:
        The interval of the winning rate is about raters like these, of whom there are few; that
        of the advantage about items like these, with these raters.

    Raises:
        InsufficientData: No rater shares `LEAST_ITEMS` items with others, or their items are of
            one cluster; or all ratings of people are equal, so that nothing is to be foreseen.
        UsageError: The arguments have other shapes, or epsilon is not in [0, 1).

    References:
        Calderon, Reichart and Dror (2025), The alternative annotator test, ACL 2025.
    """
    vector, table = _checked(judge, ratings, epsilon)
    codes = cluster_codes(np.arange(vector.size) if clusters is None else clusters, vector.size)
    ahead, counted = _ahead(vector, table, metric)
    compared = _compared(counted)
    counted = counted & np.isin(np.arange(table.shape[1]), compared)
    _refuse_constant(table[counted])
    chances = [
        _one_sided(-ahead[counted[:, r], r], epsilon, codes[counted[:, r]]) for r in compared
    ]
    wins = benjamini_yekutieli(chances) <= 1 - check_level(level)
    p: list[float | None] = [None] * table.shape[1]
    won = [False] * table.shape[1]
    for rater, chance, win in zip(compared, chances, wins, strict=True):
        p[rater], won[rater] = chance, bool(win)
    rate = clopper_pearson(int(wins.sum()), len(compared), level=level)
    return AltTest(
        winning_rate=_of_raters(rate, len(compared)),
        advantage=_advantage(ahead >= 0, counted, codes, level=level),
        p=tuple(p),
        won=tuple(won),
        passed=bool(wins.mean() >= _PASSING),
    )


def _checked(judge: ArrayLike, ratings: Floats, epsilon: float) -> tuple[Floats, Floats]:
    vector, table = check_finite(judge, 1), as_table(ratings)
    if vector.size != len(table):
        raise UsageError(f"one judgment an item is needed; found {vector.size} for {len(table)}")
    if not 0 <= epsilon < 1:
        raise UsageError(f"epsilon lies in [0, 1); found {epsilon}")
    return vector, table


def _compared(counted: Bools) -> NDArray[np.intp]:
    """The raters who share enough items with others."""
    shared = counted.sum(axis=0)
    if shared.max(initial=0) < LEAST_ITEMS:
        raise InsufficientData(
            f"no rater shares {LEAST_ITEMS} items with others, which the alt-test needs; the most "
            f"is {shared.max(initial=0)}"
        )
    return np.flatnonzero(shared >= LEAST_ITEMS)


def _refuse_constant(ratings: Floats) -> None:
    if np.ptp(ratings) == 0:
        raise InsufficientData(
            f"people gave every item the same value ({ratings[0]:g}), so that whoever says it "
            "always is as near as anybody"
        )


def _shared(table: Floats) -> Bools:
    return np.asarray((~np.isnan(table)).sum(axis=1) >= _PAIR)


def _ahead(judge: Floats, table: Floats, metric: Metric) -> tuple[Floats, Bools]:
    """1 where the judge is nearer to the others than the rater, -1 where the rater is, 0 on ties.

    And where a rater and another one have rated; both of shape (items, raters).
    """
    counted = ~np.isnan(table) & _shared(table)[:, None]
    apart = _distance(table[:, :, None] - table[:, None, :], metric)
    own = np.arange(table.shape[1])
    apart[:, own, own] = np.nan
    rivals = np.where(np.isnan(apart), np.nan, _distance(judge[:, None] - table, metric)[:, None])
    others = np.maximum((~np.isnan(apart)).sum(axis=2), 1)
    rater = np.nansum(apart, axis=2) / others
    judged = np.nansum(rivals, axis=2) / others
    gap = rater - judged
    return np.where(np.abs(gap) <= _TIE, 0.0, np.sign(gap)), counted


def _distance(apart: Floats, metric: Metric) -> Floats:
    if metric == "error":
        # Roots keep the order, so that the mean square says which of two is nearer.
        return np.asarray(apart**2)
    return np.where(np.isnan(apart), np.nan, (np.abs(apart) > _TIE).astype(np.float64))


def _one_sided(behind: Floats, epsilon: float, clusters: Codes) -> float:
    """The p-value against "the rater is nearer more often, by epsilon or more".

    The items of a cluster count together. Without spread it is the chance that so many clusters
    all say v, if values in [-1, 1] had the mean epsilon.
    """
    mean = float(behind.mean())
    sums = _together(behind - mean, clusters)
    count = sums.size
    if count < _PAIR:
        raise InsufficientData("the items of a rater are of one cluster, which has no spread")
    error = math.sqrt(count / (count - 1) * float(sums @ sums)) / behind.size
    if error <= _TIE:
        return ((1 - epsilon) / (1 - mean)) ** count if mean < epsilon else 1.0
    t = (mean - epsilon) / error
    both = two_sided_t(t, count - 1)
    return both / 2 if t < 0 else 1 - both / 2


def _together(values: Floats, clusters: Codes) -> Floats:
    """The sums of clusters that there are."""
    codes = np.unique(clusters, return_inverse=True)[1]
    return np.asarray(np.bincount(codes, values))


def _advantage(as_near: Bools, counted: Bools, clusters: Codes, *, level: float) -> Estimate:
    """The mean over raters of their shares; one item counts for every rater who rated it."""
    raters = np.flatnonzero(counted.any(axis=0))
    hits, given = as_near[:, raters] & counted[:, raters], counted[:, raters]
    shares = hits.sum(axis=0) / given.sum(axis=0)
    value = float(shares.mean())
    parts = np.where(given, (hits - shares) / given.sum(axis=0), 0.0).mean(axis=1)
    some = np.asarray(given.any(axis=1))
    used = _together(parts[some], clusters[some])
    n, count = int(some.sum()), used.size
    error = math.sqrt(count / (count - 1) * float(used @ used))
    if error <= _TIE:
        # Every item says the same for every rater: the share is 0 or 1.
        exact = clopper_pearson(round(value * count), count, level=level)
        low, high = exact.low or 0.0, exact.high or 0.0
    else:
        reach = t_quantile((1 + level) / 2, count - 1) * error
        low, high = max(0.0, value - reach), min(1.0, value + reach)
    return Estimate(
        value=value,
        low=min(low, value),
        high=max(high, value),
        level=level,
        n=n,
        method=f"advantage probability (alt-test), mean over raters, linearised, {_free(n, count)}",
        reason=caution_if_few(count, "items" if count == n else "clusters"),
    )


def _free(n: int, count: int) -> str:
    return "t(n-1)" if count == n else "t(C-1)"


def _of_raters(rate: Estimate, raters: int) -> Estimate:
    return Estimate(
        value=rate.value,
        low=rate.low,
        high=rate.high,
        level=rate.level,
        n=raters,
        method="winning rate (alt-test), Clopper-Pearson over raters",
        reason=f"n is the number of raters: {raters}",
    )
