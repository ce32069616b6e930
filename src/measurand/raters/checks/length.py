"""Length: within bounds, and against the length that a good answer takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import ClassVar, Literal, get_args

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.errors import UsageError
from measurand.raters.checks.base import (
    TextCheck,
    Unanswered,
    UnitCheck,
    references,
    require_choice,
    yes_no,
)
from measurand.raters.checks.text import words

__all__ = ["Length", "LengthRatio"]

Unit = Literal["words", "characters"]


@dataclass(frozen=True)
class Length(TextCheck):
    """Yes when the answer's length lies within the bounds, both included.

    Args:
        dimension: The dimension it rates.
        minimum: The fewest words or characters.
        maximum: The most; None for no upper bound.
        unit: ``words`` (characters in scripts without spaces) or ``characters``.

    Raises:
        UsageError: The bounds exclude nothing, or everything.
    """

    short: ClassVar[str] = "length"
    minimum: int = 0
    maximum: int | None = None
    unit: Unit = "words"

    def __post_init__(self) -> None:
        require_choice("the unit", self.unit, get_args(Unit))
        if self.minimum < 0 or (self.minimum == 0 and self.maximum is None):
            raise UsageError("a length needs a minimum above 0, a maximum, or both")
        if self.maximum is not None and self.maximum < self.minimum:
            raise UsageError(f"no length lies between {self.minimum} and {self.maximum}")

    def rate(self, example: Example, output: Output) -> Measurement:  # noqa: ARG002 - a Check's shape
        """Count."""
        text = output.text or ""
        length = len(words(text)) if self.unit == "words" else len(text)
        good = self.minimum <= length <= (math.inf if self.maximum is None else self.maximum)
        upper = "" if self.maximum is None else self.maximum
        return yes_no(good, f"{length} {self.unit}; allowed: {self.minimum}..{upper}")


@dataclass(frozen=True)
class LengthRatio(UnitCheck):
    """How near the answer's length is to the expected one, in [0, 1].

    With r = words of the answer / expected words, the rating is 1 while r lies within
    [1 / free, free], falls linearly in abs(log r), and is 0 from ``zero`` times the expected
    length, or its ``zero``-th part, on::

        rating = clip((log zero - abs(log r)) / (log zero - log free), 0, 1)

    An answer twice as long as expected is rated as one half as long. The expected length is the
    example's, or else the median number of words of its references.

    Args:
        dimension: The dimension it rates.
        free: The ratio up to which nothing is taken off; at least 1.
        zero: The ratio from which on the rating is 0; above ``free``.

    Raises:
        UsageError: The two ratios do not make a curve.
    """

    short: ClassVar[str] = "length_ratio"
    free: float = 1.25
    zero: float = 2.5

    def __post_init__(self) -> None:
        if not 1 <= self.free < self.zero < math.inf:
            raise UsageError(
                f"a length ratio needs 1 <= free < zero; found free {self.free}, zero {self.zero}"
            )

    def rate(self, example: Example, output: Output) -> Measurement:
        """Place the ratio on the curve; None where no length is expected."""
        expected = _expected(example)
        length = len(words(output.text or ""))
        reason = f"{length} words, {expected:g} expected"
        if length == 0:
            return Measurement(0.0, reason)
        distance = abs(math.log(length / expected))
        span = math.log(self.zero) - math.log(self.free)
        return Measurement(min(1.0, max(0.0, (math.log(self.zero) - distance) / span)), reason)


def _expected(example: Example) -> float:
    if example.expected_length is not None:
        expected = float(example.expected_length)
    else:
        expected = float(median(len(words(reference)) for reference in references(example)))
    if expected <= 0:
        raise Unanswered("the expected length is 0 words")
    return expected
