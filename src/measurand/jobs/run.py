"""The verb ``run``: ask systems, check and judge what they answer, all of it once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measurand._version import __version__
from measurand.core.example import Component, Example
from measurand.core.plan import Plan
from measurand.core.set_version import SetVersion
from measurand.errors import InsufficientData, UsageError
from measurand.jobs.answered import refuse_unanswered
from measurand.jobs.carrying import Course, Errand, Watch, to_end
from measurand.jobs.engine.agenda import Again
from measurand.jobs.engine.engine import Stop
from measurand.jobs.engine.tally import Snapshot
from measurand.jobs.joining import joined
from measurand.jobs.manifest import current
from measurand.jobs.opening import opened
from measurand.jobs.places import ledger_path
from measurand.jobs.set_lock import held_to_lock
from measurand.jobs.starting import started
from measurand.models.environment import Environment
from measurand.store.ledger import open_ledger
from measurand.store.plans import load_plan
from measurand.store.stream import ExampleStream

if TYPE_CHECKING:
    from measurand.jobs.anchoring import Anchoring
    from measurand.jobs.batching import Batching
    from measurand.jobs.stopping.until import Clear, UntilClear

__all__ = ["Ran", "RunOptions", "Watch", "as_chosen", "paced", "run"]

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
        wait: Whether judging by batch is waited for; else a later run collects it.
        until_clear: Whether to end once it is clear which system is better; by default as the
            plan says.
        components: Only the examples of these parts of the set; all by default.
        repeats: How often each example is asked; by default as the systems say.
    """

    limit: int | None = None
    systems: tuple[str, ...] = ()
    again: Again = field(default_factory=Again)
    connections: int | None = None
    budget: float | None = None
    judge: bool = True
    wait: bool = True
    until_clear: bool | None = None
    components: tuple[Component, ...] = ()
    repeats: int | None = None

    @property
    def partial(self) -> bool:
        """Whether only a part of the plan is run, so that what the rest has given still counts."""
        return bool(self.systems or self.components) or not self.judge

    def of(self, examples: Iterable[Example]) -> Iterator[Example]:
        """Those of these examples that are run this time."""
        wanted = (e for e in examples if not self.components or e.component in self.components)
        return islice(wanted, self.limit)

    def count(self, sizes: Mapping[Component, int]) -> int:
        """How many these are, of a set with components of these sizes."""
        total = sum(sizes[name] for name in self.components or sizes)
        return total if self.limit is None else min(self.limit, total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a run ended.

    Args:
        snapshot: What was done.
        stop: Whether it stopped before its end, and why.
        spent: US dollars that all runs of this ledger have cost, as far as prices are known.
        max_failures: The share of results without a value that still counts as a full run.
        verb: What was run.
        clear: What was clear at the end, where it was looked at while it grew.
        of: Which version of the evaluation set was asked, where one was.
    """

    snapshot: Snapshot
    stop: Stop
    spent: float
    max_failures: float
    verb: str = "run"
    clear: Clear | None = None
    of: SetVersion | None = None

    @property
    def exit_code(self) -> int:
        """0 complete, 3 failures or judgments to collect, 4 budget or provider, 130 stopped."""
        if self.stop.reason is not None:
            return _STOPPED if self.stop.reason == "asked" else 4
        if self.snapshot.waiting:
            return 3
        failed = sum(self.snapshot.failures.values())
        asked = self.snapshot.outputs + self.snapshot.ratings
        return 3 if failed > self.max_failures * asked else 0

    @property
    def _early(self) -> str:
        """Why it ended before everything was asked, where that was because it is clear."""
        return self.clear.message if self.clear is not None else ""

    def to_json(self) -> Mapping[str, Any]:
        """The account for other programs."""
        now = self.snapshot
        return {
            "measurand": __version__,
            "verb": self.verb,
            "complete": self.stop.reason is None and not now.waiting and not self._early,
            "stopped": self.stop.message or self._early or None,
            "clear": None if self.clear is None else self.clear.to_json(),
            "examples": now.examples,
            "examples_planned": now.total,
            "outputs": now.outputs,
            "ratings": now.ratings,
            "reused": now.reused,
            "waiting": now.waiting,
            "calls": now.calls,
            "failures": dict(now.failures),
            "failure_reasons": dict(now.reasons),
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
            "set": None if self.of is None else self.of.to_json(),
        }


def run(
    plan_path: Path | str,
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
        UsageError: A key is missing, no system can be asked, or the set is not the locked one.
        LedgerError: The ledger cannot be read or written.
    """
    chosen, plan_file = options or RunOptions(), Path(plan_path)
    whole = load_plan(plan_file)
    plan = as_chosen(whole, chosen)
    examples, of = _set_of(plan, plan_file)
    total = chosen.count(of.sizes)
    if not total:
        raise InsufficientData("there is no example to run")
    course = Course(total=total, watch=watch)
    until = _until(plan, whole, chosen.of(examples))

    async def work() -> float:
        told = environment or Environment()
        path, observe = ledger_path(plan_file), course.tally.attempt
        async with opened(plan, plan_file, environment=told, observe=observe) as live:
            refuse_unanswered(plan, plan_file, live.parts.recorded, names=_ids(examples))
            manifest = started(plan, live, data=of, examples=total)
            if chosen.partial:
                with open_ledger(path) as ledger:
                    manifest = joined(manifest, current(ledger, plan).manifest)
            errand = Errand(
                live=live,
                ledger=path,
                manifest=manifest,
                again=chosen.again,
                batching=_batching(plan, chosen, examples),
                anchoring=_anchoring(plan, plan_file, examples, environment=told),
                until=until,
            )
            return await errand.carry_out(chosen.of(examples), course)

    spent = to_end(work, course.stop)
    return Ran(
        snapshot=course.tally.snapshot(),
        stop=course.stop,
        spent=spent,
        max_failures=plan.run.max_failures,
        clear=course.clear,
        of=of,
    )


def _ids(examples: Iterable[Example]) -> Iterator[str]:
    return (example.id for example in examples)


def _set_of(plan: Plan, file: Path) -> tuple[ExampleStream, SetVersion]:
    """The set that a plan asks, where its lock lets it."""
    data = file.parent / plan.data.path
    examples = ExampleStream(data)
    return examples, held_to_lock(file, data, examples)


def _until(plan: Plan, whole: Plan, examples: Iterable[Example]) -> UntilClear | None:
    """How a run may end early; None where it goes through all."""
    if not plan.run.until_clear:
        return None
    from measurand.jobs.stopping.until import until_clear  # noqa: PLC0415 - only these pay for it

    return until_clear(plan, whole, examples)


def _batching(plan: Plan, chosen: RunOptions, examples: ExampleStream) -> Batching | None:
    """How judges are asked by batch; None where they are asked live, or there are none."""
    if plan.judge is None or not plan.judge.batch:
        return None
    from measurand.jobs.batching import Batching  # noqa: PLC0415 - only batches pay for it

    return Batching(
        plan=plan,
        examples=lambda: chosen.of(examples),
        every=examples,
        again=chosen.again,
        wait=chosen.wait,
    )


def _anchoring(
    plan: Plan, file: Path, examples: ExampleStream, *, environment: Environment
) -> Anchoring | None:
    """The anchors that are judged again at the end; None where the plan has none."""
    if plan.anchors is None:
        return None
    from measurand.jobs.anchoring import anchoring_of  # noqa: PLC0415 - only anchors pay for it

    return anchoring_of(plan, file, examples, environment=environment)


def paced(plan: Plan, *, connections: int | None, budget: float | None) -> Plan:
    """The plan with other places and another budget, where these are given."""
    settings = plan.run
    if connections is not None:
        settings = replace(settings, connections=connections)
    if budget is not None:
        settings = replace(settings, budget=budget)
    return replace(plan, run=settings)


def as_chosen(plan: Plan, options: RunOptions) -> Plan:
    """The plan as it is run this time."""
    plan = paced(plan, connections=options.connections, budget=options.budget)
    if options.until_clear is not None:
        plan = replace(plan, run=replace(plan.run, until_clear=options.until_clear))
    if not options.judge:
        plan = replace(plan, judge=None)
    if (repeats := options.repeats) is not None:
        asked = (replace(one, repeats=repeats) if one.live else one for one in plan.systems)
        plan = replace(plan, systems=tuple(asked))
    if not options.systems:
        return plan
    try:
        return replace(plan, systems=tuple(plan.system(name) for name in options.systems))
    except KeyError as problem:
        raise UsageError(str(problem.args[0])) from None
