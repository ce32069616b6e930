"""The one shape of every published number."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from measurand.errors import InsufficientData

__all__ = ["LEVEL", "Estimate", "attempt"]

LEVEL = 0.95
"""The confidence level wherever none is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its interval, or the reason why there is none.

    There is no number without an interval: either value, low and high are all present and
    finite, or all three are None and ``reason`` says why.

    Args:
        value: The point estimate.
        low: The lower end of the interval.
        high: The upper end of the interval.
        level: The interval's confidence level, in (0, 1).
        n: The number of units the estimate rests on (items, not ratings).
        method: The estimator and interval by their standard names, as in ``"Wilson"``.
        reason: Why there is no number; or a caution about the one that is there.

    Raises:
        ValueError: The parts contradict each other.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float = LEVEL
    n: int
    method: str
    reason: str | None = None

    def __post_init__(self) -> None:
        parts = (self.value, self.low, self.high)
        if not 0 < self.level < 1:
            raise ValueError(f"a confidence level lies between 0 and 1; found {self.level}")
        if all(part is None for part in parts):
            if not self.reason:
                raise ValueError("an absent estimate needs its reason")
        elif any(part is None or not math.isfinite(part) for part in parts):
            raise ValueError(f"no number without a finite interval; found {parts}")
        elif self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"an interval runs upwards; found [{self.low}, {self.high}]")

    @classmethod
    def absent(
        cls, reason: str, *, n: int = 0, method: str = "none", level: float = LEVEL
    ) -> Estimate:
        """The estimate that does not exist, and why."""
        return cls(value=None, low=None, high=None, level=level, n=n, method=method, reason=reason)

    @property
    def present(self) -> bool:
        """Whether there is a number."""
        return self.value is not None

    def scaled(self, factor: float, shift: float = 0.0) -> Estimate:
        """The same estimate after ``factor * x + shift``; a negative factor swaps the ends."""
        if self.value is None or self.low is None or self.high is None:
            return self
        ends = sorted((self.low * factor + shift, self.high * factor + shift))
        return replace(self, value=self.value * factor + shift, low=ends[0], high=ends[1])

    def __str__(self) -> str:
        if self.value is None:
            return f"none ({self.reason})"
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]  n={self.n}"


def attempt(
    compute: Callable[[], Estimate], *, n: int, method: str, level: float = LEVEL
) -> Estimate:
    """Run an estimator; turn its `InsufficientData` into an absent estimate with the reason."""
    try:
        return compute()
    except InsufficientData as problem:
        return Estimate.absent(str(problem), n=n, method=method, level=level)
