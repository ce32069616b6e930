"""What a text is made of: code, which nobody touches, and prose with its sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from measurand.raters.checks.text import words

__all__ = [
    "Piece",
    "Sentence",
    "change",
    "is_english",
    "pieces",
    "plain_sentences",
    "sentences",
    "word_count",
]

_CODE = re.compile(
    r"(?P<fence>^[ \t]*(?P<mark>```+|~~~+)[^\n]*\n(?:.*?\n)?[ \t]*(?P=mark)[ \t]*$"
    r"|^[ \t]*(?:```|~~~).*\Z)"
    r"|(?P<inline>(?P<ticks>`+)[^`\n]+(?P=ticks)(?!`))"
    r"|(?P<address>\bhttps?://[^\s<>\"')\]]*[^\s<>\"')\].,;:!?])"
    r"|(?P<formula>\$\$.+?\$\$|\\\(.+?\\\)|\\\[.+?\\\])",
    re.MULTILINE | re.DOTALL,
)
_ABBREVIATED = ("[A-Z]", "Dr", "Mr", "Ms", "Mrs", "St", "vs", "e\\.g", "i\\.e", "etc", "No")
_END = re.compile(
    "[.!?]"
    + "".join(rf"(?<!\b{short}\.)" for short in _ABBREVIATED)
    + r"(?:(?<!\d[.!?])|(?=[\"')\]]*(?:\s+[A-Z]|\s*$)))[\"')\]*_]*(?=\s|$)"
    "|[\u3002\uff01\uff1f\u0964]"
)
_LINE_MARK = re.compile(r"[ \t]*(?:#{1,6} |[-*+\u2022] |\d+[.)] |>|\||={3}|-{3})")
_FEW = 5
_SHARE = 0.18
_PLAIN_LETTERS = 0.95

_COMMON = frozenset(
    [
        *("the", "a", "an", "is", "are", "was", "were", "be", "to", "of", "in", "on", "at", "for"),
        *("and", "or", "but", "not", "it", "its", "this", "that", "these", "those", "you", "your"),
        *("we", "our", "they", "their", "he", "she", "i", "with", "from", "by", "as", "if", "can"),
        *("will", "has", "have", "had", "do", "does", "there", "which", "who", "when", "what"),
        *("so", "than", "then", "into", "about", "because", "also", "more", "would", "should"),
    ]
)
"""Words that most English sentences hold some of."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: code, an address or a formula, which stay as they are, or prose."""

    text: str
    prose: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a text.

    Args:
        text: With its full stop, without the space around it.
        start: Where it starts in the text.
        alone: Whether it is prose that goes on from line to line, not a heading, an item of a list
            or a row, and without code.
    """

    text: str
    start: int
    alone: bool

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)

    @property
    def stated(self) -> bool:
        """Whether it states something, rather than asks or exclaims."""
        return self.alone and self.text.rstrip("\"')]*_").endswith((".", "\u3002"))


def pieces(text: str) -> Iterator[Piece]:
    """The parts of a text, which make it up when they are joined."""
    return _parted(text, _CODE.finditer(text))


def _parted(text: str, code: Iterable[re.Match[str]]) -> Iterator[Piece]:
    at = 0
    for found in code:
        if found.start() > at:
            yield Piece(text[at : found.start()], prose=True)
        yield Piece(found[0], prose=False)
        at = found.end()
    if at < len(text):
        yield Piece(text[at:], prose=True)


def change(text: str, how: Callable[[str], str]) -> str:
    """The text with its prose changed and everything else as it is."""
    return "".join(how(part.text) if part.prose else part.text for part in pieces(text))


@lru_cache(maxsize=256)
def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text in order; code blocks lie between them."""
    found: list[Sentence] = []
    for start, line in _lines(text):
        marked = _LINE_MARK.match(line) is not None
        at = 0
        for end in (*(one.end() for one in _ends(line)), len(line)):
            part = line[at:end]
            told = part.strip()
            if told:
                offset = start + at + part.index(told)
                found.append(Sentence(told, offset, alone=not marked and "`" not in told))
            at = end
    return tuple(found)


def plain_sentences(text: str) -> tuple[Sentence, ...]:
    """Those that state something in prose of their own."""
    return tuple(one for one in sentences(text) if one.stated)


@lru_cache(maxsize=256)
def word_count(text: str) -> int:
    """How many words a text has."""
    return len(words(text))


@lru_cache(maxsize=256)
def is_english(text: str) -> bool:
    """Whether a text reads as English, by its letters and its most common words."""
    prose = "".join(part.text if part.prose else " " for part in pieces(text))
    alphabetic = [letter for letter in prose if letter.isalpha()]
    told = re.findall(r"[a-z]+", prose.lower())
    if len(told) < _FEW or sum(map(str.isascii, alphabetic)) < _PLAIN_LETTERS * len(alphabetic):
        return False
    return sum(word in _COMMON for word in told) >= _SHARE * len(told)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines outside code blocks, with where each starts."""
    at = 0
    for part in pieces_of_blocks(text):
        if part.prose:
            start = at
            for line in part.text.splitlines(keepends=True):
                yield start, line
                start += len(line)
        at += len(part.text)


def pieces_of_blocks(text: str) -> Iterator[Piece]:
    """The parts of a text where only code blocks count as code."""
    return _parted(text, (found for found in _CODE.finditer(text) if found["fence"] is not None))


def _ends(line: str) -> Iterator[re.Match[str]]:
    """Where sentences end in a line; not within code or an address."""
    shut = [(one.start(), one.end()) for one in _CODE.finditer(line)]
    for found in _END.finditer(line):
        if not any(start < found.start() < end for start, end in shut):
            yield found
