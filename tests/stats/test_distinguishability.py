"""How well two levels are told apart, on tables worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.errors import InsufficientData
from measurand.stats.bca import Resampling
from measurand.stats.distinguishability import (
    disagreement_share,
    distinguishability,
    level_pairs,
)


def how(level: float = 0.95) -> Resampling:
    return Resampling(rng=np.random.default_rng(0), level=level, resamples=1000)


PAIRS = np.array(
    [[0.0, 0.0]] * 8 + [[1.0, 1.0]] * 6 + [[0.0, 1.0]] * 4 + [[1.0, 2.0]] * 2 + [[2.0, 2.0]] * 5
)


def test_two_raters_are_a_table_of_counts() -> None:
    table = level_pairs(PAIRS, 4)
    expected = [[16, 4, 0, 0], [4, 12, 2, 0], [0, 2, 10, 0], [0, 0, 0, 0]]
    assert table.tolist() == expected
    assert distinguishability(PAIRS, (0, 1), how()).value == pytest.approx(1 - 16 / (16 * 12))
    assert disagreement_share(PAIRS, (0, 1), how()).value == pytest.approx(4 / 6)
    assert disagreement_share(PAIRS, (1, 2), how()).value == pytest.approx(2 / 6)


def test_units_of_more_ratings_weigh_as_much_as_they_have() -> None:
    table = level_pairs(np.array([[0.0, 0.0, 1.0], [1.0, 1.0, np.nan], [0.0, np.nan, np.nan]]), 2)
    assert table.tolist() == [[1.0, 1.0], [1.0, 2.0]]
    assert table.sum() == 5


def test_the_table_of_krippendorff_s_own_example() -> None:
    """Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C."""
    rows = (
        "1 2 3 3 2 1 4 1 2 * * *",
        "1 2 3 3 2 2 4 1 2 5 * 3",
        "* 3 3 3 2 3 4 2 2 5 1 *",
        "1 2 3 3 2 4 4 1 2 5 1 *",
    )
    values = [[np.nan if c == "*" else float(c) - 1 for c in row.split()] for row in rows]
    expected = [
        [7, 4 / 3, 1 / 3, 1 / 3, 0],
        [4 / 3, 10, 4 / 3, 1 / 3, 0],
        [1 / 3, 4 / 3, 8, 1 / 3, 0],
        [1 / 3, 1 / 3, 1 / 3, 4, 0],
        [0, 0, 0, 0, 3],
    ]
    assert level_pairs(np.array(values).T, 5) == pytest.approx(np.array(expected))


def test_levels_that_nobody_agrees_on_are_refused() -> None:
    with pytest.raises(InsufficientData, match="give the same of these levels"):
        distinguishability(PAIRS, (0, 3), how())
    with pytest.raises(InsufficientData, match="nobody has confused them"):
        distinguishability(PAIRS, (0, 2), how())
    with pytest.raises(InsufficientData, match="do not differ on any output"):
        disagreement_share(np.array([[0.0, 0.0], [1.0, 1.0]] * 9), (0, 1), how())
    with pytest.raises(InsufficientData, match="no unit has two ratings"):
        distinguishability(np.array([[0.0, np.nan]] * 5), (0, 1), how())


def test_swapping_levels_and_renaming_others_changes_nothing() -> None:
    one = distinguishability(PAIRS, (0, 1), how())
    assert distinguishability(PAIRS, (1, 0), how()).value == one.value
    renamed = np.where(PAIRS == 2, 3.0, PAIRS)
    assert distinguishability(renamed, (0, 1), how()).value == one.value
