"""One record that is to be an example: of which component, by which rule, with which chance."""

from __future__ import annotations

from dataclasses import dataclass

from measurand.core.example import Component

__all__ = ["Candidate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One record that is to be an example.

    Args:
        row: The record, among all that were read.
        component: Of which component.
        stratum: The part that it was drawn from: of production, or the reason of an edge case.
        asked: How many records ask the same.
        probability: The chance with which it was drawn, over how often it was asked; None where it
            was chosen.
        reasons: Why it was a candidate.
    """

    row: int
    component: Component
    stratum: str
    asked: int
    probability: float | None = None
    reasons: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """By what it came in, as its lineage says."""
        stratum = f"stratum {self.stratum}" if self.component == "core" else self.stratum
        return f"{self.component}: {stratum}"
