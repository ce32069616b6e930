"""Outputs that stand still, so that it shows when the judge moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from measurand.core.fingerprint import fingerprint
from measurand.core.scale import Value

__all__ = ["ALPHA", "ANCHOR", "LEAST_ANCHORS", "Anchor", "AnchorPlan", "AnchorSet"]

ANCHOR = "anchor"
"""The probe under which judgments of anchors are kept."""
ALPHA = 0.05
"""The probability of a false alarm, ever, where nothing else is asked."""
LEAST_ANCHORS = 10
"""Fewer say too little to be worth asking for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorPlan:
    """How drift is watched for.

    Args:
        items: Outputs that are frozen, and judged again at every run.
        alpha: The probability of a false alarm, ever, for each judge.

    Raises:
        ValueError: One of them is not what it should be; the message says which.
    """

    items: int = 50
    alpha: float = ALPHA

    def __post_init__(self) -> None:
        if self.items < LEAST_ANCHORS:
            raise ValueError(f"items is {LEAST_ANCHORS} or more outputs; found {self.items}")
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha is a probability between 0 and 1; found {self.alpha}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One frozen output.

    Args:
        example: The example's id.
        asked: The example's fingerprint: another question makes another anchor.
        system: Whose output it is.
        text: What it says, as it may be stored.
        cluster: What the example shares with others.
        labels: What people say, by dimension: the mean of grades, or the vote.
        rubric: The fingerprint of each of these dimensions: another definition is another label.
    """

    example: str
    asked: str
    system: str
    text: str
    cluster: str | None = None
    labels: Mapping[str, Value]
    rubric: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorSet:
    """The anchors of a project.

    Args:
        items: The outputs.
        at: When they were frozen, as an ISO 8601 time in UTC; empty before they are kept.
    """

    items: tuple[Anchor, ...]
    at: str = ""

    @property
    def fingerprint(self) -> str:
        """Changes with any text or label."""
        return fingerprint(
            [[a.example, a.asked, a.system, a.text, dict(a.labels)] for a in self.items]
        )
