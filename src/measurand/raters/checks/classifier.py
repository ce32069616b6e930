"""A text classifier that was trained from labelled examples, as a value and as a JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from measurand.core.fingerprint import fingerprint
from measurand.errors import UsageError
from measurand.raters.checks.heldout import HeldOut
from measurand.raters.checks.ngrams import GRAMS, Vocabulary

__all__ = ["LARGEST", "TextClassifier"]

LARGEST = 100_000_000
"""Bytes of the largest file of a classifier that is read."""
_FORMAT = "measurand text classifier 1"


@dataclass(frozen=True)
class TextClassifier:
    """A logistic regression on n-grams with a calibrated probability.

    p(good) = 1 / (1 + exp(-(slope * score + shift))), where score is the weighted sum of the
    text's n-gram values plus the intercept.

    Args:
        good: The label that counts as yes.
        labels: All labels of the examples, sorted.
        vocabularies: Of words and of characters.
        weights: One for each n-gram, vocabulary after vocabulary.
        intercept: Added to the score.
        slope: Of the calibration.
        shift: Of the calibration.
        held_out: What it said of examples it was not trained on, and what was true.

    Raises:
        ValueError: The parts do not fit together.
    """

    good: str
    labels: tuple[str, ...]
    vocabularies: tuple[Vocabulary, ...]
    weights: tuple[float, ...]
    intercept: float
    slope: float
    shift: float
    held_out: HeldOut
    _weights: tuple[NDArray[np.float64], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        sizes = [len(vocabulary.terms) for vocabulary in self.vocabularies]
        numbers = (*self.weights, self.intercept, self.slope, self.shift)
        if sum(sizes) != len(self.weights) or not np.isfinite(numbers).all():
            raise ValueError("a classifier has one finite weight for each n-gram")
        if self.good not in self.labels:
            raise ValueError(f"the good label {self.good!r} is none of {', '.join(self.labels)}")
        parts = np.split(np.array(self.weights), np.cumsum(sizes)[:-1])
        object.__setattr__(self, "_weights", tuple(parts))

    def score(self, text: str) -> float | None:
        """The uncalibrated score; None when no n-gram of the text is known."""
        total, known = self.intercept, 0
        for vocabulary, weights in zip(self.vocabularies, self._weights, strict=True):
            places, values = vocabulary.vector(text)
            total += float(weights[places] @ values)
            known += len(places)
        return total if known else None

    def probability(self, text: str) -> float | None:
        """The calibrated probability of the good label; None when no n-gram is known."""
        score = self.score(text)
        return None if score is None else float(special.expit(self.slope * score + self.shift))

    @property
    def fingerprint(self) -> str:
        """Changes when any rating could."""
        return fingerprint(self._content())

    def write(self, path: Path) -> None:
        """Write it as JSON: data, which nothing runs when it is read."""
        content = {"format": _FORMAT, **self._content()}
        path.write_text(json.dumps(content, ensure_ascii=True, allow_nan=False), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> TextClassifier:
        """Read what `write` wrote; scikit-learn is not needed.

        Raises:
            UsageError: The file is missing, too large or not one of ours.
        """
        try:
            if path.stat().st_size > LARGEST:
                raise UsageError(f"{path} is larger than {LARGEST:,} bytes")
            return _classifier(json.loads(path.read_text(encoding="utf-8")))
        except OSError as problem:
            raise UsageError(f"{path} cannot be read: {problem.strerror}") from problem
        except (ValueError, TypeError, KeyError, RecursionError) as problem:
            raise UsageError(
                f"{path} is no text classifier: {problem}; make one with measurand train-check"
            ) from problem

    def _content(self) -> dict[str, Any]:
        return {
            "good": self.good,
            "labels": self.labels,
            "vocabularies": [
                {"analyzer": v.analyzer, "terms": v.terms, "idf": v.idf} for v in self.vocabularies
            ],
            "weights": self.weights,
            "intercept": self.intercept,
            "slope": self.slope,
            "shift": self.shift,
            "held_out": {
                "probabilities": self.held_out.probabilities,
                "good": self.held_out.good,
            },
        }


def _classifier(raw: Any) -> TextClassifier:
    if not isinstance(raw, Mapping) or raw.get("format") != _FORMAT:
        raise ValueError(f"its format is not {_FORMAT!r}")
    held = raw["held_out"]
    return TextClassifier(
        good=str(raw["good"]),
        labels=tuple(map(str, raw["labels"])),
        vocabularies=tuple(map(_vocabulary, raw["vocabularies"])),
        weights=tuple(map(float, raw["weights"])),
        intercept=float(raw["intercept"]),
        slope=float(raw["slope"]),
        shift=float(raw["shift"]),
        held_out=HeldOut(tuple(map(float, held["probabilities"])), tuple(map(bool, held["good"]))),
    )


def _vocabulary(raw: Mapping[str, Any]) -> Vocabulary:
    if raw["analyzer"] not in GRAMS:
        raise ValueError(f"the analyzer {raw['analyzer']!r} is unknown")
    return Vocabulary(raw["analyzer"], tuple(raw["terms"]), tuple(map(float, raw["idf"])))
