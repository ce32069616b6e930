"""The verb ``plan``: is everything there, and what will it cost? Nothing is spent to know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from measurand._version import __version__
from measurand.analysis.forecast import Forecast, Work, forecast
from measurand.analysis.result import Findings
from measurand.core.example import Component, Example
from measurand.core.plan import Plan
from measurand.errors import InfrastructureError
from measurand.jobs.anchoring import Anchoring, anchoring_ahead
from measurand.jobs.answered import refuse_unanswered, unanswered
from measurand.jobs.batches.log import BatchLog
from measurand.jobs.engine.agenda import Agenda
from measurand.jobs.engine.bridge import run_to_end
from measurand.jobs.opening import Opened, opened
from measurand.jobs.pending import Pending, looked_at
from measurand.jobs.places import ledger_path
from measurand.jobs.rating_ahead import characters_read, people_ahead
from measurand.jobs.run import RunOptions, Watch, as_chosen, run
from measurand.jobs.sizes_ahead import Scene, Study, sizes_ahead, study_ahead
from measurand.jobs.spending import spent_beside
from measurand.jobs.workbench import Recorded
from measurand.models.environment import Environment
from measurand.report.results_json import results_document
from measurand.stats.power_parts import POWER
from measurand.store.ledger import Ledger, open_ledger
from measurand.store.plans import load_plan
from measurand.store.stream import ExampleStream

__all__ = ["Planned", "Study", "plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a run would be.

    Args:
        plan: The plan as it would be run.
        sizes: Examples by component.
        examples: Examples that would be run.
        looked_at: Of these, those whose questions were written out; they stand for all.
        forecast: Calls, tokens and money of what is not done yet.
        people: Hours and money of people who rate, and what it will tell; None where none do.
        sizes_tell: What the given sizes can detect and prove.
        study: The cheapest study of a wanted difference, or the best for a budget; None where
            none was asked for.
        wanted: The power with which a difference is to be found.
        notes: What one should know of it, in sentences.
    """

    plan: Plan
    sizes: Mapping[Component, int]
    examples: int
    looked_at: int
    forecast: Forecast
    people: Findings | None
    sizes_tell: Findings
    study: Findings | None
    wanted: float
    notes: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0, or 4 where the budget would not do."""
        return 4 if self.forecast.over_budget else 0

    def to_json(self) -> Mapping[str, Any]:
        """The same for other programs."""
        return {
            "measurand": __version__,
            "verb": "plan",
            "examples": self.examples,
            "looked_at": self.looked_at,
            "components": dict(self.sizes),
            "forecast": self.forecast.to_json(),
            "people": None if self.people is None else _findings_json(self.people),
            "sizes": _findings_json(self.sizes_tell),
            "study": None if self.study is None else _findings_json(self.study),
            "notes": list(self.notes),
        }


def plan(
    plan_path: Path | str,
    options: RunOptions | None = None,
    *,
    pilot: int | None = None,
    study: Study | None = None,
    watch: Watch | None = None,
    environment: Environment | None = None,
) -> Planned:
    """Check everything that can be checked without spending, and foretell the rest.

    Args:
        plan_path: The plan.
        options: How it would be run.
        pilot: So many examples are run first, for real; they stay in the ledger, and what they
            took is what the forecast goes by. Without, it goes by what the ledger remembers, and
            where that is nothing, by assumptions that it names.
        study: A difference that is to be found, or money that may be spent: the design for it is
            searched.
        watch: Told how far the pilot is.
        environment: Where keys and addresses come from; by default the process's.

    Raises:
        PlanError: The plan is wrong, or names what does not exist.
        DataError: The evaluation set is wrong.
        UsageError: A key is missing, or no system can be asked.
        InfrastructureError: The pilot was stopped, as by the budget or a wrong key.
    """
    chosen, plan_file = options or RunOptions(), Path(plan_path)
    if pilot is not None:
        _fly(
            plan_file,
            replace(chosen, limit=pilot, until_clear=False),
            watch,
            environment=environment,
        )
    read = as_chosen(load_plan(plan_file), chosen)
    stream = ExampleStream(plan_file.parent / read.data.path)
    ahead = _Ahead(
        plan=read,
        plan_file=plan_file,
        stream=stream,
        chosen=chosen,
        study=study,
        environment=environment or Environment(),
    )
    return run_to_end(ahead.look)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ahead:
    """What is to be foretold."""

    plan: Plan
    plan_file: Path
    stream: ExampleStream
    chosen: RunOptions
    study: Study | None
    environment: Environment

    async def look(self) -> Planned:
        """Open everything, ask nothing, and foretell."""
        read, limit = self.plan, self.chosen.limit
        total = len(self.stream) if limit is None else min(limit, len(self.stream))
        some = looked_at(self.stream, total)
        anchoring = anchoring_ahead(read, self.plan_file, self.stream)
        async with opened(read, self.plan_file, environment=self.environment) as live:
            lacking = self._lacking(live.parts.recorded)
            with open_ledger(ledger_path(self.plan_file)) as ledger:
                agenda = Agenda(live.parts, ledger, self.chosen.again)
                under_way = BatchLog(ledger.work, plan="", run=0).under_way
                found = Pending(read, live, agenda, under_way=under_way).look(some)
                works = found.works(total / max(len(some), 1))
                works = _with_anchors(works, anchoring, live, ledger=ledger)
                spent = ledger.work.spent() + spent_beside(ledger_path(self.plan_file))
                notes = (*lacking, *live.notes, *_of_calls(read, under_way, anchoring))
                characters = characters_read(some, found.usual_answer)
                people = people_ahead(
                    read,
                    ledger,
                    examples=total,
                    read=characters,
                    known=lambda: _by_id(self.stream),
                )
                scene = Scene.of(read, self.plan_file, ledger, stream=self.stream)
        told = forecast(works, spent=spent, budget=read.run.budget)
        return Planned(
            plan=read,
            sizes=self.stream.sizes(),
            examples=total,
            looked_at=len(some),
            forecast=told,
            people=people,
            sizes_tell=sizes_ahead(scene, self.study),
            study=self._study(scene, told, works, people=people),
            wanted=POWER if self.study is None else self.study.power,
            notes=(*_of_plan(read, self.stream), *_of_overrides(read, some), *notes),
        )

    def _lacking(self, recorded: Recorded) -> tuple[str, ...]:
        """What recorded outputs lack; outputs of another set are refused."""
        refuse_unanswered(self.plan, self.plan_file, recorded, names=_ids(self.stream))
        return unanswered(self.plan, recorded, _ids(islice(self.stream, self.chosen.limit)))

    def _study(
        self, scene: Scene, told: Forecast, works: Sequence[Work], *, people: Findings | None
    ) -> Findings | None:
        if self.study is None:
            return None
        return study_ahead(self.study, scene, told, works=works, people=people)


def _ids(examples: Iterable[Example]) -> Iterator[str]:
    return (example.id for example in examples)


def _fly(
    plan_file: Path,
    options: RunOptions,
    watch: Watch | None,
    *,
    environment: Environment | None,
) -> None:
    """Run the pilot; it must come to its end."""
    ran = run(plan_file, options, watch=watch, environment=environment)
    if ran.stop.reason is not None:
        raise InfrastructureError(f"the pilot stopped: {ran.stop.message}")


def _by_id(stream: ExampleStream) -> dict[str, Example]:
    return {example.id: example for example in stream}


def _of_plan(read: Plan, stream: ExampleStream) -> tuple[str, ...]:
    return (*stream.notes, *read.rubric.advice(), *_short(read, stream))


def _findings_json(found: Findings) -> Mapping[str, Any]:
    document = results_document("plan", found)
    return {"results": document["results"], "limits": document["limits"]}


def _of_calls(
    read: Plan, under_way: AbstractSet[str], anchoring: Anchoring | None
) -> Iterator[str]:
    """What a forecast leaves out where judges are asked by batch, and what anchors add to it."""
    if read.judge is not None and read.judge.batch:
        yield "judges are foretold at live prices; batches cost about half"
    if under_way:
        yield f"{len(under_way):,} judgments are under way in batches, and not among these"
    yield from _of_anchors(read, anchoring)


def _with_anchors(
    works: Sequence[Work], anchoring: Anchoring | None, live: Opened, *, ledger: Ledger
) -> tuple[Work, ...]:
    """What judges are asked of anchors is asked besides the rest."""
    lengths = anchoring.lengths(live, ledger) if anchoring is not None else {}
    return tuple(
        replace(work, characters=[*work.characters, *lengths.get(work.name, ())])
        if work.part == "judge"
        else work
        for work in works
    )


def _of_anchors(read: Plan, anchoring: Anchoring | None) -> Iterator[str]:
    """That every run will ask about anchors, or that none are frozen yet."""
    if read.anchors is None or read.judge is None:
        return
    if anchoring is None:
        yield (
            f"no anchors are frozen yet; once people have rated {read.anchors.items} outputs, "
            "every run judges them again, which is not among these calls"
        )
    else:
        yield (
            f"every run judges {len(anchoring.anchors.items)} anchors again; these calls are among "
            "the judges'"
        )


def _of_overrides(read: Plan, some: Sequence[Example]) -> Iterator[str]:
    """Notes and weights of examples for dimensions that there are not."""
    odd = {
        name
        for example in some
        for name in (*example.notes, *example.weights)
        if name not in read.rubric
    }
    if odd:
        yield (
            f"examples have notes or weights for {', '.join(sorted(odd))}, and the rubric has no "
            "such dimension: they count for nothing"
        )


def _short(read: Plan, stream: ExampleStream) -> tuple[str, ...]:
    """Components below the sizes that the plan asks for."""
    sizes = stream.sizes()
    short = [
        f"{name} has {sizes.get(name, 0)} of {least}"
        for name, least in read.data.minimum.items()
        if sizes.get(name, 0) < least
    ]
    if not short:
        return ()
    return (f"fewer examples than the plan's minimum: {', '.join(short)}",)
