import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.core.scale import UNIT, YES_NO
from measurand.errors import UsageError
from measurand.raters.checks import Length, LengthRatio

Rate = Callable[..., Measurement]


@pytest.mark.parametrize(
    ("count", "value"),
    [
        (100, 1.0),
        (80, 1.0),
        (125, 1.0),
        (40, 0.0),
        (250, 0.0),
        (1000, 0.0),
        (0, 0.0),
        (200, (math.log(2.5) - math.log(2)) / (math.log(2.5) - math.log(1.25))),
        (50, (math.log(2.5) - math.log(2)) / (math.log(2.5) - math.log(1.25))),
    ],
)
def test_the_curve(rate: Rate, count: int, value: float) -> None:
    rating = rate(LengthRatio("conciseness"), "word " * count, expected_length=100)
    assert rating.value == pytest.approx(value, abs=1e-12)


def test_the_expected_length_is_the_median_of_the_references(rate: Rate) -> None:
    references = ("a b", "a b c d", "a " * 50)
    assert rate(LengthRatio("conciseness"), "one two three four", references=references).value == 1
    rating = rate(LengthRatio("conciseness"), "one two", references=references, expected_length=2)
    assert rating.value == 1


@pytest.mark.parametrize("known", [{}, {"expected_length": 0}, {"references": ("", "...")}])
def test_without_an_expectation_there_is_no_rating(rate: Rate, known: dict[str, object]) -> None:
    assert rate(LengthRatio("conciseness"), "four words of text", **known).value is None


@given(st.integers(0, 2000), st.integers(1, 1000))
def test_the_rating_is_a_share_and_symmetric_in_the_ratio(words: int, expected: int) -> None:
    def value(count: int, wanted: int) -> float:
        output = Output(example="1", system="s", text="w " * count)
        example = Example(id="1", messages=(), expected_length=wanted)
        rated = LengthRatio("conciseness").measure(example, output).value
        assert isinstance(rated, float)
        return rated

    assert 0 <= value(words, expected) <= 1
    if words:
        assert value(words, expected) == pytest.approx(value(expected, words), abs=1e-9)


def test_bounds_are_inclusive_and_units_are_stated(rate: Rate) -> None:
    check = Length("conciseness", minimum=2, maximum=3)
    values = [rate(check, "w " * count).value for count in range(6)]
    assert values == [0, 0, 1, 1, 0, 0]
    assert rate(Length("c", maximum=3, unit="characters"), "four").value == 0
    assert rate(Length("c", minimum=1), "").value == 0
    assert (check.scale, LengthRatio("c").scale) == (YES_NO, UNIT)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Length("c"),
        lambda: Length("c", minimum=3, maximum=2),
        lambda: Length("c", minimum=-1, maximum=2),
        lambda: Length("c", maximum=2, unit="lines"),  # type: ignore[arg-type]
        lambda: LengthRatio("c", free=0.5),
        lambda: LengthRatio("c", free=2, zero=2),
        lambda: LengthRatio("c", zero=math.nan),
    ],
)
def test_bounds_that_mean_nothing_are_refused(make: Callable[[], object]) -> None:
    with pytest.raises(UsageError):
        make()
