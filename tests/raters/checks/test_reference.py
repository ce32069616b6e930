from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.rating import Measurement
from measurand.core.scale import UNIT, YES_NO
from measurand.errors import UsageError
from measurand.raters.checks import Reference
from measurand.raters.checks.reference import Mode, numbers

Rate = Callable[..., Measurement]


@pytest.mark.parametrize(
    ("mode", "text", "references", "value"),
    [
        ("exact", " Paris\n", ("Paris",), 1),
        ("exact", "paris", ("Paris",), 0),
        ("exact", "b", ("a", "b"), 1),
        ("normalised", "“PARIS”.", ("paris",), 1),
        ("normalised", "Paris, France", ("Paris", "London"), 0),
        ("normalised", "!!", ("??",), 0),
        ("any", "It is Paris.", ("London", "Paris"), 1),
        ("any", "It is a comparison.", ("Paris",), 0),
        ("all", "Paris and London", ("London", "Paris"), 1),
        ("all", "Paris", ("London", "Paris"), 0),
        ("numeric", "It costs $1,234.50 in all.", ("1234.5",), 1),
        ("numeric", "It is 42; yes, 42.0.", ("42",), 1),
        ("numeric", "minus \u22125", ("-5",), 1),
        ("numeric", "It is free.", ("5",), 0),
        ("numeric", "43", ("42", "43"), 1),
    ],
)
def test_modes(rate: Rate, mode: Mode, text: str, references: tuple[str, ...], value: int) -> None:
    check = Reference("accuracy", mode)
    assert rate(check, text, references=references).value == value
    assert check.scale == YES_NO


@pytest.mark.parametrize("mode", ["exact", "normalised", "numeric", "any", "all", "fuzzy"])
def test_no_reference_is_no_rating(rate: Rate, mode: Mode) -> None:
    assert rate(Reference("accuracy", mode), "Paris").value is None
    assert "no reference" in rate(Reference("accuracy", mode), "Paris").reason
    assert rate(Reference("accuracy", mode), "Paris", references=("Paris", " ")).value is None


def test_the_tolerance_is_exact_at_its_edge(rate: Rate) -> None:
    near = Reference("accuracy", "numeric", tolerance=0.01)
    assert rate(near, "1.01", references=("1.00",)).value == 1
    assert rate(near, "1.0101", references=("1.00",)).value == 0
    share = Reference("accuracy", "numeric", relative=0.1)
    assert rate(share, "-110", references=("-100",)).value == 1
    assert rate(share, "-111", references=("-100",)).value == 0


@pytest.mark.parametrize(
    ("text", "why"),
    [("First 12, then 30: so 42.", "several numbers"), ("1.234,5", "no number that can be read")],
)
def test_an_ambiguous_number_is_not_rated(rate: Rate, text: str, why: str) -> None:
    rating = rate(Reference("accuracy", "numeric"), text, references=("42",))
    assert rating.value is None
    assert why in rating.reason


def test_the_answer_can_be_found_by_an_expression(rate: Rate) -> None:
    check = Reference("accuracy", "numeric", answer=r"#### (.+)")
    assert rate(check, "12 + 30\n#### 42", references=("42",)).value == 1
    assert rate(check, "12 + 30 = 42", references=("42",)).value == 0
    rating = rate(check, "#### 42", references=("forty-two",))
    assert rating.value is None
    assert "not one number" in rating.reason


def test_fuzzy_is_a_share_and_best_over_references(rate: Rate) -> None:
    check = Reference("accuracy", "fuzzy")
    assert check.scale == UNIT
    assert rate(check, "kitten", references=("zzz", "sitting")).value == pytest.approx(
        2 * 4 / (6 + 7)  # InDel: twice the common subsequence over both lengths
    )
    assert rate(check, "", references=("a",)).value == 0
    assert rate(check, "a" * 1_000_000, references=("a" * 1_000_000,)).value is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GPT-4 on 2020-01-02 at 10:30, v3.5.1, 10-20", ()),
        ("x=-4", ("-4",)),
        ("5km, 6 €/month and (7)", ("5", "6", "7")),
        ("12,345,6", ()),
        ("1e-3", ("0.001",)),
        (".5", ("0.5",)),
        ("$1,000,000.00", ("1000000.00",)),
    ],
)
def test_numbers(text: str, expected: tuple[str, ...]) -> None:
    assert numbers(text) == tuple(map(Decimal, expected))


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9
    )
)
def test_every_plain_number_is_read_back(number: Decimal) -> None:
    assert numbers(f"The answer is {number}.") == (number,)
    assert numbers(f"It is {number:,} in all") == (number,)


@pytest.mark.parametrize(
    "parameters",
    [
        {"mode": "similar"},
        {"mode": "exact", "tolerance": 0.1},
        {"mode": "numeric", "tolerance": -1},
        {"mode": "numeric", "tolerance": float("nan")},
        {"answer": "("},
    ],
)
def test_parameters_that_mean_nothing_are_refused(parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        Reference("accuracy", **parameters)  # type: ignore[arg-type]
