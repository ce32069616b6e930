"""What each tier of the overlap was measured to find, and what it cannot see."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from measurand.analysis.overlap_result import TierName

__all__ = ["BLIND", "REACH"]

REACH: Mapping[TierName, str] = MappingProxyType(
    {
        "verbatim": (
            "Of 164 HumanEval problems rewritten in Python it finds none, and nothing wrongly."
        ),
        "rows": "Of 164 HumanEval problems rewritten in Python rows of 13 words find 1.",
        "span": (
            "Of 164 HumanEval problems rewritten in Python spans of 8 words find 17; of pairs of "
            "unrelated problems, 4 of 21,462."
        ),
        "near-duplicate": (
            "Of 147 rewritten HumanEval problems it finds 19 %, of MMLU questions in other words "
            "0 % (history) to 44 % (algebra); of 100,000 unrelated pairs at most 11."
        ),
        "embedding": (
            "Of 147 rewritten HumanEval problems the built-in encoder finds 27 %, of MMLU "
            "questions in other words 0 % (history) to 54 % (algebra)."
        ),
    }
)
"""Recomputed, with the table in the documentation, by the tests on recorded data."""

BLIND: Mapping[TierName, str] = MappingProxyType(
    {
        "verbatim": "It does not see a text of which one word was changed.",
        "rows": "It does not see a text in which every thirteenth word was changed.",
        "span": (
            "It does not see other words, nor other languages; common phrases are found wrongly."
        ),
        "near-duplicate": (
            "It does not see other words for the same, nor a text that is a small part of a long "
            "paragraph; texts of one narrow domain are found wrongly."
        ),
        "embedding": (
            "The built-in encoder knows spelling and not meaning: it does not see translations "
            "nor synonyms. A model's encoder sees more, and has its own threshold."
        ),
    }
)
