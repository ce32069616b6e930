"""Who may come in to review a set: personal links, kept with those of the rating desk.

One name has one role, here and at the rating desk: who wrote the answers of golden examples is not
who is measured by them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

from measurand.core.people import REVIEW_ROLES, Access, Role
from measurand.errors import UsageError
from measurand.jobs.desk_access import (
    DAYS,
    Doors,
    invitation,
    refuse_alike,
    refuse_taken,
    revocations,
    taken_names,
)
from measurand.jobs.set_place import SetPlace
from measurand.store.ledger import Ledger, open_ledger
from measurand.store.ledger_people import Entry

__all__ = ["Entrance", "invite", "revoke"]

_BY = "command line"
_HEAR = 1.0
"""Seconds within which an open desk hears of links that were given or taken back."""


def invite(place: SetPlace, name: str, *, role: Role = "reviewer", days: float = DAYS) -> str:
    """Give somebody a personal link; returns its token, which is told here and never again.

    Args:
        place: Where the set is.
        name: Whose: the name that stands in the lineage.
        role: ``reviewer`` or ``expert``.
        days: For how long it is good.

    Raises:
        UsageError: The name, the role or the days are not what they should be.
    """
    if role not in REVIEW_ROLES:
        raise UsageError(f"found the role {role!r}; allowed: {', '.join(REVIEW_ROLES)}")
    place.ledger.parent.mkdir(parents=True, exist_ok=True)
    with open_ledger(place.ledger) as ledger:
        return _invited(place, ledger, name, role=role, days=days)


def _invited(place: SetPlace, ledger: Ledger, name: str, *, role: Role, days: float) -> str:
    token, entry = invitation(name, role, days=days, by=_BY, now=datetime.now(UTC))
    if place.plan is not None:
        refuse_taken(name, taken_names(place.plan, ledger))
    people = [one for one, kind in ledger.raters().items() if kind == "people"]
    if name in people:
        raise UsageError(
            f"{name} rates answers here; who reviews the examples or writes their answers is "
            "somebody else, or has another name"
        )
    refuse_alike(name, _doors(ledger), role=role, others=people)
    ledger.people.add([entry])
    return token


def revoke(place: SetPlace, name: str) -> int:
    """Take all links of somebody back; returns how many there were.

    Raises:
        UsageError: Nobody of this name has a link that is still good.
    """
    with open_ledger(place.ledger) as ledger:
        doors = _doors(ledger)
        entries = revocations(doors, name, by=_BY)
        if not entries:
            known = sorted({one.name for one in doors.links.values() if not one.revoked})
            raise UsageError(f"{name} has no link; those who have: {', '.join(known) or 'nobody'}")
        ledger.people.add(entries)
    return len(entries)


def _doors(ledger: Ledger) -> Doors:
    doors = Doors()
    for entry in ledger.people.log(every_save=False):
        doors.hear(entry)
    return doors


class Entrance:
    """The door of an open review.

    It hears at once of links that are given, and within a second of those that are taken back.

    Args:
        place: Where the set is.
        ledger: An open ledger.
        clock: Seconds that only go on.
    """

    def __init__(
        self, place: SetPlace, ledger: Ledger, clock: Callable[[], float] = monotonic
    ) -> None:
        self._place, self._ledger, self._clock = place, ledger, clock
        self._heard = ledger.people.last()
        self._doors = _doors(ledger)
        self._listened = clock()

    def access(self, token: str) -> Access | None:
        """Whom a token lets in; None where it is unknown, expired, revoked or of another desk."""
        if self._clock() - self._listened >= _HEAR:
            self._listen()
        found = self._doors.access(token, datetime.now(UTC))
        if found is None:
            # A link that was given this moment; how often somebody may try is limited elsewhere.
            self._listen()
            found = self._doors.access(token, datetime.now(UTC))
        return found if found is not None and found.role in REVIEW_ROLES else None

    def _listen(self) -> None:
        self._listened = self._clock()
        for entry in self._ledger.people.log(after=self._heard):
            self._heard = entry.id
            self._doors.hear(entry)

    def enter(self, access: Access) -> None:
        """Note that somebody has come in."""
        self._ledger.people.add(
            [Entry(event="entered", who=access.name, body={"role": access.role})]
        )

    def invite(self, name: str, *, role: Role, days: float) -> str:
        """Give somebody a personal link; returns its token.

        Raises:
            UsageError: The name, the role or the days are not what they should be.
        """
        return _invited(self._place, self._ledger, name, role=role, days=days)
