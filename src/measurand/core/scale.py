"""What a rating may be: the scale, its metric, and what it refuses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["NOMINAL", "ONE_TO_FIVE", "UNIT", "YES_NO", "Metric", "Scale", "Value"]

Metric = Literal["nominal", "ordinal", "interval", "ratio"]
"""The level of measurement; it decides the distance that Krippendorff's alpha uses."""

Value = float | str
"""A rating's value: a number, or a label on a nominal scale."""

_YES = frozenset({"yes", "y", "true", "t", "1", "1.0", "pass", "passed"})
_NO = frozenset({"no", "n", "false", "f", "0", "0.0", "fail", "failed"})
_RANGE = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(?:-|\.\.|to)\s*(-?\d+(?:\.\d+)?)\s*")
_SHOWN = 40
_LARGEST = 1e100
"""Beyond this the squares of ratings, and their sums, leave the range of a float."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The values a dimension's ratings may take.

    Args:
        metric: The level of measurement.
        low: The worst value, of a bounded numeric scale.
        high: The best value, of a bounded numeric scale.
        labels: The labels of a nominal scale; empty means any label.

    Yes/no scales store 1 for yes and 0 for no, where yes is always the good answer.
    A bounded scale admits fractions, because averaged ratings are ratings too; what lies
    outside the bounds is refused, never clamped.
    """

    metric: Metric
    low: float | None = None
    high: float | None = None
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.low is None) != (self.high is None):
            raise ValueError("a scale has both bounds or neither")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"a scale's low must be below its high; found {self.low}-{self.high}")
        if len(set(self.labels)) != len(self.labels):
            raise ValueError(f"a scale's labels must differ; found {', '.join(self.labels)}")

    @classmethod
    def of(cls, text: str) -> Scale:
        """Read a scale as users write it.

        Args:
            text: ``1-5``, ``0-4``, ``0..1``, ``yes/no``, ``nominal``, ``ordinal``, ``interval``,
                ``ratio``, or labels separated by slashes, as in ``win/tie/loss``.

        Raises:
            ValueError: The text is none of these.
        """
        word = text.strip()
        lowered = word.lower()
        if lowered in {"yes/no", "no/yes", "binary", "boolean", "pass/fail"}:
            return YES_NO
        if lowered == "nominal":
            return cls("nominal")
        if lowered in {"ordinal", "interval", "ratio"}:
            return cls(lowered)  # type: ignore[arg-type]  # narrowed by the test above
        if bounds := _RANGE.fullmatch(word):
            low, high = float(bounds[1]), float(bounds[2])
            if not low < high:
                raise ValueError(f"a scale's low must be below its high; found {word!r}")
            continuous = ".." in word or not (low.is_integer() and high.is_integer())
            return cls("interval" if continuous else "ordinal", low, high)
        if "/" in word:
            return cls("nominal", labels=tuple(part.strip() for part in word.split("/")))
        raise ValueError(
            f"{text!r} is not a scale; write 1-5, 0-4, 0..1, yes/no, nominal, ordinal, interval, "
            "ratio, or labels separated by slashes"
        )

    @property
    def binary(self) -> bool:
        """Whether this is the yes/no scale."""
        return self.labels == YES_NO.labels and self.low == 0

    @property
    def numeric(self) -> bool:
        """Whether values are numbers (yes/no counts: it is stored as 1 and 0)."""
        return self.metric != "nominal" or self.binary

    @property
    def width(self) -> float | None:
        """How far its ends lie apart; None where it has none."""
        return None if self.low is None or self.high is None else self.high - self.low

    @property
    def bounded(self) -> bool:
        """Whether values can be placed on the unit interval."""
        return self.low is not None

    def parse(self, raw: object) -> Value:
        """Turn a raw value into a rating's value, or refuse it.

        Raises:
            ValueError: The value is not on this scale; the message says what is allowed.
        """
        if self.binary:
            return self._parse_yes_no(raw)
        if self.metric == "nominal":
            return self._parse_label(raw)
        number = _number(raw)
        if number is None:
            raise ValueError(f"found {_shown(raw)}; allowed: {self}")
        if self.low is not None and self.high is not None and not self.low <= number <= self.high:
            raise ValueError(f"found {_shown(raw)}; allowed: {self}")
        return number

    def unit(self, value: Value) -> float | None:
        """Place a value between 0 (worst) and 1 (best); None where that has no meaning."""
        if self.low is None or self.high is None or isinstance(value, str):
            return None
        return (value - self.low) / (self.high - self.low)

    def from_unit(self, share: float) -> Value | None:
        """Place a share of the unit interval on this scale; None where that has no meaning."""
        if self.low is None or self.high is None:
            return None
        return self.low + share * (self.high - self.low)

    def __str__(self) -> str:
        if self.binary:
            return "yes/no"
        if self.labels:
            return "/".join(self.labels)
        if self.low is None or self.high is None:
            return "any label" if self.metric == "nominal" else f"a number ({self.metric})"
        return f"{self.low:g}{'..' if self.metric == 'interval' else '-'}{self.high:g}"

    def _parse_yes_no(self, raw: object) -> float:
        word = str(raw).strip().lower()
        if word in _YES:
            return 1.0
        if word in _NO:
            return 0.0
        raise ValueError(f"found {_shown(raw)}; allowed: yes/no")

    def _parse_label(self, raw: object) -> str:
        number = None if isinstance(raw, str | bool) else _number(raw)
        label = f"{number:g}" if number is not None else str(raw).strip()
        if not label or (self.labels and label not in self.labels):
            raise ValueError(f"found {_shown(raw)}; allowed: {self}")
        return label


def _number(raw: object) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None
    if isinstance(raw, str) and "_" in raw:  # Python's digit groups, nobody's rating
        return None
    try:
        number = float(raw)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) <= _LARGEST else None


def _shown(raw: object) -> str:
    text = raw if isinstance(raw, str) else repr(raw)
    text = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return repr(text) if isinstance(raw, str) else text


YES_NO = Scale("nominal", 0.0, 1.0, ("no", "yes"))
"""Yes is 1 and good; no is 0."""
ONE_TO_FIVE = Scale("ordinal", 1.0, 5.0)
UNIT = Scale("interval", 0.0, 1.0)
"""A share: 0 worst, 1 best."""
NOMINAL = Scale("nominal")
