from __future__ import annotations

import asyncio
import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.example import Example
from measurand.core.output import Failure, Output
from measurand.core.protocols import Check
from measurand.core.rating import Measurement
from measurand.core.scale import ONE_TO_FIVE, UNIT, YES_NO, Scale
from measurand.raters.checks import check

Rate = Callable[..., Measurement]
EXAMPLE = Example(id="1", messages=())
OUTPUT = Output(example="1", system="s", text="I am gonna help.")


@check("tone")
def no_slang(example: Example, output: Output) -> bool:  # noqa: ARG001 - a check's shape
    return "gonna" not in (output.text or "")


def test_the_decorated_function_is_a_check_and_still_a_function() -> None:
    assert isinstance(no_slang, Check)
    assert (no_slang.name, no_slang.dimension, no_slang.cost) == ("check.no_slang", "tone", 0.0)
    assert no_slang.scale == YES_NO
    assert no_slang(EXAMPLE, OUTPUT) is False


def test_a_bool_is_yes_or_no(rate: Rate) -> None:
    assert rate(no_slang, "gonna").value == 0.0
    assert rate(no_slang, "").value == 1.0


@pytest.mark.parametrize(
    ("given", "scale", "value"),
    [
        (0.25, None, 0.25),
        (1, None, 1.0),
        (True, None, 1.0),
        (np.float32(0.5), None, 0.5),
        (np.bool_(False), None, 0.0),  # noqa: FBT003 - the value under test
        (np.float64(4), ONE_TO_FIVE, 4.0),
        (3, ONE_TO_FIVE, 3.0),
        ("tie", Scale.of("win/tie/loss"), "tie"),
        (Measurement(0.5, "half", ("here",)), None, 0.5),
    ],
)
def test_values_on_the_scale_are_taken(
    rate: Rate, given: Any, scale: Scale | None, value: float | str
) -> None:
    rating = rate(check("tone", scale=scale)(lambda _example, _output: given), "text")
    assert rating.value == value
    assert type(rating.value) is type(value)


@pytest.mark.parametrize(
    ("given", "scale"),
    [
        (math.nan, None),
        (math.inf, None),
        (-0.1, None),
        (1.1, None),
        (6, ONE_TO_FIVE),
        (True, ONE_TO_FIVE),
        (0.5, YES_NO),
        ("good", None),
        ([1.0], None),
        ({}, None),
        (object, None),
        (np.array([1.0, 2.0]), None),
        (Measurement(7.0), None),
        (None, None),
    ],
)
def test_anything_else_is_no_rating_with_a_reason(
    rate: Rate, given: Any, scale: Scale | None
) -> None:
    rating = rate(check("tone", scale=scale)(lambda _example, _output: given), "text")
    assert rating.value is None
    assert rating.reason


def test_the_reason_says_what_was_found_and_what_is_allowed(rate: Rate) -> None:
    rating = rate(check("tone", name="mine")(lambda _example, _output: 1.5), "text")
    assert rating.reason == "mine gave no value on its scale: found 1.5; allowed: 0..1"


@pytest.mark.parametrize("error", [ValueError("bad \x00 input"), SystemExit(0), RecursionError()])
def test_an_exception_keeps_its_traceback(rate: Rate, error: BaseException) -> None:
    def broken(_example: Example, _output: Output) -> float:
        raise error

    rating = rate(check("tone")(broken), "text")
    assert rating.value is None
    assert type(error).__name__ in rating.reason
    assert "in broken" in rating.evidence[0]
    assert "raise error" in rating.evidence[0]
    assert "\n" not in rating.reason
    assert "(test_own.py, line " in rating.reason


def test_an_interrupt_is_not_swallowed(rate: Rate) -> None:
    def interrupted(_example: Example, _output: Output) -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rate(check("tone")(interrupted), "text")


def test_async_functions_are_awaited() -> None:
    @check("tone")
    async def slow(_example: Example, output: Output) -> float:
        await asyncio.sleep(0)
        return 1 / len(output.text or "")

    async def measured(text: str) -> Measurement:
        pending = slow.measure(EXAMPLE, Output(example="1", system="s", text=text))
        assert inspect.isawaitable(pending)
        return await pending

    assert asyncio.run(measured("four")).value == 0.25
    failed = asyncio.run(measured(""))
    assert failed.value is None
    assert "ZeroDivisionError" in failed.reason
    assert "in slow" in failed.evidence[0]


def test_a_failure_never_reaches_the_function() -> None:
    failed = Output(example="1", system="s", text=None, failure=Failure("timeout", "60 s"))
    rating = no_slang.measure(EXAMPLE, failed)
    assert isinstance(rating, Measurement)
    assert rating.value is None
    assert "timeout: 60 s" in rating.reason


def test_the_version_follows_the_source() -> None:
    def one(_example: Example, _output: Output) -> bool:
        return True

    def other(_example: Example, _output: Output) -> bool:
        return False

    assert check("tone")(one).version == check("tone")(one).version
    assert check("tone")(one).version != check("tone")(other).version
    assert check("tone", version="2")(one).version == "2"


class Halfway:
    def __call__(self, _example: Example, _output: Output) -> float:
        return 0.5


def test_an_object_that_can_be_called_is_a_check(rate: Rate) -> None:
    made = check("tone")(Halfway())
    assert made.name == "check.Halfway"
    assert made.version == check("tone")(Halfway()).version
    assert rate(made, "text").value == 0.5


@given(st.one_of(st.floats(), st.integers(), st.booleans(), st.none(), st.text(), st.binary()))
def test_whatever_a_function_gives_the_value_is_on_the_scale(found: Any) -> None:
    rating = check("tone")(lambda _example, _output: found).measure(EXAMPLE, OUTPUT)
    assert isinstance(rating, Measurement)
    assert rating.value is None or UNIT.parse(rating.value) == rating.value


def test_a_function_without_source_has_a_version_too() -> None:
    scope: dict[str, Any] = {"__name__": "prompt"}
    exec(compile("def typed(example, output): return 0.5", "<stdin>", "exec"), scope)  # noqa: S102 - a prompt
    made = check("tone")(scope["typed"])
    assert made.version == check("tone")(scope["typed"]).version
    assert isinstance(made.measure(EXAMPLE, OUTPUT), Measurement)


def test_a_refusal_of_ones_own_keeps_its_reason(rate: Rate) -> None:
    rating = rate(check("tone")(lambda _example, _output: Measurement(None, "no idea")), "text")
    assert rating == Measurement(None, "no idea")
