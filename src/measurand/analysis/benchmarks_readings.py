"""What correlations of benchmarks say in plain words, as far as their intervals support it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from measurand.analysis.benchmarks_column import Column, for_all
from measurand.analysis.benchmarks_each import FEWEST_PICKED
from measurand.analysis.benchmarks_options import CorrelateOptions
from measurand.analysis.benchmarks_pairs import A_BETTER, B_BETTER
from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.analysis.result import Result, Verdict
from measurand.stats.estimate import Estimate
from measurand.stats.from_correlation import mapped
from measurand.stats.regret import picked, selection

__all__ = ["benchmark_readings", "first_of", "missed_variance", "shown_above"]

_SHOWN = 3

Found = Mapping[tuple[str, str], Estimate]
"""Estimates about one outcome, by the name of the result and by benchmark."""


def benchmark_readings(
    tables: Sequence[BenchmarkTable],
    results: Sequence[Result],
    verdicts: Sequence[Verdict],
    *,
    options: CorrelateOptions,
) -> Iterator[str]:
    """A few sentences an outcome."""
    for table in tables:
        ranked = _ranked(table, results)
        if not ranked:
            continue
        about = [v for v in verdicts if v.dimension == table.outcome]
        each = for_all(options.level, len(ranked))
        of = {name: Column.of(table, name).observed(each) for name in ranked}
        yield shown_above(of, options.threshold, table.outcome)
        yield from _first(ranked, of[ranked[0]], about, outcome=table.outcome)
        yield missed_variance(ranked[0], of[ranked[0]])
        yield from _picks(Column.of(table, ranked[0]), _about(table, results), each)
        if len(ranked) > 1:
            yield (
                f"Of {len(ranked)} benchmarks the first by {table.outcome} is more likely to look "
                "better than it is than worse: it was chosen on these systems. The intervals in "
                "these sentences hold for all of them at once."
            )


def first_of(table: BenchmarkTable, results: Sequence[Result]) -> str | None:
    """The benchmark of the highest correlation with a table's outcome."""
    return next(iter(_ranked(table, results)), None)


def _about(table: BenchmarkTable, results: Sequence[Result]) -> Found:
    return {
        (result.name, result.systems[0]): result.estimate
        for result in results
        if result.design is None
        and len(result.systems) > 1
        and result.systems[1] == table.outcome
        and result.estimate.present
    }


def _ranked(table: BenchmarkTable, results: Sequence[Result]) -> list[str]:
    """The benchmarks that have a correlation, the highest first; none that is the outcome."""
    found = _about(table, results)
    known = [name for name in table.benchmarks if ("pearson", name) in found]
    told = [name for name in known if not Column.of(table, name).is_the_outcome()]
    return sorted(told, key=lambda name: -(found["pearson", name].value or 0.0))


def shown_above(r: Mapping[str, Estimate], threshold: float, outcome: str) -> str:
    """Which benchmarks are shown to correlate above a threshold, and which could."""
    above = [name for name, one in r.items() if one.low is not None and one.low > threshold]
    below = [name for name, one in r.items() if one.high is not None and one.high < threshold]
    bound = _number(threshold)
    first = (
        f"Shown to correlate above {bound} with {outcome}: {_listed(above)}"
        if above
        else f"No benchmark is shown to correlate above {bound} with {outcome}"
    )
    rest = len(r) - len(above) - len(below)
    parts = (
        first,
        f"shown to be below it: {_listed(below)}" if below else "",
        f"of {'one' if rest == 1 else rest} the interval holds {bound}, so that nothing is shown"
        if rest
        else "",
    )
    return f"{'; '.join(filter(None, parts))}."


def missed_variance(name: str, r: Estimate) -> str:
    """What a correlation explains and misses, which is not one less it."""
    value, low, high = r.value or 0.0, r.low or 0.0, r.high or 0.0
    least = 0.0 if low <= 0 <= high else min(low**2, high**2)
    most = max(low**2, high**2)
    return (
        f"{name}: r {_number(value)} ({_number(low)} to {_number(high)}) misses "
        f"{1 - value**2:.0%} of the variance ({1 - most:.0%} to {1 - least:.0%}), not "
        f"{1 - abs(value):.0%}."
    )


def _first(
    ranked: Sequence[str], r: Estimate, verdicts: Sequence[Verdict], *, outcome: str
) -> Iterator[str]:
    """The highest correlation, and which others are not surely below it."""
    first, others = ranked[0], ranked[1:]
    if not others:
        return
    beaten = {name for v in verdicts if (name := _loser(v, first)) is not None}
    told = f"{first} has the highest r with {outcome}, {_number(r.value)} of {r.n} systems"
    open_ones = [name for name in others if name not in beaten]
    if not open_ones:
        every = others[0] if len(others) == 1 else f"all {len(others)} others"
        yield f"{told}, and is shown to predict better than {every}."
        return
    needed = _needed(verdicts, first, open_ones[0])
    beats = f", shown above {_listed(sorted(beaten, key=ranked.index))}" if beaten else ""
    hint = f"; about {needed:,} systems would tell it from {open_ones[0]}" if needed else ""
    yield f"{told}{beats}; it cannot be told from {_listed(open_ones)}{hint}."


def _loser(verdict: Verdict, winner: str) -> str | None:
    first, second = verdict.systems
    if verdict.outcome == A_BETTER and first == winner:
        return second
    return first if verdict.outcome == B_BETTER and second == winner else None


def _needed(verdicts: Sequence[Verdict], first: str, second: str) -> int | None:
    pair = {first, second}
    return next((v.n_needed for v in verdicts if set(v.systems) == pair), None)


def _picks(column: Column, found: Found, level: float) -> Iterator[str]:
    """What choosing by the benchmark of the highest correlation would mean."""
    name, count = column.benchmark, column.n
    chance = mapped(column.choosing(level), lambda r: selection(r, count).best, "best of all")
    if chance.value is None or count < FEWEST_PICKED:
        return
    pick = picked(column.x, column.y)
    regret = found.get(("regret", name))
    lost = f" and loses {regret.value:.3g}" if regret is not None and regret.value else ""
    place = "the best" if pick.rank == 1 else f"number {pick.rank:g}"
    yield (
        f"Choosing by {name} alone picks the best of {count} such systems with a probability of "
        f"{chance.value:.0%} ({chance.low:.0%} to {chance.high:.0%}), if scores are normal; here "
        f"it picks {column.systems[pick.place]}, which is {place} by {column.outcome}{lost}."
    )


def _number(value: float | None) -> str:
    """A correlation as they are written: without the zero before the point."""
    text = f"{value or 0.0:.2f}"
    return text.replace("0.", ".", 1)


def _listed(names: Sequence[str]) -> str:
    if len(names) > _SHOWN:
        return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
