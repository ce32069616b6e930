"""Judges and people whose true correlation is planted, as arrays and as the table of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.calibration import CalibrationOptions, calibration
from measurand.analysis.result import Findings, Verdict
from measurand.core.rating import Column, Ratings
from measurand.core.scale import Scale
from measurand.stats.estimate import Estimate

__all__ = [
    "DIMENSION",
    "FINE",
    "JUDGE",
    "People",
    "correlations",
    "estimate_of",
    "held",
    "judged",
    "table",
    "verdict_of",
    "within_prompts",
]

Floats = NDArray[np.float64]
DIMENSION, JUDGE = "quality", "judge"
FINE = Scale.of("0-100")
"""A scale on which rounding changes nothing."""
_MIDDLE, _SPREAD = 50.0, 10.0


@dataclass(frozen=True, slots=True)
class People:
    """Three raters with a planted intraclass correlation.

    Args:
        icc: Of one rating; the mean of three has the reliability 3 icc / (1 + 2 icc).
        raters: How many.
    """

    icc: float
    raters: int = 3

    @property
    def ceiling(self) -> float:
        """The best correlation with their mean."""
        return float(np.sqrt(self.raters * self.icc / (1 + (self.raters - 1) * self.icc)))

    def ratings(self, rng: np.random.Generator, truth: Floats) -> Floats:
        """Their ratings of outputs of this true quality, standard normal."""
        noise = np.sqrt((1 - self.icc) / self.icc)
        return np.asarray(truth[:, None] + noise * rng.normal(size=(truth.size, self.raters)))

    def noise_for(self, correlation: float) -> float:
        """The error of a judge that correlates so with their mean."""
        own = correlation / self.ceiling
        return float(np.sqrt(1 / own**2 - 1))


def judged(
    rng: np.random.Generator, truth: Floats, noise: float, *, prompts: int = 1, alike: float = 0.5
) -> Floats:
    """Equally good prompts of one judge, shape (outputs, prompts), whose errors are alike."""
    shared = rng.normal(size=(truth.size, 1))
    alone = rng.normal(size=(truth.size, prompts))
    return np.asarray(
        truth[:, None] + noise * (np.sqrt(alike) * shared + np.sqrt(1 - alike) * alone)
    )


def within_prompts(rng: np.random.Generator, outputs: int, *, each: int, share: float) -> Floats:
    """Standard normal, of which so much of the variance is the prompt's."""
    prompts = np.repeat(rng.normal(size=outputs // each), each)
    return np.asarray(np.sqrt(share) * prompts + np.sqrt(1 - share) * rng.normal(size=outputs))


def table(people: Floats, judge: Floats, *, fine: bool = True, each: int = 1) -> Ratings:
    """The table of a file: people, and a judge of one or several repeats.

    Args:
        people: Shape (outputs, raters).
        judge: Shape (outputs, repeats).
        fine: Values are standard normal, to be placed on the fine scale.
        each: Outputs of one prompt, by as many systems.
    """
    values = np.concatenate([people, judge], axis=1)
    if fine:
        values = np.clip(np.round(_MIDDLE + _SPREAD * values, 3), 0, 100)
    outputs, columns = values.shape
    raters = people.shape[1]
    names = [*(f"p{at}" for at in range(raters)), *[JUDGE] * (columns - raters)]
    repeats = [*[0] * raters, *range(columns - raters)]
    kinds = [*["people"] * raters, *["judge"] * (columns - raters)]
    count = outputs * columns
    return Ratings.from_columns(
        example=Column.of([f"e{at // each}" for at in range(outputs) for _ in range(columns)]),
        system=Column.of(
            ["s" if each == 1 else f"s{at % each}" for at in range(outputs) for _ in range(columns)]
        ),
        dimension=Column.constant(DIMENSION, count),
        rater=Column.of(names * outputs),
        kind=Column.of(kinds * outputs),
        repeat=Column.of(repeats * outputs),
        value=Column.of(values.ravel().tolist()),
    )


def held(
    people: Floats,
    judge: Floats,
    options: CalibrationOptions,
    *,
    scale: Scale | None = None,
    each: int = 1,
) -> Findings:
    """What `calibrate` finds of a judge."""
    rows = table(people, judge, fine=scale is None, each=each)
    return calibration(rows, {DIMENSION: scale or FINE}, judge=JUDGE, options=options)


def verdict_of(found: Findings) -> Verdict:
    """Its one verdict on the judge."""
    (verdict,) = [one for one in found.verdicts if one.name == "calibration"]
    return verdict


def estimate_of(found: Findings, name: str) -> Estimate:
    """One of its numbers."""
    (estimate,) = [
        one.estimate for one in found.results if one.name == name and one.component is None
    ]
    return estimate


def correlations(columns: Floats, right: Floats) -> Sequence[float]:
    """Pearson's correlation of each column."""
    x = columns - columns.mean(axis=0)
    y = right - right.mean()
    found: list[float] = (y @ x / np.sqrt((x**2).sum(axis=0) * (y @ y))).tolist()
    return found
