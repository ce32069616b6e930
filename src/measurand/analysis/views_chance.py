"""How much outputs of one system differ by chance: what changes sides where nothing changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from measurand.analysis.frame import Bools, Frame
from measurand.analysis.matrix import Floats, numbers_of
from measurand.analysis.measure import Measure
from measurand.analysis.score import Scores
from measurand.core.rubric import Dimension
from measurand.errors import InsufficientData
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.mean import mean_of
from measurand.stats.reversals import by_chance

if TYPE_CHECKING:
    from measurand.analysis.views import Scene

__all__ = ["Chances", "chances_of", "trial_passes"]

_HALF = 0.5
_ROUNDING = 1e-9
_METHOD = "exchange of trials"


@dataclass(frozen=True, slots=True)
class Chances:
    """By dimension, what is known of chance.

    Args:
        noise: The variance of each output's grade by chance, shape (examples, systems); None
            where nobody repeated, and on yes/no.
        passes: Whether each trial passed, shape (examples, systems, trials); NaN where it is tied
            or not rated. None of grades, and where there is one output an example.
    """

    noise: tuple[Floats | None, ...]
    passes: tuple[Floats | None, ...]

    def expected(
        self, measure: Measure, layer: int, systems: tuple[int, int], *, rows: Bools
    ) -> Estimate | None:
        """The share that changes sides each way where nothing has changed; None where unknown.

        On yes/no, trials of an example are then exchangeable between the systems: the chance that
        the majority passes of one and fails of the other follows from how often both passed
        together. On grades the bound of a change is set so, for errors that are normal.
        """
        passes, level = self.passes[layer], measure.level
        if passes is None:
            if self.noise[layer] is None:
                return None
            share, n = (1 - level) / 2, int(rows.sum())
            method = "by the bound, of normal errors"
            return Estimate(value=share, low=share, high=share, level=level, n=n, method=method)
        compute = partial(_exchanged, measure, passes[:, list(systems)], rows)
        return attempt(compute, n=0, method=_METHOD, level=level)


def _exchanged(measure: Measure, passes: Floats, rows: Bools) -> Estimate:
    counts = (~np.isnan(passes)).sum(axis=2)
    several = rows & (counts > 1).all(axis=1)
    if not several.any():
        raise InsufficientData("no example has several outputs of both")
    hits, tries = np.nansum(passes[several], axis=2).astype(np.int64), counts[several]
    chances = by_chance((hits[:, 0], tries[:, 0]), (hits[:, 1], tries[:, 1]))
    clusters = measure.scores.clusters[several] if measure.clustered else None
    found = mean_of(chances, clusters, bounds=(0.0, 1.0), level=measure.level)
    left = int((rows & (counts > 0).all(axis=1) & ~several).sum())
    note = f"{left:,} examples without several outputs of both tell nothing of chance"
    told = "; ".join(filter(None, (found.reason, note if left else None)))
    return replace(found, method=f"{_METHOD}, {found.method}", reason=told or None)


def trial_passes(frame: Frame, scores: Scores, dimension: Dimension) -> Floats:
    """What each trial scored, shape (examples, systems, trials); on yes/no 1 or 0, NaN if tied.

    Args:
        frame: The ratings in trials.
        scores: By whose ratings a dimension is scored.
        dimension: Which.
    """
    rows = frame.ratings.where(dimension=dimension.name, kind=scores.kinds[dimension.name])
    means = frame.means(rows, dimension.scale)
    if not dimension.scale.binary:
        return means
    tied = np.isnan(means) | (np.abs(means - _HALF) < _ROUNDING)
    return np.where(tied, np.nan, means > _HALF)


def chances_of(scores: Scores, scene: Scene) -> Chances:
    """What trials, and repeated ratings, tell of chance."""
    frame = Frame(scene.table.where(against=None), scores.systems, rounds=scores.rounds)
    nothing = (None,) * len(scores.dimensions)
    if frame.examples != scores.examples:
        return Chances(nothing, nothing)
    deep = frame.in_trials()
    several = deep.shape[2] > 1
    return Chances(
        tuple(
            None if d.scale.binary else _noise(deep if several else frame, d, scores)
            for d in scores.dimensions
        ),
        tuple(
            trial_passes(deep, scores, d) if d.scale.binary and several else None
            for d in scores.dimensions
        ),
    )


def _noise(frame: Frame, dimension: Dimension, scores: Scores) -> Floats | None:
    """The variance of each output's mean: of its trials where it has them, else of its ratings."""
    size = int(np.prod(frame.shape[:2]))
    if len(frame.shape) > 2:  # noqa: PLR2004 - in trials
        table = trial_passes(frame, scores, dimension).reshape(size, -1)
        places, numbers = np.nonzero(~np.isnan(table))[0], table[~np.isnan(table)]
    else:
        kind = scores.kinds[dimension.name]
        rows = frame.ratings.where(dimension=dimension.name, kind=kind)
        numbers, _ = numbers_of(rows["value"], dimension.scale)
        given = ~np.isnan(numbers)
        places, numbers = frame.places(rows)[given], numbers[given]
    counts = np.bincount(places, minlength=size)
    spare = int((counts[counts > 0] - 1).sum())
    if not spare:
        return None
    means = np.bincount(places, weights=numbers, minlength=size) / np.maximum(counts, 1)
    pooled = float(((numbers - means[places]) ** 2).sum()) / spare
    low, high = dimension.scale.low, dimension.scale.high
    span = 1.0 if low is None or high is None else high - low
    found = np.full(size, np.nan)
    found[counts > 0] = pooled / span**2 / counts[counts > 0]
    return found.reshape(frame.shape[:2])
