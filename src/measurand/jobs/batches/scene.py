"""What handing in and collecting share: who takes part, the ledger, and models with batches."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from measurand.core.example import Example
from measurand.core.plan import Plan
from measurand.jobs.batches.log import BatchLog, OpenBatch, Taken
from measurand.jobs.engine.engine import Stop
from measurand.jobs.engine.parts import Parts
from measurand.jobs.engine.tally import Tally
from measurand.models.batch import open_batch
from measurand.models.open import Models
from measurand.privacy.redaction import redact_json
from measurand.store.ledger import Ledger
from measurand.store.ledger_work import Work
from measurand.store.plans import plain_plan

if TYPE_CHECKING:
    from measurand.models.batch_model import BatchModel

__all__ = ["BatchModels", "Scene", "money"]


class BatchModels:
    """Opens models with batches by name, one each; a context manager that closes them.

    Args:
        plan: Its endpoints and prices count.
        models: Where keys and addresses come from.
    """

    def __init__(self, plan: Plan, models: Models) -> None:
        self._plan, self._models = plan, models
        self._opened: dict[str, BatchModel] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for model in self._opened.values():
            await model.close()
        self._opened.clear()

    def open(self, name: str) -> BatchModel:
        """The model of this name; nothing is sent.

        Raises:
            UsageError: Its provider has no batches, or its key is not set.
            MissingExtra: The library that speaks to it is not installed.
        """
        if name not in self._opened:
            provider, _, model = name.partition("/")
            # Not redacted here: what is handed in has been redacted by then.
            self._opened[name] = open_batch(
                provider,
                model,
                environment=self._models.environment,
                endpoint=self._plan.providers.get(provider),
                prices=self._plan.prices,
            )
        return self._opened[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One run that judges by batches.

    Args:
        plan: The plan as it is run.
        parts: Who takes part.
        models: Models that are asked live, and the budget.
        batches: The same models' batches.
        ledger: Where it stays.
        log: What the ledger says of batches.
        tally: Told of everything that is durable.
        stop: Asked before anything new is started.
        examples: Those of this run, from the first, each time it is called.
        every: All examples of the plan.
        key: The secret of the ledger.
        fresh: The judgments that this run has made.
    """

    plan: Plan
    parts: Parts
    models: Models
    batches: BatchModels
    ledger: Ledger
    log: BatchLog
    tally: Tally
    stop: Stop
    examples: Callable[[], Iterable[Example]]
    every: Iterable[Example]
    key: bytes = field(repr=False)
    fresh: set[str] = field(default_factory=set)
    plain: Mapping[str, Any] = field(init=False)
    """The plan as manifests hold it."""
    _versions: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        plain = redact_json(plain_plan(self.plan), self.parts.redact)
        object.__setattr__(self, "plain", json.loads(json.dumps(plain)))
        object.__setattr__(self, "_versions", frozenset(self.parts.versions()))

    def ours(self, batch: OpenBatch) -> bool:
        """Whether what a batch answers counts under the plan of this run."""
        return not batch.versions.isdisjoint(self._versions)

    def waiting(self) -> int:
        """Judgments that count and are under way."""
        return sum(b.size - b.to - len(b.also) for b in self.log.open.values() if self.ours(b))

    def put(self, works: Sequence[Work]) -> None:
        """Write down what took no call, and count it.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        if works:
            self.ledger.work.add(works, run=self.log.run, repeats=self.parts.rounds)
            self._count(works)

    def take(self, batch: OpenBatch, taken: Taken, *, rounds: Mapping[str, int]) -> None:
        """Write down what came of a batch, and count it.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        counts = self.ours(batch)
        self.log.take(batch, taken, repeats=rounds)
        if counts:
            self._count(taken.works)
        self.tally.waiting = self.waiting()

    def _count(self, works: Sequence[Work]) -> None:
        for work in works:
            self.fresh.add(work.key)
            self.tally.durable(work)


def money(bounds: Iterable[float | None]) -> float:
    """US dollars of bounds, as far as they are known."""
    return sum(bound for bound in bounds if bound is not None)
