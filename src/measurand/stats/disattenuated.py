"""The correlation of what two noisy measurements measure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.correlation_pairs import PERFECT, Pairs, around
from measurand.stats.correlation_rows import left_out, pearson_rows
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few
from measurand.stats.quantiles import check_level, t_quantile, two_sided_z

__all__ = ["LEAST_RELIABILITY", "disattenuated", "reliability"]

LEAST_RELIABILITY = 0.5
"""Below it more than half of what differs between units is noise, and nothing is corrected."""

_FEWEST = 6
_BEYOND = "noise explains more than is missed; the value is cut at 1"


def reliability(values: ArrayLike, errors: ArrayLike) -> float:
    """Which share of the variance between units is not noise; below 0 where it seems all noise.

    Args:
        values: Shape (n,).
        errors: Their standard errors, shape (n,); 0 where there is no noise.

    Raises:
        InsufficientData: The values are all equal.
        UsageError: The shapes differ, or an error is negative.
    """
    one, noise = check_finite(values, 1), check_finite(errors, 1)
    if one.shape != noise.shape or noise.min(initial=0.0) < 0:
        raise UsageError("every value has one standard error, which is not negative")
    spread = float(one.var(ddof=1)) if one.size > 1 else 0.0
    if spread <= 0:
        raise InsufficientData("all values are equal: their reliability does not exist")
    return 1 - float(np.mean(noise**2)) / spread


def disattenuated(
    x: ArrayLike,
    y: ArrayLike,
    *,
    errors: tuple[ArrayLike, ArrayLike],
    clusters: ArrayLike | None = None,
    level: float = LEVEL,
) -> Estimate:
    """Pearson's correlation, corrected for the noise of both sides.

    The interval knows that the reliabilities are estimated too. On Fisher's scale of the observed
    correlation it is as wide as the delta method for normal values, or as leaving out each unit
    makes it, whichever is wider; without noise it is Fisher's own.

    Args:
        x: One finite number a unit, shape (n,).
        y: The other.
        errors: The standard errors of x and of y, each of shape (n,); noise is independent.
        clusters: The cluster of each unit, shape (n,); then all is from leaving out clusters.
        level: The confidence level.

    Raises:
        InsufficientData: Fewer than six units; a side is constant or more than half noise, or would
            be without one unit or cluster; or the observed correlation is perfect.
        UsageError: The shapes differ, or an error is negative.

    References:
        Spearman (1904), American Journal of Psychology 15, 72-101; Fuller (1987), Measurement Error
        Models, section 1.2.
    """
    check_level(level)
    pairs = Pairs.of(x, y, clusters=clusters, weights=None)
    if pairs.n < _FEWEST:
        raise InsufficientData(f"a correction for noise takes {_FEWEST} units; {pairs.n} here")
    noise = tuple(check_finite(each, 1) ** 2 for each in errors)
    found = _Corrected.of(pairs, (reliability(x, errors[0]), reliability(y, errors[1])))
    count = pairs.clusters
    moved = found.moves(pairs, (noise[0], noise[1]))
    error = math.sqrt(float(moved @ moved) * (count - 1) / count)
    reach, kind = t_quantile((1 + level) / 2, count - 1) * error, pairs.jackknife
    if pairs.plain:
        plain = two_sided_z(level) * found.normal_error(pairs.n)
        reach, kind = max((reach, kind), (plain, "delta method on Fisher's scale"))
    low, high = (min(max(end * found.factor, -1.0), 1.0) for end in around(found.r, reach))
    value = found.r * found.factor
    caution = caution_if_few(count, "clusters") if count < pairs.n else None
    return Estimate(
        value=min(max(value, -1.0), 1.0),
        low=low,
        high=high,
        level=level,
        n=pairs.n,
        method=f"Pearson disattenuated, {kind}",
        reason="; ".join(filter(None, (_BEYOND if abs(value) > 1 else None, caution))) or None,
    )


@dataclass(frozen=True, slots=True)
class _Corrected:
    """What is observed, and how reliable either side is."""

    r: float
    x: float
    y: float

    @classmethod
    def of(cls, pairs: Pairs, sides: tuple[float, float]) -> _Corrected:
        """Refuse what is mostly noise."""
        if min(sides) < LEAST_RELIABILITY:
            side = "the scores differ" if sides[0] < LEAST_RELIABILITY else "the outcome differs"
            raise InsufficientData(
                f"{side} between units by little more than their noise: reliability "
                f"{min(sides):.2f}, where {LEAST_RELIABILITY} is the least that is corrected"
            )
        r = pairs.coefficient(pearson_rows(pairs.x, pairs.y), name="a correlation")
        if abs(r) > PERFECT:
            raise InsufficientData("the observed correlation is perfect: there is no noise in it")
        return cls(r, *sides)

    @property
    def factor(self) -> float:
        """By how much noise makes the correlation too small."""
        return 1 / math.sqrt(self.x * self.y)

    def normal_error(self, n: int) -> float:
        """The standard error of normal values, on Fisher's scale of the observed correlation.

        It is 1 / sqrt(n - 3) where neither side has noise.
        """
        squared = self.r**2
        inverse = 1 / self.x, 1 / self.y
        variance = 1 + squared + squared / 2 * (inverse[0] ** 2 + inverse[1] ** 2)
        variance += squared**2 * inverse[0] * inverse[1] - 2 * squared * sum(inverse)
        return math.sqrt(max(variance, 0.0) / (n - 3)) / (1 - squared)

    def moves(self, pairs: Pairs, noise: tuple[Floats, Floats]) -> Floats:
        """How far each cluster moves the corrected correlation, on the same scale."""
        ones = np.ones(pairs.n)
        without = left_out(pearson_rows(pairs.x, pairs.y), ones, pairs.codes)
        for values, each in zip((pairs.x, pairs.y), noise, strict=True):
            without = without / np.sqrt(_left_reliability(values, each, pairs))
        if not np.isfinite(without).all():
            raise InsufficientData("without one unit (or cluster) a side would be noise alone")
        return np.asarray((without - without.mean()) / (self.factor * (1 - self.r**2)))


def _left_reliability(values: Floats, noise: Floats, pairs: Pairs) -> Floats:
    """The reliability without each cluster; NaN where nothing but noise is left."""
    size, total, squares, noisy = (
        part.sum() - np.bincount(pairs.codes, weights=part)
        for part in (
            np.ones(pairs.n),
            values - values.mean(),
            (values - values.mean()) ** 2,
            noise,
        )
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (squares - total**2 / size) / (size - 1)
        left = 1 - noisy / size / spread
    return np.where(left > 0, left, np.nan)
