"""What a comparison of judges cannot say, in sentences that its numbers support."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from measurand.analysis.bench import Bench
from measurand.analysis.judges_ranks import Ranking
from measurand.analysis.result import Result

__all__ = ["judges_limits"]

_NAMED = 6
_MANY_LOST = 0.05
_WHOLE = 0.05


def judges_limits(
    benches: Sequence[Bench], rankings: Sequence[Ranking], results: Sequence[Result]
) -> tuple[str, ...]:
    """The limits that apply to these numbers, computed from them."""
    told: list[str] = []
    for bench in benches:
        told += _shared(bench)
    told += _left_out(benches)
    told += _constant(rankings, results)
    told += _overall(benches, rankings)
    told += _everybody(benches)
    return tuple(dict.fromkeys(told))


def _shared(bench: Bench) -> Iterator[str]:
    """On how many outputs all are compared, and how many that left out."""
    if len(bench.ranked) < 2:  # noqa: PLR2004 - nobody is compared
        return
    kept, every = int(bench.shared.sum()), len(bench.said)
    lost = every - kept
    if lost > _MANY_LOST * every:
        yield (
            f"{bench.dimension}: all are compared on the {kept:,} of {every:,} outputs that every "
            f"one of them rated; what a judge fails at is seldom a random part, so the other "
            f"{lost:,} may tell otherwise."
        )
    elif lost:
        yield (
            f"{bench.dimension}: all are compared on the {kept:,} of {every:,} outputs that every "
            "one of them rated."
        )


def _left_out(benches: Sequence[Bench]) -> Iterator[str]:
    """Who has no rank, the dimensions together on which these are the same."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for bench in benches:
        names = tuple(bench.names[place] for place in bench.machines if place not in bench.ranked)
        if names:
            found[names].append(bench.dimension)
    for names, dimensions in found.items():
        listed = ", ".join(names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")
        yield (
            f"{', '.join(dimensions)}: {listed} rated less than four fifths of the outputs that "
            "people rated; their numbers are of other outputs, and they have no rank."
        )


def _constant(rankings: Sequence[Ranking], results: Sequence[Result]) -> Iterator[str]:
    """That the best is no better than saying the same of every output."""
    constant = {
        result.dimension: result.estimate.value
        for result in results
        if result.name == "agreement_of_constant"
    }
    for one in rankings:
        least = constant.get(one.dimension)
        if least is None or one.graded:
            continue
        most = float(one.accuracy.values.max())
        if most <= least:
            yield (
                f"{one.dimension}: the commonest answer, given to every output, would be right on "
                f"{least:.0%}; the best judge is right on {most:.0%}. Look at kappa."
            )


def _overall(benches: Sequence[Bench], rankings: Sequence[Ranking]) -> Iterator[str]:
    whole = [one for one in rankings if one.dimension == "overall"]
    if not whole:
        return
    kind = "graded" if whole[0].graded else "yes/no or of labels"
    others = [bench.dimension for bench in benches if bench.graded != whole[0].graded]
    if others:
        yield (
            f"overall is over the dimensions that are {kind}; {', '.join(others)} cannot be "
            "averaged with them."
        )


def _everybody(benches: Sequence[Bench]) -> Iterator[str]:
    if any(bench.people for bench in benches):
        yield (
            "People have no rank: each is held against the mean of one person fewer, which is less "
            "steady. The column Better than one person by compares a judge with a person fairly."
        )
        counts = [(~np.isnan(b.said[:, b.people])).sum(axis=1).mean() for b in benches if b.people]
        yield (
            f"What counts as right is what people say together ({_people(min(counts))}); "
            "their errors lower everybody's accuracy alike, and a judge that shares them looks "
            "better than it is."
        )
    yield (
        "The best of these judges need not be good enough: measurand calibrate decides that, on "
        "outputs that were never looked at while a judge was chosen."
    )


def _people(count: float) -> str:
    whole = abs(count - round(count)) < _WHOLE
    return f"{count:.0f} an output" if whole else f"{count:.1f} an output, on average"
