"""How it is found out whether a judge can be trusted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from measurand.core.candidate import Candidate

__all__ = ["TARGET", "CalibrationPlan"]

TARGET = 0.8
"""The correlation with people that a judge is to reach, where nothing else is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationPlan:
    """How judges are held against people.

    Args:
        target: The correlation with people that a judge is to reach on locked outputs.
        development: Rated outputs, about, on which judges may be improved; 0 where none was.
        test: Rated outputs, about, that are locked until the judge is done; None for all others.
        candidates: Changes to the judge that are to be tried.

    Raises:
        ValueError: One of them is not what it should be; the message says which.
    """

    target: float = TARGET
    development: int = 50
    test: int | None = None
    candidates: tuple[Candidate, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.target < 1:
            raise ValueError(f"target is a correlation between 0 and 1; found {self.target}")
        if self.development < 0:
            raise ValueError(f"development is 0 or more outputs; found {self.development}")
        if self.test is not None and self.test < 1:
            raise ValueError(f"test is 1 output or more; found {self.test}")
        counts = Counter(one.name for one in self.candidates)
        if twice := sorted(name for name, count in counts.items() if count > 1):
            raise ValueError(f"two candidates are called {', '.join(twice)}")
