"""What a run has asked in the very words of an audit: taken from its ratings, not asked again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from measurand.core.exemplars import ExemplarId
from measurand.core.judging import BlindTask, Judgment
from measurand.core.plan import Plan
from measurand.core.rating import Measurement
from measurand.core.scale import Value
from measurand.errors import MeasurandError
from measurand.jobs.auditing.scene import Pool
from measurand.jobs.engine.agenda import Asked
from measurand.jobs.engine.parts import judge_key, versioned
from measurand.jobs.engine.probing import Question, Thread
from measurand.jobs.improving.pool import outputs_there
from measurand.jobs.opening_judges import Access
from measurand.store.ledger import Ledger
from measurand.store.ledger_probes import ProbeRecord
from measurand.store.ledger_work import Work

__all__ = ["taken_from_runs"]

_CHUNK = 500
"""Keys that are looked up in the ledger at once."""

_Outputs = Mapping[ExemplarId, Asked]
_Place = tuple[str, str, str, str, int, str | None, str | None]
"""Rater, example, system, dimension, repeat, against and order."""


@dataclass(frozen=True, slots=True)
class _Same:
    """A question of an audit, and the task of a run that is the same.

    Args:
        question: What the audit would ask.
        task: What the run asked.
        key: The name of that work.
        version: What produced the rating.
    """

    question: Question
    task: BlindTask
    key: str
    version: str

    @property
    def place(self) -> _Place:
        """Where the rating stands."""
        told, task = self.question.task, self.task
        shown = (told.example, told.system, task.dimension)
        return (self.question.judge.name, *shown, task.repeat, told.against, task.order)


def taken_from_runs(
    threads: Sequence[Thread], ledger: Ledger, pool: Pool, *, plan: Plan, file: Path, access: Access
) -> dict[str, Work]:
    """The questions that a run has asked with the same words, of the same judge, and got a value.

    Args:
        threads: What is not in the ledger as a probe.
        ledger: The ledger.
        pool: What the judges are asked about.
        plan: The plan.
        file: Where it stands.
        access: What calls go through.

    Returns:
        By the key of the question, what is to be written down in its place; without any call.
    """
    try:
        outputs = outputs_there(plan, file, ledger, examples=pool.examples, redact=access.redact)
    except MeasurandError:  # there was no run, or its outputs are no longer at hand
        return {}
    same = list(_same(threads, outputs))
    done: dict[str, str | None] = {}
    for at in range(0, len(same), _CHUNK):
        done.update(ledger.work.done(one.key for one in same[at : at + _CHUNK]))
    there = [one for one in same if one.key in done and done[one.key] is None]
    values = _values(there, ledger)
    return {
        one.question.key: _work(one, values[one.place], plan)
        for one in there
        if one.place in values
    }


def _same(threads: Sequence[Thread], outputs: _Outputs) -> Iterator[_Same]:
    known: dict[tuple[object, ...], tuple[BlindTask, ...]] = {}
    for thread in threads:
        question, told = thread[0], thread[0].task
        if len(told.tasks) > 1 or told.session is not None:
            continue
        names = (told.system,) if told.against is None else (told.system, told.against)
        shown = [outputs.get(ExemplarId(told.example, name)) for name in names]
        asked = [one for one in shown if one is not None and one.output is not None]
        if len(asked) < len(names):
            continue
        judge = question.judge
        place = (judge.name, told.example, *names)
        if place not in known:
            texts = [one.output.text or "" for one in asked if one.output is not None]
            other = texts[1] if len(texts) > 1 else None
            known[place] = judge.tasks(asked[0].example, texts[0], other=other)
        own = next((one for one in known[place] if one == told.task), None)
        if own is not None:
            key = judge_key(tuple(one.key for one in asked), own, judge, row=own.repeat)
            versions = [one.system.version for one in asked]
            against = versions[1] if len(versions) > 1 else None
            yield _Same(question, own, key, versioned(versions[0], judge.version, against))


def _values(same: Sequence[_Same], ledger: Ledger) -> dict[_Place, Value]:
    if not same:
        return {}
    rows = ledger.ratings(
        version=frozenset(one.version for one in same),
        kind="judge",
        rater=frozenset(one.question.judge.name for one in same),
        example=frozenset(one.question.task.example for one in same),
    )
    return {
        (r.rater, r.example, r.system, r.dimension, r.repeat, r.against, r.order): r.value
        for r in rows
        if r.value is not None
    }


def _work(one: _Same, value: Value, plan: Plan) -> Work:
    judge, task = one.question.judge, one.question.task
    said = Judgment(measurement=Measurement(value), failure=None, calls=())
    dimension = plan.rubric.dimension(task.task.dimension)
    record = ProbeRecord(
        row=task.row(said, rater=judge.name),
        key=one.question.key,
        rubric=dimension.fingerprint,
        cost=0.0,  # it was paid for as a rating
    )
    return Work(
        key=one.question.key,
        purpose="probe",
        who=judge.name,
        version=judge.version,
        probes=(record,),
    )
