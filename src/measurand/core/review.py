"""What people decide when they look through an evaluation set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

__all__ = ["ACTS", "Act", "Decision", "Wish"]

Act = Literal["accept", "edit", "drop", "tag", "answer", "cannot", "undo"]
"""Accept an example, edit it, drop it, tag it; an expert's answer, or that there can be none; take
a decision back."""
ACTS: tuple[Act, ...] = get_args(Act)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision about one example.

    Args:
        number: Its place in the journal, from 1.
        act: What was decided.
        example: The example's id.
        seen: The example's fingerprint as the person saw it.
        by: Who decided.
        at: When, as an ISO 8601 time.
        because: Why, where that was said.
        content: What it takes to do it: the fields of an edit, tags, an answer, who comes in for
            what is dropped, which decision is taken back.
    """

    number: int
    act: Act
    example: str
    seen: str
    by: str
    at: str
    because: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to decide about an example.

    Args:
        act: What; a decision is taken back in another way.
        example: The example's id.
        seen: The fingerprint of the example that was looked at; empty for it as it is.
        because: Why.
        content: What it takes: ``fields`` of an edit; ``ineligible`` of a drop; ``add`` and
            ``remove`` of tags; ``reference`` and ``checklist`` of an answer.
    """

    act: Act
    example: str
    seen: str = ""
    because: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
