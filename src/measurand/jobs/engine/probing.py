"""Asks judges what probes want to know: each question once, those of a conversation in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from measurand.core.attack import CAUGHT
from measurand.core.fingerprint import fingerprint
from measurand.core.judging import BlindTask, Judgment, Turn
from measurand.core.model import Call
from measurand.core.probes import ATTACK_NAMES
from measurand.core.rubric import Rubric
from measurand.jobs.engine.agenda import Again
from measurand.jobs.engine.asking import Asking, Stop
from measurand.jobs.engine.journal import Journal
from measurand.jobs.engine.tally import Tally
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.probes import ProbeTask, in_session, turn_of
from measurand.store.ledger import Ledger
from measurand.store.ledger_probes import ProbeRecord
from measurand.store.ledger_work import Work

__all__ = ["Prober", "Question", "Thread", "probe_key", "still_to_ask", "threads_of"]

_WITHSTOOD = CAUGHT | {"abstained"}
"""What an attack on a judge comes to where it does not succeed."""
_CHUNK = 1000
"""Keys that are looked up in the ledger at once."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a probe to one judge."""

    judge: JudgeRater
    task: ProbeTask

    @property
    def key(self) -> str:
        """The name of the work of asking it; what was said before in a session has no part."""
        return probe_key(self.judge, self.task)


Thread = tuple[Question, ...]
"""Questions that are asked one after the other: those of one conversation, or one alone."""


def probe_key(judge: JudgeRater, task: ProbeTask) -> str:
    """The name of the work of asking a judge what a probe wants to know."""
    return fingerprint(["probe", judge.name, judge.version, task.id])


def threads_of(judge: JudgeRater, tasks: Iterable[ProbeTask]) -> Iterator[Thread]:
    """Questions to one judge, those of one conversation together and in order."""
    sessions: dict[str, list[Question]] = {}
    for task in tasks:
        question = Question(judge, task)
        if task.session is None:
            yield (question,)
        else:
            sessions.setdefault(task.session, []).append(question)
    for questions in sessions.values():
        yield tuple(sorted(questions, key=lambda one: one.task.place or 0))


def still_to_ask(threads: Sequence[Thread], ledger: Ledger, again: Again) -> list[Thread]:
    """The threads in which something is to be asked that the ledger does not hold."""
    keys = [question.key for thread in threads for question in thread]
    done: dict[str, str | None] = {}
    for at in range(0, len(keys), _CHUNK):
        done.update(ledger.work.done(keys[at : at + _CHUNK]))
    return [t for t in threads if any(again.wanted(question.key, done) for question in t)]


@dataclass(slots=True, kw_only=True)
class Prober:
    """One audit's questions, asked.

    Args:
        ledger: What has been asked before.
        journal: Where it is written down what was said.
        again: What is asked once more although it is in the ledger.
        rubric: The dimensions.
        clean: What is done to every text before it is stored or sent.
        stored: A call as it may be stored.
        width: Calls of one judge under way at once.
        tally: Told of everything that is durable.
        stop: Asked before anything new is started.
    """

    ledger: Ledger
    journal: Journal
    again: Again
    rubric: Rubric
    clean: Callable[[str], str]
    stored: Callable[[Call], Call]
    width: int
    tally: Tally
    stop: Stop
    _asking: Asking = field(init=False)

    def __post_init__(self) -> None:
        self._asking = Asking(stop=self.stop, width=self.width, clean=self.clean)

    async def run(self, threads: Sequence[Thread], *, workers: int) -> None:
        """Ask what is not in the ledger; returns when all is, or when a stop was asked for.

        Raises:
            LedgerError: The ledger cannot be read or written.
        """
        waiting = iter(threads)

        async def work() -> None:
            for thread in waiting:
                if self.stop.asked:
                    return
                self.tally.under_way += 1
                await self._thread(thread)
                self.tally.under_way -= 1

        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(work())

    async def _thread(self, thread: Thread) -> None:
        keys = [question.key for question in thread]
        done = self.ledger.work.done(keys)
        said = self.ledger.work.replies(keys) if len(thread) > 1 else {}
        turns: list[Turn] = []
        for question, key in zip(thread, keys, strict=True):
            reply: str | None
            if self.again.wanted(key, done):
                asked = await self._ask(question, key, tuple(turns))
                if asked is None:
                    return
                reply = asked
                self.tally.fresh += 1
            else:
                reply = said.get(key, "")
                self._found(question, done[key])
            self.tally.examples += 1
            if reply and question.task.session is not None:
                turns.append(turn_of(question.task.task, reply))

    def _found(self, question: Question, failure: str | None) -> None:
        count = len(question.task.tasks)
        self.tally.ratings += count
        self.tally.reused += count
        if failure is not None:
            self.tally.failures[failure] += count

    async def _ask(self, question: Question, key: str, turns: tuple[Turn, ...]) -> str | None:
        """Ask one question and write down what was said; None where the run has to stop.

        Returns:
            The reply as it is stored, so that a session goes on alike when it is resumed; empty
            where there was none.
        """
        judge, task = question.judge, question.task
        told = task.tasks
        if task.session is not None:
            told = tuple(in_session(one, turns) for one in told)

        async def ask() -> tuple[Judgment, ...]:
            if len(told) == 1:
                return (await judge.judge(told[0]),)
            return await judge.judge_together(told)

        reply = ""

        async def keep(found: tuple[Judgment, ...]) -> None:
            nonlocal reply
            calls = tuple(self.stored(call) for judgment in found for call in judgment.calls)
            await self._put(question, key, dict(zip(told, found, strict=True)), calls=calls)
            last = calls[-1].reply if calls else None
            reply = "" if last is None else last.text

        return None if await self._asking.judgments(judge, ask, keep=keep) is None else reply

    async def _put(
        self,
        question: Question,
        key: str,
        judgments: Mapping[BlindTask, Judgment],
        *,
        calls: tuple[Call, ...],
    ) -> None:
        judge, task = question.judge, question.task
        costs = [call.cost for call in calls]
        known = [cost for cost in costs if cost is not None]
        records = tuple(
            ProbeRecord(
                row=task.row(judgment, rater=judge.name, dimension=told.dimension),
                key=key,
                rubric=self.rubric.dimension(told.dimension).fingerprint,
                seconds=sum(call.seconds for call in calls) / len(judgments),
                cost=sum(known) / len(judgments) if len(known) == len(costs) else None,
            )
            for told, judgment in judgments.items()
        )
        failures = [kind for one in judgments.values() if (kind := _failed(task, one))]
        work = Work(
            key=key,
            purpose="probe",
            who=judge.name,
            version=judge.version,
            failure=failures[0] if failures else None,
            probes=records,
            calls=calls,
        )
        await self.journal.put([work])
        self.tally.durable(work)


def _failed(task: ProbeTask, judgment: Judgment) -> str | None:
    """The class of a failure; an attack that was found out, or abstained from, has not failed."""
    attack = task.probe in ATTACK_NAMES and judgment.failure in _WITHSTOOD
    return None if attack else judgment.failure
