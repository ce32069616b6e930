"""Marks on the surface of a text: what a biased judge takes for quality, or holds against it.

They are what probes put there, and little else: a mark that every second answer bears by itself
would be no use for telling that a judge was moved by it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from measurand.raters.probes.lexicon import (
    ASSERTIONS,
    CASUAL_OPENINGS,
    CONTRACTIONS,
    DOUBTS,
    FORMAL_OPENINGS,
    FORMAL_WORDS,
    HEDGES,
)

__all__ = ["MARKS", "marks_of"]

_AUTHORITY = (
    r"according to a |a recent study|peer[- ]reviewed|(?:leading|renowned) (?:experts?|journal"
    r"|universit)|et al\b|confirmed by (?:experts?|research)"
)
_BANDWAGON = (
    r"most (?:users|people|readers|customers)\b[^.]{0,60}\bprefer|almost everyone agrees"
    r"|widely (?:preferred|liked)|nine out of ten"
)
_CHEER = r"\b(?:delighted|joy|thrilled|so happy|wonderful|love this)\b"
_GLOOM = r"\b(?:sad|sorrow|upset|heartbroken|terrible|afraid and frustrated)\b"
_REFINEMENT = (
    r"\b(?:revised|refined|improved|polished|corrected) (?:answer|version|response|reply)"
    r"|after careful (?:revision|refinement|review)"
)
_SELF = r"\b(?:written|answer|generated|made) by (?!somebody|the )\w+"
_CONCRETE = r"\bfor (?:example|instance), (?:a|somebody)\b"
_MARKDOWN = r"(?m)^ {0,3}(?:#{1,6} |[-*+] |\d+\. |>|```|\|)|\*\*[^*\n]+\*\*|__[^_\n]+__"
_EMOJI = "[\u2600-\u27bf\U0001f300-\U0001faff]"
_SHORTEST = 9


def _any(phrases: Iterable[str]) -> str:
    """Any of these phrases, as whole words."""
    listed = "|".join(map(re.escape, sorted(set(phrases), key=len, reverse=True)))
    return rf"(?<![\w'])(?:{listed})(?![\w'])"


MARKS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "markdown": re.compile(_MARKDOWN),
        "formal": re.compile(
            _any((*FORMAL_OPENINGS, *(w for w in FORMAL_WORDS.values() if len(w) > _SHORTEST)))
        ),
        "casual": re.compile(_any((*CASUAL_OPENINGS, *CONTRACTIONS.values())), re.IGNORECASE),
        "hedge": re.compile(_any((*HEDGES, *DOUBTS)), re.IGNORECASE),
        "assert": re.compile(_any(ASSERTIONS)),
        "authority": re.compile(_AUTHORITY, re.IGNORECASE),
        "bandwagon": re.compile(_BANDWAGON, re.IGNORECASE),
        "cheer": re.compile(_CHEER, re.IGNORECASE),
        "gloom": re.compile(_GLOOM, re.IGNORECASE),
        "refinement": re.compile(_REFINEMENT, re.IGNORECASE),
        "self": re.compile(_SELF, re.IGNORECASE),
        "concrete": re.compile(_CONCRETE, re.IGNORECASE),
        "emoji": re.compile(_EMOJI),
    }
)
"""What each mark looks like."""


@lru_cache(maxsize=8192)
def marks_of(text: str) -> frozenset[str]:
    """The marks that a text bears; of a JSON object, those of what it says."""
    said = _said(text)
    return frozenset(name for name, one in MARKS.items() if one.search(said))


def _said(text: str) -> str:
    """What a text says, with the escapes of JSON undone."""
    if not text.lstrip().startswith("{"):
        return text
    try:
        told = json.loads(text)
    except ValueError:
        return text
    values = told.values() if isinstance(told, dict) else ()
    return "\n".join(value for value in values if isinstance(value, str)) or text
