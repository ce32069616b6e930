import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.raters.checks.text import finder, normalise, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Don't   STOP! ", "don't stop"),
        ("(.5)", ".5"),
        ("'5'", "5"),
        ("...5", ".5"),
        ("3.5", "3.5"),
        ("-5 °C.", "-5 °c"),
        ("5%", "5%"),
        ("C++ and C#", "c++ and c#"),
        ("**Paris**", "paris"),
        ("“Paris”…", "paris"),
        ("\uff30\uff21\uff32\uff29\uff33", "paris"),
        ("Straße", "strasse"),
        ("e\u0301", "\u00e9"),
        ("\u200f\u0628\u0627\u0631\u064a\u0633\u200f", "\u0628\u0627\u0631\u064a\u0633"),
        ("__init__ of snake_case", "init of snake_case"),
        ("", ""),
        ("?!", ""),
    ],
)
def test_normalise_keeps_what_a_reader_would_call_different(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(("one", "other"), [("3.5", "35"), ("-5", "5"), ("5%", "5"), ("C#", "C")])
def test_normalise_never_changes_a_number_or_a_symbol(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@given(st.text(max_size=40))
def test_normalise_is_idempotent_and_blind_to_surrounding_space(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert normalise(f"\n {text}\t") == once


@given(st.text(st.characters(codec="ascii"), max_size=40))
def test_normalise_is_blind_to_case(text: str) -> None:
    assert normalise(text.upper()) == normalise(text.lower())


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("one", 1),
        ("don't count well-known 3.5 twice", 5),
        ("a\u00a0b\nc", 3),
        ("東京は", 3),
        ("hello 東京", 3),
        ("\u0645\u0631\u062d\u0628\u0627 \u0628\u0643", 2),
        ("--- ... !!!", 0),
    ],
)
def test_words_count_as_readers_do(text: str, count: int) -> None:
    assert len(words(text)) == count


@pytest.mark.parametrize(
    ("text", "phrase", "held"),
    [
        ("It is ART.", "art", True),
        ("a party", "art", False),
        ("我在東京都", "東京", True),
        ("say C++!", "c++", True),
        ("anything", "", False),
        ("anything", "  ", False),
        ("really?!", "?!", True),
        ("really", "?!", False),
        ("opening hours:\n 9", "Opening  hours", True),
    ],
)
def test_finder_seeks_whole_words(text: str, phrase: str, held: bool) -> None:  # noqa: FBT001
    assert finder(text)(phrase) is held
