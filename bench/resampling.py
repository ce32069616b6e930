"""Bootstrap intervals and paired tests, held against scipy and statsmodels."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from bench.clock import Contest, work
from bench.row import Row, Setting, library
from bench.worlds import Floats, scores
from measurand.stats.bootstrap import mean_bca
from measurand.stats.mean import cluster_sums
from measurand.stats.paired import PairedTable, mcnemar

__all__ = ["ROWS"]

_TINY = 60
_SCIPY_CELLS = 2**20
"""Draws that scipy holds at a time; without a batch 9,999 resamples of 100,000 units take 8 GB."""


def _difference(first: Floats, second: Floats, axis: int = -1) -> Any:
    return np.mean(first, axis=axis) - np.mean(second, axis=axis)


def _ratio(total: Floats, size: Floats, axis: int = -1) -> Any:
    return np.sum(total, axis=axis) / np.sum(size, axis=axis)


def _paired(setting: Setting, *, subtracted: bool) -> Contest:
    """BCa of a paired difference: scipy resamples pairs, or differences as we do."""
    bootstrap = library("scipy.stats").bootstrap
    rng = np.random.default_rng(0)
    first, second, _ = scores(setting.size(430, _TINY))
    resamples = setting.size(9_999, 199)
    how = {"n_resamples": resamples, "vectorized": True, "method": "BCa", "rng": rng}

    def baseline() -> None:
        if subtracted:
            bootstrap((first - second,), np.mean, **how)
        else:
            bootstrap((first, second), _difference, paired=True, **how)

    return Contest(
        work(lambda: mean_bca(first - second, rng=rng, resamples=resamples), least=setting.least),
        work(baseline, least=setting.least),
    )


def _clustered(setting: Setting, *, units: int, resamples: int, method: str) -> Contest:
    """The paired difference over clusters: scipy resamples cluster sums and sizes."""
    bootstrap = library("scipy.stats").bootstrap
    rng = np.random.default_rng(0)
    first, second, clusters = scores(setting.size(units, _TINY))
    drawn = setting.size(resamples, 199)

    def ours() -> None:
        mean_bca(first - second, clusters=clusters, rng=rng, resamples=drawn)

    def baseline() -> None:
        gaps = np.stack([first - second, np.ones(first.size)], axis=1)
        sums, sizes = cluster_sums(gaps, clusters).T
        bootstrap(
            (sums, sizes),
            _ratio,
            paired=True,
            vectorized=True,
            n_resamples=drawn,
            batch=max(1, _SCIPY_CELLS // sums.size),
            method=method,
            rng=rng,
        )

    return Contest(work(ours, least=setting.least), work(baseline, least=setting.least))


def _mcnemar(setting: Setting) -> Contest:
    package: Any = library("statsmodels.stats.contingency_tables")
    table = PairedTable(both=300, first=47, second=31, neither=52)
    cells = np.array([[table.both, table.first], [table.second, table.neither]])
    return Contest(
        work(lambda: mcnemar(table.first, table.second), least=setting.least),
        work(lambda: package.mcnemar(cells, exact=True).pvalue, least=setting.least),
    )


ROWS = (
    Row(
        name="paired-bca-430",
        ours="paired difference, `mean_bca` (B = 9,999), n = 430",
        baseline="`scipy.stats.bootstrap`, paired, vectorised, BCa",
        prepare=partial(_paired, subtracted=False),
        rounds=9,
        aim=1,
    ),
    Row(
        name="difference-bca-430",
        ours="the same",
        baseline="`scipy.stats.bootstrap` of the differences, vectorised, BCa",
        prepare=partial(_paired, subtracted=True),
        rounds=9,
        aim=1,
    ),
    Row(
        name="cluster-bca-430",
        ours="paired cluster bootstrap, `mean_bca` (B = 9,999), n = 430 in 86 clusters",
        baseline="`scipy.stats.bootstrap` of cluster sums, paired, vectorised, BCa",
        prepare=partial(_clustered, units=430, resamples=9_999, method="BCa"),
        rounds=9,
        aim=1,
    ),
    Row(
        name="cluster-bca-100000",
        ours="paired cluster bootstrap, `mean_bca` (B = 2,000), n = 100,000 in 20,000 clusters",
        baseline="`scipy.stats.bootstrap` of cluster sums, vectorised in batches, percentile",
        prepare=partial(_clustered, units=100_000, resamples=2_000, method="percentile"),
        rounds=5,
        aim=1,
    ),
    Row(
        name="mcnemar-430",
        ours="`mcnemar`, mid-p",
        baseline="`statsmodels` `mcnemar`, exact (it has no mid-p)",
        prepare=_mcnemar,
        aim=1,
    ),
)
