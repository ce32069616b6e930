"""The verb ``run``: ask systems, check and judge what they answer, all of it once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from measurand._version import __version__
from measurand.core.plan import Plan
from measurand.errors import InsufficientData, MeasurandError
from measurand.jobs.engine.agenda import Again, Agenda
from measurand.jobs.engine.bridge import run_to_end
from measurand.jobs.engine.engine import Engine, Stop
from measurand.jobs.engine.journal import Journal
from measurand.jobs.engine.parts import Parts
from measurand.jobs.engine.tally import Snapshot, Tally
from measurand.jobs.manifest import ENDED, STARTED
from measurand.jobs.opening import opened
from measurand.jobs.project import ledger_path
from measurand.jobs.starting import started
from measurand.models.environment import Environment
from measurand.store.ledger import open_ledger
from measurand.store.plans import load_plan
from measurand.store.stream import ExampleStream

__all__ = ["Ran", "RunOptions", "Watch", "as_chosen", "run"]

Watch = Callable[[Snapshot], None]
"""Told a few times a second how far a run is."""

_TELL_EVERY = 0.25
_STOPPED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a plan is run this time.

    Args:
        limit: Only the first so many examples.
        systems: Only these systems; all that can be asked, or are recorded, by default.
        again: What is done once more although it is in the ledger.
        connections: Calls under way at once, to each provider; by default as the plan says.
        budget: US dollars that all runs of the ledger may cost; by default as the plan says.
        judge: Whether judges judge.
    """

    limit: int | None = None
    systems: tuple[str, ...] = ()
    again: Again = field(default_factory=Again)
    connections: int | None = None
    budget: float | None = None
    judge: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a run ended.

    Args:
        snapshot: What was done.
        stop: Whether it stopped before its end, and why.
        spent: US dollars that all runs of this ledger have cost, as far as prices are known.
        max_failures: The share of results without a value that still counts as a full run.
    """

    snapshot: Snapshot
    stop: Stop
    spent: float
    max_failures: float

    @property
    def exit_code(self) -> int:
        """0 complete, 3 with more failures than allowed, 4 budget or provider, 130 interrupted."""
        if self.stop.reason is not None:
            return _STOPPED if self.stop.reason == "asked" else 4
        failed = sum(self.snapshot.failures.values())
        asked = self.snapshot.outputs + self.snapshot.ratings
        return 3 if failed > self.max_failures * asked else 0

    def to_json(self) -> Mapping[str, Any]:
        """The account for other programs."""
        now = self.snapshot
        return {
            "measurand": __version__,
            "verb": "run",
            "complete": self.stop.reason is None,
            "stopped": self.stop.message or None,
            "examples": now.examples,
            "examples_planned": now.total,
            "outputs": now.outputs,
            "ratings": now.ratings,
            "reused": now.reused,
            "calls": now.calls,
            "failures": dict(now.failures),
            "attempts_failed": dict(now.troubles),
            "tokens": {
                "input": now.usage.input_tokens,
                "output": now.usage.output_tokens,
                "cached": now.usage.cached_tokens,
            },
            "usd": now.cost,
            "usd_all_runs": self.spent,
            "calls_of_unknown_cost": now.unpriced,
            "seconds": now.seconds,
        }


def run(
    plan_path: Path,
    options: RunOptions | None = None,
    *,
    watch: Watch | None = None,
    environment: Environment | None = None,
) -> Ran:
    """Run a plan: what is in the ledger already is not done again.

    Args:
        plan_path: The plan.
        options: How it is run this time.
        watch: Told how far the run is.
        environment: Where keys and addresses come from; by default the process's.

    Raises:
        PlanError: The plan is wrong, or names what does not exist.
        DataError: The evaluation set is wrong.
        UsageError: A key is missing, or no system can be asked.
        LedgerError: The ledger cannot be read or written.
    """
    chosen = options or RunOptions()
    plan = as_chosen(load_plan(plan_path), chosen)
    examples = ExampleStream(plan_path.parent / plan.data.path)
    total = len(examples) if chosen.limit is None else min(chosen.limit, len(examples))
    if not total:
        raise InsufficientData("there is no example to run")
    tally, stop = Tally(total=total), Stop()

    async def work() -> float:
        told = environment or Environment()
        path = ledger_path(plan_path)
        async with opened(plan, plan_path, environment=told, observe=tally.attempt) as live:
            with open_ledger(path) as ledger:
                data = examples.fingerprint
                manifest = started(plan, live, data=data, examples=total)
                number = ledger.work.log(manifest["plan"], STARTED, manifest)
                rounds = live.parts.rounds
                async with Journal(path, run=number, repeats=rounds) as journal:
                    engine = Engine(
                        agenda=Agenda(live.parts, ledger, chosen.again),
                        journal=journal,
                        workers=_workers(live.parts, plan),
                        tally=tally,
                        stop=stop,
                    )
                    with _interrupted(stop):
                        await _watched(engine.run(islice(examples, chosen.limit)), tally, watch)
                ended = _ended(number, tally, stop, redact=live.parts.redact)
                ledger.work.log(manifest["plan"], ENDED, ended)
                return ledger.work.spent()

    try:
        spent = run_to_end(work)
    except ExceptionGroup as many:
        raise _first(many) from many
    return Ran(
        snapshot=tally.snapshot(), stop=stop, spent=spent, max_failures=plan.run.max_failures
    )


def as_chosen(plan: Plan, options: RunOptions) -> Plan:
    """The plan as it is run this time."""
    settings = plan.run
    if options.connections is not None:
        settings = replace(settings, connections=options.connections)
    if options.budget is not None:
        settings = replace(settings, budget=options.budget)
    plan = replace(plan, run=settings)
    if not options.judge:
        plan = replace(plan, judge=None)
    if options.systems:
        plan = replace(plan, systems=tuple(plan.system(name) for name in options.systems))
    return plan


def _workers(parts: Parts, plan: Plan) -> int:
    """Examples under way: enough that neither systems nor judges wait for each other."""
    outputs = max(1, sum(len(parts.trials(system)) for system in parts.systems))
    return max(1, -(-2 * plan.run.connections // outputs))


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
        stop.ask("asked", "stopped by Ctrl-C")
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


def _ended(
    number: int, tally: Tally, stop: Stop, *, redact: Callable[[str], str]
) -> Mapping[str, Any]:
    now = tally.snapshot()
    return {
        "run": number,
        "stopped": stop.reason,
        "message": redact(stop.message),
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
