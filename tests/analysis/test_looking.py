"""Looks at clusters: the largest of the evaluation set is fixed, or the interval is wider."""

from __future__ import annotations

import numpy as np
import pytest
from tests.analysis.test_gate import CORRECT, both

from measurand.analysis.looking import look_mean, look_p
from measurand.analysis.score import score
from measurand.core.example import Example, Message
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.stats.sequential import sequential_mean, sequential_p

VALUES = np.tile([1.0, 0.0, 0.0, -1.0, 1.0], 24)
PAIRS = np.repeat(np.arange(60), 2)


def test_the_largest_of_the_set_is_what_is_weighed_by() -> None:
    found = look_mean(VALUES, PAIRS, largest=4)
    assert found == sequential_mean(VALUES, bounds=(-1, 1), clusters=PAIRS, largest=4)
    assert found.reason is None


@pytest.mark.parametrize("largest", [None, 1])
def test_where_it_is_not_known_the_interval_is_wider_and_says_so(largest: int | None) -> None:
    found, known = (look_mean(VALUES, PAIRS, largest=most) for most in (largest, 2))
    assert found.reason is not None
    assert "not fixed beforehand" in found.reason
    assert found.low is not None
    assert known.low is not None
    assert found.low < known.low


def test_examples_alone_weigh_little_where_clusters_are_to_come() -> None:
    one = look_p(VALUES, None, largest=8)
    alone = np.arange(len(VALUES))
    assert one == sequential_p(VALUES, bounds=(-1, 1), clusters=alone, largest=8)
    assert look_p(VALUES, None, largest=1) == sequential_p(VALUES, bounds=(-1, 1))
    assert look_p(VALUES, None, largest=None) == sequential_p(VALUES, bounds=(-1, 1))


def test_the_largest_is_of_the_set_and_not_of_what_is_there() -> None:
    known = {
        f"e{n}": Example(id=f"e{n}", messages=(Message("user", "?"),), cluster=f"c{n // 5}")
        for n in range(20)
    }
    rows = Ratings.of(both([1.0] * 3, [0.0] * 3))
    assert score(rows, Rubric(CORRECT), examples=known).largest == 5
    assert score(rows, Rubric(CORRECT)).largest is None
