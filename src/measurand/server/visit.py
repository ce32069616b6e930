"""One request by somebody who was let in, and what a route declares about who that may be."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, cast
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from measurand.core.people import Access, Role
from measurand.core.sound import sound
from measurand.jobs.desk import Desk

__all__ = ["ANYONE", "House", "Refusal", "Visit", "Way", "cookie_name", "csrf_of", "form_of"]

ANYONE: Literal["anyone"] = "anyone"
"""Declares a route that needs no link; there are few."""

_MOST_FIELDS = 20


class House(Protocol):
    """What people come into by personal links: the rating desk, or the review of a set."""

    @property
    def title(self) -> str:
        """What it is called, to those who were let in."""

    def access(self, token: str) -> Access | None:
        """Whom a token lets in; None where it is unknown, expired or revoked."""

    async def enter(self, access: Access) -> None:
        """Note that somebody has come in."""


class Refusal(Exception):  # noqa: N818 - what the visitor is answered, not a malfunction
    """The request is not done, and the visitor is told why.

    Args:
        status: The HTTP status.
        message: One or two plain sentences; nothing that the visitor should not know.
        after: Seconds after which to try again, where that helps.
    """

    def __init__(self, status: int, message: str, *, after: float | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.after = status, message, after


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request that passed every check of its route.

    Args:
        request: As it came.
        house: Where it goes.
        access: Who asks; None only on routes for anyone.
        csrf: The word that forms of this visitor must bring back.
        body: The body, complete and within the limit; empty unless something is posted.
    """

    request: Request
    house: House
    access: Access | None = None
    csrf: str = ""
    body: bytes = b""

    @property
    def desk(self) -> Desk:
        """The rating desk; only its own routes ask for it."""
        return cast("Desk", self.house)

    @property
    def name(self) -> str:
        """The visitor's name.

        Raises:
            Refusal: There is none; the route should not have been for anyone.
        """
        if self.access is None:
            raise Refusal(401, "Please enter by your personal link.")
        return self.access.name

    def form(self) -> Mapping[str, str]:
        """The fields of a posted form, each once.

        Raises:
            Refusal: It is no form.
        """
        return form_of(self.body)


def form_of(body: bytes) -> dict[str, str]:
    """The fields of a form, as text; of a field that comes twice, the last.

    Raises:
        Refusal: It is no form.
    """
    try:
        fields = parse_qs(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
            errors="replace",
        )
    except ValueError:
        raise Refusal(400, "The form could not be read.") from None
    return {name: sound(values[-1]).replace("\r\n", "\n") for name, values in fields.items()}


Handler = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Way:
    """One route: nothing is served that is not declared like this.

    Args:
        method: GET or POST; only a POST changes anything.
        path: Its address.
        handler: What answers.
        to: Who may come; an empty set lets nobody in.
        api: Whether a script asks, and errors are JSON.
        patience: Seconds within which it is answered; None as long as any page may take.
    """

    method: Literal["GET", "POST"]
    path: str
    handler: Handler
    to: frozenset[Role] | Literal["anyone"] = frozenset()
    api: bool = False
    patience: float | None = None


def csrf_of(token: str) -> str:
    """The word that a form must bring back: only who knows the cookie can make it."""
    return hmac.new(token.encode(), b"measurand desk form", hashlib.sha256).hexdigest()


def cookie_name(request: Request) -> str:
    """The cookie's name; cookies do not tell ports apart, so two desks of one host are told."""
    place = hashlib.sha256(request.headers.get("host", "").lower().encode()).hexdigest()[:8]
    return f"__Host-desk-{place}" if request.url.scheme == "https" else f"desk-{place}"
