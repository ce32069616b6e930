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
from measurand.stats.mean import caution_if_few
from measurand.stats.multiple import benjamini_yekutieli
from measurand.stats.proportion import clopper_pearson
from measurand.stats.quantiles import check_level, t_quantile, two_sided_t

__all__ = ["LEAST_ITEMS", "AltTest", "Metric", "alt_test"]

Metric = Literal["error", "agreement"]
"""How near a rating is to others': less root mean square error, or more equal ones."""

LEAST_ITEMS = 30
"""Items that a rater must share with others to be compared with the judge."""

Bools: TypeAlias = NDArray[np.bool_]

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
        level: The tests are at 1 - level; and the level of the intervals.

    Returns:
        The interval of the winning rate is about raters like these, of whom there are few; that
        of the advantage about items like these, with these raters.

    Raises:
        InsufficientData: No rater shares `LEAST_ITEMS` items with others.
        UsageError: The arguments have other shapes, or epsilon is not in [0, 1).

    References:
        Calderon, Reichart and Dror (2025), The alternative annotator test, ACL 2025.
    """
    vector, table = check_finite(judge, 1), as_table(ratings)
    if vector.size != len(table):
        raise UsageError(f"one judgment an item is needed; found {vector.size} for {len(table)}")
    if not 0 <= epsilon < 1:
        raise UsageError(f"epsilon lies in [0, 1); found {epsilon}")
    ahead, counted = _ahead(vector, table, metric)
    compared = _compared(counted)
    counted = counted & np.isin(np.arange(table.shape[1]), compared)
    chances = [_one_sided(-ahead[counted[:, r], r], epsilon) for r in compared]
    wins = benjamini_yekutieli(chances) <= 1 - check_level(level)
    p: list[float | None] = [None] * table.shape[1]
    won = [False] * table.shape[1]
    for rater, chance, win in zip(compared, chances, wins, strict=True):
        p[rater], won[rater] = chance, bool(win)
    rate = clopper_pearson(int(wins.sum()), len(compared), level=level)
    return AltTest(
        winning_rate=_of_raters(rate, len(compared)),
        advantage=_advantage(ahead >= 0, counted, level=level),
        p=tuple(p),
        won=tuple(won),
        passed=bool(wins.mean() >= _PASSING),
    )


def _compared(counted: Bools) -> NDArray[np.intp]:
    """The raters who share enough items with others."""
    shared = counted.sum(axis=0)
    if shared.max(initial=0) < LEAST_ITEMS:
        raise InsufficientData(
            f"no rater shares {LEAST_ITEMS} items with others, which the alt-test needs; the most "
            f"is {shared.max(initial=0)}"
        )
    return np.flatnonzero(shared >= LEAST_ITEMS)


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


def _one_sided(behind: Floats, epsilon: float) -> float:
    """The p-value against "the rater is nearer more often, by epsilon or more".

    Without spread it is the chance that so many items all say v, if values in [-1, 1] had the
    mean epsilon.
    """
    mean, n = float(behind.mean()), behind.size
    if np.ptp(behind) == 0:
        return ((1 - epsilon) / (1 - mean)) ** n if mean < epsilon else 1.0
    t = (mean - epsilon) / (float(behind.std(ddof=1)) / math.sqrt(n))
    both = two_sided_t(t, n - 1)
    return both / 2 if t < 0 else 1 - both / 2


def _advantage(as_near: Bools, counted: Bools, *, level: float) -> Estimate:
    """The mean over raters of their shares; one item counts for every rater who rated it."""
    raters = np.flatnonzero(counted.any(axis=0))
    hits, given = as_near[:, raters] & counted[:, raters], counted[:, raters]
    shares = hits.sum(axis=0) / given.sum(axis=0)
    value = float(shares.mean())
    parts = np.where(given, (hits - shares) / given.sum(axis=0), 0.0).mean(axis=1)
    used = parts[given.any(axis=1)]
    n = used.size
    error = math.sqrt(n / (n - 1) * float(used @ used))
    if error <= _TIE:
        # Every item says the same for every rater: the share is 0 or 1.
        exact = clopper_pearson(round(value * n), n, level=level)
        low, high = exact.low or 0.0, exact.high or 0.0
    else:
        reach = t_quantile((1 + level) / 2, n - 1) * error
        low, high = max(0.0, value - reach), min(1.0, value + reach)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        n=n,
        method="advantage probability (alt-test), mean over raters, linearised, t(n-1)",
        reason=caution_if_few(n, "items"),
    )


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
