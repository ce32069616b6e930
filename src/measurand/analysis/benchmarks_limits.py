"""What correlations of benchmarks cannot say, computed from the table they are of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from measurand.analysis.benchmarks_column import Column
from measurand.analysis.benchmarks_funnel import MEAN, inverse
from measurand.analysis.benchmarks_options import CorrelateOptions
from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.analysis.result import Result

__all__ = ["benchmark_limits"]

_FEW = 20
_SHOWN = 4


def benchmark_limits(
    table: BenchmarkTable, results: Sequence[Result], options: CorrelateOptions
) -> Iterator[str]:
    """The limits of one outcome's correlations."""
    yield from _the_outcome(table)
    yield from _inverse(table, options.level)
    yield from _missing(table)
    yield from _families(table)
    yield from _few(table)
    yield from _noise(table)
    yield from _refused(table, results)


def _the_outcome(table: BenchmarkTable) -> Iterator[str]:
    same = [name for name in table.benchmarks if Column.of(table, name).is_the_outcome()]
    if same:
        yield (
            f"{_listed(same)} and {table.outcome} lie on one straight line: that is the outcome "
            "itself, or made of it, and no benchmark. What is said in words leaves it out."
        )


def _inverse(table: BenchmarkTable, level: float) -> Iterator[str]:
    for name, r in inverse(table, level).items():
        yield (
            f"{name} falls where {table.outcome} rises: r {r.value:.2f} ({r.low:.2f} to "
            f"{r.high:.2f}). If less of it is better, say --lower-is-better {name}; until then it "
            f"picks the worst, and the {MEAN} leaves it out."
        )


def _missing(table: BenchmarkTable) -> Iterator[str]:
    total = len(table.systems)
    unknown = int(np.isnan(table.values).sum())
    if unknown:
        yield (
            f"{unknown:,} of {total:,} systems have no {table.outcome} and count nowhere for it."
        )
    counts = {name: int(table.known(name).sum()) for name in table.benchmarks}
    least, most = min(counts.values()), max(counts.values())
    if least < most:
        fewest = [name for name, count in counts.items() if count == least]
        yield (
            f"Not every system was tried on every benchmark: correlations with {table.outcome} "
            f"rest on {least:,} ({_listed(fewest)}) to {most:,} systems, not on the same ones. "
            "Two benchmarks are compared on the systems that have both."
        )


def _families(table: BenchmarkTable) -> Iterator[str]:
    if table.families is None:
        yield (
            "Model families are not known: intervals treat every system as independent evidence. "
            "Models of one family resemble each other, so that intervals may be too narrow; name "
            "a column with --family."
        )
        return
    count = len(set(table.families))
    if count < len(table.families):
        of = "one family" if count == 1 else f"{count:,} families"
        yield (
            f"{len(table.families):,} systems are of {of}: intervals are by family, "
            "and are less exact the fewer families there are."
        )


def _few(table: BenchmarkTable) -> Iterator[str]:
    counts = [int(table.known(name).sum()) for name in table.benchmarks]
    if counts and max(counts) < _FEW:
        yield (
            f"At most {max(counts)} systems have a benchmark and {table.outcome}: so few bear wide "
            "intervals (an r of .63 of 12 has .09 to .88), and few differences between benchmarks "
            "show."
        )


def _noise(table: BenchmarkTable) -> Iterator[str]:
    errors, known = table.value_errors, ~np.isnan(table.values)
    missing = known if errors is None else known & np.isnan(errors)
    some, every = int(missing.sum()), int(known.sum())
    few = f" for {some:,} of {every:,} systems, so that none is used" if some < every else ""
    if missing.any():
        yield (
            f"Standard errors of {table.outcome} are not known{few}: its noise makes correlations "
            "too small, and what a benchmark picks is held against the outcome as it was measured."
        )
    if table.errors is None:
        return
    unknown = np.isnan(table.errors) & ~np.isnan(table.scores) & known[:, None]
    tried = ~np.isnan(table.scores) & known[:, None]
    partly = unknown.any(axis=0) & (unknown.sum(axis=0) < tried.sum(axis=0))
    dropped = [name for name, part in zip(table.benchmarks, partly, strict=True) if part]
    if dropped:
        yield (
            f"Some systems have no standard error on {_listed(dropped)}: what is known of the "
            "others is not used, and its noise is not taken out."
        )


def _refused(table: BenchmarkTable, results: Sequence[Result]) -> Iterator[str]:
    """Which benchmarks have no correlation, by the reason for it."""
    why: dict[str, list[str]] = {}
    for result in results:
        absent = result.name == "pearson" and not result.estimate.present
        if absent and result.systems[-1] == table.outcome:
            why.setdefault(str(result.estimate.reason), []).append(result.systems[0])
    for reason, names in why.items():
        verb = "has" if len(names) == 1 else "have"
        yield (
            f"{len(names)} of {len(table.benchmarks)} benchmarks {verb} no correlation with "
            f"{table.outcome}: {_listed(names)} ({reason})."
        )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
