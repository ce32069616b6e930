"""Two normal variables that go together, on a grid: the first by the one, and its other."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy import special

from measurand.stats.arrays import Floats

__all__ = ["STEPS", "below", "below_concomitants", "below_grid", "concomitants", "grid_rule"]

_REACH = 8.0
STEPS = 129
"""Of the grid in either direction: a step of an eighth of a standard deviation."""


def concomitants(r: float, systems: int, steps: int = STEPS) -> tuple[Floats, Floats, Floats]:
    """The proxy and the quality of the pick on a grid, and how likely each of its points is.

    The quality is what the proxy foretells and a normal error; all others have a smaller proxy.
    """
    grid, weights = grid_rule(steps)
    quality = r * grid[:, None] + math.sqrt(1 - r**2) * grid[None, :]
    density = weights * np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi)
    return grid, quality, systems * np.outer(density, density)


@lru_cache(maxsize=2)
def grid_rule(steps: int = STEPS) -> tuple[Floats, Floats]:
    """Points and weights of a trapezium, which is exact to rounding for what dies away."""
    grid = np.linspace(-_REACH, _REACH, steps)
    return grid, np.full(steps, grid[1] - grid[0])


def below(x: Floats, y: Floats, r: float) -> Floats:
    """The probability that a pair is below (x, y) on both sides, through Owen's T.

    Args:
        x: Shape (rows,).
        y: Shape (rows, columns).
        r: The correlation of the pair.
    """
    wide = np.broadcast_to(x[:, None], y.shape)
    first = _tail(wide, y, r)
    second = _tail(y, wide, r)
    opposite = (wide * y < 0) | ((wide * y == 0) & (wide + y < 0))
    found = (special.ndtr(wide) + special.ndtr(y)) / 2 - first - second - opposite / 2
    return np.asarray(np.clip(found, 0.0, 1.0))


@lru_cache(maxsize=64)
def below_concomitants(r: float, steps: int = STEPS) -> Floats:
    """`below` at every point of `concomitants`, which does not depend on how many systems are."""
    grid, quality, _ = concomitants(r, 1, steps)
    return below(grid, quality, r)


@lru_cache(maxsize=64)
def below_grid(r: float, steps: int = STEPS) -> Floats:
    """`below` at every point of the square grid."""
    grid, _ = grid_rule(steps)
    return below(grid, np.broadcast_to(grid, (grid.size, grid.size)), r)


def _tail(one: Floats, other: Floats, r: float) -> Floats:
    """Owen's T(one, (other / one - r) / spread); where both are 0 they are equal."""
    spread = math.sqrt(1 - r**2)
    safe = np.where(one == 0, 1.0, one)
    slope = (other / safe - r) / spread
    at_zero = np.where(other == 0, math.atan((1 - r) / spread), np.sign(other) * math.pi / 2)
    return np.where(one == 0, at_zero / (2 * math.pi), special.owens_t(safe, slope))
