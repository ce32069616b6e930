"""The cheapest study: better than every other within reach, and refused where there is none."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.design import (
    Choices,
    Design,
    Prices,
    Spread,
    best_design,
    cheapest_design,
)
from measurand.stats.power import questions_needed
from measurand.stats.ppi import label_plan

SPREAD = Spread(between=0.06, trials=0.02, raters=0.05, judge=0.6, reliability=0.7)
PRICES = Prices(example=0.05, answer=0.004, judgment=0.02, rating=0.5)
FEW = Choices(trials=(1, 2), repeats=(0, 1, 2), raters=(1, 2))


def everything(most: int) -> list[Design]:
    """All designs with so many examples at the most, of the few choices."""
    return [
        Design(examples=n, labelled=m, trials=k, repeats=j, raters=r)
        for n in range(2, most + 1)
        for m in range(2, n + 1)
        for k, j, r in product(FEW.trials, FEW.repeats, FEW.raters)
        if j or m == n
    ]


def test_the_cheapest_design_is_cheaper_than_all_others_that_do() -> None:
    found = cheapest_design(0.25, SPREAD, PRICES, choices=FEW)
    others = [d for d in everything(70) if d.detectable(SPREAD) <= 0.25 + 1e-12]
    assert found.detectable(SPREAD) <= 0.25 + 1e-9
    assert found.cost(PRICES) == pytest.approx(min(d.cost(PRICES) for d in others), abs=1e-9)


def test_the_best_design_finds_less_than_all_others_for_the_money() -> None:
    budget = 12.0
    found = best_design(budget, SPREAD, PRICES, choices=FEW)
    others = [d for d in everything(90) if d.cost(PRICES) <= budget + 1e-9]
    assert found.cost(PRICES) <= budget + 1e-9
    best = min(d.detectable(SPREAD) for d in others)
    assert found.detectable(SPREAD) == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("change", [-1, 1])
@pytest.mark.parametrize("part", ["examples", "labelled"])
def test_neighbours_cost_more_or_find_less(part: str, change: int) -> None:
    prices = replace(PRICES, rating=3.0)
    found = cheapest_design(0.05, SPREAD, prices)
    assert found.repeats > 0
    sizes = {"examples": found.examples, "labelled": found.labelled}
    sizes[part] += change
    near = Design(
        examples=sizes["examples"],
        labelled=sizes["labelled"],
        trials=found.trials,
        repeats=found.repeats,
        raters=found.raters,
    )
    assert near.cost(prices) > found.cost(prices) or near.detectable(SPREAD) > 0.05


def test_both_searches_meet() -> None:
    cheap = cheapest_design(0.06, SPREAD, PRICES)
    best = best_design(cheap.cost(PRICES), SPREAD, PRICES)
    assert best.detectable(SPREAD) <= 0.06 + 1e-12
    assert best.cost(PRICES) == pytest.approx(cheap.cost(PRICES), rel=0.01)


def test_the_split_of_judge_and_people_is_that_of_the_formula() -> None:
    """430 labels' worth at $3 and $.085: t instead of z asks for two labels more."""
    spread = Spread(between=1.0, judge=0.73**2)
    prices = Prices(judgment=0.085 / 2, rating=1.5)
    one = Choices(trials=(1,), repeats=(0, 1), raters=(1,))
    difference = 2.8015852 / math.sqrt(430)
    found = cheapest_design(difference, spread, prices, choices=one)
    formula = label_plan(430, 0.73, label_cost=3, judge_cost=0.085)
    assert found.labelled == pytest.approx(formula.labels, abs=3)
    assert found.cost(prices) == pytest.approx(formula.cost, rel=0.01)


def test_without_a_judge_it_is_miller_s_formula() -> None:
    spread, prices = Spread(between=1 / 9), Prices(answer=0.01, rating=1.0)
    found = cheapest_design(0.03, spread, prices)
    assert (found.trials, found.repeats, found.raters) == (1, 0, 1)
    assert found.labelled == found.examples
    assert found.examples == pytest.approx(questions_needed(0.03, between=1 / 9), abs=3)


def test_free_judgments_are_all_taken_and_dear_ones_are_not() -> None:
    spread = Spread(between=0.1, judge=0.6)
    free = cheapest_design(0.05, spread, Prices(rating=1.0), choices=Choices(examples=5000))
    dear = cheapest_design(0.05, spread, Prices(rating=1.0, judgment=3.0))
    assert free.repeats > 0
    assert free.labelled < dear.labelled
    assert dear.repeats == 0


def test_a_difference_costs_more_the_smaller_it_is() -> None:
    costs = [cheapest_design(d, SPREAD, PRICES).cost(PRICES) for d in (0.1, 0.05, 0.03)]
    assert costs == sorted(costs)


def test_units_of_money_and_of_scores_do_not_matter() -> None:
    cents = Prices(example=5, answer=0.4, judgment=2, rating=50)
    found = cheapest_design(0.05, SPREAD, PRICES)
    assert cheapest_design(0.05, SPREAD, cents) == found
    points = Spread(between=0.96, trials=0.32, raters=0.8, judge=0.6, reliability=0.7)
    assert cheapest_design(0.2, points, PRICES) == found


@pytest.mark.parametrize(
    "impossible",
    [
        lambda: Spread(between=-1),
        lambda: Spread(between=0),
        lambda: Spread(between=1, judge=1.0),
        lambda: Spread(between=1, reliability=0),
        lambda: Prices(rating=-1),
        lambda: Prices(rating=math.nan),
        lambda: cheapest_design(0, SPREAD, PRICES),
        lambda: best_design(0, SPREAD, PRICES),
        lambda: cheapest_design(0.1, SPREAD, PRICES, power=1.0),
    ],
)
def test_what_cannot_be_is_refused(impossible: Callable[[], object]) -> None:
    with pytest.raises(UsageError):
        impossible()


def test_what_nothing_reaches_says_so() -> None:
    with pytest.raises(InsufficientData, match="examples would be needed"):
        cheapest_design(0.05, SPREAD, PRICES, choices=Choices(examples=50))
    with pytest.raises(InsufficientData, match="does not do for two"):
        best_design(0.5, SPREAD, PRICES)
