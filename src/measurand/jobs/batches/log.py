"""What the ledger says of batches: which are under way, how far each is collected, what to retry.

Two events tell it, and nothing else is kept. ``batch_submitted`` holds a handle and what is needed
to understand its answers. ``batch_collected`` comes in the transaction that adds judgments of it:
how many of its keys are dealt with (``to``), which of the later ones (``also``), which are to be
handed in again (``unanswered``, with what has been tried), which need that no more (``settled``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from measurand.core.model import Attempt
from measurand.core.output import Usage
from measurand.models.batch_handle import Handle
from measurand.store.ledger_work import Work, WorkLog

__all__ = ["COLLECTED", "SUBMITTED", "BatchLog", "Contents", "OpenBatch", "Taken", "keys_of"]

SUBMITTED, COLLECTED = "batch_submitted", "batch_collected"


@dataclass(slots=True, kw_only=True)
class OpenBatch:
    """A batch that is under way, or not collected to its end.

    Args:
        number: The event that tells of it.
        handle: As far as it is needed to ask for it; `BatchLog.contents` has all of it.
        judge: Who judges.
        versions: What produces its ratings.
        size: Its requests.
        to: So many of its keys are dealt with.
        also: And these of the later ones.
        bound: US dollars that those may cost which were not dealt with when the run began.
        troubles: How often in a row the provider did not say how far it is.
    """

    number: int
    handle: Handle
    judge: str
    versions: frozenset[str]
    size: int
    to: int = 0
    also: set[str] = field(default_factory=set)
    bound: float = 0.0
    troubles: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What is in a batch, and what its answers mean.

    Args:
        handle: The batch.
        judge: Who judges.
        judge_version: The judge's version.
        kept: The version of a judge made of `plan`, by which it is known that one can still be
            made that reads answers as this one did; None where none ever could.
        plan: The plan, as `measurand.store.plans.plain_plan` writes it down, redacted.
        systems: The version of each system.
        examples: What it is about, by id.
        versions: What produces its ratings.
        bounds: The most that each request may cost, in US dollars; None where nobody knows.
    """

    handle: Handle
    judge: str
    judge_version: str
    kept: str | None
    plan: Mapping[str, Any]
    systems: Mapping[str, str]
    examples: Sequence[str]
    versions: Sequence[str]
    bounds: Mapping[str, float | None]


@dataclass(slots=True, kw_only=True)
class Taken:
    """What is dealt with of a batch, in one transaction.

    Args:
        to: So many of its keys are dealt with now, counted from its first.
        also: Keys beyond these.
        works: What came of them.
        unanswered: Keys to be handed in again, each with all that was tried.
        settled: Keys that need that no more.
        held: US dollars that answers may have cost, nobody knows how many.
    """

    to: int
    also: list[str] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)
    unanswered: dict[str, tuple[Attempt, ...]] = field(default_factory=dict)
    settled: list[str] = field(default_factory=list)
    held: float = 0.0


class BatchLog:
    """The batches of a ledger.

    Args:
        work: The ledger's.
        plan: The plan's fingerprint.
        run: The event that started the run.

    Attributes:
        run: The event that started the run.
        open: Batches that are not collected to their end, by number.
        under_way: The keys in them that are not dealt with.
        tries: What has been tried for keys that are to be handed in again.
        held: US dollars that answers collected earlier may have cost, nobody knows how many.
    """

    def __init__(self, work: WorkLog, *, plan: str, run: int) -> None:
        self._work, self._plan, self.run = work, plan, run
        self.open: dict[int, OpenBatch] = {}
        self.under_way: set[str] = set()
        self.tries: dict[str, tuple[Attempt, ...]] = {}
        self.held = 0.0
        self._read()

    def submitted(self, contents: Contents) -> OpenBatch:
        """Note a batch that a provider has taken.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        told = {
            "run": self.run,
            "handle": contents.handle.to_json(),
            "judge": contents.judge,
            "judge_version": contents.judge_version,
            "kept": contents.kept,
            "plan": contents.plan,
            "systems": contents.systems,
            "examples": list(contents.examples),
            "versions": list(contents.versions),
            "bounds": [contents.bounds.get(key) for key in keys_of(contents.handle)],
        }
        number = self._work.log(self._plan, SUBMITTED, told)
        return self._opened(number, contents)

    def contents(self, batch: OpenBatch) -> Contents:
        """All that was noted of a batch."""
        return _contents(self._work.event(batch.number).manifest)

    def take(self, batch: OpenBatch, taken: Taken, *, repeats: Mapping[str, int]) -> None:
        """Add what came of a batch, and note how far it is dealt with: both, or neither.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        to = taken.to
        told = {
            "run": self.run,
            "batch": batch.number,
            "to": to,
            "also": taken.also,
            "unanswered": {key: _told(tried) for key, tried in taken.unanswered.items()},
            "settled": taken.settled,
            "held": taken.held,
            "closed": to >= batch.size,
        }
        event = (self._plan, COLLECTED, told)
        self._work.add(taken.works, run=self.run, repeats=repeats, event=event)
        self._apply(told)
        batch.to, batch.also = to, batch.also.union(taken.also)
        if to >= batch.size:
            del self.open[batch.number]

    def forget(self, batch: OpenBatch) -> None:
        """Give a batch up, for nobody will ever tell what came of it.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        keys = keys_of(self.contents(batch).handle)
        left = [key for key in keys[batch.to :] if key not in batch.also]
        self.take(batch, Taken(to=batch.size, held=batch.bound), repeats={})
        self.done_with(left)

    def done_with(self, keys: Iterable[str]) -> None:
        """Forget that these are under way."""
        self.under_way.difference_update(keys)

    def _read(self) -> None:
        ends: dict[int, int] = {}
        also: dict[int, set[str]] = {}
        closed: set[int] = set()
        for event in self._work.events(COLLECTED):
            told = event.manifest
            self._apply(told)
            number = int(told["batch"])
            ends[number] = int(told["to"])
            also.setdefault(number, set()).update(told["also"])
            if told["closed"]:
                closed.add(number)
        for number in self._work.numbers(SUBMITTED):
            if number in closed:
                continue
            contents = _contents(self._work.event(number).manifest)
            batch = self._opened(number, contents)
            batch.to, batch.also = ends.get(number, 0), also.get(number, set())
            self.done_with((*keys_of(contents.handle)[: batch.to], *batch.also))
            left = [key for key in keys_of(contents.handle)[batch.to :] if key not in batch.also]
            batch.bound = sum(contents.bounds[key] or 0.0 for key in left)

    def _opened(self, number: int, contents: Contents) -> OpenBatch:
        handle, keys = contents.handle, keys_of(contents.handle)
        slim = replace(handle, keys=(), names=(), ways=(), went=(), refused={})
        batch = OpenBatch(
            number=number,
            handle=slim,
            judge=contents.judge,
            versions=frozenset(contents.versions),
            size=len(keys),
        )
        self.open[number] = batch
        self.under_way.update(keys)
        return batch

    def _apply(self, told: Mapping[str, Any]) -> None:
        for key, tried in told["unanswered"].items():
            self.tries[key] = tuple(_attempt(*one) for one in tried)
        for key in told["settled"]:
            self.tries.pop(key, None)
        self.held += told["held"]


def keys_of(handle: Handle) -> tuple[str, ...]:
    """Every key of a batch, those that could not be put into it among them."""
    return (*handle.keys, *handle.refused)


def _contents(told: Mapping[str, Any]) -> Contents:
    handle = Handle.from_json(told["handle"])
    bounds = dict(zip(keys_of(handle), told["bounds"], strict=True))
    names = ("judge", "judge_version", "plan", "systems", "examples", "versions")
    return Contents(
        handle=handle,
        bounds=bounds,
        kept=told.get("kept", told["judge_version"]),
        **{name: told[name] for name in names},
    )


def _told(tried: Sequence[Attempt]) -> list[list[Any]]:
    return [[one.status, one.message, one.usage is not None] for one in tried]


def _attempt(status: str, message: str, charged: bool) -> Attempt:  # noqa: FBT001 - as it is stored
    usage = Usage() if charged else None
    return Attempt(status=status, seconds=0.0, usage=usage, message=message)
