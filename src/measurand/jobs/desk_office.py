"""The organiser of a desk: who may come in, whose ratings count, and what is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from measurand.core.people import Role, name_fault
from measurand.core.plan import Plan
from measurand.errors import UsageError
from measurand.jobs.desk_access import (
    DAYS,
    invitation,
    refuse_alike,
    refuse_taken,
    revocations,
    taken_names,
)
from measurand.jobs.desk_state import DeskState
from measurand.jobs.writer import Writer
from measurand.store.ledger import Ledger
from measurand.store.ledger_people import DeskEvent, Entry

__all__ = ["Office"]


class Office:
    """Decisions about people, each on record.

    Args:
        state: What has happened so far.
        ledger: An open ledger, to read from.
        writer: Where everything that happens is written.
    """

    def __init__(self, state: DeskState, ledger: Ledger, writer: Writer[Entry]) -> None:
        self.state = state
        self._ledger = ledger
        self._writer = writer

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.state.plan

    @property
    def title(self) -> str:
        """What the desk is called: as the project."""
        return self.plan.name

    async def invite(self, name: str, role: Role, *, days: float = DAYS, by: str) -> str:
        """Give somebody a personal link; its token is told here and never again.

        Raises:
            UsageError: The name, the role or the days are not what they should be.
        """
        token, entry = invitation(name, role, days=days, by=by, now=datetime.now(UTC))
        self.refuse_name(name)
        refuse_alike(name, self.state.doors, role=role, others=self.state.pool.queues)
        await self._decided(entry)
        return token

    def refuse_name(self, name: str) -> None:
        """Refuse a name that is none for a rater.

        Raises:
            UsageError: It cannot be read, or something else bears it.
        """
        if fault := name_fault(name):
            raise UsageError(fault)
        refuse_taken(name, taken_names(self.plan, self._ledger))

    async def revoke(self, digest: str, *, by: str) -> None:
        """Take back a link, and every other that this person has, at once and for good.

        Raises:
            UsageError: There is no such link.
        """
        link = self.state.doors.links.get(digest)
        if link is None:
            raise UsageError("there is no such link")
        entries = revocations(self.state.doors, link.name, by=by)
        for entry in entries:
            self.state.decide(entry)
        await self.note(entries)

    async def exclude(self, rater: str, *, reason: str, by: str) -> None:
        """Decide that a rater's ratings do not count; they are kept, and reports show both.

        Raises:
            UsageError: There is no such rater, or no reason.
        """
        await self._decide("excluded", rater, reason=reason, by=by)

    async def readmit(self, rater: str, *, reason: str, by: str) -> None:
        """Take an exclusion back.

        Raises:
            UsageError: There is no such rater, or no reason.
        """
        await self._decide("readmitted", rater, reason=reason, by=by)

    async def _decide(self, event: DeskEvent, rater: str, *, reason: str, by: str) -> None:
        if rater not in {person.name for person in self.state.people()}:
            raise UsageError(f"there is no rater {rater!r}")
        if not reason.strip():
            raise UsageError("a decision about a rater needs its reason")
        await self._decided(Entry(event=event, who=rater, body={"reason": reason, "by": by}))

    async def note(self, entries: Sequence[Entry]) -> None:
        """Write entries down, all in one transaction."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        await self._writer.put([replace(entry, at=at) for entry in entries])

    async def _decided(self, entry: Entry) -> None:
        self.state.decide(entry)
        await self._put(entry)

    async def _put(self, entry: Entry) -> None:
        self.state.note_sign(
            replace(entry, at=datetime.now(UTC).isoformat(timespec="milliseconds"))
        )
        await self.note([entry])
