"""What there is to rate: outputs, pairs, golden items, and who should be asked about what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from measurand.analysis.routing import Routed, routed
from measurand.analysis.trials import Voting
from measurand.core.example import Example
from measurand.core.fingerprint import fingerprint
from measurand.core.judging import Order
from measurand.core.output import Output
from measurand.core.people import ADJUDICATION, Item, is_pairwise
from measurand.core.plan import Plan
from measurand.core.rating import Ratings
from measurand.core.rubric import Dimension
from measurand.core.sampling import draw, drawn
from measurand.core.scale import Value
from measurand.core.system import pairs_of
from measurand.errors import UsageError
from measurand.jobs.keys import redactor, run_key
from measurand.jobs.manifest import current
from measurand.jobs.places import ledger_path
from measurand.jobs.source import examples_of
from measurand.jobs.workbench import recorded_of
from measurand.models.environment import Environment
from measurand.raters.people.sheet import Sheet, sheet_of
from measurand.store.ledger import Ledger
from measurand.store.plans import load_plan

__all__ = ["Gold", "Material", "Unit", "material"]

Unit = tuple[str, str, str | None]
"""Example, system, and the system it is held against."""
Gold = Mapping[str, tuple[Value, str]]
"""By dimension: the right rating of an output, and why."""


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
    asked = [d for d in plan.rubric if any(rater.name == "people" for rater in d.raters)]
    if not asked:
        raise UsageError(
            f"{plan_path}: no dimension is rated by people; add people to the raters of one, "
            "as in raters: [judge, people]"
        )
    examples = examples_of(plan_path.parent / plan.data.path)
    outputs = _outputs(plan, plan_path, ledger)
    ratings = current(ledger, plan).ratings(ledger)
    maker = _Maker(plan, asked, examples, outputs=outputs, gold=_gold(ratings, asked))
    items = maker.items(_routed(ratings, plan))
    if not any(item.purpose != "golden" for item in items):
        raise UsageError(
            f"there is nothing to rate yet: {ledger_path(plan_path)} holds no outputs of examples "
            "in the evaluation set; get some with measurand run"
        )
    return Material(
        plan=plan,
        items=(*items, *maker.begun(items, ledger.people.items().values())),
        examples=examples,
        texts={unit: output.text or "" for unit, output in outputs.items()},
        gold=maker.gold,
        redact=redactor(plan, run_key(ledger, environment or Environment())),
        notes=tuple(maker.notes),
    )


def _outputs(plan: Plan, plan_path: Path, ledger: Ledger) -> dict[tuple[str, str], Output]:
    """The first trial of every output that counts; what is recorded goes into the ledger."""
    known = {
        (one.example, one.system): one
        for one in ledger.outputs(version=current(ledger, plan).versions)
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
    named = {system.name for system in plan.systems}
    return {
        unit: one
        for unit, one in known.items()
        if one.text is not None and (not named or one.system in named)
    }


def _gold(ratings: Ratings, asked: Iterable[Dimension]) -> dict[Unit, Gold]:
    """The right ratings by unit; adjudicated votes are answers, not questions."""
    scales = {dimension.name: dimension.scale for dimension in asked}
    gold: dict[Unit, dict[str, tuple[Value, str]]] = {}
    for row in ratings.where(kind="reference", dimension=frozenset(scales)):
        if row.rater != ADJUDICATION and row.value is not None:
            unit = (row.example, row.system, row.against)
            value = scales[row.dimension].parse(row.value)
            gold.setdefault(unit, {})[row.dimension] = (value, row.reason or "")
    return dict(gold)


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


class _Maker:
    """Makes items of outputs."""

    def __init__(
        self,
        plan: Plan,
        asked: list[Dimension],
        examples: Mapping[str, Example],
        *,
        outputs: Mapping[tuple[str, str], Output],
        gold: Mapping[Unit, Gold],
    ) -> None:
        self.plan, self.examples, self.outputs = plan, examples, outputs
        self.single = [d for d in asked if not is_pairwise(d.scale)]
        self.paired = [d for d in asked if is_pairwise(d.scale)]
        self._prints = {dimension.name: dimension.fingerprint for dimension in asked}
        units = set(self._units())
        self.gold = {unit: known for unit, known in gold.items() if unit in units}
        self.notes = list(self._left_out(gold))

    def _left_out(self, gold: Mapping[Unit, Gold]) -> Iterator[str]:
        if strangers := sum(example not in self.examples for example, _ in self.outputs):
            yield f"{strangers:,} outputs are of examples that are not in the evaluation set."
        if lost := len(gold) - len(self.gold):
            yield f"{lost:,} right ratings (kind reference) are of outputs that are not there."

    def _units(self) -> Iterator[Unit]:
        there = [unit for unit in self.outputs if unit[0] in self.examples]
        if self.single:
            yield from ((example, system, None) for example, system in there)
        if self.paired:
            pairs = list(pairs_of(self.plan.systems))
            for example in dict.fromkeys(example for example, _ in there):
                for first, second in pairs:
                    if {(example, first), (example, second)} <= self.outputs.keys():
                        yield example, first, second

    def items(self, routed_: Mapping[tuple[str, str], Routed]) -> list[Item]:
        """What is drawn at random, what was routed, and golden items."""
        people, seed = self.plan.people, self.plan.seed
        frame = list(
            dict.fromkeys(
                unit[0]
                for unit in self._units()
                if unit not in self.gold and self.examples[unit[0]].component != "golden"
            )
        )
        sample = drawn(frame, people.sample, seed, "people")
        share = len(sample) / len(frame) if frame else None
        found = []
        for unit in self._units():
            item = self._item(unit)
            urgent = routed_.get((unit[0], unit[1])) if unit[2] is None else None
            if unit in self.gold:
                item = replace(item, purpose="golden")
            elif unit[0] in sample:
                deep = draw(seed, "subsample", unit[0]) < people.subsample
                raters = people.subsample_raters if deep else people.raters
                item = replace(item, probability=share, raters=raters)
            elif urgent is not None:
                item = replace(item, purpose="routed")
            else:
                continue
            if urgent is not None and item.purpose != "golden":
                item = replace(item, urgency=urgent.urgency, why=urgent.why)
            found.append(item)
        return found

    def begun(self, items: Iterable[Item], known: Iterable[Item]) -> Iterator[Item]:
        """Routed items of before, whose reason went with the first rating: they stay."""
        there = {item.key for item in items}
        units = set(self._units())
        for item in known:
            if item.purpose == "routed" and item.key not in there:
                unit = (item.example, item.system, item.against)
                if unit in units and self._item(unit).key == item.key:
                    yield item

    def _item(self, unit: Unit) -> Item:
        example, system, against = unit
        asked = self.single if against is None else self.paired
        if unit in self.gold and against is None:
            asked = [d for d in asked if d.name in self.gold[unit]]
        systems = [system] if against is None else [system, against]
        key = fingerprint(
            [
                "item",
                self.examples[example].fingerprint,
                [(name, self.outputs[example, name].text) for name in systems],
                [self._prints[dimension.name] for dimension in asked],
            ]
        )
        return Item(
            key=key,
            example=example,
            system=system,
            against=against,
            dimensions=tuple(dimension.name for dimension in asked),
            raters=self.plan.people.raters,
        )


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
