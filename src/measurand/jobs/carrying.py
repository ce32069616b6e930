"""Carrying out what is to be done, to its end or to a stop: the same for every verb that calls."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from measurand.core.example import Example
from measurand.errors import MeasurandError
from measurand.jobs.engine.agenda import Again, Agenda
from measurand.jobs.engine.bridge import run_to_end
from measurand.jobs.engine.engine import Engine, Stop
from measurand.jobs.engine.journal import Journal
from measurand.jobs.engine.lock import alone
from measurand.jobs.engine.tally import Snapshot, Tally
from measurand.jobs.manifest import ENDED, STARTED
from measurand.jobs.opening import Opened
from measurand.jobs.spending import spent_beside
from measurand.models.budget import Budget
from measurand.store.ledger import SMALL_CACHE, Ledger, open_ledger

if TYPE_CHECKING:
    from measurand.jobs.anchoring import Anchoring
    from measurand.jobs.batching import Batching
    from measurand.jobs.stopping.until import Clear, UntilClear

__all__ = ["Course", "Errand", "Note", "Watch", "carried", "to_end"]

T = TypeVar("T")

Watch = Callable[[Snapshot], None]
"""Told a few times a second how far a run is."""

_TELL_EVERY = 0.25
_CTRL_C = "stopped by Ctrl-C"


class Course:
    """How far it is, and whether it is to stop.

    Args:
        total: Examples there are.
        watch: Told how far it is.

    Attributes:
        clear: What was clear at its end, where it was looked at while it grew.
    """

    def __init__(self, *, total: int, watch: Watch | None = None) -> None:
        self.tally = Tally(total=total)
        self.stop = Stop()
        self.watch = watch
        self.clear: Clear | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the ledger keeps of something that is carried out.

    Args:
        plan: The plan's fingerprint.
        manifest: What it is, for those who read the ledger.
        repeats: How many ratings of each trial a rater gives, where that is not one.
        redact: What is done to what it says at its end.
        began: The name of its start among the ledger's events.
        ended: The name of its end.
    """

    plan: str
    manifest: Mapping[str, Any]
    repeats: Mapping[str, int] = field(default_factory=dict)
    redact: Callable[[str], str] = str
    began: str = STARTED
    ended: str = ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What is to be done.

    Args:
        live: Who answers and who rates.
        ledger: Where it is written down.
        manifest: What it is, for those who read the ledger.
        again: What is done once more although it is in the ledger.
        batching: How judges are asked, where that is by batch.
        anchoring: The anchors that judges are asked about at the end, where there are any.
        until: Looks in between whether it is clear already, where it may end then.
    """

    live: Opened
    ledger: Path
    manifest: Mapping[str, Any]
    again: Again = field(default_factory=Again)
    batching: Batching | None = None
    anchoring: Anchoring | None = None
    until: UntilClear | None = None

    async def carry_out(self, examples: Iterable[Example], course: Course) -> float:
        """Do it; returns the US dollars that all runs of the ledger have cost.

        Raises:
            LedgerError: The ledger cannot be read or written.
            UsageError: Another run of the ledger is under way.
            InfrastructureError: The ledger cannot be locked.
        """
        parts, batching = self.live.parts, self.batching
        note = Note(
            plan=self.manifest["plan"],
            manifest=self.manifest,
            repeats=parts.rounds,
            redact=parts.redact,
        )

        async def work(ledger: Ledger, journal: Journal, number: int) -> None:
            engine = Engine(
                agenda=Agenda(parts.without_judges() if batching else parts, ledger, self.again),
                journal=journal,
                workers=self._workers(),
                width=self.live.models.run.connections,
                charge=self.live.models.budget.charge,
                tally=course.tally,
                stop=course.stop,
            )
            if self.until is not None:
                course.clear = await self.until.run(engine, ledger)
            elif batching is None:
                await engine.run(examples)
            else:
                from measurand.jobs.batches.log import BatchLog  # noqa: PLC0415 - its part

                log = BatchLog(ledger.work, plan=note.plan, run=number)
                await batching.around(engine, self.live, ledger=ledger, log=log)
            if self.anchoring is not None and not course.tally.waiting:
                await self.anchoring.judge_again(
                    self.live, ledger=ledger, journal=journal, stop=course.stop
                )

        return await carried(work, course, note, ledger=self.ledger, budget=self.live.models.budget)

    def _workers(self) -> int:
        """Examples under way: enough that neither systems nor judges wait for each other."""
        parts, connections = self.live.parts, self.live.models.run.connections
        outputs = max(1, sum(len(parts.trials(system)) for system in parts.systems))
        return max(1, -(-2 * connections // outputs))


async def carried(
    work: Callable[[Ledger, Journal, int], Coroutine[Any, Any, None]],
    course: Course,
    note: Note,
    *,
    ledger: Path,
    budget: Budget,
) -> float:
    """Do work alone on a ledger, watched, stopped by Ctrl-C, with its start and end written down.

    Args:
        work: Told the open ledger, where finished pieces go, and the number of the start.
        course: How far it is.
        note: What is written down of it.
        ledger: The ledger.
        budget: Charged what all runs of the project have cost before.

    Returns:
        The US dollars that all runs of the ledger have cost.

    Raises:
        LedgerError: The ledger cannot be read or written.
        UsageError: Another run of the ledger is under way.
        InfrastructureError: The ledger cannot be locked.
    """
    with alone(ledger), open_ledger(ledger, cache=SMALL_CACHE) as there:
        # Here and not before: a run that was just ending may have spent something meanwhile.
        course.tally.before = there.work.spent()
        budget.charge(course.tally.before)
        budget.charge(spent_beside(ledger))
        number = there.work.log(note.plan, note.began, note.manifest)
        async with Journal(ledger, run=number, repeats=note.repeats) as journal:
            with _interrupted(course.stop):
                await _watched(work(there, journal, number), course.tally, course.watch)
        ended = _ended(number, course, redact=note.redact)
        there.work.log(note.plan, note.ended, ended)
        return there.work.spent()


def to_end(work: Callable[[], Coroutine[Any, Any, T]], stop: Stop) -> T:
    """Run to its end what is asynchronous; of several things that went wrong, raise the first.

    Args:
        work: Makes the coroutine.
        stop: Asked for when the one who waits is interrupted, as a notebook's cell: what is under
            way on the other thread is finished, and nothing new is started.
    """
    try:
        return run_to_end(work)
    except KeyboardInterrupt:
        stop.ask("asked", _CTRL_C)
        raise
    except ExceptionGroup as many:
        raise _first(many) from many


async def _watched(work: Any, tally: Tally, watch: Watch | None) -> None:
    if watch is None:
        await work
        return

    async def tell() -> None:
        while True:
            watch(tally.snapshot())
            await asyncio.sleep(_TELL_EVERY)

    telling = asyncio.create_task(tell())
    try:
        await work
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling
        watch(tally.snapshot())


@contextmanager
def _interrupted(stop: Stop) -> Iterator[None]:
    """Let the first Ctrl-C finish what is under way; the second one ends at once."""
    loop = asyncio.get_running_loop()

    def ask() -> None:
        stop.ask("asked", _CTRL_C)
        loop.remove_signal_handler(signal.SIGINT)

    try:
        loop.add_signal_handler(signal.SIGINT, ask)
    except (NotImplementedError, ValueError, RuntimeError):  # no main thread, or Windows
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)


def _ended(number: int, course: Course, *, redact: Callable[[str], str]) -> Mapping[str, Any]:
    now, stop = course.tally.snapshot(), course.stop
    message = stop.message
    if now.waiting and not message:
        message = f"{now.waiting:,} judgments are under way in batches"
    clear = course.clear
    if clear is not None and not message:
        message = clear.message
    return {
        "run": number,
        "stopped": stop.reason,
        "message": redact(message),
        "waiting": now.waiting,
        "clear": None if clear is None else clear.to_json(),
        "examples": now.examples,
        "calls": now.calls,
        "usd": now.cost,
        "failures": dict(now.failures),
        "attempts_failed": dict(now.troubles),
    }


def _first(many: BaseExceptionGroup[BaseException]) -> BaseException:
    """What a user is told of several things that went wrong at once."""
    problems = list(_flat(many))
    for problem in problems:
        if isinstance(problem, MeasurandError):
            return problem
    return problems[0]


def _flat(many: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for problem in many.exceptions:
        if isinstance(problem, BaseExceptionGroup):
            yield from _flat(problem)
        else:
            yield problem
