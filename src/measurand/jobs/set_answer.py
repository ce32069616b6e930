"""What acts on an evaluation set answer with: an account, which holds no estimates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from measurand.analysis.result import Findings
from measurand.jobs.answer import Answer
from measurand.report.document import Document

__all__ = ["SetAnswer", "set_answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAnswer(Answer):
    """The answer of an act on a set.

    Args:
        part: What was done or found, for other programs: the part ``account`` of the JSON.
    """

    part: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0: it was done."""
        return 0

    def to_json(self) -> Mapping[str, Any]:
        """The published document, with what was done."""
        # A slotted dataclass is made anew, so a bare super() would look for another class.
        return {**Answer.to_json(self), "account": dict(self.part)}


def set_answer(
    verb: str, document: Document, part: Mapping[str, Any], *, limits: tuple[str, ...] = ()
) -> SetAnswer:
    """The answer of an act that estimates nothing."""
    findings = Findings(results=(), limits=limits)
    return SetAnswer(verb=verb, findings=findings, document=document, part=part)
