"""The same question in another phrasing, by template; and with an edit that is next to none.

What is asked stays the same: numbers, names, addresses and code are held against invariants, and
where a phrasing would break one, or finds nothing to change, another is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from measurand.raters.probes.invariants import broken
from measurand.raters.probes.pieces import change, is_english, sentences, word_count
from measurand.raters.probes.style import casual, formal

__all__ = ["PHRASINGS", "Phrased", "phrased", "placebo"]

_GREETINGS = (
    "Hello, I hope you can help me with this.",
    "Good morning! I have got something to ask.",
    "Hi there, sorry to bother you.",
)
_THANKS = ("Thank you very much in advance.", "Many thanks for your help.", "Thanks a lot!")
_ITEM = re.compile(r"^[ \t]*(?:[-*\u2022]|\d+[.)])[ \t]+(\S.*)$", re.MULTILINE)
_LIST = re.compile(r"(?:^[ \t]*(?:[-*\u2022]|\d+[.)])[ \t]+\S.*(?:\n|\Z)){2,}", re.MULTILINE)
_TYPED = re.compile(r"(?<![\w'\u2019-])[a-z]{5,}(?![\w'\u2019-])")
_POINTING = re.compile(
    r"\b(?:it|its|they|them|their|this|that|these|those|he|she|so)\b", re.IGNORECASE
)
_PER_TYPO = 9
_FEW = 4
_MOST_TYPOS = 6


class Phrased(NamedTuple):
    """A question in another phrasing."""

    form: str
    text: str


def phrased(question: str, pick: float) -> Phrased | None:
    """The question in another phrasing; None where none applies.

    Args:
        question: What is asked.
        pick: From 0 to below 1: which phrasing is tried first, and which words it takes.
    """
    names = tuple(PHRASINGS)
    first = int(pick * len(names))
    own = pick * len(names) - first
    for name in (*names[first:], *names[:first]):
        text = PHRASINGS[name](question, own)
        if text is None or text.strip() == question.strip():
            continue
        if broken(question, text, "said", added=_ADDED) is None:
            return Phrased(name, text)
    return None


def placebo(question: str, pick: float) -> str:
    """The question with white space added that says nothing: after a sentence, and at its end."""
    ends = [one.end for one in sentences(question) if one.end < len(question)]
    plain = [end for end in ends if question[end : end + 1] == " "]
    if plain:
        at = plain[int(pick * len(plain))]
        return f"{question[:at]} {question[at:]}\n"
    return f"{question}\n"


def _polite(question: str, pick: float) -> str | None:
    """A greeting before it and thanks behind it."""
    if not is_english(question):
        return None
    at = int(pick * len(_GREETINGS))
    return f"{_GREETINGS[at]} {question.strip()} {_THANKS[at]}"


def _casual(question: str, pick: float) -> str | None:
    return casual(question, pick) if is_english(question) else None


def _formal(question: str, pick: float) -> str | None:
    return formal(question, pick) if is_english(question) else None


def _typos(question: str, pick: float) -> str | None:
    """Two neighbouring letters inside a common word exchanged, about once in nine words."""
    words = [one for one in _TYPED.finditer(question) if len(set(one[0][1:4])) > 1]
    count = min(max(1, word_count(question) // _PER_TYPO), _MOST_TYPOS, len(words))
    if not count:
        return None
    first = int(pick * len(words))
    step = max(1, len(words) // count)
    chosen = {words[(first + step * at) % len(words)].start() for at in range(count)}
    return change(question, lambda prose: _mistyped(question, prose, chosen))


def _mistyped(whole: str, prose: str, chosen: set[int]) -> str:
    start = whole.find(prose)

    def swap(found: re.Match[str]) -> str:
        if start + found.start() not in chosen:
            return found[0]
        word = found[0]
        at = 1 if word[1] != word[2] else 2
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    return _TYPED.sub(swap, prose)


def _question_first(question: str, pick: float) -> str | None:
    """The sentence that asks put before those that tell, where it points back at nothing."""
    del pick
    told = sentences(question)
    if len(told) < 2 or "\n" in question.strip():  # noqa: PLR2004 - one cannot be moved
        return None
    last = told[-1].text
    if not last.endswith("?") or _POINTING.search(last) or len(last.split()) < _FEW:
        return None
    rest = question[: told[-1].start].strip()
    return f"{last} {rest}"


def _prose(question: str, pick: float) -> str | None:
    """A list with marks as one sentence."""
    del pick
    found = _LIST.search(question)
    if found is None:
        return None
    items = [item.strip().rstrip(".;,") for item in _ITEM.findall(found[0])]
    told = f"{', '.join(items[:-1])} and {items[-1]}."
    before, after = question[: found.start()].rstrip(), question[found.end() :].lstrip()
    return " ".join(filter(None, (before, told, after)))


PHRASINGS: Mapping[str, Callable[[str, float], str | None]] = MappingProxyType(
    {
        "polite": _polite,
        "casual": _casual,
        "formal": _formal,
        "typing errors": _typos,
        "question first": _question_first,
        "list as prose": _prose,
    }
)
"""Each phrasing and what makes it."""

_ADDED = " ".join((*_GREETINGS, *_THANKS))
