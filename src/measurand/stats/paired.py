"""Two systems on the same units: the difference of two proportions or of two means.

Tango's interval and McNemar's chi-square test are one procedure: the interval excludes 0 exactly
where the test rejects. The mid-p test, whose false-alarm rate stays below its level where the
chi-square's can exceed it, is the default p-value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import mean_of, mean_p
from measurand.stats.proportion import wilson
from measurand.stats.quantiles import binomial_cdf, binomial_pmf, two_sided_z

__all__ = [
    "McNemarMethod",
    "PairedTable",
    "bonett_price",
    "mcnemar",
    "mcnemar_p_values",
    "newcombe_10",
    "paired_difference",
    "paired_difference_p",
    "paired_proportion",
    "tango",
    "tango_bounds",
    "tango_scores",
    "wald",
]

McNemarMethod = Literal["mid-p", "exact", "chi2"]

_SPAN = (-1.0, 1.0)
_BISECTIONS = 54
"""Halvings after which an interval of length 1 is one float wide."""


@dataclass(frozen=True, slots=True)
class PairedTable:
    """How often both systems, only one of them, or neither succeeded on the same unit.

    Raises:
        UsageError: A count is negative.
        InsufficientData: There are no pairs.
    """

    both: int
    first: int
    """Only the first succeeded."""
    second: int
    """Only the second succeeded."""
    neither: int

    def __post_init__(self) -> None:
        if min(self.both, self.first, self.second, self.neither) < 0:
            raise UsageError(f"counts are not negative; found {self}")
        if self.n == 0:
            raise InsufficientData("there is nothing to compare: no unit was seen by both")

    @classmethod
    def of(cls, first: ArrayLike, second: ArrayLike) -> PairedTable:
        """Count the outcomes of two 0/1 vectors over the same units."""
        one, two = _pairs(first, second)
        if not np.isin(np.concatenate([one, two]), (0, 1)).all():
            raise UsageError("outcomes are 0 or 1; for graded scores use paired_difference")
        only = int((one > two).sum()), int((two > one).sum())
        both = int((one * two).sum())
        return cls(both, *only, one.size - both - sum(only))

    @property
    def n(self) -> int:
        """The number of pairs."""
        return self.both + self.first + self.second + self.neither

    @property
    def difference(self) -> float:
        """The share of the first minus the share of the second."""
        return (self.first - self.second) / self.n


def mcnemar(first: int, second: int, *, method: McNemarMethod = "mid-p") -> float:
    """The two-sided p-value of "both succeed equally often", from the discordant pairs.

    Without discordant pairs p is 1. The chi-square has no continuity correction.

    Args:
        first: Units on which only the first succeeded.
        second: Units on which only the second succeeded.
        method: Which version of the test.

    Raises:
        UsageError: A count is negative.

    References:
        McNemar (1947), Psychometrika 12, 153-157; mid-p: Fagerland, Lydersen and Laake (2013), BMC
        Med. Res. Methodol. 13:91.
    """
    if min(first, second) < 0:
        raise UsageError(f"counts are not negative; found {first} and {second}")
    return float(mcnemar_p_values(min(first, second), first + second, method=method))


def mcnemar_p_values(
    smaller: ArrayLike, discordant: ArrayLike, *, method: McNemarMethod = "mid-p"
) -> Floats:
    """McNemar p-values from the smaller count and their sum. Broadcasts; 2 smaller <= sum."""
    k, m = np.asarray(smaller, dtype=np.float64), np.asarray(discordant, dtype=np.float64)
    if method == "chi2":
        z = (m - 2 * k) / np.sqrt(np.maximum(m, 1))
        return np.asarray(2 * special.ndtr(-z), dtype=np.float64)
    p = 2 * binomial_cdf(k, m, 0.5)
    if method == "mid-p":
        p -= binomial_pmf(k, m, 0.5)
    return np.minimum(p, 1.0)


def tango(table: PairedTable, *, level: float = LEVEL) -> Estimate:
    """The score interval for a paired difference: the default, also without discordant pairs.

    References:
        Tango (1998), Stat. Med. 17, 891-908.
    """
    low, high = tango_bounds(table.first, table.second, table.n, level=level)
    return _estimate(table, (float(low), float(high)), level=level, method="Tango")


def tango_bounds(
    first: ArrayLike, second: ArrayLike, n: ArrayLike, *, level: float = LEVEL
) -> tuple[Floats, Floats]:
    """Both ends of Tango's interval from the discordant counts. Broadcasts."""
    b, c, n = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (first, second, n)))
    z2 = two_sided_z(level) ** 2

    def rejected(delta: Floats) -> NDArray[np.bool_]:
        return np.asarray((b - c - n * delta) ** 2 > z2 * _variance(b, c, n, delta=delta))

    inside = np.stack([(b - c) / n] * 2)
    outside = np.stack([np.full(b.shape, end) for end in _SPAN])
    for _ in range(_BISECTIONS):
        middle = (inside + outside) / 2
        out = rejected(middle)
        outside, inside = np.where(out, middle, outside), np.where(out, inside, middle)
    return outside[0], outside[1]


def tango_scores(first: ArrayLike, second: ArrayLike, n: ArrayLike, *, difference: float) -> Floats:
    """By how many standard errors the difference lies above one that is not 0. Broadcasts.

    Args:
        first: Pairs that the first alone won.
        second: Pairs that the second alone won.
        n: All pairs.
        difference: What it is held against, strictly between -1 and 1 and not 0: there the
            variance of a table without discordant pairs would be 0.
    """
    b, c, n = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (first, second, n)))
    variance = _variance(b, c, n, delta=np.full_like(b, difference))
    return np.asarray((b - c - n * difference) / np.sqrt(variance))


def newcombe_10(table: PairedTable, *, level: float = LEVEL) -> Estimate:
    """The square-and-add interval from two Wilson intervals and a corrected correlation.

    References:
        Newcombe (1998), Stat. Med. 17, 2635-2650, method 10.
    """
    a, b, c, d = table.both, table.first, table.second, table.neither
    below_1, above_1 = _wilson_arms(a + b, table.n, level)
    below_2, above_2 = _wilson_arms(a + c, table.n, level)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    cross = a * d - b * c
    cross_corrected = max(cross - table.n / 2, 0.0) if cross > 0 else float(cross)
    phi = cross_corrected / math.sqrt(margins) if margins else 0.0
    down = math.sqrt(max(below_1**2 - 2 * phi * below_1 * above_2 + above_2**2, 0))
    up = math.sqrt(max(above_1**2 - 2 * phi * above_1 * below_2 + below_2**2, 0))
    ends = table.difference - down, table.difference + up
    return _estimate(table, ends, level=level, method="Newcombe 10")


def bonett_price(table: PairedTable, *, level: float = LEVEL) -> Estimate:
    """The Wald interval after one more discordant pair of either kind.

    References:
        Bonett and Price (2012), J. Educ. Behav. Stat. 37, 479-488.
    """
    n = table.n + 2
    first, second = (table.first + 1) / n, (table.second + 1) / n
    centre = first - second
    half = two_sided_z(level) * math.sqrt((first + second - centre**2) / n)
    return _estimate(table, (centre - half, centre + half), level=level, method="Bonett-Price")


def wald(table: PairedTable, *, level: float = LEVEL) -> Estimate:
    """The textbook interval, for comparison only: it covers too little for small samples.

    Raises:
        InsufficientData: Every pair differs in the same way, or none differs.
    """
    share = (table.first + table.second) / table.n
    error = math.sqrt((share - table.difference**2) / table.n)
    if error == 0:
        raise InsufficientData(
            f"all {table.n} pairs have the same difference: a Wald interval would have no width"
        )
    half = two_sided_z(level) * error
    ends = table.difference - half, table.difference + half
    return _estimate(table, ends, level=level, method="Wald, paired")


def paired_proportion(
    first: ArrayLike,
    second: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The share of successes of the first minus that of the second, on the same units.

    Tango's interval; with clusters the cluster-robust one of `clustered_mean`.

    Args:
        first: 0 or 1 per unit, shape (n,).
        second: 0 or 1 for the same units in the same order.
        clusters: The cluster of each unit, where several share a document or conversation.
        level: The confidence level.

    Raises:
        InsufficientData: No pairs; or, with clusters, as for `clustered_mean`.
        UsageError: The vectors differ in length or hold something else than 0 and 1.
    """
    table = PairedTable.of(first, second)
    if clusters is None:
        return tango(table, level=level)
    return paired_difference(first, second, clusters=clusters, bounds=(0, 1), level=level)


def paired_difference(
    first: ArrayLike,
    second: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    bounds: tuple[float, float] | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The mean score of the first minus that of the second, on the same units.

    Args:
        first: One finite number per unit, shape (n,).
        second: The same units in the same order.
        clusters: The cluster of each unit, where several share a document or conversation.
        bounds: The ends of the scale of the scores; see `mean_t`.
        level: The confidence level.

    Raises:
        InsufficientData: As for `mean_t` and `clustered_mean`.
        UsageError: The vectors differ in length, or leave the bounds.
    """
    one, two = _pairs(first, second)
    span = None if bounds is None else (bounds[0] - bounds[1], bounds[1] - bounds[0])
    return mean_of(one - two, clusters, bounds=span, level=level)


def paired_difference_p(
    first: ArrayLike, second: ArrayLike, *, clusters: ArrayLike | None = None
) -> float:
    """The two-sided p-value of "no difference" that agrees with `paired_difference`.

    Raises:
        InsufficientData: As for `mean_p`.
        UsageError: The vectors differ in length.
    """
    one, two = _pairs(first, second)
    return mean_p(one - two, clusters=clusters)


def _pairs(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    one, two = check_finite(first, 1), check_finite(second, 1)
    if one.size != two.size:
        raise UsageError(f"pairs need two vectors of one length; found {one.size} and {two.size}")
    return one, two


def _variance(b: Floats, c: Floats, n: Floats, *, delta: Floats) -> Floats:
    """The variance of b - c where the true difference is ``delta``, as Tango restricts it."""
    linear = (2 * n - b + c) * delta - b - c
    free = -c * delta * (1 - delta)
    root = np.sqrt(np.maximum(linear**2 - 8 * n * free, 0))
    q21 = np.maximum((root - linear) / (4 * n), 0)
    return np.asarray(n * np.maximum(2 * q21 + delta * (1 - delta), 0))


def _wilson_arms(successes: int, n: int, level: float) -> tuple[float, float]:
    """How far Wilson's interval reaches below and above the proportion."""
    interval = wilson(successes, n, level=level)
    share = successes / n
    return share - (interval.low or 0.0), (interval.high or 0.0) - share


def _estimate(
    table: PairedTable, ends: tuple[float, float], *, level: float, method: str
) -> Estimate:
    return Estimate(
        value=table.difference,
        low=max(-1.0, ends[0]),
        high=min(1.0, ends[1]),
        level=level,
        n=table.n,
        method=method,
    )
