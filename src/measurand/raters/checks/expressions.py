"""Regular expressions that must, or must not, be found in an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.raters.checks.base import TextCheck, shown, yes_no
from measurand.raters.checks.search import expression, search

__all__ = ["RegexAbsent", "RegexPresent"]


@dataclass(frozen=True)
class _Regex(TextCheck):
    pattern: str
    ignore_case: bool = False
    _compiled: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        compiled = expression(self.pattern, ignore_case=self.ignore_case)
        object.__setattr__(self, "_compiled", compiled)

    def _found(self, output: Output) -> str:
        match = search(self._compiled, output.text or "")
        return "" if match is None else f"{shown(match[0])!r} at {match.start()}-{match.end()}"


@dataclass(frozen=True)
class RegexPresent(_Regex):
    """Yes when the expression is found in the answer.

    Args:
        dimension: The dimension it rates.
        pattern: A regular expression in Python's syntax; it may match anywhere.
        ignore_case: Whether case does not matter.

    Raises:
        UsageError: The expression is empty or malformed.
    """

    short: ClassVar[str] = "regex_present"

    def rate(self, example: Example, output: Output) -> Measurement:  # noqa: ARG002 - a Check's shape
        """Search; None when the search takes longer than a second."""
        found = self._found(output)
        return yes_no(
            bool(found), found or f"{self.pattern!r} is not found", (found,) * bool(found)
        )


@dataclass(frozen=True)
class RegexAbsent(_Regex):
    """Yes when the expression is not found in the answer; see `RegexPresent`."""

    short: ClassVar[str] = "regex_absent"

    def rate(self, example: Example, output: Output) -> Measurement:  # noqa: ARG002 - a Check's shape
        """Search; None when the search takes longer than a second."""
        found = self._found(output)
        return yes_no(not found, found or f"{self.pattern!r} is not found", (found,) * bool(found))
