"""A project: a plan, and the ledger beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.rating import Cell, Ratings
from measurand.core.scale import Scale, Value
from measurand.errors import Fault, PlanError, UsageError
from measurand.jobs.accounting import run_account
from measurand.jobs.anchor_status import drift_notes
from measurand.jobs.calibrating.records import standings
from measurand.jobs.keys import redactor, run_key
from measurand.jobs.looks import Looks
from measurand.jobs.manifest import current
from measurand.jobs.ordering import in_order
from measurand.jobs.people_rows import part
from measurand.jobs.places import ledger_path
from measurand.jobs.same_content import Answered, same_content
from measurand.jobs.set_lock import set_version
from measurand.jobs.source import Source, examples_of, two_faced
from measurand.models.environment import Environment
from measurand.store.ledger import open_ledger
from measurand.store.plans import load_plan

__all__ = ["from_project", "under_plan"]

_SHOWN = 5


def from_project(plan: Path | str, *, environment: Environment | None = None) -> Source:
    """Read a project's ledger under its plan: the plan says what counts.

    Ratings of dimensions and systems that the plan does not name, and of examples that are not in
    its evaluation set, stay in the ledger and are left out, with a note that says how many.

    Args:
        plan: Where the plan is.
        environment: Where the key of placeholders may come from; by default the process's.

    Raises:
        PlanError: There is no plan, or it is wrong, or the ledger holds values off its scales.
        UsageError: The ledger holds no ratings yet, or the set is not the one that is locked.
        InsufficientData: The set has changed, and systems have no example in common by now.
    """
    plan_path = Path(plan)
    return under_plan(plan_path, load_plan(plan_path), environment or Environment())


def under_plan(
    plan_path: Path, plan: Plan, environment: Environment, *, refuse: bool = True
) -> Source:
    """The same under a plan that differs from the one that stands there, as in its repeats.

    Args:
        plan_path: Where the plan is.
        plan: The plan.
        environment: See `from_project`.
        refuse: Whether to refuse where the set has changed so that nothing can be compared.
    """
    path = ledger_path(plan_path)
    with open_ledger(path) as ledger:
        now = current(ledger, plan)
        data = plan_path.parent / plan.data.path
        examples = examples_of(data)
        of = set_version(plan_path, data, examples.values())
        redact = redactor(plan, run_key(ledger, environment))
        by = Answered(plan=plan, file=plan_path, manifest=now.manifest, redact=redact)
        same = same_content(ledger, by, examples=examples, now=of)
        ratings = same.ratings(now.ratings(ledger), refuse=refuse)
        outputs = same.outputs(ledger.outputs(version=now.versions))
        parted = part(ratings, ledger, plan, examples=examples, outputs=outputs)
        intakes, account = ledger.sources.accounts(), run_account(ledger, plan)
        trust = (
            *standings(ledger, plan, now.manifest, account=account),
            *drift_notes(ledger, plan),
        )
    if not len(ratings):
        raise UsageError(
            f"the ledger {path} holds no ratings yet; add some with: "
            "measurand run, measurand check, or measurand import FILE"
        )
    notes: list[str] = [*same.notes(), *now.notes(), *parted.notes(), *trust]
    if account is not None and account.limit:
        notes.append(account.limit)
    ratings = parted.ratings
    if now.run is not None:
        ratings = _of_planned_trials(ratings, plan, outputs)
    known = _counted(ratings, plan, frozenset(examples), notes=notes)
    return Source(
        ratings=_sound(in_order(known, plan, examples), plan, path),
        rubric=plan.rubric,
        intakes=intakes,
        examples=examples,
        outputs=outputs,
        plan=plan,
        notes=tuple(notes),
        run=account,
        redact=redact,
        aside=parted.aside,
        dropped=parted.dropped,
        dropped_aside=parted.dropped_aside,
        excluded=parted.excluded,
        wanted=parted.wanted,
        looks=Looks(path, now.manifest),
        of=of,
    )


def _sound(ratings: Ratings, plan: Plan, path: Path) -> Ratings:
    """These ratings, if each is on its scale and each rater of one kind."""
    if faults := [*_off_scale(ratings, plan, path), *two_faced(ratings, path)]:
        raise PlanError(faults)
    return ratings


def _counted(
    ratings: Ratings, plan: Plan, examples: frozenset[str], *, notes: list[str]
) -> Ratings:
    """The ratings that the plan is about; what is left out is noted."""
    named = {
        "dimension": frozenset(dimension.name for dimension in plan.rubric),
        "system": frozenset(system.name for system in plan.systems),
        "example": examples,
    }
    where = {"dimension": "the rubric", "system": "the plan", "example": "the evaluation set"}
    for column, names in named.items():
        if not names:
            continue
        kept = ratings.filtered(ratings[column].mask(names.__contains__))
        if len(kept) < len(ratings):
            odd = [str(cell) for cell in ratings.distinct(column) if cell not in names]
            told = ", ".join(odd[:_SHOWN]) + (", ..." if len(odd) > _SHOWN else "")
            notes.append(
                f"Left out: {len(ratings) - len(kept):,} ratings in the ledger whose {column} is "
                f"not in {where[column]} ({told})."
            )
        ratings = kept
    return ratings


def _of_planned_trials(ratings: Ratings, plan: Plan, outputs: Sequence[Output]) -> Ratings:
    """Without what judges said in more repeats or trials than the plan has by now."""
    if plan.judge is None:
        return ratings
    judges = {judge.model for judge in plan.judge.models}
    trials = {system.name: system.repeats for system in plan.systems}
    recorded = {system.name for system in plan.systems if not system.live}
    for output in outputs:
        if output.system in recorded:
            trials[output.system] = max(trials[output.system], output.trial + 1)
    most = {name: count * plan.judge.repeats for name, count in trials.items()}
    cells = zip(ratings["rater"], ratings["system"], ratings["repeat"], strict=True)
    kept = (
        rater not in judges or not isinstance(row, int) or row < most.get(str(system), row + 1)
        for rater, system, row in cells
    )
    return ratings.filtered(bytes(kept))


def _on(scale: Scale, value: Value) -> bool:
    try:
        scale.parse(value)
    except ValueError:
        return False
    return True


def _off_scale(ratings: Ratings, plan: Plan, path: Path) -> Iterator[Fault]:
    """Values that were on their scale when they came in, and are not on the plan's."""
    for dimension in plan.rubric:
        values = ratings.where(dimension=dimension.name)["value"]
        counts: Counter[Cell] = Counter(values)
        odd = [value for value in counts if value is not None and not _on(dimension.scale, value)]
        if odd:
            count = sum(counts[value] for value in odd)
            yield Fault(
                f"{count:,} ratings of {dimension.name} are off its scale",
                str(path),
                found=", ".join(f"{value}" for value in odd[:_SHOWN]),
                allowed=str(dimension.scale),
                remedy="import the file again under the plan's scale, or mend the plan",
            )
