"""The verb ``train-check``: a style or safety classifier from the user's own labelled examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from measurand.analysis.result import Findings, Result, Verdict
from measurand.errors import DataError, Fault, nearest
from measurand.raters.checks import Learned, TextClassifier, train
from measurand.report.results_json import results_document
from measurand.store.lines import read_rows

__all__ = ["Trained", "Training", "train_check"]

_SAME_KIND = (
    "Held-out examples come from the same file: on texts of another kind, or of a new system, the "
    "classifier can do worse."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What to learn from.

    Args:
        good: The label that counts as yes.
        text: The column with the texts.
        label: The column with the labels.
        minimum_accuracy: The least held-out accuracy, by its lower bound, at which it may rate.
        seed: Of the folds.
    """

    good: str
    text: str = "text"
    label: str = "label"
    minimum_accuracy: float = 0.7
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A trained check, and how well it does on examples it was not trained on.

    Args:
        target: The file that holds the classifier.
        labels: How many examples had each label.
        findings: Accuracy, area under the curve, Brier score, and whether it may rate.
    """

    target: Path
    labels: Mapping[str, int]
    findings: Findings

    @property
    def reliable(self) -> bool:
        """Whether the check may rate."""
        return self.findings.verdicts[0].outcome == "pass"

    def to_json(self) -> Mapping[str, Any]:
        """The published document."""
        return results_document("train-check", self.findings)


def train_check(path: Path, training: Training, *, out: Path) -> Trained:
    """Train a classifier on labelled texts and write it, with its held-out accuracy.

    Args:
        path: CSV, JSONL or JSON with a column of texts and one of labels.
        training: Which label is good, which columns, how reliable it must be.
        out: The file to write: JSON, no code.

    Raises:
        DataError: The file or a row of it cannot be used.
        MissingExtra: scikit-learn is not installed.
        InsufficientData: Too few different texts of either side.
    """
    texts, labels = _labelled(path, training)
    rng = np.random.default_rng(training.seed)
    classifier = train(texts, labels, good=training.good, rng=rng)
    out.parent.mkdir(parents=True, exist_ok=True)
    classifier.write(out)
    return Trained(target=out, labels=Counter(labels), findings=_findings(classifier, training))


def _labelled(path: Path, training: Training) -> tuple[list[str], list[str]]:
    faults: list[Fault] = []
    rows = list(read_rows(path, faults))
    columns = {name: None for row in rows for name in row.cells}
    if rows:
        faults += _absent(path, training, columns)
    for row in rows:
        empty = (n for n in (training.text, training.label) if row.cells.get(n) is None)
        faults += (
            Fault("the row says nothing of this", str(path), row.line, name)
            for name in empty
            if name in columns
        )
    if faults:
        raise DataError(faults)
    texts = [str(row.cells[training.text]) for row in rows]
    return texts, [str(row.cells[training.label]) for row in rows]


def _absent(path: Path, training: Training, columns: Iterable[str]) -> Iterator[Fault]:
    """Columns that no row has."""
    listed = list(columns)
    for option, name in (("--text", training.text), ("--label", training.label)):
        if name not in listed:
            close = nearest(name, listed)
            remedy = f"{close} Name it with {option}" if close else f"name it with {option}"
            problem, allowed = f"there is no column {name}", ", ".join(listed)
            yield Fault(problem, str(path), key=option, allowed=allowed, remedy=remedy)


def _findings(classifier: TextClassifier, training: Training) -> Findings:
    check = Learned("style", classifier, minimum_accuracy=training.minimum_accuracy)
    held = classifier.held_out
    accuracy = held.accuracy(undecided=check.undecided)
    return Findings(
        results=(
            Result(name="held_out_accuracy", estimate=accuracy),
            Result(name="held_out_decided", estimate=held.decided(undecided=check.undecided)),
            Result(name="held_out_auc", estimate=held.auc()),
            Result(name="held_out_brier", estimate=held.brier()),
        ),
        verdicts=(
            Verdict(
                name="reliability",
                outcome="fail" if check.refusal else "pass",
                reason=check.refusal or "reliable enough to rate",
                estimate=accuracy,
                bound=training.minimum_accuracy,
            ),
        ),
        limits=(_SAME_KIND,),
    )
