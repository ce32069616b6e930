"""The same content has the same name, everywhere and for ever."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from measurand.core.fingerprint import fingerprint

CONTENT: SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@dataclass(frozen=True)
class _Pair:
    a: int
    b: tuple[str, ...]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        # The first 16 digits of: printf '%s' JSON | sha256sum
        (None, "74234e98afe7498f"),
        ({}, "44136fa355b3678a"),
        ([], "4f53cda18c2baa0c"),
        ("", "12ae32cb1ec02d01"),
    ],
)
def test_names_never_change(content: object, name: str) -> None:
    assert fingerprint(content) == name


def test_how_content_is_held_does_not_count() -> None:
    assert fingerprint(_Pair(1, ("x",))) == fingerprint({"b": ["x"], "a": 1})
    assert fingerprint(MappingProxyType({"a": 1})) == fingerprint({"a": 1})
    assert fingerprint({1: "x"}) == fingerprint({"1": "x"})


def test_content_of_another_kind_has_another_name() -> None:
    contents: list[object] = [1, "1", 1.5, True, None, [], {}, [1], [[1]], "é", "e\u0301", "\ud800"]
    assert len({fingerprint(content) for content in contents}) == len(contents)


@pytest.mark.parametrize("content", [math.nan, math.inf, [-math.inf]])
def test_what_is_no_number_has_no_name(content: object) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        fingerprint(content)


def test_what_is_no_content_has_no_name() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        fingerprint(object())


@given(content=CONTENT)
def test_a_name_survives_a_file(content: object) -> None:
    name = fingerprint(content)
    assert fingerprint(json.loads(json.dumps(content))) == name
    assert len(name) == 16
    assert int(name, 16) >= 0


@given(content=st.dictionaries(st.text(), CONTENT, max_size=5))
def test_the_order_of_keys_does_not_count(content: dict[str, object]) -> None:
    assert fingerprint(dict(reversed(content.items()))) == fingerprint(content)
