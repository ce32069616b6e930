"""A scale says what a rating may be, and refuses all else."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.scale import NOMINAL, ONE_TO_FIVE, UNIT, YES_NO, Metric, Scale

OFF: list[object] = [0, 6, 5.01, "", "good", None, True, [3], {}, "3,5", "0_3", "nan", "inf"]
OFF += [math.nan, math.inf, 10**400]


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("1-5", ONE_TO_FIVE),
        (" 1 - 5 ", ONE_TO_FIVE),
        ("1 to 5", ONE_TO_FIVE),
        ("0-4", Scale("ordinal", 0, 4)),
        ("-2-2", Scale("ordinal", -2, 2)),
        ("-5--1", Scale("ordinal", -5, -1)),
        ("0..1", UNIT),
        ("0-0.5", Scale("interval", 0, 0.5)),
        ("yes/no", YES_NO),
        ("No/Yes", YES_NO),
        ("pass/fail", YES_NO),
        ("nominal", NOMINAL),
        ("Ordinal", Scale("ordinal")),
        ("interval", Scale("interval")),
        ("ratio", Scale("ratio")),
        ("win/tie/ loss", Scale("nominal", labels=("win", "tie", "loss"))),
    ],
)
def test_scales_as_users_write_them(text: str, scale: Scale) -> None:
    assert Scale.of(text) == scale


@pytest.mark.parametrize("text", ["", "yes", "5", "one to five", "1-", "1:5"])
def test_what_is_no_scale_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a scale; write 1-5"):
        Scale.of(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5-1", "low must be below its high; found '5-1'"),
        ("3-3", "low must be below"),
        ("a/a", "must differ"),
    ],
)
def test_a_scale_that_contradicts_itself_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Scale.of(text)


def test_a_scale_has_both_bounds_or_neither() -> None:
    with pytest.raises(ValueError, match="both bounds or neither"):
        Scale("ordinal", low=1)


@pytest.mark.parametrize(
    ("scale", "raw", "value"),
    [
        (ONE_TO_FIVE, 3, 3.0),
        (ONE_TO_FIVE, " 4 ", 4.0),
        (ONE_TO_FIVE, "4.5", 4.5),
        (ONE_TO_FIVE, 1, 1.0),
        (ONE_TO_FIVE, 5, 5.0),
        (YES_NO, "Yes", 1.0),
        (YES_NO, True, 1.0),
        (YES_NO, "1.0", 1.0),
        (YES_NO, " n ", 0.0),
        (YES_NO, 0, 0.0),
        (NOMINAL, " spam ", "spam"),
        (NOMINAL, 3.0, "3"),
        (NOMINAL, True, "True"),
        (Scale.of("win/tie/loss"), "tie", "tie"),
        (Scale("ratio"), "-1e3", -1000.0),
    ],
)
def test_values_on_the_scale(scale: Scale, raw: object, value: object) -> None:
    parsed = scale.parse(raw)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("scale", "raw"),
    [
        *((ONE_TO_FIVE, raw) for raw in OFF),
        *((Scale("ratio"), raw) for raw in ("nan", "inf", "-inf", "1_000", True, None)),
        *((YES_NO, raw) for raw in (2, 0.5, "maybe", "", None)),
        *((NOMINAL, raw) for raw in ("", "  ")),
        *((Scale.of("win/tie/loss"), raw) for raw in ("Win", "draw", 1)),
    ],
)
def test_values_off_the_scale_are_refused_never_clamped(scale: Scale, raw: object) -> None:
    with pytest.raises(ValueError, match=r"found .*; allowed: "):
        scale.parse(raw)


def test_a_refusal_is_short() -> None:
    with pytest.raises(ValueError, match="…") as caught:
        ONE_TO_FIVE.parse("x" * 1000)
    assert len(str(caught.value)) < 80


def test_what_a_scale_is() -> None:
    kinds = {
        str(scale): (scale.binary, scale.numeric, scale.bounded)
        for scale in (YES_NO, ONE_TO_FIVE, UNIT, NOMINAL, Scale("ratio"), Scale.of("a/b"))
    }
    assert kinds == {
        "yes/no": (True, True, True),
        "1-5": (False, True, True),
        "0..1": (False, True, True),
        "any label": (False, False, False),
        "a number (ratio)": (False, True, False),
        "a/b": (False, False, False),
    }


def test_labels_have_no_place_on_the_unit_interval() -> None:
    assert NOMINAL.unit("spam") is None
    assert NOMINAL.from_unit(0.5) is None
    assert Scale("ratio").unit(3.0) is None
    assert ONE_TO_FIVE.unit("3") is None


BOUNDS = st.tuples(st.integers(-50, 50), st.integers(1, 100)).map(lambda b: (b[0], b[0] + b[1]))


@given(bounds=BOUNDS, metric=st.sampled_from(["ordinal", "interval"]))
def test_a_bounded_scale_reads_its_own_name(bounds: tuple[int, int], metric: Metric) -> None:
    scale = Scale(metric, *bounds)
    assert Scale.of(str(scale)) == scale


@given(bounds=BOUNDS, share=st.floats(0, 1))
def test_the_unit_interval_and_back(bounds: tuple[int, int], share: float) -> None:
    scale = Scale("interval", *bounds)
    value = scale.from_unit(share)
    assert value is not None
    assert scale.unit(value) == pytest.approx(share, abs=1e-12)
    assert (scale.unit(bounds[0]), scale.unit(bounds[1])) == (0.0, 1.0)


@given(raw=st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none()))
@pytest.mark.parametrize("scale", [ONE_TO_FIVE, UNIT, Scale("ratio")])
def test_a_number_is_on_its_scale_or_refused(scale: Scale, raw: object) -> None:
    try:
        value = scale.parse(raw)
    except ValueError:
        return
    assert isinstance(value, float)
    assert math.isfinite(value)
    assert scale.low is None or scale.high is None or scale.low <= value <= scale.high
    assert scale.parse(value) == value
