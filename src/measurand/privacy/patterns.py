"""What must not leave the house: personal data and secrets, found by shape and check digits.

Each kind is one row or two of `measurand.privacy.shapes.SHAPES`: an expression whose time is
bounded by the text's length, and a function that accepts the part of a candidate that is really
one (check digits, country lengths, addresses that exist). Shapes overlap; the first row that
accepts wins.

A shape is no proof, neither way: an order number may pass for a card number (one random number in
ten has the right check digit), and a name or a street has no shape at all.

A placeholder that redaction has put in a thing's place still counts as a thing of its kind: a
leak stays a leak.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from measurand.core.placeholder import OPENING, PLACEHOLDER
from measurand.privacy.shapes import KINDS, SHAPES, Kind, Marks
from measurand.privacy.values import folded, iban, luhn, normal

__all__ = ["KINDS", "Found", "Kind", "find", "iban", "luhn", "placeholders", "search"]

_MASK = "\n"
"""Stands for what is found already: no shape goes across it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A place in a text that holds something of a kind; never the thing itself.

    Args:
        kind: What it is.
        start: The index of its first character.
        end: The index after its last.
    """

    kind: str
    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.kind} at {self.start}-{self.end}"


def find(
    text: str, kinds: Iterable[Kind] = KINDS, *, allow: frozenset[str] = frozenset()
) -> tuple[Found, ...]:
    """Everything of these kinds in a text, in order, without overlaps.

    Args:
        text: The text; placeholders for things of these kinds are found too.
        kinds: The kinds to look for.
        allow: Texts that may stand there, as the company's own address; compared without case,
            and without what differs in how a number is written.
    """
    chosen = frozenset(kinds)
    replaced = placeholders(text, KINDS)
    bare = search(text, chosen, allow=allow, opaque=replaced)
    told = [*(place for place in replaced if place.kind in chosen), *bare]
    return tuple(sorted(told, key=lambda place: place.start))


def placeholders(text: str, names: Iterable[str]) -> tuple[Found, ...]:
    """What redaction has put into a text, for things of these names; what only looks alike is none.

    Args:
        text: The text.
        names: Kinds, and the names of a plan's own patterns.
    """
    if OPENING not in text:
        return ()
    known = frozenset(names)
    matches = PLACEHOLDER.finditer(text)
    return tuple(Found(m[1], m.start(), m.end()) for m in matches if m[1] in known)


def search(
    text: str,
    kinds: frozenset[Kind],
    *,
    allow: frozenset[str] = frozenset(),
    opaque: Iterable[Found] = (),
) -> list[Found]:
    """As `find`, for the text outside of some places; what is found comes kind by kind.

    Args:
        text: The text.
        kinds: The kinds to look for.
        allow: Texts that may stand there.
        opaque: Places that are not looked at.
    """
    found: list[Found] = []
    seen = _masked(folded(text), opaque)
    marks = Marks.of(seen)
    for shape in SHAPES:
        if shape.kind not in kinds:
            continue
        places = [Found(shape.kind, *span) for span in shape.places(seen, marks)]
        if places:
            found += (place for place in places if not _allowed(text, place, allow))
            seen = _masked(seen, places)
    return found


def _masked(text: str, places: Iterable[Found]) -> str:
    parts: list[str] = []
    at = 0
    for place in places:
        parts += (text[at : place.start], _MASK * (place.end - place.start))
        at = place.end
    return "".join([*parts, text[at:]]) if parts else text


def _allowed(text: str, place: Found, allow: frozenset[str]) -> bool:
    if not allow:
        return False
    value = normal(place.kind, text[place.start : place.end]).casefold()
    return any(normal(place.kind, item).casefold() == value for item in allow)
