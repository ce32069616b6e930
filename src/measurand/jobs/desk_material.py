"""What there is to rate: outputs, pairs, golden items, and who should be asked about what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from measurand.analysis.routing import Routed, routed
from measurand.analysis.trials import Voting
from measurand.core.example import Example
from measurand.core.judging import Order
from measurand.core.output import Output
from measurand.core.people import Item
from measurand.core.plan import Plan
from measurand.core.rating import Ratings
from measurand.core.rubric import Dimension
from measurand.errors import UsageError
from measurand.jobs.calibrating.drawing import drawn_before
from measurand.jobs.item_maker import Gold, ItemMaker, Unit, asked_of_people, first_outputs
from measurand.jobs.keys import redactor, run_key
from measurand.jobs.manifest import Current, current
from measurand.jobs.people_rows import part
from measurand.jobs.places import ledger_path
from measurand.jobs.source import examples_of
from measurand.jobs.workbench import recorded_of
from measurand.models.environment import Environment
from measurand.raters.people.sheet import Sheet, sheet_of
from measurand.store.ledger import Ledger
from measurand.store.plans import load_plan

__all__ = ["Material", "material"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything that people can be asked about under a plan.

    Args:
        plan: The plan.
        items: What is to be rated, golden items among them.
        examples: The examples by id.
        texts: The outputs' texts by example and system.
        gold: The right ratings of golden items, by unit.
        redact: What is done to every text before a person sees it.
        notes: What is left out, in sentences.
    """

    plan: Plan
    items: tuple[Item, ...]
    examples: Mapping[str, Example]
    texts: Mapping[tuple[str, str], str]
    gold: Mapping[Unit, Gold] = field(default_factory=dict)
    redact: Callable[[str], str] = str
    notes: tuple[str, ...] = ()

    def sheet(self, item: Item, order: Order | None) -> Sheet:
        """What a person sees of an item."""
        example = _redacted(self.examples[item.example], self.redact)
        systems = [item.system, *([] if item.against is None else [item.against])]
        texts = {name: self.redact(self.texts[item.example, name]) for name in systems}
        asked = [self.plan.rubric.dimension(name) for name in item.dimensions]
        return sheet_of(
            example, item, texts, order=order, show_reference=any(map(_sees_reference, asked))
        )

    def lengths(self, item: Item) -> tuple[str, ...]:
        """The texts that passages are of: the item's own, then the other's."""
        systems = [item.system, *([] if item.against is None else [item.against])]
        return tuple(self.redact(self.texts[item.example, name]) for name in systems)


def material(plan_path: Path, ledger: Ledger, environment: Environment | None = None) -> Material:
    """Find out what there is to rate, and note recorded outputs in the ledger.

    Args:
        plan_path: The plan.
        ledger: The project's.
        environment: Where the key of placeholders may come from; by default the process's.

    Raises:
        PlanError: The plan is wrong.
        DataError: The evaluation set or an outputs file is wrong.
        UsageError: No dimension is rated by people, or there is no output to rate.
    """
    plan = load_plan(plan_path)
    if not asked_of_people(plan):
        raise UsageError(
            f"{plan_path}: no dimension is rated by people; add people to the raters of one, "
            "as in raters: [judge, people]"
        )
    examples = examples_of(plan_path.parent / plan.data.path)
    now = current(ledger, plan)
    outputs = _outputs(plan, plan_path, ledger, now=now)
    counted = now.ratings(ledger)
    parted = part(counted, ledger, plan, examples=examples, outputs=outputs.values())
    drawn = drawn_before(ledger.calibration).units
    maker = ItemMaker(plan, examples, outputs, ratings=counted, drawn=drawn)
    items = maker.items(_routed(parted.every, plan), ledger.people.items().values())
    if not any(item.purpose != "golden" for item in items):
        raise UsageError(_nothing(plan_path, golden=len(items)))
    return Material(
        plan=plan,
        items=tuple(items),
        examples=examples,
        texts={unit: output.text or "" for unit, output in outputs.items()},
        gold=maker.gold,
        redact=redactor(plan, run_key(ledger, environment or Environment())),
        notes=maker.notes,
    )


def _nothing(plan_path: Path, *, golden: int) -> str:
    """Why there is nothing to rate."""
    if golden:
        return (
            f"there is nothing to rate: the right rating of all {golden:,} outputs is known "
            "(ratings of kind reference), or that of another output of their examples"
        )
    return (
        f"there is nothing to rate yet: {ledger_path(plan_path)} holds no outputs of examples in "
        "the evaluation set; get some with measurand run"
    )


def _outputs(
    plan: Plan, plan_path: Path, ledger: Ledger, *, now: Current
) -> dict[tuple[str, str], Output]:
    """The first trial of every output that counts; what is recorded goes into the ledger."""
    known = {
        (one.example, one.system): one
        for one in ledger.outputs(version=now.versions)
        if one.trial == 0
    }
    recorded = [
        one
        for outputs in recorded_of(plan, plan_path).values()
        for (_, trial), one in outputs.items()
        if trial == 0
    ]
    news = [
        one
        for one in recorded
        if (before := known.get((one.example, one.system))) is None or before.text != one.text
    ]
    ledger.add_outputs(news)
    known |= {(one.example, one.system): one for one in news}
    return first_outputs(plan, known.values())


def _routed(ratings: Ratings, plan: Plan) -> dict[tuple[str, str], Routed]:
    if not plan.people.routed or not len(ratings):
        return {}
    systems = tuple(str(name) for name in ratings.distinct("system"))
    flags = plan.judge.flags if plan.judge else "any"
    trials = any(system.repeats > 1 for system in plan.systems)
    models = plan.judge.models if plan.judge and trials else ()
    rounds = {one.model: plan.judge.repeats for one in models} if plan.judge and trials else None
    found = routed(ratings, plan.rubric, systems, voting=Voting(flags, rounds))
    return {(one.example, one.system): one for one in found}


def _sees_reference(dimension: Dimension) -> bool:
    return any(
        rater.name == "people" and (rater.argument or {}).get("reference", "auto") == "auto"
        for rater in dimension.raters
    )


def _redacted(example: Example, redact: Callable[[str], str]) -> Example:
    if redact is str:
        return example
    return replace(
        example,
        messages=tuple(replace(turn, content=redact(turn.content)) for turn in example.messages),
        context=tuple(map(redact, example.context)),
        references=tuple(map(redact, example.references)),
        notes={name: redact(note) for name, note in example.notes.items()},
    )
