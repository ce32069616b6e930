"""How far a run is: what is durable, what failed and why, what was spent."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from measurand.core.model import OK, Attempt
from measurand.core.output import Usage
from measurand.store.ledger_work import Work

__all__ = ["Snapshot", "Tally"]

Units = Literal["examples", "questions", "requests"]

_ENOUGH = 5
"""Finished examples from which the rest is foretold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """How far a run is at one moment.

    Args:
        examples: Examples that are finished.
        fresh: Of these, those for which this run did anything.
        under_way: Examples that are begun.
        total: Examples there are.
        outputs: Outputs that are durable, those found in the ledger among them.
        ratings: Ratings by checks and judges that are durable, likewise.
        reused: Outputs and ratings that were in the ledger already.
        calls: Attempts at a model in this run.
        failures: Results without a value, by class.
        troubles: Attempts that failed, by class; most were tried again.
        usage: Tokens of this run.
        cost: US dollars of this run, as far as prices are known.
        unpriced: Attempts whose cost is not known.
        seconds: Wall time of this run.
        waiting: Judgments that were handed in to be answered later, and are not there yet.
        reasons: Of each class of failure the first result of this run: of whom, of what, and why.
        units: What `total` counts.
        before: US dollars that earlier runs of the ledger have cost.
    """

    examples: int
    fresh: int
    under_way: int
    total: int
    outputs: int
    ratings: int
    reused: int
    calls: int
    failures: Mapping[str, int]
    troubles: Mapping[str, int]
    usage: Usage
    cost: float
    unpriced: int
    seconds: float
    waiting: int = 0
    reasons: Mapping[str, str] = field(default_factory=dict)
    units: Units = "examples"
    before: float = 0.0

    @property
    def done(self) -> int:
        """Pieces of work that this run did itself."""
        return self.outputs + self.ratings - self.reused

    @property
    def rate(self) -> float:
        """Pieces of work a second."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Time that the rest will take at this pace; None while little is finished."""
        return self._rest(self.seconds)

    @property
    def forecast(self) -> float | None:
        """US dollars that this run will have cost at its end; None while little is finished."""
        rest = self._rest(self.cost)
        return None if rest is None else self.cost + rest

    def _rest(self, amount: float) -> float | None:
        """What the rest takes, by what was done; those under way count by half."""
        if self.fresh < _ENOUGH or self.examples > self.total:
            return None
        half = self.under_way / 2
        return amount / (self.fresh + half) * max(self.total - self.examples - half, 0)


@dataclass(slots=True)
class Tally:
    """Counts what happens; `snapshot` tells it.

    Args:
        total: Examples there are.
        units: What `total` counts.
    """

    total: int = 0
    units: Units = "examples"
    examples: int = 0
    fresh: int = 0
    under_way: int = 0
    outputs: int = 0
    ratings: int = 0
    reused: int = 0
    calls: int = 0
    unpriced: int = 0
    waiting: int = 0
    before: float = 0.0
    cost: float = 0.0
    usage: Usage = field(default_factory=Usage)
    failures: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, str] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        """Pieces of work that this run did itself."""
        return self.outputs + self.ratings - self.reused

    def attempt(self, model: str, attempt: Attempt) -> None:  # noqa: ARG002 - an observer's shape
        """Count a request that went out."""
        self.calls += 1
        if attempt.status != OK:
            self.troubles[attempt.status] += 1
        if attempt.usage is not None:
            self.usage += attempt.usage
        if attempt.cost is not None:
            self.cost += attempt.cost
        elif attempt.usage is not None or attempt.status == OK:
            self.unpriced += 1

    def durable(self, work: Work) -> None:
        """Count a piece of work that is written down."""
        self.outputs += work.output is not None
        self.ratings += len(work.ratings) + len(work.probes)
        if work.failure is not None and (work.output is not None or work.ratings or work.probes):
            self.failures[work.failure] += 1
            if work.failure not in self.reasons:
                self.reasons[work.failure] = _reason(work)

    def snapshot(self) -> Snapshot:
        """How far the run is now."""
        return Snapshot(
            examples=self.examples,
            fresh=self.fresh,
            under_way=self.under_way,
            total=self.total,
            outputs=self.outputs,
            ratings=self.ratings,
            reused=self.reused,
            calls=self.calls,
            failures=dict(self.failures),
            troubles=dict(self.troubles),
            usage=self.usage,
            cost=self.cost,
            unpriced=self.unpriced,
            seconds=time.monotonic() - self.started,
            waiting=self.waiting,
            reasons=dict(self.reasons),
            units=self.units,
            before=self.before,
        )


def _reason(work: Work) -> str:
    if work.output is not None:
        failure = work.output.failure
        return f"{work.who}, {work.output.example}: {failure.message if failure else ''}"
    if work.probes:
        probed, said = work.probes[0].row, [a.message for c in work.calls for a in c.attempts]
        why = said[-1] if said else ""
        return f"{work.who} on {probed.system}, {probed.example} ({probed.probe}): {why}"
    row = work.ratings[0]
    return f"{work.who} on {row.system}, {row.example}: {row.reason or 'no reason given'}"
