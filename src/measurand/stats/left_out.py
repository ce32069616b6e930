"""What each cluster contributes to several correlations or means, so that they can be compared.

Correlations of several raters with the same people move together, and no formula for one of them
says how far two differ. What each changes by when a cluster is left out does: pseudo-values turn
any statistic into a mean over clusters, and whatever compares means compares it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few, cluster_codes, cluster_sums
from measurand.stats.quantiles import check_level, t_quantile

__all__ = ["Contributions", "combined", "correlations", "means"]

_FLAT = 1e-12
"""A variance this small, relative to the squares it is the rest of, is rounding."""
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Contributions:
    """Several statistics of the same clusters.

    Args:
        values: Shape (statistics,).
        left_out: Shape (clusters, statistics): the values without each cluster.
        n: How many units they rest on.
    """

    values: Floats
    left_out: Floats
    n: int

    @property
    def parts(self) -> Floats:
        """Pseudo-values, shape (clusters, statistics), whose means are the values."""
        moved = (len(self.left_out) - 1) * (self.left_out.mean(axis=0) - self.left_out)
        return np.asarray(self.values + moved, dtype=np.float64)

    def estimate(
        self, place: int, *, bounds: tuple[float, float], level: float = LEVEL
    ) -> Estimate:
        """One of the statistics with its jackknife-t interval.

        Raises:
            InsufficientData: It is the same whichever cluster is left out.
        """
        count = len(self.left_out)
        spread = self.left_out[:, place] - self.left_out[:, place].mean()
        error = float(np.sqrt((count - 1) / count * (spread @ spread)))
        if error <= _FLAT:
            raise InsufficientData("no cluster makes a difference: there is no interval")
        value = float(self.values[place])
        half = t_quantile((1 + check_level(level)) / 2, count - 1) * error
        return Estimate(
            value=value,
            low=max(bounds[0], value - half),
            high=min(bounds[1], value + half),
            level=level,
            n=self.n,
            method="jackknife, t(C-1)",
            reason=caution_if_few(count, "clusters"),
        )


def correlations(first: ArrayLike, second: ArrayLike, clusters: ArrayLike) -> Contributions:
    """Pearson's correlation of each column of one table with the same column of another.

    Args:
        first: Shape (units, statistics).
        second: Shape (units, statistics).
        clusters: The cluster of each unit, numbered 0, 1, ..., shape (units,).

    Raises:
        InsufficientData: Fewer than three clusters, or a column without spread, be it only when
            one cluster is left out.
        UsageError: The arguments differ in shape.

    References:
        Efron and Tibshirani (1993), *An Introduction to the Bootstrap*, chapter 11.
    """
    x, y = check_finite(first, 2), check_finite(second, 2)
    if x.shape != y.shape:
        raise UsageError(f"both tables have one shape; found {x.shape} and {y.shape}")
    codes = cluster_codes(clusters, len(x))
    _refuse_few(codes)
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    sizes = np.bincount(codes).astype(np.float64)[:, None]
    powers = [cluster_sums(part, codes) for part in (x, y, x * x, y * y, x * y)]
    whole = [part.sum(axis=0, keepdims=True) for part in powers]
    rest = [total - part for total, part in zip(whole, powers, strict=True)]
    values = _correlation(whole, np.full((1, 1), float(len(x))))[0]
    return Contributions(values, _correlation(rest, len(x) - sizes), len(x))


def means(values: ArrayLike, clusters: ArrayLike) -> Contributions:
    """The mean of each column.

    Args:
        values: Shape (units, statistics).
        clusters: The cluster of each unit, numbered 0, 1, ..., shape (units,).

    Raises:
        InsufficientData: Fewer than three clusters.
        UsageError: The arguments have the wrong shape.
    """
    rows = check_finite(values, 2)
    codes = cluster_codes(clusters, len(rows))
    _refuse_few(codes)
    sums, sizes = cluster_sums(rows, codes), np.bincount(codes)[:, None]
    left = (sums.sum(axis=0) - sums) / (len(rows) - sizes)
    return Contributions(rows.mean(axis=0), np.asarray(left, dtype=np.float64), len(rows))


def combined(
    parts: Sequence[Contributions], weights: Sequence[float], clusters: Sequence[ArrayLike]
) -> Contributions:
    """The weighted mean of statistics over several tables that share clusters.

    Args:
        parts: The same statistics of each table.
        weights: How much each table counts; they are made to sum to 1.
        clusters: Which cluster each of a table's clusters is, by any label that the tables share.

    Raises:
        InsufficientData: There is no table, or no weight.
        UsageError: The tables hold different statistics.
    """
    share = np.asarray(weights, dtype=np.float64)
    if not parts or share.sum() <= 0:
        raise InsufficientData("there is nothing to combine")
    if len({part.values.size for part in parts}) > 1:
        raise UsageError("tables that are combined hold the same statistics")
    share = share / share.sum()
    labels = [np.asarray(names) for names in clusters]
    every = np.unique(np.concatenate(labels))
    values = np.sum([w * p.values for w, p in zip(share, parts, strict=True)], axis=0)
    left = np.zeros((len(every), parts[0].values.size))
    for weight, part, own in zip(share, parts, labels, strict=True):
        without = np.tile(part.values, (len(every), 1))
        without[np.searchsorted(every, own)] = part.left_out
        left += weight * without
    return Contributions(np.asarray(values), left, max(part.n for part in parts))


def _correlation(sums: Sequence[Floats], sizes: Floats) -> Floats:
    sx, sy, sxx, syy, sxy = sums
    vx, vy = sxx - sx**2 / sizes, syy - sy**2 / sizes
    if (vx <= _FLAT * sxx).any() or (vy <= _FLAT * syy).any() or not (sxx * syy).all():
        raise InsufficientData(
            "ratings without spread, or whose spread hangs on one cluster, have no correlation"
        )
    r = (sxy - sx * sy / sizes) / np.sqrt(vx * vy)
    return np.asarray(np.clip(r, -1.0, 1.0), dtype=np.float64)


def _refuse_few(codes: np.ndarray[tuple[int], np.dtype[np.intp]]) -> None:
    count = int(codes.max(initial=-1)) + 1
    if count < _FEWEST:
        raise InsufficientData(f"leaving clusters out needs at least {_FEWEST}; found {count}")
