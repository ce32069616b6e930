"""What the cells of a table of ratings may be, column by column; values have scales for that."""

from __future__ import annotations

from collections.abc import Callable

from measurand.core.failure import FAILURES
from measurand.core.rating import KINDS, REQUIRED, Cell
from measurand.store.scales import number_of

__all__ = ["ASSUMED", "parser"]

ASSUMED = {"system": "system", "dimension": "quality", "kind": "people"}
"""What a file means that says nothing of these."""


_MOST_REPEATS = 2**31 - 1
_TEXT: tuple[str, ...] = ("example", "system", "dimension", "rater", "reason", "against")
_TEXT += ("cluster", "component", "segment")
_KIND_WORDS = {
    "human": "people",
    "humans": "people",
    "person": "people",
    "annotator": "people",
    "llm": "judge",
    "model": "judge",
    "code": "check",
    "metric": "check",
    "automatic": "check",
}


def parser(name: str) -> Callable[[str], Cell]:
    """What turns the text of a column's cell into the cell; it raises ValueError with why not."""
    if name in _TEXT:
        return _required_text if name in REQUIRED else _optional_text
    others: dict[str, Callable[[str], Cell]] = {
        "kind": _kind,
        "repeat": _repeat,
        "order": _order,
        "probability": _probability,
        "seconds": _amount,
        "cost": _amount,
        "failure": _failure,
    }
    return others[name]


def _optional_text(text: str) -> str | None:
    word = text.strip()
    if "\0" in word:
        raise ValueError("it holds a NUL character")
    return word or None


def _required_text(text: str) -> str | None:
    word = _optional_text(text)
    if word is None:
        raise ValueError("it is empty")
    return word


def _kind(text: str) -> str:
    word = text.strip().lower()
    word = _KIND_WORDS.get(word, word)
    if not word:
        raise ValueError(f"it is empty; allowed: {', '.join(KINDS)}")
    if word not in KINDS:
        raise ValueError(f"found {text!r}; allowed: {', '.join(KINDS)}")
    return word


def _repeat(text: str) -> int:
    number = number_of(text.strip() or "0")
    if number is None or not 0 <= number <= _MOST_REPEATS or not number.is_integer():
        raise ValueError(f"found {text!r}; allowed: 0, 1, 2, ...")
    return int(number)


def _order(text: str) -> str | None:
    word = text.strip().lower()
    if word not in {"", "ab", "ba"}:
        raise ValueError(f"found {text!r}; allowed: ab, ba")
    return word or None


def _failure(text: str) -> str | None:
    word = text.strip().lower()
    if word and word not in FAILURES:
        raise ValueError(f"found {text!r}; allowed: {', '.join(FAILURES)}")
    return word or None


def _amount(text: str) -> float | None:
    word = text.strip()
    number = number_of(word)
    if word and (number is None or number < 0):
        raise ValueError(f"found {text!r}; allowed: a number that is not negative")
    return number


def _probability(text: str) -> float | None:
    number = _amount(text)
    if number is not None and not 0 < number <= 1:
        raise ValueError(f"found {text!r}; allowed: above 0, at most 1")
    return number
