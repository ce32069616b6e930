"""Choosing a judge: several of them, people and checks side by side on the same outputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from measurand.analysis.bench import Bench, bench_of
from measurand.analysis.judges_accuracy import accuracy, advantage
from measurand.analysis.judges_costs import costs, steadiness
from measurand.analysis.judges_limits import judges_limits
from measurand.analysis.judges_ranks import BEST, NONE, Ranking, overall_ranking, ranking
from measurand.analysis.matrix import known_scales
from measurand.analysis.methods import people_spent, with_ways
from measurand.analysis.result import Findings, Result, Verdict
from measurand.analysis.trials import Rounds, first_trial
from measurand.core.example import Example
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.core.scale import Scale
from measurand.errors import InsufficientData
from measurand.stats.estimate import LEVEL

__all__ = ["JudgesOptions", "judges"]

FLIPS = 4000
"""Sign flips: enough for two places of a critical value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgesOptions:
    """How judges are compared.

    Args:
        level: The confidence level of every interval, and of all ranks together.
        flips: Random sign flips behind the ranks.
        seed: Of flips, folds and bootstrap.
        reference: A rater who is right; by default people are.
        only: Judges and checks that are compared; all by default.
        rounds: How rows tell their trial, as in `ComparisonOptions`.
        wage: What an hour of people costs, in US dollars, where ratings do not say their cost.
    """

    level: float = LEVEL
    flips: int = FLIPS
    seed: int = 0
    reference: str | None = None
    only: tuple[str, ...] = ()
    rounds: Rounds | None = None
    wage: float | None = None


def judges(
    ratings: Ratings,
    scales: Mapping[str, Scale],
    *,
    rubric: Rubric | None = None,
    examples: Mapping[str, Example] | None = None,
    options: JudgesOptions | None = None,
) -> Findings:
    """Judges, checks and people on the same outputs: accuracy, bias, failures, cost, ranks.

    Args:
        ratings: The table.
        scales: The scale of every dimension in it.
        rubric: The weights of the overall rank.
        examples: Clusters of the examples, where known.
        options: Level, seed, who is right, who is compared.

    Returns:
        Numbers by rater and dimension, as docs/results.md names them; for each dimension, and
        overall, a verdict that names the set of best judges.
    """
    chosen, known = options or JudgesOptions(), examples or {}
    table = _compared(ratings, chosen)
    benches: list[Bench] = []
    missing: dict[str, list[str]] = defaultdict(list)
    results: list[Result] = []
    for dimension, scale in known_scales(table, scales).items():
        rows = first_trial(table.where(dimension=dimension), chosen.rounds)
        try:
            bench = bench_of(
                rows, scale, dimension=dimension, reference=chosen.reference, examples=known
            )
        except InsufficientData as problem:
            missing[str(problem)].append(dimension)
            continue
        benches.append(bench)
        results += _measured(bench, rows, scale, known=known, options=chosen)
    rankings, verdicts = _ranked(benches, rubric, chosen)
    if not benches:
        verdicts = [_nothing(why, names) for why, names in missing.items()]
    for one in rankings:
        results += one.results()
    machines = frozenset(bench.names[place] for bench in benches for place in bench.machines)
    results += costs(table.where(rater=machines), examples=known, level=chosen.level)
    if benches:
        results += people_spent(table, examples=known, wage=chosen.wage, level=chosen.level)
    return Findings(
        results=tuple(with_ways(results, table)),
        verdicts=tuple(verdicts),
        limits=(
            *(f"{', '.join(names)}: {why}." for why, names in missing.items()),
            *judges_limits(benches, rankings, results),
        ),
    )


def _measured(
    bench: Bench,
    rows: Ratings,
    scale: Scale,
    *,
    known: Mapping[str, Example],
    options: JudgesOptions,
) -> Iterator[Result]:
    """Everything about the raters of one dimension, one by one."""
    yield from accuracy(bench, level=options.level, seed=options.seed)
    yield from advantage(bench, level=options.level)
    yield from steadiness(
        rows.where(kind="judge"),
        scale,
        dimension=bench.dimension,
        examples=known,
        level=options.level,
        seed=options.seed,
    )


def _compared(ratings: Ratings, options: JudgesOptions) -> Ratings:
    """The table without judges and checks that nobody asked about."""
    if not options.only:
        return ratings
    wanted = {*options.only, options.reference}
    machines = ratings["kind"].mask(lambda kind: kind in {"judge", "check"})
    named = ratings["rater"].mask(wanted.__contains__)
    kept = bytes(not machine or name for machine, name in zip(machines, named, strict=True))
    return ratings.filtered(kept)


def _ranked(
    benches: Sequence[Bench], rubric: Rubric | None, options: JudgesOptions
) -> tuple[list[Ranking], list[Verdict]]:
    """The ranks by dimension and overall, and what follows; overall comes first."""
    found: list[Ranking] = []
    verdicts: list[Verdict] = []
    for bench in benches:
        try:
            found.append(_one(bench, options))
        except InsufficientData as problem:
            verdicts.append(_unranked(bench.dimension, problem))
            continue
        verdicts.append(found[-1].verdict())
    alike = _alike(benches)
    if len(alike) > 1:
        weights = _weights(alike, rubric)
        try:
            whole = overall_ranking(
                alike, weights, level=options.level, flips=options.flips, seed=options.seed
            )
        except InsufficientData as problem:
            return found, [_unranked("overall", problem), *verdicts]
        return [whole, *found], [whole.verdict(), *verdicts]
    return found, verdicts


def _one(bench: Bench, options: JudgesOptions) -> Ranking:
    return ranking(bench, level=options.level, flips=options.flips, seed=options.seed)


def _unranked(dimension: str, problem: InsufficientData) -> Verdict:
    return Verdict(
        name=BEST,
        outcome=NONE,
        reason=f"{dimension}: there are no ranks: {problem}",
        dimension=dimension,
    )


def _nothing(why: str, dimensions: Sequence[str]) -> Verdict:
    """Where no dimension can be compared at all."""
    return Verdict(
        name=BEST,
        outcome=NONE,
        reason=f"{', '.join(dimensions)}: nobody can be compared: {why}",
        dimension=dimensions[0] if len(dimensions) == 1 else None,
    )


def _alike(benches: Sequence[Bench]) -> list[Bench]:
    """The dimensions of the commoner kind: correlations and shares have no mean together."""
    graded = [bench for bench in benches if bench.graded]
    labelled = [bench for bench in benches if not bench.graded]
    return graded if len(graded) >= len(labelled) else labelled


def _weights(benches: Sequence[Bench], rubric: Rubric | None) -> dict[str, float]:
    names = frozenset(bench.dimension for bench in benches)
    known = rubric is not None and all(name in rubric for name in names)
    if rubric is None or not known:
        return dict.fromkeys(names, 1.0)
    return rubric.weights(names)
