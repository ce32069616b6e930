"""How well a classifier does on examples that it was not trained on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from measurand.errors import InsufficientData
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.mean import mean_t
from measurand.stats.proportion import wilson
from measurand.stats.quantiles import two_sided_z

__all__ = ["HeldOut", "auc"]

_HALF = 0.5


@dataclass(frozen=True)
class HeldOut:
    """Cross-fitted probabilities beside the truth: no example was seen in fitting its own.

    Args:
        probabilities: The probability of the good label, one an example.
        good: Whether the label is the good one, one an example.
    """

    probabilities: tuple[float, ...]
    good: tuple[bool, ...]

    def __post_init__(self) -> None:
        if len(self.probabilities) != len(self.good):
            raise ValueError("held-out probabilities and labels differ in number")
        if not all(0 <= p <= 1 for p in self.probabilities):
            raise ValueError("held-out probabilities lie between 0 and 1")

    def accuracy(self, *, undecided: float = 0.0, level: float = LEVEL) -> Estimate:
        """The share that is right among those it decides: p outside 0.5 +- ``undecided``."""
        right = [(p > _HALF) == good for p, good in self._decided(undecided)]
        n = len(right)
        return attempt(
            lambda: wilson(sum(right), n, level=level), n=n, method="Wilson", level=level
        )

    def majority(self, *, undecided: float = 0.0) -> float | None:
        """What always giving the more frequent label would have right of those it decides."""
        good = [good for _, good in self._decided(undecided)]
        return max(sum(good), len(good) - sum(good)) / len(good) if good else None

    def decided(self, *, undecided: float = 0.0, level: float = LEVEL) -> Estimate:
        """The share of examples that it decides."""
        count, n = len(self._decided(undecided)), len(self.good)
        return attempt(lambda: wilson(count, n, level=level), n=n, method="Wilson", level=level)

    def auc(self, *, level: float = LEVEL) -> Estimate:
        """The probability that a good example is rated above another; see `auc`."""
        return attempt(
            lambda: auc(np.array(self.probabilities), np.array(self.good, dtype=bool), level=level),
            n=len(self.good),
            method="DeLong, logit",
            level=level,
        )

    def brier(self, *, level: float = LEVEL) -> Estimate:
        """The mean squared distance of probability and truth: 0 is best, 0.25 is a coin."""
        squares = (np.array(self.probabilities) - np.array(self.good, dtype=float)) ** 2
        return attempt(
            lambda: mean_t(squares, bounds=(0.0, 1.0), level=level),
            n=len(self.good),
            method="t(n-1)",
            level=level,
        )

    def _decided(self, undecided: float) -> list[tuple[float, bool]]:
        pairs = zip(self.probabilities, self.good, strict=True)
        return [(p, good) for p, good in pairs if abs(p - _HALF) > undecided]


def auc(
    scores: NDArray[np.float64], positive: NDArray[np.bool_], *, level: float = LEVEL
) -> Estimate:
    """The area under the ROC curve, with DeLong's variance on the logit scale.

    Source: DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837-845; the logit interval
    follows Pepe (2003), The Statistical Evaluation of Medical Tests, 5.2.

    Args:
        scores: Shape (n,).
        positive: Shape (n,).
        level: The confidence level.

    Raises:
        InsufficientData: A class has fewer than two scores, or the scores separate the classes
            without error, which leaves no variance to estimate.
    """
    mine, other = scores[positive], scores[~positive]
    if min(len(mine), len(other)) < 2:  # noqa: PLR2004 - a variance needs two
        raise InsufficientData("the area under the curve needs two examples of either label")
    above = (_ranks(scores)[positive] - _ranks(mine)) / len(other)
    below = 1 - (_ranks(scores)[~positive] - _ranks(other)) / len(mine)
    area = float(above.mean())
    error = math.sqrt(above.var(ddof=1) / len(mine) + below.var(ddof=1) / len(other))
    if not 0 < area < 1 or error == 0:
        raise InsufficientData("the scores separate the labels without error; no interval follows")
    half = two_sided_z(level) * error / (area * (1 - area))
    centre = float(special.logit(area))
    return Estimate(
        value=area,
        low=float(special.expit(centre - half)),
        high=float(special.expit(centre + half)),
        level=level,
        n=len(scores),
        method="DeLong, logit",
    )


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 1; ties share their mean."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[place], dtype=np.float64)
