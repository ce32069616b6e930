"""Tables of ratings as arrays: nothing lost, nothing written over."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.analysis.matrix import numbers_of, rater_matrix
from measurand.core.rating import Rating, Ratings
from measurand.core.scale import NOMINAL, ONE_TO_FIVE, Value


def row(
    example: str, rater: str, value: Value | None, *, repeat: int = 0, against: str | None = None
) -> Rating:
    return Rating(
        example=example,
        system="s",
        dimension="d",
        rater=rater,
        kind="people",
        value=value,
        reason=None if value is not None else "cannot judge",
        repeat=repeat,
        against=against,
    )


def test_a_label_called_none_is_a_label() -> None:
    table = Ratings.of([row("1", "A", "None"), row("2", "A", "rude"), row("3", "A", None)])
    numbers, labels = numbers_of(table["value"], NOMINAL)
    assert labels == ("None", "rude")
    np.testing.assert_array_equal(numbers, [0, 1, np.nan])


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ([row("1", "A", 1.0), row("1", "A", 5.0)], 1.0),
        ([row("1", "A", 5.0, repeat=2), row("1", "A", 1.0, repeat=1)], 1.0),
        ([row("1", "A", None), row("1", "A", 3.0, repeat=1)], 3.0),
    ],
)
def test_the_first_rating_counts(rows: list[Rating], kept: float) -> None:
    assert rater_matrix(Ratings.of(rows), ONE_TO_FIVE).values.tolist() == [[kept]]


def test_every_opponent_is_a_unit_of_its_own() -> None:
    rows = [
        row("1", rater, value, against=other)
        for rater, other, value in (("X", "b", 1.0), ("Y", "b", 2.0), ("X", "c", 3.0))
    ]
    matrix = rater_matrix(Ratings.of([*rows, row("1", "Y", 5.0)]), ONE_TO_FIVE)
    cells = dict(zip(matrix.against, matrix.values.tolist(), strict=True))
    assert cells["b"] == [1, 2]
    assert cells["c"][0] == 3
    assert np.isnan(cells["c"][1])
    assert cells[None][1] == 5
    only = matrix.only(["Y"])
    assert sorted(map(str, only.against)) == ["None", "b"]


def test_no_ratings_make_an_empty_matrix() -> None:
    assert rater_matrix(Ratings.of([]), ONE_TO_FIVE).values.shape == (0, 0)
