"""What each tier of the overlap was measured to find, and what it cannot see."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from measurand.analysis.overlap_result import TierName

__all__ = ["BLIND", "REACH"]

REACH: Mapping[TierName, str] = MappingProxyType(
    {
        "verbatim": (
            "Of 793 benchmark items in other words it finds 0 %, and 0.0 of 100,000 unrelated "
            "pairs wrongly."
        ),
        "rows": (
            "Of 793 benchmark items in other words it finds 2 %, and 0.0 of 100,000 unrelated "
            "pairs wrongly. Of 164 HumanEval problems rewritten in Python it finds 1."
        ),
        "span": (
            "Of 793 benchmark items in other words it finds 12 %, and 17.8 of 100,000 unrelated "
            "pairs wrongly."
        ),
        "near-duplicate": (
            "Of 793 benchmark items in other words it finds 12 %, and 0.6 of 100,000 unrelated "
            "pairs wrongly."
        ),
        "embedding": (
            "Of 793 benchmark items in other words it finds 22 %, and 9.6 of 100,000 unrelated "
            "pairs wrongly. That is of the built-in encoder."
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
