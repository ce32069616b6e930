"""The language of the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
_READ = 2_000
"""Characters of a part: enough to be sure, and few enough not to repeat themselves."""


@dataclass(frozen=True)
class Language(TextCheck):
    """Yes when the answer is in the expected language (needs the extra ``language``).

    Code and addresses are left out. Of a long answer the start, the middle and the end are read;
    it is in the language when all of them are. Too little text, or a probability of the expected
    language between 1 - ``confidence`` and ``confidence``, is not rated.

    Args:
        dimension: The dimension it rates.
        expected: An ISO 639 code, as ``de``; empty for the language of the example's question.
        confidence: The probability from which on an identification counts, above 0.5.
        letters: The fewest letters of a part that is read.

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
        if not 0.5 < self.confidence <= 1 or self.letters < 1:  # noqa: PLR2004 - the even chance
            raise UsageError("confidence lies in (0.5, 1], and letters is at least 1")
        if self.expected and self.expected not in _identifier().labels:
            known = ", ".join(sorted(_identifier().labels))
            raise UsageError(f"the language {self.expected!r} is unknown; allowed: {known}")

    def rate(self, example: Example, output: Output) -> Measurement:
        """Identify the language of the answer and, without ``expected``, of the question."""
        expected = self.expected or self._asked(example.question)
        odds = [probabilities[expected] for probabilities in self._odds(output.text or "")]
        if not odds:
            raise Unanswered("the answer has too little text to tell its language")
        reason = f"p({expected}) = {min(odds):.3f}"
        if 1 - self.confidence < min(odds) < self.confidence:
            raise Unanswered(f"the language of the answer is uncertain: {reason}")
        return yes_no(min(odds) >= self.confidence, reason)

    def _asked(self, question: str) -> str:
        """The language of the question."""
        for probabilities in self._odds(question):
            language = max(probabilities, key=probabilities.__getitem__)
            if probabilities[language] < self.confidence:
                raise Unanswered(f"the language of the question is uncertain: {language}?")
            return language
        raise Unanswered("the question has too little text to tell its language")

    def _odds(self, text: str) -> Iterator[dict[str, float]]:
        """Of the start, the middle and the end of a text: the probability of each language."""
        prose = _CODE.sub(" ", text)
        last = max(0, len(prose) - _READ)
        for start in sorted({0, last // 2, last}):
            part = prose[start : start + _READ]
            if sum(map(str.isalpha, part)) >= self.letters:
                yield {str(name): float(p) for name, p in _identifier().rank(part)}


@cache
def _identifier() -> Any:
    from py3langid import langid  # noqa: PLC0415 - an extra

    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
