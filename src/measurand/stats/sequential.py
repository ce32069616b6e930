"""A mean that may be looked at whenever data have come: its interval holds at all looks at once.

An interval for one look fails more and more often where one looks again as data grow, and stops
once it likes the answer. Here a gambler bets against "the mean is m" on every unit, at odds that
are fair if it is, and spreads the stake over all bets of the same kind beforehand. The chance that
the stake ever grows to 1/a is at most a, whenever one looks. The interval holds the means against
which nobody has grown that rich.

The stake is a product over units, so that it does not depend on their order: it is computed from
the data as they lie there, and again when there are more. For yes/no values it is the mixture of
likelihood ratios of Robbins; for pairs of yes/no values it rests on the discordant pairs alone.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import cluster_codes
from measurand.stats.quantiles import check_level

__all__ = ["FEWEST", "Alternative", "sequential_mean", "sequential_p"]

Alternative = Literal["two-sided", "greater", "less"]

FEWEST = 2
"""The fewest units or clusters that have an interval. The guarantee itself needs none."""

_UNFIXED = (
    "the size of the largest cluster was not fixed beforehand, and the interval is the wider for it"
)

_CELLS = 2**18
"""Logarithms held in memory at a time."""

_FEWEST_BETS, _MOST_BETS = 64, 1024

_STEPS = 200
"""More than an end of an interval takes to be found."""

_CLOSE = 1e-13
"""To which part of the scale it is found."""


class _Units(NamedTuple):
    """What is bet on, each kind once: means within 0 and 1, weights up to 1, and how often.

    The price is the logarithm of how much richer one has to grow, as the largest is not fixed.
    """

    means: Floats
    weights: Floats
    counts: Floats
    price: float = 0.0

    def mirrored(self) -> _Units:
        """The same on the scale turned round."""
        return self._replace(means=1 - self.means)


class _Bets(NamedTuple):
    """Where the stake is put, within 0 and 1, and the logarithm of the share put there."""

    at: Floats
    logs: Floats


def sequential_mean(
    values: ArrayLike,
    *,
    bounds: tuple[float, float] | None,
    clusters: ArrayLike | None = None,
    largest: int | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The mean with an interval that holds at every look while data grow.

    The chance that it misses the mean at any number of units is at most 1 - level, for every
    distribution within the bounds, as long as the order in which units come does not depend on
    their values. It is the wider for it: see docs/looks.md.

    Clusters are bet on as wholes, and have to come as wholes, in proportion to their size over
    the largest size, which is to be fixed before the first look. Where it is not, the error rate
    is spread over the sizes 1, 2, 4, ...: of each the bets begin anew once a cluster is larger than
    the one before, so that the interval is wider. Where sizes are far apart, small clusters say
    little. Data that may come in clusters are in clusters from the first look on.

    Args:
        values: One finite number per unit, shape (n,).
        bounds: The ends of the scale of the values; of differences of shares, (-1, 1). Without
            any there is no such interval: one rare, large value could undo all before it.
        clusters: The cluster of each unit, shape (n,).
        largest: How many units any cluster will have at most, fixed before the first look.
        level: The chance that the intervals of all looks cover.

    Raises:
        InsufficientData: Fewer than two units or clusters; or a scale without bounds.
        UsageError: The values are not a vector of finite numbers within the bounds, or a cluster is
            larger than the largest.

    References:
        Robbins (1970), Ann. Math. Stat. 41, 1397-1409, for yes/no values; Cover (1991), Math.
        Finance 1, 1-29, and Orabona and Jun (2024), IEEE Trans. Inf. Theory 70, 436-455, for
        bounded ones; Waudby-Smith and Ramdas (2024), JRSS B 86, 1-27; Ville (1939).
    """
    vector = check_finite(values, 1)
    low, high = _scale(bounds)
    units = _units(vector, (low, high), clusters, largest=largest)
    enough = units.price - math.log(1 - check_level(level))
    value = float(vector[0] if np.ptp(vector) == 0 else vector.mean())
    below, above = _lowest(units, enough), 1 - _lowest(units.mirrored(), enough)
    return Estimate(
        value=value,
        low=min(value, low + (high - low) * below),
        high=max(value, low + (high - low) * above),
        level=level,
        n=vector.size,
        method="confidence sequence by betting" + ("" if clusters is None else " on clusters"),
        reason=_UNFIXED if units.price else None,
    )


def sequential_p(
    values: ArrayLike,
    *,
    bounds: tuple[float, float] | None,
    clusters: ArrayLike | None = None,
    largest: int | None = None,
    null: float = 0.0,
    alternative: Alternative = "two-sided",
) -> float:
    """The p-value of "the mean is ``null``" that may be looked at while data grow.

    The chance that it is ever as small as a is at most a. The two-sided one is at most 1 - level
    exactly where `sequential_mean` excludes ``null``. For differences of yes/no values and null 0
    only discordant pairs count: b and c of them give 1 / p = 2^(b + c) b! c! / (b + c + 1)!.

    Args:
        values: One finite number per unit, shape (n,).
        bounds: The ends of the scale of the values.
        clusters: The cluster of each unit, as for `sequential_mean`.
        largest: How many units any cluster will have at most, likewise.
        null: Strictly within the bounds.
        alternative: "greater" tests "the mean is at most ``null``", for instance minus a margin.

    Raises:
        InsufficientData: Fewer than two units or clusters; or a scale without bounds.
        UsageError: The values are not a vector of finite numbers within the bounds, or the null
            is not strictly within them.

    References:
        As for `sequential_mean`.
    """
    low, high = _scale(bounds)
    units = _units(check_finite(values, 1), (low, high), clusters, largest=largest)
    if not low < null < high:
        raise UsageError(f"the null lies strictly within {low:g} and {high:g}; found {null}")
    mean = (null - low) / (high - low)
    if alternative == "less":
        units, mean = units.mirrored(), 1 - mean
    bets = _bets(units)
    if alternative != "two-sided":
        bets = bets._replace(at=mean + (1 - mean) * bets.at)
    stake, _ = _stake(units, bets, mean)
    return math.exp(-max(stake - units.price, 0.0))


def _scale(bounds: tuple[float, float] | None) -> tuple[float, float]:
    if bounds is None:
        raise InsufficientData(
            "the scale has no bounds, and without them no interval holds at every look"
        )
    low, high = bounds
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise UsageError(f"the bounds of a scale are finite and run upwards; found {bounds}")
    return low, high


def _units(
    vector: Floats,
    bounds: tuple[float, float],
    clusters: ArrayLike | None,
    *,
    largest: int | None,
) -> _Units:
    low, high = bounds
    if vector.size and (vector.min() < low or vector.max() > high):
        raise UsageError(
            f"values lie within the bounds {bounds}; found {vector.min()} to {vector.max()}"
        )
    means = np.clip((vector - low) / (high - low), 0, 1)
    if clusters is None:
        _refuse_few(means.size, "units")
        kinds, counts = np.unique(means, return_counts=True)
        return _Units(kinds, np.ones(kinds.size), counts.astype(np.float64))
    codes = cluster_codes(clusters, vector.size)
    sizes = np.bincount(codes).astype(np.float64)
    _refuse_few(sizes.size, "clusters")
    means = np.minimum(np.bincount(codes, means) / sizes, 1)
    most, price = _most(int(sizes.max()), largest)
    rows, counts = np.unique(np.stack([means, sizes / most]), axis=1, return_counts=True)
    return _Units(rows[0], rows[1], counts.astype(np.float64), price)


def _most(found: int, largest: int | None) -> tuple[int, float]:
    """The size to weigh by, and what it costs that it is not fixed.

    Weighed by the largest at hand, all earlier bets would change with each cluster that is larger
    yet, and the chance that any of these stakes ever grows is not bounded. With k doublings the
    share 1 / ((k + 1) (k + 2)) of the error rate is spent; all shares add up to 1.
    """
    if largest is None:
        doublings = (found - 1).bit_length()
        return 2**doublings, math.log((doublings + 1) * (doublings + 2))
    if found > largest:
        raise UsageError(f"a cluster has {found} units, more than the largest, {largest}")
    return largest, 0.0


def _refuse_few(count: int, noun: str) -> None:
    if count < FEWEST:
        raise InsufficientData(f"a look needs at least {FEWEST} {noun}; found {count}")


def _bets(units: _Units) -> _Bets:
    """Bets spread evenly over 0 to 1, dense enough for what so many units can tell apart."""
    wanted = 3 * math.sqrt(float(units.counts.sum()))
    size = _FEWEST_BETS
    while size < min(wanted, _MOST_BETS):
        size *= 2
    return _evenly(size)


@lru_cache(maxsize=8)
def _evenly(size: int) -> _Bets:
    nodes, weights = special.roots_legendre(size)
    return _Bets((nodes + 1) / 2, np.log(weights / 2))


def _stake(units: _Units, bets: _Bets, mean: float) -> tuple[float, float]:
    """The logarithm of the stake against a mean, and its slope in the mean.

    A unit y multiplies a bet b by b y / m + (1 - b) (1 - y) / (1 - m), whose expectation is 1.
    """
    spread = mean * (1 - mean)
    logs, slopes = bets.logs.copy(), np.zeros_like(bets.at)
    side = (bets.at - mean)[None, :]
    block = max(1, _CELLS // bets.at.size)
    for start in range(0, units.means.size, block):
        some = slice(start, start + block)
        off, counts = (units.means[some] - mean)[:, None], units.counts[some]
        weights = units.weights[some][:, None]
        gain = weights * off * side / spread
        turn = -weights * (off + side) / spread - gain * (1 - 2 * mean) / spread
        logs += counts @ np.log1p(gain)
        slopes += counts @ (turn / (1 + gain))
    stake = float(special.logsumexp(logs))
    return stake, float(np.exp(logs - stake) @ slopes)


def _lowest(units: _Units, enough: float) -> float:
    """The smallest mean against which the stake has not grown to ``enough``.

    The logarithm of the stake is convex in the mean and not above 0 at the mean of the data. So
    Newton's steps come from outside and do not pass the end.
    """
    heavy = units.weights * units.counts
    inside, outside = float(heavy @ units.means / heavy.sum()), 0.0
    bets, at = _bets(units), inside - _guess(units, inside)
    at = at if at > 0 else inside / 2
    for _ in range(_STEPS):
        if inside - outside <= _CLOSE:
            break
        stake, slope = _stake(units, bets, at)
        if stake >= enough:
            outside = at
        else:
            inside = at
        step = at - (stake - enough) / slope if slope < 0 else outside
        if abs(step - at) <= _CLOSE and stake >= enough:
            break
        at = step if outside < step < inside else (outside + inside) / 2
    return outside


def _guess(units: _Units, mean: float) -> float:
    """About how far from the mean of the data an end is."""
    whole = float(units.weights @ units.counts)
    variance = float((units.weights**2 * units.counts) @ (units.means - mean) ** 2)
    return (3 * math.sqrt(variance) + mean) / (whole + 1)
