"""Runs systems, checks and judges over any number of examples, in bounded memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from measurand.core.example import Example
from measurand.core.failure import TRANSPORT_FAILURES
from measurand.core.model import Call
from measurand.core.output import Failure
from measurand.errors import BudgetExhausted
from measurand.jobs.engine.agenda import Agenda, Asked, Judging
from measurand.jobs.engine.journal import Journal
from measurand.jobs.engine.parts import Parts
from measurand.jobs.engine.rows import checked, judged, unjudged
from measurand.jobs.engine.tally import Tally
from measurand.store.ledger_work import Work

__all__ = ["Engine", "Stop"]

HOPELESS = frozenset({"authentication", "not_found"})
"""Failures that every further call of a provider's model would meet as well."""
SILENT, LOST = 8, 50
"""So many calls in a row without any reply end a run: of those who have never answered, and of
those who have."""
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
        width: Outputs of one system, and judgments by one judge, under way at once.
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
    _silence: dict[str, int] = field(default_factory=dict, init=False)
    _places: dict[str, asyncio.Semaphore] = field(default_factory=dict, init=False)

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
            _raise_first(ended)
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
        calls: tuple[Call, ...] = ()
        here = asked.raw is not None
        if not here:
            try:
                async with self._place(asked.system.name):
                    if self._stopped():
                        return False
                    asked.raw, calls = await asked.system.answer(asked.example, asked.trial)
            except BudgetExhausted as limit:
                self.stop.ask("budget", str(limit))
                return False
            asked.output = self.parts.stored(asked.raw)
            self.agenda.plan(asked)
        output = asked.output
        failure = output.failure if output is not None else None
        if failure is not None and calls and failure.kind in HOPELESS and not _paid(calls):
            self._give_up(asked.system.name, failure.kind, failure.message)
            return False
        work = Work(
            key=asked.key,
            purpose="record" if here else "output",
            who=asked.system.name,
            version=asked.system.version,
            failure=failure.kind if failure is not None else None,
            output=output,
            calls=tuple(map(self.parts.stored_call, calls)),
        )
        await self._put([work, *await self._checks(asked)])
        if here:
            return True
        self._heard(asked.system.name, failure, calls=calls)
        if not calls and output is not None and output.cost:
            self.tally.cost += output.cost
            if self.charge(output.cost):
                self.stop.ask("budget", f"{asked.system.name} has used up the budget")
        return True

    def _heard(self, who: str, failure: Failure | None, *, calls: Sequence[Call]) -> None:
        """Count calls without any reply; where there is nobody, nothing more is sent."""
        kind = failure.kind if failure is not None else ""
        late_code = kind == "timeout" and not calls  # a function of the user's own, slow
        if failure is None or kind not in TRANSPORT_FAILURES or late_code:
            self._silence[who] = -LOST
            return
        self._silence[who] = max(self._silence.get(who, 0), SILENT - LOST) + 1
        if self._silence[who] >= SILENT:
            more = "none of its last calls was answered; once that is mended: --retry-failed"
            self._give_up(who, kind, f"{failure.message} ({more})")

    def _give_up(self, who: str, kind: str, message: str) -> None:
        self.stop.ask("hopeless", f"{who}: {kind}: {message}")

    def _stopped(self) -> bool:
        """Asked again after waiting: meanwhile somebody may have asked for a stop."""
        return self.stop.asked

    def _place(self, who: str) -> asyncio.Semaphore:
        """So many at once may be asked: whoever waits here has not begun, and need not."""
        return self._places.setdefault(who, asyncio.Semaphore(self.width))

    async def _checks(self, asked: Asked) -> list[Work]:
        return [await checked(asked, item, self.parts) for item in asked.checkings]

    async def _judge_all(
        self, asked: Asked, items: Sequence[Judging], against: Asked | None = None
    ) -> None:
        told = (self._judge(asked, item, against) for item in items)
        _raise_first(await asyncio.gather(*told, return_exceptions=True))

    async def _judge(self, asked: Asked, item: Judging, against: Asked | None = None) -> None:
        name = item.judge.name
        try:
            async with self._place(name):
                if self._stopped():
                    return
                judgment = await item.judge.judge(item.task)
        except BudgetExhausted as limit:
            self.stop.ask("budget", str(limit))
            return
        reason = self.parts.clean(judgment.measurement.reason)
        if judgment.failure in HOPELESS:
            self._give_up(name, str(judgment.failure), reason)
            if not _paid(judgment.calls):
                return
        await self._put([judged(asked, item, judgment, parts=self.parts, against=against)])
        if judgment.calls:
            failure = None if judgment.failure is None else Failure(judgment.failure, reason)
            self._heard(name, failure, calls=judgment.calls)

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


def _raise_first(ended: Iterable[BaseException | None]) -> None:
    """What went wrong in one of many, now that all have ended."""
    for problem in ended:
        if problem is not None:
            raise problem


def _paid(calls: Sequence[Call]) -> bool:
    """Whether any of these calls took tokens: what was paid for is kept, whatever came of it."""
    return any(attempt.usage is not None for call in calls for attempt in call.attempts)
