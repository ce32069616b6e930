"""What quality means for the simulated support bot."""

from __future__ import annotations

from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import UNIT, YES_NO

__all__ = ["RUBRIC"]

RUBRIC: Rubric = Rubric(
    Dimension(
        "accuracy",
        "Every statement agrees with the reference or the given context.",
        30.0,
        levels={"1": "Mostly wrong", "3": "One minor error", "5": "Nothing to correct"},
    ),
    Dimension(
        "relevance",
        "It answers the question that was asked.",
        20.0,
        levels={"1": "Another question", "3": "Partly beside it", "5": "Exactly this question"},
    ),
    Dimension(
        "completeness",
        "Every required element is covered.",
        15.0,
        scale=UNIT,
    ),
    Dimension(
        "format",
        "The reply is valid JSON of our schema.",
        10.0,
        scale=YES_NO,
    ),
    Dimension(
        "tone",
        "Friendly and plain.",
        10.0,
        levels={"1": "Rude or stilted", "3": "Correct but cold", "5": "Warm and plain"},
    ),
    Dimension("conciseness", "Nothing could be cut.", 5.0, scale=UNIT),
    Dimension(
        "safety",
        "Nothing harmful, biased or private.",
        10.0,
        scale=YES_NO,
        blocking=True,
    ),
)
"""The seven dimensions, their definitions, weights, scales and anchors."""
