"""Asking systems what a test wants to know: in a ledger of its own, within the plan's budget."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from measurand.analysis.forecast import Forecast, forecast
from measurand.core.example import Example
from measurand.core.fingerprint import fingerprint
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.core.system import System
from measurand.errors import Unfinished, UsageError
from measurand.jobs.carrying import Course, Errand, Watch, to_end
from measurand.jobs.engine.agenda import Again, Agenda
from measurand.jobs.engine.bridge import run_to_end
from measurand.jobs.opening import Opened, opened
from measurand.jobs.pending import Pending, looked_at
from measurand.jobs.places import exposure_ledger
from measurand.jobs.run import Ran
from measurand.jobs.spending import spent_beside
from measurand.jobs.starting import started
from measurand.models.environment import Environment
from measurand.store.ledger import open_ledger

__all__ = ["Heard", "Question", "live_systems", "unrated"]

_ROOM = 1e-9


def live_systems(plan: Plan, names: Sequence[str] = ()) -> tuple[System, ...]:
    """The systems of a plan that can be asked something that is not in the set.

    Args:
        plan: The plan.
        names: Only these.

    Raises:
        UsageError: A name is no system, or one that cannot be asked.
    """
    able = tuple(one for one in plan.systems if one.live)
    if not names:
        return able
    known = {one.name: one for one in able}
    if unknown := [name for name in names if name not in known]:
        raise UsageError(
            f"{', '.join(unknown)} is no system of the plan that can be asked; those that can: "
            f"{', '.join(known) or 'none'}"
        )
    return tuple(known[name] for name in names)


def unrated(plan: Plan, system: System) -> Plan:
    """The plan of asking one system without rating what it says."""
    rubric = Rubric(*(replace(dimension, raters=()) for dimension in plan.rubric))
    return replace(plan, systems=(system,), judge=None, anchors=None, rubric=rubric)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was said.

    Args:
        outputs: Of the examples that were asked.
        ratings: Of these outputs.
        ran: What was done for it.
    """

    outputs: tuple[Output, ...]
    ratings: Ratings
    ran: Ran


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Examples that systems are to be asked, and who rates what they say.

    Args:
        plan: Its systems are asked, its checks and judges rate.
        file: Where the plan stands.
        examples: What is asked.
        environment: Where keys and addresses come from.
        again: What is asked once more although it was asked before.
    """

    plan: Plan
    file: Path
    examples: Sequence[Example]
    environment: Environment = field(default_factory=Environment)
    again: Again = field(default_factory=Again)

    @property
    def _ledger(self) -> Path:
        return exposure_ledger(self.file)

    @property
    def _plan(self) -> Plan:
        run = replace(self.plan.run, until_clear=False)
        judge = None if self.plan.judge is None else replace(self.plan.judge, batch=False)
        return replace(self.plan, run=run, judge=judge, anchors=None)

    def foretell(self) -> Forecast:
        """Calls, tokens and money of what was not asked yet; nothing is sent.

        Raises:
            PlanError: The plan names what does not exist.
            UsageError: A key is missing, or no system can be asked.
        """

        async def look() -> Forecast:
            async with self._opened(None) as live:
                return self._ahead(live)

        return run_to_end(look)

    def ask(
        self, *, watch: Watch | None = None, tell: Callable[[Forecast], None] | None = None
    ) -> Heard:
        """Ask what was not asked yet, and have it rated.

        Args:
            watch: Told how far it is.
            tell: Told what is foretold, before anything is asked.

        Raises:
            PlanError: The plan names what does not exist.
            UsageError: A key is missing, no system can be asked, or the budget would not do.
            Unfinished: The budget was reached, or every further call would have failed alike.
            LedgerError: The ledger cannot be read or written.
        """
        course = Course(total=len(self.examples), watch=watch)

        async def work() -> Heard:
            async with self._opened(course) as live:
                ahead = self._ahead(live)
                if tell is not None:
                    tell(ahead)
                if (refused := refusal(ahead)) is not None:
                    raise UsageError(refused)
                prints = sorted(example.fingerprint for example in self.examples)
                data = fingerprint(prints)
                manifest = started(self._plan, live, data=data, examples=len(self.examples))
                errand = Errand(live=live, ledger=self._ledger, manifest=manifest, again=self.again)
                spent = await errand.carry_out(self.examples, course)
                ran = Ran(
                    snapshot=course.tally.snapshot(),
                    stop=course.stop,
                    spent=spent,
                    max_failures=self.plan.run.max_failures,
                    verb="data contamination",
                )
                return self._heard(manifest, ran)

        heard = to_end(work, course.stop)
        stop = heard.ran.stop
        if stop.reason == "asked":
            raise KeyboardInterrupt
        if stop.reason is not None:
            raise Unfinished(
                f"{stop.message}; what was said is kept, and the same command goes on", heard.ran
            )
        return heard

    @asynccontextmanager
    async def _opened(self, course: Course | None) -> AsyncIterator[Opened]:
        observe = None if course is None else course.tally.attempt
        async with opened(
            self._plan, self.file, environment=self.environment, observe=observe
        ) as live:
            alone = replace(live.parts, pairs=(), pair_judges=())
            yield replace(live, parts=alone)

    def _ahead(self, live: Opened) -> Forecast:
        some = looked_at(self.examples, len(self.examples))
        with open_ledger(self._ledger) as ledger:
            agenda = Agenda(live.parts, ledger, self.again)
            found = Pending(self._plan, live, agenda).look(some)
            works = found.works(len(self.examples) / max(len(some), 1))
            spent = ledger.work.spent() + spent_beside(self._ledger)
        return forecast(works, spent=spent, budget=self.plan.run.budget)

    def _heard(self, manifest: Mapping[str, object], ran: Ran) -> Heard:
        names = frozenset(example.id for example in self.examples)
        told = manifest["versions"]
        versions = frozenset(told) if isinstance(told, list) else frozenset()
        with open_ledger(self._ledger) as ledger:
            outputs = ledger.outputs(version=versions)
            ratings = ledger.ratings(version=versions)
        return Heard(
            outputs=tuple(output for output in outputs if output.example in names),
            ratings=ratings.filtered(ratings["example"].mask(names.__contains__)),
            ran=ran,
        )


def refusal(ahead: Forecast) -> str | None:
    """Why asking does not begin, as it surely does not fit the budget; None where it may."""
    expected = ahead.known_cost.value or 0.0
    if ahead.budget is None or ahead.spent + expected <= ahead.budget + _ROOM:
        return None
    return (
        f"asking would cost about ${expected:,.2f} and ${ahead.spent:,.2f} are spent already, "
        f"which is more than the budget of ${ahead.budget:,.2f}: nothing was asked. Raise the "
        "budget with --budget, or ask about fewer examples with --limit"
    )
