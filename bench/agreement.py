"""Statistics of agreement, held against the public libraries that compute them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from bench.clock import Contest, work
from bench.row import Row, Setting, library
from bench.worlds import Floats, graded
from measurand.stats.chance import ChanceCorrected
from measurand.stats.icc import icc
from measurand.stats.kappa import cohen_kappa
from measurand.stats.krippendorff import Metric, alpha_point, krippendorff_alpha

__all__ = ["ROWS"]

UNITS = (430, 100_000)
_METRICS: tuple[Metric, ...] = ("nominal", "ordinal", "interval")
_TINY = 60


def _alpha_point(setting: Setting, *, units: int, metric: Metric) -> Contest:
    package: Any = library("krippendorff")
    ratings = graded(setting.size(units, _TINY))
    columns = ratings.T.copy()
    return Contest(
        work(lambda: alpha_point(ratings, metric=metric), least=setting.least),
        work(
            lambda: package.alpha(reliability_data=columns, level_of_measurement=metric),
            least=setting.least,
        ),
    )


def _alpha_bca(setting: Setting, *, units: int, metric: Metric, calls: int) -> Contest:
    package: Any = library("krippendorff")
    rng = np.random.default_rng(0)
    ratings = graded(setting.size(units, _TINY))
    columns, resamples = ratings.T.copy(), setting.size(2_000, 200)

    def ours() -> None:
        krippendorff_alpha(ratings, metric=metric, rng=rng, resamples=resamples)

    def baseline() -> None:
        for _ in range(setting.size(calls, 1)):
            package.alpha(reliability_data=columns, level_of_measurement=metric)

    return Contest(work(ours, least=setting.least), work(baseline, least=setting.least))


def _icc(setting: Setting, *, units: int) -> Contest:
    pingouin, pandas = library("pingouin"), library("pandas")
    ratings = graded(setting.size(units, _TINY))
    rows, raters = ratings.shape
    frame = pandas.DataFrame(
        {
            "unit": np.repeat(np.arange(rows), raters),
            "rater": np.tile(np.arange(raters), rows),
            "value": ratings.ravel(),
        }
    )

    def ours() -> None:
        for form in ("1", "A", "C"):
            icc(ratings, form=form)
            icc(ratings, form=form, average=True)

    def baseline() -> None:
        pingouin.intraclass_corr(frame, targets="unit", raters="rater", ratings="value")

    return Contest(work(ours, least=setting.least), work(baseline, least=setting.least))


def _fleiss(setting: Setting, *, units: int) -> Contest:
    package: Any = library("statsmodels.stats.inter_rater")
    ratings = graded(setting.size(units, _TINY))
    return Contest(
        work(lambda: ChanceCorrected.of(ratings, "fleiss").value, least=setting.least),
        work(
            lambda: package.fleiss_kappa(package.aggregate_raters(ratings)[0]), least=setting.least
        ),
    )


def _cohen(setting: Setting, *, units: int) -> Contest:
    package: Any = library("sklearn.metrics")
    first, second = _pair(setting.size(units, _TINY))
    return Contest(
        work(lambda: cohen_kappa(first, second), least=setting.least),
        work(lambda: package.cohen_kappa_score(first, second), least=setting.least),
    )


def _pair(units: int) -> tuple[Floats, Floats]:
    first, second = graded(units, raters=2).T.copy()
    return first, second


def _rows() -> Iterator[Row]:
    for units in UNITS:
        for metric in _METRICS:
            yield Row(
                name=f"alpha-{metric}-{units}",
                ours=f"`alpha_point`, {metric}, 3 x {units:,}",
                baseline="`krippendorff.alpha`",
                prepare=partial(_alpha_point, units=units, metric=metric),
                aim=1,
            )
    for metric in _METRICS:
        yield Row(
            name=f"alpha-bca-{metric}-430",
            ours=f"`krippendorff_alpha` with BCa interval (B = 2,000), {metric}, 3 x 430",
            baseline="1,000 calls of `krippendorff.alpha`",
            prepare=partial(_alpha_bca, units=430, metric=metric, calls=1_000),
            rounds=7,
            aim=0.25,
        )
    yield Row(
        name="alpha-bca-ordinal-100000",
        ours="`krippendorff_alpha` with BCa interval (B = 2,000), ordinal, 3 x 100,000",
        baseline="1 call of `krippendorff.alpha`",
        prepare=partial(_alpha_bca, units=100_000, metric="ordinal", calls=1),
        rounds=7,
    )
    for units in UNITS:
        yield Row(
            name=f"icc-{units}",
            ours=f"`icc`, six calls: forms 1, A and C, single and average, 3 x {units:,}",
            baseline="`pingouin.intraclass_corr`, which gives all six",
            prepare=partial(_icc, units=units),
            aim=1,
        )
    for units in UNITS:
        yield Row(
            name=f"fleiss-{units}",
            ours=f"Fleiss' kappa without interval (`ChanceCorrected`), 3 x {units:,}",
            baseline="`statsmodels` `aggregate_raters` and `fleiss_kappa`",
            prepare=partial(_fleiss, units=units),
            aim=1,
        )
    for units in UNITS:
        yield Row(
            name=f"cohen-{units}",
            ours=f"`cohen_kappa` with its interval, 2 x {units:,}",
            baseline="`sklearn.metrics.cohen_kappa_score`, which has none",
            prepare=partial(_cohen, units=units),
            aim=1,
        )


ROWS = tuple(_rows())
