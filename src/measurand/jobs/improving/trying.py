"""Having judges say what they say of rated outputs: each question once, whatever tries it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from measurand.core.judging import Judgment
from measurand.core.plan import Plan
from measurand.core.rating import Ratings
from measurand.jobs.engine.agenda import Again, Judging
from measurand.jobs.engine.asking import Asking, Stop
from measurand.jobs.engine.journal import Journal
from measurand.jobs.engine.parts import Parts, judge_key, tried_version, versioned
from measurand.jobs.engine.rows import judged
from measurand.jobs.engine.tally import Tally
from measurand.jobs.improving.arms import Arm
from measurand.jobs.improving.pool import Rated
from measurand.store.ledger import Ledger

__all__ = ["Question", "Trier", "pending", "questions", "said_by"]

_CHUNK = 500
"""Keys that are looked up in the ledger at once."""


@dataclass(frozen=True, slots=True)
class Question:
    """One task of one judge about a rated output, and the name of the work."""

    item: Rated
    judging: Judging


def questions(arm: Arm, items: Iterable[Rated]) -> Iterator[Question]:
    """Everything that a judge has to say of these outputs, done or not."""
    for item in items:
        judge = arm.judge_for(item)
        for task in judge.tasks(item.example, item.text):
            key = judge_key((item.asked.key,), task, judge, row=task.repeat)
            yield Question(item, Judging(judge, task, key))


def pending(
    arms: Iterable[Arm], items: Sequence[Rated], ledger: Ledger, *, again: Again | None = None
) -> list[Question]:
    """What the ledger does not hold; what several judges share is there once."""
    every = {one.judging.key: one for arm in arms for one in questions(arm, items)}
    done: dict[str, str | None] = {}
    keys = list(every)
    for at in range(0, len(keys), _CHUNK):
        done.update(ledger.work.done(keys[at : at + _CHUNK]))
    wanted = again or Again()
    return [one for key, one in every.items() if wanted.wanted(key, done)]


def said_by(arm: Arm, items: Sequence[Rated], ledger: Ledger) -> Ratings:
    """What a judge said of these outputs, by the rows of the ledger, under its model's name.

    Repeats that it is not to give, though another judge's plan may have wanted them, are left out.
    """
    found = Ratings.of(())
    for judge in dict.fromkeys(map(arm.judge_for, items)):
        names = {(i.of.example, i.of.system) for i in items if arm.judge_for(i) is judge}
        versions = {
            tried_version(versioned(i.asked.system.version, judge.version), repeat)
            for i in items
            if arm.judge_for(i) is judge
            for repeat in range(arm.repeats)
        }
        rows = ledger.ratings(
            version=frozenset(versions),
            kind="judge",
            rater=judge.name,
            example=frozenset(example for example, _ in names),
        )
        columns = (rows[name] for name in ("example", "system", "repeat", "against"))
        kept = bytes(
            (example, system) in names and against is None and int(repeat or 0) < arm.repeats
            for example, system, repeat, against in zip(*columns, strict=True)
        )
        found += rows.filtered(kept)
    return found


@dataclass(slots=True, kw_only=True)
class Trier:
    """Asks what is to be asked.

    Args:
        journal: Where it is written down what was said.
        plan: The plan.
        redact: What is done to every text before it is stored.
        width: Calls of one judge under way at once.
        tally: Told of everything that is durable.
        stop: Asked before anything new is started.
    """

    journal: Journal
    plan: Plan
    redact: Callable[[str], str]
    width: int
    tally: Tally
    stop: Stop

    async def run(self, listed: Sequence[Question]) -> None:
        """Ask; returns when all is there, or when a stop was asked for.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        asking = Asking(stop=self.stop, width=self.width, clean=self._parts().clean)
        waiting = iter(listed)

        async def work() -> None:
            for one in waiting:
                if self.stop.asked:
                    return
                await self._ask(one, asking)

        async with asyncio.TaskGroup() as group:
            for _ in range(2 * self.width):
                group.create_task(work())

    async def _ask(self, one: Question, asking: Asking) -> None:
        item, judging = one.item, one.judging
        self.tally.under_way += 1

        async def keep(judgment: Judgment) -> None:
            work = judged(item.asked, judging, judgment, parts=self._parts())
            version = tried_version(work.version, judging.task.repeat)
            work = replace(work, version=version)
            await self.journal.put([work])
            self.tally.durable(work)
            self.tally.examples += 1
            self.tally.fresh += 1

        await asking.judgment(judging.judge, judging.task, keep=keep)
        self.tally.under_way -= 1

    def _parts(self) -> Parts:
        return Parts(systems=(), rubric=self.plan.rubric, redact=self.redact)
