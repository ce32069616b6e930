"""A gate of a project: run what lacks, then decide on what the ledger holds of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from measurand.analysis.gate_result import GateResult
from measurand.analysis.gate_terms import GateTerms
from measurand.core.example import Example
from measurand.core.gate import GatePlan, Loss, Waiver
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.sound import sound
from measurand.errors import InfrastructureError, MeasurandError, NotSetUp, PlanError
from measurand.jobs.accounting import run_account
from measurand.jobs.calibrating.records import untrusted
from measurand.jobs.engine.agenda import Again
from measurand.jobs.gating.before import Before, body_of, last_passing
from measurand.jobs.gating.hashes import project_hashes
from measurand.jobs.gating.memory import Memory, of_this_line, place_of
from measurand.jobs.gating.now import undone
from measurand.jobs.gating.options import GateOptions, asked_plan, sides
from measurand.jobs.gating.owed import (
    expected_results,
    places_of,
    trials_of_system,
    with_repeats,
)
from measurand.jobs.gating.scene import Scene, waivers_of, waivers_print
from measurand.jobs.gating.terms import own_terms
from measurand.jobs.gating.unseen import unseen
from measurand.jobs.manifest import current
from measurand.jobs.places import ledger_path
from measurand.jobs.project import under_plan
from measurand.jobs.run import Ran, RunOptions, Watch, run
from measurand.jobs.source import Source, rounds_of
from measurand.jobs.workbench import recorded_of
from measurand.models.environment import Environment
from measurand.store.ledger import Ledger, open_ledger
from measurand.store.ledger_gates import GateRecord
from measurand.store.plans import load_plan

__all__ = ["of_project", "record", "run_first"]

_YEAR = 366
_OTHER_TERMS = (
    "This gate was decided by other terms than the plan's, as options asked for: it is no last "
    "passing, and what was decided on before stays remembered."
)
_OTHERS = (
    "The ledger has {count:,} decisions of gates, none of them of {file} or of the commits that "
    "this one comes from: nothing is remembered that could be missing."
)


def run_first(
    file: Path, options: GateOptions, *, watch: Watch | None, environment: Environment
) -> Ran:
    """Ask for what the ledger lacks of the gate's systems on the gate's components.

    What has failed is asked for once more, as a call that failed is no answer; an answer that is
    no pass is never asked for again.

    Args:
        file: The plan.
        options: What is asked.
        watch: Told how far it is.
        environment: Where keys and addresses come from.

    Raises:
        InfrastructureError: A key, an address or an extra lacks.
        KeyboardInterrupt: It was stopped.
    """
    plan = load_plan(file)
    system, against = sides(plan, options)
    wanted = asked_plan(plan.gate, options)
    names = [one.name for one in plan.systems if one.name in {system, against}]
    chosen = RunOptions(
        systems=tuple(names),
        again=Again(failed=True),
        connections=options.connections,
        budget=options.budget,
        components=wanted.components,
        repeats=wanted.repeats,
        until_clear=False,
    )
    try:
        ran = run(file, chosen, watch=watch, environment=environment)
    except NotSetUp as problem:
        raise InfrastructureError(str(problem)) from problem
    if ran.stop.reason == "asked":
        raise KeyboardInterrupt
    return ran


def of_project(file: Path, options: GateOptions, *, today: date, environment: Environment) -> Scene:
    """What a gate of a project is decided on.

    Args:
        file: The plan.
        options: What is asked.
        today: The day on which waivers are held against the calendar.
        environment: Where addresses come from; keys need not be there.

    Raises:
        PlanError: The plan is wrong.
        DataError: The evaluation set or the waivers are wrong.
        UsageError: It is left open which systems are meant, or the ledger holds no ratings.
        InsufficientData: Nothing passed before.
    """
    plan = load_plan(file)
    system, against = sides(plan, options)
    wanted = asked_plan(plan.gate, options)
    plan = with_repeats(plan, wanted)
    source = under_plan(file, plan, environment, refuse=False)
    examples = {k: e for k, e in source.examples.items() if e.component in wanted.components}
    look = _Look(file, plan, wanted, source, examples)
    before: Before | None = None
    with open_ledger(ledger_path(file)) as ledger:
        facts = look.facts(ledger, options)
        if against == "last-passing":
            before = last_passing(ledger, plan, system, records=facts.records, examples=examples)
    open_, unknown = look.undone((system,) if before else (system, against), environment)
    outputs = _outputs(source, before, (system, against))
    terms = replace(
        look.terms(options, facts, today),
        system=system,
        baseline=before.name if before else against,
        expected=expected_results(plan, _trials(plan, (system, against), outputs, before=before)),
        fresh=before.fresh if before else frozenset(),
        undone=open_,
        unknown=unknown,
    )
    told = waivers_print(terms.waivers)
    return Scene(
        name=plan.name,
        source=source,
        ratings=source.ratings + before.ratings if before else source.ratings,
        rubric=plan.rubric,
        terms=terms,
        examples=examples,
        outputs=outputs,
        hashes=project_hashes(
            plan, file, facts.manifest, system=system, examples=examples.values(), waivers=told
        ),
        notes=(
            *facts.notes,
            *(before.notes if before else ()),
            *unseen(one for one in plan.systems if one.name in {system, against}),
            *_long(terms.waivers, today),
            *source.limits,
        ),
        own=facts.own,
    )


def _long(waivers: Sequence[Waiver], today: date) -> Iterator[str]:
    """Waivers that nobody will look at again for more than a year."""
    for one in waivers:
        if one.expires > today + timedelta(days=_YEAR):
            yield (
                f"The waiver of {one.example} on {one.dimension} holds until "
                f"{one.expires.isoformat()}, more than a year from now."
            )


def _trials(
    plan: Plan, names: tuple[str, str], outputs: Sequence[Output], *, before: Before | None
) -> dict[str, int]:
    """How often each example was asked, by the name in the table."""
    system, against = names
    own = {system: trials_of_system(plan.system(system), outputs)}
    if before is not None:
        return own | {before.name: int(before.record.body.get("repeats", 1))}
    return own | {against: trials_of_system(plan.system(against), outputs)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What the ledger says besides ratings and outputs."""

    manifest: Mapping[str, Any]
    records: tuple[GateRecord, ...]
    lost: tuple[Loss, ...]
    notes: tuple[str, ...]
    untrusted: tuple[str, ...]
    own: bool


@dataclass(frozen=True, slots=True)
class _Look:
    """A project, and what of it the gate is about."""

    file: Path
    plan: Plan
    wanted: GatePlan
    source: Source
    examples: Mapping[str, Example]

    def terms(self, options: GateOptions, facts: _Facts, today: date) -> GateTerms:
        """By what the gate is decided, but for who stands in it."""
        plan = self.plan
        return GateTerms(
            system="",
            baseline="",
            today=today,
            plan=self.wanted,
            level=options.level or plan.compare.level,
            margin=options.margin or plan.compare.margin,
            seed=plan.seed if options.seed is None else options.seed,
            flags=plan.judge.flags if plan.judge else "any",
            rounds=rounds_of(self.source),
            by=options.by,
            waivers=waivers_of(options, self.wanted, self.file.parent, source=self.source),
            places=places_of(self.file.parent / plan.data.path),
            lost=facts.lost,
            untrusted=facts.untrusted,
        )

    def facts(self, ledger: Ledger, options: GateOptions) -> _Facts:
        """What the ledger says of runs, of earlier gates and of judges."""
        plan, every = self.plan, ledger.gates.records()
        manifest = current(ledger, plan).manifest
        records = of_this_line(every, plan, self.file)
        memory = Memory.of(records)
        components = self.wanted.components
        reasons: tuple[str, ...] = ()
        if self.wanted.calibrated:
            account = run_account(ledger, plan)
            reasons = tuple(untrusted(ledger, plan, manifest, account=account))
        notes = list(memory.notes(plan, self.source.examples, components))
        own = own_terms(plan, self.wanted, options, first=not memory.at)
        if not own:
            notes.insert(0, _OTHER_TERMS)
        if every and not records:
            notes.append(_OTHERS.format(count=len(every), file=self.file.name))
        return _Facts(
            manifest=manifest,
            records=records,
            lost=tuple(memory.losses(plan, self.source.examples, components)),
            notes=tuple(notes),
            untrusted=reasons,
            own=own,
        )

    def undone(
        self, names: Sequence[str], environment: Environment
    ) -> tuple[dict[tuple[str, str], str], tuple[str, ...]]:
        """What is not there as things are now, and why that is not known, where it is not.

        Ratings that were imported or made by `measurand check` are no run's; where there was no
        run, they are all there is, and recordings must be as they were.
        """
        with open_ledger(ledger_path(self.file)) as ledger:
            if current(ledger, self.plan).run is None:
                return dict(self._edited(names)), ()
        systems = tuple(s for s in self.plan.systems if s.name in names and s.kind != "ratings")
        if not systems:
            return {}, ()
        plan = replace(self.plan, systems=systems)
        try:
            examples = tuple(self.examples.values())
            return undone(plan, self.file, environment, examples=examples), ()
        except PlanError:
            raise
        except MeasurandError as problem:
            why = f"it is not known whether the ledger is of what stands now: {problem}"
            return {}, (why,)

    def _edited(self, names: Sequence[str]) -> Iterator[tuple[tuple[str, str], str]]:
        """Recorded outputs that say something else by now than those that were rated."""
        there = {(o.system, o.example, o.trial): o.text for o in self.source.outputs}
        for name, outputs in recorded_of(self.plan, self.file).items():
            for (example, trial), output in outputs.items():
                text = None if output.text is None else self.source.redact(sound(output.text))
                place = (name, example, trial)
                if name in names and there.get(place, text) != text:
                    yield (example, name), "its recorded output is another than the one rated"


def _outputs(source: Source, before: Before | None, names: tuple[str, str]) -> tuple[Output, ...]:
    own = (output for output in source.outputs if output.system in names)
    return (*own, *(before.outputs if before else ()))


def record(file: Path, scene: Scene, result: GateResult) -> None:
    """Let the ledger keep what was decided.

    Args:
        file: The plan.
        scene: What it was decided on.
        result: What came of it.

    Raises:
        LedgerError: The ledger cannot be written.
    """
    plan = scene.source.plan
    if plan is None:
        return
    own = plan.system(result.system)
    with open_ledger(ledger_path(file)) as ledger:
        manifest = current(ledger, plan).manifest
        body = body_of(
            manifest,
            result.system,
            scene.examples,
            plan=plan,
            repeats=trials_of_system(own, scene.outputs),
        )
        ledger.gates.add(
            GateRecord(
                plan=plan.name,
                system=result.system,
                version=str(manifest.get("systems", {}).get(result.system, "")),
                against=result.against,
                outcome=result.outcome,
                own=scene.own,
                hashes=result.hashes,
                body={**body, "place": place_of(file)},
            )
        )
