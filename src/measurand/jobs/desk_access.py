"""Who may come in: personal links, of which only the hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from measurand.core.people import ADJUDICATION, ROLES, Access, Role, name_fault
from measurand.core.plan import Plan
from measurand.errors import UsageError
from measurand.store.ledger import Ledger
from measurand.store.ledger_people import Entry

__all__ = [
    "DAYS",
    "Doors",
    "digest_of",
    "invitation",
    "refuse_alike",
    "refuse_taken",
    "revocations",
    "taken_names",
]

DAYS = 30.0
"""For how long a link is good where nothing else is said."""
_TOKEN_BYTES = 32
_MOST_DAYS = 3660


def digest_of(token: str) -> str:
    """What is kept of a token: its SHA-256. It has 256 bits of chance, so no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def taken_names(plan: Plan, ledger: Ledger) -> dict[str, str]:
    """Names that no person may bear, and what bears them: ratings are told apart by name alone."""
    others = {name: kind for name, kind in ledger.raters().items() if kind != "people"}
    judges = {judge.model: "judge" for judge in plan.judge.models} if plan.judge else {}
    return {**others, **judges, ADJUDICATION: "adjudicated votes"}


def refuse_taken(name: str, taken: Mapping[str, str]) -> None:
    """Refuse a name that something else bears.

    Raises:
        UsageError: It is taken.
    """
    if name in taken:
        raise UsageError(
            f"{name!r} is the name of another rater (kind {taken[name]}), and ratings are told "
            "apart by name alone; give this person another one"
        )


def refuse_alike(name: str, doors: Doors, *, role: Role, others: Iterable[str]) -> None:
    """Refuse a name that differs from somebody's in case alone, or that has another role.

    Raises:
        UsageError: It does.
    """
    for link in doors.links.values():
        if link.name == name and link.role != role and not link.revoked:
            raise UsageError(
                f"{name} is {link.role} here; one name has one role: choose another name, or take "
                f"the links back first (measurand rate revoke {name})"
            )
    known = {link.name for link in doors.links.values()} | set(others)
    if alike := sorted(one for one in known if one != name and one.casefold() == name.casefold()):
        raise UsageError(f"there is {alike[0]} already; choose a name that differs by more")


def invitation(
    name: str, role: Role, *, days: float = DAYS, by: str, now: datetime
) -> tuple[str, Entry]:
    """A new personal link: its token, which is told once, and what the log keeps of it.

    Args:
        name: Whose: the rater's name in the table of ratings.
        role: What they may do.
        days: For how long it is good.
        by: Who invites.
        now: The time, with a time zone.

    Raises:
        UsageError: The name, the role or the days are not what they should be.
    """
    if fault := name_fault(name):
        raise UsageError(fault)
    if role not in ROLES:
        raise UsageError(f"found the role {role!r}; allowed: {', '.join(ROLES)}")
    if not 0 < days <= _MOST_DAYS:
        raise UsageError(f"found {days:g} days; allowed: above 0, at most {_MOST_DAYS}")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    expires = (now + timedelta(days=days)).isoformat(timespec="seconds")
    body = {"role": role, "digest": digest_of(token), "expires": expires, "by": by}
    return token, Entry(event="invited", who=name, body=body)


def revocations(doors: Doors, name: str, *, by: str) -> list[Entry]:
    """What takes back every link of somebody that was not taken back yet."""
    return [
        Entry(event="revoked", who=name, body={"digest": link.digest, "by": by})
        for link in doors.links.values()
        if link.name == name and not link.revoked
    ]


class Doors:
    """The links that were given out, as the log tells it."""

    def __init__(self) -> None:
        self.links: dict[str, Access] = {}
        self.excluded: dict[str, str] = {}

    def hear(self, entry: Entry) -> None:
        """Take in what happened; the same may be heard again."""
        body = entry.body
        if entry.event == "invited":
            expires = datetime.fromisoformat(body["expires"])
            known = self.links.get(body["digest"])
            self.links[body["digest"]] = Access(
                name=entry.who,
                role=body["role"],
                digest=body["digest"],
                expires=expires,
                revoked=known is not None and known.revoked,
            )
        elif entry.event == "revoked" and body["digest"] in self.links:
            link = self.links[body["digest"]]
            self.links[body["digest"]] = replace(link, revoked=True)
        elif entry.event == "excluded":
            self.excluded[entry.who] = str(body["reason"])
        elif entry.event == "readmitted":
            self.excluded.pop(entry.who, None)

    def access(self, token: str, now: datetime) -> Access | None:
        """Whom a token lets in; None where it is unknown, expired or revoked."""
        link = self.links.get(digest_of(token))
        if link is None or link.revoked or link.expires <= now:
            return None
        return link
