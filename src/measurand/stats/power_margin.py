"""How likely a comparison shows that a system is not worse, or equivalent, within a margin."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.estimate import LEVEL
from measurand.stats.paired import tango_scores
from measurand.stats.power import POWER
from measurand.stats.power_means import NODES, WEIGHTS
from measurand.stats.quantiles import binomial_pmf, check_level, normal_quantile, t_quantile

__all__ = ["Margin", "MarginTest", "margin_mean_power", "margin_n", "margin_power"]

_FAR = 9.0
"""Standard deviations beyond which a binomial has no mass that a float could show."""
_MOST = 1_000_000


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
        UsageError: ``n`` is not positive.

    References:
        Tango (1998), Stat. Med. 17, 891-908; Liu, Hsueh, Hsieh and Chen (2002), Stat. Med. 21,
        231-245, for both questions.
    """
    if n < 1:
        raise UsageError(f"a sample has at least one unit; found {n}")
    first = (test.discordance + test.difference) / 2
    second = (test.discordance - test.difference) / 2
    b, c = _likely(n, first)[:, None], _likely(n, second)[None, :]
    rest = second / (1 - first) if first < 1 else 0.0
    chance = binomial_pmf(b, n, first) * binomial_pmf(c, np.maximum(n - b, 0), min(rest, 1.0))
    possible = b + c <= n
    bound, width = normal_quantile(check_level(level)), test.margin.width
    losses = np.minimum(c, n - b)
    shown = tango_scores(b, losses, n, difference=-width) >= bound
    if test.margin.equivalent:
        shown &= tango_scores(b, losses, n, difference=width) <= -bound
    return float(chance[possible & shown].sum())


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
    while margin_power(high, test, level=level) < power:
        low, high = high, 2 * high
        if high > _MOST:
            raise InsufficientData(f"more than {_MOST:,} examples would be needed")
    while high - low > 1:
        middle = (low + high) // 2
        enough = margin_power(middle, test, level=level) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high


def _likely(n: int, p: float) -> Floats:
    reach = _FAR * math.sqrt(n * p * (1 - p)) + _FAR
    return np.arange(max(0, math.floor(n * p - reach)), min(n, math.ceil(n * p + reach)) + 1.0)


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
