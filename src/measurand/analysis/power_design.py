"""The cheapest study for a wanted difference, or the best for a budget: in money and in days."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from measurand.analysis.rating_widths import ASSUMED
from measurand.analysis.result import Findings, Result
from measurand.errors import InsufficientData
from measurand.stats.design import (
    Choices,
    Design,
    Prices,
    Spread,
    best_design,
    cheapest_design,
)
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.power_parts import POWER, percent

__all__ = ["Components", "Money", "Pace", "Want", "design_findings"]

_HOUR = 3600.0
_ROUNDS, _ENOUGH = 12, 1e-3
"""How often, and how exactly, the spread is fitted to what a budget finds."""
_METHOD = "cheapest of all designs searched"
_BEST = "most precise of all designs searched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What a study is to find, or may cost.

    Args:
        difference: To be found, as a share of the scale; None where the budget decides.
        budget: US dollars; None where the difference decides.
        power: The probability of finding it.
        level: One minus the error rate.
        examples: Examples there can be at the most; None means any number.
    """

    difference: float | None = None
    budget: float | None = None
    power: float = POWER
    level: float = LEVEL
    examples: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """Why scores vary, on one dimension.

    Args:
        spread: The parts.
        dimension: On which dimension.
        told: Where each part comes from, in sentences.
        judge: What the judge's squared correlation may be, by its calibration.
        yes_no: Whether outputs are good or bad, nothing between.
    """

    spread: Spread
    dimension: str
    told: tuple[str, ...] = ()
    judge: tuple[float, float] | None = None
    yes_no: bool = False

    def allowing(self, difference: float) -> Components:
        """The same, where systems differ so often that they can differ by so much.

        On yes/no a difference of d takes a discordance of d, and a variance of d - d^2.
        """
        spread, d = self.spread, abs(difference)
        short = d - d**2 - spread.between - 2 * spread.trials
        if not self.yes_no or short <= 0:
            return self
        return replace(self, spread=replace(spread, between=spread.between + short))


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """US dollars, each with its range.

    Args:
        answer: One answer of one system.
        judgment: One judgment of one output on one dimension, by all judges of the plan.
        rating: One person's rating of one output.
        example: One example, before anybody answers it.
    """

    answer: Estimate
    judgment: Estimate
    rating: Estimate
    example: float = 0.0

    def at(self, end: str) -> Prices:
        """All prices at one end of their ranges: ``low``, ``value`` or ``high``."""
        return Prices(
            example=self.example,
            answer=max(float(getattr(self.answer, end)), 0.0),
            judgment=max(float(getattr(self.judgment, end)), 0.0),
            rating=max(float(getattr(self.rating, end)), 0.0),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long everything takes.

    Args:
        rating: Seconds of one person on one output, with its range.
        answer: Seconds of one answer; None where none was timed.
        judgment: Seconds of one judgment by all judges; None where none was timed.
        connections: Calls under way at once.
        people: Who share the rating.
        hours_a_day: That each of them rates.
    """

    rating: Estimate
    answer: float | None
    judgment: float | None
    connections: int
    people: int
    hours_a_day: float


def design_findings(
    want: Want, known: Components, money: Money, *, pace: Pace, examples: int
) -> Findings:
    """Search the design that costs least, or that tells most for the money.

    Args:
        want: What is to be found, or may be spent.
        known: Why scores vary.
        money: What everything costs.
        pace: How long it takes.
        examples: That there are.

    Returns:
        ``design_examples``, ``design_trials``, ``design_repeats``, ``design_labelled`` (examples
        whose outputs people rate), ``design_raters``; ``detectable`` by it; ``design_cost`` with
        its range, and of systems, judge and people apart; ``design_cost_without_judge``;
        ``design_hours`` of people, ``design_days``, and ``design_machine_hours``.
    """
    as_told = known
    known, design, problem = _found(want, known, money)
    if design is None:
        absent = Estimate.absent(problem, method=_METHOD, level=want.level)
        result = Result(name="design_cost", estimate=absent, dimension=known.dimension)
        return Findings(results=(result,), limits=known.told)
    results = (
        *_numbers(want, known, design),
        *_costs(want, known, money, design=design),
        *_times(want, pace, design),
    )
    return Findings(
        results=tuple(replace(r, dimension=known.dimension) for r in results),
        limits=(
            *known.told,
            *_room(as_told, known),
            *_limits(want, money, design, examples=examples, judge=known.spread.judge > 0),
        ),
    )


def _found(want: Want, known: Components, money: Money) -> tuple[Components, Design | None, str]:
    """The design, and with what spread: that of a difference which the spread leaves room for."""
    if want.difference is not None:
        known = known.allowing(want.difference)
        return known, *_searched(want, known.spread, money)
    design, problem = _searched(want, known.spread, money)
    for _ in range(_ROUNDS if known.yes_no else 0):
        if design is None:
            break
        found = design.detectable(known.spread, power=want.power, level=want.level)
        wider = known.allowing(found)
        if wider.spread.between <= known.spread.between * (1 + _ENOUGH):
            break
        known = wider
        design, problem = _searched(want, known.spread, money)
    return known, design, problem


def _room(told: Components, known: Components) -> Iterator[str]:
    """That two systems must differ more often than they do so far."""
    if known.spread == told.spread:
        return
    sd = (known.spread.between + 2 * known.spread.trials) ** 0.5
    yield (
        "On yes/no two systems that differ by so much differ on at least as many examples, which "
        f"is more than so far: a standard deviation of {sd:.3f} is reckoned with."
    )


def _searched(
    want: Want, spread: Spread, money: Money, *, judged: bool = True
) -> tuple[Design | None, str]:
    choices = Choices() if judged else Choices(repeats=(0,))
    if want.examples is not None:
        choices = replace(choices, examples=want.examples)
    prices, power, level = money.at("value"), want.power, want.level
    find = partial(cheapest_design, want.difference or 0.0)
    if want.difference is None:
        find = partial(best_design, want.budget or 0.0)
    try:
        return find(spread, prices, choices=choices, power=power, level=level), ""
    except InsufficientData as problem:
        return None, str(problem)


def _numbers(want: Want, known: Components, design: Design) -> Iterator[Result]:
    method = _METHOD if want.difference is not None else _BEST
    numbers = {
        "design_examples": design.examples,
        "design_trials": design.trials,
        "design_repeats": design.repeats,
        "design_labelled": design.labelled,
        "design_raters": design.raters,
    }
    for name, number in numbers.items():
        yield Result(name=name, estimate=_exact(number, design, method, level=want.level))
    judges = (known.spread.judge, *(known.judge or ()))
    found = [
        design.detectable(replace(known.spread, judge=r2), power=want.power, level=want.level)
        for r2 in judges
    ]
    method = f"t, prediction-powered; power {percent(want.power)}"
    estimate = replace(
        _exact(found[0], design, method, level=want.level), low=min(found), high=max(found)
    )
    yield Result(name="detectable", estimate=estimate, design="the design found")


def _costs(want: Want, known: Components, money: Money, *, design: Design) -> Iterator[Result]:
    parts = {
        "design_cost_systems": (design.answers, money.answer),
        "design_cost_judge": (design.judgments, money.judgment),
        "design_cost_people": (design.ratings, money.rating),
    }
    whole = [design.cost(money.at(end)) for end in ("low", "value", "high")]
    make = partial(_ranged, n=design.examples, level=want.level)
    measured = all(price.n for count, price in parts.values() if count)
    method = "prices as measured" if measured else f"prices in part {ASSUMED}"
    yield Result(name="design_cost", estimate=make((whole[0], whole[1], whole[2]), method=method))
    for name, (count, price) in parts.items():
        ends = tuple(count * float(x or 0.0) for x in (price.low, price.value, price.high))
        yield Result(name=name, estimate=make((ends[0], ends[1], ends[2]), method=price.method))
    alone, problem = _alone(want, known, money, design=design)
    if alone is None:
        estimate = Estimate.absent(problem, method=_METHOD, level=want.level)
    else:
        costs = [alone.cost(money.at(end)) for end in ("low", "value", "high")]
        method = f"people alone: {alone.labelled:,} examples, {alone.raters} raters each"
        estimate = make((costs[0], costs[1], costs[2]), method=method)
    yield Result(name="design_cost_without_judge", estimate=estimate)


def _alone(
    want: Want, known: Components, money: Money, *, design: Design
) -> tuple[Design | None, str]:
    """The cheapest design of people alone that finds as little."""
    found = design.detectable(known.spread, power=want.power, level=want.level)
    same = replace(want, difference=want.difference or found, budget=None)
    return _searched(same, known.spread, money, judged=False)


def _times(want: Want, pace: Pace, design: Design) -> Iterator[Result]:
    hours = [design.ratings * float(x or 0.0) / _HOUR for x in _three(pace.rating)]
    make = partial(_ranged, n=design.examples, level=want.level)
    rated = make((hours[0], hours[1], hours[2]), method=pace.rating.method)
    yield Result(name="design_hours", estimate=rated)
    people = max(pace.people, design.raters)
    days = [hour / (people * pace.hours_a_day) for hour in hours]
    shared = f"{pace.rating.method}; {people} people, {pace.hours_a_day:g} hours a day each"
    yield Result(name="design_days", estimate=make((days[0], days[1], days[2]), method=shared))
    timed = [(design.answers, pace.answer), (design.judgments, pace.judgment)]
    if any(seconds is None for count, seconds in timed if count):
        reason = "no call has been timed; measurand plan --pilot 5 times some"
        absent = Estimate.absent(reason, method="seconds a call", level=want.level)
        yield Result(name="design_machine_hours", estimate=absent)
        return
    seconds = math.fsum(count * (each or 0.0) for count, each in timed) / pace.connections
    method = f"mean seconds a call, {pace.connections} at once"
    estimate = _exact(seconds / _HOUR, design, method, level=want.level)
    yield Result(name="design_machine_hours", estimate=estimate)


def _limits(
    want: Want, money: Money, design: Design, *, examples: int, judge: bool
) -> Iterator[str]:
    prices = {"an answer": money.answer, "a judgment": money.judgment, "a rating": money.rating}
    for what, price in prices.items():
        if not price.n and (judge or what != "a judgment"):
            told = f"${price.value or 0:.3g} [{price.low or 0:.3g}, {price.high or 0:.3g}]"
            yield f"The price of {what} is assumed: {told}. {price.reason or ''}".strip()
    if design.examples > examples:
        yield (
            f"The design takes {design.examples - examples:,} examples more than the {examples:,} "
            "that there are; what it costs to collect them is "
            + (f"${money.example:g} each." if money.example else "not in these sums.")
        )
    if not design.repeats:
        yield (
            "A judge would not pay here: people alone are cheapest."
            if judge
            else ("The plan has no judge, so that people alone were reckoned with.")
        )
    if want.difference is not None and design.raters == 1:
        yield (
            "One rater an output is enough for the mean; a vote, the raters' agreement and the "
            "ceiling take three, or five on a part."
        )


def _exact(value: float, design: Design, method: str, *, level: float) -> Estimate:
    return Estimate(
        value=value, low=value, high=value, level=level, n=design.examples, method=method
    )


def _three(estimate: Estimate) -> tuple[float | None, ...]:
    return estimate.low, estimate.value, estimate.high


def _ranged(three: tuple[float, float, float], *, n: int, level: float, method: str) -> Estimate:
    low, value, high = three
    return Estimate(
        value=value,
        low=min(low, value),
        high=max(high, value),
        level=level,
        n=n,
        method=method,
    )
