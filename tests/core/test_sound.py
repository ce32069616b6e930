"""What can be written down."""

from __future__ import annotations

import json
from typing import Any

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.output import Usage
from measurand.core.sound import MOST_TOKENS, countable, no_json, sound, sound_json, words


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("", ""),
        ("plain \x00 and \x1b stay", "plain \x00 and \x1b stay"),
        ("é 😀 \ufffe", "é 😀 \ufffe"),
        ("\ud83d", "\ufffd"),
        ("a\udc80é\ud800", "a\ufffdé\ufffd"),
        ("\ud83d\ude00", "😀"),
    ],
)
def test_half_a_pair_becomes_a_mark_and_the_rest_stays(text: str, made: str) -> None:
    assert sound(text) == made


@given(st.text(st.characters(exclude_categories=[])))
def test_whatever_it_was_databases_and_json_take_it(text: str) -> None:
    made = sound(text)
    assert sound(made) == made
    assert json.loads(json.dumps(made, ensure_ascii=False).encode()) == made
    stored: Any = apsw.Connection(":memory:").execute("SELECT ?", (made,)).get
    assert stored == made


def nested(deep: int) -> Any:
    value: Any = 1
    for _ in range(deep):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"a": [1, 2.5, None, True, "x", {}], "b": ()}, ""),
        (nested(50), ""),
        ({1, 2}, "a value of the type set"),
        ({"a": [{1: 2, "b": 3}]}, "a key of the type int, where JSON has texts"),
        ({None: 2}, "a key of the type NoneType, where JSON has texts"),
        ([float("nan")], "the number nan"),
        ([10**5000], "a number of 16,610 bits"),
        ({"a": b"x"}, "a value of the type bytes"),
        (nested(5000), "values in each other, more than 100 deep"),
    ],
)
def test_what_is_no_json_says_why(value: Any, why: str) -> None:
    assert no_json(value) == why
    if not why:
        json.dumps(value, allow_nan=False, sort_keys=True)


def test_what_holds_itself_is_no_json() -> None:
    ring: list[Any] = []
    ring.append(ring)
    assert "deep" in no_json(ring)


@pytest.mark.parametrize(
    ("usage", "fits"),
    [
        (None, True),
        (Usage(MOST_TOKENS, 0), True),
        (Usage(10**30, 0), False),
        (Usage(0, -1), False),
        (Usage(0, 0, True), False),  # noqa: FBT003 - the value under test
    ],
)
def test_counts_are_whole_numbers_that_fit(usage: Usage | None, fits: bool) -> None:  # noqa: FBT001 - a case
    assert countable(usage) is fits


def test_an_exception_that_cannot_say_what_it_is() -> None:
    class DumbError(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert words(ValueError("odd")) == "odd"
    assert words(DumbError()) == "(it cannot say)"


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (r'["\ud83d", "a\uDE00"]', ["\ufffd", "a\ufffd"]),
        (r'["\ud83d\ude00", "\ud83d\ud83d\ude00"]', ["😀", "\ufffd😀"]),
        (r'["\\ud83d", "\\\ud83d", "\n\"\u00e9"]', ["\\ud83d", "\\\ufffd", '\n"é']),
        (r'{"\ud83d": 1}', {"\ufffd": 1}),
    ],
)
def test_half_a_pair_in_json_becomes_a_mark_and_the_rest_stays(text: str, made: Any) -> None:
    assert json.loads(sound_json(text)) == made
