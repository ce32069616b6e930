"""Style, register or safety as users' own labelled examples define it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from measurand.core.example import Example
from measurand.core.fingerprint import fingerprint
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.errors import UsageError
from measurand.raters.checks.base import TextCheck, Unanswered, yes_no
from measurand.raters.checks.classifier import TextClassifier

__all__ = ["Learned"]


@dataclass(frozen=True)
class Learned(TextCheck):
    """Yes when a trained classifier says that the answer has the good label.

    It refuses to rate at all unless, on examples it was not trained on, the lower end of its
    accuracy's interval reaches ``minimum_accuracy`` and lies above what always giving the more
    frequent label would reach. It refuses single answers it is undecided about; the accuracy is
    that of the decided ones.

    Args:
        dimension: The dimension it rates.
        classifier: A `TextClassifier`, or the file that ``measurand train-check`` wrote.
        minimum_accuracy: The least lower end, in [0.5, 1).
        undecided: Probabilities within 0.5 +- this are not rated, in [0, 0.5).

    Raises:
        UsageError: The file is no classifier, or a bound means nothing.
    """

    short: ClassVar[str] = "learned"
    classifier: TextClassifier | str | Path
    minimum_accuracy: float = 0.7
    undecided: float = 0.1
    _trained: TextClassifier = field(init=False, repr=False, compare=False)
    _refusal: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not (0.5 <= self.minimum_accuracy < 1 and 0 <= self.undecided < 0.5):  # noqa: PLR2004
            raise UsageError("minimum_accuracy lies in [0.5, 1) and undecided in [0, 0.5)")
        given = self.classifier
        trained = given if isinstance(given, TextClassifier) else TextClassifier.read(Path(given))
        object.__setattr__(self, "_trained", trained)
        object.__setattr__(self, "_refusal", self._unreliable())

    @property
    def refusal(self) -> str:
        """Why it may not rate at all; empty when it may."""
        return self._refusal

    @property
    def version(self) -> str:
        """Changes with the classifier's content, wherever its file lies."""
        bounds = [self.minimum_accuracy, self.undecided, self.label]
        return fingerprint([self.short, self.revision, self._trained.fingerprint, bounds])

    def rate(self, example: Example, output: Output) -> Measurement:  # noqa: ARG002 - a Check's shape
        """Classify; None when the classifier is unreliable, or undecided."""
        if self._refusal:
            raise Unanswered(self._refusal)
        probability = self._trained.probability(output.text or "")
        if probability is None:
            raise Unanswered("nothing in the answer is known to the classifier")
        shown = f"p({self._trained.good}) = {probability:.2f}"
        if abs(probability - 0.5) <= self.undecided:
            raise Unanswered(f"the classifier is undecided: {shown}")
        return yes_no(probability > 0.5, shown)  # noqa: PLR2004 - the even chance

    def _unreliable(self) -> str:
        """Why the classifier may not rate; empty when it may."""
        held_out = self._trained.held_out
        accuracy = held_out.accuracy(undecided=self.undecided)
        majority = held_out.majority(undecided=self.undecided)
        if accuracy.low is None or majority is None:
            return f"the classifier's accuracy is unknown: {accuracy.reason}"
        held = f"the classifier is right in {accuracy} of examples it was not trained on"
        if accuracy.low < self.minimum_accuracy:
            return f"{held}; at least {self.minimum_accuracy:.2f} is needed"
        if accuracy.low <= majority:
            return f"{held}; always saying the more frequent label is right as often"
        return ""
