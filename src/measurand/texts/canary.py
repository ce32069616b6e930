"""Canaries: strings that stand nowhere else, by which a file is known again wherever it was taken.

A canary is 32 random hexadecimal digits in the groups of a GUID. It is found whatever its case,
across lines, with other separators or none, escaped as in JSON, and percent-encoded as in
addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = [
    "ASKED",
    "DIGITS",
    "SEEN",
    "CanaryHit",
    "CanarySearch",
    "beginning",
    "canary_line",
    "canary_of",
    "chance_of",
    "completion",
    "digits_of",
    "matched",
]

DIGITS = 32
"""Hexadecimal digits of a canary."""
ASKED = 16
"""Digits that a system is told when it is asked to go on."""
SEEN = 8
"""Further digits that it has to know."""

_GROUPS = (8, 4, 4, 4, 12)
_SHAPE = re.compile(r"(?<![0-9a-fA-F])" + "-".join(rf"[0-9a-fA-F]{{{n}}}" for n in _GROUPS))
_LINE = (
    "EVALUATION DATA: IT SHOULD NEVER BE TRAINED ON, NOR SHOWN TO A SYSTEM AS AN EXAMPLE. "
    "canary GUID {guid}"
)
_PERCENT = re.compile(rb"%([0-7][0-9a-fA-F])")
_ESCAPE = re.compile(rb"\\(?:[nrt\\\"/-]|u00(?:2d|20|0a|0d|09|ad))", re.IGNORECASE)
_SOFT = "\u00ad\u200b\u2010\u2011\u2012\u2013\u2212\u00a0".encode()
_DASHES = re.compile(b"|".join(re.escape(char.encode()) for char in _SOFT.decode()))
_DROPPED = b"\x00 \t\r\n\x0b\x0c-_.:,;|=*\"'`\\<>/+~()[]{}#"
_LOWER = bytes(range(256)).lower()
_KEPT = 256
"""Bytes that are looked at again with the next piece: the longest that a canary may stretch."""


@dataclass(frozen=True, slots=True)
class CanaryHit:
    """Where a canary was found.

    Args:
        line: The line in which it ends, from 1.
        offset: How many bytes lie before the piece of text in which it was found.
    """

    line: int
    offset: int


def canary_of(digits: str) -> str:
    """The canary of random digits, in the groups of a GUID.

    Raises:
        ValueError: There are not 32 hexadecimal digits.
    """
    if not re.fullmatch(rf"[0-9a-f]{{{DIGITS}}}", digits):
        raise ValueError(f"a canary has {DIGITS} hexadecimal digits in small letters")
    groups, at = [], 0
    for size in _GROUPS:
        groups.append(digits[at : at + size])
        at += size
    return "-".join(groups)


def canary_line(canary: str) -> str:
    """The sentence that goes with it."""
    return _LINE.format(guid=canary)


def digits_of(text: str) -> str | None:
    """The digits of the first canary in a text; None where there is none."""
    found = _SHAPE.search(text)
    return None if found is None else found[0].replace("-", "").lower()


class CanarySearch:
    """Searches a stream of bytes for a canary, in memory of one piece.

    Args:
        digits: The canary's digits.
    """

    def __init__(self, digits: str) -> None:
        self._needle = digits.lower().encode()
        self._rest = b""
        self._lines = 1
        self._bytes = 0

    def feed(self, piece: bytes) -> Iterator[CanaryHit]:
        """The canaries that end in a piece, or in what was kept of the one before."""
        text = self._rest + piece
        plain = _plain(text)
        count = plain.count(self._needle)
        if not count:
            self._keep(text)
            return
        # Rare: where one is found, it is looked for again line by line to tell the place.
        ends = list(self._ends(text, count))
        for end in ends:
            line = self._lines + text.count(b"\n", 0, end)
            yield CanaryHit(line, self._bytes)
        self._move(text, ends[-1])

    def _ends(self, text: bytes, count: int) -> Iterator[int]:
        """Behind which byte each is whole, by halving."""
        start = 0
        for number in range(1, count + 1):
            low, high = start, len(text)
            while high - low > 1:
                middle = (low + high) // 2
                whole = _plain(text[:middle]).count(self._needle) >= number
                low, high = (low, middle) if whole else (middle, high)
            start = high
            yield high

    def _keep(self, text: bytes) -> None:
        self._move(text, max(0, len(text) - _KEPT))

    def _move(self, text: bytes, end: int) -> None:
        """Let go of what was looked at."""
        cut = max(end, len(text) - _KEPT)
        self._lines += text.count(b"\n", 0, cut)
        self._bytes += cut
        self._rest = text[cut:]


def _plain(text: bytes) -> bytes:
    """Small letters and digits, without what may stand between the digits of a canary."""
    if b"%" in text:
        text = _PERCENT.sub(lambda found: bytes([int(found[1], 16)]), text)
    if b"\\" in text:
        text = _ESCAPE.sub(b"", text)
    if not text.isascii():
        text = _DASHES.sub(b"", text)
    return text.translate(_LOWER, _DROPPED)


def beginning(digits: str) -> str:
    """What a system is told of a canary: its sentence up to the first half of the digits."""
    whole = canary_of(digits)
    told = whole.replace("-", "")[:ASKED]
    shown, count = [], 0
    for char in whole:
        shown.append(char)
        count += char != "-"
        if count == len(told):
            break
    return canary_line("".join(shown))


def completion(digits: str) -> str:
    """What it has to go on with."""
    return digits[ASKED : ASKED + SEEN]


def matched(digits: str, reply: str) -> bool:
    """Whether a reply holds the digits that it was not told."""
    return completion(digits).encode() in _plain(reply.encode("utf-8", "replace"))


def chance_of(replies: Iterator[str] | tuple[str, ...]) -> float:
    """The greatest chance that any of these replies would hold them without knowing them.

    The digits are drawn at random and independent of what anybody says who never saw them, so
    each place of a reply holds them with the probability 16 to the power of minus their number;
    the chances of all places add up to at least that of any.
    """
    places = 0
    for reply in replies:
        plain = _plain(reply.encode("utf-8", "replace"))
        places += max(0, len(plain) - SEEN + 1)
    return float(min(1.0, places * 16.0**-SEEN))
