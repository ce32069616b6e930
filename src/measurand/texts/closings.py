"""Turns that ask nothing: thanks, yes and goodbye, and what is too short to ask anything."""

from __future__ import annotations

import re

from measurand.texts.words import Shingles

__all__ = ["asks_nothing", "closes"]

_THANKS = re.compile(
    r"(?:(?:no|ok(?:ay)?|yes|yeah|great|perfect|good|fine|thanks?|thank|you|very|much|so|a|lot|for|"
    r"(?:all )?(?:of )?your|the|help|helped|that|that'?s|thats|it|is|will|be|all|everything|i|need|"
    r"have|nice|day|one|bye|goodbye|good-bye|too|just|awesome|wonderful|appreciate|kind|and)"
    r"[\s,.!]*){1,14}",
    re.IGNORECASE,
)
"""How conversations end, in English."""
_MARKS = ("?", "\uff1f", "\u061f")
"""Question marks: Latin, Chinese and Japanese, Arabic."""
_FEW = 4
"""Words that hardly any question has fewer of, but for those with a mark."""


def closes(text: str) -> bool:
    """Whether it only says thanks, yes or goodbye."""
    return (
        not any(mark in text for mark in _MARKS)
        and _THANKS.fullmatch(text.replace("\u2019", "'").strip()) is not None
    )


def asks_nothing(text: str) -> bool:
    """Whether it closes, or has fewer than four words and no question mark, in any language."""
    if any(mark in text for mark in _MARKS):
        return False
    return Shingles(text).size < _FEW or closes(text)
