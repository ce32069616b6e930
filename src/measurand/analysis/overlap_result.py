"""What of a set stands in texts that a system may have seen."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from measurand.analysis.result import Findings
from measurand.core.record import Place
from measurand.errors import Fault
from measurand.stats.estimate import Estimate

__all__ = [
    "TIERS",
    "TIER_TITLES",
    "Overlap",
    "OverlapHit",
    "OverlapTier",
    "TierName",
]

TierName = Literal["verbatim", "rows", "span", "near-duplicate", "embedding"]
TIERS: tuple[TierName, ...] = get_args(TierName)
"""The surest first."""

TIER_TITLES = MappingProxyType(
    {
        "verbatim": "The whole text, word for word",
        "rows": "Rows of words",
        "span": "A shorter span of words",
        "near-duplicate": "Nearly the same words",
        "embedding": "Near by its vector",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlapHit:
    """A text of the set, found in a corpus.

    Args:
        example: The example's id.
        part: Which of its texts, as in ``question``, ``reference[0]`` or ``context[2]``.
        tier: By which tier it was found, the surest where several did.
        place: Where it was found.
        kind: What the corpus is to the system, as in ``training`` or ``prompt``.
        words: The longest common span there, in words; 0 where none was looked for.
        span: The first forty words of that span, in small letters without punctuation. They come
            from the corpus: to be redacted and escaped before they are shown.
        covered: Share of the text's words that stand in common spans, anywhere in the corpora.
        likeness: Jaccard index of a near duplicate, or cosine of an embedding.
        count: How many such places there are.
    """

    example: str
    part: str
    tier: TierName
    place: Place
    kind: str
    words: int = 0
    span: str = ""
    covered: float = 0.0
    likeness: float | None = None
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlapTier:
    """What one tier found.

    Args:
        name: Which.
        rule: When a text counts as found.
        examples: The ids of those found, in the order of the set.
        looked: How many examples have a text that this tier can look for.
        share: Of those, how many were found; absent where the tier was not run.
        reach: What it was measured to find, and to find wrongly.
        blind: What it cannot see.
    """

    name: TierName
    rule: str
    examples: tuple[str, ...]
    looked: int
    share: Estimate
    reach: str
    blind: str

    @property
    def title(self) -> str:
        """What it is called."""
        return TIER_TITLES[self.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """What of a set stands in the corpora.

    Args:
        tiers: Every tier, the surest first, also those that were not run.
        hits: The places, those of the surest tier first; of each text and tier the best one.
        findings: The same as numbers: a share an example by tier, sentences, limits.
        searched: Bytes by file, of files that were read whole.
        read: Bytes that were read in all; of 0 there is nothing to say.
        unread: What was not read, by file and line: whole files, the rest of one, rows.
        remarks: What was read otherwise than it was meant, as broken JSON is read as text.
    """

    tiers: tuple[OverlapTier, ...]
    hits: tuple[OverlapHit, ...]
    findings: Findings
    searched: tuple[tuple[str, int], ...] = ()
    read: int = 0
    unread: tuple[Fault, ...] = ()
    remarks: tuple[Fault, ...] = ()

    @property
    def found(self) -> tuple[str, ...]:
        """The ids of the examples that any tier found, in the order of its tiers."""
        return tuple(dict.fromkeys(name for tier in self.tiers for name in tier.examples))
