"""How alike repeated answers of one judge are, and how many to average."""

from __future__ import annotations

import math
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, as_table
from measurand.stats.bca import Interval, Resampling, require_units
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few, cluster_codes, cluster_sums
from measurand.stats.oneway import oneway_moments, oneway_squares, single_reliability
from measurand.stats.patterns import Patterns
from measurand.stats.proportion import unanimous_share
from measurand.stats.resampling import RESAMPLES, bca, jackknife_t

__all__ = ["repeat_reliability", "repeats_needed"]

_NAME = "the reliability of one call"
_MOST = 1000


def repeat_reliability(
    repeats: Floats,
    *,
    rng: np.random.Generator,
    clusters: ArrayLike | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    interval: Literal["jackknife-t", "bca"] = "jackknife-t",
) -> Estimate:
    """The share of the spread of single answers that is spread between units: ICC(1,1).

    Args:
        repeats: Shape (units, k): the answers to the same question; NaN marks one that failed.
            Units with fewer than two do not count.
        rng: Draws the resamples of BCa; jackknife-t draws nothing.
        clusters: The cluster of each unit, shape (units,).
        level: The confidence level.
        resamples: How many resamples BCa draws.
        interval: Jackknife-t on the logarithm of the ratio of mean squares, or BCa.

    Returns:
        At most 1. Where no two answers differ, the interval is the exact bound.

    Raises:
        InsufficientData: Fewer than three units or clusters with two answers; all answers are
            equal; or those of a unit differ as much as those of different units in every way.
        UsageError: The table or the clusters have another shape.
    """
    table = as_table(repeats)
    labels = cluster_codes(np.arange(len(table)) if clusters is None else clusters, len(table))
    patterns = Patterns.of(table, compressed=False)
    enough = (~np.isnan(table)).sum(axis=1) > 1
    codes = np.unique(labels[enough], return_inverse=True)[1].astype(np.intp)
    count = int(codes.max()) + 1
    require_units(count, _NAME, "clusters")
    if len(patterns.values) == 1:
        raise InsufficientData(f"all answers are equal, so {_NAME} is undefined")
    if patterns.unanimous:
        return _unanimous(patterns, count, level=level)
    found, value = _of_clusters(
        cluster_sums(oneway_moments(patterns), codes),
        Resampling(rng=rng, level=level, resamples=resamples),
        interval,
    )
    noun = "units" if count == patterns.n else "clusters"
    return Estimate(
        value=value,
        low=min(found.low, value),
        high=min(max(found.high, value), 1.0),
        level=level,
        n=patterns.n,
        method=f"ICC(1,1) of repeats, {interval} over {noun}",
        reason=caution_if_few(count, noun) or found.caution,
    )


def repeats_needed(reliability: float, wanted: float = 0.9) -> int:
    """How many calls to average for a reliability of the mean, by Spearman and Brown.

    Args:
        reliability: Of one call, above 0.
        wanted: Of their mean, strictly between 0 and 1.

    Raises:
        InsufficientData: The reliability is not above 0, or so small that it takes over 1,000.
        UsageError: The wanted reliability is not strictly between 0 and 1, or the other above 1.

    References:
        Spearman (1910) and Brown (1910), British Journal of Psychology 3.
    """
    if not 0 < wanted < 1 or reliability > 1:
        raise UsageError(
            f"reliabilities are at most 1, the wanted one below; found {reliability}, {wanted}"
        )
    if reliability <= 0:
        raise InsufficientData("answers that have nothing in common do not become reliable")
    calls = wanted * (1 - reliability) / (reliability * (1 - wanted))
    if calls > _MOST:
        raise InsufficientData(f"it would take over {_MOST:,} calls")
    return max(1, math.ceil(calls - 1e-9))


def _of_clusters(
    moments: Floats, how: Resampling, interval: Literal["jackknife-t", "bca"]
) -> tuple[Interval, float]:
    ones = np.ones(len(moments))
    value = float(_singles(moments, ones[None, :])[0])
    if interval == "bca":
        return bca(partial(_singles, moments), ones, how, name=_NAME), value
    usual = oneway_squares(moments.sum(axis=0)[None, :])[1]
    logs = jackknife_t(partial(_logs, moments), ones, level=how.level, name=_NAME)
    ends = np.exp(np.array([logs.high, logs.low]))
    low, high = single_reliability(ends, usual).tolist()
    return Interval(low, high), value


def _singles(moments: Floats, weights: Floats) -> Floats:
    ratio, usual, _ = oneway_squares(weights @ moments)
    return single_reliability(np.where(np.isfinite(ratio), ratio, np.nan), usual)


def _logs(moments: Floats, weights: Floats) -> Floats:
    ratio = oneway_squares(weights @ moments)[0]
    return np.log(np.where((ratio > 0) & np.isfinite(ratio), ratio, np.nan))


def _unanimous(patterns: Patterns, count: int, *, level: float) -> Estimate:
    totals = patterns.totals()
    size = float(totals.sum())
    differing = 1 - float(totals @ (totals - 1)) / (size * (size - 1))
    low = max(1 - (1 - unanimous_share(count, level)) / differing, -1.0)
    return Estimate(
        value=1.0,
        low=low,
        high=1.0,
        level=level,
        n=patterns.n,
        method="ICC(1,1) of repeats, exact bound for unanimous units",
        reason=f"no two answers to the same question differ, on {count} of {count}",
    )
