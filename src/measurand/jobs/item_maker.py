"""From outputs to what people are asked of them: an item has another key when the question has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from measurand.analysis.routing import Routed
from measurand.core.example import Example
from measurand.core.fingerprint import fingerprint
from measurand.core.output import Output
from measurand.core.people import ADJUDICATION, Item, is_pairwise
from measurand.core.plan import Plan
from measurand.core.rating import Ratings
from measurand.core.rubric import Dimension
from measurand.core.sampling import draw, drawn
from measurand.core.scale import Value
from measurand.core.system import pairs_of

__all__ = ["Gold", "ItemMaker", "Unit", "asked_of_people", "first_outputs", "in_subsample"]

Unit = tuple[str, str, str | None]
"""Example, system, and the system it is held against."""
Gold = Mapping[str, tuple[Value, str]]
"""By dimension: the right rating of an output, and why."""
_POOL = "drawn to hold the judge against people"


def asked_of_people(plan: Plan) -> list[Dimension]:
    """The dimensions that people rate."""
    return [d for d in plan.rubric if any(rater.name == "people" for rater in d.raters)]


def first_outputs(plan: Plan, outputs: Iterable[Output]) -> dict[tuple[str, str], Output]:
    """The answers that people may see: the first trial, of the plan's systems, that has a text."""
    named = {system.name for system in plan.systems}
    return {
        (one.example, one.system): one
        for one in outputs
        if one.trial == 0 and one.text is not None and (not named or one.system in named)
    }


def in_subsample(plan: Plan, example: str) -> bool:
    """Whether more people rate this example's outputs, to tell what a majority is worth."""
    return draw(plan.seed, "subsample", example) < plan.people.subsample


class ItemMaker:
    """Makes items of outputs.

    Args:
        plan: The plan.
        examples: The examples by id.
        outputs: As `first_outputs` gives them.
        ratings: The table, for the right ratings in it.
        drawn: Outputs that were drawn so that judges can be held against people, and with what
            probability.
    """

    def __init__(
        self,
        plan: Plan,
        examples: Mapping[str, Example],
        outputs: Mapping[tuple[str, str], Output],
        *,
        ratings: Ratings,
        drawn: Mapping[tuple[str, str], float] | None = None,
    ) -> None:
        self._drawn = drawn or {}
        self.plan, self.examples, self.outputs = plan, examples, outputs
        asked = asked_of_people(plan)
        self.single = [d for d in asked if not is_pairwise(d.scale)]
        self.paired = [d for d in asked if is_pairwise(d.scale)]
        self._prints = {dimension.name: dimension.fingerprint for dimension in asked}
        self._units = tuple(self._all_units())
        told = _gold(ratings, asked)
        there = set(self._units)
        self.gold = {unit: known for unit, known in told.items() if unit in there}
        self.notes = tuple(self._left_out(told))

    def _left_out(self, told: Mapping[Unit, Gold]) -> Iterator[str]:
        if strangers := sum(example not in self.examples for example, _ in self.outputs):
            yield f"{strangers:,} outputs are of examples that are not in the evaluation set."
        if lost := len(told) - len(self.gold):
            yield f"{lost:,} right ratings (kind reference) are of outputs that are not there."
        ordinary = {unit[0] for unit in self.gold if self.examples[unit[0]].component != "golden"}
        if ordinary:
            yield (
                f"{len(ordinary):,} examples are not drawn from, as the right rating of an output "
                "of theirs is known."
            )

    def _all_units(self) -> Iterator[Unit]:
        there = [unit for unit in self.outputs if unit[0] in self.examples]
        if self.single:
            yield from ((example, system, None) for example, system in there)
        if self.paired:
            pairs = list(pairs_of(self.plan.systems))
            for example in dict.fromkeys(example for example, _ in there):
                for first, second in pairs:
                    if {(example, first), (example, second)} <= self.outputs.keys():
                        yield example, first, second

    def keys(self) -> dict[Unit, str]:
        """The key that each output's item has now, whether or not it is asked."""
        return {unit: self._key(unit) for unit in self._units}

    def items(self, routed: Mapping[tuple[str, str], Routed], known: Iterable[Item]) -> list[Item]:
        """What is drawn at random, what was routed, and golden items.

        Args:
            routed: What should be looked at first, by example and system.
            known: What was asked before: what was urgent stays so, and routed items stay.
        """
        before = {item.key: item for item in known}
        sample, share = self._sample()
        found = []
        for unit in self._units:
            item = self._item(unit)
            old = before.get(item.key)
            urgent = routed.get((unit[0], unit[1])) if unit[2] is None else None
            chosen = urgent is not None or (old is not None and old.purpose == "routed")
            pool = self._drawn.get((unit[0], unit[1])) if unit[2] is None else None
            if unit in self.gold:
                found.append(replace(item, purpose="golden"))
                continue
            if unit[0] in sample:
                deep = in_subsample(self.plan, unit[0])
                people = self.plan.people
                raters = people.subsample_raters if deep else people.raters
                item = replace(item, probability=share, raters=raters)
            elif pool is not None:
                item = replace(item, purpose="routed", probability=pool, why=_POOL)
            elif chosen:
                item = replace(item, purpose="routed")
            else:
                continue
            found.append(_urgent(item, urgent, old))
        return found

    def _sample(self) -> tuple[frozenset[str], float | None]:
        """The examples that are drawn, and with which probability."""
        known = {unit[0] for unit in self.gold}
        frame = [
            example
            for example in dict.fromkeys(unit[0] for unit in self._units)
            if example not in known and self.examples[example].component != "golden"
        ]
        sample = drawn(frame, self.plan.people.sample, self.plan.seed, "people")
        return sample, len(sample) / len(frame) if frame else None

    def _asked(self, unit: Unit) -> list[Dimension]:
        asked = self.single if unit[2] is None else self.paired
        if unit in self.gold:
            return [d for d in asked if d.name in self.gold[unit]]
        return asked

    def _key(self, unit: Unit) -> str:
        example, system, against = unit
        systems = [system] if against is None else [system, against]
        return fingerprint(
            [
                "item",
                self.examples[example].fingerprint,
                [(name, self.outputs[example, name].text) for name in systems],
                [self._prints[dimension.name] for dimension in self._asked(unit)],
            ]
        )

    def _item(self, unit: Unit) -> Item:
        example, system, against = unit
        return Item(
            key=self._key(unit),
            example=example,
            system=system,
            against=against,
            dimensions=tuple(dimension.name for dimension in self._asked(unit)),
            raters=self.plan.people.raters,
        )


def _urgent(item: Item, now: Routed | None, before: Item | None) -> Item:
    """As urgent as it is, or has been: the first rating takes the reason away, not the need."""
    urgency, why = (now.urgency, now.why) if now is not None else (0, item.why)
    if before is not None and before.urgency > urgency:
        urgency, why = before.urgency, before.why
    return replace(item, urgency=urgency, why=why)


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
