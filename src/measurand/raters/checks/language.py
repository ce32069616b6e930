"""The language of the answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.errors import UsageError
from measurand.raters.checks.base import TextCheck, Unanswered, require_package, yes_no

__all__ = ["Language"]

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+", re.DOTALL)
_READ = 20_000
"""Characters that are read: more change nothing."""


@dataclass(frozen=True)
class Language(TextCheck):
    """Yes when the answer is in the expected language (needs the extra ``language``).

    Code and addresses are left out. Too little text, or a probability below ``confidence``, is
    not rated.

    Args:
        dimension: The dimension it rates.
        expected: An ISO 639 code, as ``de``; empty for the language of the example's question.
        confidence: The probability from which on an identification counts.
        letters: The fewest letters that are identified.

    Raises:
        MissingExtra: py3langid is not installed.
        UsageError: The language is not one it knows, or a bound means nothing.
    """

    short: ClassVar[str] = "language"
    package: ClassVar[str] = "py3langid"
    expected: str = ""
    confidence: float = 0.9
    letters: int = 20

    def __post_init__(self) -> None:
        require_package(self.package, "the check of languages", "language")
        if not 0 < self.confidence <= 1 or self.letters < 1:
            raise UsageError("confidence lies in (0, 1], and letters is at least 1")
        if self.expected and self.expected not in _identifier().labels:
            known = ", ".join(sorted(_identifier().labels))
            raise UsageError(f"the language {self.expected!r} is unknown; allowed: {known}")

    def rate(self, example: Example, output: Output) -> Measurement:
        """Identify the language of the answer and, without ``expected``, of the question."""
        expected = self.expected
        if not expected:
            expected, _ = self._identify(example.question, "the question")
        found, probability = self._identify(output.text or "", "the answer")
        return yes_no(found == expected, f"{found} (p = {probability:.3f}), expected {expected}")

    def _identify(self, text: str, what: str) -> tuple[str, float]:
        prose = _CODE.sub(" ", text)[:_READ]
        if sum(map(str.isalpha, prose)) < self.letters:
            raise Unanswered(f"{what} has too little text to tell its language")
        language, probability = _identifier().classify(prose)
        if probability < self.confidence:
            raise Unanswered(
                f"the language of {what} is uncertain: {language} (p = {probability:.2f})"
            )
        return str(language), float(probability)


@cache
def _identifier() -> Any:
    from py3langid import langid  # noqa: PLC0415 - an extra

    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
