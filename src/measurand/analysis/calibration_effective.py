"""For how many independent outputs a test set stands: alike outputs say less than their number."""

from __future__ import annotations

from functools import partial
from math import atanh

import numpy as np

from measurand.analysis.calibration_pool import Pool
from measurand.analysis.matrix import Floats
from measurand.errors import InsufficientData
from measurand.stats.correlation import pearson
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.quantiles import t_quantile, two_sided_z

__all__ = ["LEAST_CLUSTERS", "effective_number", "inflation"]

LEAST_CLUSTERS = 20
"""Prompts below which it is not known how alike their outputs are; each then counts as one."""
_NEARLY_ONE = 1 - 1e-9


def effective_number(pool: Pool) -> float:
    """The independent outputs of equal weight that would say as much as these do.

    Weights take Kish's share. Outputs of one prompt take as much as the squared error of the
    correlation is larger where prompts are the units; but however alike they are, prompts stay
    independent, so that it is never fewer than these.

    Args:
        pool: The outputs; those without a value by judge or people are left out.
    """
    told = pool.only(pool.both)
    weights: Floats = np.ones(told.n) if told.weights is None else told.weights
    if told.shared is None or not told.n:
        return _kish(weights)
    least = _kish(np.bincount(told.clusters, weights=weights).astype(np.float64))
    if len(np.unique(told.clusters)) < LEAST_CLUSTERS:
        return least
    try:
        return max(least, _kish(weights) / max(_through_clusters(told), 1.0))
    except InsufficientData:
        return least


def _through_clusters(pool: Pool) -> float:
    """How many times larger the variance of the correlation is for outputs that share prompts."""
    own = partial(pearson, pool.judge, pool.people, weights=pool.weights)
    together = _half(own(clusters=pool.clusters)) / _reach(len(np.unique(pool.clusters)))
    alone = _half(own()) / _reach(pool.n)
    return float((together / alone) ** 2)


def _reach(units: int) -> float:
    return t_quantile((1 + LEVEL) / 2, units - 1)


def inflation(estimate: Estimate) -> float:
    """How many times the outputs it takes because outputs of one prompt are alike.

    Args:
        estimate: A correlation with a two-sided interval.
    """
    plain = two_sided_z(estimate.level) / max(estimate.n - 3, 1) ** 0.5
    return max(float((_half(estimate) / plain) ** 2), 1.0)


def _kish(weights: Floats) -> float:
    """The number of equal weights that would leave a mean as sure.

    References:
        Kish (1965), Survey Sampling, section 11.7.
    """
    square = float((weights**2).sum())
    return float(weights.sum()) ** 2 / square if square > 0 else 0.0


def _half(estimate: Estimate) -> float:
    """Half of the interval on the scale of Fisher's z."""
    return (_fisher(estimate.high or 0.0) - _fisher(estimate.low or 0.0)) / 2


def _fisher(value: float) -> float:
    return atanh(min(max(value, -_NEARLY_ONE), _NEARLY_ONE))
