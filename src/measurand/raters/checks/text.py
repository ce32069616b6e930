"""What two texts have in common once what does not matter is taken away."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

__all__ = ["finder", "normalise", "words"]

_UNSPACED = (
    "\u0e00-\u0eff"  # Thai and Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese and Khmer
    "\u3040-\u30ff\u31f0-\u31ff"  # Hiragana and Katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
"""Scripts that write no space between words."""

_WORD = re.compile(
    rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+(?:['\u2019.,:-][^\W{_UNSPACED}]+)*",
)
_PUNCTUATION = r"\s.,;:!?\"'`*_()\[\]{}<>¿¡«»‹›‘’‚“”„…。、，！？：；「」『』（）؟،؛"  # noqa: RUF001 - typographic marks are meant
_MARKS = re.compile(
    rf"[{_PUNCTUATION}](?![^\W_])"  # ends a word
    rf"|(?<![^\W_])(?![.,]\d)[{_PUNCTUATION}]"  # begins one, unless it begins a fraction: ".5"
)


def words(text: str) -> list[str]:
    """The words of a text, as they stand.

    A word is a run of letters and digits, joined by single apostrophes, hyphens, points, commas
    or colons (``don't``, ``well-known``, ``3.5``). In scripts that write no spaces (Han, Kana,
    Thai, Lao, Khmer, Burmese) every character counts as one.
    """
    return _WORD.findall(text)


def normalise(text: str) -> str:
    """The text without differences that a reader would not call different.

    Compatibility forms are unified (NFKC), case is folded, invisible format characters go, and so
    does punctuation at the edges of words; white space becomes one space. What changes a number
    stays: signs, ``3.5``, ``.5``, ``5%``.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    visible = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    return " ".join(_MARKS.sub(" ", visible).split())


def finder(text: str) -> Callable[[str], bool]:
    """The function that tells whether this text holds a phrase.

    Both are normalised, and whole words are sought: ``art`` is not in ``party``; in scripts
    without spaces any place counts. A phrase of nothing but punctuation is sought as it stands;
    an empty one is nowhere.
    """
    folded = normalise(text)

    def holds(phrase: str) -> bool:
        wanted = normalise(phrase)
        if not wanted:
            return bool(phrase.strip()) and phrase.strip() in text
        before = r"(?<!\w)" if _bounded(wanted[0]) else ""
        after = r"(?!\w)" if _bounded(wanted[-1]) else ""
        return re.search(before + re.escape(wanted) + after, folded) is not None

    return holds


def _bounded(char: str) -> bool:
    return re.match(rf"[^\W{_UNSPACED}]", char) is not None
