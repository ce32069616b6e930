"""Two tables of the same rows are the same table once they are in order."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from measurand.core.plan import Plan
from measurand.core.rating import COLUMNS, Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.system import System
from measurand.jobs.ordering import in_order

PLAN = Plan(
    name="p",
    rubric=Rubric(Dimension("tone"), Dimension("accuracy")),
    systems=(System("today"), System("candidate")),
)
EXAMPLES = ("q2", "q10", "q1")


def row(example: str, system: str, dimension: str, repeat: int, value: float | None) -> Rating:
    return Rating(
        example=example,
        system=system,
        dimension=dimension,
        rater="j",
        kind="judge",
        value=value,
        reason=None if value is not None else "no",
        repeat=repeat,
    )


ROWS = st.lists(
    st.builds(
        row,
        st.sampled_from(("q1", "q2", "q10", "stranger", "other")),
        st.sampled_from(("today", "candidate", "unknown")),
        st.sampled_from(("accuracy", "tone", "wit")),
        st.integers(0, 12),
        st.sampled_from((1.0, 5.0, None)),
    ),
    max_size=30,
    unique_by=lambda r: (r.example, r.system, r.dimension, r.repeat),
)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(rows: list[Rating], rng: random.Random) -> None:
    shuffled = rng.sample(rows, len(rows))
    first = in_order(Ratings.of(rows), PLAN, EXAMPLES)
    second = in_order(Ratings.of(shuffled), PLAN, EXAMPLES)
    assert all(first[name] == second[name] for name in COLUMNS)
    key = repr
    assert sorted(first, key=key) == sorted(rows, key=key)


def test_the_plan_decides_the_order() -> None:
    rows = [
        row("stranger", "today", "tone", 0, 1.0),
        row("q1", "candidate", "tone", 0, 1.0),
        row("q1", "today", "accuracy", 10, 1.0),
        row("q1", "today", "accuracy", 2, 1.0),
        row("q1", "today", "tone", 0, 1.0),
        row("q10", "today", "tone", 0, 1.0),
    ]
    told = [
        (r.example, r.system, r.dimension, r.repeat)
        for r in in_order(Ratings.of(rows), PLAN, EXAMPLES)
    ]
    assert told == [
        ("q10", "today", "tone", 0),
        ("q1", "today", "tone", 0),
        ("q1", "today", "accuracy", 2),
        ("q1", "today", "accuracy", 10),
        ("q1", "candidate", "tone", 0),
        ("stranger", "today", "tone", 0),
    ]
