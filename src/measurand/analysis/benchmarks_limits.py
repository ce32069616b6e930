"""What correlations of benchmarks cannot say, computed from the table they are of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.analysis.result import Result

__all__ = ["benchmark_limits"]

_FEW = 20
_SHOWN = 4


def benchmark_limits(table: BenchmarkTable, results: Sequence[Result]) -> Iterator[str]:
    """The limits of one outcome's correlations."""
    yield from _missing(table)
    yield from _families(table)
    yield from _few(table)
    yield from _noise(table)
    yield from _refused(table, results)


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
        yield (
            f"{len(table.families):,} systems are of {count:,} families: intervals are by family, "
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
    if table.value_errors is None or np.isnan(table.value_errors[~np.isnan(table.values)]).any():
        yield (
            f"Standard errors of {table.outcome} are not known: its noise makes correlations too "
            "small, and what a benchmark picks is held against the outcome as it was measured."
        )


def _refused(table: BenchmarkTable, results: Sequence[Result]) -> Iterator[str]:
    absent = [
        result.systems[0]
        for result in results
        if result.name == "pearson"
        and result.systems[-1] == table.outcome
        and not result.estimate.present
    ]
    if absent:
        yield (
            f"{len(absent)} of {len(table.benchmarks)} benchmarks have no correlation with "
            f"{table.outcome}, for too few systems have both or all have one value: "
            f"{_listed(absent)}."
        )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
