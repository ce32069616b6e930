"""Cohen's kappa of two raters on units that come in clusters."""

from __future__ import annotations

from functools import partial
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import UsageError
from measurand.stats.arrays import Floats
from measurand.stats.bca import require_units
from measurand.stats.chance import agreement_weights
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.kappa import cohen_kappa
from measurand.stats.mean import caution_if_few, cluster_codes
from measurand.stats.proportion import unanimous_share
from measurand.stats.resampling import jackknife_t
from measurand.stats.sample import MOST_LEFT_OUT

__all__ = ["clustered_kappa"]

_NAME = "Cohen's kappa"
Places: TypeAlias = NDArray[np.intp]
"""Which value each of two raters gave, shape (2, units)."""


def clustered_kappa(
    first: Floats,
    second: Floats,
    *,
    clusters: ArrayLike,
    weights: Literal["none", "linear", "quadratic"] = "none",
    level: float = LEVEL,
) -> Estimate:
    """`cohen_kappa` with an interval that knows which units are alike: jackknife-t over clusters.

    Args:
        first: Shape (units,): one rater; NaN where there is no rating.
        second: Shape (units,): the other.
        clusters: The cluster of each unit, shape (units,).
        weights: As for `cohen_kappa`.
        level: The confidence level.

    Raises:
        InsufficientData: As for `cohen_kappa`; fewer than three clusters rated by both; or kappa
            hangs on one.
        UsageError: The raters or clusters have different numbers of units.

    References:
        Hinkley (1977), Biometrika 64, 21-28.
    """
    pair, codes = _by_both(first, second, clusters)
    plain = cohen_kappa(*pair, weights=weights, level=level)
    count = int(codes.max(initial=-1)) + 1
    require_units(count, _NAME, "clusters rated by both")
    values = np.unique(pair)
    agreeing = agreement_weights(values, weights)
    value = plain.value or 0.0
    sums = _summed(np.searchsorted(values, pair), agreeing, codes % MOST_LEFT_OUT)
    if (pair[0] == pair[1]).all():
        chance = float(_apart(sums.sum(axis=0, keepdims=True), agreeing)[1][0])
        low, high = max(1 - (1 - unanimous_share(count, level)) / chance, -1.0), 1.0
        how = "exact bound over clusters"
    else:
        found = jackknife_t(
            partial(_kappas, sums, agreeing),
            np.ones(len(sums)),
            level=level,
            name=_NAME,
            width=sums.shape[1],
        )
        low, high = max(found.low, -1.0), min(found.high, 1.0)
        how = "jackknife-t over clusters"
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        n=plain.n,
        method=f"{plain.method.split(',')[0]}, {how}",
        reason=caution_if_few(count, "clusters"),
    )


def _by_both(first: Floats, second: Floats, clusters: ArrayLike) -> tuple[Floats, NDArray[np.intp]]:
    """What both say of the units that both rated, and the clusters of these."""
    one, other = np.asarray(first, np.float64), np.asarray(second, np.float64)
    labels = np.asarray(clusters)
    if not one.shape == other.shape == labels.shape:
        raise UsageError(
            f"two raters and clusters are of the same units; found shapes {one.shape}, "
            f"{other.shape} and {labels.shape}"
        )
    both = np.isfinite(one) & np.isfinite(other)
    pair = np.stack([one[both], other[both]])
    return pair, cluster_codes(labels[both], pair.shape[1])


def _summed(places: Places, agreeing: Floats, codes: NDArray[np.intp]) -> Floats:
    """Of each cluster its units, their agreement, and how often either rater gave each value."""
    count, values = int(codes.max()) + 1, len(agreeing)
    agreed = np.bincount(codes, agreeing[places[0], places[1]], minlength=count)
    given = [
        np.bincount(codes * values + one, minlength=count * values).reshape(count, values)
        for one in places
    ]
    return np.column_stack([np.bincount(codes, minlength=count), agreed, *given]).astype(float)


def _apart(added: Floats, agreeing: Floats) -> tuple[Floats, Floats]:
    """How much raters disagree, and how much they would by chance."""
    shares = added[:, 1:] / added[:, :1]
    rows, columns = np.split(shares[:, 1:], 2, axis=1)
    return 1 - shares[:, 0], 1 - ((rows @ agreeing) * columns).sum(axis=1)


def _kappas(sums: Floats, agreeing: Floats, times: Floats) -> Floats:
    """Kappa of each row of multiplicities; NaN where chance agreement is complete."""
    observed, chance = _apart(times @ sums, agreeing)
    ratio = np.divide(observed, chance, out=np.full(len(times), np.nan), where=chance > 0)
    return np.asarray(1 - ratio)
