"""Asking what an audit wants to know: once, within the budget, resumed where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from measurand._version import __version__
from measurand.analysis.forecast import Forecast
from measurand.core.fingerprint import fingerprint
from measurand.core.plan import Plan
from measurand.core.probe import ProbeRow
from measurand.core.rating import Ratings
from measurand.core.sound import sound
from measurand.errors import UsageError
from measurand.jobs.auditing.ahead import fitting, foretold, refusal, too_dear
from measurand.jobs.auditing.options import AuditRun
from measurand.jobs.auditing.scene import Scene, audited, pool_of, scene_of
from measurand.jobs.auditing.taken import taken_from_runs
from measurand.jobs.carrying import Course, Note, Watch, carried, to_end
from measurand.jobs.engine.bridge import run_to_end
from measurand.jobs.engine.journal import Journal
from measurand.jobs.engine.parts import Parts
from measurand.jobs.engine.probing import Prober, Thread, still_to_ask
from measurand.jobs.opening_judges import Access, access_to
from measurand.jobs.places import ledger_path
from measurand.jobs.run import Ran
from measurand.models.environment import Environment
from measurand.store.codec import encode
from measurand.store.ledger import Ledger, open_ledger
from measurand.store.ledger_work import Work

__all__ = ["Asked", "AuditTrip"]

_BEGAN, _ENDED = "audit started", "audit ended"
_LOOKS_PER_CONNECTION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for an audit, and what was said.

    Args:
        forecast: What was foretold before.
        scene: The questions.
        left: How many of them are not in the ledger yet.
        ran: What was done; None of a forecast alone.
        rows: What the judges said of probes, in this audit or an earlier one.
        refused: Why it does not begin, as it surely does not fit the budget, and what to do.
    """

    forecast: Forecast
    scene: Scene
    left: int
    ran: Ran | None = None
    rows: tuple[ProbeRow, ...] = ()
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """What an audit has still to do.

    Args:
        scene: All its questions.
        forecast: What asking will take.
        threads: The questions that are to be asked.
        taken: What runs have asked in the same words, as it is to be written down.
    """

    scene: Scene
    forecast: Forecast
    threads: Sequence[Thread]
    taken: Sequence[Work]

    @property
    def told(self) -> Asked:
        """The same before anything is asked."""
        return Asked(forecast=self.forecast, scene=self.scene, left=_count(self.threads))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTrip:
    """An audit of a project's judges.

    Args:
        plan: The plan.
        file: Where it stands.
        run: What is wanted.
        ratings: What people said so far: attacks go to the outputs that deserve least.
        environment: Where keys and addresses come from.
    """

    plan: Plan
    file: Path
    run: AuditRun = field(default_factory=AuditRun)
    ratings: Ratings = field(default_factory=lambda: Ratings.of(()))
    environment: Environment = field(default_factory=Environment)

    def foretell(self) -> Asked:
        """What it would ask and cost; nothing is sent.

        Raises:
            PlanError: A judge is of a compared system's family, or a dimension cannot be judged so.
            UsageError: Nobody judges, or a key is missing.
            InsufficientData: There is no output to ask about.
        """

        async def look() -> Asked:
            async with self._access(None) as access:
                left = self._looked(access)
                return replace(left.told, refused=self._refused(left, access))

        return run_to_end(look)

    def go(
        self, *, watch: Watch | None = None, tell: Callable[[Asked], None] | None = None
    ) -> Asked:
        """Ask what was not asked yet.

        Args:
            watch: Told how far it is.
            tell: Told what is foretold before anything is asked.

        Raises:
            PlanError: A judge is of a compared system's family, or a dimension cannot be judged so.
            UsageError: Nobody judges, a key is missing, or the budget would not do.
            InsufficientData: There is no output to ask about.
            LedgerError: The ledger cannot be read or written.
        """
        course = Course(total=0, watch=watch)
        course.tally.units = "questions"

        async def work() -> Asked:
            async with self._access(course) as access:
                left = self._looked(access)
                if tell is not None:
                    tell(left.told)
                if (refused := self._refused(left, access)) is not None:
                    raise UsageError(refused)
                spent = await self._carried(left, access, course=course)
                ran = Ran(
                    snapshot=course.tally.snapshot(),
                    stop=course.stop,
                    spent=spent,
                    max_failures=self.plan.run.max_failures,
                    verb="audit",
                )
                return replace(left.told, ran=ran, rows=self._rows(left.scene))

        return to_end(work, course.stop)

    @property
    def _audited(self) -> Plan:
        return audited(self.plan, self.run)

    @property
    def _ledger(self) -> Path:
        return ledger_path(self.file)

    def _access(self, course: Course | None) -> AbstractAsyncContextManager[Access]:
        """What calls go through; systems are not asked, so nothing of theirs need be there."""
        alone = replace(self._audited, systems=())
        observe = None if course is None else course.tally.attempt
        return access_to(alone, self._ledger, environment=self.environment, observe=observe)

    def _looked(self, access: Access, items: int | None = None) -> _Left:
        plan = self._audited
        run = self.run if items is None else replace(self.run, items=items)
        with open_ledger(self._ledger) as ledger:
            pool = pool_of(plan, ledger, file=self.file, ratings=self.ratings)
            scene = scene_of(plan, access, pool, run=run, file=self.file)
            left = still_to_ask(scene.threads, ledger, run.again)
            taken: dict[str, Work] = {}
            if not run.again.everything:
                taken = taken_from_runs(
                    left, ledger, pool, plan=plan, file=self.file, access=access
                )
            left = [thread for thread in left if thread[0].key not in taken]
            told = foretold(plan, left, ledger, prices=access.models.prices)
        return _Left(scene=scene, forecast=told, threads=left, taken=tuple(taken.values()))

    def _refused(self, left: _Left, access: Access) -> str | None:
        """Why it does not begin; None where it does."""
        if not too_dear(left.forecast):
            return None

        def again(items: int) -> Forecast:
            return self._looked(access, items).forecast

        wanted = min(left.scene.design.items, left.scene.outputs)
        return refusal(left.forecast, fitting(left.forecast, wanted, again))

    async def _carried(self, todo: _Left, access: Access, *, course: Course) -> float:
        scene, left = todo.scene, todo.threads
        plan, models = self._audited, access.models
        parts = Parts(systems=(), rubric=plan.rubric, redact=access.redact)
        course.tally.total = _count(scene.threads)
        done = course.tally.total - _count(left)
        course.tally.examples = course.tally.reused = course.tally.ratings = done
        note = Note(
            plan=fingerprint(encode(self.plan)),
            manifest=_manifest(scene, plan),
            redact=access.redact,
            began=_BEGAN,
            ended=_ENDED,
        )

        async def work(ledger: Ledger, journal: Journal, number: int) -> None:
            del number  # the journal has it
            if todo.taken:
                await journal.put(todo.taken)
            prober = Prober(
                ledger=ledger,
                journal=journal,
                again=self.run.again,
                rubric=plan.rubric,
                clean=lambda text: parts.clean(sound(text)),
                stored=parts.stored_call,
                width=models.run.connections,
                tally=course.tally,
                stop=course.stop,
            )
            await prober.run(left, workers=_LOOKS_PER_CONNECTION * models.run.connections)

        return await carried(work, course, note, ledger=self._ledger, budget=models.budget)

    def _rows(self, scene: Scene) -> tuple[ProbeRow, ...]:
        """What the ledger holds of these questions."""
        keys, names = scene.keys, frozenset(judge.name for judge in scene.judges)
        with open_ledger(self._ledger) as ledger:
            found = ledger.probes.rows(rater=names)
        return tuple(record.row for record in found if record.key in keys)


def _count(threads: Iterable[Thread]) -> int:
    return sum(map(len, threads))


def _manifest(scene: Scene, plan: Plan) -> Mapping[str, Any]:
    return {
        "measurand": __version__,
        "plan": fingerprint(encode(plan)),
        "judges": {judge.name: judge.version for judge in scene.judges},
        "design": encode(scene.design),
        "questions": _count(scene.threads),
        "notes": list(scene.notes),
    }
