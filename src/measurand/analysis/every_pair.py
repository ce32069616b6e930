"""Which systems are compared with which, and what is published of each pair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from measurand.analysis.correction import as_opinion
from measurand.analysis.families import Decided
from measurand.analysis.measure import OVERALL, Measure
from measurand.analysis.pair import Pair
from measurand.analysis.pair_results import pair_results
from measurand.analysis.result import Result
from measurand.analysis.system_ranks import LEAST_RANKED
from measurand.errors import UsageError
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.mean import mean_of

if TYPE_CHECKING:
    from measurand.analysis.comparison import ComparisonOptions

__all__ = ["EveryPair", "difference_results", "every_pair"]


@dataclass(frozen=True, slots=True)
class EveryPair:
    """The pairs of every dimension, overall first.

    Args:
        compared: Those that are decided on, one family a dimension.
        ranked: Every two of the systems that are ranked, likewise; empty families where fewer than
            three are.
    """

    compared: tuple[tuple[Pair, ...], ...]
    ranked: tuple[tuple[Pair, ...], ...]


def every_pair(measure: Measure, options: ComparisonOptions) -> EveryPair:
    """All against the baseline, the ends of the scale last; without a baseline, all pairs.

    Where all pairs are asked for and there is a baseline, it comes second in its own. Ranked are
    all systems but the ends of the scale, which do not stand for election.

    Raises:
        UsageError: All are to be compared with a baseline, and there is none; or growing data would
            have to be weighted.
    """
    if options.looks == "anytime" and measure.strata is not None:
        asked = "Leave out one of the two."
        if not options.traffic:
            asked = (
                "Core was drawn with different probabilities: look once, or ask for the headline "
                "of all examples (compare: {headline: all})."
            )
        raise UsageError(
            "data that are looked at while they grow cannot be re-weighted to traffic: no interval "
            f"is known that holds at every look. {asked}"
        )
    systems = measure.scores.systems
    chosen = tuple(_pairs(systems, options))
    marks = {options.expert, options.floor}
    standing = [place for place, name in enumerate(systems) if name not in marks]
    election = tuple(combinations(standing, 2)) if len(standing) >= LEAST_RANKED else ()
    compared, ranked = [], []
    for dimension in (None, *range(len(measure.scores.dimensions))):
        make = partial(Pair, measure, dimension=dimension, margin=options.margin)
        made = {places: make(*places) for places in chosen}
        compared.append(tuple(made.values()))
        ranked.append(
            tuple(made.get((a, b)) or made.get((b, a)) or make(a, b) for a, b in election)
        )
    return EveryPair(tuple(compared), tuple(ranked))


def _pairs(systems: Sequence[str], options: ComparisonOptions) -> Iterator[tuple[int, int]]:
    baseline = options.baseline or options.expert
    if options.pairs == "baseline" and baseline not in systems:
        raise UsageError("all are to be compared with the baseline; name it with --baseline")
    others = list(range(len(systems)))
    if baseline in systems:
        second = systems.index(baseline)
        others.remove(second)
        marks = {options.expert, options.floor}
        yield from ((a, second) for a in sorted(others, key=lambda a: systems[a] in marks))
    if options.pairs == "all" or baseline not in systems:
        yield from combinations(others, 2)


def difference_results(measure: Measure, families: Sequence[Decided]) -> Iterator[Result]:
    """What is published of every pair, and where there are several what holds of all at once.

    Overall differences have their bootstrap, all from the same resamples.
    """
    overall = [pair for family in families for pair in family.pairs if pair.name == OVERALL]
    booted = dict(zip(map(id, overall), _bootstrapped(measure, overall), strict=True))
    for family in families:
        for pair in family.pairs:
            yield from pair_results(pair, booted.get(id(pair)))
        yield from family.results()
    yield from _of_all(measure, overall)


def _bootstrapped(measure: Measure, pairs: Sequence[Pair]) -> Sequence[Estimate | None]:
    head = measure.head
    if not pairs or measure.looks == "anytime" or pairs[0].too_few() is not None:
        return [None] * len(pairs)
    columns = []
    for pair in pairs:
        column = np.full(len(head.examples), np.nan)
        column[pair.rows] = pair.values
        columns.append(column)
    clusters = head.clusters if measure.clustered else None
    table = np.stack(columns, axis=1)
    return measure.means_by_bootstrap(table, clusters=clusters, strata=measure.strata)


def _of_all(measure: Measure, pairs: Sequence[Pair]) -> Iterator[Result]:
    """The overall difference over all pools, where the headline is of a part of them."""
    if measure.population is None or measure.population.rows.all():
        return
    scores = measure.scores
    clusters = scores.clusters if scores.clustered else None
    for pair in pairs:
        places = [scores.systems.index(name) for name in pair.systems]
        values = scores.paired(places[0], places[1])
        given = ~np.isnan(values)
        compute = partial(
            mean_of,
            values[given],
            None if clusters is None else clusters[given],
            bounds=(-1.0, 1.0),
            level=measure.level,
        )
        n = int(given.sum())
        estimate = attempt(compute, n=n, method="paired difference", level=measure.level)
        told = as_opinion(estimate) if pair.judged else estimate
        yield Result(
            name="difference_of_all", estimate=told, dimension=OVERALL, systems=pair.systems
        )
