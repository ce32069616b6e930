"""The one table of ratings: what goes in comes out, in columns or in rows."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.rating import (
    COLUMNS,
    DEFAULTS,
    Cell,
    Column,
    Kind,
    Measurement,
    Rating,
    Ratings,
)

CELLS = st.none() | st.integers(0, 3) | st.floats(allow_nan=False) | st.text("ab", max_size=2)
RATINGS = st.builds(
    Rating,
    example=st.sampled_from("abc"),
    system=st.sampled_from(["today", "new"]),
    dimension=st.sampled_from(["tone", "safety"]),
    rater=st.sampled_from(["ann", "bob"]),
    kind=st.sampled_from(get_args(Kind)),
    value=st.none() | st.floats(1, 5) | st.sampled_from(["yes", "no"]),
    reason=st.none() | st.text(max_size=3),
    repeat=st.integers(0, 2),
    against=st.none() | st.just("today"),
    cost=st.none() | st.floats(0, 1),
)
TABLES = st.lists(RATINGS, max_size=8)

ONE = Rating(example="a", system="s", dimension="tone", rater="ann", kind="people", value=3.0)


def rows(table: Ratings) -> list[Rating]:
    return list(table)


def test_no_value_needs_a_reason() -> None:
    assert Measurement(None, "the output is empty").value is None
    with pytest.raises(ValueError, match="needs its reason"):
        Measurement(None)


@given(cells=st.lists(CELLS, max_size=20))
def test_a_column_holds_its_cells(cells: list[Cell]) -> None:
    column = Column.of(cells)
    assert [(type(cell), cell) for cell in column] == [(type(cell), cell) for cell in cells]
    assert len(column) == len(cells)
    kinds = [(type(level), level) for level in column.levels]
    assert len(set(kinds)) == len(kinds)


def test_one_and_1_0_and_true_text_are_different_cells() -> None:
    assert Column.of([1, 1.0, "1", None, 1]).levels == (1, 1.0, "1", None)


def test_levels_stand_in_order_of_first_appearance() -> None:
    column = Column.of(["b", "a", "b"])
    assert (column.levels, column.codes.tolist()) == (("b", "a"), [0, 1, 0])


def test_a_constant_column() -> None:
    column = Column.constant("s", 3)
    assert (list(column), column.codes.typecode) == (["s", "s", "s"], "i")
    assert list(Column.constant(None, 0)) == []


@given(cells=st.lists(CELLS, max_size=20))
def test_a_mask_keeps_rows(cells: list[Cell]) -> None:
    column = Column.of(cells)
    mask = column.mask(lambda cell: isinstance(cell, str))
    assert list(mask) == [isinstance(cell, str) for cell in cells]
    kept = column.where(mask)
    assert list(kept) == [cell for cell in cells if isinstance(cell, str)]
    assert kept.levels == column.levels


@given(ratings=TABLES)
def test_rows_go_in_and_come_out(ratings: list[Rating]) -> None:
    table = Ratings.of(ratings)
    assert rows(table) == ratings
    assert len(table) == len(ratings)
    assert list(table["rater"]) == [rating.rater for rating in ratings]


@given(first=TABLES, second=TABLES)
def test_tables_are_joined(first: list[Rating], second: list[Rating]) -> None:
    assert rows(Ratings.of(first) + Ratings.of(second)) == first + second


@given(ratings=TABLES)
def test_where_keeps_the_rows_that_match(ratings: list[Rating]) -> None:
    table = Ratings.of(ratings)
    assert rows(table.where(rater="ann", system="new")) == [
        rating for rating in ratings if rating.rater == "ann" and rating.system == "new"
    ]
    assert rows(table.where(example=frozenset({"a", "b"}))) == [
        rating for rating in ratings if rating.example in {"a", "b"}
    ]
    assert rows(table.where(against=None)) == [r for r in ratings if r.against is None]
    assert table.where() is table
    assert rows(table.where(rater="nobody")) == []


@given(ratings=TABLES)
def test_distinct_cells_are_those_that_occur(ratings: list[Rating]) -> None:
    table = Ratings.of(ratings).where(kind="people")
    people = [rating.example for rating in ratings if rating.kind == "people"]
    assert table.distinct("example") == tuple(dict.fromkeys(people))


def test_columns_not_given_hold_their_defaults() -> None:
    given_columns = {name: Column.of([getattr(ONE, name)] * 2) for name in COLUMNS[:6]}
    table = Ratings.from_columns(**given_columns)
    assert rows(table) == [ONE, ONE]
    assert set(DEFAULTS) == set(COLUMNS[6:])
    assert rows(Ratings.from_columns(**given_columns, repeat=Column.of([0, 1])))[1] == replace(
        ONE, repeat=1
    )


def test_a_table_has_all_columns_and_one_length() -> None:
    whole = dict(Ratings.of([ONE]).columns)
    with pytest.raises(ValueError, match="look at: value"):
        Ratings({name: column for name, column in whole.items() if name != "value"})
    with pytest.raises(ValueError, match="look at: mood"):
        Ratings({**whole, "mood": Column.of(["good"])})
    with pytest.raises(ValueError, match="have one length"):
        Ratings({**whole, "value": Column.of([1.0, 2.0])})
    with pytest.raises(ValueError, match="other columns"):
        Ratings.from_columns(value=Column.of([1.0]))


def test_a_million_rows_are_small() -> None:
    column = Column(array("i", bytes(4_000_000)), ("s",))
    table = Ratings(dict.fromkeys(COLUMNS, column))
    assert len(table) == 1_000_000
    assert (
        sum(len(table[name].codes) * table[name].codes.itemsize for name in COLUMNS) <= 68_000_000
    )
