"""How much of a scale a rater uses: entropy, effective levels, the favourite level, ties."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few, cluster_codes
from measurand.stats.proportion import unanimous_share
from measurand.stats.quantiles import check_level, t_quantile
from measurand.stats.share import clustered_share

__all__ = ["Clumping", "clumping"]

_FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Clumping:
    """How a rater spreads its scores.

    Args:
        entropy: Of the levels used, in nats.
        effective_levels: exp(entropy): so many levels, all alike, would be as varied.
        modal_share: The share of scores on the level used most.
        tie_rate: How often two different outputs get the same score.
        mode: The level used most.
    """

    entropy: Estimate
    effective_levels: Estimate
    modal_share: Estimate
    tie_rate: Estimate
    mode: float


def clumping(
    scores: ArrayLike,
    *,
    levels: int | None = None,
    clusters: ArrayLike | None = None,
    level: float = LEVEL,
) -> Clumping:
    """How many levels a rater really uses.

    The entropy is corrected for its bias of (levels - 1) / 2n (Miller-Madow); intervals follow
    from each unit's influence, plus what remains where all levels are used alike and no unit has
    any. Where all scores are one, the interval is what n equal scores in n leave possible.

    Args:
        scores: One per unit, shape (n,).
        levels: How many levels the scale has; by default those that occur.
        clusters: The cluster of each unit, shape (n,).
        level: The confidence level.

    Raises:
        InsufficientData: Fewer than two units or clusters.
        UsageError: The arguments are not vectors of one length.

    References:
        Miller (1955), in *Information Theory in Psychology*, 95-100; Hill (1973), Ecology 54,
        427-432, for exp(entropy) as a number of kinds.
    """
    check_level(level)
    vector = check_finite(scores, 1)
    codes = np.arange(vector.size) if clusters is None else cluster_codes(clusters, vector.size)
    count = int(codes.max(initial=-1)) + 1
    if count < _FEWEST:
        raise InsufficientData(f"how a scale is used shows on two units at least; found {count}")
    found, place, times = np.unique(vector, return_inverse=True, return_counts=True)
    most = max(levels or len(found), len(found))
    shares = times / vector.size
    mode = int(np.argmax(times))
    modal = clustered_share((place == mode).astype(np.float64), codes, level=level)
    if len(found) == 1:
        entropy, ties = _one_level(vector.size, count, most=most, level=level)
    else:
        entropy = _entropy(shares, place, codes, most=most, level=level)
        ties = _ties(times, place, codes, level=level)
    return Clumping(
        entropy=entropy,
        effective_levels=_exponential(entropy, most),
        modal_share=modal,
        tie_rate=ties,
        mode=float(found[mode]),
    )


def _entropy(
    shares: Floats, place: NDArray[np.intp], codes: NDArray[np.intp], *, most: int, level: float
) -> Estimate:
    n = place.size
    surprise = -np.log(shares)
    plain = float(shares @ surprise)
    value = min(plain + (len(shares) - 1) / (2 * n), math.log(most)) if most > 1 else 0.0
    second = (len(shares) - 1) / (2 * n**2)
    bounds = (0.0, math.log(most))
    return _told(value, surprise[place] - plain, codes, second=second, bounds=bounds, level=level)


def _ties(
    times: NDArray[np.intp], place: NDArray[np.intp], codes: NDArray[np.intp], *, level: float
) -> Estimate:
    n = place.size
    value = float((times * (times - 1)).sum()) / (n * (n - 1))
    influence = 2 * (times[place] / n - float(((times / n) ** 2).sum()))
    second = 2 * value * (1 - value) / n**2
    return _told(value, influence, codes, second=second, bounds=(0.0, 1.0), level=level)


def _told(
    value: float,
    influence: Floats,
    codes: NDArray[np.intp],
    *,
    second: float,
    bounds: tuple[float, float],
    level: float,
) -> Estimate:
    sums = np.bincount(codes, influence)
    count = sums.size
    variance = count / (count - 1) * float(sums @ sums) / influence.size**2
    half = t_quantile((1 + level) / 2, count - 1) * math.sqrt(variance + second)
    return Estimate(
        value=value,
        low=min(max(bounds[0], value - half), value),
        high=max(min(bounds[1], value + half), value),
        level=level,
        n=influence.size,
        method="plug-in, CR1",
        reason=caution_if_few(count, "units"),
    )


def _one_level(n: int, count: int, *, most: int, level: float) -> tuple[Estimate, Estimate]:
    """What is left possible where all scores are on one level."""
    other = 1 - unanimous_share(count, level)
    high = 0.0
    if most > 1 and other > 0:
        other = min(other, 1 - 1 / most)
        high = -other * math.log(other / (most - 1)) - (1 - other) * math.log1p(-other)
    reason = f"all {n} scores are on one level; the interval is what that leaves possible"
    shape = {"level": level, "n": n, "method": "exact, all values equal", "reason": reason}
    entropy = Estimate(value=0.0, low=0.0, high=high, **shape)  # type: ignore[arg-type]
    ties = Estimate(value=1.0, low=(1 - other) ** 2, high=1.0, **shape)  # type: ignore[arg-type]
    return entropy, ties


def _exponential(entropy: Estimate, most: int) -> Estimate:
    ends = [
        min(math.exp(end), float(most))
        for end in (entropy.value, entropy.low, entropy.high)
        if end is not None
    ]
    return Estimate(
        value=ends[0],
        low=ends[1],
        high=ends[2],
        level=entropy.level,
        n=entropy.n,
        method=f"exp of the entropy, {entropy.method}",
        reason=entropy.reason,
    )
