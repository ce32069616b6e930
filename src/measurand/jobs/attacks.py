"""The act ``data attacks``: adversarial examples for a project, by template or by a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from measurand.analysis.forecast import Forecast
from measurand.core.fingerprint import fingerprint
from measurand.core.lineage import Lineage
from measurand.core.plan import Plan
from measurand.core.running import JudgeModel, JudgePlan
from measurand.curation.attacks import CATALOGUE, Attack, AttackTask, attacks
from measurand.curation.attacks.writing import Refused, Wish
from measurand.errors import InfrastructureError, UsageError
from measurand.figures.text import shortened
from measurand.jobs.attacking.scene import scene_of
from measurand.jobs.attacking.wishes import wishes
from measurand.jobs.attacking.writer import Writer, Written
from measurand.jobs.carrying import Course, Note, Watch, carried, to_end
from measurand.jobs.engine.journal import Journal
from measurand.jobs.engine.parts import Parts
from measurand.jobs.opening_judges import Access, access_to
from measurand.jobs.run import paced
from measurand.jobs.set_answer import SetAnswer, set_answer
from measurand.jobs.set_place import SetPlace
from measurand.models.environment import Environment
from measurand.report.attacks_page import attacks_document, catalogue_document
from measurand.report.words import money
from measurand.store.built_set import BuiltSet, load_set, save_set
from measurand.store.codec import encode
from measurand.store.dataset import Dataset
from measurand.store.ledger import Ledger, open_ledger
from measurand.store.lines import write_jsonl

__all__ = [
    "AttackOptions",
    "Made",
    "attack_catalogue",
    "foretold_attacks",
    "make_attacks",
    "write_attacks",
]

_SHOWN = 240
_BEGAN, _ENDED = "writing attacks", "attacks written"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackOptions:
    """Which attacks are made.

    Args:
        count: How many.
        model: Who writes them; None for templates.
        logs: Where real questions come from; by default the set's core.
        seed: Of all choices; by default the plan's.
        again: Whether a model is asked once more for what is in the ledger.
        budget: US dollars that all runs of the ledger may cost; by default as the plan says.
        connections: Calls under way at once; by default as the plan says.
    """

    count: int = 50
    model: str | None = None
    logs: tuple[Path, ...] = ()
    seed: int | None = None
    again: bool = False
    budget: float | None = None
    connections: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made.

    Args:
        attacks: The attacks.
        wanted: How many were asked for.
        model: Who wrote them; None for templates.
        refused: What of a model's replies is not used.
        failed: What brought no reply.
        notes: What one should know, in sentences.
        spent: US dollars that all runs of the ledger have cost; None where nothing was asked.
        stopped: Why it was stopped before its end; empty where it was not.
    """

    attacks: tuple[Attack, ...]
    wanted: int
    model: str | None = None
    refused: tuple[Refused, ...] = ()
    failed: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()
    spent: float | None = None
    stopped: str = ""

    @property
    def exit_code(self) -> int:
        """0, or 4 where it was stopped or nothing came back."""
        lost = self.stopped or (self.failed and not self.attacks)
        return InfrastructureError.exit_code if lost else 0

    def answer(self) -> SetAnswer:
        """The same as a page."""
        told = [one.example.metadata["attack"] for one in self.attacks]
        made = Counter((one["family"], one["form"], one["expects"]) for one in told)
        lost = (*self.failed, *self.refused)
        page = attacks_document(
            dict(sorted(made.items())),
            wanted=self.wanted,
            decided=sum(bool(one.example.checklist) for one in self.attacks),
            refused=[(one.form, one.entry, one.reason) for one in lost],
            notes=(*self.notes, *filter(None, (self.stopped,))),
            texts=[
                (
                    one.example.id,
                    one.rule.removeprefix("adversarial: "),
                    shortened(one.example.messages[-1].content, _SHOWN),
                )
                for one in self.attacks
            ],
        )
        return set_answer("data attacks", page, self.to_json(), limits=self.notes)

    def to_json(self) -> dict[str, Any]:
        """The same for other programs."""
        return {
            "wanted": self.wanted,
            "made": len(self.attacks),
            "model": self.model,
            "attacks": [{**encode(one.example), "rule": one.rule} for one in self.attacks],
            "refused": [encode(one) for one in self.refused],
            "failed": [encode(one) for one in self.failed],
            "notes": list(self.notes),
            "usd_all_runs": self.spent,
            "stopped": self.stopped,
        }


def attack_catalogue() -> SetAnswer:
    """Every form there is."""
    rows = [
        (family.name, form.name, form.tests, form.expects, form.decided, len(form.said))
        for family in CATALOGUE
        for form in family.forms
    ]
    part = {
        "families": [
            {
                "name": family.name,
                "about": family.about,
                "forms": [encode(form) for form in family.forms],
            }
            for family in CATALOGUE
        ]
    }
    return set_answer("data attacks", catalogue_document(rows), part)


def make_attacks(
    place: SetPlace,
    options: AttackOptions | None = None,
    *,
    watch: Watch | None = None,
    environment: Environment | None = None,
) -> Made:
    """Make attacks for a project; nothing is written.

    Args:
        place: The project.
        options: Which.
        watch: Told how far a model is.
        environment: Where keys and addresses come from; by default the process's.

    Raises:
        UsageError: A model is to write them and there is no plan, or a key is missing.
        DataError: The logs, or the set, cannot be read.
        InfrastructureError: The budget is surely too small; nothing was spent.
        LedgerError: The ledger cannot be read or written.
    """
    chosen = options or AttackOptions()
    if chosen.model is None:
        scene = scene_of(place, chosen.logs, environment=environment)
        made = attacks(scene.task, count=chosen.count, seed=_seed(place, chosen))
        return Made(attacks=made, wanted=chosen.count, notes=scene.notes)
    case = _Case.of(place, chosen, environment)
    course = Course(total=len(case.wished), watch=watch)
    course.tally.units = "requests"

    async def work() -> tuple[Written, float]:
        async with case.access(course) as access:
            writer = case.writer(access)
            _refuse_dear(case.ahead(writer, access))
            found: list[Written] = []

            async def carry(ledger: Ledger, journal: Journal, _: int) -> None:
                width = access.models.run.connections
                found.append(await writer.write(ledger, journal, course, width=width))

            spent = await carried(
                carry, course, case.note(access), ledger=place.ledger, budget=access.models.budget
            )
        return found[0], spent

    written, spent = to_end(work, course.stop)
    return Made(
        attacks=tuple(written.attacks),
        wanted=chosen.count,
        model=chosen.model,
        refused=tuple(written.refused),
        failed=tuple(written.failed),
        notes=case.notes,
        spent=spent,
        stopped=course.stop.message if course.stop.reason is not None else "",
    )


def foretold_attacks(
    place: SetPlace, options: AttackOptions, *, environment: Environment | None = None
) -> Forecast:
    """What a model would be asked, and what that would cost; nothing is sent.

    Raises:
        MeasurandError: As for `make_attacks`.
    """
    case = _Case.of(place, options, environment)

    async def look() -> Forecast:
        async with case.access() as access:
            return case.ahead(case.writer(access), access)

    return to_end(look, Course(total=0).stop)


_OTHER = frozenset(
    {".json", ".csv", ".tsv", ".yaml", ".yml", ".txt", ".md", ".parquet", ".xlsx", ".gz"}
)
"""Endings by which somebody means a file, and not a folder."""


def write_attacks(made: Made, out: Path, *, now: str) -> int:
    """Write attacks to a file of JSON Lines, or add them to a set's folder as a new version.

    An attack that is there already is passed over. Nobody has looked at them, and their lineage
    says so.

    Args:
        made: The attacks.
        out: A file that ends in ``.jsonl``; else a folder.
        now: The time, as an ISO 8601 time.

    Returns:
        How many were written.

    Raises:
        UsageError: The file is there already or ends otherwise, or somebody else is writing to the
            set.
        DataError: The set cannot be read.
    """
    if out.suffix == ".jsonl":
        if out.exists():
            raise UsageError(f"{out} is there already; nothing was written: name another file")
        write_jsonl(out, (encode(one.example) for one in made.attacks))
        return len(made.attacks)
    if out.is_file() or out.suffix.lower() in _OTHER:
        raise UsageError(
            f"attacks are written to a file that ends in .jsonl, or added to a set's folder; found "
            f"{out}: nothing was written"
        )
    there = load_set(out) if out.exists() and any(out.iterdir()) else BuiltSet(Dataset(()))
    known = {example.id for example in there.dataset.examples}
    fresh = [one for one in made.attacks if one.example.id not in known]
    lineage = {one.example.id: _lineage(one, made.model, now) for one in fresh}
    examples = (*there.dataset.examples, *(one.example for one in fresh))
    whole = replace(there, dataset=Dataset(examples), lineage={**there.lineage, **lineage})
    told = {"attacks": len(fresh), "model": made.model, "rules": sorted({o.rule for o in fresh})}
    if fresh:
        save_set(out, whole, manifest=told, now=now, act="attacks")
    return len(fresh)


def _lineage(one: Attack, model: str | None, now: str) -> Lineage:
    example = one.example
    because = "" if model is None else str(example.source)
    return Lineage(
        example=example.id,
        fingerprint=example.fingerprint,
        component="adversarial",
        rule=one.rule,
        because=because,
        added=now,
    )


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A model that writes attacks for a plan."""

    place: SetPlace
    plan: Plan
    task: AttackTask
    wished: Sequence[Wish]
    seed: int
    again: bool
    notes: tuple[str, ...]
    environment: Environment

    @classmethod
    def of(cls, place: SetPlace, options: AttackOptions, environment: Environment | None) -> _Case:
        if place.plan is None:
            raise UsageError(
                f"there is no plan {place.file}: a model that writes attacks is called as the "
                "plan says, within its budget; measurand init makes one"
            )
        if options.model is None:
            raise UsageError("no model is named that is to write attacks")
        told = environment or Environment()
        scene = scene_of(place, options.logs, environment=told)
        seed = _seed(place, options)
        paced_plan = paced(place.plan, connections=options.connections, budget=options.budget)
        judge = JudgePlan(models=(JudgeModel(options.model),))
        return cls(
            place=place,
            plan=replace(paced_plan, systems=(), judge=judge),
            task=scene.task,
            wished=tuple(wishes(scene.task, count=options.count, seed=seed)),
            seed=seed,
            again=options.again,
            notes=scene.notes,
            environment=told,
        )

    def access(self, course: Course | None = None) -> Any:
        observe = None if course is None else course.tally.attempt
        return access_to(
            self.plan, self.place.ledger, environment=self.environment, observe=observe
        )

    def writer(self, access: Access) -> Writer:
        model = access.models.open(self._model)
        parts = Parts(systems=(), rubric=self.plan.rubric, redact=access.redact)
        return Writer(
            model=model,
            task=self.task,
            wished=self.wished,
            seed=self.seed,
            parts=parts,
            again=self.again,
        )

    def ahead(self, writer: Writer, access: Access) -> Forecast:
        with open_ledger(self.place.ledger) as ledger:
            budget = self.plan.run.budget
            return writer.ahead(ledger, access.models.prices, budget=budget)

    def note(self, access: Access) -> Note:
        """What the ledger keeps of it."""
        told = {"name": self.plan.name, "model": self._model, "requests": len(self.wished)}
        return Note(
            plan=fingerprint(encode(self.plan)),
            manifest=told,
            redact=access.redact,
            began=_BEGAN,
            ended=_ENDED,
        )

    @property
    def _model(self) -> str:
        assert self.plan.judge is not None  # noqa: S101 - `of` has put it there
        return self.plan.judge.models[0].model


def _seed(place: SetPlace, options: AttackOptions) -> int:
    if options.seed is not None:
        return options.seed
    return 0 if place.plan is None else place.plan.seed


def _refuse_dear(ahead: Forecast) -> None:
    low = ahead.known_cost.low or 0.0
    if ahead.budget is not None and ahead.spent + low > ahead.budget:
        raise InfrastructureError(
            f"nothing was asked: these attacks take at least {money(low)}, "
            f"{money(ahead.spent)} are spent, and the budget is {money(ahead.budget)}. "
            "Raise it, or ask for fewer with --count"
        )
