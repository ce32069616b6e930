"""Raw agreement: how often two raters of the same unit say the same."""

from __future__ import annotations

import numpy as np

from measurand.stats.arrays import Floats
from measurand.stats.bca import Interval, Resampling
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.patterns import Patterns
from measurand.stats.proportion import unanimous_share
from measurand.stats.resampling import RESAMPLES, bca

__all__ = ["agreeing_pairs", "percent_agreement"]

_NAME = "percent agreement"


def percent_agreement(
    ratings: Floats,
    *,
    rng: np.random.Generator,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Mean pairwise agreement: the share of a unit's pairs of ratings that are equal.

    Args:
        ratings: Shape (units, raters); NaN marks a rating that was not given. Units with fewer
            than two ratings do not count.
        rng: Draws the resamples.
        level: The confidence level.
        resamples: How many resamples of whole units.

    Returns:
        A share of 1. Where all units agree, or none does, the interval is the exact bound.

    Raises:
        InsufficientData: No unit has two ratings; fewer than three units; every unit agrees to
            the same degree, short of all or nothing.
    """
    patterns = Patterns.of(ratings)
    shares = agreeing_pairs(patterns)
    value = float(patterns.units @ shares / patterns.n)
    least = unanimous_share(patterns.n, level)
    method = "mean pairwise agreement, exact bound"
    if patterns.unanimous:
        value, found = 1.0, Interval(least, 1.0)
    elif not shares.any():
        value, found = 0.0, Interval(0.0, 1 - least)
    else:
        method = "mean pairwise agreement, BCa over units"
        found = bca(
            lambda weights: weights @ shares / weights.sum(axis=1),
            patterns.units,
            Resampling(rng=rng, level=level, resamples=resamples),
            name=_NAME,
        )
    return Estimate(
        value=value, low=found.low, high=found.high, level=level, n=patterns.n, method=method
    )


def agreeing_pairs(patterns: Patterns) -> Floats:
    """Shape (patterns,): the share of a unit's pairs of ratings that are equal.

    Args:
        patterns: Units with at least two ratings each.
    """
    codes, missing = patterns.codes, len(patterns.values)
    run = np.zeros(len(codes))
    equal = np.zeros(len(codes))
    for before, here in zip(codes.T[:-1], codes.T[1:], strict=True):
        run = np.where((before == here) & (here < missing), run + 1, 0.0)
        equal += run
    return np.asarray(2 * equal / (patterns.sizes * (patterns.sizes - 1)))
