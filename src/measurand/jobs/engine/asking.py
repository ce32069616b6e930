"""Asking with care: so many at once, nothing new after a stop, and nobody who is not there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from measurand.core.failure import TRANSPORT_FAILURES
from measurand.core.judging import BlindTask, Judgment
from measurand.core.model import Call
from measurand.core.output import Failure
from measurand.core.protocols import Judge
from measurand.errors import BudgetExhausted

__all__ = ["HOPELESS", "LOST", "SILENT", "Asking", "Stop", "paid", "raise_first"]

HOPELESS = frozenset({"authentication", "not_found"})
"""Failures that every further call of a provider's model would meet as well."""
SILENT, LOST = 8, 50
"""So many calls in a row without any reply end a run: of those who have never answered, and of
those who have."""

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
class Asking:
    """What everybody who asks keeps to.

    Whoever asks keeps his place until the answer is on disk, so that no more answers than there
    are places can be lost to a kill, however slowly the disk writes.

    Args:
        stop: Asked before anything new is started.
        width: Questions to one provider that are asked and not yet on disk, at once; likewise to
            each system that is no provider's model.
        clean: What is done to a judge's reason before anybody sees it.
        models: The model of each system that is one, by the system's name.
    """

    stop: Stop
    width: int
    clean: Callable[[str], str] = str
    models: Mapping[str, str] = field(default_factory=dict)
    _silence: dict[str, int] = field(default_factory=dict, init=False)
    _places: dict[str, asyncio.Semaphore] = field(default_factory=dict, init=False)

    def place(self, who: str) -> asyncio.Semaphore:
        """So many at once may be asked: whoever waits here has not begun, and need not.

        Args:
            who: A judge, by its model's name, or a system.
        """
        provider, slash, _ = self.models.get(who, who).partition("/")
        return self._places.setdefault(f"{provider}{slash}", asyncio.Semaphore(self.width))

    def stopped(self) -> bool:
        """Asked again after waiting: meanwhile somebody may have asked for a stop."""
        return self.stop.asked

    async def judgment(
        self, judge: Judge, task: BlindTask, *, keep: Callable[[Judgment], Awaitable[None]]
    ) -> Judgment | None:
        """Have a task judged; None where the run has to stop, and nothing was paid for.

        Args:
            judge: Who is asked.
            task: What.
            keep: Writes the judgment down; the place is kept until it has.
        """

        async def ask() -> tuple[Judgment, ...]:
            return (await judge.judge(task),)

        async def keep_all(found: tuple[Judgment, ...]) -> None:
            await keep(found[0])

        found = await self.judgments(judge, ask, keep=keep_all)
        return None if found is None else found[0]

    async def judgments(
        self,
        judge: Judge,
        ask: Callable[[], Awaitable[tuple[Judgment, ...]]],
        *,
        keep: Callable[[tuple[Judgment, ...]], Awaitable[None]],
    ) -> tuple[Judgment, ...] | None:
        """Have a judge asked for several judgments at once; as `judgment`."""
        try:
            async with self.place(judge.name):
                if self.stopped():
                    return None
                found = await ask()
                if self._hopeless(judge, found):
                    return None
                await keep(found)
        except BudgetExhausted as limit:
            self.stop.ask("budget", str(limit))
            return None
        for judgment in found:
            self._judged(judge, judgment)
        return found

    def _hopeless(self, judge: Judge, found: Sequence[Judgment]) -> bool:
        """Whether nothing was paid for, and every further call would fail alike."""
        hopeless = [judgment for judgment in found if judgment.failure in HOPELESS]
        for judgment in hopeless:
            reason = self.clean(judgment.measurement.reason)
            self.give_up(judge.name, str(judgment.failure), reason)
        return bool(hopeless) and not any(paid(one.calls) for one in found)

    def _judged(self, judge: Judge, judgment: Judgment) -> None:
        """Count a judgment that is written down."""
        if judgment.calls:
            reason = self.clean(judgment.measurement.reason)
            failure = None if judgment.failure is None else Failure(judgment.failure, reason)
            self.heard(judge.name, failure, calls=judgment.calls)

    def heard(self, who: str, failure: Failure | None, *, calls: Sequence[Call]) -> None:
        """Count calls without any reply; where there is nobody, nothing more is sent."""
        kind = failure.kind if failure is not None else ""
        late_code = kind == "timeout" and not calls  # a function of the user's own, slow
        if failure is None or kind not in TRANSPORT_FAILURES or late_code:
            self._silence[who] = -LOST
            return
        self._silence[who] = max(self._silence.get(who, 0), SILENT - LOST) + 1
        if self._silence[who] >= SILENT:
            more = "none of its last calls was answered; once that is mended: --retry-failed"
            self.give_up(who, kind, f"{failure.message} ({more})")

    def give_up(self, who: str, kind: str, message: str) -> None:
        """Stop, because every further call would fail alike."""
        self.stop.ask("hopeless", f"{who}: {kind}: {message}")


def raise_first(ended: Iterable[BaseException | None]) -> None:
    """What went wrong in one of many, now that all have ended."""
    for problem in ended:
        if problem is not None:
            raise problem


def paid(calls: Sequence[Call]) -> bool:
    """Whether any of these calls took tokens: what was paid for is kept, whatever came of it."""
    return any(attempt.usage is not None for call in calls for attempt in call.attempts)
