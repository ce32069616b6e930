"""What the known-truth tests of judges share: cases, rows of the table, bands of chance.

A case plants a truth in a simulated world, runs what we publish on it once a seed, and tells
what came back. Each row of it is held or not by a rule in words. With few seeds a rule allows for
chance: the exact binomial band of 99.9 %, or as many standard errors of a mean. A rule that allows
for so much chance that no outcome could break it is refused: draw more seeds, or plant an effect
that nothing misses and say that it is ``sure``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from measurand.stats.estimate import Estimate
from measurand.stats.quantiles import binomial_cdf, normal_quantile

__all__ = [
    "FULL",
    "Case",
    "Row",
    "ToothlessError",
    "at_least",
    "at_most",
    "band",
    "covered",
    "fact",
    "holds",
    "most_of",
    "near",
    "rngs",
]

FULL = 400
"""The seeds of the full set."""

_CHANCE = 0.999
"""Of correct programs so many keep to a band."""

_FEW = 10
"""Below so many seeds what is sure must happen in every one."""

_ROUNDING = 1e-9
_ERRORS = normal_quantile((1 + _CHANCE) / 2)


@dataclass(frozen=True, slots=True)
class Row:
    """One planted quantity and what came back.

    Args:
        quantity: What it is, in words.
        planted: The truth.
        recovered: What we published, over all seeds.
        coverage: In how many of the seeds the interval held the truth, or the event happened.
        rule: What must hold, in words.
        held: Whether it does.
    """

    quantity: str
    planted: float | str
    recovered: float | str
    coverage: tuple[int, int] | None
    rule: str
    held: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One of the known-truth tests.

    Args:
        number: Its number in the list of known-truth tests.
        title: What it is about.
        run: From the number of seeds to its rows.
        quick: Seeds of the quick suite, which gives a case a few seconds at most; 0 where one
            seed takes longer, so that it is only run at length.
        most: Seeds of the full set, where a seed is a whole audit in prompts and takes seconds.
    """

    number: int
    title: str
    run: Callable[[int], tuple[Row, ...]]
    quick: int = 20
    most: int = FULL


class ToothlessError(AssertionError):
    """A rule that no outcome could break."""


def rngs(case: int, seeds: int) -> Iterator[np.random.Generator]:
    """One generator a seed; the first seeds are the same however many there are."""
    return (np.random.default_rng([case, seed]) for seed in range(seeds))


def band(rate: float, seeds: int) -> tuple[int, int]:
    """The fewest and the most hits that chance leaves an event of this rate."""
    below = binomial_cdf(np.arange(seeds + 1), seeds, rate)
    tail = (1 - _CHANCE) / 2
    return int(np.argmax(below > tail)), int(np.argmax(below >= 1 - tail))


def holds(estimate: Estimate, truth: float) -> bool:
    """Whether the interval is there and holds the truth."""
    low, high = estimate.low, estimate.high
    return low is not None and high is not None and low <= truth <= high


def covered(
    quantity: str, truth: float, estimates: Sequence[Estimate], *, level: float = 0.95
) -> Row:
    """Intervals hold the truth as often as their level says; an absent one does not hold it."""
    hits, seeds = sum(holds(found, truth) for found in estimates), len(estimates)
    low, high = band(level, seeds)
    if not low:
        raise ToothlessError(f"{quantity}: of {seeds} intervals none need cover")
    values = [found.value for found in estimates if found.value is not None]
    return Row(
        quantity,
        truth,
        float(np.mean(values)) if values else "none",
        (hits, seeds),
        f"{level:.0%} intervals cover in [{low / seeds:.3f}, {high / seeds:.3f}]",
        low <= hits <= high,
    )


def near(quantity: str, truth: float, values: Sequence[float], *, tolerance: float = 0.0) -> Row:
    """The mean over seeds is the truth, within a tolerance and what chance leaves."""
    mean, seeds = float(np.mean(values)), len(values)
    allowed = tolerance + _ERRORS * float(np.std(values, ddof=1)) / math.sqrt(seeds)
    within = f"within {tolerance:g} and chance" if tolerance else "within chance"
    return Row(
        quantity,
        truth,
        mean,
        None,
        f"mean of {seeds} {within} (here {allowed:.3f})",
        abs(mean - truth) <= allowed,
    )


def at_most(
    quantity: str,
    rate: float,
    hits: int,
    seeds: int,
    *,
    observed: bool = False,
    sure: bool = False,
) -> Row:
    """The event is no more frequent than the rate.

    Args:
        quantity: What happens.
        rate: How often it may.
        hits: How often it did.
        seeds: Of how many.
        observed: In the full set the observed share itself keeps to the rate, not only the true
            one within what chance leaves. For events that are meant to stay well below it.
        sure: Nothing of the kind is to be expected, so that in few seeds it must not happen.
    """
    if sure and seeds < _FEW:
        most, rule = 0, "never in few seeds"
    elif observed and seeds >= FULL:
        most, rule = math.floor(rate * seeds + _ROUNDING), f"in at most {rate:.1%}"
    else:
        most = most_of(rate, seeds)
        rule = f"in at most {rate:.1%}, but for chance (here {most})"
    if most >= seeds:
        raise ToothlessError(f"{quantity}: may happen in all of {seeds}")
    return Row(quantity, f"<= {rate:g}", hits / seeds, (hits, seeds), rule, hits <= most)


def at_least(
    quantity: str,
    rate: float,
    hits: int,
    seeds: int,
    *,
    observed: bool = False,
    sure: bool = False,
) -> Row:
    """The event is no less frequent than the rate; arguments as for `at_most`."""
    if sure and seeds < _FEW:
        least, rule = seeds, "in every one of few seeds"
    elif observed and seeds >= FULL:
        least, rule = math.ceil(rate * seeds - _ROUNDING), f"in at least {rate:.1%}"
    else:
        least = seeds - most_of(1 - rate, seeds)
        rule = f"in at least {rate:.1%}, but for chance (here {least})"
    if least <= 0:
        raise ToothlessError(f"{quantity}: need not happen in any of {seeds}")
    return Row(quantity, f">= {rate:g}", hits / seeds, (hits, seeds), rule, hits >= least)


def most_of(rate: float, seeds: int) -> int:
    """The most hits that chance leaves an event of at most this rate."""
    below = binomial_cdf(np.arange(seeds + 1), seeds, rate)
    return int(np.argmax(below > _CHANCE))


def fact(quantity: str, planted: float | str, recovered: float | str, *, held: bool) -> Row:
    """What is so or not, without chance: the rule is that recovered is what was planted."""
    return Row(quantity, planted, recovered, None, "as planted", held)
