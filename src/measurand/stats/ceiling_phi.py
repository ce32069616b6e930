"""The best correlation that any judge can have with the majority of people who say yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from measurand.errors import InsufficientData
from measurand.stats.agreement import agreeing_pairs, percent_agreement
from measurand.stats.arrays import Floats, as_table
from measurand.stats.bca import no_spread, require_units
from measurand.stats.consensus import majority_vote
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few, cluster_sums
from measurand.stats.patterns import Patterns
from measurand.stats.proportion import score_bounds, unanimous_share, wilson
from measurand.stats.quantiles import t_quantile, two_sided_z
from measurand.stats.resampling import RESAMPLES
from measurand.stats.sample import Sample

__all__ = ["ceiling_phi", "highest_phi"]

Sizes = Mapping[int, float]
"""On which share of units how many people said yes or no."""

_COIN = 0.5
_NODES = 64
_AS_GOOD_AS_COINS = 5000.0
"""From here on the beta model's units are all alike."""
_NAME = "the agreement of two people"
_ROUNDING = 1e-12


def ceiling_phi(
    ratings: Floats,
    *,
    rng: np.random.Generator,
    clusters: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Estimate:
    """The highest correlation (phi) of any judge with the majority vote of binary raters.

    Two majorities of fresh raters on the same unit differ with some probability 2 d; no judge,
    however good, can correlate with one of them above the square root of 1 - d / (q (1 - q)),
    where q is the share of units whose majority says yes. How d follows from the disagreement of
    two raters depends on why they differ: it is least where all units are equally hard
    (independent errors), and most where some are coin flips and the others clear.

    An even number of raters may tie. The agreement is that of all units; the majority, q and d
    are those of units without a tie, among which clear units are more frequent than among all.

    Args:
        ratings: Shape (units, raters), of 0 and 1; NaN marks a rating that was not given. Units
            that tie belong to it.
        rng: Draws the resamples of the agreement.
        clusters: The cluster of each unit, shape (units,); by default each unit is its own.
        weights: Positive, shape (units,): the inverse of how likely a unit was to be drawn.
        level: The confidence level.
        resamples: How many resamples of whole units, where there are neither.

    Returns:
        The beta model's value. The interval covers the model too, from coin flips to independent
        errors, and the sampling error of the agreement and of q.

    Raises:
        InsufficientData: No unit has two ratings, or ratings of other values; all majorities are
            the same; or raters agree no more than coin flips would.
        UsageError: The arguments differ in shape, or a weight is not positive.

    References:
        The bounds are Jensen's: d is the mean of a convex function of p (1 - p), where p is the
        share of all raters who would say yes to a unit; with ties a ratio of two such means,
        whose extremes are at the same distributions.
    """
    found = highest_phi(
        ratings, rng=rng, clusters=clusters, weights=weights, level=level, resamples=resamples
    )
    if not found.value:
        raise InsufficientData(found.reason or "no ceiling exists")
    return found


def highest_phi(
    ratings: Floats,
    *,
    rng: np.random.Generator,
    clusters: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Estimate:
    """`ceiling_phi`; and where raters agree no more than by chance, 0 with how high it may be.

    Args:
        ratings: As for `ceiling_phi`, like all else.
        rng: The same.
        clusters: The same.
        weights: The same.
        level: The same.
        resamples: The same.

    Raises:
        InsufficientData: No unit has two ratings, or ratings of other values; or all majorities
            are the same.
        UsageError: As for `ceiling_phi`.
    """
    table = as_table(ratings)
    voted = _Voted.of(table, Sample.of(len(table), clusters, weights), level=level)
    if voted.sample.plain:
        agreement = percent_agreement(table, rng=rng, level=level, resamples=resamples)
    else:
        agreement = _agreement(table, voted.sample, level=level)
    share, sizes = voted.share, voted.sizes
    value = _reached(_beta(_half(agreement.value), sizes), _spread(share.value))
    least = _reached(
        _coins(_half(agreement.low), sizes), min(_spread(share.low), _spread(share.high))
    )
    most = _reached(_independent(_half(agreement.high), sizes), _widest(share))
    none = (
        f"no ceiling exists: raters agree on {agreement.value or 0:.0%} of the pairs, no more "
        "than chance would have it"
    )
    cut = "the interval reaches 0, where no ceiling exists" if least <= 0 else agreement.reason
    return Estimate(
        value=value,
        low=min(least, value),
        high=max(most, value),
        level=level,
        n=agreement.n,
        method=(
            f"highest phi with the majority of {voted.voters}, beta model; from coin flips to "
            f"independent errors, widened by the intervals of agreement ({agreement.method}) and "
            f"of the share of yes ({share.method})"
        ),
        reason=none if value <= 0 else cut,
    )


@dataclass(frozen=True, slots=True)
class _Voted:
    """Who voted on how many units, and the share of yes among the majorities."""

    sample: Sample
    voters: int
    sizes: Sizes
    share: Estimate

    @classmethod
    def of(cls, table: Floats, sample: Sample, *, level: float) -> _Voted:
        patterns = Patterns.of(table)
        if not set(patterns.values) <= {0.0, 1.0}:
            raise InsufficientData("the ceiling of phi is for ratings of 0 and 1")
        labels = majority_vote(table).labels
        clear = ~np.isnan(labels)
        votes = labels[clear]
        if votes.min(initial=1) == votes.max(initial=0):
            raise InsufficientData("people's majority is the same on every output")
        if sample.plain:
            share = wilson(int(votes.sum()), len(votes), level=level)
        else:
            share = _share(votes, sample.only(clear), level=level)
        given = (~np.isnan(table)).sum(axis=1)
        held = np.bincount(given, sample.weights)
        sizes = {int(k): float(held[k] / held[1:].sum()) for k in np.flatnonzero(held) if k}
        pairs = np.repeat(patterns.sizes, patterns.units.astype(np.intp))
        return cls(sample, int(np.median(pairs)), sizes, share)


def _agreement(table: Floats, sample: Sample, *, level: float) -> Estimate:
    """How often two raters agree on units in clusters, or that weigh differently."""
    patterns = Patterns.of(table, compressed=False)
    used = sample.only((~np.isnan(table)).sum(axis=1) > 1)
    require_units(used.count, _NAME, used.noun)
    said = agreeing_pairs(patterns)
    value, error = _weighted(said, used)
    half = t_quantile((1 + level) / 2, used.count - 1) * error
    low, high, how = max(value - half, 0.0), min(value + half, 1.0), "linearised, t(C-1)"
    if patterns.unanimous:
        value, low, high, how = 1.0, unanimous_share(used.count, level), 1.0, "exact bound"
    elif error <= _ROUNDING:
        raise no_spread(_NAME)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        n=patterns.n,
        method=f"mean pairwise agreement, {how}",
        reason=caution_if_few(used.count, used.noun),
    )


def _share(votes: Floats, sample: Sample, *, level: float) -> Estimate:
    """The share of yes, with Wilson's interval at the effective size."""
    require_units(sample.count, "the share of yes", sample.noun)
    value, error = _weighted(votes, sample)
    wider = two_sided_z(level) / t_quantile((1 + level) / 2, sample.count - 1)
    size = float(sample.count)
    if error > _ROUNDING:
        size = min(value * (1 - value) / error**2, float(votes.size)) * wider**2
    low, high = score_bounds(value, size, level=level)
    found = Estimate(value=value, low=low, high=high, level=level, n=votes.size, method="Wilson")
    return replace(found, method="Wilson at the effective size")


def _weighted(values: Floats, sample: Sample) -> tuple[float, float]:
    """The weighted mean, and its standard error over clusters."""
    mean = float(np.average(values, weights=sample.weights))
    moved = sample.weights * (values - mean) / sample.weights.sum()
    sums = cluster_sums(moved[:, None], sample.codes)[:, 0]
    return mean, sqrt(sums.size / (sums.size - 1) * float(sums @ sums))


def _half(agreement: float | None) -> float:
    """The mean of p (1 - p): half of how often two raters differ."""
    return (1 - (agreement or 0.0)) / 2


def _spread(share: float | None) -> float:
    return (share or 0.0) * (1 - (share or 0.0))


def _widest(share: Estimate) -> float:
    """The largest variance of the majority that the interval of its share allows."""
    low, high = share.low or 0.0, share.high or 0.0
    if low <= _COIN <= high:
        return _COIN**2
    return max(_spread(low), _spread(high))


def _reached(differing: float, spread: float) -> float:
    return sqrt(max(1 - differing / spread, 0.0)) if spread > 0 else 0.0


def _clear(p: Floats, sizes: Sizes) -> tuple[Floats, Floats]:
    """How often a unit does not tie, and that times the variance of its majority.

    Of units whose share of yes among all raters is p, shape (...).
    """
    clear, varying = np.zeros_like(p), np.zeros_like(p)
    for raters, share in sizes.items():
        yes = special.bdtrc(raters // 2, raters, p)
        no = special.bdtrc(raters // 2, raters, 1 - p)
        clear += share * (yes + no)
        varying += share * yes * no / (yes + no)
    return clear, varying


def _independent(half: float, sizes: Sizes) -> float:
    """Where every unit is as hard: p (1 - p) is the same everywhere."""
    p = (1 + sqrt(max(1 - 4 * half, 0.0))) / 2
    clear, varying = _clear(np.array([p]), sizes)
    return float(varying[0] / clear[0])


def _coins(half: float, sizes: Sizes) -> float:
    """Where some units are coin flips, and the others clear to everybody."""
    flips = min(4 * half, 1.0)
    clear, varying = _clear(np.array([_COIN]), sizes)
    return float(flips * varying[0] / (1 - flips + flips * clear[0]))


def _beta(half: float, sizes: Sizes) -> float:
    """Where p varies as Beta(a, a), whose mean of p (1 - p) is a / (4 a + 2)."""
    if half <= 0:
        return 0.0
    a = 2 * half / (1 - 4 * half) if half < _COIN**2 else _AS_GOOD_AS_COINS
    if a >= _AS_GOOD_AS_COINS:
        return _independent(half, sizes)
    nodes, shares = special.roots_jacobi(_NODES, a - 1, a - 1)
    clear, varying = _clear(np.clip((1 + nodes) / 2, 0.0, 1.0), sizes)
    return float(shares @ varying / (shares @ clear))
