"""The one-way analysis of variance as sums over units, so that it can be resampled and weighted.

Weighted sums of squares have the same expectation as plain ones, if what they are divided by
is reckoned with the squares of the weights.
"""

from __future__ import annotations

import numpy as np

from measurand.stats.arrays import Floats
from measurand.stats.patterns import Patterns

__all__ = ["oneway_moments", "oneway_squares", "single_reliability"]

_ROUNDING = 1e-12


def oneway_moments(patterns: Patterns, weights: Floats | None = None) -> Floats:
    """Additive sums of the one-way analysis of variance.

    Values are placed on [-1/2, 1/2] first: ratios of mean squares do not depend on the scale.

    Args:
        patterns: Units with at least two ratings each.
        weights: Shape (patterns,): what each weighs; by default 1.

    Returns:
        Shape (patterns, 7): units, ratings, squared number of ratings, sum, sum of squares over
        the number, and squared deviations within units, each times the weight; the third, and
        ratings once more at the end, times its square, which is what weights cost in freedom.
    """
    low, high = patterns.values[0], patterns.values[-1]
    scores = (patterns.values - (low + high) / 2) / ((high - low) or 1.0)
    size, total, square = patterns.sizes, patterns.sums(scores), patterns.sums(scores**2)
    level = total**2 / size
    within = np.maximum(square - level, 0)
    within[within < _ROUNDING] = 0
    w = np.ones_like(size) if weights is None else weights
    return np.stack(
        [w, w * size, (w * size) ** 2, w * total, w * level, w * within, w**2 * size], axis=1
    )


def oneway_squares(sums: Floats) -> tuple[Floats, Floats, Floats]:
    """The analysis of variance of each row of added-up `oneway_moments`.

    Returns:
        The mean square within units over that between (infinite where units do not differ), the
        usual number of ratings of a unit (n0), and the mean square within.
    """
    units, size, squares, total, level, within, again = sums.T
    free = units - again / size
    between = np.maximum(level - total**2 / size, 0) / free
    inside = within / (size - units)
    raters = (size - squares / size) / free
    ratio = np.divide(
        inside, between, out=np.full(len(sums), np.inf), where=between > _ROUNDING * size
    )
    return ratio, raters, inside


def single_reliability(ratio: Floats, raters: Floats) -> Floats:
    """ICC(1,1) from the mean square within over that between, and the usual number of ratings."""
    return np.asarray((1 - ratio) / (1 + (raters - 1) * ratio))
