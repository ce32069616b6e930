"""What each bias is in a few words, and what helps against it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from measurand.core.mitigation import MITIGATIONS

__all__ = ["MEANING", "advice", "units_of"]

MEANING: Mapping[str, str] = MappingProxyType(
    {
        "verbosity": "longer answers score differently at the same content",
        "position": "what is shown first is preferred",
        "self-preference": "answers of the judge's own model family score differently",
        "style": "wording and format change the score, not content",
        "anchor": "what was judged or shown before pulls on the score",
        "leniency": "the judge gives more, or less, than people do",
        "clumping": "scores crowd on one level",
        "halo": "one impression colours all dimensions",
        "label-set": "how levels are named changes the score",
        "level-order": "how levels are ordered changes the score",
        "sentiment": "cheerful or gloomy wording changes the score",
        "bandwagon": "claims that most people agree change the score",
        "authority": "citing an authority changes the score",
        "refinement": "calling itself revised changes the score",
        "injection": "an answer can give the judge orders",
        "self-consistency": "the judge contradicts itself, or the wording of the question decides",
    }
)
"""One line a bias."""

_MORE: Mapping[str, str] = MappingProxyType(
    {
        "verbosity": "Describe levels by content, without words as comprehensive or thorough.",
        "position": "Show every pair in both orders and average before deciding.",
        "self-preference": "Take judges of other families than every compared system.",
        "style": "Name the register that is wanted in the rubric, with examples.",
        "anchor": "Ask about every answer in a conversation of its own.",
        "leniency": "Correct the judge's means by people's labels; never read them as they are.",
        "clumping": "Anchor every level with an example, or use fewer levels.",
        "halo": "Ask about every dimension in a call of its own.",
        "label-set": "Keep one set of labels, and average over others.",
        "level-order": "List levels in both orders and average.",
        "sentiment": "Say in the rubric that tone does not count.",
        "bandwagon": "Say in the rubric that claims about opinion do not count.",
        "authority": "Say in the rubric that a source counts only where it can be checked.",
        "refinement": "Strip labels as revised before judging.",
        "injection": "Check answers for orders to the judge before they are judged.",
        "self-consistency": "Average three judgments or more.",
    }
)


def advice(bias: str, outcome: str, needed: int | None = None) -> str:
    """What to do about a bias with this verdict, in one or two sentences.

    Args:
        bias: Which.
        outcome: Its verdict.
        needed: How many units would decide it, where any number would.
    """
    if outcome == "negligible":
        return ""
    names = [one.name for one in MITIGATIONS.values() if bias in one.against]
    if outcome == "inconclusive":
        many = "many more" if needed is None else f"about {needed:,}"
        return f"Judge {many} {units_of(bias)} to know."
    switched = f" Mitigation: {', '.join(names)}." if names else ""
    return f"{_MORE[bias]}{switched}"


def units_of(bias: str) -> str:
    """What a bias is measured on."""
    return "pairs" if bias == "position" else "outputs"
