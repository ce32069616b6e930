"""Training a text classifier from labelled examples, honestly held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.raters.checks.base import require_package
from measurand.raters.checks.classifier import TextClassifier
from measurand.raters.checks.heldout import HeldOut
from measurand.raters.checks.ngrams import Analyzer, Vocabulary
from measurand.raters.checks.text import normalise

__all__ = ["Training", "train"]

_ANALYZERS: tuple[Analyzer, ...] = ("word", "char")


@dataclass(frozen=True)
class Training:
    """How a classifier is trained.

    Args:
        folds: Parts that the examples are split into; each is rated by the other parts' model.
        limit: The most n-grams of words, and of characters.
        inverse_penalty: scikit-learn's ``C``.
        fewest: The fewest different texts of either side.

    Raises:
        UsageError: A number means nothing.
    """

    folds: int = 5
    limit: int = 20_000
    inverse_penalty: float = 10.0
    fewest: int = 20

    def __post_init__(self) -> None:
        if not (2 <= self.folds <= self.fewest) or self.limit < 1 or self.inverse_penalty <= 0:  # noqa: PLR2004
            raise UsageError("training needs 2 <= folds <= fewest, limit >= 1, a penalty above 0")


@dataclass(frozen=True)
class _Model:
    vocabularies: tuple[Vocabulary, ...]
    weights: NDArray[np.float64]
    intercept: float


def train(
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    good: str,
    rng: np.random.Generator,
    training: Training | None = None,
) -> TextClassifier:
    """Train a classifier that tells the good label from all others.

    The texts are split into folds; the vocabulary, the weights and the calibration (Platt 1999)
    that rate a text come from other folds, so that `HeldOut` is what new texts of the same kind
    will meet. Texts that are equal once normalised count once, and those that also differ in
    label share a fold. The classifier itself is then fitted to all texts.

    Args:
        texts: The examples.
        labels: Their labels, one each.
        good: The label that counts as yes.
        rng: Decides the folds.
        training: How; by default `Training()`.

    Raises:
        MissingExtra: scikit-learn is not installed.
        UsageError: Texts and labels differ in number, or the good label does not occur.
        InsufficientData: A side has too few different texts, or they share no n-grams.
    """
    require_package("sklearn", "training a classifier", "classifiers")
    how = training or Training()
    kept, keys = _distinct(texts, labels)
    chosen = [texts[at] for at in kept]
    positive = np.array([labels[at] == good for at in kept])
    _enough(positive, good, how.fewest)
    folds = _folds(keys, positive, how.folds, rng=rng)
    scores = np.empty(len(chosen))
    for fold in range(how.folds):
        inside = folds == fold
        rest = [text for text, held in zip(chosen, inside, strict=True) if not held]
        model = _fit(rest, positive[~inside], how)
        held = [text for text, out in zip(chosen, inside, strict=True) if out]
        scores[inside] = _scores(model, held)
    model = _fit(chosen, positive, how)
    slope, shift = _platt(scores, positive)
    return TextClassifier(
        good=good,
        labels=tuple(sorted(set(labels))),
        vocabularies=model.vocabularies,
        weights=tuple(model.weights.tolist()),
        intercept=model.intercept,
        slope=slope,
        shift=shift,
        held_out=_held_out(scores, positive, folds),
    )


def _distinct(texts: Sequence[str], labels: Sequence[str]) -> tuple[list[int], list[str]]:
    """The first place of each different pair of normalised text and label; its text's key."""
    if len(texts) != len(labels):
        raise UsageError(f"{len(texts)} texts have {len(labels)} labels")
    first: dict[tuple[str, str], int] = {}
    for at, (text, label) in enumerate(zip(texts, labels, strict=True)):
        first.setdefault((normalise(text), label), at)
    return list(first.values()), [key for key, _ in first]


def _enough(positive: NDArray[np.bool_], good: str, fewest: int) -> None:
    count = int(positive.sum())
    if count == 0:
        raise UsageError(f"no example has the good label {good!r}")
    if min(count, len(positive) - count) < fewest:
        raise InsufficientData(
            f"a classifier needs {fewest} different texts of either side; found {count} "
            f"with the label {good!r} and {len(positive) - count} without"
        )


def _folds(
    keys: Sequence[str], positive: NDArray[np.bool_], folds: int, *, rng: np.random.Generator
) -> NDArray[np.intp]:
    """A fold for each text: equal texts share one, and each has its part of either side."""
    side = {key: bool(good) for key, good in zip(keys, positive, strict=True)}
    of: dict[str, int] = {}
    for good in (True, False):
        mine = [key for key, value in side.items() if value is good]
        for place, at in enumerate(rng.permutation(len(mine)).tolist()):
            of[mine[at]] = place % folds
    return np.array([of[key] for key in keys], dtype=np.intp)


def _fit(texts: Sequence[str], positive: NDArray[np.bool_], how: Training) -> _Model:
    vocabularies = tuple(Vocabulary.fit(texts, kind, limit=how.limit) for kind in _ANALYZERS)
    if not any(vocabulary.terms for vocabulary in vocabularies):
        raise InsufficientData("the texts share no words and no characters; nothing can be learned")
    linear: Any = import_module("sklearn.linear_model")
    fitted = linear.LogisticRegression(C=how.inverse_penalty, max_iter=1000)
    fitted.fit(_matrix(vocabularies, texts), positive)
    return _Model(vocabularies, np.asarray(fitted.coef_[0]), float(fitted.intercept_[0]))


def _scores(model: _Model, texts: Sequence[str]) -> NDArray[np.float64]:
    matrix = _matrix(model.vocabularies, texts)
    return np.asarray(matrix @ model.weights + model.intercept, dtype=np.float64)


def _matrix(vocabularies: Sequence[Vocabulary], texts: Sequence[str]) -> Any:
    """The texts' vectors, side by side, as a sparse matrix (texts, n-grams)."""
    sparse: Any = import_module("scipy.sparse")
    blocks = []
    for vocabulary in vocabularies:
        vectors = [vocabulary.vector(text) for text in texts]
        starts = np.cumsum([0, *(len(places) for places, _ in vectors)])
        places = np.concatenate([places for places, _ in vectors])
        values = np.concatenate([values for _, values in vectors])
        shape = (len(texts), len(vocabulary.terms))
        blocks.append(sparse.csr_matrix((values, places, starts), shape=shape))
    return sparse.hstack(blocks, format="csr")


def _held_out(
    scores: NDArray[np.float64], positive: NDArray[np.bool_], folds: NDArray[np.intp]
) -> HeldOut:
    """Each fold's probabilities by the calibration of the other folds' scores."""
    probabilities = np.empty(len(scores))
    for fold in np.unique(folds):
        inside = folds == fold
        slope, shift = _platt(scores[~inside], positive[~inside])
        probabilities[inside] = special.expit(slope * scores[inside] + shift)
    return HeldOut(
        tuple(np.round(probabilities, 6).tolist()), tuple(bool(good) for good in positive)
    )


def _platt(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> tuple[float, float]:
    """The slope and shift of the logistic curve that calibrates scores.

    The truth is smoothed towards the middle, so that the curve exists even where scores separate
    the sides: (n1 + 1) / (n1 + 2) for 1 and 1 / (n0 + 2) for 0 (Platt 1999, section 2.2).
    Newton's method, each step halved until the loss falls.

    A falling curve is never used; its scores tell nothing, and get the base rate. Held-out scores
    of labels without meaning lean against the labels, because leaving an example out also takes
    its label out of training; turned round by the calibration, noise would look like skill.
    """
    ones = int(positive.sum())
    zeros = len(positive) - ones
    truth = np.where(positive, (ones + 1) / (ones + 2), 1 / (zeros + 2))
    design = np.column_stack([scores, np.ones(len(scores))])

    def loss(at: NDArray[np.float64]) -> float:
        line = design @ at
        return float(np.sum(np.logaddexp(0, line) - truth * line))

    point = np.array([0.0, np.log((ones + 1) / (zeros + 1))])
    for _ in range(_STEPS):
        p = special.expit(design @ point)
        gradient = design.T @ (p - truth)
        curvature = (design * (p * (1 - p))[:, None]).T @ design + _RIDGE * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        while loss(point - step) > loss(point) and np.abs(step).max() > _CLOSE:
            step = step / 2
        point = point - step
        if np.abs(step).max() <= _CLOSE:
            break
    if point[0] < 0:
        return 0.0, float(special.logit(truth.mean()))
    return float(point[0]), float(point[1])


_STEPS = 100
_RIDGE = 1e-12
_CLOSE = 1e-10
