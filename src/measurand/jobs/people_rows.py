"""Which of people's ratings count, and which of those feed estimates.

The desk's log decides, not the table: what a person said counts once the item is finished, and as
long as its texts and its questions are those that there are now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.people import ADJUDICATION, Item
from measurand.core.plan import Plan
from measurand.core.rating import Ratings
from measurand.jobs.item_maker import ItemMaker, Unit, asked_of_people, first_outputs
from measurand.store.ledger import Ledger
from measurand.store.ledger_people import Entry

__all__ = ["Parted", "part"]

_COUNTS, _ASIDE, _DROPPED, _DROPPED_ASIDE, _UNFINISHED, _OUTDATED = range(6)
_COLUMNS = ("kind", "rater", "example", "system", "against", "repeat", "order", "dimension")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """The table of ratings, parted by what its rows may be used for.

    Args:
        ratings: What feeds estimates.
        aside: What people said at the desk of outputs that were routed, or are golden.
        dropped: What excluded raters said that would feed estimates.
        dropped_aside: What else they said.
        excluded: Who they are, and why.
        unfinished: How many ratings are of items that their raters have not finished.
        outdated: How many are of texts or questions that are others now.
        wanted: By unit, how many people are to rate it, where that is known.
    """

    ratings: Ratings
    aside: Ratings = field(default_factory=lambda: Ratings.of(()))
    dropped: Ratings = field(default_factory=lambda: Ratings.of(()))
    dropped_aside: Ratings = field(default_factory=lambda: Ratings.of(()))
    excluded: Mapping[str, str] = field(default_factory=dict)
    unfinished: int = 0
    outdated: int = 0
    wanted: Mapping[Unit, int] = field(default_factory=dict)

    @property
    def every(self) -> Ratings:
        """All that counts, whatever it may be used for, and whoever was excluded."""
        return self.ratings + self.aside + self.dropped + self.dropped_aside

    def notes(self) -> tuple[str, ...]:
        """What was parted, in sentences."""
        notes = []
        if len(self.aside):
            notes.append(
                f"Left out of estimates: {len(self.aside):,} ratings by people of outputs that "
                "were chosen (flagged, doubtful, or known), not drawn at random."
            )
        if self.excluded:
            who = "; ".join(f"{name} ({why})" for name, why in self.excluded.items())
            count = len(self.dropped) + len(self.dropped_aside)
            notes.append(f"Left out: {count:,} ratings by raters who were excluded: {who}.")
        if self.unfinished:
            notes.append(
                f"Left out: {self.unfinished:,} ratings of items that their raters have begun, or "
                "skipped, and not finished."
            )
        if self.outdated:
            notes.append(
                f"Left out: {self.outdated:,} ratings by people of outputs, or under definitions, "
                "that have changed since. They are asked anew: measurand rate serve."
            )
        return tuple(notes)


def part(
    ratings: Ratings,
    ledger: Ledger,
    plan: Plan,
    *,
    examples: Mapping[str, Example],
    outputs: Iterable[Output],
) -> Parted:
    """Part the ratings that count by what the desk's log says of items and raters.

    Args:
        ratings: The ratings of the ledger that count under the plan.
        ledger: The ledger.
        plan: The plan.
        examples: The examples by id.
        outputs: The outputs that count now.
    """
    log = ledger.people.log(every_save=False)
    if not any(entry.event in {"assigned", "excluded", "adjudicated"} for entry in log):
        return Parted(ratings=ratings)
    keys: Mapping[Unit, str] = {}
    if asked_of_people(plan):
        there = first_outputs(plan, outputs)
        keys = ItemMaker(plan, examples, there, ratings=ratings).keys()
    sorter = _Sorter(log, ledger.people.items(), keys)
    places = bytes(map(sorter.place, zip(*(ratings[name] for name in _COLUMNS), strict=True)))

    def of(wanted: int) -> Ratings:
        return ratings.filtered(bytes(place == wanted for place in places))

    return Parted(
        ratings=of(_COUNTS),
        aside=of(_ASIDE),
        dropped=of(_DROPPED),
        dropped_aside=of(_DROPPED_ASIDE),
        excluded=sorter.excluded,
        unfinished=places.count(_UNFINISHED),
        outdated=places.count(_OUTDATED),
        wanted={unit: item.raters for unit, item in sorter.now.items()},
    )


class _Sorter:
    """Knows of every row by a person what it may be used for.

    Args:
        log: The desk's, the last save of each item alone.
        items: All items that were ever asked, by key.
        keys: The key that each unit's item has now.
    """

    def __init__(
        self, log: Iterable[Entry], items: Mapping[str, Item], keys: Mapping[Unit, str]
    ) -> None:
        self.excluded: dict[str, str] = {}
        self.now = {unit: items[key] for unit, key in keys.items() if key in items}
        self._chosen = {unit for unit, item in self.now.items() if item.purpose != "sample"}
        self._asked: dict[tuple[object, ...], int] = {}
        self._settled: dict[tuple[object, ...], int] = {}
        self._items, self._keys = items, keys
        given: dict[tuple[str, int | None], Entry] = {}
        for entry in log:
            if entry.event == "excluded":
                self.excluded[entry.who] = str(entry.body.get("reason", ""))
            elif entry.event == "readmitted":
                self.excluded.pop(entry.who, None)
            elif entry.event == "assigned":
                given[entry.who, entry.position] = entry
                self._note(entry, _UNFINISHED)
            elif entry.event == "answered" and (at := (entry.who, entry.position)) in given:
                self._note(given[at], _COUNTS if entry.body.get("done") else _UNFINISHED)
            elif entry.event == "adjudicated" and entry.body["item"] in items:
                unit = _unit(items[entry.body["item"]])
                current = keys.get(unit) == entry.body["item"]
                place = _COUNTS if current else _OUTDATED
                self._settled[*unit, entry.body["dimension"]] = place

    def _note(self, given: Entry, place: int) -> None:
        """What was given, and how far it is; training is no rating."""
        item = self._items.get(given.body["item"])
        if item is None or given.body["stage"] == "training":
            return
        unit = _unit(item)
        order = given.body.get("order")
        key = (given.who, *unit, given.body["visit"], order)
        if self._keys.get(unit) != item.key:
            self._asked.setdefault(key, _OUTDATED)
        else:
            self._asked[key] = place

    def place(self, row: tuple[object, ...]) -> int:
        """What a row may be used for."""
        kind, rater, example, system, against, repeat, order, dimension = row
        unit = (example, system, against)
        if kind == "reference" and rater == ADJUDICATION:
            place = self._settled.get((*unit, dimension), _COUNTS)
            return self._aside(unit) if place == _COUNTS else place
        if kind != "people":
            return _COUNTS
        said = self._asked.get((rater, *unit, repeat, order))
        place = said or _COUNTS
        if said == _COUNTS:  # None is imported: the desk knows nothing of it
            place = self._aside(unit)
        if rater in self.excluded and place in {_COUNTS, _ASIDE}:
            return _DROPPED if place == _COUNTS else _DROPPED_ASIDE
        return place

    def _aside(self, unit: tuple[object, ...]) -> int:
        return _ASIDE if unit in self._chosen else _COUNTS


def _unit(item: Item) -> Unit:
    return item.example, item.system, item.against
