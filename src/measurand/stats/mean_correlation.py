"""The average of several correlations, on the scale on which their errors are alike."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.bca import no_spread
from measurand.stats.correlation_pairs import (
    NO_SPREAD,
    PERFECT,
    Pairs,
    around,
    error_of,
    refuse_few,
)
from measurand.stats.correlation_rows import pearson_rows
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few, cluster_codes
from measurand.stats.quantiles import check_level, t_quantile, two_sided_z

__all__ = ["mean_correlation", "mean_pearson"]


def mean_correlation(
    r: ArrayLike, n: Sequence[int], *, shared: bool, level: float = LEVEL
) -> Estimate:
    """The average of correlations that are known, by Fisher's z.

    Args:
        r: The correlations, one a task.
        n: The units of each.
        shared: Whether the tasks have units in common, as when the same systems were rated in each.
            The errors then go together as much as they like, and the interval is as wide as if they
            did so perfectly; of separate units errors are independent.
        level: The confidence level.

    Raises:
        InsufficientData: No correlation, one of fewer than four units, or one of 1 or -1.
        UsageError: A correlation is impossible, or there is not one n for each.

    References:
        Silver and Dunlap (1987), Journal of Applied Psychology 72, 146-148.
    """
    check_level(level)
    found = check_finite(r, 1)
    if len(n) != found.size:
        raise UsageError(f"every correlation has its n; found {len(n)} for {found.size}")
    if np.abs(found).max(initial=0.0) > 1:
        raise UsageError("a correlation lies between -1 and 1")
    if not found.size:
        raise InsufficientData("there is no correlation to average")
    refuse_few(min(n), min(n))
    if np.abs(found).max() > PERFECT:
        raise InsufficientData("one of the correlations is perfect: Fisher's z of it is infinite")
    errors = 1 / np.sqrt(np.asarray(n, dtype=np.float64) - 3)
    error = float(errors.mean() if shared else math.sqrt(float(errors @ errors)) / errors.size)
    told = "errors go together" if shared else "independent tasks"
    value = math.tanh(float(np.arctanh(found).mean()))
    low, high = around(value, two_sided_z(level) * error)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        n=int(sum(n)) if not shared else max(n),
        method=f"mean of Fisher z, {told}",
    )


def mean_pearson(
    scores: ArrayLike, outcomes: Floats, *, clusters: ArrayLike | None = None, level: float = LEVEL
) -> Estimate:
    """The average of one predictor's correlations with several outcomes of the same units.

    The interval leaves out each unit or cluster from all correlations at once, so that it knows
    how their errors go together.

    Args:
        scores: Shape (n,), NaN where a unit was not tried.
        outcomes: Shape (n, outcomes), NaN where one is not known.
        clusters: The cluster of each unit, shape (n,).
        level: The confidence level.

    Raises:
        InsufficientData: A correlation does not exist, or is perfect.
        UsageError: The shapes do not fit.
    """
    check_level(level)
    x, table = np.asarray(scores, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    if table.ndim != 2 or x.shape != table.shape[:1]:  # noqa: PLR2004 - a table has two dimensions
        raise UsageError(f"outcomes have a row for each of {x.size} scores; found {table.shape}")
    used = ~np.isnan(x) & ~np.isnan(table).all(axis=1)
    labels = cluster_codes(np.arange(x.size) if clusters is None else clusters, x.size)
    codes = np.unique(labels[used], return_inverse=True)[1]
    count = int(codes.max(initial=-1)) + 1
    scale, without = [], []
    for column in table[used].T:
        known = ~np.isnan(column)
        whole, left = _left_out(x[used][known], column[known], codes[known])
        scale.append(whole)
        each = np.full(count, whole)
        each[np.unique(codes[known])] = left
        without.append(each)
    moved = np.mean(without, axis=0)
    error = error_of((moved - moved.mean()) * math.sqrt((count - 1) / count))
    if error <= NO_SPREAD:
        raise no_spread("a mean of correlations")
    value = math.tanh(float(np.mean(scale)))
    low, high = around(value, t_quantile((1 + level) / 2, count - 1) * error)
    n = int(used.sum())
    over = "" if count == n else ", over clusters"
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        n=n,
        method=f"mean of Fisher z of {table.shape[1]}, jackknife-t{over}",
        reason=caution_if_few(count, "clusters") if count < n else None,
    )


def _left_out(x: Floats, y: Floats, codes: ArrayLike) -> tuple[float, Floats]:
    """Fisher's z of all units, and without each cluster."""
    pairs = Pairs.of(x, y, clusters=codes, weights=None)
    rows = pearson_rows(pairs.x, pairs.y)
    whole = pairs.coefficient(rows, name="a correlation")
    left = pairs.left_out(rows, name="a correlation")
    if max(np.abs([whole, *left])) > PERFECT:
        raise InsufficientData("one of the correlations is perfect: Fisher's z of it is infinite")
    return float(np.arctanh(whole)), np.arctanh(left)
