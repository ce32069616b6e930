"""Collecting: what has ended is heard as if it had been asked live, and written down once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from measurand.core.example import Example
from measurand.core.fingerprint import fingerprint
from measurand.core.judging import Judgment
from measurand.core.model import Call
from measurand.errors import BudgetExhausted, DataError, UsageError
from measurand.jobs.batches.items import Item, chunks, former_parts, raters_of
from measurand.jobs.batches.log import Contents, OpenBatch, Taken, keys_of
from measurand.jobs.batches.scene import Scene
from measurand.jobs.engine.agenda import Again, Agenda
from measurand.jobs.engine.asking import HOPELESS
from measurand.jobs.engine.parts import Parts
from measurand.jobs.engine.rows import judged, orphaned
from measurand.models.wire import PASSING, CallFailed
from measurand.store.ledger_work import Work

__all__ = ["Collector"]

_AT_ONCE = 200
"""Judgments of one transaction: what a kill may lose is the second calls of so many."""
_AGAIN = 2
"""How often a request that was not answered is handed in once more."""


@dataclass(frozen=True, slots=True)
class _About:
    """What one answer is about.

    Args:
        item: The judgment.
        parts: Who took part in it.
    """

    item: Item
    parts: Parts


@dataclass(slots=True)
class _Reading:
    """One batch that has ended.

    Args:
        batch: The batch.
        contents: What is in it.
        calls: What became of its requests.
        about: What it is about, by key, as far as that is still there.
    """

    batch: OpenBatch
    contents: Contents
    calls: Mapping[str, Call]
    about: Mapping[str, _About]


@dataclass(frozen=True, slots=True)
class Collector:
    """Collects batches.

    Args:
        scene: The run.
        forget: Whether a batch that its provider does not know any more is given up.
    """

    scene: Scene
    forget: bool = False

    async def look(self) -> None:
        """Ask once how far every open batch is, and collect those that have ended.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        for batch in tuple(self.scene.log.open.values()):
            if self.scene.stop.asked:
                return
            try:
                await self._look(batch)
            except CallFailed as error:
                if error.failure.kind == "rate_limited" and error.again:
                    return  # the others would be refused as well; the next look is not far
                self._troubled(batch, error)
            except (UsageError, DataError) as error:
                if self.scene.ours(batch):
                    self.scene.stop.ask("hopeless", f"{_named(batch)}: {error}")

    async def _look(self, batch: OpenBatch) -> None:
        model = self.scene.batches.open(batch.handle.model)
        batch.handle = await model.status(batch.handle)
        batch.troubles = 0
        if not batch.handle.ended:
            return
        contents = self.scene.log.contents(batch)
        whole = replace(contents.handle, status=batch.handle.status, job=batch.handle.job)
        calls = await model.results(whole)
        await self._collect(batch, contents, calls)

    def _troubled(self, batch: OpenBatch, error: CallFailed) -> None:
        """The provider did not say how far a batch is: later it may, or it never will."""
        scene, kind = self.scene, error.failure.kind
        batch.troubles += 1
        told = f"{_named(batch)}: {kind}: {error.failure.message}"
        if kind == "not_found":
            if self.forget:
                scene.log.forget(batch)
                return
            told += "; to give it up, and hand in anew: measurand run --retry-failed"
        elif error.again and batch.troubles < scene.plan.run.attempts:
            return
        if scene.ours(batch):
            scene.stop.ask("hopeless", told)

    async def _collect(
        self, batch: OpenBatch, contents: Contents, calls: Mapping[str, Call]
    ) -> None:
        reading = _Reading(batch, contents, calls, self._about(contents))
        keys = keys_of(contents.handle)
        while batch.to < len(keys) and not self.scene.stop.asked:
            end = min(batch.to + _AT_ONCE, len(keys))
            part = [key for key in keys[batch.to : end] if key not in batch.also]
            await self._take(reading, part, end)
            await asyncio.sleep(0)

    def _about(self, contents: Contents) -> dict[str, _About]:
        """What the batch is about, as far as example and output are as they were.

        The name of a judgment holds all that its answer depends on. So those of now count, whatever
        else in the plan has changed; what is not among them is looked for among those of then.
        """
        scene = self.scene
        keys = frozenset(keys_of(contents.handle))
        found = self._found(keys, contents, replace(scene.parts, checks=()))
        if len(found) == len(keys):
            return found
        parts = former_parts(contents, scene.parts, models=scene.models, key=scene.key)
        if parts is None:
            return found
        return {**self._found(keys, contents, parts), **found}

    def _found(self, keys: frozenset[str], contents: Contents, parts: Parts) -> dict[str, _About]:
        agenda = Agenda(parts, self.scene.ledger, Again())
        found: dict[str, _About] = {}
        for items in chunks(agenda, self._examples(contents)):
            found.update((item.key, _About(item, parts)) for item in items if item.key in keys)
        return found

    def _examples(self, contents: Contents) -> Iterator[Example]:
        left = set(contents.examples)
        for example in self.scene.every:
            if example.id in left:
                left.remove(example.id)
                yield example
            if not left:
                return

    async def _take(self, reading: _Reading, keys: list[str], end: int) -> None:
        """Hear some answers and write down what came of them, in one transaction."""
        scene, batch = self.scene, reading.batch
        taken = Taken(to=end)
        asked = [key for key in keys if not self._put_off(reading, key, taken)]
        heard = await asyncio.gather(
            *(self._heard(reading, key) for key in asked), return_exceptions=True
        )
        unheard: set[str] = set()
        for key, judgment in zip(asked, heard, strict=True):
            if isinstance(judgment, BudgetExhausted):
                scene.stop.ask("budget", str(judgment))
                unheard.add(key)
            elif isinstance(judgment, BaseException):
                raise judgment
            else:
                self._add(reading, key, judgment, taken=taken)
        if unheard:
            taken.to = batch.to
            taken.also = [key for key in keys if key not in unheard]
        settled = [key for key in keys if key not in unheard]
        freed = self._paid(reading, settled, taken)
        scene.take(batch, taken, rounds=scene.parts.rounds)
        for bound, cost in freed:
            scene.models.budget.free(bound, cost)
        scene.log.done_with(settled)

    def _put_off(self, reading: _Reading, key: str, taken: Taken) -> bool:
        """Whether a request is to be handed in again, or was met by what nothing will pass."""
        scene, call = self.scene, reading.calls[key]
        if call.failure is None or key not in reading.about or not scene.ours(reading.batch):
            return False
        kind = call.failure.kind
        if kind in HOPELESS:  # not kept, for it can be mended
            who = reading.batch.judge
            scene.stop.ask("hopeless", f"{who}: {kind}: {call.failure.message}")
            return True
        tried = scene.log.tries.get(key, ())
        if kind not in PASSING or len(tried) >= _AGAIN:
            return False
        taken.unanswered[key] = (*tried, *call.attempts)
        return True

    async def _heard(self, reading: _Reading, key: str) -> Judgment | None:
        """What an answer says; None where what it is about is not there any more."""
        about = reading.about.get(key)
        if about is None:
            return None
        call, tried = reading.calls[key], self.scene.log.tries.get(key, ())
        rater = raters_of(about.parts)[reading.batch.judge]
        return await rater.heard(
            about.item.judging.task, replace(call, attempts=(*tried, *call.attempts))
        )

    def _add(self, reading: _Reading, key: str, judgment: Judgment | None, *, taken: Taken) -> None:
        if key in self.scene.log.tries:
            taken.settled.append(key)
        if judgment is None:
            taken.works.append(self._orphan(reading, key))
            return
        item, parts = reading.about[key].item, reading.about[key].parts
        taken.works.append(
            judged(item.asked, item.judging, judgment, parts=parts, against=item.against)
        )

    def _orphan(self, reading: _Reading, key: str) -> Work:
        """What was paid for and rates nothing; by a name of its own, for no judgment is made."""
        contents = reading.contents
        return orphaned(
            fingerprint(["orphan", key, reading.batch.number]),
            reading.calls[key],
            judge=contents.judge,
            version=contents.judge_version,
            parts=self.scene.parts,
        )

    def _paid(self, reading: _Reading, keys: list[str], taken: Taken) -> list[tuple[float, float]]:
        """What of the money that was held is free again; what nobody knows the cost of stays."""
        freed: list[tuple[float, float]] = []
        for key in keys:
            call, bound = reading.calls[key], reading.contents.bounds[key] or 0.0
            for attempt in call.attempts:
                self.scene.tally.attempt(call.model, attempt)
            if call.cost is None:
                taken.held += bound
            else:
                freed.append((bound, call.cost))
        return freed


def _named(batch: OpenBatch) -> str:
    return f"batch {batch.handle.id} of {batch.handle.model}"
