"""Which system is better, which are equal, which are unsafe, and how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np

from measurand.analysis.attempts import attempts_of, with_unanswered
from measurand.analysis.blocked_traffic import blocked_of_traffic
from measurand.analysis.bounds import mean_bounds
from measurand.analysis.comparison_limits import comparison_limits
from measurand.analysis.composition import (
    composition_limits,
    effective_size,
    everything,
    population,
)
from measurand.analysis.decisions import Decisions
from measurand.analysis.every_pair import EveryPair, difference_results, every_pair
from measurand.analysis.failure_limits import failure_limits
from measurand.analysis.failures import Gate, failure_counts, failure_results
from measurand.analysis.families import decide_families
from measurand.analysis.means import means
from measurand.analysis.measure import OVERALL, Measure, blocking_rates, place_on_scale
from measurand.analysis.preference import preference, preference_by_people, preference_limits
from measurand.analysis.queue import human_queue
from measurand.analysis.requirement import Requirement
from measurand.analysis.result import Findings, Result, Unit
from measurand.analysis.score import Scores, score
from measurand.analysis.standings import standings
from measurand.analysis.trials import Rounds, Voting
from measurand.analysis.units import Key, side_by_side
from measurand.analysis.views import Scene, views
from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.plan import Headline, Looks, Pairs
from measurand.core.rating import Kind, Ratings
from measurand.core.rubric import Rubric
from measurand.core.running import FlagRule
from measurand.stats.estimate import LEVEL

__all__ = ["ComparisonOptions", "compare"]

_UNITS_SHOWN = 12
_UNITS_OF_ONE_OUTPUT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonOptions:
    """How systems are compared.

    Args:
        level: The confidence level of every interval.
        resamples: Bootstrap resamples.
        seed: Of the bootstrap.
        margin: Differences smaller than this, on the unit interval, do not matter.
        max_blocking: The largest blocking rate that is acceptable.
        systems: Which systems, in which order; all by default.
        baseline: The system that all others are compared with; by default all pairs are.
        expert: The upper end of the scale results are placed on.
        floor: Its lower end.
        by: Whose ratings score a dimension, where the default is not wanted.
        require: What every candidate must show against the baseline.
        flags: When judges block an output: as soon as one flags it, or two do.
        rounds: How many ratings of each trial (each output of an example) a rater gives, by its
            name: the ``repeat`` of its rows is then trial x rounds + repeat. Of judges and checks
            that are not named it is 1, so that ``repeat`` is the trial; a person's ratings are all
            of the first trial. None: nothing is known of trials, and all repeats are of one output.
        max_failures: The share of a system's outputs, or of judgments of them, without a value
            above which no verdict is given about it; nor is one where the shares of two systems
            differ. None means that there always is one. Only ratings that name a class of failure
            count, so tables from elsewhere, with mere gaps, have their verdicts.
        pairs: All systems against the baseline, or all pairs; left open, against the baseline
            where there is one.
        traffic: What share of production each segment is, or how often it was counted there; the
            headline is re-weighted to that.
        headline: Of which examples the headline is; ``core`` where examples have components.
        looks: Whether these data are looked at once, or at any time while they grow.
        bayes: Whether the posterior chance of each system to be better is told as well.
    """

    level: float = LEVEL
    resamples: int = 9999
    seed: int = 0
    margin: float = 0.05
    max_blocking: float = 0.05
    systems: tuple[str, ...] = ()
    baseline: str | None = None
    expert: str | None = None
    floor: str | None = None
    by: Mapping[str, Kind] = field(default_factory=dict)
    require: Requirement | None = None
    flags: FlagRule = "any"
    rounds: Rounds | None = None
    max_failures: float | None = 0.02
    pairs: Pairs = ""
    traffic: Mapping[str, float] = field(default_factory=dict)
    headline: Headline = "core"
    looks: Looks = "fixed"
    bayes: bool = False

    @property
    def voting(self) -> Voting:
        """How votes on whether an output is blocked are taken."""
        return Voting(self.flags, self.rounds)


def compare(
    ratings: Ratings,
    rubric: Rubric,
    *,
    examples: Mapping[str, Example] | None = None,
    options: ComparisonOptions | None = None,
    outputs: Sequence[Output] = (),
) -> Findings:
    """Score systems and compare them on the examples they share.

    Args:
        ratings: The table.
        rubric: Dimensions, scales, weights, and which of them block.
        examples: Components, segments, clusters and weights of the examples, where known.
        options: Level, margin, baseline, expert and floor.
        outputs: What was rated, where it is known: its failures are counted.

    Returns:
        What docs/results.md names. All that names no component is of the headline's examples (see
        `population`), but blocking, which counts every example.

    Raises:
        UsageError: The traffic makes no sense, or does not go with looking while data grow.
    """
    chosen = options or ComparisonOptions()
    table = with_unanswered(ratings, rubric, outputs)
    single = bool(len(table.where(against=None)))
    scores = _scored(table, rubric, examples, options=chosen, single=single)
    measure, systems = _measured(scores, chosen), scores.systems or chosen.systems
    attempts = attempts_of(table, scores, outputs=outputs)
    gate = Gate(attempts, chosen.max_failures)
    every = every_pair(measure, chosen if single else replace(chosen, pairs=""))
    pairs = [pair for family in every.compared for pair in family]
    seen = views(measure, pairs, Scene(table, rubric, examples or {}, outputs, chosen))
    met = standings(table, systems, examples=examples, outputs=outputs, options=chosen)
    own = _decided(measure, every, rubric, options=chosen, gate=gate)
    compared = [pair.systems for pair in pairs if pair.name == OVERALL]
    beside = (
        *mean_bounds(measure, table),
        *_preferences(table, systems, examples, options=chosen, gate=gate),
        *failure_results(attempts, compared, level=chosen.level, ran=bool(outputs)),
    )
    return replace(
        own,
        results=(*own.results, *seen.results, *beside, *met.results),
        verdicts=(*own.verdicts, *seen.verdicts, *met.verdicts),
        limits=(
            *own.limits,
            *failure_limits(pairs, attempts, measure),
            *preference_limits(table, systems, gate=gate),
            *comparison_limits(measure, rubric, ratings, pairs=pairs),
            *seen.limits,
            *met.limits,
        ),
        units=_worst(ratings, rubric, scores),
        failures=failure_counts(attempts),
        queue=human_queue(table, rubric, scores.systems, voting=chosen.voting),
        changes=seen.changes,
        readings=seen.readings,
    )


def _measured(scores: Scores, options: ComparisonOptions) -> Measure:
    return Measure(
        scores,
        level=options.level,
        resamples=options.resamples,
        seed=options.seed,
        population=population(scores, options),
        looks=options.looks,
    )


def _decided(
    measure: Measure, every: EveryPair, rubric: Rubric, *, options: ComparisonOptions, gate: Gate
) -> Findings:
    """Means, rates, differences, ranks, and the decisions on them; of which examples they are."""
    families = decide_families(measure, every.compared, every.ranked)
    expected = any(dimension.blocking for dimension in rubric)
    rates = (*blocking_rates(measure, expected=expected), *blocked_of_traffic(measure))
    decisions = Decisions(families, rates, options, gate=gate)
    of = measure.population or everything(measure.scores)
    return Findings(
        results=(
            *means(measure),
            *rates,
            *effective_size(of, options.level),
            *place_on_scale(measure, floor=options.floor, expert=options.expert),
            *difference_results(measure, families),
            *chain.from_iterable(ranks.results() for ranks in decisions.ranks),
        ),
        verdicts=decisions.verdicts(),
        limits=tuple(composition_limits(measure.scores, of)),
        headline=of.note if of.kind != "all" or not of.sampled else None,
    )


def _scored(
    table: Ratings,
    rubric: Rubric,
    examples: Mapping[str, Example] | None,
    *,
    options: ComparisonOptions,
    single: bool,
) -> Scores:
    """The scores; where all ratings are of pairs no system has any, whichever are named."""
    return score(
        table,
        rubric,
        examples=examples,
        systems=options.systems if single else (),
        by=options.by,
        voting=options.voting,
    )


def _preferences(
    table: Ratings,
    names: Sequence[str],
    examples: Mapping[str, Example] | None,
    *,
    options: ComparisonOptions,
    gate: Gate,
) -> Iterator[Result]:
    """What judges, and people, said of outputs side by side."""
    systems = tuple(sorted(names, key=lambda name: name == options.baseline))
    yield from preference_by_people(table, systems, examples=examples, level=options.level)
    yield from preference(
        table,
        systems,
        examples=examples,
        level=options.level,
        rounds=options.rounds,
        gate=gate,
    )


def _worst(ratings: Ratings, rubric: Rubric, scores: Scores) -> tuple[Unit, ...]:
    """Blocked outputs on the dimension that blocks, then the lowest scores; few of one output."""
    taken: Counter[tuple[str, str]] = Counter()
    keys: dict[Key, None] = {}
    for key in chain(_blocked(scores), _lowest(scores)):
        if len(keys) == _UNITS_SHOWN:
            break
        if key not in keys and taken[key[:2]] < _UNITS_OF_ONE_OUTPUT:
            keys[key] = None
            taken[key[:2]] += 1
    scales = {dimension.name: dimension.scale for dimension in rubric}
    return side_by_side(ratings, scales, tuple(keys))


def _blocked(scores: Scores) -> Iterator[Key]:
    for name, flags in scores.blocked_on.items():
        for example, system in np.argwhere(flags == 1):
            yield scores.examples[example], scores.systems[system], name, None


def _lowest(scores: Scores) -> Iterator[Key]:
    """The outputs in ascending order of their score on any dimension whose scale has bounds."""
    bounded = [place for place, d in enumerate(scores.dimensions) if d.scale.bounded]
    values = scores.values[:, :, bounded]
    order = np.argsort(values, axis=None, kind="stable")  # NaN comes last
    rated = order[: np.count_nonzero(~np.isnan(values))]
    for example, system, place in zip(*np.unravel_index(rated, values.shape), strict=True):
        name = scores.dimensions[bounded[place]].name
        yield scores.examples[example], scores.systems[system], name, None
