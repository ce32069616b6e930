"""The state of a desk: the log read from its start, and all that can be asked without writing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from measurand.core.people import Access, Answer, Assignment, Item, Mark
from measurand.core.rubric import Dimension
from measurand.core.sampling import draw
from measurand.errors import DataError, UsageError
from measurand.jobs.desk_access import Doors
from measurand.jobs.desk_disputes import Disputes
from measurand.jobs.desk_material import Material
from measurand.jobs.desk_views import Feedback, Overview, Person, Progress, Shown
from measurand.raters.people.marks import faults_of, held
from measurand.raters.people.pool import Pool
from measurand.store.answers import answer_of
from measurand.store.ledger_people import Entry

__all__ = ["DeskState"]

_FIVE = 5
_ABOUT = frozenset({"invited", "revoked", "excluded", "readmitted", "exported"})
"""What is decided about somebody, by somebody else."""


class DeskState:
    """Who was given what, who said what, who may come in.

    Args:
        stuff: What there is to rate.
        log: What has happened so far.
        clock: Seconds, for leases.
    """

    def __init__(
        self, stuff: Material, log: Iterable[Entry], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.material = stuff
        self.plan = stuff.plan
        self.pool = Pool(stuff.items, stuff.plan.people, seed=stuff.plan.seed)
        self.doors = Doors()
        self.disputed = Disputes(stuff, self.pool)
        self.answers: dict[tuple[str, int], Answer] = {}
        self.seconds: dict[str, float] = {}
        self.last: dict[str, str] = {}
        self.packets: list[Mapping[str, Any]] = []
        self.imported: dict[tuple[str, str, str], Answer] = {}
        self.unread = 0
        self.heard = 0
        self.clock = clock
        self._opened = datetime.now(UTC)
        for entry in log:
            try:
                self.hear(entry)
            except DataError:  # written by something else: one bad entry must not shut the desk
                self.unread += 1

    def hear(self, entry: Entry) -> None:
        """Take in what has happened."""
        self.heard = max(self.heard, entry.id)
        self.note_sign(entry)
        if entry.event == "assigned":
            self.pool.add(assignment_of(entry), self._then(entry))
        elif entry.event == "answered" and entry.position is not None:
            now = self._then(entry)
            self.remember(entry.who, entry.position, answer_of(entry.body), now=now)
        elif entry.event == "adjudicated":
            self.disputed.settle(entry.body, entry.who)
        elif entry.event == "exported":
            self._hold(entry.body)
        elif entry.event == "imported":
            for code, said in entry.body["answers"].items():
                self.imported[entry.body["packet"], code, entry.who] = answer_of(said)
        else:
            self.decide(entry)

    def _then(self, entry: Entry) -> float:
        """The time of an entry, by the clock that leases go by; never ahead of it."""
        ago = (self._opened - datetime.fromisoformat(entry.at)).total_seconds()
        return self.clock() - max(ago, 0.0)

    def _hold(self, packet: Mapping[str, Any]) -> None:
        """Keep the items of a packet for whom it was made, until its day has come."""
        self.packets.append(packet)
        if packet["rater"] is None:
            return
        left = (datetime.fromisoformat(packet["until"]) - datetime.now(UTC)).total_seconds()
        until = self.clock() + left - 60 * self.plan.people.lease
        for position in packet["positions"]:
            if self.assignment(packet["rater"], position) is not None:
                self.pool.sign(packet["rater"], position, until)

    def note_sign(self, entry: Entry) -> None:
        """Remember when somebody did something: not when something was decided about them."""
        who = entry.body.get("by", entry.who) if entry.event in _ABOUT else entry.who
        self.last[str(who)] = entry.at

    def decide(self, entry: Entry) -> None:
        """Take in who may come in, and whose ratings count; the same may be told again."""
        self.doors.hear(entry)
        if entry.event == "excluded":
            self.pool.exclude(entry.who)
            self.disputed.recount()
        elif entry.event == "readmitted":
            self.pool.readmit(entry.who)
            self.disputed.recount()

    def remember(
        self, rater: str, position: int, answer: Answer, *, now: float | None = None
    ) -> None:
        """Take in an answer, given now or at a time of the clock."""
        assignment = self.assignment(rater, position)
        if assignment is None:
            return
        before = self.answers.get((rater, position), Answer())
        spent = self.seconds.get(rater, 0.0)
        self.seconds[rater] = spent + (answer.seconds or 0.0) - (before.seconds or 0.0)
        self.answers[rater, position] = answer
        self.pool.sign(rater, position, self.clock() if now is None else now)
        self.pool.mark(rater, position, done=answer.done, skipped=answer.skipped)
        self.disputed.heard(assignment, answer)

    def assignment(self, rater: str, position: int) -> Assignment | None:
        """A place in a rater's queue; None where there is none."""
        queue = self.pool.queues.get(rater)
        if queue is None or not 0 <= position < len(queue.assignments):
            return None
        return queue.assignments[position]

    def still_wanted(self, one: Assignment) -> bool:
        """Not what is there no more, nor what others have finished meanwhile, if untouched."""
        if one.item not in self.pool.items:
            return False
        touched = (one.rater, one.position) in self.answers
        return touched or one.visit > 0 or one.item not in self.pool.complete

    def shown(self, rater: str, position: int) -> Shown | None:
        """One item of a rater's queue; None where the rater has none of this position."""
        one = self.assignment(rater, position)
        if one is None or one.item not in self.pool.items:
            return None
        item = self.pool.items[one.item]
        return Shown(
            assignment=one,
            sheet=self.material.sheet(item, one.order),
            dimensions=self._dimensions(rater, item),
            answer=self.answers.get((rater, position), Answer()),
        )

    def _dimensions(self, rater: str, item: Item) -> tuple[Dimension, ...]:
        asked = [self.plan.rubric.dimension(name) for name in item.dimensions]
        seed = self.plan.seed
        return tuple(
            sorted(asked, key=lambda d: (not d.blocking, draw(seed, rater, "dimension", d.name)))
        )

    def held(self, answer: Answer, item: Item) -> Answer:
        """The answer with its values as the scales tell them.

        Raises:
            UsageError: Something of it cannot be taken; all of that is told.
        """
        dimensions = {name: self.plan.rubric.dimension(name) for name in item.dimensions}
        faults = list(faults_of(answer, dimensions, self.material.lengths(item)))
        if answer.number < 1:
            faults.append("the number of a save counts from 1")
        if faults:
            raise UsageError("the answer cannot be taken: " + "; ".join(faults))
        marks = {name: held(mark, dimensions[name]) for name, mark in answer.marks.items()}
        return replace(answer, marks=marks)

    def feedback(self, rater: str, position: int) -> Feedback | None:
        """The right ratings of a training item that the rater has finished."""
        one = self.assignment(rater, position)
        if one is None or one.stage != "training" or one.item not in self.pool.items:
            return None
        if not self.answers.get((rater, position), Answer()).done:
            return None
        item = self.pool.items[one.item]
        gold = self.material.gold[item.example, item.system, item.against]
        return Feedback(
            marks={name: Mark(value=value) for name, (value, _) in gold.items()},
            reasons={name: self.material.redact(why) for name, (_, why) in gold.items() if why},
        )

    def progress(self, rater: str) -> Progress:
        """How far a rater is."""
        queue = self.pool.seen(rater)
        begun = [one for one in queue.open() if self.still_wanted(one)]
        training = sum(one.stage == "training" for one in begun)
        return Progress(
            done=sum(queue.assignments[at].stage == "work" for at in queue.done),
            left=_about(self._real_left(rater, begun)),
            training_left=training + self.pool.training_left(rater),
            seconds=self.seconds.get(rater, 0.0),
        )

    def _real_left(self, rater: str, begun: Sequence[Assignment]) -> int:
        """Items that are no checks, of those begun and those that may come."""
        checks = sum(
            one.visit > 0 or self.pool.items[one.item].purpose == "golden" for one in begun
        )
        return self.pool.left(rater) + len(begun) - checks

    def people(self) -> tuple[Person, ...]:
        """Everybody who was invited or has rated."""
        newest: dict[str, Access] = {link.name: link for link in self.doors.links.values()}
        return tuple(
            Person(
                name=name,
                access=newest.get(name),
                excluded=self.doors.excluded.get(name),
                done=self.progress(name).done if name in self.pool.queues else 0,
                seconds=self.seconds.get(name, 0.0),
                last=datetime.fromisoformat(at) if (at := self.last.get(name)) else None,
            )
            for name in dict.fromkeys((*newest, *self.pool.queues))
        )

    def overview(self) -> Overview:
        """Where the whole work stands."""
        work = [item for item in self.pool.items.values() if item.purpose != "golden"]
        complete = self.pool.complete
        open_ = [item for item in work if item.key not in complete]
        return Overview(
            items=len(work),
            rated=len(complete),
            started=sum(self.pool.rated(item.key) > 0 for item in open_),
            answers=sum(len(queue.done) for queue in self.pool.queues.values()),
            urgent_left=sum(item.urgency > 0 for item in open_),
            disputes=self.disputed.count(),
        )

    def access(self, token: str) -> Access | None:
        """Whom a token lets in; None where it is unknown, expired or revoked."""
        return self.doors.access(token, datetime.now(UTC))


def _about(count: int) -> int:
    """So many that an unmarked check among them is not noticed: in fives, but for the last."""
    return count if count <= _FIVE else _FIVE * -(-count // _FIVE)


def assignment_of(entry: Entry) -> Assignment:
    """The assignment that an entry of the log tells."""
    return Assignment(
        rater=entry.who,
        position=-1 if entry.position is None else entry.position,
        item=entry.body["item"],
        visit=entry.body["visit"],
        order=entry.body.get("order"),
        stage=entry.body["stage"],
    )
