"""How likely a comparison shows that a system is not worse, or equivalent, within a margin."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.estimate import LEVEL
from measurand.stats.paired import tango_scores
from measurand.stats.power_means import NODES, WEIGHTS
from measurand.stats.power_parts import POWER, check_n, likely_counts, percent, sided_level
from measurand.stats.quantiles import (
    binomial_cdf,
    binomial_pmf,
    check_level,
    normal_quantile,
    t_quantile,
)

__all__ = [
    "Margin",
    "MarginTest",
    "margin_error",
    "margin_mean_power",
    "margin_n",
    "margin_power",
]

_MOST = 10_000_000
"""Pairs beyond which no power is summed up, and no number of them is sought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """What is to be shown.

    Args:
        width: How much worse still counts as no worse: above 0, below 1.
        equivalent: Whether better by more than that is to be ruled out as well.

    Raises:
        UsageError: The width is no margin.
    """

    width: float
    equivalent: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.width < 1:
            raise UsageError(f"a margin lies strictly between 0 and 1; found {self.width}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginTest:
    """Whom it is to be shown of.

    Args:
        discordance: The share of units on which exactly one of the two succeeds; above 0.
        difference: The true difference of the two success rates.
        margin: What is to be shown.

    Raises:
        UsageError: The probabilities are impossible.
    """

    discordance: float
    difference: float
    margin: Margin

    def __post_init__(self) -> None:
        if not (abs(self.difference) <= self.discordance <= 1 and self.discordance > 0):
            raise UsageError(
                "a difference is at most the discordance, which is above 0 and at most 1; "
                f"found {self.difference} and {self.discordance}"
            )


def margin_power(n: int, test: MarginTest, *, level: float = LEVEL) -> float:
    """The exact probability that Tango's score test shows it, each side at one minus the level.

    Unconditional: over the numbers of pairs that either alone won. Equivalence takes two such
    tests, as the interval of twice the error must lie within the margin.

    Args:
        n: Pairs.
        test: What is to be shown, of whom.
        level: One minus the error rate of each one-sided test.

    Raises:
        InsufficientData: There are more than ten million pairs.
        UsageError: ``n`` is not positive, or the level is not above 0.5.

    References:
        Tango (1998), Stat. Med. 17, 891-908; Liu, Hsueh, Hsieh and Chen (2002), Stat. Med. 21,
        231-245, for both questions.
    """
    check_n(n)
    sided_level(level, "one")
    if n > _MOST:
        raise InsufficientData(f"powers of more than {_MOST:,} pairs are not summed up")
    first = (test.discordance + test.difference) / 2
    second = (test.discordance - test.difference) / 2
    wins = likely_counts(n, first)
    rest = min(second / (1 - first), 1.0) if first < 1 else 0.0
    bound, width = normal_quantile(level), test.margin.width
    # So few losses that it is no worse, and so many that it is no better.
    most = _last(wins, n, lambda b, c: tango_scores(b, c, n, difference=-width) >= bound)
    shown = binomial_cdf(most, n - wins, rest)
    if test.margin.equivalent:
        few = _last(wins, n, lambda b, c: tango_scores(b, c, n, difference=width) > -bound)
        shown = np.maximum(shown - binomial_cdf(few, n - wins, rest), 0.0)
    return float(binomial_pmf(wins, n, first) @ shown)


def margin_error(n: int, test: MarginTest, *, level: float = LEVEL) -> float:
    """How often a system that is worse by just the margin is said to be no worse.

    The score test is an approximation, so that this is not exactly one minus the level. Where the
    two differ on less than the margin, they are taken to differ on just that.

    Raises:
        InsufficientData: As for `margin_power`.
        UsageError: As for `margin_power`.
    """
    width = test.margin.width
    worse = MarginTest(
        discordance=max(test.discordance, width), difference=-width, margin=Margin(width=width)
    )
    return margin_power(n, worse, level=level)


def _last(wins: Floats, n: int, holds: Callable[[Floats, Floats], NDArray[np.bool_]]) -> Floats:
    """For each number of wins the largest number of losses at which it holds; -1 where at none.

    Scores fall as losses are added, as long as they are on the side where anything is shown.
    """
    yes, no = np.full_like(wins, -1.0), n - wins + 1
    while (no - yes > 1).any():
        middle = np.clip(np.floor((yes + no) / 2), 0, n - wins)
        held = holds(wins, middle)
        open_ = no - yes > 1
        yes, no = np.where(open_ & held, middle, yes), np.where(open_ & ~held, middle, no)
    return yes


def margin_n(test: MarginTest, *, power: float = POWER, level: float = LEVEL) -> int:
    """The pairs with which it is shown so often: the power is there and with one pair less is not.

    Raises:
        InsufficientData: The true difference is not within the margin, so no number will do.
        UsageError: The power or the level is impossible.
    """
    check_level(power)
    room = test.margin.width + test.difference
    if test.margin.equivalent:
        room = test.margin.width - abs(test.difference)
    if room <= 0:
        raise InsufficientData(
            f"a true difference of {test.difference:g} is not within the margin of "
            f"{test.margin.width:g}; no number of examples shows that it is"
        )
    both = test.margin.equivalent and test.difference == 0
    reach = normal_quantile(level) + normal_quantile((1 + power) / 2 if both else power)
    spread = test.discordance - test.difference**2
    high = max(2, math.ceil(max(spread, room / 10) * (reach / room) ** 2))
    low = 0
    while high > _MOST or margin_power(high, test, level=level) < power:
        if high >= _MOST:
            raise InsufficientData(
                f"more than {_MOST:,} examples would be needed for a power of {percent(power)}"
            )
        low, high = high, min(2 * high, _MOST)
    while high - low > 1:
        middle = (low + high) // 2
        enough = margin_power(middle, test, level=level) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high


def margin_mean_power(
    shift: float, width: float, free: float, *, level: float = LEVEL
) -> tuple[float, float]:
    """The power of t tests against a margin, all in standard errors: no worse, and equivalent.

    Args:
        shift: The true difference.
        width: The margin.
        free: Degrees of freedom of the standard error.
        level: One minus the error rate of each one-sided test.

    Raises:
        UsageError: There is no degree of freedom.

    References:
        Phillips (1990), J. Pharmacokinetics and Biopharmaceutics 18, 137-144: the mean over the
        distribution of the standard error.
    """
    if not free > 0:
        raise UsageError("a t test takes two units or clusters")
    bound = t_quantile(check_level(level), free)
    errors = np.sqrt(special.chdtri(free, NODES) / free)
    above = special.ndtr(width + shift - bound * errors)
    within = special.ndtr(width - shift - bound * errors) - special.ndtr(
        bound * errors - width - shift
    )
    return float(WEIGHTS @ above), float(WEIGHTS @ np.maximum(within, 0.0))
