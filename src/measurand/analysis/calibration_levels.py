"""The levels of a scale, as people use them."""

from __future__ import annotations

import numpy as np

from measurand.analysis.matrix import Floats
from measurand.core.scale import Scale

__all__ = ["levels_of", "nearest"]

_ROUNDING = 1e-9
_MOST = 10_000
"""With more steps it is no scale of levels."""


def levels_of(ratings: Floats, scale: Scale) -> Floats:
    """What single people say, the ends of the scale, and what lies at even steps between them.

    A scale names no levels, and a mean of ratings is seldom one. That nobody gave a 2 does not
    make a 2 a 3, so that where the values given lie at even steps, all such steps are levels.

    Args:
        ratings: What people said, any shape; NaN marks a rating that was not given.
        scale: Theirs.

    Returns:
        Ascending; nothing where nobody rated and the scale has no ends.
    """
    ends = [end for end in (scale.low, scale.high) if end is not None and np.isfinite(end)]
    given = np.unique(np.append(ratings[~np.isnan(ratings)], ends))
    if given.size <= 2:  # noqa: PLR2004 - no step between them
        return given
    step = float(np.diff(given).min())
    steps = (given - given[0]) / step
    if steps[-1] > _MOST or np.abs(steps - np.round(steps)).max() > _ROUNDING * steps[-1]:
        return given
    return np.asarray(given[0] + step * np.arange(round(float(steps[-1])) + 1))


def nearest(values: Floats, levels: Floats) -> Floats:
    """The nearest level of each value, of two as near the higher; NaN stays NaN."""
    if not levels.size:
        return values
    middles = (levels[1:] + levels[:-1]) / 2
    reach = _ROUNDING * (levels[-1] - levels[0])
    place = np.searchsorted(middles, values + reach, side="right")
    return np.where(np.isnan(values), np.nan, levels[np.minimum(place, levels.size - 1)])
