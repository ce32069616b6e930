"""Turns that ask nothing: thanks, yes, no and goodbye, and what is too short to ask anything."""

from __future__ import annotations

import re

from measurand.texts.words import Shingles

__all__ = ["asks_nothing", "closes"]

_SAID = """
    no nope nah ok okay alright yes yeah yep sure great perfect good fine cool nice kind awesome
    wonderful excellent terrific fantastic helpful thank thanks you you've your very much so a lot
    bunch again for all of the with me by help helped helping been assistance info information
    service that that's that'll thats it it's is was were will would be do did everything enough
    what nothing anything any else more further not i i'm we am think need needed want wanted have
    had day evening night afternoon one too just really now today at this moment time right then
    and but job set done bye goodbye good-bye appreciate take care sound sounds look looks work
    works necessary
"""
"""The words of which conversations end, in English."""
_POLITE = frozenset(_SAID.split())
_WANTS = re.compile(
    r"(?<!all )(?<!all the help )(?<!all the information )(?<!everything )(?<!what )(?<!that )"
    r"(?<!enough )\b(?:i|we) (?:just |really )?(?:need|want|have to|would)\b|"
    r"\b(?:do|help|for) me\b|^(?:just |and )?(?:need|want|the|what)\b",
    re.IGNORECASE,
)
"""What asks for something all the same, of these words."""
_DECLINES = re.compile(
    r"(?:(?:no|nope|nah|but|and) )*(?:i|we) (?:really )?(?:don't|do not|dont)(?: really)?"
    r"(?: (?:care|mind|think so)| (?:need|want) (?:it|that|(?:any|anything)(?: \w+){0,3}|"
    r"(?:\w+ ){1,7}(?:now|yet|today|at (?:the|this) (?:moment|time))))?",
    re.IGNORECASE,
)
"""How what was offered is declined."""
_CLAUSES = re.compile(r"[,.!;:]+|\s-+\s")
_MARKS = ("?", "\uff1f", "\u061f")
"""Question marks: Latin, Chinese and Japanese, Arabic."""
_FEW = 4
"""Words that hardly any question has fewer of, but for those with a mark."""
_LONGEST = 200
"""Characters of a goodbye."""


def closes(text: str) -> bool:
    """Whether it only says thanks, yes, no or goodbye."""
    if len(text) > _LONGEST or any(mark in text for mark in _MARKS):
        return False
    clauses = [" ".join(part.split()) for part in _CLAUSES.split(text.replace("\u2019", "'"))]
    said = list(filter(None, clauses))
    return bool(said) and all(map(_polite, said))


def _polite(clause: str) -> bool:
    if _DECLINES.fullmatch(clause) is not None:
        return True
    return _POLITE.issuperset(clause.lower().split()) and _WANTS.search(clause) is None


def asks_nothing(text: str) -> bool:
    """Whether it closes, or has fewer than four words and no question mark, in any language."""
    if any(mark in text for mark in _MARKS):
        return False
    return Shingles(text).size < _FEW or closes(text)
