"""How well raters tell two levels of a scale apart."""

from __future__ import annotations

from functools import partial

import numpy as np

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats
from measurand.stats.bca import Resampling
from measurand.stats.estimate import Estimate
from measurand.stats.patterns import Patterns
from measurand.stats.resampling import bca

__all__ = ["disagreement_share", "distinguishability", "level_pairs"]

_NONE = 1e-12


def level_pairs(ratings: Floats, levels: int) -> Floats:
    """The symmetric table of pairs of ratings of the same unit, Krippendorff's coincidences.

    Each unit of m ratings gives its m (m - 1) ordered pairs the weight 1 / (m - 1), so that the
    table adds up to the ratings of units that have at least two.

    Args:
        ratings: Shape (units, raters), whole numbers from 0; NaN marks one that was not given.
        levels: How many levels there are.

    Returns:
        Shape (levels, levels).

    Raises:
        InsufficientData: No unit has two ratings.

    References:
        Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.
    """
    patterns = Patterns.of(ratings)
    counts = patterns.spread(np.arange(levels, dtype=np.float64))
    weights = patterns.units / (patterns.sizes - 1)
    table = np.einsum("p,pc,pk->ck", weights, counts, counts)
    return np.asarray(table - np.diag(weights @ counts))


def distinguishability(ratings: Floats, pair: tuple[int, int], how: Resampling) -> Estimate:
    """The degree to which raters tell two levels apart: 1 - o_ab^2 / (o_aa o_bb).

    o are the coincidences of `level_pairs`. 1 where nobody who says a meets one who says b; 0
    where among those who say either it is all the same who says which; below 0 where they
    contradict each other. 1 / (1 - it) is the odds ratio of the two levels between two raters.

    Args:
        ratings: Shape (units, raters), codes of levels; NaN marks one that was not given.
        pair: The codes a and b.
        how: Generator, level and resamples of the BCa interval over units.

    Raises:
        InsufficientData: No unit has two ratings; on no unit do two raters agree on either level,
            or on none do they differ between the two; or as for `measurand.stats.resampling.bca`.

    References:
        Darroch and McCloud (1986), Category distinguishability and observer agreement, Australian
        Journal of Statistics 28.
    """
    patterns, same_a, same_b, across = _cells(ratings, pair)
    agreed = patterns.units @ np.stack([same_a, same_b], axis=1)
    if (agreed <= _NONE).any():
        raise InsufficientData(
            "on no output do two people give the same of these levels, so how well they are told "
            "apart is unknown"
        )
    if patterns.units @ across <= _NONE:
        raise InsufficientData(
            "on no output does one person give one of these levels and another the other: nobody "
            "has confused them, and how surely nobody will cannot be estimated"
        )
    sums = np.stack([same_a, same_b, across], axis=1)
    name = "how well two levels are told apart"
    statistic = partial(_apart, sums)
    found = bca(statistic, patterns.units, how, name=name, width=3)
    return Estimate(
        value=float(statistic(patterns.units[None, :])[0]),
        low=found.low,
        high=found.high,
        level=how.level,
        n=patterns.n,
        method="Darroch and McCloud's degree of distinguishability, BCa over units",
        reason=found.caution,
    )


def disagreement_share(ratings: Floats, pair: tuple[int, int], how: Resampling) -> Estimate:
    """The share of pairs of differing ratings that differ between these two levels.

    Args:
        ratings: Shape (units, raters), codes of levels; NaN marks one that was not given.
        pair: The codes of the two levels.
        how: Generator, level and resamples of the BCa interval over units.

    Raises:
        InsufficientData: No unit has two ratings, or all raters agree; or as for
            `measurand.stats.resampling.bca`.
    """
    patterns, _, _, across = _cells(ratings, pair)
    counts = patterns.counts()
    same = (counts * (counts - 1)).sum(axis=1) / (patterns.sizes - 1)
    differing = patterns.sizes - same
    if patterns.unanimous:
        raise InsufficientData("people do not differ on any output, so nothing carries it")
    sums = np.stack([2 * across, differing], axis=1)
    statistic = partial(_share, sums)
    found = bca(statistic, patterns.units, how, name="the share of disagreement", width=2)
    return Estimate(
        value=float(statistic(patterns.units[None, :])[0]),
        low=max(found.low, 0.0),
        high=min(found.high, 1.0),
        level=how.level,
        n=patterns.n,
        method="share of differing pairs of ratings, BCa over units",
        reason=found.caution,
    )


def _cells(ratings: Floats, pair: tuple[int, int]) -> tuple[Patterns, Floats, Floats, Floats]:
    """What a unit of each pattern adds to o_aa, o_bb and o_ab."""
    patterns = Patterns.of(ratings)
    both = np.asarray(pair, dtype=np.float64)
    place = np.searchsorted(patterns.values, both)
    there = (place < len(patterns.values)) & np.isin(both, patterns.values)
    counts = patterns.counts()
    a, b = (
        counts[:, at] if known else 0.0 * patterns.sizes
        for at, known in zip(place, there, strict=True)
    )
    weights = 1 / (patterns.sizes - 1)
    return patterns, a * (a - 1) * weights, b * (b - 1) * weights, a * b * weights


def _apart(sums: Floats, weights: Floats) -> Floats:
    same_a, same_b, across = (weights @ sums).T
    whole = same_a * same_b
    known = whole > _NONE
    return np.asarray(1 - np.divide(across**2, whole, out=np.full(len(whole), np.nan), where=known))


def _share(sums: Floats, weights: Floats) -> Floats:
    part, whole = (weights @ sums).T
    return np.asarray(np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > _NONE))
