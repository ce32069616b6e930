"""What is lost where a proxy only screens: the first few go on, and the best of them is found.

Keeping more costs more of the own evaluation and loses the best system less often. Both answers are
exact for proxy and quality that are normal, by quadrature.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy import special

from measurand.errors import UsageError
from measurand.stats.arrays import Floats
from measurand.stats.normal_pair import below_concomitants, below_grid, concomitants, grid_rule
from measurand.stats.regret import expected_best

__all__ = ["kept_for", "screening_loss", "screening_regret"]

_EDGE = 1e-12
_FAR = 1 - 1e-9
_TINY = 1e-300
_STEPS = 65
"""Of the grid in either direction, for eight digits and a tenth of the time."""


@lru_cache(maxsize=4096)
def screening_loss(r: float, systems: int, kept: int) -> float:
    """The probability that the best system is not among the first few by a proxy.

    Exact: of the systems that are worse, each passes the best one by the proxy with the same
    probability, given the best one's quality and proxy, and independently.

    Args:
        r: The correlation between the proxy and quality.
        systems: How many there are to choose from.
        kept: How many of them go on.

    Raises:
        UsageError: The correlation is impossible, or not 1 to ``systems`` are kept.
    """
    _refuse(r, systems, kept)
    if kept == systems or r > 1 - _EDGE:
        return 0.0
    if r < _EDGE - 1:
        return 1.0
    quality, _, mass = concomitants(r, systems, _STEPS)
    at_most = special.ndtr(quality)[:, None]
    weight = mass * at_most ** (systems - 1)
    seen = weight > _EDGE * weight.max()
    ahead = 1 - below_concomitants(r, _STEPS) / np.maximum(at_most, _TINY)
    # At least so many of the others pass it: the binomial tail is a beta function.
    passed = special.betainc(kept, systems - kept, np.clip(ahead[seen], 0.0, 1.0))
    found = float((weight[seen] * passed).sum())
    return min(max(found, 0.0), 1.0)


@lru_cache(maxsize=4096)
def screening_regret(r: float, systems: int, kept: int) -> float:
    """By how much the best system is better than the best of those that are kept, on average.

    In standard deviations of quality, if the own evaluation finds the best of those that it sees.
    Given the best proxy that is not kept, the qualities of those kept are alike and independent.

    Args:
        r: As for `screening_loss`.
        systems: As for `screening_loss`.
        kept: As for `screening_loss`.

    Raises:
        UsageError: As for `screening_loss`.
    """
    _refuse(r, systems, kept)
    if kept == systems or r > 1 - _EDGE:
        return 0.0
    bounded = max(min(r, _FAR), -_FAR)
    grid, weights = grid_rule()
    log_density = (
        -(grid**2) / 2
        - math.log(2 * math.pi) / 2
        + special.gammaln(systems + 1)
        - special.gammaln(kept + 1)
        - special.gammaln(systems - kept)
        + (systems - kept - 1) * special.log_ndtr(grid)
        + kept * special.log_ndtr(-grid)
    )
    density = weights * np.exp(log_density)
    beyond = special.ndtr(-grid)[:, None]
    both = special.ndtr(grid) - below_grid(bounded)
    each = np.clip(both / np.maximum(beyond, _TINY), 0.0, 1.0)
    at_most: Floats = density @ each**kept
    mean = float((weights * ((grid > 0) - at_most + (grid == 0) / 2)).sum())
    return max(expected_best(systems) - mean, 0.0)


def kept_for(r: float, systems: int, loss: float) -> int:
    """The fewest systems to keep for the best to be lost with at most this probability.

    Raises:
        UsageError: As for `screening_loss`.
    """
    few, enough = 0, systems
    while enough - few > 1:
        middle = (few + enough) // 2
        held = screening_loss(r, systems, middle) <= loss
        few, enough = (few, middle) if held else (middle, enough)
    return enough


def _refuse(r: float, systems: int, kept: int) -> None:
    if not -1 <= r <= 1:
        raise UsageError(f"a correlation lies between -1 and 1; found {r}")
    if not 1 <= kept <= systems:
        raise UsageError(f"1 to {systems} of {systems} systems are kept; found {kept}")
