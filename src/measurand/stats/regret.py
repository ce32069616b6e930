"""What choosing by a proxy costs: the best by a benchmark is seldom the best where it counts."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.normal_pair import below, below_concomitants, concomitants, grid_rule
from measurand.stats.quantiles import check_level

__all__ = [
    "Picked",
    "Selection",
    "expected_best",
    "observed_pick",
    "picked",
    "regret_quantile",
    "selection",
]

_REACH = 8.0
_FINE = 801
"""The same in one direction, where errors may be very unequal."""
_LEAST_NOISE = 0.02
"""Of the greatest noise: as fine as that grid."""
_ROUNDING = 1e-12
_CLOSE = 1e-8
_COARSE = 65
"""The same where three decimals will do."""
_DIGITS = 1e-4
_LEAST_R = -1 + 1e-9
_FAR = 12.0
"""Standard deviations that no regret reaches."""


class Selection(NamedTuple):
    """What to expect of picking the first of several systems by a proxy.

    Args:
        best: The probability that it is the best.
        regret: By how much the best is better, in standard deviations of quality.
        rank: The mean rank of the pick; 1 is the best.
    """

    best: float
    regret: float
    rank: float


class Picked(NamedTuple):
    """What a benchmark picked among the systems of a table.

    Args:
        place: Which system; of several that share the first place, the least good.
        tied: How many systems share the first place.
        rank: Its rank by the outcome; 1 is the best, and those that are equal share the mean.
        regret: By how much the best is better, in the outcome's unit.
    """

    place: int
    tied: int
    rank: float
    regret: float


@lru_cache(maxsize=4096)
def selection(r: float, systems: int) -> Selection:
    """Pick the first by a proxy that has this correlation with quality, both normal.

    Exact: two-dimensional quadrature, to about seven digits.

    Args:
        r: The correlation between the proxy and quality.
        systems: How many there are to choose from.

    Raises:
        UsageError: The correlation is impossible, or there is no system.

    References:
        David and Nagaraja (2003), Order Statistics, section 6.8, on concomitants.
    """
    if not -1 <= r <= 1:
        raise UsageError(f"a correlation lies between -1 and 1; found {r}")
    best = expected_best(systems)
    regret = (1 - r) * best
    if systems == 1 or r > 1 - _ROUNDING:
        return Selection(1.0, 0.0, 1.0)
    if r < _ROUNDING - 1:
        return Selection(0.0, regret, float(systems))
    x, _, mass = concomitants(r, systems)
    under = below_concomitants(r)
    at_most = special.ndtr(x)[:, None]
    probability = float((mass * under ** (systems - 1)).sum())
    ahead = np.maximum(at_most - under, 0.0) * at_most ** (systems - 2)
    rank = 1 + (systems - 1) * float((mass * ahead).sum())
    return Selection(min(max(probability, 0.0), 1.0), regret, min(max(rank, 1.0), float(systems)))


@lru_cache(maxsize=4096)
def regret_quantile(r: float, systems: int, share: float) -> float:
    """The regret that is not exceeded in this share of sets of systems, in standard deviations.

    Two-dimensional quadrature, to about three decimals.

    Args:
        r: As for `selection`.
        systems: As for `selection`.
        share: Strictly between 0 and 1. Where the best itself is picked as often, it is 0.

    Raises:
        UsageError: As for `selection`; or the share is impossible.
    """
    check_level(share)
    if selection(r, systems).best >= share:
        return 0.0
    bounded = min(max(r, _LEAST_R), -_LEAST_R)
    x, y, mass = concomitants(bounded, systems, steps=_COARSE)
    low, high = 0.0, _FAR
    while high - low > _DIGITS:
        middle = (low + high) / 2
        held = float((mass * below(x, y + middle, bounded) ** (systems - 1)).sum())
        low, high = (middle, high) if held < share else (low, middle)
    return high


@lru_cache(maxsize=256)
def expected_best(systems: int) -> float:
    """The mean of the largest of so many standard normal values: the regret of a random pick.

    Raises:
        UsageError: There is no system.
    """
    if systems < 1:
        raise UsageError(f"there is a system to choose; found {systems}")
    grid, weights = grid_rule()
    density = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi)
    return float((weights * systems * grid * density * special.ndtr(grid) ** (systems - 1)).sum())


def picked(scores: ArrayLike, outcome: ArrayLike) -> Picked:
    """What a benchmark picks, and what the outcome says of it.

    Args:
        scores: Shape (n,); the highest is picked. Of several, the least good counts: nothing but
            luck would choose a better one.
        outcome: Shape (n,); higher is better.

    Raises:
        InsufficientData: There are fewer than two systems.
        UsageError: The arguments are not vectors of finite numbers of one length.
    """
    x, y = check_finite(scores, 1), check_finite(outcome, 1)
    if x.shape != y.shape:
        raise UsageError(f"every score has an outcome; found {x.size} and {y.size}")
    if x.size < 2:  # noqa: PLR2004 - there is nothing to pick from
        raise InsufficientData(f"a pick takes two systems to choose from; found {x.size}")
    first = np.flatnonzero(x == x.max())
    place = int(first[np.argmin(y[first])])
    better, equal = int((y > y[place]).sum()), int((y == y[place]).sum())
    return Picked(place, first.size, better + (equal + 1) / 2, float(y.max() - y[place]))


def observed_pick(
    outcome: ArrayLike, errors: ArrayLike, place: int, *, level: float = LEVEL
) -> Estimate:
    """By how much the truly best system is better than one of them, with noise in the outcome.

    All differences from the one are bounded at once, as in comparisons with a control; the regret
    then lies between the greatest lower and the greatest upper bound.

    Args:
        outcome: Shape (n,).
        errors: The standard errors of the outcome, shape (n,), independent; 0 where there is
            no noise, but not all of them.
        place: Which system was picked.
        level: The confidence level.

    Raises:
        UsageError: The shapes differ, an error is negative, or all are 0.

    References:
        Dunnett (1955), Journal of the American Statistical Association 50, 1096-1121; Hsu (1981),
        Annals of Statistics 9, 1026-1034.
    """
    check_level(level)
    y, noise = check_finite(outcome, 1), check_finite(errors, 1)
    if y.shape != noise.shape or noise.min(initial=0.0) < 0 or not noise.any():
        raise UsageError("every outcome has one standard error, not negative, and not all are 0")
    others = np.arange(y.size) != place
    gaps = y[others] - y[place]
    spread = np.hypot(noise[others], noise[place])
    reach = _critical(noise[others], float(noise[place]), level) * spread
    return Estimate(
        value=max(float(gaps.max()), 0.0),
        low=max(float((gaps - reach).max()), 0.0),
        high=max(float((gaps + reach).max()), 0.0),
        level=level,
        n=int(y.size),
        method="comparisons with the pick, Dunnett",
    )


def _critical(others: Floats, own: float, level: float) -> float:
    """How many standard errors hold all differences from one at once."""
    # Without any noise of its own an outcome would be a step between two points of the grid.
    others = np.maximum(others, _LEAST_NOISE * max(own, float(others.max(initial=0.0))))
    grid = np.linspace(-_REACH, _REACH, _FINE)
    density = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi) * (grid[1] - grid[0])
    spread = np.hypot(others, own)[:, None]
    low, high = 0.0, 10.0
    while high - low > _CLOSE:
        middle = (low + high) / 2
        ends = ((sign * middle * spread + own * grid) / others[:, None] for sign in (1, -1))
        upper, lower = (special.ndtr(end) for end in ends)
        held = float((density * np.prod(upper - lower, axis=0)).sum())
        low, high = (middle, high) if held < level else (low, middle)
    return high
