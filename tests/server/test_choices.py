"""Dimensions as forms, and pairs told by their sides."""

from __future__ import annotations

import pytest

from measurand.core.people import Mark
from measurand.core.rubric import Dimension
from measurand.core.scale import NOMINAL, YES_NO, Scale
from measurand.server.choices import choices_of, kind_of, seen, told


def keys(scale: Scale) -> list[tuple[str, str]]:
    return [(one.key, one.label) for one in choices_of(Dimension("d", scale=scale))]


def test_digits_are_the_values_of_a_graded_scale() -> None:
    assert keys(Scale.of("1-5")) == [(str(n), str(n)) for n in range(1, 6)]
    assert keys(Scale.of("0-4")) == [(str(n), str(n)) for n in range(5)]
    assert keys(Scale.of("1-10"))[-1] == ("0", "10")
    assert keys(Scale.of("0-10"))[-1] == ("10", "10")
    assert keys(Scale.of("5-15"))[-1] == ("15", "15")
    assert keys(Scale.of("-2-2")) == [("d", "-2"), ("e", "-1"), ("0", "0"), ("1", "1"), ("2", "2")]


def test_from_the_eleventh_label_on_letters_choose_that_are_no_commands() -> None:
    many = keys(Scale.of("/".join(f"kind {place}" for place in range(30))))
    found = "".join(key for key, _ in many)
    assert found[:13] == "1234567890deg"
    assert len(set(found)) == len(found) == 26
    assert not set(found) & set("nbpusxacft")
    assert [key for key, _ in many[26:]] == [""] * 4


def test_yes_comes_first() -> None:
    assert keys(YES_NO) == [("1", "yes"), ("2", "no")]
    assert [one.value for one in choices_of(Dimension("d", scale=YES_NO))] == [1.0, 0.0]


def test_labels_have_the_digit_of_their_place() -> None:
    assert keys(Scale.of("formal/neutral/rude")) == [
        ("1", "formal"),
        ("2", "neutral"),
        ("3", "rude"),
    ]


def test_levels_stand_beside_the_values_they_describe() -> None:
    graded = Dimension("d", levels={"1": "Bad.", "5": "Good."})
    assert [one.anchor for one in choices_of(graded)] == ["Bad.", "", "", "", "Good."]
    binary = Dimension("d", scale=YES_NO, levels={"yes": "Safe."})
    assert [one.anchor for one in choices_of(binary)] == ["Safe.", ""]


@pytest.mark.parametrize(
    ("scale", "kind"),
    [
        (Scale.of("1-5"), "choices"),
        (Scale.of("0..1"), "number"),
        (Scale.of("0-100"), "number"),
        (Scale.of("ratio"), "number"),
        (NOMINAL, "text"),
    ],
)
def test_what_has_few_values_is_chosen_and_the_rest_is_written(scale: Scale, kind: str) -> None:
    assert kind_of(scale) == kind


def test_a_pair_is_told_of_its_own_system_whichever_side_it_stood_on() -> None:
    assert [told(side, "ab") for side in ("left", "tie", "right")] == ["win", "tie", "loss"]
    assert [told(side, "ba") for side in ("left", "tie", "right")] == ["loss", "tie", "win"]
    assert told(4.0, None) == 4.0
    for order in ("ab", "ba"):
        for side in ("left", "tie", "right"):
            mark = Mark(value=told(side, order))
            assert seen(mark, order)["value"] == side


def test_both_sides_of_a_pair_have_the_anchor_of_a_win() -> None:
    pair = Dimension(
        "p", scale=Scale.of("win/tie/loss"), levels={"win": "Clearly better.", "tie": "Alike."}
    )
    anchors = [one.anchor for one in choices_of(pair)]
    assert anchors == ["Clearly better.", "Alike.", "Clearly better."]
