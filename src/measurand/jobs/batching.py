"""Judging offline: systems and checks live, judges by batch, over one run or several.

Whatever happens between two steps, the ledger knows which batches are under way and how far each
is collected, so a run that was stopped or killed is gone on with by running again: what has been
handed in is not handed in again, and what was collected is not heard twice.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from measurand.core.example import Example
from measurand.core.plan import Plan
from measurand.jobs.batches.collect import Collector
from measurand.jobs.batches.items import Item, raters_of
from measurand.jobs.batches.log import BatchLog
from measurand.jobs.batches.scene import BatchModels, Scene
from measurand.jobs.batches.submit import Submitter
from measurand.jobs.engine.agenda import Again
from measurand.jobs.keys import run_key

if TYPE_CHECKING:
    from measurand.jobs.engine.engine import Engine, Stop
    from measurand.jobs.opening import Opened
    from measurand.store.ledger import Ledger

__all__ = ["COLLECT_LATER", "Batching", "Interval"]

COLLECT_LATER = "what is handed in is kept; measurand run again collects it"

_TURN = 0.2
"""Seconds between two looks at whether a stop was asked for."""


@dataclass(frozen=True, slots=True)
class Interval:
    """How long is waited before providers are asked again how far their batches are.

    Args:
        first: Seconds at the beginning.
        growth: By how much longer each time.
        longest: Seconds at the most.
    """

    first: float = 0.1
    growth: float = 1.5
    longest: float = 60.0

    def after(self, looks: int) -> float:
        """Seconds to wait after so many looks that brought nothing."""
        # Limited first: a power of a day's looks would be no float any more.
        steps = min(looks, 64)
        return min(self.longest, self.first * self.growth**steps)


@dataclass(slots=True, kw_only=True)
class Batching:
    """Judging by batch, as one run does it.

    Args:
        plan: The plan as it is run.
        examples: Those of this run, from the first, each time it is called.
        every: All examples of the plan.
        again: What is done once more although it is in the ledger.
        wait: Whether to wait until all is collected.
        interval: How long between looks.
    """

    plan: Plan
    examples: Callable[[], Iterable[Example]]
    every: Iterable[Example]
    again: Again = field(default_factory=Again)
    wait: bool = True
    interval: Interval = field(default_factory=Interval)

    async def around(self, engine: Engine, live: Opened, *, ledger: Ledger, log: BatchLog) -> None:
        """Collect what has ended, run systems and checks, hand in, and wait for the answers.

        Args:
            engine: Runs systems and checks, of `without_judges`.
            live: Who takes part, the judges among them.
            ledger: Where it stays.
            log: What it says of batches.

        Raises:
            LedgerError: The ledger cannot be read or written.
            UsageError: The provider of a judge has no batches, or its key is not set.
            MissingExtra: The library that speaks to it is not installed.
        """
        async with BatchModels(self.plan, live.models) as batches:
            for name in raters_of(live.parts):
                batches.open(name)
            scene = Scene(
                plan=self.plan,
                parts=live.parts,
                models=live.models,
                batches=batches,
                ledger=ledger,
                log=log,
                tally=engine.tally,
                stop=engine.stop,
                examples=self.examples,
                every=self.every,
                key=run_key(ledger, live.models.environment),
            )
            await self._carry_out(engine, scene)

    async def _carry_out(self, engine: Engine, scene: Scene) -> None:
        stop = scene.stop
        asked_before = scene.log.held + sum(batch.bound for batch in scene.log.open.values())
        scene.models.budget.hold(asked_before, what="batches of earlier runs", made=True)
        scene.tally.waiting = scene.waiting()
        collector = Collector(scene, forget=self.again.failed)
        await collector.look()
        await engine.run(self.examples())
        rounds = _Rounds(scene, self.again, frozenset(engine.agenda.replaced))
        submitter = Submitter(scene)
        while not stop.asked:
            await submitter.submit(rounds.wanted, passed=rounds.passed)
            rounds.first = False
            if submitter.short and not submitter.handed and not scene.waiting():
                stop.ask("budget", submitter.short)
            if not self.wait:
                return
            under_way = scene.waiting()
            await self._collected(scene, collector)
            if not under_way or not (submitter.short or scene.log.tries):
                break
        await collector.look()  # batches of plans that have changed are not waited for

    async def _collected(self, scene: Scene, collector: Collector) -> None:
        """Look again and again until everything that counts is there, or a stop is asked for."""
        looks = 0
        while not scene.stop.asked and (before := scene.waiting()):
            await _pause(scene.stop, self.interval.after(looks))
            await collector.look()
            looks = looks + 1 if scene.waiting() == before else 0


async def _pause(stop: Stop, seconds: float) -> None:
    """Wait, but not when a stop is asked for meanwhile."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if stop.asked:
            return
        await asyncio.sleep(min(_TURN, left))


@dataclass(slots=True)
class _Rounds:
    """Which judgments a round of handing in wants.

    Args:
        scene: The run.
        again: What is done once more although it is in the ledger.
        replaced: Outputs in whose place the ledger held another text when the run began: what was
            said of them then no longer counts.
    """

    scene: Scene
    again: Again
    replaced: frozenset[str]
    first: bool = field(default=True, init=False)

    def wanted(self, item: Item, done: Mapping[str, str | None]) -> bool:
        """Whether a judgment is to be made; what this very run has made is not made anew."""
        if item.key in self.scene.log.tries:
            return True
        if item.key in self.scene.fresh:
            return False
        outputs = (item.asked, item.against)
        replaced = any(one is not None and one.key in self.replaced for one in outputs)
        return replaced or self.again.wanted(item.key, done)

    def passed(self, key: str) -> None:
        """Count what was in the ledger already, once."""
        if self.first and key not in self.scene.fresh:
            self.scene.tally.ratings += 1
            self.scene.tally.reused += 1
