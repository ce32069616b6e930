"""How often a system wins, and how often it would if both outputs were equally long.

Raters prefer longer and more decorated outputs. A length-controlled win rate is what the fitted
model says of two outputs that differ in nothing that was measured of their style.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.bradley_terry import Strengths
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.pair_model import points_at, tie_slope

__all__ = ["density_difference", "length_difference", "scaled_feature", "win_rate"]

_EDGE = 1e-12


def win_rate(
    strengths: Strengths, place: int, *, against: int | None = None, level: float = LEVEL
) -> Estimate:
    """The expected points of a system, at no difference in any feature of the model.

    A tie counts a half. Its interval is t with a cluster-robust error by the delta method on the
    logit, so that it stays within 0 and 1.

    Args:
        strengths: The fitted model; with features the win rate is controlled for them.
        place: Whose.
        against: Against which system; by default the mean over all others, each weighing the same
            however often the two met.
        level: The confidence level.

    Raises:
        InsufficientData: There are too few clusters.
        UsageError: A system is to win against itself.

    References:
        Dubois, Galambosi, Liang and Hashimoto (2024), arXiv:2404.04475, for the idea; what they
        ignore, that the model is estimated, is in the interval here.
    """
    size = len(strengths.results.names)
    others = (
        [against] if against is not None else [other for other in range(size) if other != place]
    )
    if place in others:
        raise UsageError("a win rate is that against another system")
    gaps = strengths.values[place] - strengths.values[others]
    points, slopes = points_at(gaps, strengths.tie)
    gradient = np.zeros(strengths.parameters.size)
    gradient[place] = slopes.mean()
    gradient[others] -= slopes / len(others)
    if strengths.ties == "davidson":
        gradient[-1] = float(tie_slope(gaps, strengths.tie).mean())
    rate = float(points.mean())
    spread = rate * (1 - rate)
    if spread <= _EDGE:
        raise InsufficientData("a win rate of 0 or 1 has no interval from a model")
    centre = float(np.log(rate / (1 - rate)))
    logit = strengths.covariance.estimate(
        centre, gradient / spread, method=strengths.method, level=level
    )
    reach = centre - (logit.low or 0.0)
    return Estimate(
        value=rate,
        low=min(float(special.expit(centre - reach)), rate),
        high=max(float(special.expit(centre + reach)), rate),
        level=level,
        n=logit.n,
        method=f"{logit.method}, delta on the logit",
        reason=logit.reason,
    )


def length_difference(first: ArrayLike, second: ArrayLike) -> Floats:
    """(a - b) / (a + b) of two lengths; 0 where both are empty.

    Raises:
        UsageError: Shapes differ, or a length is negative.
    """
    return _relative(first, second, 0.0)


def density_difference(first: ArrayLike, second: ArrayLike) -> Floats:
    """(a - b) / (a + b + 1) of two densities, as of headers a word.

    Raises:
        UsageError: Shapes differ, or a density is negative.
    """
    return _relative(first, second, 1.0)


def scaled_feature(feature: ArrayLike) -> Floats:
    """A feature of pairs over its root mean square.

    Differences are not centred: which of two systems comes first is a convention, and no
    difference must stay 0, where a controlled win rate is read.

    Raises:
        InsufficientData: The two of every pair have the same.
        UsageError: It is not a vector of finite numbers.
    """
    values = check_finite(feature, 1)
    size = float(np.sqrt(np.mean(values**2))) if values.size else 0.0
    if size <= _EDGE:
        raise InsufficientData("the two outputs of every pair have the same")
    return values / size


def _relative(first: ArrayLike, second: ArrayLike, added: float) -> Floats:
    one, other = check_finite(first, 1), check_finite(second, 1)
    if one.size != other.size:
        raise UsageError(f"two of a kind are compared; found {one.size} and {other.size}")
    if min(one.min(initial=0.0), other.min(initial=0.0)) < 0:
        raise UsageError("lengths and densities are 0 or more")
    whole = one + other + added
    return np.divide(one - other, whole, out=np.zeros_like(one), where=whole > 0)
