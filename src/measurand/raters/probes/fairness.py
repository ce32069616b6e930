"""Whether a probe is fair on a dimension: what it changes must not be what the dimension judges.

Markdown is a fault or a merit where a dimension speaks of format, and padding is one where it
speaks of brevity; a judge that is moved there does its work.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from measurand.core.rubric import Dimension
from measurand.raters.judge.plain import concerns_format

__all__ = ["unfair"]

_REGISTER = re.compile(
    r"\b(?:tone|register|voice|formal\w*|casual\w*|polite\w*|friendl\w*|empath\w*|warm\w*|manner"
    r"|respectful\w*|professional\w*|confiden\w*|hedg\w*|certain\w*|cautio\w*|emotion\w*"
    r"|sentiment|fluen\w*|style|stylistic)\b",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    r"\b(?:concis\w*|brev\w*|brief\w*|short\w*|length\w*|verbos\w*|wordy|wordiness|redundan\w*"
    r"|repet\w*|repeat\w*|succinct\w*|terse\w*|filler|padding|to the point)\b",
    re.IGNORECASE,
)
_BY_REGISTER = frozenset(
    {"formal", "casual", "hedge", "assert", "sentiment-positive", "sentiment-negative"}
)
_BY_LENGTH = frozenset(
    {"pad-restate", "pad-list", "pad-boilerplate", "truncate-last-third", "concreteness"}
)
_BY_FORMAT = frozenset({"markdown-add", "markdown-strip", "emoji"})
_WHY: Mapping[str, str] = MappingProxyType(
    {
        "format": "the dimension speaks of format",
        "register": "the dimension speaks of register",
        "length": "the dimension speaks of length",
    }
)


def unfair(probe: str, dimension: Dimension) -> str | None:
    """Why a probe says nothing about bias on a dimension; None where it does."""
    text = f"{dimension.name} {dimension.definition}".replace("_", " ")
    if probe in _BY_FORMAT and concerns_format(dimension):
        return _WHY["format"]
    if probe in _BY_REGISTER | {"emoji"} and _REGISTER.search(text):
        return _WHY["register"]
    if probe in _BY_LENGTH and _LENGTH.search(text):
        return _WHY["length"]
    return None
