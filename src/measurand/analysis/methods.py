"""Ways of rating side by side: people, judges, checks, overlap metrics; how right, how dear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from measurand.analysis.bench import bench_of
from measurand.analysis.judges_accuracy import heads
from measurand.analysis.judges_costs import costs
from measurand.analysis.matrix import known_scales
from measurand.analysis.result import Result
from measurand.analysis.trials import Rounds, first_trial
from measurand.core.example import Example
from measurand.core.rating import Ratings
from measurand.core.scale import Scale
from measurand.errors import InsufficientData
from measurand.stats.estimate import LEVEL

__all__ = ["OVERLAP_METRICS", "WAYS", "methods", "people_spent", "with_ways"]

WAYS = ("people", "judge", "check", "overlap metric")
"""The ways of rating, the dearest first."""

OVERLAP_METRICS = frozenset({"rouge", "bleu", "chrf", "exact_match"})
"""Checks that compare words with those of a reference."""

_SPENT = ("cost_per_thousand_outputs", "seconds_per_output")
_TOLD = frozenset({"agreement_with_people", "correlation_with_people", *_SPENT})
_PER_THOUSAND = 1000 / 3600


def methods(
    ratings: Ratings,
    scales: Mapping[str, Scale],
    *,
    examples: Mapping[str, Example] | None = None,
    rounds: Rounds | None = None,
    wage: float | None = None,
    level: float = LEVEL,
) -> tuple[Result, ...]:
    """How right each rater of any kind is, and what an output takes it; nothing where none can be.

    Args:
        ratings: The table.
        scales: The scale of every dimension in it.
        examples: Clusters of the examples, where known.
        rounds: How rows tell their trial.
        wage: What an hour of people costs, in US dollars, where they did not say what they cost.
        level: The confidence level.

    Returns:
        By rater and dimension ``agreement_with_people`` or ``correlation_with_people``, by rater
        ``cost_per_thousand_outputs`` and ``seconds_per_output``; ``design`` is the way of rating.
    """
    known = examples or {}
    found: list[Result] = []
    raters: set[str] = set()
    for dimension, scale in known_scales(ratings, scales).items():
        rows = first_trial(ratings.where(dimension=dimension), rounds)
        try:
            bench = bench_of(rows, scale, dimension=dimension, examples=known)
        except InsufficientData:
            continue
        if not bench.machines:
            continue
        raters |= {bench.names[place] for place in bench.machines}
        found += heads(bench, level=level)
    if not raters:
        return ()
    machines = costs(ratings.where(rater=frozenset(raters)), examples=known, level=level)
    found += (result for result in machines if result.name in _SPENT)
    found += people_spent(ratings, examples=known, wage=wage, level=level)
    return tuple(with_ways(found, ratings))


def people_spent(
    ratings: Ratings,
    *,
    examples: Mapping[str, Example],
    wage: float | None = None,
    level: float = LEVEL,
) -> Iterator[Result]:
    """What an output takes each person, of time and of money, where that was measured.

    What they saw again counts for nothing: it measures them, and not outputs. Where costs are not
    known they are those of the time at the wage.
    """
    rows = ratings.where(kind="people", repeat=0)
    for rater in rows.distinct("rater"):
        own = rows.where(rater=rater)
        spent = {r.name: r for r in costs(own, examples=examples, level=level)}
        seconds, cost = spent["seconds_per_output"], spent["cost_per_thousand_outputs"]
        if not seconds.estimate.present:
            continue
        yield seconds
        if not cost.estimate.present and wage is not None:
            paid = seconds.estimate.scaled(wage * _PER_THOUSAND)
            method = f"{paid.method}; time at ${wage:g} an hour"
            cost = replace(cost, estimate=replace(paid, method=method))
        yield cost


def with_ways(results: Iterable[Result], ratings: Ratings) -> Iterator[Result]:
    """The results that are told side by side, with the way of rating as their ``design``."""
    ways: dict[str, str] = {}
    for kind in ratings.distinct("kind"):
        for rater in ratings.where(kind=kind).distinct("rater"):
            overlap = kind == "check" and str(rater).removeprefix("check.") in OVERLAP_METRICS
            ways[str(rater)] = "overlap metric" if overlap else str(kind)
    for result in results:
        way = ways.get(result.raters[0]) if len(result.raters) == 1 else None
        told = result.name in _TOLD and result.failure is None
        yield replace(result, design=way) if told and way is not None else result
