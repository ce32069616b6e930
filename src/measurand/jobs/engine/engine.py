"""Runs systems, checks and judges over any number of examples, in bounded memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from measurand.core.example import Example
from measurand.core.judging import Judgment
from measurand.core.model import Call
from measurand.errors import BudgetExhausted
from measurand.jobs.engine.agenda import Agenda, Asked, Judging
from measurand.jobs.engine.asking import HOPELESS, Asking, Stop, paid, raise_first
from measurand.jobs.engine.journal import Journal
from measurand.jobs.engine.parts import Parts
from measurand.jobs.engine.rows import checked, judged, unjudged
from measurand.jobs.engine.tally import Tally
from measurand.store.ledger_work import Purpose, Work
from measurand.systems.model import ModelSystem

__all__ = ["Engine", "Stop"]

_CHUNK = 32
"""Examples that are looked up in the ledger at once."""


@dataclass(slots=True, kw_only=True)
class Engine:
    """One run.

    Args:
        agenda: Knows what is to be done.
        journal: Where it is written down what is done.
        workers: Examples under way at once.
        width: Questions to one provider, or one system, that are asked and not yet on disk.
        tally: Told of everything that is durable.
        stop: Asked before anything new is started.
        charge: Told what answers have cost that no provider of ours has charged; says whether
            the budget is used up by it.
    """

    agenda: Agenda
    journal: Journal
    workers: int
    width: int = 20
    tally: Tally = field(default_factory=Tally)
    stop: Stop = field(default_factory=Stop)
    charge: Callable[[float], bool] = lambda _: False
    _asking: Asking = field(init=False)

    def __post_init__(self) -> None:
        systems = self.parts.systems
        self._asking = Asking(
            stop=self.stop,
            width=self.width,
            clean=self.parts.clean,
            models={one.name: one.model for one in systems if isinstance(one, ModelSystem)},
        )

    @property
    def parts(self) -> Parts:
        """Who answers and who rates."""
        return self.agenda.parts

    async def run(self, examples: Iterable[Example]) -> None:
        """Do what is not done; returns when all is, or when a stop was asked for.

        Raises:
            LedgerError: The ledger cannot be read or written.
        """
        waiting: asyncio.Queue[list[Asked] | None] = asyncio.Queue(maxsize=2 * self.workers)
        async with asyncio.TaskGroup() as group:
            for _ in range(self.workers):
                group.create_task(self._work(waiting))
            for asked in self._agendas(examples):
                await waiting.put(asked)
            for _ in range(self.workers):
                await waiting.put(None)

    def _agendas(self, examples: Iterable[Example]) -> Iterator[list[Asked]]:
        stream = iter(examples)
        while not self.stop.asked and (chunk := list(islice(stream, _CHUNK))):
            yield from self.agenda.of(chunk)

    async def _work(self, waiting: asyncio.Queue[list[Asked] | None]) -> None:
        while (asked := await waiting.get()) is not None:
            if self.stop.asked:
                continue
            self.tally.under_way += 1
            fresh = any(not one.saved or one.checkings or one.judgings for one in asked)
            # No task group: where one call meets the budget, the others are paid for already.
            ended = await asyncio.gather(*map(self._output, asked), return_exceptions=True)
            raise_first(ended)
            if self.parts.pairs and not self.stop.asked:
                await self._pairs(asked)
            self.tally.under_way -= 1
            if not self.stop.asked:
                self.tally.examples += 1
                self.tally.fresh += fresh

    async def _output(self, asked: Asked) -> None:
        """One output, from the question to the last judgment."""
        if asked.saved:
            self.tally.outputs += 1
            self.tally.reused += 1 + asked.reused
            self.tally.ratings += asked.reused
            self.tally.failures.update(asked.failed)
            if asked.checkings:
                await self._put(await self._checks(asked))
        elif not await self._answer(asked):
            return
        output = asked.output
        if output is None or not asked.judgings:
            return
        if output.failure is not None:
            await self._put([unjudged(asked, item, self.parts) for item in asked.judgings])
            return
        # The first call leaves the item's prompt in the provider's cache for all the others.
        await self._judge(asked, asked.judgings[0])
        await self._judge_all(asked, asked.judgings[1:])

    async def _answer(self, asked: Asked) -> bool:
        """Ask for an output, check it, and write both down; False where the run has to stop."""
        if self.stop.asked:
            return False
        if asked.raw is not None:
            await self._put([self._work_of(asked, "record"), *await self._checks(asked)])
            return True
        try:
            async with self._asking.place(asked.system.name):
                if self._asking.stopped():
                    return False
                asked.raw, calls = await asked.system.answer(asked.example, asked.trial)
                asked.output = self.parts.stored(asked.raw)
                self.agenda.plan(asked)
                failure = asked.output.failure
                if failure is not None and calls and failure.kind in HOPELESS and not paid(calls):
                    self._asking.give_up(asked.system.name, failure.kind, failure.message)
                    return False
                await self._put([self._work_of(asked, "output", calls)])
        except BudgetExhausted as limit:
            self.stop.ask("budget", str(limit))
            return False
        if asked.checkings:
            await self._put(await self._checks(asked))
        self._asking.heard(asked.system.name, failure, calls=calls)
        if not calls and asked.output.cost:
            self.tally.cost += asked.output.cost
            if self.charge(asked.output.cost):
                self.stop.ask("budget", f"{asked.system.name} has used up the budget")
        return True

    def _work_of(self, asked: Asked, purpose: Purpose, calls: Sequence[Call] = ()) -> Work:
        output = asked.output
        failure = output.failure if output is not None else None
        return Work(
            key=asked.key,
            purpose=purpose,
            who=asked.system.name,
            version=asked.system.version,
            failure=failure.kind if failure is not None else None,
            output=output,
            calls=tuple(map(self.parts.stored_call, calls)),
        )

    async def _checks(self, asked: Asked) -> list[Work]:
        return [await checked(asked, item, self.parts) for item in asked.checkings]

    async def _judge_all(
        self, asked: Asked, items: Sequence[Judging], against: Asked | None = None
    ) -> None:
        told = (self._judge(asked, item, against) for item in items)
        raise_first(await asyncio.gather(*told, return_exceptions=True))

    async def _judge(self, asked: Asked, item: Judging, against: Asked | None = None) -> None:
        async def keep(judgment: Judgment) -> None:
            await self._put([judged(asked, item, judgment, parts=self.parts, against=against)])

        await self._asking.judgment(item.judge, item.task, keep=keep)

    async def _pairs(self, asked: Sequence[Asked]) -> None:
        """Compare outputs of the same trial, once both are there."""
        for ours, theirs in self.agenda.pairs(asked):
            items, reused = self.agenda.comparisons(ours, theirs)
            self.tally.ratings += reused
            self.tally.reused += reused
            await self._judge_all(ours, items, theirs)

    async def _put(self, works: Sequence[Work]) -> None:
        """Write down, and count what is durable."""
        await self.journal.put(works)
        for work in works:
            self.tally.durable(work)
