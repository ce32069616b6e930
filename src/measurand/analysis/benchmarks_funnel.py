"""Screen on public scores, then decide on the own evaluation: how often that loses the best."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from measurand.analysis.benchmarks_column import Column, for_all
from measurand.analysis.benchmarks_options import CorrelateOptions
from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.analysis.result import Result
from measurand.errors import UsageError
from measurand.stats.arrays import Floats
from measurand.stats.estimate import Estimate
from measurand.stats.from_correlation import mapped
from measurand.stats.screening import kept_for, screening_loss, screening_regret

__all__ = ["MEAN", "funnel", "inverse"]

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

    Raises:
        UsageError: More systems are to be kept than any benchmark has.
    """
    results: list[Result] = []
    limits: list[str] = []
    limits += _not_kept(table, options.screen)
    for column in _columns(table, options.level):
        if column.n < _FEWEST:
            continue
        results += _screened(column, column.choosing(options.level), options)
        # One is read for being the first of all; the mean of all was not chosen.
        apart = 1 if column.benchmark == MEAN else len(table.benchmarks)
        limits += _enough(column, column.choosing(for_all(options.level, apart)))
    if results:
        limits.append(
            "Screening: scores and outcome are taken as normal, other choices as of systems like "
            "these, and the own evaluation as finding the best of those that it sees."
        )
    return tuple(results), tuple(limits)


def _columns(table: BenchmarkTable, level: float) -> Iterator[Column]:
    """Every benchmark, and the mean of several."""
    for name in table.benchmarks:
        yield Column.of(table, name)
    mean = _mean(table, level)
    if mean is not None:
        joined = replace(table, benchmarks=(MEAN,), scores=mean[:, None], errors=None)
        yield Column.of(joined, MEAN)


def _mean(table: BenchmarkTable, level: float) -> Floats | None:
    """The mean z-score of every system that has all benchmarks that vary and go the right way."""
    columns = []
    turned = inverse(table, level)
    for name in table.benchmarks:
        scores = table.column(name)
        known = scores[~np.isnan(scores)]
        if known.size > 1 and np.ptp(known) > 0 and name not in turned:
            columns.append((scores - known.mean()) / known.std(ddof=1))
    if len(columns) < 2:  # noqa: PLR2004 - the mean of one is that one
        return None
    return np.asarray(np.mean(columns, axis=0), dtype=np.float64)


def inverse(table: BenchmarkTable, level: float) -> dict[str, Estimate]:
    """The benchmarks that are shown to fall where the outcome rises, and their correlations."""
    each = for_all(level, len(table.benchmarks))
    found = {name: Column.of(table, name).observed(each) for name in table.benchmarks}
    return {name: r for name, r in found.items() if r.high is not None and r.high < 0}


def _not_kept(table: BenchmarkTable, screen: int | None) -> Iterator[str]:
    """For which benchmarks as many systems as are asked for cannot be kept.

    Raises:
        UsageError: For none they can.
    """
    if screen is None:
        return
    counts = {name: int(table.known(name).sum()) for name in table.benchmarks}
    most = max(counts.values())
    few = [name for name, count in counts.items() if count <= screen]
    if len(few) == len(counts):
        raise UsageError(
            f"{screen} systems cannot go on where {most} have a benchmark and {table.outcome}: "
            "fewer are kept than there are"
        )
    if few:
        yield (
            f"That {screen} systems go on is not told for {', '.join(few)}, which no more systems "
            f"have with {table.outcome}."
        )


def _screened(column: Column, true: Estimate, options: CorrelateOptions) -> Iterator[Result]:
    wanted = options.screen or -(-column.n // 2)
    for kept in sorted({kept for kept in (*_KEPT, wanted) if kept < column.n}):
        loss = partial(screening_loss, systems=column.n, kept=kept)
        regret = partial(screening_regret, systems=column.n, kept=kept)
        of = f"{kept} of {column.n} kept, both normal"
        cost = column.cost(true, regret, of=of, level=options.level)
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
    if true.value is None or true.low is None:
        return
    likely, safe = (kept_for(r, column.n, _ALLOWED) for r in (true.value, true.low))
    yield (
        f"Screening by {column.benchmark}: {_stands(column)}. To lose the best in one choice of "
        f"twenty at most, {likely} of {column.n} go on if the correlation is what it looks like, "
        f"{safe} if it is as low as its interval leaves."
    )


def _stands(column: Column) -> str:
    """Where the best by the outcome stands by the benchmark; of equally good ones the first."""
    best = np.flatnonzero(column.y == column.y.max())
    first = int(best[np.argmax(column.x[best])])
    low = 1 + int((column.x > column.x[first]).sum())
    high = int((column.x >= column.x[first]).sum())
    shared = f", one of {best.size} equally good" if best.size > 1 else ""
    place = f"place {low}" if low == high else f"place {low} to {high}, which systems share"
    return f"the best of {column.n} ({column.systems[first]}{shared}) stands at {place}"
