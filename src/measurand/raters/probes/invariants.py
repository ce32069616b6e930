"""What a probe must not change: numbers, names, addresses, code; and the length, or by how much."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from measurand.raters.probes.pieces import pieces, sentences, word_count

__all__ = ["Keeps", "addresses", "broken", "code_of", "names", "numbers"]

Keeps = Literal["all", "said", "part"]
"""What must stay: ``all`` and the length; ``said``: all that is said, at any length, so that it may
be said twice; ``part``: what is left was there before, in the same order."""

_NUMBER = re.compile(r"\d+(?:[.,:/\u2019-]\d+)*")
_ADDRESS = re.compile(r"\bhttps?://[^\s<>\"')\]]+|\b[\w.+-]+@[\w-]+\.[\w.]+")
_CAPITAL = re.compile(r"(?<![^\W\d_])[^\W\d_]*[A-Z\u00c0-\u00de][^\W\d_]*(?:['\u2019-][^\W\d_]+)*")
_FIRST = re.compile(r"[\W_]*\b")
_LONGER = 0.05
_FEW_WORDS = 3


def numbers(text: str) -> Counter[str]:
    """The numbers of a text, and how often each stands there."""
    return Counter(_NUMBER.findall(text))


def addresses(text: str) -> Counter[str]:
    """The addresses of a text."""
    return Counter(one.rstrip(".,;:!?") for one in _ADDRESS.findall(text))


@lru_cache(maxsize=256)
def names(text: str) -> frozenset[str]:
    """The words with a capital that no start of a sentence or a line asks for."""
    return frozenset(_names(text))


@lru_cache(maxsize=256)
def code_of(text: str) -> tuple[str, ...]:
    """The blocks and spans of code, and formulas, in order, byte for byte."""
    return tuple(part.text.strip("\n") for part in pieces(text) if _is_code(part.text, part.prose))


def broken(before: str, after: str, keeps: Keeps, *, added: str = "") -> str | None:
    """Which invariant a changed text breaks, in words; None where it keeps them all.

    Args:
        before: The text as it was.
        after: The text as it is.
        keeps: What must stay.
        added: What was put in on purpose, whose names are no fault.
    """
    faults = (_part if keeps == "part" else _whole)(before, after, keeps, added=added)
    return next(faults, None)


def _whole(before: str, after: str, keeps: Keeps, *, added: str) -> Iterator[str]:
    if _told(numbers(before), keeps) != _told(numbers(after), keeps):
        yield "a number would change"
    if _told(addresses(before), keeps) != _told(addresses(after), keeps):
        yield "an address would change"
    if code_of(before) != code_of(after):
        yield "code would change"
    if not names(before) <= _capitals(after):
        yield "a name would go missing"
    if not names(after) <= _capitals(before) | _capitals(added):
        yield "a name would be added"
    grown = abs(word_count(after) - word_count(before))
    if keeps == "all" and grown > max(_LONGER * word_count(before), _FEW_WORDS):
        yield "its length would change"


def _part(before: str, after: str, keeps: Keeps, *, added: str) -> Iterator[str]:
    del keeps, added
    if not before.startswith(after):
        yield "what is left would not be its beginning"
    shut = code_of(before)
    if code_of(after) != shut[: len(code_of(after))]:
        yield "code would be cut"


def _told(found: Counter[str], keeps: Keeps) -> object:
    """What is compared: how often each stands there, or, where it may be said twice, which."""
    return found if keeps == "all" else set(found)


def _is_code(text: str, prose: bool) -> bool:  # noqa: FBT001 - the two fields of a piece
    return not prose and _ADDRESS.fullmatch(text) is None


def _names(text: str) -> Iterator[str]:
    for one in sentences(text):
        first = _FIRST.match(one.text)
        opens = first.end() if first else 0
        for found in _CAPITAL.finditer(one.text):
            inner = any(letter.isupper() for letter in found[0][1:])
            if (found.start() > opens or inner) and found[0] != "I":
                yield _bare(found[0])


def _capitals(text: str) -> frozenset[str]:
    return frozenset(_bare(word) for word in _CAPITAL.findall(text))


def _bare(word: str) -> str:
    """A name without what is contracted to it."""
    return re.sub(r"['\u2019](?:s|m|re|ll|ve|d|t)$", "", word)
