"""The ceiling of a majority vote from units that four or more people rated.

With k votes of yes and no on a unit, the mean of t = (2p - 1)^2 over units, and of its powers up
to k // 2, is known, where p is the chance that a rater says yes. The best score against a
majority is the mean of a function of t, so it lies between two bounds that these means set:
three votes leave all between coin flips and independent errors, four or more leave much less.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
from scipy.special import gammaln

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats
from measurand.stats.bca import Resampling, multiplicities, require_units
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.patterns import Patterns
from measurand.stats.proportion import unanimous_share
from measurand.stats.resampling import RESAMPLES

__all__ = [
    "LEAST_VOTES",
    "MajorityBounds",
    "ceiling_majority_bounds",
    "majority_bounds",
    "majority_score",
    "vote_moments",
]

LEAST_VOTES = 4
"""Votes a unit needs for the second moment."""

_HALF = 0.5
_TINY = 1e-12
_BINARY = 2
_NAME = "the ceiling of a majority vote"


@dataclass(frozen=True, slots=True)
class MajorityBounds:
    """The best attainable agreement with a majority, as far as two moments tell.

    Args:
        low: The least that the moments allow.
        beta: Where t has the beta distribution of these moments.
        high: The most that they allow.
    """

    low: float
    beta: float
    high: float


def majority_score(t: Floats, raters: int = 3) -> Floats:
    """How often the likelier answer is that of the majority: 1/2 + sqrt(t) (3 - t) / 4 for three.

    Args:
        t: (2p - 1)^2 of units, any shape, within [0, 1].
        raters: How many vote; an even number, its ties broken by a coin, is worth one fewer.

    Raises:
        ValueError: Nobody votes.
    """
    odd = _odd(raters)
    right = (1 + np.sqrt(t)) / 2
    score = sum(
        float(comb(odd, votes)) * right**votes * (1 - right) ** (odd - votes)
        for votes in range(odd // 2 + 1, odd + 1)
    )
    return np.asarray(score, dtype=np.float64)


def majority_bounds(first: float, second: float, raters: int = 3) -> MajorityBounds:
    """The sharp bounds of the ceiling, given the mean of t and of its square.

    The score as a function of t has derivatives of alternating sign, so the bounds are reached by
    the principal representations of the moments (Chebyshev and Markov): the lower at t = 0 and
    one other point, the upper at t = 1 and one other point.

    Args:
        first: The mean of t, in [0, 1]: twice the agreement of two raters, less one.
        second: The mean of t squared, within [first**2, first].
        raters: How many vote.

    Raises:
        ValueError: No distribution on [0, 1] has these moments; or nobody votes.

    References:
        Karlin and Studden (1966), Tchebycheff Systems, chapters II and III.
    """
    if not (0 <= first <= 1 and first**2 - _TINY <= second <= first + _TINY):
        raise ValueError(
            f"no share has the mean {first:g} and the mean square {second:g}; the square lies "
            f"between {first**2:g} and {first:g}"
        )
    low, high = _bounds(np.array([first]), np.array([second]), raters)
    return MajorityBounds(float(low[0]), _beta(first, second, raters), float(high[0]))


def vote_moments(yes: Floats, votes: Floats) -> tuple[Floats, Floats]:
    """Of each unit the unbiased estimates of t and of its square, by its votes.

    They are the elementary symmetric means of two and of four signs (yes +1, no -1), and may lie
    outside of [0, 1].

    Args:
        yes: Shape (units,): how many said yes.
        votes: Shape (units,): of how many; at least four.

    Raises:
        ValueError: A unit has fewer votes.
    """
    if (np.asarray(votes) < LEAST_VOTES).any():
        raise ValueError(f"the second moment takes {LEAST_VOTES} votes on every unit")
    k, gap = np.asarray(votes, dtype=np.float64), 2.0 * yes - votes
    pairs = (gap**2 - k) / (k * (k - 1))
    fours = gap**4 - 6 * k * gap**2 + 8 * gap**2 + 3 * k**2 - 6 * k
    return pairs, fours / (k * (k - 1) * (k - 2) * (k - 3))


def ceiling_majority_bounds(
    ratings: Floats,
    *,
    rng: np.random.Generator,
    raters: int | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Estimate:
    """The best attainable agreement with the majority of binary raters, from four votes or more.

    Only units with at least four votes count; where they are a random sub-sample, the result
    holds for all. Raters of a unit are taken as exchangeable, and as independent given the unit.
    Votes beyond four make the two moments more certain; higher moments are not used.

    Args:
        ratings: Shape (units, raters), of two values; NaN marks a rating that was not given.
        rng: Draws the resamples.
        raters: How many vote; by default the median number of ratings a unit has.
        level: The confidence level.
        resamples: How many resamples of whole units.

    Returns:
        The value where t has a beta distribution, in the interval from the lower end of the
        lower bound to the upper end of the upper one, so it covers what sampling and what the
        moments leave open; ``method`` spells out the bounds.

    Raises:
        InsufficientData: More than two values; fewer than three units with four votes; or raters
            who agree no more than coins would.
    """
    whole = Patterns.of(ratings)
    voters = raters or int(np.median(np.repeat(whole.sizes, whole.units.astype(np.intp))))
    moments, units = _moments(whole)
    first, second = _possible(units[None, :] @ moments / units.sum())
    if first[0] <= _TINY:
        raise InsufficientData(
            "no ceiling exists: on units with four votes raters agree no more than coin flips would"
        )
    here = majority_bounds(float(first[0]), float(second[0]), voters)
    how = Resampling(rng=rng, level=level, resamples=resamples)
    if first[0] >= 1 - _TINY:
        low, high = unanimous_share(int(units.sum()), level), 1.0
    else:
        low, high = _ends(moments, units, voters, how=how)
        low, high = min(low, here.low), max(high, here.high)
    return Estimate(
        value=here.beta,
        low=low,
        high=high,
        level=level,
        n=int(units.sum()),
        method=(
            f"best score against the majority of {voters} from two moments of the votes, beta "
            f"model; identified set [{here.low:.3f}, {here.high:.3f}], widened by percentile "
            "bootstrap over units"
        ),
        reason="the agreement may be that of coin flips" if low <= _HALF else None,
    )


def _moments(whole: Patterns) -> tuple[Floats, Floats]:
    """Both moments of each pattern with four votes, and how many units show it."""
    if len(whole.values) > _BINARY:
        raise InsufficientData(
            f"{_NAME} is for ratings of two values; found {len(whole.values)}: use the ceiling "
            "of a correlation"
        )
    enough = whole.sizes >= LEAST_VOTES
    units, sizes = whole.units[enough], whole.sizes[enough]
    require_units(units.sum(), _NAME, f"units with {LEAST_VOTES} votes")
    yes = (whole.codes[enough] == len(whole.values) - 1).sum(axis=1).astype(np.float64)
    return np.stack(vote_moments(yes, sizes), axis=1), units


def _ends(moments: Floats, units: Floats, voters: int, *, how: Resampling) -> tuple[float, float]:
    """The ends of the interval: quantiles of the resampled lower and upper bounds."""
    draws = np.concatenate([taken @ moments for taken in multiplicities(units, how)])
    means = draws / units.sum()
    lows, highs = _bounds(np.clip(means[:, 0], 0.0, 1.0), means[:, 1], voters)
    tails = (1 - how.level) / 2, (1 + how.level) / 2
    low = float(np.quantile(lows, tails[0], method="weibull"))
    return max(low, 0.0), min(float(np.quantile(highs, tails[1], method="weibull")), 1.0)


def _odd(raters: int) -> int:
    if raters < 1:
        raise ValueError(f"a vote takes at least one rater; found {raters}")
    return raters - 1 + raters % 2


def _possible(means: Floats) -> tuple[Floats, Floats]:
    """The moments, moved to the nearest that a distribution on [0, 1] has."""
    first = np.clip(means[:, 0], 0.0, 1.0)
    return first, np.clip(means[:, 1], first**2, first)


def _bounds(first: Floats, second: Floats, raters: int) -> tuple[Floats, Floats]:
    """The lower and the upper bound of each pair of moments, by principal representation.

    Moments that no distribution has are moved to the nearest that one has, but not where a bound
    is widest: there it goes on smoothly, so that resamples spread to either side of the edge.
    """
    above, below = np.maximum(second, first**2), np.minimum(second, first)
    other = np.divide(above, first, out=np.zeros_like(first), where=first > _TINY)
    mass = np.divide(first, other, out=np.zeros_like(first), where=other > _TINY)
    low = _HALF + mass * (majority_score(np.maximum(other, 0), raters) - _HALF)
    short, square = 1 - first, 1 - 2 * first + below
    gap = np.divide(square, short, out=np.zeros_like(first), where=short > _TINY)
    rest = np.divide(short, gap, out=np.zeros_like(first), where=gap > _TINY)
    high = 1 - rest * (1 - majority_score(np.clip(1 - gap, 0, 1), raters))
    return low, high


def _beta(first: float, second: float, raters: int) -> float:
    """The mean score where t is Beta with these moments; a point, or two, at their limits."""
    spread = second - first**2
    if spread <= _TINY:
        return float(majority_score(np.array(first), raters))
    weight = (first - second) / spread
    if weight <= _TINY:
        return _HALF + first / 2
    a, b = first * weight, (1 - first) * weight
    powers = np.arange(1, _odd(raters) + 1, 2) / 2
    means = np.exp(gammaln(a + powers) + gammaln(a + b) - gammaln(a) - gammaln(a + b + powers))
    return _HALF + float(_odd_terms(_odd(raters)) @ means)


def _odd_terms(odd: int) -> Floats:
    """The coefficients of d, d^3, ... in the score as a polynomial of d = sqrt(t), less a half."""
    total = np.zeros(odd + 1)
    for votes in range(odd // 2 + 1, odd + 1):
        plus, minus = np.poly1d([1, 1]) ** votes, np.poly1d([-1, 1]) ** (odd - votes)
        terms = (plus * minus).coeffs[::-1] * comb(odd, votes) / 2.0**odd
        total[: len(terms)] += terms
    return np.asarray(total[1::2])
