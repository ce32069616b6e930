"""How wide the intervals of a rating round will be, and what would make them narrower."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from measurand.analysis.result import Result
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.precision import MOST_UNITS, best_raters, least_number

__all__ = [
    "ASSUMED",
    "HIGHEST",
    "LOWEST",
    "Assumed",
    "Three",
    "Wanted",
    "Width",
    "WidthOf",
    "best_number",
    "width_results",
]

ASSUMED = "assumed, not measured"
"""What the method of a forecast says that rests on no rating."""

WidthOf = Literal["alpha", "ceiling", "mean", "share"]

_MOST_RATERS = 50
_LEAST_UNITS = 3
LOWEST, HIGHEST = 0.01, 0.99
"""Correlations that a plan reckons with."""

Three = tuple[float, float, float]
"""Low, usual, high."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How wide intervals may be, from end to end.

    Args:
        alpha: Of agreement.
        ceiling: Of the ceiling of a correlation.
        mean: Of a system's mean, as a share of the scale.
        share: Of a system's share of blocked outputs.
        level: The confidence level of all of them.
    """

    alpha: float = 0.2
    ceiling: float = 0.1
    mean: float = 0.1
    share: float = 0.1
    level: float = LEVEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What is taken for granted where nobody has rated yet: low, usual, high.

    Args:
        agreement: The intraclass correlation of single ratings.
        spread: The standard deviation of single ratings, as a share of the scale.
        blocked: The share of blocked outputs.
    """

    agreement: Three = (0.3, 0.5, 0.7)
    spread: Three = (0.2, 0.28, 0.36)
    blocked: Three = (0.01, 0.05, 0.15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """The width of one interval as a function of units and raters.

    Args:
        of: Of what.
        dimension: On which dimension.
        at: From units and raters to the width to expect, with the range of it that what was
            measured, or is assumed, leaves open.
        wanted: What it may be.
        raters: How many must rate a unit for there to be such an interval.
        n: Units of the pilot; 0 where there was none.
        method: How it was foretold.
        level: Of the interval.
        agreement: The share of spread between outputs, of a mean: low, usual, high.
    """

    of: WidthOf
    dimension: str
    at: Callable[[float, float], Three] = field(repr=False)
    wanted: float
    raters: int
    n: int
    method: str
    level: float
    agreement: Three | None = None


def width_results(
    width: Width, *, units: int, raters: float
) -> tuple[Result, Result, Result | None]:
    """What the round will give, the units that would do, and the raters that would.

    Args:
        width: Of what.
        units: How many will be rated: items, or of a mean and a share outputs of each system.
        raters: How many rate each.

    Returns:
        Under the names ``alpha_width``, ``units_for_alpha`` and ``raters_for_alpha``; a share of
        majority votes depends on raters in no simple way, so the last is None there.
    """
    made = partial(Result, dimension=width.dimension)
    count = made(name=f"units_for_{width.of}", estimate=_units_needed(width, raters))
    more = None
    if width.of != "share":
        more = made(name=f"raters_for_{width.of}", estimate=_raters_needed(width, units))
    return made(name=f"{width.of}_width", estimate=_expected(width, units, raters)), count, more


def best_number(width: Width, *, unit_cost: float, rating_cost: float) -> Estimate:
    """The raters an output that make a mean most precise for the money, a whole number.

    Args:
        width: Of a mean.
        unit_cost: What an output costs before anybody rates it.
        rating_cost: What a rating costs, in the same unit; above 0.

    References:
        Cochran (1977), *Sampling Techniques*, 3rd ed., section 10.6, for the whole number too.
    """
    if width.agreement is None:
        return _absent(width, "how far outputs and raters differ is not known")
    low, value, high = (
        best_raters(r, 1 - r, unit_cost=unit_cost, rating_cost=rating_cost)
        for r in (min(max(x, LOWEST), HIGHEST) for x in width.agreement[::-1])
    )
    numbers = (float(max(1, round(math.sqrt(x**2 + 0.25)))) for x in (low, value, high))
    return _estimate(width, (next(numbers), next(numbers), next(numbers)))


def _expected(width: Width, units: int, raters: float) -> Estimate:
    if refusal := _too_small(width, units, raters):
        return _absent(width, refusal)
    return _estimate(width, width.at(units, raters))


def _units_needed(width: Width, raters: float) -> Estimate:
    if refusal := _too_small(width, _LEAST_UNITS, raters):
        return _absent(width, refusal)

    def at(end: int, units: int) -> float:
        return width.at(units, raters)[end]

    found = _needed(width, at, least=_LEAST_UNITS, most=MOST_UNITS)
    if found is None:
        return _absent(width, f"no number of units makes the interval {width.wanted:g} wide")
    return _estimate(width, found, told=f"{width.wanted:g} wide")


def _raters_needed(width: Width, units: int) -> Estimate:
    if refusal := _too_small(width, units, width.raters):
        return _absent(width, refusal)

    def at(end: int, raters: int) -> float:
        return width.at(units, raters)[end]

    found = _needed(width, at, least=width.raters, most=_MOST_RATERS)
    if found is None:
        left = width.at(units, math.inf)[1]
        return _absent(
            width,
            f"{_MOST_RATERS} raters may not do: with infinitely many the interval of {units:,} "
            f"units is still about {left:.2g} wide, and {width.wanted:g} is wanted; more units do",
        )
    return _estimate(width, found, told=f"{width.wanted:g} wide")


def _needed(
    width: Width, at: Callable[[int, int], float], *, least: int, most: int
) -> Three | None:
    """The smallest numbers that do at the low, usual and high end of what is possible."""
    found = [
        least_number(partial(at, end), width.wanted, least=least, most=most) for end in range(3)
    ]
    numbers = sorted(float(number) for number in found if number is not None)
    return (numbers[0], numbers[1], numbers[2]) if len(numbers) == len(found) else None


def _too_small(width: Width, units: int, raters: float) -> str | None:
    if units < _LEAST_UNITS:
        return f"an interval takes three units; planned are {units}"
    if raters < width.raters:
        return f"it takes {width.raters} raters a unit; planned are {raters:g}"
    return None


def _estimate(width: Width, three: Three, *, told: str = "") -> Estimate:
    low, value, high = three
    return Estimate(
        value=value,
        low=min(low, value),
        high=max(high, value),
        level=width.level,
        n=width.n,
        method=", ".join(filter(None, (told, width.method))),
    )


def _absent(width: Width, reason: str) -> Estimate:
    return Estimate.absent(reason, n=width.n, method=width.method, level=width.level)
