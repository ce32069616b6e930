"""Who may rate, decided from outside the desk: it hears of it within a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from measurand.core.people import Role
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
from measurand.jobs.places import ledger_path
from measurand.store.ledger import Ledger, open_ledger
from measurand.store.ledger_people import DeskEvent, Entry
from measurand.store.plans import load_plan

__all__ = ["decide", "invite", "revoke"]

_BY = "command line"


def invite(plan_path: Path | str, name: str, *, role: Role = "rater", days: float = DAYS) -> str:
    """Give somebody a personal link; returns its token, which is told here and never again.

    The link is ``ADDRESS/enter/TOKEN``, wherever the desk is served.

    Args:
        plan_path: The plan.
        name: Whose: the rater's name in the table of ratings.
        role: ``rater``, ``adjudicator`` or ``organiser``.
        days: For how long it is good.

    Raises:
        PlanError: The plan is wrong.
        UsageError: The name, the role or the days are not what they should be.
    """
    token, entry = invitation(name, role, days=days, by=_BY, now=datetime.now(UTC))
    with _opened(plan_path) as ledger:
        refuse_taken(name, taken_names(load_plan(plan_path), ledger))
        refuse_alike(name, _doors(ledger), role=role, others=_people(ledger))
        ledger.people.add([entry])
    return token


def revoke(plan_path: Path | str, name: str) -> int:
    """Take all links of somebody back; returns how many there were.

    Raises:
        PlanError: The plan is wrong.
        UsageError: Nobody of this name has a link that is still good.
    """
    with _opened(plan_path) as ledger:
        doors = _doors(ledger)
        entries = revocations(doors, name, by=_BY)
        if not entries:
            known = sorted({one.name for one in doors.links.values() if not one.revoked})
            raise UsageError(f"{name} has no link; those who have: {', '.join(known) or 'nobody'}")
        ledger.people.add(entries)
    return len(entries)


def decide(plan_path: Path | str, rater: str, *, event: DeskEvent, reason: str) -> None:
    """Exclude a rater, or take the exclusion back: a decision on record, with its reason.

    Args:
        plan_path: The plan.
        rater: The rater.
        event: ``excluded`` or ``readmitted``.
        reason: Why.

    Raises:
        PlanError: The plan is wrong.
        UsageError: Nobody of this name has rated, or there is no reason.
    """
    if not reason.strip():
        raise UsageError("a decision about a rater needs its reason")
    with _opened(plan_path) as ledger:
        known = _people(ledger)
        if rater not in known:
            told = f"those who have: {', '.join(known)}" if known else "nobody has"
            raise UsageError(f"{rater} has rated nothing; {told}")
        body = {"reason": reason, "by": _BY}
        ledger.people.add([Entry(event=event, who=rater, body=body)])


def _doors(ledger: Ledger) -> Doors:
    doors = Doors()
    for entry in ledger.people.log(every_save=False):
        doors.hear(entry)
    return doors


def _people(ledger: Ledger) -> list[str]:
    return [name for name, kind in ledger.raters().items() if kind == "people"]


@contextmanager
def _opened(plan_path: Path | str) -> Iterator[Ledger]:
    path = Path(plan_path)
    load_plan(path)
    with open_ledger(ledger_path(path)) as ledger:
        yield ledger
