"""The short way of reading an example comes to what the form comes to, or steps aside."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.example import COMPONENTS, Component, Example, Message, Requirement, ToolCall
from measurand.errors import DataError
from measurand.store.example_names import ALIASES, FIELD_OF
from measurand.store.examples import formed_example, read_example
from measurand.store.examples_plain import fingerprint_of, plain_example

TEXT = st.text(max_size=4) | st.sampled_from(["", " ", "core", "user", "\x1c", "\x85", "é\u2028"])
SCALAR = st.none() | st.booleans() | st.integers(-2, 3) | st.floats(allow_nan=False) | TEXT
ANY: st.SearchStrategy[Any] = st.recursive(
    SCALAR,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=4,
)
TURN = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "system", "tool", "human", "x"]), "content": ANY}
) | st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": TEXT})
LIKELY: dict[str, st.SearchStrategy[Any]] = {
    "id": TEXT | st.integers(0, 9),
    "messages": TEXT | st.lists(TURN, max_size=3),
    "component": st.sampled_from(COMPONENTS),
    "references": TEXT | st.lists(TEXT, max_size=2),
    "checklist": st.lists(TEXT | st.lists(TEXT, max_size=2), max_size=2),
    "context": TEXT | st.lists(TEXT, max_size=2),
    "tools": st.just([]) | st.lists(TEXT, max_size=1),
    "expected_length": st.integers(0, 9),
    "notes": st.dictionaries(st.sampled_from("ab"), TEXT, max_size=2),
    "weights": st.dictionaries(
        st.sampled_from("ab"), st.integers(-1, 99) | st.floats(0, 1) | st.booleans(), max_size=2
    ),
    "segments": TEXT | st.lists(TEXT, max_size=2),
    "cluster": TEXT | st.integers(0, 9),
    "source": TEXT,
    "created": st.sampled_from(["2026-01-31", "2026-01-31T09:00Z", "yesterday", ""]),
    "probability": st.floats(0.01, 1) | st.just("0.5") | st.just(0),
    "stratum": TEXT,
    "metadata": st.dictionaries(st.sampled_from(["lang", "output"]), ANY, max_size=2),
}
NAMES = [*FIELD_OF, "lang", "output"]


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=6, unique=True)):
        likely = LIKELY.get(FIELD_OF.get(name, ""), ANY)
        row[name] = draw(st.one_of(likely, likely, ANY))
    if draw(st.booleans()):
        row.setdefault("input", draw(TEXT))
    return row


HOMES = st.none() | st.sampled_from(COMPONENTS)


@given(row=rows(), home=HOMES)
def test_it_says_what_the_form_says_or_nothing(row: dict[str, Any], home: Component | None) -> None:
    plain = plain_example(row, home)
    try:
        formed = formed_example(row, file="f", line=1, home=home)
    except DataError:
        assert plain is None
        with pytest.raises(DataError):
            read_example(row, file="f", line=1, home=home)
        return
    assert plain in (None, formed)
    assert repr(read_example(row, file="f", line=1, home=home)) == repr(formed)
    if plain is not None:
        assert repr(plain) == repr(formed)


WORD = st.text("abc é", min_size=1, max_size=4).filter(lambda text: text == text.strip())
PHRASES = WORD | st.lists(WORD, min_size=1, max_size=2)
PLAIN = st.fixed_dictionaries(
    {
        "messages": WORD
        | st.lists(
            st.fixed_dictionaries({"role": st.sampled_from(["system", "user"]), "content": TEXT}),
            min_size=1,
            max_size=2,
        )
    },
    optional={
        "id": WORD | st.integers(0, 9),
        "component": st.sampled_from(COMPONENTS),
        "references": st.lists(TEXT, max_size=2),
        "checklist": st.lists(PHRASES, max_size=2),
        "context": TEXT | st.none(),
        "expected_length": st.integers(1, 9),
        "notes": st.dictionaries(WORD, TEXT, max_size=1),
        "weights": st.dictionaries(WORD, st.integers(0, 100) | st.floats(0, 100), max_size=1),
        "segments": st.lists(TEXT, max_size=2),
        "source": TEXT,
        "created": st.just("2026-01-31"),
        "probability": st.floats(0.01, 1),
        "stratum": TEXT,
        "metadata": st.dictionaries(WORD, ANY, max_size=1),
        "output": ANY,
    },
)


@given(row=PLAIN)
def test_plain_rows_go_the_short_way(row: dict[str, Any]) -> None:
    assert plain_example(row, None) == formed_example(row, file="f", line=1)


def test_every_field_and_every_name_has_a_shape() -> None:
    assert set(LIKELY) == set(ALIASES)
    assert all(
        plain_example({"input": "a", name: None}, None) for name in LIKELY if name != "messages"
    )


@pytest.mark.parametrize(
    "row",
    [
        {"input": "a", "question": "b"},
        {"input": None, "question": "b"},
        {"messages": []},
        {"messages": [{"role": "assistant", "content": "b"}]},
        {"messages": [{"role": "user", "content": "b", "name": "n"}]},
        {"input": "a", "metadata": {"lang": 1}, "lang": 2},
        {"input": "a", "id": " a"},
        {"input": "a", "id": True},
        {"input": "a", "expected_length": True},
        {"input": "a", "weights": {"a": True}},
        {"input": "a", "checklist": [" "]},
        {"input": "a", "component": "gold"},
        {"input": {"text": "a"}},
    ],
)
def test_what_needs_a_closer_look_is_left_to_the_form(row: dict[str, Any]) -> None:
    assert plain_example(row, None) is None


def test_a_row_that_contradicts_its_file_is_left_to_the_form() -> None:
    row = {"input": "a", "component": "edge"}
    assert plain_example(row, "core") is None
    assert plain_example(row, "edge") is not None


EXAMPLES = st.builds(
    Example,
    id=st.just("x"),
    messages=st.lists(
        st.builds(Message, st.sampled_from(["user", "system"]), TEXT), max_size=2
    ).map(tuple),
    references=st.lists(TEXT, max_size=2).map(tuple),
    checklist=st.lists(
        st.builds(Requirement, st.lists(TEXT, max_size=2).map(tuple), st.booleans(), TEXT),
        max_size=2,
    ).map(tuple),
    context=st.lists(TEXT, max_size=2).map(tuple),
    tools=st.sampled_from([(), (ToolCall("a", {"b": 1}),)]),
    expected_length=st.none() | st.integers(1, 9),
    notes=st.sampled_from([{}, {"tone": "warm"}]),
    weights=st.sampled_from([{}, {"tone": 1.0}]),
)


@given(example=EXAMPLES)
def test_the_short_fingerprint_is_the_fingerprint(example: Example) -> None:
    assert fingerprint_of(example) == example.fingerprint
