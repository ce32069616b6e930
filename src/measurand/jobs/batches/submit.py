"""Handing in: every judgment that is neither made nor under way, in batches, each noted at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from measurand.core.judging import BlindTask
from measurand.core.model import ModelRequest
from measurand.core.running import Price
from measurand.errors import BudgetExhausted
from measurand.jobs.batches.items import Item, chunks, kept_version, raters_of
from measurand.jobs.batches.log import Contents
from measurand.jobs.batches.scene import Scene, money
from measurand.jobs.engine.agenda import Again, Agenda
from measurand.jobs.engine.parts import rating_version
from measurand.jobs.engine.rows import judged, unjudged
from measurand.models.batch_handle import Handle
from measurand.models.batch_prices import batch_bound
from measurand.models.wire import PASSING, CallFailed
from measurand.store.ledger_work import Work

__all__ = ["Submitter", "Wanted"]

_AT_ONCE = 2_000
"""Requests that are handed in at once: they are in memory together."""
_STEP = 1_000
"""Sizes are rounded up to so many tokens, so that few bounds have to be looked up."""
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 60.0
_MAY_HAVE_BEEN_TAKEN = PASSING - {"rate_limited"}

Wanted = Callable[[Item, Mapping[str, str | None]], bool]
"""Whether a judgment is to be made, given what is done."""


@dataclass(slots=True)
class _Bucket:
    """Requests to one model that will be handed in together."""

    requests: dict[str, ModelRequest] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    bounds: dict[str, float | None] = field(default_factory=dict)

    def drop(self, key: str) -> None:
        for part in (self.requests, self.items, self.bounds):
            part.pop(key, None)


@dataclass(slots=True)
class Submitter:
    """Hands in what is to be judged.

    Args:
        scene: The run.
    """

    scene: Scene
    handed: int = field(default=0, init=False)
    """Requests of the newest round."""
    short: str = field(default="", init=False)
    """Why the budget did not do for all of the newest round; empty where it did."""
    _buckets: dict[str, _Bucket] = field(default_factory=dict, init=False)
    _kept: dict[str, str | None] = field(default_factory=dict, init=False)
    """The version of each judge as the plan is kept."""

    async def submit(self, wanted: Wanted, *, passed: Callable[[str], None]) -> None:
        """One round through all examples; ends early where a stop is asked for.

        Args:
            wanted: What is to be judged.
            passed: Told of each judgment that is made already.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        self.handed, self.short = 0, ""
        scene = self.scene
        self._buckets = {name: _Bucket() for name in raters_of(scene.parts)}
        self._kept = {
            name: kept_version(scene.plain, name, models=scene.models, key=scene.key)
            for name in self._buckets
        }
        agenda = Agenda(replace(scene.parts, checks=()), scene.ledger, Again())
        for items in chunks(agenda, scene.examples()):
            if scene.stop.asked:
                break
            scene.put(self._sorted(items, wanted, passed))
            for name, bucket in self._buckets.items():
                if len(bucket.requests) >= _AT_ONCE:
                    await self._hand_in(name, bucket)
            await asyncio.sleep(0)  # whoever watches, or interrupts, has his turn
        for name, bucket in self._buckets.items():
            await self._hand_in(name, bucket)

    def _sorted(
        self, items: list[Item], wanted: Wanted, passed: Callable[[str], None]
    ) -> list[Work]:
        """What needs no call; what does is put where it will be handed in."""
        done = self.scene.ledger.work.done(item.key for item in items)
        works: list[Work] = []
        for item in items:
            if item.key in self.scene.log.under_way:
                continue
            if not wanted(item, done):
                passed(item.key)
            elif (work := self._at_once(item)) is not None:
                works.append(work)
            elif not self.short:
                self._add(item)
        return works

    def _at_once(self, item: Item) -> Work | None:
        """What follows without a call."""
        asked, parts = item.asked, self.scene.parts
        if asked.output is not None and asked.output.failure is not None:
            return unjudged(asked, item.judging, parts)
        ruled = raters_of(parts)[item.judging.judge.name].ruled(item.judging.task)
        if ruled is None:
            return None
        return judged(asked, item.judging, ruled, parts=parts, against=item.against)

    def _add(self, item: Item) -> None:
        name = item.judging.judge.name
        request, bound = self._prepared(name, item.judging.task)
        try:
            self.scene.models.budget.hold(bound, what=f"a judgment by {name} in a batch")
        except BudgetExhausted as limit:
            self.short = str(limit)
            return
        bucket = self._buckets[name]
        bucket.requests[item.key], bucket.items[item.key] = request, item
        bucket.bounds[item.key] = bound

    def _prepared(self, name: str, task: BlindTask) -> tuple[ModelRequest, float | None]:
        """The request as it goes out, and the most that it may cost."""
        client = self.scene.models.open(name)
        request = client.prepared(raters_of(self.scene.parts)[name].request(task))
        size, most = client.size(request)
        if most is not None:
            rounded = -(-size // _STEP) * _STEP
            bound = _bound(name, rounded, most, own=self.scene.plan.prices.get(name))
            if bound is not None:
                return request, bound
        return request, self.scene.models.prices.bound(name, size, most)

    async def _hand_in(self, name: str, bucket: _Bucket) -> None:
        """Hand in a bucket, and empty it; every batch is noted before the next one is made."""
        model, scene = self.scene.batches.open(name), self.scene
        attempts = 0
        while bucket.requests and not scene.stop.asked:
            try:
                async for handle in model.submit(dict(bucket.requests)):
                    self._note(name, bucket, handle)
            except CallFailed as error:
                attempts += 1
                if not error.again:
                    self._give_up(name, bucket, error)
                elif attempts >= scene.plan.run.attempts:
                    scene.stop.ask("hopeless", _refused(name, error))
                else:
                    wait = error.retry_after or _FIRST_WAIT * 2 ** (attempts - 1)
                    await asyncio.sleep(min(wait, _LONGEST_WAIT))
        scene.models.budget.free(money(bucket.bounds.values()), 0.0)
        for key in tuple(bucket.requests):
            bucket.drop(key)

    def _note(self, name: str, bucket: _Bucket, handle: Handle) -> None:
        """Make a batch durable."""
        scene = self.scene
        judge = raters_of(scene.parts)[name]
        keys = (*handle.keys, *handle.refused)
        items = [bucket.items[key] for key in keys]
        versions = {
            rating_version(i.asked.system, judge, i.against.system if i.against else None)
            for i in items
        }
        contents = Contents(
            handle=handle,
            judge=name,
            judge_version=judge.version,
            kept=self._kept[name],
            plan=scene.plain,
            systems={system.name: system.version for system in scene.parts.systems},
            examples=tuple(dict.fromkeys(item.asked.example.id for item in items)),
            versions=sorted(versions),
            bounds={key: bucket.bounds[key] for key in keys},
        )
        scene.log.submitted(contents)
        self.handed += len(keys)
        scene.tally.waiting = scene.waiting()
        for key in keys:
            bucket.drop(key)

    def _give_up(self, name: str, bucket: _Bucket, error: CallFailed) -> None:
        """Stop, for what went wrong will not pass; or nobody knows whether it went wrong."""
        told = _refused(name, error)
        if error.failure.kind in _MAY_HAVE_BEEN_TAKEN:
            # What may have been taken stays held.
            bucket.bounds.clear()
            told += (
                "; it may have been taken all the same: look at the provider's list of batches, "
                "and cancel it there, before you run again"
            )
        self.scene.stop.ask("hopeless", told)


def _refused(name: str, error: CallFailed) -> str:
    return f"{name}: the batch was not taken: {error.failure.kind}: {error.failure.message}"


@lru_cache(maxsize=4096)
def _bound(name: str, size: int, most: int, *, own: Price | None) -> float | None:
    """`batch_bound`, which looks into a large table, remembered."""
    return batch_bound(name, size, most, own=own)
