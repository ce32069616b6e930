"""Judges before recorded outputs: the engine of every run, with nobody else taking part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from measurand.analysis.account import RunAccount
from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.rating import Ratings
from measurand.core.running import JudgePlan
from measurand.core.system import System
from measurand.errors import DataError, Fault, InsufficientData, UsageError
from measurand.jobs.accounting import run_account
from measurand.jobs.carrying import Course, Errand, Watch, to_end
from measurand.jobs.check import refuse_strangers
from measurand.jobs.engine.agenda import Again
from measurand.jobs.engine.parts import Parts
from measurand.jobs.joining import joined, joins
from measurand.jobs.manifest import current
from measurand.jobs.opening import Opened
from measurand.jobs.opening_judges import Access, access_to, assembled, panel_of
from measurand.jobs.ordering import in_order
from measurand.jobs.run import Ran
from measurand.jobs.starting import started
from measurand.models.environment import Environment
from measurand.raters.judge.spec import settings_of
from measurand.store.dataset import Dataset
from measurand.store.ledger import open_ledger
from measurand.systems.recorded import RecordedSystem

__all__ = ["Judged", "Sitting"]

_FILE = "file:"
_ALONE = (
    "a definition, a check or a judge is another than in the last run, so what was said before "
    "does not count any more; measurand run asks the plan's other systems again"
)
_LIVE = "asked one by one: batch: true is for measurand run, and its price is not had here"
_NO_PAIRS = "pairs are not judged, for all outputs are of one system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What judges said.

    Args:
        ratings: One row an output, dimension, judge and repeat; a value of None has its class.
        outputs: What was judged, as it may be shown: redacted.
        examples: What the outputs answer, by id.
        plan: Who judged, how, and whose outputs.
        ran: What was done, whether it stopped before its end, and what was spent.
        account: What the judges were asked and what that took, in all runs of the ledger.
        notes: What readers of the numbers should know, in sentences.
    """

    ratings: Ratings
    outputs: tuple[Output, ...]
    examples: Mapping[str, Example]
    plan: Plan
    ran: Ran
    account: RunAccount | None = None
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 complete, 3 with more failures than allowed, 4 budget or provider, 130 interrupted."""
        return self.ran.exit_code

    @property
    def cost(self) -> float:
        """US dollars of this time, as far as prices are known."""
        return self.ran.snapshot.cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """Has outputs judged.

    Args:
        plan: Which judges, how, on what; its systems are what is compared, and those whose
            outputs are judged are added to them.
        ledger: Where calls and ratings are kept; None keeps them nowhere.
        file: Where the plan stands.
        again: What is done once more although it is in the ledger.
        watch: Told how far it is.
        environment: Where keys and addresses come from.
    """

    plan: Plan
    ledger: Path | None = None
    file: Path | None = None
    again: Again = field(default_factory=Again)
    watch: Watch | None = None
    environment: Environment = field(default_factory=Environment)

    def hold(
        self, outputs: Iterable[Output], examples: Iterable[Example], *, limit: int | None = None
    ) -> Judged:
        """Have each output judged on every dimension, as often as the plan says.

        Args:
            outputs: The answers.
            examples: What they answer, and others.
            limit: Only outputs to the first so many examples that have any.

        Raises:
            DataError: An output answers no example, or one twice in the same trial.
            PlanError: A judge is of a judged system's family, or cannot judge a dimension.
            UsageError: Nobody judges, a key is missing, or a budget could not be kept.
            InsufficientData: There is no output.
            LedgerError: The ledger cannot be read or written.
        """
        case = _Case.of(outputs, Dataset(tuple(examples)), self.plan, limit=limit)
        course = Course(total=len(case.examples), watch=self.watch)

        async def work() -> Judged:
            asked = replace(self.plan, systems=case.systems, judge=_live(self.plan.judge))
            observe, told = course.tally.attempt, self.environment
            with _kept(self.ledger) as ledger:
                async with access_to(asked, ledger, environment=told, observe=observe) as access:
                    live = self._opened(case, asked, access)
                    with open_ledger(ledger) as there:
                        earlier = current(there, asked).manifest
                    manifest = started(asked, live, data=case.data, examples=len(case.examples))
                    notes = live.notes
                    if earlier and self.file is not None and not joins(manifest, earlier):
                        notes = (*notes, _ALONE)
                    errand = Errand(
                        live=live,
                        ledger=ledger,
                        manifest=joined(manifest, earlier),
                        again=self.again,
                    )
                    spent = await errand.carry_out(case.examples.values(), course)
                ran = Ran(
                    snapshot=course.tally.snapshot(),
                    stop=course.stop,
                    spent=spent,
                    max_failures=asked.run.max_failures,
                    verb="judge",
                )
                return replace(case.judged(live.parts, ledger, asked, ran=ran), notes=notes)

        return to_end(work, course.stop)

    def _opened(self, case: _Case, asked: Plan, access: Access) -> Opened:
        """The judges, and the outputs as systems; nothing is sent.

        Raises:
            PlanError: A judge is of a judged system's family, or cannot judge a dimension.
            UsageError: There is nothing that a judge could say.
        """
        names = {system.name for system in case.systems}
        others = (system for system in self.plan.systems if system.name not in names)
        compared = replace(asked, systems=(*case.systems, *others))
        judges, notes = panel_of(compared, access, file=self.file)
        if not judges:
            raise UsageError(_idle(asked))
        if self.plan.judge != asked.judge:
            notes = (*notes, _LIVE)
        forms = [one.form for one in settings_of(asked.rubric).values()]
        if "pairwise" in forms and len(case.systems) == 1:
            if set(forms) == {"pairwise"}:
                raise UsageError("a pair needs outputs of two systems; there are those of one")
            notes = (*notes, _NO_PAIRS)
        parts = assembled(
            asked,
            [RecordedSystem(one, case.recorded[one.name]) for one in case.systems],
            recorded=case.recorded,
            checks=(),
            judges=judges,
            redact=access.redact,
        )
        return Opened(parts=replace(parts, partial=True), models=access.models, notes=notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What judges are shown.

    Args:
        recorded: Outputs by system, example and trial.
        examples: What they answer, by id, in the order of the evaluation set.
        systems: Who gave them: those of the plan first.
        data: The fingerprint of the whole evaluation set.
    """

    recorded: Mapping[str, Mapping[tuple[str, int], Output]]
    examples: Mapping[str, Example]
    systems: tuple[System, ...]
    data: str

    @classmethod
    def of(
        cls, outputs: Iterable[Output], dataset: Dataset, plan: Plan, *, limit: int | None
    ) -> Self:
        """Look at outputs and examples; refuse what does not fit together."""
        listed = list(outputs)
        refuse_strangers(listed, {example.id: example for example in dataset})
        _refuse_twice(listed)
        answered = {output.example for output in listed}
        chosen = islice((e for e in dataset if e.id in answered), limit)
        examples = {example.id: example for example in chosen}
        recorded: dict[str, dict[tuple[str, int], Output]] = {}
        for output in listed:
            if output.example in examples:
                recorded.setdefault(output.system, {})[output.example, output.trial] = output
        if not recorded:
            raise InsufficientData("there is no output to judge")
        known = [system for system in plan.systems if system.name in recorded]
        names = {system.name for system in known}
        systems = (*known, *(System(name) for name in recorded if name not in names))
        return cls(
            recorded=recorded,
            examples=examples,
            systems=tuple(_recorded(system) for system in systems),
            data=dataset.fingerprint,
        )

    def judged(self, parts: Parts, path: Path, plan: Plan, *, ran: Ran) -> Judged:
        """What the ledger holds of these outputs, as they are, by these judges, as they are."""
        versions = frozenset(parts.versions())
        names = frozenset(self.examples)
        systems = frozenset(self.recorded)
        with open_ledger(path) as ledger:
            ratings = ledger.ratings(version=versions, kind="judge", example=names, system=systems)
            outputs = ledger.outputs(version=versions, example=names, system=systems)
            account = run_account(ledger, plan)
        return Judged(
            ratings=in_order(self._about_these(ratings, parts), plan, self.examples),
            outputs=tuple(o for o in outputs if (o.example, o.trial) in self.recorded[o.system]),
            examples=self.examples,
            plan=plan,
            ran=ran,
            account=account,
        )

    def _about_these(self, ratings: Ratings, parts: Parts) -> Ratings:
        """The rows about these outputs; the ledger may hold those of others."""
        rounds = {**{judge.name: 1 for judge in parts.judges}, **parts.rounds}
        columns = (ratings[name] for name in ("example", "system", "rater", "repeat"))
        kept = (
            rater in rounds
            and (str(example), int(repeat or 0) // rounds[str(rater)]) in self.recorded[str(system)]
            for example, system, rater, repeat in zip(*columns, strict=True)
        )
        return ratings.filtered(bytes(kept))


@contextmanager
def _kept(ledger: Path | None) -> Iterator[Path]:
    """The ledger; a scratch one, which goes at the end, where nothing is to be kept."""
    if ledger is not None:
        yield ledger
        return
    with TemporaryDirectory(prefix="measurand-") as folder:
        yield Path(folder) / "ledger.db"


def _live(judge: JudgePlan | None) -> JudgePlan | None:
    return judge and replace(judge, batch=False)


def _recorded(system: System) -> System:
    return system if system.kind == "recorded" else replace(system, target=_FILE)


def _idle(plan: Plan) -> str:
    """Why nobody judges."""
    if plan.judge is None:
        return "the plan names no judge; say which model judges, as in judge: {model: NAME}"
    return "no dimension of the plan has the judge among its raters; add it, as in raters: [judge]"


def _refuse_twice(outputs: Iterable[Output]) -> None:
    counts = Counter((output.system, output.example, output.trial) for output in outputs)
    if twice := [key for key, count in counts.items() if count > 1]:
        raise DataError(
            Fault(
                f"{count} outputs of {system} answer one example in one trial",
                found=f"{example!r}, trial {trial}",
                remedy="number repeated answers with trial, from 0",
            )
            for system, example, trial in twice
            for count in (counts[system, example, trial],)
        )
