"""No text is a formula, none is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from measurand.store.formulas import escaped, natural, neutral, unescaped

ANY = st.text(st.characters() | st.sampled_from("_x0041AF5\0\r\n\t'=+-@\ud800\ufffe"))


@given(ANY)
@example("''=")
@example("'")
def test_neutral_is_undone_and_never_a_formula(text: str) -> None:
    safe = neutral(text)
    assert natural(safe) == text
    assert safe[:1] not in set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20") - {""}


@pytest.mark.parametrize("crlf", [True, False])
@given(text=ANY)
@example(text="_x0000\0")
@example(text="_x005F_x0041_")
@example(text="\r\n\r")
def test_escaped_is_undone(*, crlf: bool, text: str) -> None:
    assert unescaped(escaped(text, crlf=crlf)) == text


@given(ANY)
def test_escaped_text_is_what_xml_can_hold(text: str) -> None:
    assert not re.search("[\0-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]", escaped(text))


def test_both_together_are_undone_in_the_reverse_order() -> None:
    text = "'=\0_x0041_"
    assert unescaped(natural(neutral(escaped(text)))) == text


def test_plain_text_stays_as_it_is() -> None:
    assert escaped("a_b x_y\nz") == "a_b x_y\nz"
    assert escaped("a\r\nb", crlf=True) == "a\r\nb"
