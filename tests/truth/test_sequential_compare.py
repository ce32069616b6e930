"""Systems that are alike, compared again and again while ratings come in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.core.plan import Looks
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO
from measurand.stats.proportion import clopper_pearson

RUBRIC = Rubric(Dimension("right", weight=100, scale=YES_NO))
SYSTEMS = ("now", "one", "two")
BETTER = {"a better", "b better"}
LOOKS = range(30, 151, 40)
SEEMING = 24


def stream(rng: np.random.Generator, n: int) -> list[list[Rating]]:
    """By example: the three systems are right equally often, mostly on the same examples."""
    easy = rng.random(n) < 0.7
    rows = []
    for at in range(n):
        right = np.where(rng.random(3) < 0.75, easy[at], rng.random(3) < 0.7)
        rows.append(
            [
                Rating(
                    example=f"e{at}",
                    system=system,
                    dimension="right",
                    rater="c",
                    kind="check",
                    value=int(value),
                )
                for system, value in zip(SYSTEMS, right, strict=True)
            ]
        )
    return rows


def called(rows: list[list[Rating]], looks: Looks) -> bool:
    """Whether any candidate is called better or worse than the baseline."""
    table = Ratings.of(rating for row in rows for rating in row)
    options = ComparisonOptions(looks=looks, baseline="now", resamples=200)
    verdicts = compare(table, RUBRIC, options=options).verdicts
    return any(v.outcome in BETTER for v in verdicts if v.name == "overall")


def ever(looks: Looks, *, runs: int, at: range, seed: int) -> int:
    """In how many streams a candidate is ever called better or worse."""
    rng, found = np.random.default_rng(seed), 0
    for _ in range(runs):
        rows = stream(rng, at[-1])
        found += any(called(rows[:n], looks) for n in at)
    return found


def test_what_one_look_would_call_better_is_not_called_so_by_many() -> None:
    """The stream is the first of its seeds in which two alike seem to differ at some look."""
    rows = stream(np.random.default_rng(SEEMING), LOOKS[-1])
    assert any(called(rows[:n], "fixed") for n in LOOKS)
    assert not any(called(rows[:n], "anytime") for n in LOOKS)


def test_what_is_better_is_called_so() -> None:
    rows = stream(np.random.default_rng(1), 200)
    worse = [[one if one.system != "two" else replace(one, value=0) for one in row] for row in rows]
    assert called(worse, "anytime")


@pytest.mark.long
def test_few_of_two_hundred_are_called_better_however_often_one_looks() -> None:
    assert ever("anytime", runs=200, at=range(25, 226, 25), seed=2) <= 0.05 * 200


@pytest.mark.long
def test_a_comparison_for_one_look_loses_its_error_rate() -> None:
    wrong = ever("fixed", runs=100, at=range(25, 226, 25), seed=3)
    low = clopper_pearson(wrong, 100).low
    assert low is not None
    assert low > 0.05
