"""What a project's sizes can detect, and the cheapest study of a wanted difference."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from measurand.analysis.detect import FIVE, Clusters, Sought
from measurand.analysis.detect_curve import planned_power
from measurand.analysis.detect_measured import Calibrated, measured_differences
from measurand.analysis.detect_plan import Sizes, detect_findings, one_of_many
from measurand.analysis.forecast import Forecast, Work
from measurand.analysis.power_components import Rated, chosen_dimension, components_of
from measurand.analysis.power_design import Money, Pace, Want, design_findings
from measurand.analysis.rating_forecast import HOURS_A_DAY
from measurand.analysis.rating_widths import ASSUMED
from measurand.analysis.result import Findings
from measurand.analysis.score import score
from measurand.analysis.trials import Voting
from measurand.core.plan import Plan
from measurand.errors import DataError, UsageError
from measurand.jobs.calibrating.records import calibrated
from measurand.jobs.manifest import current
from measurand.jobs.project import from_project
from measurand.jobs.source import Source, rounds_of
from measurand.stats.estimate import Estimate
from measurand.stats.mean import mean_t
from measurand.store.ledger import Ledger
from measurand.store.stream import ExampleStream

__all__ = ["Scene", "Study", "sizes_ahead", "study_ahead"]

_JUDGMENT = (0.02, 0.05, 0.15)
"""US dollars for a judgment where no price is known: what is usually said."""
_RATING = (1 / 3, 1.0, 5 / 3)
"""US dollars for a rating where no wage is known: $1 to 5 an example with three raters."""
_HOUR = 3600.0
_LOOKED_AT = 20_000
"""Examples that tell how large clusters are."""
_SECONDS = (10.0, 40.0, 120.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A study that is to be planned.

    Args:
        difference: To be found, as a share of the scale; or
        budget: US dollars that it may cost.
        power: The probability of finding the difference.
        dimension: On which dimension; by default the heaviest that people or a judge rate.
        example_cost: US dollars for an example, before anybody answers it.
        system_cost: For an answer; by default as the forecast knows it.
        judge_cost: For the judgment of an output, likewise.
        rating_cost: For one person's rating of an output, likewise.

    Raises:
        UsageError: It contradicts itself, or a number is impossible.
    """

    difference: float | None = None
    budget: float | None = None
    power: float = 0.8
    dimension: str | None = None
    example_cost: float = 0.0
    system_cost: float | None = None
    judge_cost: float | None = None
    rating_cost: float | None = None

    def __post_init__(self) -> None:
        if faults := tuple(self._faults()):
            raise UsageError("\n".join(faults))

    def _faults(self) -> Iterator[str]:
        if (self.difference is None) == (self.budget is None):
            yield "a study is planned for a --difference, or for a --budget: one of the two"
        if self.difference is not None and not 0 < self.difference < 1:
            yield f"--difference {self.difference:g}: a share of the scale lies between 0 and 1"
        if self.budget is not None and not 0 < self.budget < math.inf:
            yield f"--budget {self.budget:g}: US dollars above 0"
        if not 0 < self.power < 1:
            yield f"--power {self.power:g}: it lies strictly between 0 and 1"
        for name in ("example_cost", "system_cost", "judge_cost", "rating_cost"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < math.inf:
                yield f"--{name.replace('_', '-')} {value:g}: US dollars, 0 or more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is known of a project when its sizes are looked at.

    Args:
        plan: The plan.
        sizes: Examples by component.
        examples: In all.
        clusters: How examples share documents or conversations.
        rated: What has been rated.
        labelled: Outputs of each system that people label, where those are a part.
        notes: Why ratings that are there are not used.
    """

    plan: Plan
    sizes: Mapping[str, int]
    examples: int
    clusters: Clusters
    rated: Rated
    labelled: int | None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, plan: Plan, plan_file: Path, ledger: Ledger, *, stream: ExampleStream) -> Scene:
        """Look at a project; ratings are read where there are any."""
        source, notes = _source(plan, plan_file, ledger)
        looked = [example.cluster or f"\0{example.id}" for example in islice(stream, _LOOKED_AT)]
        total, labelled = len(stream), plan.people.sample
        return cls(
            plan=plan,
            sizes={str(name): n for name, n in stream.sizes().items()},
            examples=total,
            clusters=Clusters.of(tuple(Counter(looked).values())),
            rated=_rated(plan, ledger, source),
            labelled=labelled if labelled is not None and labelled < total else None,
            notes=notes,
        )


def sizes_ahead(scene: Scene, study: Study | None = None) -> Findings:
    """What the sizes can detect and prove, from ratings where there are some.

    Args:
        scene: What is known of the project.
        study: What is wanted, where it was asked: the power is told of its difference.

    Raises:
        UsageError: The study is about a dimension that there is not.
    """
    plan = scene.plan
    level = plan.compare.level
    sizes = Sizes(
        components={name: n for name, n in scene.sizes.items() if n},
        total=scene.examples,
        clusters=scene.clusters,
        labels=scene.labelled,
        minimum={str(name): n for name, n in plan.data.minimum.items()},
        comparisons=_comparisons(plan),
    )
    found = detect_findings(
        sizes,
        plan.rubric,
        measured=scene.rated.measured,
        calibrated=scene.rated.calibrated,
        sought=Sought(level=level),
    )
    sought = Sought(level=level) if study is None else Sought(level=level, power=study.power)
    power = planned_power(
        sizes,
        plan.rubric,
        measured=scene.rated.measured,
        difference=(study.difference if study is not None else None) or FIVE,
        about=None if study is None else chosen_dimension(plan.rubric, study.dimension),
        sought=sought,
    )
    return replace(found, results=(*found.results, *power), limits=(*scene.notes, *found.limits))


def study_ahead(
    study: Study, scene: Scene, found: Forecast, *, works: Sequence[Work], people: Findings | None
) -> Findings:
    """The cheapest study of a difference, or the best for a budget.

    Args:
        study: What is wanted.
        scene: What is known of the project.
        found: The forecast of a run, for prices.
        works: What it rests on.
        people: The forecast of a round of rating, for people's pace.

    Raises:
        UsageError: There is no such dimension, or so little power is what chance alone has.
    """
    plan, level = scene.plan, scene.plan.compare.level
    if study.power <= 1 - level:
        raise UsageError(
            f"--power {study.power:g}: tests of level {level:g} find as much by chance"
        )
    dimension = chosen_dimension(plan.rubric, study.dimension)
    seconds = _rating_seconds(people, level)
    money = Money(
        answer=_given(study.system_cost, level) or _answers(plan, found, works, level=level),
        judgment=_given(study.judge_cost, level) or _judgments(found, works, level=level),
        rating=_given(study.rating_cost, level) or _ratings(plan, seconds, level),
        example=study.example_cost,
    )
    pace = Pace(
        rating=seconds,
        answer=_answer_seconds(plan, works),
        judgment=_judgment_seconds(works),
        connections=plan.run.connections,
        people=plan.people.raters,
        hours_a_day=HOURS_A_DAY,
    )
    want = Want(difference=study.difference, budget=study.budget, power=study.power, level=level)
    known = components_of(dimension, scene.rated)
    searched = design_findings(want, known, money, pace=pace, examples=scene.examples)
    return replace(searched, limits=(*searched.limits, *one_of_many(_comparisons(plan))))


def _comparisons(plan: Plan) -> int:
    """Pairs of systems that the plan compares: against the current one, or all."""
    count = len(plan.systems)
    current = any(system.role in {"current", "expert"} for system in plan.systems)
    if plan.compare.pairs == "all" or not current:
        return count * (count - 1) // 2
    return count - 1


def _source(plan: Plan, plan_file: Path, ledger: Ledger) -> tuple[Source | None, tuple[str, ...]]:
    """What the project's ledger holds; None where nothing is rated yet, or it cannot be used."""
    if not len(current(ledger, plan).ratings(ledger)):
        return None, ()
    try:
        return from_project(plan_file), ()
    except (DataError, UsageError) as problem:
        return None, (f"Ratings that are there were not used: {problem}",)


def _rated(plan: Plan, ledger: Ledger, source: Source | None) -> Rated:
    judge = plan.judge is not None
    if source is None:
        return Rated(judge=judge)
    rounds = rounds_of(source)
    scores = score(
        source.ratings,
        plan.rubric,
        examples=source.examples,
        systems=_in_order(plan, source),
        voting=Voting(rounds=rounds),
    )
    baseline = next((s.name for s in plan.systems if s.role == "current"), None)
    known = {
        name: Calibrated(
            judge=one.judge, correlation=one.correlation, reliability=one.reliability, n=one.n
        )
        for name, one in calibrated(ledger, plan).items()
    }
    return Rated(
        ratings=source.ratings,
        measured=measured_differences(scores, baseline=baseline),
        calibrated=known,
        rounds=rounds,
        judge=judge,
        calls=plan.judge.repeats if plan.judge is not None else 1,
    )


def _in_order(plan: Plan, source: Source) -> list[str]:
    """The systems that were rated, candidates first: they are what is compared."""
    rated = source.ratings.distinct("system")
    known = [system for system in plan.systems if system.name in rated]
    return [s.name for s in sorted(known, key=lambda s: s.role != "candidate")]


def _given(price: float | None, level: float) -> Estimate | None:
    """A price that the user names."""
    if price is None:
        return None
    return _as(price, level)


def _as(price: float, level: float) -> Estimate:
    return Estimate(value=price, low=price, high=price, level=level, n=1, method="as given")


def _three(three: tuple[float, float, float], reason: str, level: float) -> Estimate:
    low, value, high = three
    return Estimate(
        value=value, low=low, high=high, level=level, n=0, method=ASSUMED, reason=reason
    )


def _each(work: Work, found: Forecast, level: float) -> Estimate | None:
    """The price of one call: as it was, else as it is foretold; None where nobody knows."""
    costs = [one.cost for one in work.observed if one.cost is not None]
    if len(costs) > 1 and len(set(costs)) > 1:
        return mean_t(costs, level=level)
    if costs:
        return replace(_as(costs[0], level), n=len(costs), method="measured, all alike")
    line = next(one for one in found.lines if (one.name, one.part) == (work.name, work.part))
    if line.calls and line.cost.present:
        each = line.cost.scaled(1 / line.calls)
        return replace(each, n=0, reason="By tokens and the price list.")
    return None


def _answers(plan: Plan, found: Forecast, works: Sequence[Work], *, level: float) -> Estimate:
    """The mean over systems; recorded outputs cost nothing."""
    asked = [_each(work, found, level) for work in works if work.part == "system"]
    known = [each for each in asked if each is not None]
    if not any(system.live for system in plan.systems):
        return replace(_three((0.0, 0.0, 0.0), "", level), n=1, method="recorded", reason=None)
    if not known:
        return _three((0.0, 0.0, 0.0), "What systems cost is not in these sums.", level)
    return _sum([one.scaled(_live(plan) / len(known)) for one in known])


def _live(plan: Plan) -> float:
    """The share of systems that are asked."""
    return sum(system.live for system in plan.systems) / max(len(plan.systems), 1)


def _judgments(found: Forecast, works: Sequence[Work], *, level: float) -> Estimate:
    """Of all judges on one dimension: that of the study."""
    asked = [_each(work, found, level) for work in works if work.part == "judge"]
    known = [each for each in asked if each is not None]
    if not known or len(known) < len(asked):
        usual = _three(_JUDGMENT, "Give --judge-cost, or prices in the plan.", level)
        return usual.scaled(max(len(asked), 1))
    return _sum(known)


def _sum(parts: Sequence[Estimate]) -> Estimate:
    """What one price has wrong the others may have too: ranges add up."""
    low, value, high = (
        math.fsum(float(getattr(one, end)) for one in parts) for end in ("low", "value", "high")
    )
    least = min(parts, key=lambda one: one.n)
    return replace(least, value=value, low=low, high=high)


def _ratings(plan: Plan, seconds: Estimate, level: float) -> Estimate:
    if plan.people.wage is None:
        return _three(_RATING, "Set people.wage in the plan, or give --rating-cost.", level)
    return seconds.scaled(plan.people.wage / _HOUR)


def _rating_seconds(people: Findings | None, level: float) -> Estimate:
    found = next(people.named("rating_seconds"), None) if people is not None else None
    if found is not None and found.estimate.present:
        return found.estimate
    return _three(_SECONDS, "Nobody has been timed.", level)


def _answer_seconds(plan: Plan, works: Sequence[Work]) -> float | None:
    """The mean seconds of an answer, those of recorded ones 0; None where none was timed."""
    if not any(system.live for system in plan.systems):
        return 0.0
    timed = [_timed(work) for work in works if work.part == "system"]
    known = [each for each in timed if each is not None]
    return _live(plan) * math.fsum(known) / len(known) if known else None


def _judgment_seconds(works: Sequence[Work]) -> float | None:
    """The seconds of a judgment by all judges; None where one was not timed."""
    timed = [_timed(work) for work in works if work.part == "judge"]
    known = [each for each in timed if each is not None]
    return math.fsum(known) if known and len(known) == len(timed) else None


def _timed(work: Work) -> float | None:
    """The mean seconds of a call."""
    seconds = [one.seconds for one in work.observed]
    return math.fsum(seconds) / len(seconds) if seconds else None
