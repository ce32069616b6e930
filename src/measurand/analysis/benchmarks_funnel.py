"""Screen on public scores, then decide on the own evaluation: how often that loses the best."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from measurand.analysis.benchmarks_each import Column
from measurand.analysis.benchmarks_options import CorrelateOptions
from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.analysis.result import Result
from measurand.stats.arrays import Floats
from measurand.stats.correlation import pearson
from measurand.stats.disattenuated import disattenuated
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.from_correlation import mapped
from measurand.stats.screening import kept_for, screening_loss, screening_regret

__all__ = ["MEAN", "funnel"]

MEAN = "mean of the benchmarks"
"""What screens by all benchmarks at once: the mean of their z-scores."""

_KEPT = (1, 2, 3, 5, 8, 12)
_ALLOWED = 0.05
_FEWEST = 4


def funnel(
    table: BenchmarkTable, *, options: CorrelateOptions
) -> tuple[tuple[Result, ...], tuple[str, ...]]:
    """What is lost where a benchmark only says which systems the own evaluation looks at.

    For each benchmark, and for the mean of them all, and for every number of systems that may be
    kept (``design`` is ``keep 3``): ``screening_loss``, the probability that the best system is not
    among those, and ``screening_regret``, by how much the best of those falls short of it on
    average, in the outcome's unit. Both are of choices among as many systems as these, from the
    correlation with quality: its noise in the outcome taken out where that is known.

    Args:
        table: Systems by benchmarks, and the outcome.
        options: The level, and how many systems are kept.

    Returns:
        The results, and what they cannot say.
    """
    results: list[Result] = []
    limits: list[str] = []
    for column in _columns(table):
        if column.n < _FEWEST:
            continue
        true = _correlation(column, options.level)
        results += _screened(column, true, options)
        limits += _enough(column, true)
    if results:
        limits.append(
            "Screening: scores and outcome are taken as normal, other choices as of systems like "
            "these, and the own evaluation as finding the best of those that it sees."
        )
    return tuple(results), tuple(limits)


def _columns(table: BenchmarkTable) -> Iterator[Column]:
    """Every benchmark, and the mean of several."""
    for name in table.benchmarks:
        yield Column.of(table, name)
    mean = _mean(table)
    if mean is not None:
        joined = replace(table, benchmarks=(MEAN,), scores=mean[:, None], errors=None)
        yield Column.of(joined, MEAN)


def _mean(table: BenchmarkTable) -> Floats | None:
    """The mean z-score of every system that has all benchmarks that vary."""
    columns = []
    for name in table.benchmarks:
        scores = table.column(name)
        known = scores[~np.isnan(scores)]
        if known.size > 1 and np.ptp(known) > 0:
            columns.append((scores - known.mean()) / known.std(ddof=1))
    if len(columns) < 2:  # noqa: PLR2004 - the mean of one is that one
        return None
    return np.asarray(np.mean(columns, axis=0), dtype=np.float64)


def _correlation(column: Column, level: float) -> Estimate:
    """The correlation of the scores, as they are, with quality."""
    if column.y_errors is None:
        compute = partial(pearson, column.x, column.y, clusters=column.clusters, level=level)
    else:
        compute = partial(
            disattenuated,
            column.x,
            column.y,
            errors=(np.zeros(column.n), column.y_errors),
            clusters=column.clusters,
            level=level,
        )
    return attempt(compute, n=column.n, method="Pearson", level=level)


def _screened(column: Column, true: Estimate, options: CorrelateOptions) -> Iterator[Result]:
    wanted = options.screen or -(-column.n // 2)
    spread = float(column.y.std(ddof=1))
    for kept in sorted({kept for kept in (*_KEPT, wanted) if kept < column.n}):
        loss = partial(screening_loss, systems=column.n, kept=kept)
        regret = partial(screening_regret, systems=column.n, kept=kept)
        of = f"{kept} of {column.n} kept, both normal"
        cost = mapped(true, regret, of).scaled(spread)
        for name, estimate in (
            ("screening_loss", mapped(true, loss, of)),
            ("screening_regret", cost),
        ):
            yield Result(
                name=name,
                estimate=estimate,
                systems=(column.benchmark, column.outcome),
                design=f"keep {kept}",
            )


def _enough(column: Column, true: Estimate) -> Iterator[str]:
    """How many to keep, and where the best of these stands."""
    best = int(np.argmax(column.y))
    place = 1 + int((column.x > column.x[best]).sum())
    told = f"Screening by {column.benchmark}: the best of {column.n} ({column.systems[best]})"
    if true.value is None or true.low is None:
        return
    likely, safe = (kept_for(r, column.n, _ALLOWED) for r in (true.value, true.low))
    yield (
        f"{told} stands at place {place}. To lose the best in one choice of twenty at most, "
        f"{likely} of {column.n} go on if the correlation is what it looks like, {safe} if it is "
        "as low as its interval leaves."
    )
