"""Personal data, secrets and forbidden expressions that an answer must not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.errors import UsageError
from measurand.privacy.patterns import KINDS, Found, Kind, find
from measurand.raters.checks.base import TextCheck, require_choice, yes_no
from measurand.raters.checks.search import expression, search

__all__ = ["Patterns"]


@dataclass(frozen=True)
class Patterns(TextCheck):
    """Yes when none of the patterns is found; no when one is.

    The evidence says what and where (``card number at 12-31``), never the thing itself. Yes
    means that nothing of these shapes is there, not that the answer is safe.

    Args:
        dimension: The dimension it rates.
        kinds: Kinds of personal data and secrets (`measurand.privacy.patterns.KINDS`).
        forbidden: Expressions of one's own, by the name that the evidence gives them.
        allow: Texts that may stand there, as the company's own address; compared without case.

    Raises:
        UsageError: A kind is unknown, an expression malformed, or there is nothing to look for.
    """

    short: ClassVar[str] = "patterns"
    revision: ClassVar[int] = 2
    kinds: tuple[Kind, ...] = KINDS
    forbidden: Mapping[str, str] = field(default_factory=dict)
    allow: tuple[str, ...] = ()
    _forbidden: Mapping[str, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for kind in self.kinds:
            require_choice("the kind", kind, KINDS)
        if not self.kinds and not self.forbidden:
            raise UsageError("a check of patterns needs a kind or a forbidden expression")
        compiled = {name: expression(pattern) for name, pattern in self.forbidden.items()}
        object.__setattr__(self, "_forbidden", compiled)

    def rate(self, example: Example, output: Output) -> Measurement:  # noqa: ARG002 - a Check's shape
        """Look for all of them."""
        text = output.text or ""
        found = list(find(text, self.kinds, allow=frozenset(self.allow)))
        for name, compiled in self._forbidden.items():
            if (match := search(compiled, text)) is not None:
                found.append(Found(name, match.start(), match.end()))
        kinds = ", ".join(dict.fromkeys(place.kind for place in found))
        return yes_no(not found, f"found: {kinds}" if found else "none found", map(str, found))
