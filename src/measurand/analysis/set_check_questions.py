"""Questions that nobody can answer as they stand, and examples that tell nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from measurand.analysis.set_check_terms import Find, SetState
from measurand.core.example import Example
from measurand.texts.closings import closes
from measurand.texts.language import UNKNOWN, language_of

__all__ = ["blanks", "languages", "truth_kept", "unanswerable"]

_END = 60
"""Characters of a question's end that are told."""
_OPEN = re.compile(
    r"(?:\b(?:the|a|an|and|or|but|my|your|our|their|because|if|when|than|i|is|are|of|into|which|would|"
    r"will|can|could|should|some|any|very|these|with|we|they|der|die|das|und|oder|aber|weil|le|la|"
    r"les|et|ou|el|los|y)|\(|\[truncated\]|\[cut\])\s*$",
    re.IGNORECASE,
)
"""How a sentence does not end."""
_THINGS = "file|document|text|table|code|e-?mail|list|message|passage|article|contract|log"
_ABSENT = re.compile(
    r"\b(?:attach(?:ed|ment)|(?:see|in|from|this|the|(?:sent|took|send) (?:you )?(?:a|the|my)) "
    r"(?:the )?(?:screenshot|photo|picture|image|enclosure)|enclosed|"
    rf"(?:{_THINGS})s? (?:above|below)|(?:as|see|mentioned|described|shown) (?:above|below)|"
    rf"the (?:above|following) (?:{_THINGS})s?|im anhang|siehe (?:oben|unten)|ci-joint|adjunto)\b",
    re.IGNORECASE,
)
_UNFILLED = re.compile(
    r"\{\{[^{}\n]{1,40}\}\}|\$\{[A-Za-z_]\w{0,39}\}|<(?:YOUR|INSERT)[^<>\n]{0,40}>|"
    r"\[(?:INSERT|YOUR|NAME|DATE|PRODUCT|COMPANY|CITY)[^\[\]\n]{0,30}\]|\bTODO\b|\bFIXME\b|\bTBD\b|"
    r"\blorem ipsum\b|\bX{4,}\b"
)
_NOTHING = re.compile(
    r"\W*(?:todo|tbd|fixme|n/?a|none|null|nan|-|\?+|xxx+|\.{3})\W*", re.IGNORECASE
)
_QUOTES = re.compile(
    r"\b(?:according to|as (?:stated|described|mentioned) in|based on) (?:the|this|your) "
    r"(?:provided |given |above |attached )?"
    r"(?:context|passage|document|text|article|excerpt|sources?)\b",
    re.IGNORECASE,
)
_LONGEST = 20
"""Characters of what stands for nothing."""
_WORDS = 6
"""Words from which a language is told of a question, and of a reference."""


def blanks(state: SetState) -> Iterator[Find]:
    """Where nothing is asked, or nothing is said."""
    for example in state.examples:
        if not example.question.strip():
            yield Find("blank-question", (example.id,), "no word of a user")
        elif example.component in {"golden", "regression"} and closes(example.question):
            yield Find("nothing-asked", (example.id,), _asked(example))
        elif example.messages[-1].role in {"assistant", "system"}:
            yield Find(
                "ends-with-answer", (example.id,), f"{example.messages[-1].role} speaks last"
            )
        blank = [
            f"{name}[{at}]"
            for name in ("references", "context")
            for at, text in enumerate(getattr(example, name))
            if not text.strip()
        ]
        if blank:
            yield Find("blank-text", (example.id,), ", ".join(blank))
        empty = [text for text in example.references if _nothing(text)]
        if empty:
            yield Find("unfinished-reference", (example.id,), ", ".join(empty))


def _nothing(text: str) -> bool:
    """Whether a reference stands for one that was never written."""
    short = text.strip()
    return 0 < len(short) <= _LONGEST and _NOTHING.fullmatch(short) is not None


def unanswerable(state: SetState) -> Iterator[Find]:
    """Where what is asked is not all there; attacks are as they are meant to be."""
    for example in state.examples:
        if example.component == "adversarial" or not example.question.strip():
            continue
        question = example.question.strip()
        if _OPEN.search(question) is not None:
            yield Find("cut-off", (example.id,), f"... {question[-_END:]}")
        alone = not example.context and len(example.messages) == 1
        if alone and (absent := _missing(question)):
            yield Find("absent-thing", (example.id,), absent)
        written = (text for text in example.references if not _nothing(text))
        for text in (question, *written, *example.context):
            if (unfilled := _UNFILLED.search(text)) is not None:
                yield Find("placeholder", (example.id,), unfilled[0])
                break
        if not example.context:
            found = (_QUOTES.search(text) for text in example.references)
            if (quote := next(filter(None, found), None)) is not None:
                yield Find("context-empty", (example.id,), quote[0])


def _missing(question: str) -> str:
    """What a question refers to, where hardly anything else is in it that it could be."""
    found = _ABSENT.search(question)
    if found is None or len(question.splitlines()) > 2:  # noqa: PLR2004 - it brings its own text
        return ""
    return found[0]


def languages(state: SetState) -> Iterator[Find]:
    """References in another language than the question."""
    for example in state.examples:
        asked = _language(example.question)
        told = [one for one in map(_language, example.references) if one != UNKNOWN]
        if asked != UNKNOWN and told and asked not in told:
            yield Find("other-language", (example.id,), f"{asked}, answered in {told[0]}")


def _language(text: str) -> str:
    return language_of(text) if len(text.split()) >= _WORDS or not text.isascii() else UNKNOWN


def truth_kept(state: SetState) -> Iterator[Find]:
    """Golden questions without an answer, regression items without the failure, and no truth."""
    for example in state.examples:
        if example.component == "golden" and not any(map(str.strip, example.references)):
            yield Find("golden-unanswered", (example.id,), _asked(example))
        elif example.component == "regression" and not _failure(example, state):
            yield Find("failure-lost", (example.id,), _asked(example))
        elif example.component not in {"golden", "regression"} and not _truth(example):
            yield Find("no-truth", (example.id,))


def _truth(example: Example) -> bool:
    return bool(example.references or example.checklist or example.tools or example.notes)


def _failure(example: Example, state: SetState) -> bool:
    """Whether it says what had failed, or at least why it is there."""
    known = (state.lineage or {}).get(example.id)
    return bool(example.metadata.get("failure") or (known is not None and known.because))


def _asked(example: Example) -> str:
    return " ".join(example.question.split())
