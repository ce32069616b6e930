"""How much of what an answer must contain it contains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from measurand.core.example import Example, Requirement
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.errors import UsageError
from measurand.raters.checks.base import Unanswered, UnitCheck, shown
from measurand.raters.checks.search import expression, search
from measurand.raters.checks.text import finder

__all__ = ["Checklist", "met"]


@dataclass(frozen=True)
class Checklist(UnitCheck):
    """The share of the required elements that the answer contains, in [0, 1].

    The elements are the example's checklist and those given here for every example. An element
    counts once any of its phrases (normalised, as whole words) or expressions is found. That a
    phrase occurs does not tell that it is affirmed: "no refunds" contains "refunds".

    Args:
        dimension: The dimension it rates.
        items: Elements required of every answer.

    Raises:
        UsageError: An item is empty or holds a malformed expression.
    """

    short: ClassVar[str] = "checklist"
    items: tuple[Requirement, ...] = ()

    def __post_init__(self) -> None:
        for item in self.items:
            if not item.any_of or not all(phrase.strip() for phrase in item.any_of):
                raise UsageError("an item of a checklist is empty")
            if item.regex:
                _ = [expression(pattern) for pattern in item.any_of]

    def rate(self, example: Example, output: Output) -> Measurement:
        """Look for every element; None without a checklist."""
        required = example.checklist + self.items
        if not required:
            raise Unanswered("no checklist to hold the answer against")
        if not all(item.any_of and all(map(str.strip, item.any_of)) for item in required):
            raise Unanswered("an element of this example's checklist is empty")
        text = output.text or ""
        holds = finder(text)
        missing = [item for item in required if not met(item, text, holds)]
        covered = len(required) - len(missing)
        return Measurement(
            covered / len(required),
            f"{covered} of {len(required)} elements",
            tuple(f"missing: {shown(item.name or ' | '.join(item.any_of))}" for item in missing),
        )


def met(item: Requirement, text: str, holds: Callable[[str], bool]) -> bool:
    """Whether a text, and the function that finds phrases in it, meets an element."""
    if not item.regex:
        return any(map(holds, item.any_of))
    return any(search(expression(pattern), text) is not None for pattern in item.any_of)
