"""What texts of examples are about: the same or nearly, numbers, negations."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from measurand.core.example import Example
from measurand.texts.minhash import near_duplicates
from measurand.texts.words import Shingle, Shingles, words

__all__ = [
    "NEAR",
    "alike",
    "conversation",
    "disagreement",
    "fields_of",
    "quantities",
    "quoted",
    "rows_of",
    "same",
    "shingles",
    "spoken",
    "squeezed",
]

NEAR = 0.8
"""How alike texts are that are nearly the same."""
_NUMBER = re.compile(
    r"(?<![\w.,])(\d+(?:[.,:]\d+)*)\s*(?:-\s*)?([^\W\d_]{2,}|%|[$\u20ac\u00a3])?", re.UNICODE
)
_NEGATION = frozenset(
    {
        *("no", "not", "never", "none", "cannot", "can't", "won't", "don't", "doesn't", "isn't"),
        *("aren't", "without", "nicht", "kein", "keine", "nie", "ohne", "pas", "jamais", "nunca"),
    }
)
_LONG = 8


@lru_cache(maxsize=4096)
def shingles(text: str) -> Shingles:
    """The rows of words of a text, made once."""
    return Shingles(text)


@lru_cache(maxsize=8192)
def squeezed(text: str) -> str:
    """A text by its words alone; one without words as it is, but for spaces."""
    return " ".join(words(text)) or " ".join(text.split())


def conversation(example: Example) -> str:
    """All that is said before the answer, as one text."""
    return "\n".join(message.content for message in example.messages)


def spoken(example: Example) -> tuple[tuple[str, str], ...]:
    """All that is said before the answer, by whom, word for word."""
    return tuple((message.role, squeezed(message.content)) for message in example.messages)


def same(examples: Iterable[Example]) -> Iterator[tuple[Example, ...]]:
    """Those that hold the same conversation, word for word, where there are several."""
    groups: dict[object, list[Example]] = defaultdict(list)
    for example in examples:
        if example.question.strip():
            groups[spoken(example)].append(example)
    yield from (tuple(group) for group in groups.values() if len(group) > 1)


def alike(examples: Sequence[Example]) -> Iterator[tuple[Example, ...]]:
    """Those of which the conversation and its last question are nearly the same.

    Of those that are the same word for word, only the first.
    """
    first: dict[object, Example] = {}
    for example in examples:
        if example.question.strip():
            first.setdefault(spoken(example), example)
    kept = list(first.values())
    whole = near_duplicates(map(conversation, kept), threshold=NEAR).group
    last = near_duplicates((one.question for one in kept), threshold=NEAR).group
    groups: dict[tuple[int, int], list[Example]] = defaultdict(list)
    for example, key in zip(kept, zip(whole.tolist(), last.tolist(), strict=True), strict=True):
        groups[key].append(example)
    yield from (tuple(group) for group in groups.values() if len(group) > 1)


def rows_of(texts: Iterable[str], *, short: bool = False) -> frozenset[Shingle]:
    """The rows of eight words of texts; for short texts to be found, those of four to seven too."""
    lengths = range(4, _LONG) if short else ()
    return frozenset(row for text in texts for row in shingles(text).within(lengths))


def quoted(text: str, rows: frozenset[Shingle]) -> float:
    """The share of a text's words that stand in rows of other texts."""
    made = shingles(text)
    return len(made.places(rows)) / len(made.words) if made.words else 0.0


def quantities(text: str) -> Mapping[str, frozenset[str]]:
    """The numbers of a text by the word after them, as ``{"weeks": {"3"}}``; of none by ``""``."""
    found: dict[str, set[str]] = defaultdict(set)
    for number, unit in _NUMBER.findall(text):
        found[unit.casefold()].add(number.rstrip(".,:").replace(",", "."))
    return {unit: frozenset(numbers) for unit, numbers in found.items()}


def disagreement(first: Sequence[str], second: Sequence[str], *, strictly: bool = False) -> str:
    """How two lists of right answers contradict each other; empty where they need not.

    Numbers with the same unit that have none in common contradict each other; so do answers in the
    same words, of which one negates. Where one answer stands in both, or in the other, they agree.

    Args:
        first: The right answers of one.
        second: Those of the other.
        strictly: Whether answers that share hardly a word contradict each other too.
    """
    own, others = [squeezed(text) for text in first], [squeezed(text) for text in second]
    if not own or not others or any(a in b or b in a for a in own for b in others):
        return ""
    for unit, numbers in _united(first).items():
        told = _united(second).get(unit)
        if unit and told and not numbers & told:
            return f"{_listed(numbers)} {unit} against {_listed(told)} {unit}"
    sides = [frozenset(word for text in texts for word in text.split()) for texts in (own, others)]
    if bool(sides[0] & _NEGATION) != bool(sides[1] & _NEGATION) and _jaccard(*sides) >= NEAR:
        return "one negates what the other says"
    if strictly and _jaccard(*sides) < _APART:
        return "the answers have hardly a word in common"
    return ""


_APART = 0.2


def fields_of(example: Example) -> Iterator[tuple[str, str]]:
    """Every text of an example with its key, as ``references[0]``."""
    yield "id", example.id
    for at, message in enumerate(example.messages):
        yield f"messages[{at}]", message.content
    for name in ("references", "context", "segments"):
        for at, text in enumerate(getattr(example, name)):
            yield f"{name}[{at}]", text
    for name in ("cluster", "source", "stratum"):
        if text := getattr(example, name):
            yield name, text
    for at, item in enumerate(example.checklist):
        for text in (item.name, *item.any_of):
            yield f"checklist[{at}]", text
    for at, call in enumerate(example.tools):
        yield f"tools[{at}]", call.name
        yield from _inside(f"tools[{at}].arguments", call.arguments)
    yield from _inside("notes", example.notes)
    yield from _inside("metadata", example.metadata)


_DIGITS = 10**7


def _inside(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """The texts of a JSON value; numbers of eight digits or more are texts too."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield key, str(name)
            yield from _inside(f"{key}.{name}", inner)
    elif isinstance(value, list | tuple):
        for at, inner in enumerate(value):
            yield from _inside(f"{key}[{at}]", inner)
    elif isinstance(value, int) and abs(value) >= _DIGITS:
        yield key, str(value)


def _united(texts: Sequence[str]) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for text in texts:
        for unit, numbers in quantities(text).items():
            found[unit] = found.get(unit, frozenset()) | numbers
    return found


def _listed(numbers: frozenset[str]) -> str:
    return " or ".join(sorted(numbers))


def _jaccard(first: frozenset[str], second: frozenset[str]) -> float:
    return len(first & second) / len(first | second) if first | second else 0.0
