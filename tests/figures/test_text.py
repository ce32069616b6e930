from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.figures.text import foretold, interval, number, one_line, shortened, typeset, visible
from measurand.stats.estimate import Estimate

ANY = st.text(st.characters(codec=None, exclude_categories=()))


@given(ANY)
def test_nothing_stays_hidden(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")
    hidden = [c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    assert set(hidden) <= set("\n\t\u200c\u200d")
    assert visible(shown) == shown


@given(ANY, st.integers(2, 40))
def test_a_shortened_text_is_one_short_line(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    assert not set(short) & set("\n\t\r")


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs", "M"])))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31m", "a⟨U+001B⟩[31m"),
        ("x\u202ey", "x⟨U+202E⟩y"),
        ("a\r\nb", "a\nb"),
        ("a\rb", "a⟨U+000D⟩b"),
        ("\ud800", "⟨U+D800⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("\U0001fffe", "⟨U+1FFFE⟩"),
        ("👩\u200d💻 \u200cx", "👩\u200d💻 \u200cx"),
    ],
)
def test_what_is_hidden_shows_its_code_point(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_line_break_shows() -> None:
    assert one_line("a\nb\tc") == "a ↵ b c"


@pytest.mark.parametrize(
    ("value", "text"), [(-0.0004, "0.000"), (-0.25, "-0.250"), (0.0, "0.000"), (4.2136, "4.214")]
)
def test_a_number_has_three_decimals_and_no_minus_zero(value: float, text: str) -> None:
    assert number(value) == text


def test_an_interval_is_in_brackets_or_absent() -> None:
    estimate = Estimate(value=0.0, low=-0.5, high=0.5, n=2, method="t")
    assert interval(estimate) == "[-0.500, 0.500]"
    assert typeset(interval(estimate)) == "[\N{MINUS SIGN}0.500, 0.500]"
    assert interval(Estimate.absent("none")) == ""


@pytest.mark.parametrize(
    ("count", "told"), [(7, "7"), (99, "99"), (101, "110"), (13_686, "14,000"), (20_000, "20,000")]
)
def test_a_count_that_is_foretold_has_two_digits(count: int, told: str) -> None:
    assert foretold(count) == told
