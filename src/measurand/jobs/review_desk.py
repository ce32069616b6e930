"""The review of a set without its pages: several people decide, each by a personal link."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from measurand.core.people import Access, Role
from measurand.core.review import Act, Decision, Wish
from measurand.errors import UsageError
from measurand.jobs.review import Review, open_review
from measurand.jobs.reviewing.inviting import Entrance
from measurand.jobs.reviewing.telling import Outcome, Progress
from measurand.jobs.reviewing.views import Concerns, Neighbours, Row, Shown, row_of, rows_of, shown
from measurand.jobs.set_place import SetPlace
from measurand.store.ledger import open_ledger

__all__ = ["EXPERT_ACTS", "ReviewDesk", "open_review_desk"]

EXPERT_ACTS: frozenset[Act] = frozenset({"answer", "cannot"})
"""What an expert may decide, of golden examples alone."""


@asynccontextmanager
async def open_review_desk(place: SetPlace) -> AsyncIterator[ReviewDesk]:
    """Open the review of a set at a desk; what was decided is kept when it is closed.

    Raises:
        UsageError: There is no set, or another review of it is open.
        DataError: The set or the journal cannot be read.
        LedgerError: The ledger, which has the links, cannot be used.
    """
    with open_review(place) as review:
        place.ledger.parent.mkdir(parents=True, exist_ok=True)
        with open_ledger(place.ledger) as ledger:
            yield ReviewDesk(review, Entrance(place, ledger))


class ReviewDesk:
    """An open review with its door.

    Args:
        review: The review.
        entrance: Who may come in.
    """

    def __init__(self, review: Review, entrance: Entrance) -> None:
        self.review = review
        self._entrance = entrance
        self._one = asyncio.Lock()
        self._look()

    def _look(self) -> None:
        """Look for what can be told of examples besides what they say."""
        self._concerns = Concerns.of(self.review.book)
        self._neighbours = Neighbours(self.review.book)

    @property
    def title(self) -> str:
        """What the desk is called."""
        plan = self.review.place.plan
        return f"{plan.name}: examples" if plan else "Review of the examples"

    @property
    def number(self) -> int:
        """Changes with every decision."""
        return self.review.number

    def access(self, token: str) -> Access | None:
        """Whom a token lets in; None where it is unknown, expired or revoked."""
        return self._entrance.access(token)

    async def enter(self, access: Access) -> None:
        """Note that somebody has come in."""
        self._entrance.enter(access)

    def invite(self, name: str, role: Role, *, days: float) -> str:
        """Give somebody a personal link; its token is told here and never again.

        Raises:
            UsageError: The name, the role or the days are not what they should be.
        """
        return self._entrance.invite(name, role=role, days=days)

    def progress(self) -> Progress:
        """How far the review is."""
        return self.review.progress()

    def unwritten(self) -> int:
        """Decisions that are in no version yet."""
        return len(self.review.standing)

    def rows(self, access: Access) -> list[Row]:
        """The examples that somebody may see: all, or to an expert golden ones without answer."""
        return [row for row in rows_of(self.review.book, self._concerns) if _meant(access, row)]

    def shown(self, access: Access, name: str) -> Shown:
        """One example.

        Raises:
            UsageError: There is none of this id that this person may see.
        """
        example = self.review.example(name)
        if not _meant(access, row_of(self.review.book, example, self._concerns)):
            raise UsageError(f"the example {name!r} is not for you, or answered by now")
        return shown(
            self.review.book, example, concerns=self._concerns, neighbours=self._neighbours
        )

    async def decide(self, access: Access, wish: Wish) -> Decision:
        """Take a decision; it is on disk when this returns.

        Raises:
            Stale: The example is not as the person saw it.
            UsageError: It may not be done, or not by this person.
            DataError: An edit or an answer is none; all faults at once.
            InfrastructureError: It cannot be written down.
        """
        if access.role == "expert":
            if wish.act not in EXPERT_ACTS:
                raise UsageError("an expert answers golden examples, and decides nothing else")
            self.shown(access, wish.example)
        async with self._one:
            return self.review.decide([wish], by=access.name)[0]

    async def undo(self, access: Access) -> Decision:
        """Take the last decision of this person back.

        Raises:
            UsageError: There is none, or later decisions rest on it.
        """
        async with self._one:
            return self.review.undo(access.name)

    async def finish(self) -> Outcome:
        """Write what was decided to the set, as one version.

        Raises:
            SetChanged: Something else changes the set again and again.
            UsageError: Another process is writing.
            DataError: The set cannot be read.
        """
        async with self._one:
            done = await asyncio.to_thread(self.review.finish)
            await asyncio.to_thread(self._look)
            return done


def _meant(access: Access, row: Row) -> bool:
    return access.role != "expert" or (row.unanswered and not row.cannot)
