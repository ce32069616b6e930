"""Votes that are tied, split or lacking: who settles them sees what was said, not by whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from measurand.analysis.vote import VoteOptions, vote
from measurand.core.fingerprint import fingerprint
from measurand.core.judging import Order
from measurand.core.people import Answer, Assignment, Item
from measurand.core.rating import Ratings
from measurand.core.sampling import draw
from measurand.jobs.desk_material import Material
from measurand.jobs.desk_views import Dispute
from measurand.raters.people.marks import Rated, rows_of
from measurand.raters.people.pool import Pool

__all__ = ["Disputes"]

Place = tuple[str, str]
"""An item's key and a dimension."""


class Disputes:
    """The disputes of a desk, kept up to date as answers come.

    Args:
        stuff: What there is to rate.
        pool: Who has rated what.
    """

    def __init__(self, stuff: Material, pool: Pool) -> None:
        self._stuff = stuff
        self._pool = pool
        self._answers: dict[str, dict[str, tuple[Assignment, Answer]]] = defaultdict(dict)
        self._settled: dict[Place, str] = {}
        self._open: dict[str, Place] = {}
        self._changed: set[str] = set()

    def heard(self, assignment: Assignment, answer: Answer) -> None:
        """Take in what a rater has said; training and second visits are no votes."""
        if assignment.stage == "work" and assignment.visit == 0:
            self._answers[assignment.item][assignment.rater] = (assignment, answer)
            self._changed.add(assignment.item)

    def recount(self) -> None:
        """Look at everything again, as after an exclusion."""
        self._changed.update(self._answers)

    def settle(self, body: Mapping[str, Any], who: str) -> None:
        """A vote was settled by somebody, who may settle it otherwise later."""
        place = (str(body["item"]), str(body["dimension"]))
        self._settled[place] = who
        self._open.pop(_id(place), None)

    def count(self) -> int:
        """How many wait."""
        self._update()
        return len(self._open)

    def ids(self, name: str) -> tuple[str, ...]:
        """Those that this person may settle: not of items that the person has rated."""
        self._update()
        return tuple(
            number for number, place in self._open.items() if name not in self._answers[place[0]]
        )

    def waiting(self, name: str) -> Iterator[Dispute]:
        """The same, with all that is shown of them."""
        for number in self.ids(name):
            yield self._dispute(number, self._open[number])

    def find(self, name: str, number: str) -> Dispute | None:
        """One of them, or one that this person has settled; None where it is neither."""
        self._update()
        own = (place for place in self._decided(name) if _id(place) == number)
        place = self._open.get(number) or next(own, None)
        if place is None or name in self._answers[place[0]]:
            return None
        return self._dispute(number, place)

    def decided(self, name: str) -> tuple[Dispute, ...]:
        """Those that this person has settled, of items that are there; the newest last."""
        return tuple(self._dispute(_id(place), place) for place in self._decided(name))

    def _decided(self, name: str) -> Iterator[Place]:
        for place, who in self._settled.items():
            item = self._pool.items.get(place[0])
            if who == name and item is not None and place[1] in item.dimensions:
                yield place

    def _update(self) -> None:
        changed, self._changed = self._changed, set()
        for key in sorted(changed):
            item = self._pool.items.get(key)
            if item is None or item.purpose == "golden":
                continue
            disputed = set(self._disputed(item)) if key in self._pool.complete else set()
            for dimension in item.dimensions:
                place = (key, dimension)
                self._open.pop(_id(place), None)
                if dimension in disputed and place not in self._settled:
                    self._open[_id(place)] = place

    def _disputed(self, item: Item) -> Iterator[str]:
        """The dimensions on which the votes of an item do not decide."""
        rated = Rated(item=item, example=self._stuff.examples[item.example])
        rows = [
            row
            for assignment, answer in self._counting(item.key)
            for row in rows_of(rated, assignment, answer, before=Answer())
        ]
        scales = {name: self._stuff.plan.rubric.dimension(name).scale for name in item.dimensions}
        people = self._stuff.plan.people
        options = VoteOptions(rule=people.vote, raters=item.raters, confidence=False)
        for one in vote(Ratings.of(rows), scales, options=options):
            if one.queued:
                yield one.dimension

    def _counting(self, key: str) -> Iterator[tuple[Assignment, Answer]]:
        for rater, (assignment, answer) in self._answers[key].items():
            if answer.done and rater not in self._pool.excluded:
                yield assignment, answer

    def _dispute(self, number: str, place: Place) -> Dispute:
        key, name = place
        item, seed = self._pool.items[key], self._stuff.plan.seed
        order: Order | None = None
        if item.against is not None:
            order = "ab" if draw(seed, "dispute", key) < 0.5 else "ba"  # noqa: PLR2004 - a coin
        said = sorted(
            self._counting(key), key=lambda pair: draw(seed, "anonymous", key, pair[0].rater)
        )
        return Dispute(
            id=number,
            item=key,
            sheet=self._stuff.sheet(item, order),
            order=order,
            dimension=self._stuff.plan.rubric.dimension(name),
            votes=tuple(
                (answer.marks[name], answer.comment) for _, answer in said if name in answer.marks
            ),
        )


def _id(place: Place) -> str:
    return fingerprint(["dispute", *place])
