"""What the known-truth tests of judges share: cases, rows of the table, bands of chance.

A case plants a truth in a simulated world, runs what we publish on it once a seed, and tells
what came back. Each row of it is held or not by a rule in words. With few seeds a rule allows for
chance: the exact binomial band of 99.9 %, or as many standard errors of a mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from measurand.stats.estimate import Estimate
from measurand.stats.proportion import clopper_pearson
from measurand.stats.quantiles import binomial_cdf, normal_quantile

__all__ = [
    "FULL",
    "Case",
    "Row",
    "at_least",
    "at_most",
    "band",
    "covered",
    "fact",
    "holds",
    "near",
    "rngs",
]

FULL = 400
"""The seeds of the full set."""

_CHANCE = 0.999
"""Of correct programs so many keep to a band."""

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
        quick: Seeds of the quick suite, which gives a case a few seconds at most.
    """

    number: int
    title: str
    run: Callable[[int], tuple[Row, ...]]
    quick: int = 20


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


def at_most(quantity: str, rate: float, hits: int, seeds: int, *, observed: bool = False) -> Row:
    """The event is no more frequent than the rate.

    Args:
        quantity: What happens.
        rate: How often it may.
        hits: How often it did.
        seeds: Of how many.
        observed: In the full set the observed share itself keeps to the rate, not only the true
            one within what chance leaves. For events that are meant to stay well below it.
    """
    lower = clopper_pearson(hits, seeds, level=_CHANCE, side="lower").low or 0.0
    strict = observed and seeds >= FULL
    held = hits <= rate * seeds if strict else lower <= rate
    rule = f"in at most {rate:.1%}" + ("" if strict else ", but for chance")
    return Row(quantity, f"<= {rate:g}", hits / seeds, (hits, seeds), rule, held)


def at_least(quantity: str, rate: float, hits: int, seeds: int, *, observed: bool = False) -> Row:
    """The event is no less frequent than the rate; arguments as for `at_most`."""
    upper = clopper_pearson(hits, seeds, level=_CHANCE, side="upper").high or 0.0
    strict = observed and seeds >= FULL
    held = hits >= rate * seeds if strict else upper >= rate
    rule = f"in at least {rate:.1%}" + ("" if strict else ", but for chance")
    return Row(quantity, f">= {rate:g}", hits / seeds, (hits, seeds), rule, held)


def fact(quantity: str, planted: float | str, recovered: float | str, *, held: bool) -> Row:
    """What is so or not, without chance: the rule is that recovered is what was planted."""
    return Row(quantity, planted, recovered, None, "as planted", held)
