"""How benchmarks are held against an outcome."""

from __future__ import annotations

from dataclasses import dataclass

from measurand.stats.estimate import LEVEL

__all__ = ["CorrelateOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelateOptions:
    """How benchmarks are held against an outcome.

    Args:
        level: The confidence level of every interval, and one minus the error rate of all
            comparisons of benchmarks together.
        threshold: The correlation that readings hold benchmarks against.
        screen: How many systems a benchmark lets through to the own evaluation; None means half.
        pairs: Whether every two benchmarks are compared; None means where there are 60 or fewer.
    """

    level: float = LEVEL
    threshold: float = 0.75
    screen: int | None = None
    pairs: bool | None = None
