"""The rating desk without its pages: who is asked what, and what they said, safe on disk.

One process holds a desk, in memory and in the ledger; whatever it acknowledges is on disk. Other
processes may invite, revoke and exclude meanwhile; the desk hears of it within a second.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from measurand.core.people import Access, Answer, Assignment
from measurand.core.plan import Plan
from measurand.core.scale import Value
from measurand.errors import DataError, Fault, UsageError
from measurand.jobs.desk_material import Material, material
from measurand.jobs.desk_office import Office
from measurand.jobs.desk_state import DeskState
from measurand.jobs.desk_views import (
    Dispute,
    Feedback,
    Overview,
    Person,
    Progress,
    Shown,
    StaleAnswer,
)
from measurand.jobs.engine.lock import alone
from measurand.jobs.manifest import version_of
from measurand.jobs.places import ledger_path
from measurand.jobs.rate_status import rate_status
from measurand.jobs.writer import Writer
from measurand.models.environment import Environment
from measurand.raters.people.marks import Rated, adjudicated, rows_of
from measurand.report.document import Document
from measurand.store.answers import answer_of, plain_answer
from measurand.store.ledger import Ledger, open_ledger
from measurand.store.ledger_people import Entry

__all__ = ["Desk", "assigned", "open_desk"]

_HEAR = 1.0
"""Seconds within which the desk hears what other processes have written."""
_FROM_OUTSIDE = frozenset({"invited", "revoked", "excluded", "readmitted"})


@asynccontextmanager
async def open_desk(
    plan_path: Path | str, *, environment: Environment | None = None
) -> AsyncIterator[Desk]:
    """Open the desk of a project; it is closed, all writing done, at the end.

    Args:
        plan_path: The plan.
        environment: Where the key of placeholders may come from; by default the process's.

    Raises:
        PlanError: The plan is wrong.
        DataError: The evaluation set, an outputs file or the instructions cannot be read.
        UsageError: There is nothing for people to rate, or another desk is open.
        LedgerError: The ledger cannot be used.
    """
    path = Path(plan_path)
    file = ledger_path(path)
    with alone(file, "desk"), open_ledger(file) as ledger:
        stuff = material(path, ledger, environment)
        instructions = _instructions(stuff.plan, path)
        ledger.people.register(stuff.items)
        async with Writer[Entry](file, _add) as writer:

            def status() -> Document:
                return rate_status(path, environment=environment).document

            yield Desk(stuff, ledger, writer, instructions=instructions, status=status)


def _add(ledger: Ledger, entries: Sequence[Entry]) -> None:
    ledger.people.add(entries)


def _instructions(plan: Plan, plan_path: Path) -> str:
    name = plan.people.instructions
    if name is None:
        return ""
    try:
        return (plan_path.parent / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        fault = Fault(
            f"the instructions cannot be read ({problem})",
            str(plan_path),
            key="people.instructions",
            found=name,
            remedy="name a text file; paths start from the plan's folder",
        )
        raise DataError([fault]) from None


class Desk(Office):
    """An open desk; `open_desk` makes one.

    Args:
        stuff: What there is to rate.
        ledger: An open ledger, to read from.
        writer: Where everything that happens is written.
        instructions: What raters read first, in Markdown.
        status: Makes the page about how far everybody is.
    """

    def __init__(
        self,
        stuff: Material,
        ledger: Ledger,
        writer: Writer[Entry],
        *,
        instructions: str,
        status: Callable[[], Document],
    ) -> None:
        super().__init__(DeskState(stuff, ledger.people.log(every_save=False)), ledger, writer)
        self.instructions = instructions
        self._status = status
        self._listened = time.monotonic()
        self._taking: dict[str, asyncio.Lock] = {}

    def _listen(self) -> None:
        """Hear what other processes have written meanwhile."""
        now = time.monotonic()
        if now - self._listened < _HEAR:
            return
        self._listened = now
        if self._ledger.people.last() == self.state.heard:
            return
        for entry in self._ledger.people.log(after=self.state.heard):
            self.state.heard = entry.id
            if entry.event in _FROM_OUTSIDE:
                self.state.decide(entry)

    def access(self, token: str) -> Access | None:
        """Whom a token lets in; None where it is unknown, expired or revoked."""
        self._listen()
        return self.state.access(token)

    async def enter(self, access: Access) -> None:
        """Note that somebody has come in."""
        await self._put(Entry(event="entered", who=access.name, body={"role": access.role}))

    async def next(self, rater: str, *, after: int = -1) -> Shown | None:
        """What a rater is to rate next: what is begun and not done, else something new.

        Args:
            rater: The rater.
            after: The position behind which to look.

        Returns:
            None where nothing is left by now.
        """
        state = self.state
        async with self._taking.setdefault(rater, asyncio.Lock()):
            for one in state.pool.queue(rater).open(after):
                if state.still_wanted(one):
                    state.pool.sign(rater, one.position, state.clock())
                    return state.shown(rater, one.position)
            taken = state.pool.take(rater, state.clock())
            if taken is None:
                return None
            state.pool.add(taken, state.clock())
            await self._put(assigned(taken))
            return state.shown(rater, taken.position)

    def shown(self, rater: str, position: int) -> Shown | None:
        """One item of a rater's queue; None where the rater has none of this position."""
        return self.state.shown(rater, position)

    async def save(self, rater: str, position: int, answer: Answer) -> int:
        """Take an answer; it is on disk when this returns. The same one may come again.

        Returns:
            The number of the save that stands.

        Raises:
            UsageError: There is no such item, or a value cannot be taken; all faults at once.
            StaleAnswer: A later answer is there already.
        """
        state = self.state
        assignment = state.assignment(rater, position)
        if assignment is None or assignment.item not in state.pool.items:
            raise UsageError("there is no item at this place")
        item = state.pool.items[assignment.item]
        before = state.answers.get((rater, position), Answer())
        if answer.number < before.number:
            raise StaleAnswer(before)
        taken = state.held(answer, item)
        if taken.number == before.number and taken != before:
            raise StaleAnswer(before)
        await self._put(self.answered(rater, position, taken))
        return taken.number

    def answered(self, rater: str, position: int, answer: Answer) -> Entry:
        """Take an answer that is sound into the state; what the log keeps of it, and its rows.

        Raises:
            UsageError: There is no such item.
            DataError: The answer could not be read back.
        """
        state = self.state
        assignment = state.assignment(rater, position)
        if assignment is None or assignment.item not in state.pool.items:
            raise UsageError("there is no item at this place")
        body = plain_answer(answer)
        answer_of(body)  # what the log would not give back must not go in
        item = state.pool.items[assignment.item]
        example = state.material.examples[item.example]
        rated = Rated(item=item, example=example, wage=self.plan.people.wage)
        before = state.answers.get((rater, position), Answer())
        rows = list(rows_of(rated, assignment, answer, before=before))
        state.remember(rater, position, answer)
        return Entry(
            event="answered",
            who=rater,
            position=position,
            number=answer.number,
            body=body,
            ratings=tuple((version_of(self.plan.rubric.dimension(r.dimension)), r) for r in rows),
        )

    def feedback(self, rater: str, position: int) -> Feedback | None:
        """The right ratings of a training item that the rater has finished."""
        return self.state.feedback(rater, position)

    def progress(self, rater: str) -> Progress:
        """How far a rater is."""
        return self.state.progress(rater)

    def skipped(self, rater: str) -> tuple[int, ...]:
        """The positions that a rater has left to others, and may come back to."""
        return tuple(sorted(self.state.pool.seen(rater).skipped))

    def disputes(self, name: str) -> tuple[Dispute, ...]:
        """The votes that wait for this adjudicator, who has not rated them."""
        return tuple(self.state.disputed.waiting(name))

    def dispute_ids(self, name: str) -> tuple[str, ...]:
        """Their names alone, which takes much less time."""
        return self.state.disputed.ids(name)

    def dispute(self, name: str, number: str) -> Dispute | None:
        """One of them, or one that the adjudicator has settled; None where it is neither."""
        return self.state.disputed.find(name, number)

    def decided(self, name: str) -> tuple[Dispute, ...]:
        """The votes that this adjudicator has settled, and may settle otherwise."""
        return self.state.disputed.decided(name)

    async def adjudicate(self, name: str, dispute: str, *, value: Value, reason: str) -> None:
        """Settle a vote: the value counts as right, the votes stay as they are.

        Raises:
            UsageError: It does not wait for this adjudicator, the value is not on the scale, or
                there is no reason.
        """
        one = self.dispute(name, dispute)
        if one is None:
            raise UsageError("this vote does not wait for you; it may be settled by now")
        if not reason.strip():
            raise UsageError("a decision needs its reason")
        try:
            taken = one.dimension.scale.parse(value)
        except ValueError as problem:
            raise UsageError(f"{one.dimension.name}: {problem}") from None
        item = self.state.pool.items[one.item]
        rated = Rated(item=item, example=self.state.material.examples[item.example])
        row = adjudicated(rated, one.dimension.name, value=taken, reason=reason)
        body = {"item": item.key, "dimension": one.dimension.name, "value": taken, "reason": reason}
        self.state.disputed.settle(body, name)
        ratings = ((version_of(one.dimension), row),)
        await self._put(Entry(event="adjudicated", who=name, body=body, ratings=ratings))

    def people(self) -> tuple[Person, ...]:
        """Everybody who was invited or has rated."""
        self._listen()
        return self.state.people()

    def overview(self) -> Overview:
        """Where the whole work stands."""
        self._listen()
        return self.state.overview()

    async def status_document(self) -> Document:
        """How far everybody is and how well they rate, as a page; others are served meanwhile."""
        return await asyncio.to_thread(self._status)


def assigned(one: Assignment) -> Entry:
    """What the log keeps of an assignment; one that it has already comes to nothing."""
    body = {"item": one.item, "visit": one.visit, "stage": one.stage}
    if one.order is not None:
        body["order"] = one.order
    return Entry(event="assigned", who=one.rater, position=one.position, number=0, body=body)
