from __future__ import annotations

import pytest

from measurand.core.scale import YES_NO, Scale
from measurand.store.scales import infer_scale, number_of, vocabulary

REFUSAL = "I'm sorry, but I can't assist with that."


@pytest.mark.parametrize(
    ("counts", "scale"),
    [
        ({"yes": 3, "No": 2}, YES_NO),
        ({"true": 3, "FALSE": 2}, YES_NO),
        ({"pass": 1}, YES_NO),
        ({"1": 3, "5": 2}, Scale("ordinal")),
        ({"0": 3, "1": 2}, Scale("ordinal")),
        ({"1.0": 3, "2": 2}, Scale("ordinal")),
        ({"0.5": 3, "1": 2}, Scale("interval")),
        ({"1e-3": 1}, Scale("interval")),
        ({"Yes": 3, "No": 2, "Unsure": 1}, Scale("nominal")),
        ({"left": 1}, Scale("nominal")),
        ({}, Scale("nominal")),
        ({"3": 95, "garbage": 5}, Scale("ordinal")),
        ({"3": 94, "garbage": 6}, Scale("nominal")),
    ],
)
def test_the_scale_that_values_suggest(counts: dict[str, int], scale: Scale) -> None:
    assert infer_scale(counts, {})[0] == infer_scale({}, counts)[0] == scale


def test_people_decide() -> None:
    scale, seen = infer_scale({"1": 2, "5": 2}, {"2.5": 9, "nonsense": 90})
    assert scale == Scale("ordinal")
    assert seen == "values run from 1 to 5, taken as ordinal; bounds are not known"


def test_an_unusual_value_is_mentioned_where_it_cannot_be_refused() -> None:
    assert infer_scale({"-1": 1, "5": 9}, {})[1].startswith("values run from -1 to 5")


def test_labels_are_what_people_used() -> None:
    assert vocabulary({"a": 1}, {"a": 9, REFUSAL: 9}) == {"a"}


def test_without_people_labels_are_what_recurs() -> None:
    assert vocabulary({}, {"a": 150, "b": 47, REFUSAL: 1, "c": 2}) == {"a", "b", "c"}
    assert vocabulary({}, {"a": 50, REFUSAL: 1}) == {"a", REFUSAL}
    assert vocabulary({}, {f"free text {at}": 1 for at in range(200)}) == frozenset()


def test_the_note_lists_labels_shortly() -> None:
    seen = infer_scale({f"label {at}": 1 for at in range(9)} | {"x" * 90: 1}, {})[1]
    assert seen.startswith("labels label 0, label 1, ")
    assert seen.endswith(" and 4 more, taken as nominal")
    assert len(seen) < 200


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-Infinity", "1e999", "1_000", "0x1", "", " 1", "3,5", "1.2.3", "five"]
)
def test_what_is_no_number(text: str) -> None:
    assert number_of(text) is None


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("-2.", -2), (".5", 0.5), ("+1E3", 1000)])
def test_what_is_a_number(text: str, number: float) -> None:
    assert number_of(text) == number
