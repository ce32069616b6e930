"""The words of errors that every room raises."""

from __future__ import annotations

from measurand.errors import MissingExtra, nearest


def test_a_missing_extra_says_how_to_install_it_from_anywhere() -> None:
    told = str(MissingExtra("check.bleu", "text"))
    assert "pip install 'measurand[text]'" in told
    assert "from a clone: pip install '.[text]'" in told


def test_a_near_word_is_offered_and_a_far_one_is_not() -> None:
    assert nearest("speling", ["spelling", "grammar"]) == "did you mean 'spelling'?"
    assert nearest("colour", ["spelling", "grammar"]) is None
