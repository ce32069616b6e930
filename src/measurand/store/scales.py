"""Which scale a dimension is on when nobody said, and which labels count.

A scale that is not given is inferred from what people wrote, or from everybody where people wrote
nothing. Inference can tell kinds of values apart; it cannot know a scale's bounds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from measurand.core.scale import YES_NO, Scale

__all__ = ["infer_scale", "is_rating", "number_of", "vocabulary"]

_NUMERIC = 0.95
"""From this share of numbers on, what is not a number is a flaw and not a category."""
_RECURS = 0.01
"""The share of ratings that makes a category where no person shows what the categories are."""
_ENOUGH = 100
"""Ratings from which a share of 1 % means something."""
_NAMED = 6
_WORDS = frozenset({"yes", "y", "no", "n", "true", "t", "false", "f", "pass", "passed"}) | {
    "fail",
    "failed",
}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def number_of(text: str) -> float | None:
    """The finite number that a text spells, if it spells one."""
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def is_rating(text: str) -> bool:
    """Whether a cell could be a rating on some scale of grades or of yes and no; a blank may."""
    word = text.strip().lower()
    return not word or word in _WORDS or number_of(word) is not None


def infer_scale(people: Mapping[str, int], others: Mapping[str, int]) -> tuple[Scale, str]:
    """The scale that the values of one dimension suggest.

    =====================================  ==========================================
    words of yes and no only               yes/no
    at least 95 % numbers, all whole       ordinal, without bounds
    at least 95 % numbers, some fractions  interval, without bounds
    anything else                          nominal; see `vocabulary` for its labels
    =====================================  ==========================================

    Args:
        people: How often people gave each value, as text.
        others: How often checks and judges did; it decides only where people gave nothing.

    Returns:
        The scale, and what was seen, in words.
    """
    counts = people or others
    if counts and all(text.lower() in _WORDS for text in counts):
        return YES_NO, "words of yes and no, taken as the scale yes/no"
    numbers = {text: number for text in counts if (number := number_of(text)) is not None}
    if numbers and sum(counts[text] for text in numbers) >= _NUMERIC * sum(counts.values()):
        low, high = min(numbers.values()), max(numbers.values())
        span = f"values run from {low:.15g} to {high:.15g}"
        if all(number.is_integer() for number in numbers.values()):
            return Scale("ordinal"), f"{span}, taken as ordinal; bounds are not known"
        return Scale("interval"), f"{span}, taken as interval; bounds are not known"
    return Scale("nominal"), f"{_listed(vocabulary(people, others))}, taken as nominal"


def vocabulary(people: Mapping[str, int], others: Mapping[str, int]) -> frozenset[str]:
    """The labels of a nominal scale that lists none.

    They are those that people used: what only a judge says, as the text of a refusal, is no
    category. Where no person rated, they are those of at least 1 % of 100 ratings or more, and
    of fewer ratings all.
    """
    if people:
        return frozenset(people)
    total = sum(others.values())
    least = _RECURS * total if total >= _ENOUGH else 0.0
    return frozenset(text for text, count in others.items() if count >= least)


def _listed(labels: frozenset[str]) -> str:
    if not labels:
        return "texts that hardly recur"
    shown = [label if len(label) <= _NAMED**2 else f"{label[: _NAMED**2]}…" for label in labels]
    more = f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else ""
    return f"labels {', '.join(sorted(shown)[:_NAMED])}{more}"
