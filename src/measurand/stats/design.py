"""The cheapest study of a difference: examples, trials, judgments, labels and raters at once.

The estimate is the prediction-powered one: a judge scores all outputs of two systems, people a part
of them. With D the difference of an example's true scores, its variance is

    (V(Y) - r^2 V(D)) / labelled + r^2 V(D) / examples,    V(Y) = V(D) + raters' part,

where r is the correlation of the judge's differences with the true ones. All numbers that matter
are searched through, so that what is found is the cheapest of them and not near it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.estimate import LEVEL
from measurand.stats.power import POWER
from measurand.stats.quantiles import check_level

__all__ = ["Choices", "Design", "Prices", "Spread", "best_design", "cheapest_design"]

_MOST = 200_000
"""Labelled examples beyond which nothing is sought."""
_FEWEST = 2
_TINY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Why differences of two systems vary.

    Args:
        between: The variance over examples of the difference of expected scores.
        trials: The variance of one system's score on one example when it answers again.
        raters: The variance of people's ratings of one output.
        judge: The squared correlation of the judge's differences with the true ones, were it
            asked endlessly often; 0 where there is no judge.
        reliability: The share of one call's variance that another call has in common with it.

    Raises:
        UsageError: One of them is impossible.
    """

    between: float
    trials: float = 0.0
    raters: float = 0.0
    judge: float = 0.0
    reliability: float = 1.0

    def __post_init__(self) -> None:
        if min(self.between, self.trials, self.raters) < 0 or self.between + self.trials <= 0:
            raise UsageError("variances are not negative, and scores vary")
        if not (0 <= self.judge < 1 and 0 < self.reliability <= 1):
            raise UsageError("a squared correlation lies below 1, a reliability in (0, 1]")

    def of_examples(self, trials: int) -> float:
        """The variance of an example's true difference, its trials averaged."""
        return self.between + 2 * self.trials / trials

    def of_people(self, trials: int, raters: int) -> float:
        """What people's disagreement adds to it."""
        return 2 * self.raters / (raters * trials)

    def known(self, trials: int, repeats: int) -> float:
        """What the judge knows of it: r^2 with so many calls on an example's outputs."""
        calls = trials * repeats
        rest = calls * self.reliability / (1 + (calls - 1) * self.reliability) if calls else 0.0
        return self.judge * rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """US dollars.

    Args:
        example: For an example, before anybody answers it.
        answer: For one answer of one system.
        judgment: For one judgment of one output.
        rating: For one person's rating of one output.

    Raises:
        UsageError: One of them is negative.
    """

    example: float = 0.0
    answer: float = 0.0
    judgment: float = 0.0
    rating: float = 0.0

    def __post_init__(self) -> None:
        prices = (self.example, self.answer, self.judgment, self.rating)
        if not all(0 <= price < math.inf for price in prices):
            raise UsageError("prices are 0 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What may be varied.

    Args:
        trials: How often each system answers an example.
        repeats: How often the judge judges each output; 0 is no judge.
        raters: How many people rate an output.
        examples: How many there can be at the most.
    """

    trials: tuple[int, ...] = (1, 2, 3, 5)
    repeats: tuple[int, ...] = (0, 1, 2, 3, 5)
    raters: tuple[int, ...] = (1, 2, 3, 5)
    examples: int = _MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A study of one difference between two systems.

    Args:
        examples: That both answer.
        labelled: Those of them whose outputs people rate.
        trials: Answers of each system to each example.
        repeats: Judgments of each output; 0 where no judge is asked.
        raters: People who rate each output that is rated.
    """

    examples: int
    labelled: int
    trials: int = 1
    repeats: int = 0
    raters: int = 1

    @property
    def answers(self) -> int:
        """Of both systems together."""
        return 2 * self.examples * self.trials

    @property
    def judgments(self) -> int:
        """Of all outputs."""
        return self.answers * self.repeats

    @property
    def ratings(self) -> int:
        """By people."""
        return 2 * self.labelled * self.trials * self.raters

    def cost(self, prices: Prices) -> float:
        """US dollars."""
        return (
            self.examples * prices.example
            + self.answers * prices.answer
            + self.judgments * prices.judgment
            + self.ratings * prices.rating
        )

    def variance(self, spread: Spread) -> float:
        """Of the estimated difference."""
        known, rest = _parts(spread, self)
        if not self.repeats:
            return (known + rest) / self.labelled
        return rest / self.labelled + known / self.examples

    def detectable(self, spread: Spread, *, power: float = POWER, level: float = LEVEL) -> float:
        """The smallest difference that it finds with this power, by t with labelled - 1."""
        reach = _reach(np.asarray([float(self.labelled)]), power, level)
        return float(reach[0]) * math.sqrt(self.variance(spread))


def cheapest_design(
    difference: float,
    spread: Spread,
    prices: Prices,
    *,
    choices: Choices | None = None,
    power: float = POWER,
    level: float = LEVEL,
) -> Design:
    """The cheapest design that finds a difference with this power.

    Args:
        difference: To be found, in the unit of the spread; not 0.
        spread: Why differences vary.
        prices: What everything costs.
        choices: What may be varied.
        power: The probability of finding it.
        level: One minus the two-sided error rate.

    Raises:
        InsufficientData: More examples would be needed than there can be.
        UsageError: The difference is 0.

    References:
        Angelopoulos, Duchi and Zrnic (2023), PPI++, arXiv:2311.01453, for the variance; Cochran
        (1977), *Sampling Techniques*, 3rd ed., sections 10.6 and 12.5, for costs of two phases.
    """
    if not difference:
        raise UsageError("no study finds a difference of 0")
    may = choices or Choices()
    drafts = tuple(_drafts(spread, may))
    labelled = np.arange(float(_FEWEST), min(may.examples, _MOST) + 1)
    wanted = (abs(difference) / _reach(labelled, power, level)) ** 2
    worst = max(sum(_parts(spread, draft)) for draft in drafts)
    enough = int(np.searchsorted(labelled * wanted, worst)) + 1  # without any judge
    labelled, wanted = labelled[:enough], wanted[:enough]
    found: list[tuple[float, int, Design]] = []
    for draft in drafts:
        known, rest = _parts(spread, draft)
        examples = _examples_needed(labelled, wanted, known, rest=rest, judged=draft.repeats > 0)
        examples[examples > may.examples] = np.inf
        places = np.flatnonzero(np.isfinite(examples))
        if not places.size:
            continue
        one, label = replace(draft, examples=1, labelled=0), replace(draft, examples=0, labelled=1)
        costs = examples[places] * one.cost(prices) + labelled[places] * label.cost(prices)
        least = places[int(np.lexsort((labelled[places], examples[places], costs))[0])]
        design = replace(draft, examples=int(examples[least]), labelled=int(labelled[least]))
        found.append((design.cost(prices), design.ratings, design))
    if not found:
        raise InsufficientData(
            f"more than {len(labelled) + 1:,} examples would be needed to find {difference:g}"
        )
    return min(found, key=lambda one: one[:2])[2]


def best_design(
    budget: float,
    spread: Spread,
    prices: Prices,
    *,
    choices: Choices | None = None,
    power: float = POWER,
    level: float = LEVEL,
) -> Design:
    """The design that finds the smallest difference for the money.

    Args:
        budget: US dollars.
        spread: Why differences vary.
        prices: What everything costs.
        choices: What may be varied.
        power: The probability of finding it.
        level: One minus the two-sided error rate.

    Raises:
        InsufficientData: The money does not even do for two labelled examples.
        UsageError: The budget is not above 0.
    """
    if not budget > 0:
        raise UsageError(f"a budget is above 0; found {budget:g}")
    may = choices or Choices()
    most = min(may.examples, _MOST)
    found: list[tuple[float, float, Design]] = []
    for draft in _drafts(spread, may):
        one, label = replace(draft, examples=1, labelled=0), replace(draft, examples=0, labelled=1)
        each, more = one.cost(prices), label.cost(prices)
        top = min(most, int(budget / (each + more) + _TINY) if each + more else most)
        if top < _FEWEST:
            continue
        labelled = np.arange(float(_FEWEST), top + 1)
        left = (budget - labelled * more) / each if each else np.full_like(labelled, most)
        examples = np.minimum(np.floor(left + _TINY), most) if draft.repeats else labelled
        known, rest = _parts(spread, draft)
        variances = rest / labelled + known / (examples if draft.repeats else labelled)
        reached = _reach(labelled, power, level) * np.sqrt(variances)
        least = int(np.argmin(reached))
        design = replace(draft, examples=int(examples[least]), labelled=int(labelled[least]))
        found.append((float(reached[least]), design.cost(prices), design))
    if not found:
        raise InsufficientData(f"${budget:,.2f} does not do for two labelled examples")
    return min(found, key=lambda one: one[:2])[2]


def _drafts(spread: Spread, may: Choices) -> Iterator[Design]:
    """All ways of asking; judges only where they know anything."""
    for trials, repeats, raters in product(may.trials, may.repeats, may.raters):
        if repeats and not spread.judge:
            continue
        yield Design(examples=1, labelled=1, trials=trials, repeats=repeats, raters=raters)


def _parts(spread: Spread, draft: Design) -> tuple[float, float]:
    """The variance of an example's difference that the judge knows, and the rest."""
    true = spread.of_examples(draft.trials)
    known = true * spread.known(draft.trials, draft.repeats)
    return known, true - known + spread.of_people(draft.trials, draft.raters)


def _examples_needed(
    labelled: Floats, wanted: Floats, known: float, *, rest: float, judged: bool
) -> Floats:
    """By number of labels, the fewest examples that reach the variance; infinite where none do."""
    left = wanted - rest / labelled
    if not judged:
        return np.where(left >= (known - _TINY * known) / labelled, labelled, np.inf)
    with np.errstate(divide="ignore"):
        needed = np.where(left > 0, np.ceil(known / np.where(left > 0, left, 1.0)), np.inf)
    return np.maximum(needed, labelled)


def _reach(labelled: Floats, power: float, level: float) -> Floats:
    """By how many standard errors the difference must lie off 0."""
    free = labelled - 1
    tail, reach = (1 + check_level(level)) / 2, check_level(power)
    return np.asarray(special.stdtrit(free, tail) + special.stdtrit(free, reach))
