"""Anchors in a run: frozen once people have rated enough, and judged again at its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from measurand.core.anchors import ANCHOR, AnchorSet
from measurand.core.example import Example
from measurand.core.plan import Plan
from measurand.errors import UsageError
from measurand.jobs.anchor_choice import chosen_anchors
from measurand.jobs.anchor_kept import kept, locked_outputs
from measurand.jobs.engine.agenda import Again
from measurand.jobs.engine.asking import Stop
from measurand.jobs.engine.journal import Journal
from measurand.jobs.engine.probing import Prober, Thread, still_to_ask, threads_of
from measurand.jobs.engine.tally import Tally
from measurand.jobs.opening import Opened
from measurand.jobs.places import ledger_path
from measurand.jobs.project import from_project
from measurand.models.environment import Environment
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.probes import ProbeTask
from measurand.store.ledger import Ledger, open_ledger

__all__ = ["Anchoring", "anchoring_ahead", "anchoring_of"]

_NONCE = 1_000_000
"""Sets the requests of anchors apart from those of ratings, and those of runs from each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchoring:
    """The anchors of a project, to be judged again.

    Args:
        anchors: The frozen outputs.
        first: The number of their first run.
        examples: What they answer, by id, as far as it is there.
    """

    anchors: AnchorSet
    first: int
    examples: Mapping[str, Example]

    async def judge_again(
        self, live: Opened, *, ledger: Ledger, journal: Journal, stop: Stop
    ) -> None:
        """Ask every judge about every anchor; first what an earlier run has left.

        Raises:
            LedgerError: The ledger cannot be read or written.
        """
        parts = live.parts
        judges = [judge for judge in parts.judges if isinstance(judge, JudgeRater)]
        threads = self.due(judges, live, ledger)
        prober = Prober(
            ledger=ledger,
            journal=journal,
            again=Again(),
            rubric=parts.rubric,
            clean=parts.clean,
            stored=parts.stored_call,
            width=live.models.run.connections,
            tally=Tally(total=len(threads), units="questions"),
            stop=stop,
        )
        await prober.run(threads, workers=2 * live.models.run.connections)

    def due(self, judges: Sequence[JudgeRater], live: Opened, ledger: Ledger) -> list[Thread]:
        """The questions of the run that was begun and not ended; else those of a new one."""
        there = [
            record for record in ledger.probes.rows(probe=ANCHOR) if record.row.repeat >= self.first
        ]
        latest = max((record.row.repeat for record in there), default=self.first - 1)
        begun = {(r.row.rater, r.version) for r in there if r.row.repeat == latest}
        left: list[Thread] = []
        for judge in judges:
            if (judge.name, judge.version) in begun:
                threads = list(self._threads(judge, live, latest))
                left += still_to_ask(threads, ledger, Again())
        if left:
            return left
        return [t for judge in judges for t in self._threads(judge, live, latest + 1)]

    def _threads(self, judge: JudgeRater, live: Opened, number: int) -> Iterator[Thread]:
        return threads_of(judge, self._tasks(judge, live, number))

    def _tasks(self, judge: JudgeRater, live: Opened, number: int) -> Iterator[ProbeTask]:
        rubric = live.parts.rubric
        for anchor in self.anchors.items:
            example = self.examples.get(anchor.example)
            if example is None or example.fingerprint != anchor.asked:
                continue
            for task in judge.tasks(example, anchor.text):
                known = anchor.rubric.get(task.dimension)
                if task.repeat or known != rubric.dimension(task.dimension).fingerprint:
                    continue
                yield ProbeTask(
                    tasks=(replace(task, repeat=_NONCE + number),),
                    example=anchor.example,
                    system=anchor.system,
                    probe=ANCHOR,
                    repeat=number,
                    words=len(anchor.text.split()),
                )

    def lengths(self, live: Opened, ledger: Ledger) -> Mapping[str, list[int]]:
        """Of every call that a run would make, the characters that it would send, by judge."""
        judges = [judge for judge in live.parts.judges if isinstance(judge, JudgeRater)]
        found: dict[str, list[int]] = {}
        for thread in self.due(judges, live, ledger):
            for question in thread:
                task = question.task.task
                if question.judge.ruled(task) is None:
                    messages = question.judge.request(task).messages
                    size = sum(len(message.content) for message in messages)
                    found.setdefault(question.judge.name, []).append(size)
        return found


def anchoring_ahead(plan: Plan, file: Path, examples: Iterable[Example]) -> Anchoring | None:
    """The anchors that a run would judge again, as far as they are frozen; nothing is changed.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    if plan.anchors is None or plan.judge is None:
        return None
    with open_ledger(ledger_path(file)) as ledger:
        found = kept(ledger)
    return None if found is None else _with_examples(found, examples)


def anchoring_of(
    plan: Plan, file: Path, examples: Iterable[Example], *, environment: Environment
) -> Anchoring | None:
    """The anchors that a run judges again; frozen here and now, once enough outputs are rated.

    Args:
        plan: The plan.
        file: Where it stands.
        examples: The whole evaluation set.
        environment: Where the ledger's secret may come from.

    Returns:
        None where the plan has none, nobody judges, or people have not rated enough yet.

    Raises:
        PlanError: The ledger holds values off the plan's scales.
        LedgerError: The ledger cannot be read or written.
    """
    if plan.anchors is None or plan.judge is None:
        return None
    with open_ledger(ledger_path(file)) as ledger:
        found = kept(ledger)
    if found is None:
        found = _frozen(plan, file, environment)
    return None if found is None else _with_examples(found, examples)


def _with_examples(found: tuple[AnchorSet, int], examples: Iterable[Example]) -> Anchoring:
    anchors, first = found
    wanted = {anchor.example for anchor in anchors.items}
    return Anchoring(
        anchors=anchors,
        first=first,
        examples={example.id: example for example in examples if example.id in wanted},
    )


def _frozen(plan: Plan, file: Path, environment: Environment) -> tuple[AnchorSet, int] | None:
    """Freeze, where people have rated as many outputs as the plan wants."""
    if plan.anchors is None:
        return None
    try:
        source = from_project(file, environment=environment)
    except UsageError:  # there is no rating yet
        return None
    with open_ledger(ledger_path(file)) as ledger:
        chosen = chosen_anchors(source, plan, locked=locked_outputs(ledger))
        if len(chosen) < plan.anchors.items:
            return None
        return kept(ledger, AnchorSet(items=chosen))
