"""Two groups of different units: the difference of their means or shares, also by strata."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.influence import influence_interval
from measurand.stats.mean import caution_if_few, cluster_codes
from measurand.stats.proportion import unanimous_share, wilson
from measurand.stats.quantiles import t_quantile
from measurand.stats.sparse import score_reach, usual_value

__all__ = ["Groups", "group_difference", "newcombe_difference"]

_ROUNDING = 1e-12
_FEWEST = 2


def newcombe_difference(
    first: tuple[int, int], second: tuple[int, int], *, level: float = LEVEL
) -> Estimate:
    """The share of one group less that of another, of different units.

    Square-and-add of two Wilson intervals.

    Args:
        first: Successes of the first group, and its units.
        second: Of the second.
        level: The confidence level.

    Raises:
        InsufficientData: A group is empty.
        UsageError: A count is impossible.

    References:
        Newcombe (1998), Stat. Med. 17, 873-890, method 10.
    """
    one, two = wilson(*first, level=level), wilson(*second, level=level)
    p, q = first[0] / first[1], second[0] / second[1]
    down = math.hypot(p - (one.low or 0.0), (two.high or 0.0) - q)
    up = math.hypot((one.high or 0.0) - p, q - (two.low or 0.0))
    return Estimate(
        value=p - q,
        low=max(-1.0, p - q - down),
        high=min(1.0, p - q + up),
        level=level,
        n=first[1] + second[1],
        method="Newcombe 10, unpaired",
    )


@dataclass(frozen=True, slots=True)
class Groups:
    """Units of two groups, each in a stratum.

    Args:
        values: One finite number per unit, shape (n,).
        first: Whether it is of the first group, shape (n,).
        strata: The stratum of each, shape (n,); all in one by default.
        clusters: The cluster of each, shape (n,), where several share one.

    Raises:
        UsageError: The vectors differ in length.
    """

    values: Floats
    first: NDArray[np.bool_]
    strata: NDArray[np.intp]
    clusters: NDArray[np.intp] | None

    @classmethod
    def of(
        cls,
        values: ArrayLike,
        first: ArrayLike,
        *,
        strata: ArrayLike | None = None,
        clusters: ArrayLike | None = None,
    ) -> Groups:
        """The groups from vectors of labels."""
        vector, group = check_finite(values, 1), np.asarray(first, dtype=bool)
        if group.shape != vector.shape:
            raise UsageError(f"each unit is of one group; found {group.shape} for {vector.size}")
        home = np.zeros(vector.size, dtype=np.intp)
        codes = home if strata is None else cluster_codes(strata, vector.size)
        alike = None if clusters is None else cluster_codes(clusters, vector.size)
        return cls(vector, group, codes, alike)

    def shared(self) -> Groups:
        """Those of strata that hold units of both groups: others compare nothing."""
        size = int(self.strata.max(initial=-1)) + 1
        both = np.bincount(self.strata, self.first, size) > 0
        both &= np.bincount(self.strata, ~self.first, size) > 0
        kept = both[self.strata]
        return Groups(
            self.values[kept],
            self.first[kept],
            np.unique(self.strata[kept], return_inverse=True)[1].astype(np.intp),
            None
            if self.clusters is None
            else np.unique(self.clusters[kept], return_inverse=True)[1].astype(np.intp),
        )


def group_difference(
    groups: Groups, *, bounds: tuple[float, float] | None = None, level: float = LEVEL
) -> Estimate:
    """The mean of the first group less that of the second, compared within strata.

    Strata are weighted by n1 n2 / (n1 + n2), as Cochran, Mantel and Haenszel do, which is least
    noisy where the difference is the same in all. Strata with units of one group alone are left
    out. The variance of each group is pooled over its strata; with one stratum this is Welch's
    interval. In clusters the variance is the sandwich over clusters.

    On a bounded scale the interval is no narrower than square-and-add of the two groups' own, as
    `sparse_mean` has them: ten units that are all equal do not say that others are.

    Args:
        groups: The units.
        bounds: The ends of the scale of the values; they clip the interval. Where all values of
            each group and stratum are equal, they give it an exact one, as for `mean_t`.
        level: The confidence level.

    Raises:
        InsufficientData: No stratum has units of both groups, a group has too few units for a
            variance, or there is no spread and the bounds are unknown.

    References:
        Welch (1938), Biometrika 29, 350-362; Cochran (1954), Biometrics 10, 417-451, for the
        weights; Cameron and Miller (2015), J. Human Resources 50, 317-372, for clusters; Zou and
        Donner (2008), Stat. Med. 27, 1693-1702, for square-and-add of any two intervals.
    """
    kept = groups.shared()
    if not kept.values.size:
        raise InsufficientData("no stratum holds units of both groups, so nothing is compared")
    size = int(kept.strata.max()) + 1
    counts = [
        np.bincount(kept.strata, chosen, size).astype(np.float64)
        for chosen in (kept.first, ~kept.first)
    ]
    weights = counts[0] * counts[1] / (counts[0] + counts[1])
    weights = weights / weights.sum()
    means = [
        np.bincount(kept.strata, np.where(chosen, kept.values, 0.0), size) / count
        for chosen, count in zip((kept.first, ~kept.first), counts, strict=True)
    ]
    value = float(weights @ (means[0] - means[1]))
    residuals = kept.values - np.where(kept.first, means[0][kept.strata], means[1][kept.strata])
    if bounds is not None and not residuals.any():
        whole = float(weights @ means[0]), float(weights @ means[1])
        return _without_spread(kept, whole, bounds=bounds, level=level)
    by = _welch if kept.clusters is None else _clustered
    found = by(kept, value, residuals, weights=weights, counts=counts, level=level)
    if bounds is None:
        return found
    arms = tuple(
        _arm(kept, chosen, weights / count, bounds=bounds, level=level)
        for chosen, count in zip((kept.first, ~kept.first), counts, strict=True)
    )
    return _clipped(_as_wide(found, arms), bounds[1] - bounds[0])


def _arm(
    kept: Groups,
    chosen: NDArray[np.bool_],
    each: Floats,
    *,
    bounds: tuple[float, float],
    level: float,
) -> tuple[float, float]:
    """How far the mean of one group may lie below and above what it is found to be.

    Args:
        kept: The units of both groups.
        chosen: Which are of the group.
        each: By stratum, what a unit of it counts.
        bounds: The ends of the scale.
        level: The confidence level.
    """
    values, home = kept.values[chosen], kept.strata[chosen]
    usual = np.empty(values.size)
    for stratum in np.unique(home):
        there = home == stratum
        usual[there] = usual_value(values[there])
    count = each[home]
    off = count * (values - usual)
    if kept.clusters is not None:
        codes = np.unique(kept.clusters[chosen], return_inverse=True)[1]
        sums = np.stack([np.bincount(codes, off), np.bincount(codes, count)])
        off, count = sums.astype(np.float64)
    mean, centre = float(each[home] @ values), float(off.sum())
    low, high = score_reach(off * off.size, level=level)
    other = 1 - unanimous_share(1 / float(count @ count), level)
    return (
        max(centre - low, other * (mean - bounds[0])),
        max(high - centre, other * (bounds[1] - mean)),
    )


def _as_wide(found: Estimate, arms: tuple[tuple[float, float], ...]) -> Estimate:
    """The interval, no narrower than square-and-add of the two groups' own."""
    if found.value is None or found.low is None or found.high is None:
        return found
    (down_1, up_1), (down_2, up_2) = arms
    low = min(found.low, found.value - math.hypot(down_1, up_2))
    high = max(found.high, found.value + math.hypot(up_1, down_2))
    if (low, high) == (found.low, found.high):
        return found
    return replace(found, low=low, high=high, method=f"{found.method}, as wide as of its groups")


def _clustered(
    kept: Groups,
    value: float,
    residuals: Floats,
    *,
    weights: Floats,
    counts: list[Floats],
    level: float,
) -> Estimate:
    shares = [(weights / count)[kept.strata] for count in counts]
    each = np.where(kept.first, shares[0], -shares[1])
    homes = np.arange(each.size) if kept.clusters is None else kept.clusters
    influence = np.bincount(homes, each * residuals).astype(np.float64)
    if influence.size < _FEWEST:
        raise InsufficientData("all units are of one cluster")
    n = kept.values.size
    return influence_interval(value, influence, n=n, level=level, method="by strata, CR1")


def _welch(
    kept: Groups,
    value: float,
    residuals: Floats,
    *,
    weights: Floats,
    counts: list[Floats],
    level: float,
) -> Estimate:
    variances, freedoms = [], []
    for chosen, count in zip((kept.first, ~kept.first), counts, strict=True):
        freedom = int(count.sum()) - weights.size
        if freedom < 1:
            raise InsufficientData(
                f"{int(count.sum())} units of a group in {weights.size} strata have no variance"
            )
        spread = float((residuals[chosen] ** 2).sum()) / freedom
        variances.append(spread * float((weights**2 / count).sum()))
        freedoms.append(freedom)
    error = math.sqrt(sum(variances))
    if error <= _ROUNDING * max(float(np.abs(kept.values).max()), _ROUNDING):
        raise InsufficientData("all units of each group say the same: there is no spread")
    df = error**4 / sum(v**2 / f for v, f in zip(variances, freedoms, strict=True))
    half = t_quantile((1 + level) / 2, df) * error
    fewest = int(min(count.sum() for count in counts))
    return Estimate(
        value=value,
        low=value - half,
        high=value + half,
        level=level,
        n=kept.values.size,
        method="Welch" if weights.size == 1 else f"Welch within {weights.size} strata",
        reason=caution_if_few(fewest, "units in a group"),
    )


def _without_spread(
    kept: Groups, means: tuple[float, float], *, bounds: tuple[float, float], level: float
) -> Estimate:
    """What Clopper-Pearson leaves possible for either group, half of the error for each."""
    places = np.arange(kept.values.size) if kept.clusters is None else kept.clusters
    units = [np.unique(places[chosen]).size for chosen in (kept.first, ~kept.first)]
    one, two = (1 - unanimous_share(count, (1 + level) / 2) for count in units)
    (low, high), (first, second) = bounds, means
    value = first - second
    return Estimate(
        value=value,
        low=value - one * (first - low) - two * (high - second),
        high=value + one * (high - first) + two * (second - low),
        level=level,
        n=kept.values.size,
        method="exact, all values equal",
        reason="all values of each group are equal; the interval is what is left possible",
    )


def _clipped(found: Estimate, span: float) -> Estimate:
    if found.low is None or found.high is None:
        return found
    return replace(found, low=max(-span, found.low), high=min(span, found.high))
