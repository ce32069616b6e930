import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.errors import UsageError
from measurand.raters.checks import FieldAccuracy

Rate = Callable[..., Measurement]

INVOICE = {
    "number": "A-17",
    "total": 12.5,
    "paid": True,
    "date": "2024-03-01",
    "customer": {"name": "Ada Lovelace", "phone": None},
    "tags": ["new", "EU", "new"],
}


def _rated(rate: Rate, check: FieldAccuracy, answer: object, *references: object) -> Measurement:
    return rate(check, json.dumps(answer), references=tuple(map(json.dumps, references)))


def test_each_field_counts_by_its_type(rate: Rate) -> None:
    check = FieldAccuracy("accuracy", types={"date": "date"}, tolerance=0.01)
    answer = {
        "number": "a-17",
        "total": 12.51,
        "paid": True,
        "date": "2024-03-01T09:30:00",
        "customer": {"name": " ADA Lovelace."},
        "tags": ["eu", "new", "NEW"],
    }
    assert _rated(rate, check, answer, INVOICE).value == 1


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"total": "12.5"}, 'total: "12.5", not 12.5'),
        ({"total": 12.6}, "total: 12.6, not 12.5"),
        ({"total": True}, "total: true, not 12.5"),
        ({"paid": 1}, "paid: 1, not true"),
        ({"date": "1 March 2024"}, 'date: "1 March 2024", not "2024-03-01"'),
        ({"tags": ["new", "EU"]}, 'tags: ["new", "EU"], not ["new", "EU", "new"]'),
        ({"customer": {"name": "Ada", "phone": None}}, 'customer.name: "Ada", not "Ada Lovelace"'),
        ({"customer": {"name": "Ada Lovelace", "phone": "1"}}, 'customer.phone: "1", not null'),
        ({"number": None}, 'number: null, not "A-17"'),
    ],
)
def test_a_wrong_field_costs_its_share_and_is_named(
    rate: Rate, change: dict[str, object], wrong: str
) -> None:
    check = FieldAccuracy("accuracy", types={"date": "date"})
    rating = _rated(rate, check, INVOICE | change, INVOICE)
    assert rating.value == pytest.approx(6 / 7)
    assert rating.evidence == (wrong,)


def test_invented_fields_count_unless_ignored(rate: Rate) -> None:
    answer = INVOICE | {"vat": 19, "nothing": None}
    rating = _rated(rate, FieldAccuracy("accuracy"), answer, INVOICE)
    assert rating.value == pytest.approx(7 / 8)
    assert rating.evidence == ("vat: not in the reference",)
    assert _rated(rate, FieldAccuracy("accuracy", extra="ignore"), answer, INVOICE).value == 1
    ignored = FieldAccuracy("accuracy", types={"vat": "ignore"})
    assert _rated(rate, ignored, answer, INVOICE).value == 1


def test_a_missing_field_is_wrong_and_the_best_reference_counts(rate: Rate) -> None:
    rating = _rated(rate, FieldAccuracy("accuracy"), {"a": 1}, {"a": 1, "b": 2}, {"a": 2})
    assert rating.value == 0.5
    assert rating.evidence == ("b: nothing, not 2",)


def test_keys_with_points_do_not_collide(rate: Rate) -> None:
    reference = {"a.b": 1, "a": {"b": 2}}
    assert _rated(rate, FieldAccuracy("accuracy"), reference, reference).value == 1
    wrong = {"a.b": 2, "a": {"b": 2}}
    assert _rated(rate, FieldAccuracy("accuracy"), wrong, reference).value == 0.5


def test_an_answer_that_is_no_object_or_not_of_the_schema_has_no_field_right(rate: Rate) -> None:
    check = FieldAccuracy("accuracy", schema={"required": ["b"]}, allow_fence=True)
    for text in ("Sorry.", "[1]", '{"a": 1}'):
        assert rate(check, text, references=('{"a": 1}',)).value == 0
    assert rate(check, '```\n{"a": 1, "b": null}\n```', references=('{"a": 1}',)).value == 1


@pytest.mark.parametrize("reference", ["plain text", "[1]", "{}", '{"a": NaN}'])
def test_a_reference_without_fields_is_no_rating(rate: Rate, reference: str) -> None:
    for text in ('{"a": 1}', "Sorry."):
        assert rate(FieldAccuracy("accuracy"), text, references=(reference,)).value is None
    assert rate(FieldAccuracy("accuracy"), '{"a": 1}').value is None


@pytest.mark.parametrize(("kind", "value"), [("number", "7"), ("date", "soon"), ("date", 7)])
def test_a_reference_of_another_type_is_no_rating(rate: Rate, kind: str, value: object) -> None:
    check = FieldAccuracy("accuracy", types={"a": kind})  # type: ignore[dict-item]
    assert _rated(rate, check, {"a": value}, {"a": value}).value is None


@given(
    st.dictionaries(st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text()),
    st.dictionaries(st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text()),
)
def test_the_rating_is_a_share_and_identity_is_whole(
    reference: dict[str, object], answer: dict[str, object]
) -> None:
    example = Example(id="1", messages=(), references=(json.dumps(reference),))

    def value(given: dict[str, object]) -> object:
        output = Output(example="1", system="s", text=json.dumps(given))
        return FieldAccuracy("accuracy").measure(example, output).value

    rated = value(answer)
    assert (rated is None) == (not reference)
    assert rated is None or (isinstance(rated, float) and 0 <= rated <= 1)
    assert value(reference) == (1.0 if reference else None)


def test_parameters_that_mean_nothing_are_refused() -> None:
    for parameters in ({"types": {"a": "money"}}, {"extra": "maybe"}, {"tolerance": -1}):
        with pytest.raises(UsageError):
            FieldAccuracy("accuracy", **parameters)


def test_lists_hold_anything_and_have_no_order(rate: Rate) -> None:
    reference = {"lines": [{"sku": "A", "n": 1}, {"sku": "b", "n": 2.0}, ["x", None]]}
    answer = {"lines": [["X", None], {"n": 2, "sku": "B."}, {"n": 1, "sku": "a"}]}
    assert _rated(rate, FieldAccuracy("accuracy"), answer, reference).value == 1
    answer["lines"][1] = {"n": "2", "sku": "B"}
    assert _rated(rate, FieldAccuracy("accuracy"), answer, reference).value == 0
    assert _rated(rate, FieldAccuracy("accuracy"), {"lines": "A"}, reference).value == 0


def test_text_of_nothing_but_marks_is_compared_as_it_stands(rate: Rate) -> None:
    assert _rated(rate, FieldAccuracy("accuracy"), {"a": "?"}, {"a": "!"}).value == 0
    assert _rated(rate, FieldAccuracy("accuracy"), {"a": " ! "}, {"a": "!"}).value == 1
    assert _rated(rate, FieldAccuracy("accuracy"), {"a": 7}, {"a": "7"}).value == 0
