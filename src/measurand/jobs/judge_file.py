"""The verb ``judge``: have outputs judged that are there already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.errors import DataError, UsageError
from measurand.jobs.answer import Answer
from measurand.jobs.carrying import Watch
from measurand.jobs.compare import judge_report
from measurand.jobs.places import ledger_path
from measurand.jobs.run import RunOptions, as_chosen
from measurand.jobs.sitting import Judged, Sitting
from measurand.jobs.source import Source
from measurand.models.environment import Environment
from measurand.store.dataset import Dataset
from measurand.store.outputs import read_outputs
from measurand.store.plans import load_plan

__all__ = ["answer_of", "judge", "outputs_of"]

_FILE = "file:"


def judge(
    file: Path | str,
    plan_path: Path | str = "measurand.yaml",
    options: RunOptions | None = None,
    *,
    system: str | None = None,
    watch: Watch | None = None,
    environment: Environment | None = None,
) -> Judged:
    """Judge the outputs of a file as a plan says; the ratings go into the project's ledger.

    They are there as `run` puts them, so that a run of a plan in which the file is the target of
    its system pays for none of them again.

    Args:
        file: The outputs.
        plan_path: The plan: rubric, judges, evaluation set, prices, what is redacted.
        options: How it is done this time; ``systems`` are those whose outputs are judged.
        system: Whose outputs they are, where the file does not say.
        watch: Told how far it is.
        environment: Where keys and addresses come from; by default the process's.

    Raises:
        PlanError: The plan is wrong, or a judge is of a compared system's family.
        DataError: The outputs or the evaluation set are wrong.
        UsageError: A key is missing, nobody judges, or a system is one that the plan asks itself.
        InsufficientData: There is no output.
        LedgerError: The ledger cannot be read or written.
    """
    chosen = options or RunOptions()
    place, plan_file = Path(file), Path(plan_path)
    plan = as_chosen(load_plan(plan_file), replace(chosen, systems=(), judge=True))
    named = system or _target_of(plan, plan_file, place)
    outputs = outputs_of(place, system=named, systems=chosen.systems)
    _refuse_live(plan, outputs, place)
    sitting = Sitting(
        plan=plan,
        ledger=ledger_path(plan_file),
        file=plan_file,
        again=chosen.again,
        watch=watch,
        environment=environment or Environment(),
    )
    examples = Dataset.load(plan_file.parent / plan.data.path)
    return sitting.hold(outputs, examples, limit=chosen.limit)


def outputs_of(
    file: Path, *, system: str | None = None, systems: Iterable[str] = ()
) -> tuple[Output, ...]:
    """The outputs of a file, or those of some of its systems.

    Args:
        file: The file.
        system: Whose they are, where it does not say.
        systems: Whose are wanted; all by default.

    Raises:
        DataError: The file is wrong.
        UsageError: It holds no output of a system that is wanted, or nobody says whose they are.
    """
    outputs = _read(file, system)
    wanted = tuple(systems)
    if not wanted:
        return outputs
    there = dict.fromkeys(output.system for output in outputs)
    if unknown := [name for name in wanted if name not in there]:
        raise UsageError(
            f"{file} holds no output of {', '.join(unknown)}; it has those of: {', '.join(there)}"
        )
    return tuple(output for output in outputs if output.system in wanted)


def _read(file: Path, system: str | None) -> tuple[Output, ...]:
    try:
        return read_outputs(file, system=system)
    except DataError as problem:
        if system is None and all(fault.key == "system" for fault in problem.faults):
            raise UsageError(
                f"{file} does not say whose outputs they are; name the system, as in: --system NAME"
            ) from None
        raise


def answer_of(judged: Judged) -> Answer:
    """What the judges' ratings say: means with intervals, comparisons, failures."""
    plan = judged.plan
    source = Source(
        ratings=judged.ratings,
        rubric=plan.rubric,
        intakes=(),
        examples=judged.examples,
        outputs=judged.outputs,
        plan=plan if any(one.weight for one in plan.rubric) else None,
        notes=tuple(f"The judges: {note}." for note in judged.notes),
        run=judged.account,
    )
    return judge_report(source)


def _target_of(plan: Plan, plan_file: Path, file: Path) -> str | None:
    """The system of the plan whose recorded outputs these are; None where there is none."""
    for system in plan.systems:
        if system.kind == "recorded":
            target = plan_file.parent / system.target.removeprefix(_FILE)
            if target.resolve() == file.resolve():
                return system.name
    return None


def _refuse_live(plan: Plan, outputs: Iterable[Output], file: Path) -> None:
    """Refuse outputs that would take the place of what the plan's own system has answered."""
    names = {output.system for output in outputs}
    live = [system for system in plan.systems if system.live and system.name in names]
    if live:
        told = "; ".join(f"{system.name} is {system.target}" for system in live)
        raise UsageError(
            f"{file} holds outputs of a system that the plan asks itself ({told}), and its answers "
            "have their place in the ledger: measurand run judges them. To judge these, write "
            f'target: "file:{file}" for it in the plan, or give them a name of their own'
        )
