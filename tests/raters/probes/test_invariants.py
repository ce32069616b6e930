"""What must stay is seen to stay, and each way in which it may not is told."""

import pytest

from measurand.raters.probes.invariants import Keeps, broken, code_of, names, numbers
from measurand.raters.probes.pieces import is_english, pieces, sentences, word_count

TEXT = "It costs 3.50 at the Louvre, see https://a.example/x. Run `x = 1` with Dr. McKay."


def test_numbers_names_and_code_are_found() -> None:
    assert numbers(TEXT) == {"3.50": 1, "1": 1}
    assert names(TEXT) == {"Louvre", "McKay", "Dr"}
    assert code_of(TEXT) == ("`x = 1`",)
    assert names("Paris is big. I'm in Rome, and it's NASA's.") == {"Rome", "NASA"}


@pytest.mark.parametrize(
    ("after", "keeps", "fault"),
    [
        (TEXT, "all", None),
        (TEXT.replace("3.50", "3.40"), "all", "a number would change"),
        (TEXT.replace("a.example", "b.example"), "all", "an address would change"),
        (TEXT.replace("x = 1", "x =  1"), "all", "code would change"),
        (TEXT.replace("Louvre", "museum"), "all", "a name would go missing"),
        (TEXT.replace("at the", "at Tate and the"), "all", "a name would be added"),
        (f"{TEXT} It is so, it is so, it is so.", "all", "its length would change"),
        (f"{TEXT} It is so, it is so, it is so.", "said", None),
        (f"{TEXT} It costs 3.50 at the Louvre.", "said", None),
        (f"{TEXT} It costs 4 at the Louvre.", "said", "a number would change"),
        (TEXT[:40], "part", None),
        (TEXT[1:], "part", "what is left would not be its beginning"),
    ],
)
def test_a_broken_invariant_is_told(after: str, keeps: Keeps, fault: str | None) -> None:
    assert broken(TEXT, after, keeps) == fault


def test_what_is_added_on_purpose_may_have_a_name() -> None:
    after = f"This answer was written by Fir.\n\n{TEXT}"
    assert broken(TEXT, after, "said") == "a name would be added"
    assert broken(TEXT, after, "said", added="This answer was written by Fir.") is None


def test_pieces_make_up_the_text_and_sentences_lie_in_it() -> None:
    text = f"# Head\n\n{TEXT} Why? Yes!\n\n```\nNo. Not this.\n```\n- An item.\n"
    assert "".join(piece.text for piece in pieces(text)) == text
    found = sentences(text)
    assert all(text[one.start : one.end] == one.text for one in found)
    assert [one.text for one in found if one.alone] == [
        "It costs 3.50 at the Louvre, see https://a.example/x.",
        "Why?",
        "Yes!",
    ]
    assert [one.text for one in found if one.stated] == [
        "It costs 3.50 at the Louvre, see https://a.example/x."
    ]
    assert not any("Not this" in one.text for one in found)


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("The museum is in the old town, and it is open.", True),
        ("Das Museum liegt in der Altstadt und ist offen.", False),
        ("Le mus\u00e9e est dans la vieille ville, et il est ouvert.", False),
        ("El museo est\u00e1 en el casco antiguo y est\u00e1 abierto.", False),
        ("\u535a\u7269\u9986\u5728\u8001\u57ce\u533a\uff0c\u5f00\u653e\u3002", False),
        ("alpha beta gamma delta epsilon zeta", False),
        ("It is so.", False),
    ],
)
def test_english_is_told(text: str, english: bool) -> None:  # noqa: FBT001
    assert is_english(text) == english


def test_words_are_counted_as_elsewhere() -> None:
    assert word_count("It's a well-known 3.5, no?") == 5
