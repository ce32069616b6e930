"""The verb ``rate status``: how far people are, how well they rate, what is left to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Any

from measurand.analysis.exclusion import with_and_without
from measurand.analysis.rater_quality import RaterQualityOptions, RaterSummary, rater_summaries
from measurand.analysis.rater_quality import rater_quality as analyse
from measurand.analysis.rating_forecast import Pace, Round, assumed_pace, forecast_findings
from measurand.analysis.result import Findings
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.jobs.answer import Answer
from measurand.jobs.desk_material import material
from measurand.jobs.desk_state import DeskState
from measurand.jobs.manifest import current
from measurand.jobs.people_rows import part
from measurand.jobs.places import ledger_path
from measurand.jobs.rating_ahead import characters_read, paces
from measurand.models.environment import Environment
from measurand.report.rating_status_page import Standing, status_document
from measurand.store.ledger import Ledger, open_ledger

__all__ = ["Status", "rate_status", "status_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(Answer):
    """The answer of ``rate status``.

    Args:
        standing: Where the work and everybody stands, in counts.
        summaries: One line about how well each person rates.
    """

    standing: Standing
    summaries: tuple[RaterSummary, ...] = ()

    @property
    def exit_code(self) -> int:
        """0: it was asked how things are, not whether they are good."""
        return 0

    def to_json(self) -> Mapping[str, Any]:
        """The published document, and the counts beside it."""
        # A slotted dataclass is made anew, so a bare super() would look for another class.
        return {**Answer.to_json(self), "round": self.standing.to_json()}


def rate_status(plan_path: Path | str, *, environment: Environment | None = None) -> Status:
    """How far a project's people are, how well each rates, and what is left in hours and money.

    Args:
        plan_path: The plan.
        environment: Where the key of placeholders may come from; by default the process's.

    Raises:
        PlanError: The plan is wrong.
        UsageError: There is nothing for people to rate.
    """
    path = Path(plan_path)
    with open_ledger(ledger_path(path)) as ledger:
        stuff = material(path, ledger, environment)
        return status_of(DeskState(stuff, ledger.people.log(every_save=False)), ledger)


def status_of(state: DeskState, ledger: Ledger) -> Status:
    """The same for a desk whose state is at hand."""
    plan = state.plan
    now = current(ledger, plan)
    ratings = now.ratings(ledger)
    outputs = ledger.outputs(version=now.versions)
    parted = part(ratings, ledger, plan, examples=state.material.examples, outputs=outputs)
    everybody = parted.every.where(kind=frozenset({"people", "reference"}))
    quality = _quality(state, everybody)
    ahead = _ahead(state, ledger, parted.ratings)
    beside = _beside(state, parted.ratings + parted.dropped, parted.excluded)
    findings = Findings(
        results=(*quality.results, *ahead.results, *beside.results),
        verdicts=quality.verdicts,
        limits=tuple(
            dict.fromkeys((*state.material.notes, *parted.notes(), *quality.limits, *ahead.limits))
        ),
    )
    summaries = rater_summaries(quality)
    standing = Standing(
        overview=state.overview().counts(),
        people=tuple(person.line() for person in state.people()),
    )
    return Status(
        verb="rate status",
        findings=findings,
        document=status_document(plan.name, standing, findings, summaries=summaries),
        standing=standing,
        summaries=summaries,
    )


def _quality(state: DeskState, ratings: Ratings) -> Findings:
    if not len(ratings.where(kind="people")):
        return Findings(results=())
    words = {unit: len(text.split()) for unit, text in state.material.texts.items()}
    order = {
        rater: [
            (item.example, item.system, item.against)
            for one in queue.assignments
            if one.stage == "work" and (item := state.pool.items.get(one.item)) is not None
        ]
        for rater, queue in state.pool.queues.items()
    }
    scales = {dimension.name: dimension.scale for dimension in state.plan.rubric}
    named = frozenset(scales)
    known = ratings.filtered(ratings["dimension"].mask(named.__contains__))
    options = RaterQualityOptions(words=words, order=order)
    return analyse(known, scales, examples=state.material.examples, options=options)


def _ahead(state: DeskState, ledger: Ledger, ratings: Ratings) -> Findings:
    """What is left of the round; nothing where it is over."""
    people = [person.name for person in state.people() if person.rates]
    left = _left(state, people)
    if not any(left.values()):
        return Findings(results=())
    plan, stuff = state.plan, state.material
    asked = Rubric(*(plan.rubric.dimension(name) for name in _asked(state)))
    work = [item for item in stuff.items if item.purpose == "sample"]
    examples = len({item.example for item in work})
    ahead = Round.of(
        plan.people,
        examples=examples,
        outputs=max(round(len(work) / max(examples, 1)), 1),
        people=len(people) or None,
        left=left,
    )
    lengths = [len(text) for text in stuff.texts.values()]
    read = characters_read(tuple(stuff.examples.values()), sum(lengths) / max(len(lengths), 1))
    pace = Pace(
        seconds=paces(ledger.people.log(every_save=False)),
        assumed=assumed_pace(read, len(asked)),
    )
    people_said = ratings.where(kind="people")
    return forecast_findings(ahead, pace, asked, ratings=people_said if len(people_said) else None)


def _left(state: DeskState, people: Sequence[str]) -> dict[str, int]:
    """What is wanted still, controls and training among it, dealt evenly to those who rate."""
    wanted = sum(
        max(item.raters - state.pool.rated(item.key), 0)
        for item in state.pool.items.values()
        if item.purpose != "golden"
    )
    names = list(people) or [f"rater {n + 1}" for n in range(state.plan.people.raters)]
    plan = state.plan.people
    golden = plan.golden if any(i.purpose == "golden" for i in state.material.items) else 0.0
    share, more = divmod(ceil(wanted / (1 - golden - plan.duplicates)), len(names))
    return {
        name: share + (at < more) + state.pool.training_left(name) for at, name in enumerate(names)
    }


def _asked(state: DeskState) -> list[str]:
    asked = {name for item in state.material.items for name in item.dimensions}
    return [dimension.name for dimension in state.plan.rubric if dimension.name in asked]


def _beside(state: DeskState, ratings: Ratings, excluded: Mapping[str, str]) -> Findings:
    people = ratings.where(kind="people")
    names = [name for name in excluded if name in people.distinct("rater")]
    if not names:
        return Findings(results=())
    scales = {dimension.name: dimension.scale for dimension in state.plan.rubric}
    found = with_and_without(people, scales, names, examples=state.material.examples)
    return replace(found, verdicts=())
