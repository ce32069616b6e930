"""The best correlation that any judge can have with the majority of people who say yes or no."""

from __future__ import annotations

from math import comb, prod, sqrt

import numpy as np

from measurand.errors import InsufficientData
from measurand.stats.agreement import percent_agreement
from measurand.stats.arrays import Floats
from measurand.stats.consensus import majority_vote
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.patterns import Patterns
from measurand.stats.proportion import wilson
from measurand.stats.resampling import RESAMPLES

__all__ = ["ceiling_phi"]

_COIN = 0.5


def ceiling_phi(
    ratings: Floats,
    *,
    rng: np.random.Generator,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Estimate:
    """The highest correlation (phi) of any judge with the majority vote of binary raters.

    Two majorities of fresh raters on the same unit differ with some probability 2 d; no judge,
    however good, can correlate with one of them above the square root of 1 - d / (q (1 - q)),
    where q is the share of units whose majority says yes. How d follows from the disagreement of
    two raters depends on why they differ: it is least where all units are equally hard
    (independent errors), and most where some are coin flips and the others clear.

    Args:
        ratings: Shape (units, raters), of 0 and 1; NaN marks a rating that was not given.
        rng: Draws the resamples of the agreement.
        level: The confidence level.
        resamples: How many resamples of whole units.

    Returns:
        The beta model's value. The interval covers the model too, from coin flips to independent
        errors, and the sampling error of the agreement and of q.

    Raises:
        InsufficientData: No unit has two ratings, or ratings of other values; all majorities are
            the same; or raters agree no more than coin flips would.

    References:
        The bounds are Jensen's: d is the mean of a convex function of p (1 - p), where p is the
        share of all raters who would say yes to a unit.
    """
    voters, votes = _majorities(ratings)
    share = wilson(int(votes.sum()), len(votes), level=level)
    agreement = percent_agreement(ratings, rng=rng, level=level, resamples=resamples)
    odd = voters - 1 + voters % 2
    value = _reached(_beta(_half(agreement.value), odd), _spread(share.value))
    least = _reached(_half(agreement.low), min(_spread(share.low), _spread(share.high)))
    most = _reached(_independent(_half(agreement.high), odd), _widest(share))
    if most <= 0 or value <= 0:
        raise InsufficientData(
            f"no ceiling exists: raters agree on {agreement.value or 0:.0%} of the pairs, no more "
            "than chance would have it"
        )
    return Estimate(
        value=value,
        low=min(least, value),
        high=max(most, value),
        level=level,
        n=agreement.n,
        method=(
            f"highest phi with the majority of {voters}, beta model; from coin flips to "
            f"independent errors, widened by the intervals of agreement ({agreement.method}) and "
            "of the share of yes (Wilson)"
        ),
        reason="the interval reaches 0, where no ceiling exists" if least <= 0 else None,
    )


def _majorities(ratings: Floats) -> tuple[int, Floats]:
    """How many vote on a unit, by the median, and the majorities where there are any."""
    patterns = Patterns.of(ratings)
    if not set(patterns.values) <= {0.0, 1.0}:
        raise InsufficientData("the ceiling of phi is for ratings of 0 and 1")
    votes = majority_vote(ratings).labels
    votes = votes[~np.isnan(votes)]
    if votes.min(initial=1) == votes.max(initial=0):
        raise InsufficientData("people's majority is the same on every output")
    return int(np.median(np.repeat(patterns.sizes, patterns.units.astype(np.intp)))), votes


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


def _independent(half: float, raters: int) -> float:
    """Where every unit is as hard: p (1 - p) is the same everywhere."""
    p = (1 + sqrt(max(1 - 4 * half, 0.0))) / 2
    right = sum(
        comb(raters, votes) * p**votes * (1 - p) ** (raters - votes)
        for votes in range(raters // 2 + 1, raters + 1)
    )
    return right * (1 - right)


def _beta(half: float, raters: int) -> float:
    """Where p varies as Beta(a, a), whose mean of p (1 - p) is a / (4 a + 2)."""
    if half <= 0 or half >= _COIN**2:
        return half
    a = 2 * half / (1 - 4 * half)
    won = range(raters // 2 + 1, raters + 1)
    lost = range(raters // 2 + 1)
    return sum(
        comb(raters, i) * comb(raters, j) * _moment(a, i + j, 2 * raters - i - j)
        for i in won
        for j in lost
    )


def _moment(a: float, right: int, wrong: int) -> float:
    """The mean of p**right * (1 - p)**wrong."""
    above = [a + i for i in range(right)] + [a + i for i in range(wrong)]
    return prod(x / (2 * a + i) for i, x in enumerate(above))
