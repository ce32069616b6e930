"""What an audit would ask: the project's outputs, the judges without mitigations, the questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from measurand.core.example import Example
from measurand.core.family import family_of
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.rating import Ratings
from measurand.errors import InsufficientData, UsageError
from measurand.jobs.auditing.options import AuditRun
from measurand.jobs.engine.probing import Thread, threads_of
from measurand.jobs.manifest import current
from measurand.jobs.opening_judges import Access, panel_of
from measurand.jobs.run import paced
from measurand.jobs.source import examples_of
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.spec import told
from measurand.raters.probes import Answered, AuditDesign, plan_probes
from measurand.store.ledger import Ledger

__all__ = ["Pool", "Scene", "audited", "pool_of", "scene_of"]

_SALT = "audit"
"""Names an audit's requests apart from those of runs: a provider answers no name twice alike."""

_UNITS_KNOWN = frozenset({"people", "reference"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """What a project's judges can be asked about.

    Args:
        examples: The evaluation set, by id.
        outputs: The first output of each system to each example, as the ledger has it.
        known: What people said of them, from 0 to 1, by example and system.
    """

    examples: Mapping[str, Example]
    outputs: tuple[Output, ...]
    known: Mapping[tuple[str, str], float]

    def answered(self, limit: int | None) -> Iterator[Answered]:
        """The outputs with what they answer.

        Args:
            limit: Only those to the first so many examples.
        """
        names = list(self.examples)[:limit]
        chosen = frozenset(names)
        for output in self.outputs:
            if output.text is not None and output.example in chosen:
                yield Answered(
                    example=self.examples[output.example],
                    system=output.system,
                    output=output.text,
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An audit that is ready to be made.

    Args:
        design: How large it is.
        judges: Who is asked.
        outputs: How many outputs there are to ask about.
        threads: The questions, those of one conversation together.
        declined: By judge and probe, why a probe could not act, and how often.
        notes: What is known of the judges' independence, in sentences.
    """

    design: AuditDesign
    judges: tuple[JudgeRater, ...]
    outputs: int
    threads: tuple[Thread, ...]
    declined: Mapping[str, Mapping[str, Mapping[str, int]]]
    notes: tuple[str, ...]

    @property
    def keys(self) -> frozenset[str]:
        """The names of the work of all questions."""
        return frozenset(question.key for thread in self.threads for question in thread)


def audited(plan: Plan, run: AuditRun) -> Plan:
    """The plan as its judges are audited: asked one by one, with this time's limits.

    Raises:
        UsageError: Nobody judges.
    """
    judge = plan.judge
    if judge is None:
        raise UsageError("the plan names no judge; say which model judges: judge: {model: NAME}")
    alone = replace(plan, judge=replace(judge, batch=False))
    return paced(alone, connections=run.connections, budget=run.budget)


def pool_of(plan: Plan, ledger: Ledger, *, file: Path, ratings: Ratings) -> Pool:
    """What the ledger and the evaluation set hold.

    Raises:
        InsufficientData: There is no output that a judge could be asked about.
    """
    examples = examples_of(file.parent / plan.data.path)
    systems = {system.name for system in plan.systems}
    outputs = tuple(
        output
        for output in ledger.outputs(version=current(ledger, plan).versions)
        if output.text is not None
        and not output.trial
        and output.system in systems
        and output.example in examples
    )
    if not outputs:
        raise InsufficientData(
            "the ledger holds no outputs that a judge could be asked about; measurand run asks the "
            "systems, or takes their recorded outputs in"
        )
    return Pool(examples=examples, outputs=outputs, known=_known(plan, ratings))


def scene_of(plan: Plan, access: Access, pool: Pool, *, run: AuditRun, file: Path) -> Scene:
    """Plan the questions; nothing is sent.

    Args:
        plan: As `audited` gives it.
        access: What its calls go through.
        pool: What can be asked about.
        run: What is wanted.
        file: Where the plan stands.

    Raises:
        PlanError: A judge is of a compared system's family, or a dimension cannot be judged so.
        UsageError: No dimension has the judge among its raters.
    """
    planned_for = plan.judge.mitigations if plan.judge is not None else ()
    judges, notes = panel_of(_bare(plan), access, file=file, salt=_SALT)
    if not judges:
        raise UsageError(
            "no dimension of the plan has the judge among its raters; add it: raters: [judge]"
        )
    design = run.design(planned_for, seed=plan.seed)
    answered = list(pool.answered(run.limit))
    threads: list[Thread] = []
    declined: dict[str, Mapping[str, Mapping[str, int]]] = {}
    for judge in judges:
        planned = plan_probes(
            answered,
            judge,
            told(plan.rubric),
            design=design,
            family=_family(plan, judge.name),
            known=pool.known,
        )
        threads += threads_of(judge, planned.tasks)
        declined[judge.name] = planned.declined
    return Scene(
        design=design,
        judges=judges,
        outputs=len(answered),
        threads=tuple(threads),
        declined=declined,
        notes=notes,
    )


def _bare(plan: Plan) -> Plan:
    """Without mitigations: they are switched on question by question."""
    return plan if plan.judge is None else replace(plan, judge=replace(plan.judge, mitigations=()))


def _family(plan: Plan, name: str) -> str | None:
    for model in plan.judge.models if plan.judge else ():
        if model.model == name:
            return model.family or family_of(name)
    return None


def _known(plan: Plan, ratings: Ratings) -> dict[tuple[str, str], float]:
    """The mean of what people said of each output, over dimensions, from 0 to 1."""
    scales = {dimension.name: dimension.scale for dimension in plan.rubric}
    found: dict[tuple[str, str], list[float]] = {}
    for row in ratings:
        if row.kind not in _UNITS_KNOWN or row.against is not None or row.value is None:
            continue
        scale = scales.get(row.dimension)
        unit = None if scale is None else scale.unit(row.value)
        if unit is not None:
            found.setdefault((row.example, row.system), []).append(unit)
    return {key: _mean(units) for key, units in found.items()}


def _mean(units: Sequence[float]) -> float:
    return sum(units) / len(units)
