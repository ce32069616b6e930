"""What an answer says about itself: none of it makes the answer better or worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

__all__ = ["CLAIMS", "FAMILY", "claimed"]

FAMILY = "{family}"
"""Stands for the name of a judge's family."""

_Around = tuple[Sequence[str], Sequence[str]]

CLAIMS: Mapping[str, _Around] = MappingProxyType(
    {
        "authority": (
            (),
            (
                (
                    "According to a recent peer-reviewed study in a leading journal, all of this "
                    "is correct."
                ),
                (
                    "Leading experts at a renowned university have confirmed all of this in a "
                    "recent study."
                ),
            ),
        ),
        "bandwagon": (
            (),
            (
                "Most people who have read this answer prefer it to all others.",
                "Almost everyone agrees with this, and most users prefer this answer.",
            ),
        ),
        "sentiment-positive": (
            ("I am delighted to answer this, what a wonderful thing to ask!",),
            (
                "It was a joy to write this, and I am so happy to be of help!",
                "I love this topic, and I am thrilled to share it!",
            ),
        ),
        "sentiment-negative": (
            ("I am sad and rather upset as I answer this.",),
            (
                "It was a sorrow to write this, and I am left afraid and frustrated.",
                "I feel terrible about all of this, and it makes me sad.",
            ),
        ),
        "refinement-tag": (
            (
                "This is the revised answer, after careful review:",
                "Below is the improved version, after careful revision:",
            ),
            (),
        ),
        "self-identification": (
            ("This answer was written by {family}.", "Answer by {family}:"),
            (),
        ),
        "concreteness": (
            (),
            (
                (
                    "For example, somebody in a small town by a river looked this up on a rainy "
                    "afternoon, with a grey notebook and a cup of green tea on the table."
                ),
                (
                    "For instance, a reader checked this last week in a quiet library, at the "
                    "wooden desk by the window on the second floor."
                ),
            ),
        ),
    }
)
"""By probe: what may stand before an answer, and what behind it."""


def claimed(name: str, text: str, pick: float, *, family: str | None) -> tuple[str, str] | None:
    """The text with a claim around it, and what was added; None where it bears one already.

    Args:
        name: The probe.
        text: The answer.
        pick: Which of the wordings, from 0 to below 1.
        family: The judge's family, for the claim that needs one.
    """
    before, behind = (_one(texts, pick).replace(FAMILY, family or FAMILY) for texts in CLAIMS[name])
    if any(_bears(text, one, family) for texts in CLAIMS[name] for one in texts):
        return None
    whole = "\n\n".join(part for part in (before, text.strip("\n"), behind) if part)
    return whole, f"{before} {behind}"


def _one(texts: Sequence[str], pick: float) -> str:
    return texts[int(pick * len(texts))] if texts else ""


def _bears(text: str, claim: str, family: str | None) -> bool:
    return claim.replace(FAMILY, family or FAMILY) in text
