"""A plan that contradicts itself cannot be made."""

from __future__ import annotations

import math
from typing import Any

import pytest

from measurand.core.example import MINIMUM
from measurand.core.plan import ComparePlan, DataPlan, PeoplePlan, Plan
from measurand.core.rubric import Dimension, Rubric
from measurand.core.system import System

RUBRIC = Rubric(Dimension("tone"))


def test_what_is_not_said_is_as_usual() -> None:
    plan = Plan(name="x", rubric=RUBRIC)
    assert (plan.seed, plan.systems, plan.data.path) == (0, (), "data/")
    assert plan.data.minimum == dict(MINIMUM)
    assert (plan.people.raters, plan.people.vote) == (3, "majority")
    assert (plan.compare.margin, plan.compare.level, plan.compare.max_blocking) == (
        0.05,
        0.95,
        0.05,
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "a plan needs a name"),
        ({"rubric": Rubric()}, "at least one dimension"),
        ({"seed": -1}, "a seed is 0 or more; found -1"),
        ({"systems": (System("a"), System("b"), System("a"))}, "two systems are called a"),
        (
            {"systems": (System("a", role="expert"), System("b", role="expert"))},
            "only one system may have the role expert",
        ),
    ],
)
def test_a_plan_that_contradicts_itself(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Plan(**{"name": "x", "rubric": RUBRIC, **change})


@pytest.mark.parametrize(
    "bad",
    [
        *({"margin": value} for value in (-0.1, 1.0, math.nan)),
        *({"level": value} for value in (0.0, 1.0, 95.0, math.nan)),
        *({"max_blocking": value} for value in (-0.1, 1.1, math.nan)),
    ],
)
def test_shares_are_shares(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"found "):
        ComparePlan(**bad)


def test_people_and_sizes_are_counted() -> None:
    with pytest.raises(ValueError, match="at least one person"):
        PeoplePlan(raters=0)
    with pytest.raises(ValueError, match="the least size of edge is 0 or more; found -1"):
        DataPlan(minimum={"edge": -1})


def test_systems_have_names_and_roles() -> None:
    systems = (System("a"), System("b"), System("c", role="current"))
    plan = Plan(name="x", rubric=RUBRIC, systems=systems)
    assert plan.system("c").role == "current"
    with pytest.raises(KeyError, match="no system 'd'; there are: a, b, c"):
        plan.system("d")
    with pytest.raises(KeyError, match="there are: none"):
        Plan(name="x", rubric=RUBRIC).system("d")
