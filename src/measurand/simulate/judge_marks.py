"""Marks on the surface of a text: what a biased judge takes for quality, or holds against it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

__all__ = ["MARKS", "Marks", "marks_of"]

_FORMAL = (
    r"\b(?:furthermore|moreover|therefore|consequently|accordingly|hence|thus|whilst|regarding"
    r"|in addition|in conclusion|nevertheless|it is worth noting|with respect to|prior to"
    r"|subsequently|utili[sz]e|commence|obtain|additionally|assistance|sufficient)\b"
)
_CASUAL = (
    r"\b(?:gonna|wanna|yeah|yep|okay|hey|cool|kinda|stuff|guys|basically|no worries|btw|so yeah"
    r"|a bunch of|pretty much|right\?)\b|\b\w+(?:n't|'ll|'re|'ve|'d)\b"
)
_HEDGE = (
    r"\b(?:perhaps|possibly|maybe|it seems|it may be|might be|i think|i believe|i am not sure"
    r"|to some extent|as far as i (?:know|can tell)|in general|it is possible|arguably"
    r"|presumably)\b"
)
_ASSERT = (
    r"\b(?:definitely|certainly|without (?:any |a )?doubt|undoubtedly|absolutely|beyond (?:any )?"
    r"(?:doubt|question)|unquestionably|clearly|guaranteed|there is no doubt)\b"
)
_AUTHORITY = (
    r"\b(?:according to|a (?:recent )?study|studies|research(?:ers)?|professor|prof\.|dr\.|experts?"
    r"|university|institute|journal|peer[- ]reviewed|et al\b|confirmed by)"
)
_BANDWAGON = (
    r"\bmost (?:users|people|readers|customers|reviewers)|\b(?:\d+ ?%|\d+ percent|nine out of ten"
    r"|the (?:vast )?majority|almost everyone|everybody|everyone) (?:of )?\w*"
    r"|\bwidely (?:preferred|liked|regarded)"
)
_SENTIMENT = (
    r"\b(?:happy|glad|delighted|pleased|excited|wonderful|fantastic|amazing|sad|sorry|afraid|upset"
    r"|terrible|heartbroken|thrilled|joy|love|grateful|angry|frustrated)\b"
)
_REFINEMENT = (
    r"\b(?:revised|refined|improved|corrected|polished|updated|second draft|final)"
    r" (?:answer|version|response|reply|draft)"
    r"|\bafter (?:careful )?(?:revision|refinement|review)\b"
)
_SELF = (
    r"\bas (?:an? )?(?:ai |language )?(?:model|assistant|ai)\b|\b(?:i am|i'm|made by|trained by"
    r"|developed by|written by|answer (?:by|from)) [A-Z\w]*(?:gpt|claude|gemini|llama|mistral|qwen"
    r"|elm|fir|alder|birch|cedar)\b"
)
_CONCRETE = r"\b(?:for (?:example|instance)|e\.g\.|such as|in particular|specifically|namely)\b"
_MARKDOWN = r"(?m)^ {0,3}(?:#{1,6} |[-*+] |\d+\. |>|```|\|)|\*\*[^*\n]+\*\*|__[^_\n]+__"
_EMOJI = "[\u2600-\u27bf\U0001f300-\U0001faff]"

MARKS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        name: re.compile(pattern, re.IGNORECASE)
        for name, pattern in {
            "markdown": _MARKDOWN,
            "formal": _FORMAL,
            "casual": _CASUAL,
            "hedge": _HEDGE,
            "assert": _ASSERT,
            "authority": _AUTHORITY,
            "bandwagon": _BANDWAGON,
            "sentiment": _SENTIMENT,
            "refinement": _REFINEMENT,
            "self": _SELF,
            "concrete": _CONCRETE,
            "emoji": _EMOJI,
        }.items()
    }
)
"""What each mark looks like."""

Marks = Mapping[str, int]


@lru_cache(maxsize=8192)
def marks_of(text: str) -> Marks:
    """How often each mark stands in a text."""
    return MappingProxyType({name: len(one.findall(text)) for name, one in MARKS.items()})
