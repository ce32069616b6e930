"""A whole comparison of many systems, held against one bootstrap of one pair by scipy."""

from __future__ import annotations

from functools import partial

import numpy as np

from bench.clock import Contest, work
from bench.row import Row, Setting, library
from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.core.plan import Pairs
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE, YES_NO

__all__ = ["ROWS"]

_SEED = 7
_SYSTEMS, _EXAMPLES = 10, 430
_GRADED = ("accuracy", "relevance", "tone", "conciseness")
_YES_NO = ("completeness", "format", "safety")
_RUBRIC = Rubric(
    *(Dimension(name, weight=15, scale=ONE_TO_FIVE) for name in _GRADED),
    *(Dimension(name, weight=40 / 3, scale=YES_NO, blocking=name == "safety") for name in _YES_NO),
)


def _table(systems: int, examples: int, *, kind: Kind) -> Ratings:
    """Every output rated once on seven dimensions; systems a little better each."""
    rng = np.random.default_rng(_SEED)
    rows = []
    for example in range(examples):
        shared = rng.normal()
        for system in range(systems):
            grades = np.clip(np.rint(rng.normal(3.5 + 0.4 * shared + 0.03 * system, 0.7, 4)), 1, 5)
            right = rng.random(3) < (0.85, 0.9, 0.985)
            values = (*grades.tolist(), *right.astype(float).tolist())
            rows += [
                Rating(
                    example=f"e{example:03}",
                    system=f"s{system}",
                    dimension=name,
                    rater="one",
                    kind=kind,
                    value=value,
                )
                for name, value in zip((*_GRADED, *_YES_NO), values, strict=True)
            ]
    return Ratings.of(rows)


def _compared(setting: Setting, *, pairs: Pairs) -> Contest:
    systems, examples = setting.size(_SYSTEMS, 3), setting.size(_EXAMPLES, 30)
    resamples = setting.size(9_999, 199)
    table = _table(systems, examples, kind="people")
    options = ComparisonOptions(baseline="s0", pairs=pairs, resamples=resamples)
    bootstrap = library("scipy.stats").bootstrap
    rng = np.random.default_rng(_SEED)
    gaps = np.round(rng.normal(0.02, 0.2, examples), 3)

    def baseline() -> None:
        bootstrap((gaps,), np.mean, n_resamples=resamples, vectorized=True, method="BCa", rng=rng)

    return Contest(
        work(lambda: compare(table, _RUBRIC, options=options), least=setting.least),
        work(baseline, least=setting.least),
    )


_WORLD = f"{_SYSTEMS} systems x {_EXAMPLES} examples x 7 dimensions"
_ALL = "max-T (10,000 flips), rank sets, BCa (B = 9,999), views"
_ONE = "`scipy.stats.bootstrap` of one pair's difference, vectorised, BCa (B = 9,999)"

ROWS = (
    Row(
        name="compare-baseline",
        ours=f"`compare`, {_WORLD}: nine pairs, {_ALL}",
        baseline=_ONE,
        prepare=partial(_compared, pairs="baseline"),
        aim_seconds=2,
        rounds=7,
    ),
    Row(
        name="compare-all-pairs",
        ours=f"`compare`, {_WORLD}: all 45 pairs, {_ALL}",
        baseline=_ONE,
        prepare=partial(_compared, pairs="all"),
        aim_seconds=2,
        rounds=7,
    ),
)
