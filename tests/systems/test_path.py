import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.output import Failure
from measurand.errors import PlanError
from measurand.systems.base import Answer
from measurand.systems.path import JsonPath, NoSuchPath

REPLY = {"choices": [{"message": {"content": "hi"}}], "a b": {"c.d": 1}, "n": None}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("choices[0].message.content", "hi"),
        ("choices[-1].message", {"content": "hi"}),
        ('["a b"]["c.d"]', 1),
        ("n", None),
    ],
)
def test_a_path_leads_to_its_value(path: str, value: Any) -> None:
    assert JsonPath.parse(path).of(REPLY) == value


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("choice[0]", "there is no choice at the top; found an object with: choices, a b, n"),
        ("choices[1].message", r"there is no \[1\] at choices; found a list of 1"),
        ("choices[0].message.content.x", 'there is no x at .*content; found "hi"'),
        ("choices.x", "found a list of 1"),
        ("n[0]", "found null"),
    ],
)
def test_what_is_not_there_is_told(path: str, words: str) -> None:
    with pytest.raises(NoSuchPath, match=words):
        JsonPath.parse(path).of(REPLY)


@pytest.mark.parametrize(
    "text",
    ["", ".", "a..b", "a[", "a[x]", "a[1", 'a["b]', "a b", "a[0]b", "[1:2]", "a[f('x')]", "a[]"],
)
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(PlanError, match="not a path into JSON"):
        JsonPath.parse(text)


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", ""]), inner)


VALUES = st.recursive(st.none() | st.integers() | st.text(max_size=5), nested, max_leaves=8)


@given(VALUES, st.sampled_from(["a", "[0]", "a.b[0]", '[""]', "[-1].a"]))
def test_any_value_has_it_or_has_it_not(value: Any, path: str) -> None:
    text = json.dumps(value)
    found = JsonPath.parse(path).answer(text, no_json="invalid")
    if isinstance(found, Failure):
        assert found.kind == "invalid"
        assert found.message.startswith(("there is no ", "the answer is null"))
    else:
        assert found.text in text or json.dumps(found.text) in text or json.loads(found.text)


def test_an_answer_is_text_and_anything_else_is_written_as_json() -> None:
    path = JsonPath.parse("a")
    assert path.answer('{"a": "hi"}', no_json="invalid") == Answer(text="hi")
    assert path.answer(b'{"a": {"b": [1, "\xc3\xa9"]}}', no_json="x") == Answer(
        text='{"b": [1, "é"]}'
    )
    for body in ("{", "", "nothing", "[" * 100_000):
        found = path.answer(body, no_json="malformed_response")
        assert isinstance(found, Failure)
        assert found.kind == "malformed_response"
