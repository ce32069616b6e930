"""Runs systems, checks and judges over any number of examples, in bounded memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from measurand.core.example import Example
from measurand.core.model import Call
from measurand.errors import BudgetExhausted
from measurand.jobs.engine.agenda import Agenda, Asked, Judging
from measurand.jobs.engine.journal import Journal
from measurand.jobs.engine.parts import Parts
from measurand.jobs.engine.rows import checked, judged, unjudged
from measurand.jobs.engine.tally import Tally
from measurand.store.ledger_work import Work

__all__ = ["Engine", "Stop"]

HOPELESS = frozenset({"authentication", "not_found"})
"""Failures that every further call would meet as well."""
DEAD = frozenset({"connection", "timeout", "server_error", "malformed_response"})
"""Failures of which many in a row say that nobody is there."""
SILENT, LOST = 8, 50
"""So many in a row end a run: where nobody has answered yet, and where somebody has."""
_CHUNK = 32
"""Examples that are looked up in the ledger at once."""

Reason = Literal["budget", "asked", "hopeless"]


@dataclass(slots=True)
class Stop:
    """Asks a run to start nothing new; calls under way are finished and kept.

    Args:
        reason: Why; None while it goes on.
        message: The same in a sentence.
    """

    reason: Reason | None = None
    message: str = ""

    def ask(self, reason: Reason, message: str) -> None:
        """Stop; the first reason stands."""
        if self.reason is None:
            self.reason, self.message = reason, message

    @property
    def asked(self) -> bool:
        """Whether nothing new is to be started."""
        return self.reason is not None


@dataclass(slots=True, kw_only=True)
class Engine:
    """One run.

    Args:
        agenda: Knows what is to be done.
        journal: Where it is written down what is done.
        workers: Examples under way at once.
        tally: Told of everything that is durable.
        stop: Asked before anything new is started.
    """

    agenda: Agenda
    journal: Journal
    workers: int
    tally: Tally = field(default_factory=Tally)
    stop: Stop = field(default_factory=Stop)
    _silence: dict[str, int] = field(default_factory=dict, init=False)

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
            # No task group: where one call meets the budget, the others are paid for already.
            ended = await asyncio.gather(*map(self._output, asked), return_exceptions=True)
            _raise_first(ended)
            if self.parts.pairs and not self.stop.asked:
                await self._pairs(asked)
            if not self.stop.asked:
                self.tally.examples += 1

    async def _output(self, asked: Asked) -> None:
        """One output, from the question to the last judgment."""
        if asked.saved:
            self.tally.outputs += 1
            self.tally.reused += 1 + asked.reused
            self.tally.ratings += asked.reused
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
        calls: tuple[Call, ...] = ()
        if asked.raw is None:
            try:
                asked.raw, calls = await asked.system.answer(asked.example, asked.trial)
            except BudgetExhausted as limit:
                self.stop.ask("budget", str(limit))
                return False
            asked.output = self.parts.stored(asked.raw)
            failure = asked.raw.failure
            if failure and self._hopeless(asked.system.name, failure.kind, failure.message):
                return False
            if failure is None:
                self._silence[asked.system.name] = -LOST
            self.agenda.plan(asked)
        output = asked.output
        work = Work(
            key=asked.key,
            purpose="output",
            who=asked.system.name,
            version=asked.system.version,
            failure=output.failure.kind if output is not None and output.failure else None,
            output=output,
            calls=calls,
        )
        await self._put([work, *await self._checks(asked)])
        return True

    def _hopeless(self, who: str, kind: str, message: str) -> bool:
        """Whether there is no point in going on; what says so is not kept, for it can be mended."""
        if kind in DEAD:
            self._silence[who] = max(self._silence.get(who, 0), SILENT - LOST) + 1
            if self._silence[who] < SILENT:
                return False
            message = f"{message} (so ended all of its last calls; mended, take --retry-failed)"
        elif kind not in HOPELESS:
            return False
        self.stop.ask("hopeless", f"{who}: {kind}: {message}")
        return True

    async def _checks(self, asked: Asked) -> list[Work]:
        return [await checked(asked, item, self.parts) for item in asked.checkings]

    async def _judge_all(
        self, asked: Asked, items: Sequence[Judging], against: Asked | None = None
    ) -> None:
        told = (self._judge(asked, item, against) for item in items)
        _raise_first(await asyncio.gather(*told, return_exceptions=True))

    async def _judge(self, asked: Asked, item: Judging, against: Asked | None = None) -> None:
        if self.stop.asked:
            return
        try:
            judgment = await item.judge.judge(item.task)
        except BudgetExhausted as limit:
            self.stop.ask("budget", str(limit))
            return
        name, reason = item.judge.name, judgment.measurement.reason
        if judgment.failure and self._hopeless(name, judgment.failure, reason):
            return
        if judgment.failure is None:
            self._silence[name] = -LOST
        await self._put([judged(asked, item, judgment, parts=self.parts, against=against)])

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
            self.tally.outputs += work.output is not None
            self.tally.ratings += len(work.ratings)
            if work.failure is not None:
                self.tally.failures[work.failure] += 1


def _raise_first(ended: Iterable[BaseException | None]) -> None:
    """What went wrong in one of many, now that all have ended."""
    for problem in ended:
        if problem is not None:
            raise problem
