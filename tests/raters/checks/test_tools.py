from collections.abc import Callable
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.example import ToolCall
from measurand.core.rating import Measurement
from measurand.errors import UsageError
from measurand.raters.checks import ToolCalls
from measurand.raters.checks.tools import _in_any_order, _in_order

Rate = Callable[..., Measurement]

FIND = ToolCall("find", {"city": "Bonn", "limit": 3})
BOOK = ToolCall("book", {"id": 7})


@pytest.mark.parametrize(
    ("made", "value"),
    [
        ((FIND, BOOK), 1.0),
        ((BOOK, FIND), 0.5),
        ((FIND,), 0.5),
        ((FIND, FIND, BOOK), 2 / 3),
        ((), 0.0),
        ((ToolCall("find", {"city": "Bonn", "limit": "3"}), BOOK), 0.5),
        ((ToolCall("find", {"city": "Bonn", "limit": 3, "page": 1}), BOOK), 0.5),
    ],
)
def test_matches_over_the_longer_list(rate: Rate, made: tuple[ToolCall, ...], value: float) -> None:
    rating = rate(ToolCalls("accuracy"), "done", tools=(FIND, BOOK), tool_calls=made)
    assert rating.value == pytest.approx(value)
    assert rating.evidence == tuple(f"made: {call.name}" for call in made)


def test_arguments_and_order_can_be_relaxed(rate: Rate) -> None:
    made = (BOOK, ToolCall("find", {"city": "Bonn", "limit": 3, "page": 1}))

    def value(check: ToolCalls) -> object:
        return rate(check, "done", tools=(FIND, BOOK), tool_calls=made).value

    assert value(ToolCalls("accuracy", "subset", ordered=False)) == 1
    assert value(ToolCalls("accuracy", "subset")) == 0.5
    assert value(ToolCalls("accuracy", "ignore", ordered=False)) == 1
    assert value(ToolCalls("accuracy", ordered=False)) == 0.5


def test_no_expectation_is_no_rating_unless_none_is_expected(rate: Rate) -> None:
    assert rate(ToolCalls("accuracy"), "done", tool_calls=(BOOK,)).value is None
    assert rate(ToolCalls("accuracy"), "done").value is None
    strict = ToolCalls("accuracy", none_expected=True)
    assert rate(strict, "done", tool_calls=(BOOK,)).value == 0
    assert rate(strict, "done").value == 1


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(UsageError):
        ToolCalls("accuracy", "loosely")  # type: ignore[arg-type]


FITS = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.booleans(), min_size=width, max_size=width), min_size=1, max_size=4
    )
)


@given(FITS)
def test_matchings_are_as_large_as_a_search_of_all(fits: list[list[bool]]) -> None:
    size = max(len(fits), len(fits[0]))
    square = [[*line, *[False] * (size - len(line))] for line in fits]
    square += [[False] * size for _ in range(size - len(fits))]
    largest = max(
        sum(square[row][column] for row, column in enumerate(order))
        for order in permutations(range(size))
    )
    assert _in_any_order(fits) == largest
    assert _in_order(fits) <= largest


def test_the_common_subsequence_keeps_the_order() -> None:
    first, second = "ABCBDAB", "BDCABA"
    fits = [[one == other for other in second] for one in first]
    assert _in_order(fits) == 4  # Cormen et al., Introduction to Algorithms, 15.4


def test_a_flood_of_calls_is_not_compared(rate: Rate) -> None:
    rating = rate(ToolCalls("accuracy"), "done", tools=(FIND, BOOK), tool_calls=(BOOK,) * 500_001)
    assert rating.value is None
    assert "too many" in rating.reason
