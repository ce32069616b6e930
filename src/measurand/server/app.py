"""The app: one table of routes, each with who may come; what is not in it does not exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from starlette.applications import Starlette
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from measurand.core.people import Role
from measurand.jobs.desk import Desk
from measurand.server import adjudicating, entry, organising, rating
from measurand.server.admission import Admission, refused
from measurand.server.guard import Guard, loopback_names
from measurand.server.limits import Limits
from measurand.server.visit import ANYONE, House, Refusal, Visit, Way

__all__ = ["app", "housed", "ways"]

_RATER: frozenset[Role] = frozenset({"rater"})
_ADJUDICATOR: frozenset[Role] = frozenset({"adjudicator"})
_ORGANISER: frozenset[Role] = frozenset({"organiser"})
_EVERYONE: frozenset[Role] = _RATER | _ADJUDICATOR | _ORGANISER


class _Place(IntegerConvertor):
    """A place in a queue; Python reads no number of thousands of digits, and nobody needs one."""

    regex = "[0-9]{1,10}"


register_url_convertor("place", _Place())

_STATUS_PATIENCE = 120.0
"""Seconds for the status of all that people have rated, which takes long where that is much."""

_MISSING = {404: "There is no such page.", 405: "This address is not used in that way."}


def ways(admission: Admission) -> tuple[Way, ...]:
    """Every route of the desk, and who may come."""
    status = organising.status(admission.clock)
    return (
        Way("GET", "/alive", entry.alive, ANYONE),
        Way("GET", "/static/{digest}/{name}", entry.file, ANYONE),
        Way("GET", "/enter/{token}", entry.greeting(admission), ANYONE),
        Way("POST", "/enter", entry.entering(admission), ANYONE),
        Way("POST", "/leave", entry.leave, _EVERYONE),
        Way("GET", "/", _home, _EVERYONE),
        Way("GET", "/rate", rating.screen, _RATER),
        Way("GET", "/rate/{position:place}", rating.screen, _RATER),
        Way("GET", "/finished", rating.finished, _RATER),
        Way("POST", "/api/next", rating.next_item, _RATER, api=True),
        Way("GET", "/api/progress", rating.progress, _RATER, api=True),
        Way("GET", "/api/items/{position:place}", rating.item, _RATER, api=True),
        Way("POST", "/api/items/{position:place}", rating.save, _RATER, api=True),
        Way("GET", "/api/items/{position:place}/feedback", rating.feedback, _RATER, api=True),
        Way("GET", "/disputes", adjudicating.disputes, _ADJUDICATOR),
        Way("GET", "/disputes/{id}", adjudicating.dispute, _ADJUDICATOR),
        Way("POST", "/disputes/{id}", adjudicating.decide, _ADJUDICATOR),
        Way("POST", "/invite", organising.invite, _ORGANISER),
        Way("POST", "/revoke", organising.revoke, _ORGANISER),
        Way("POST", "/exclude", organising.exclude, _ORGANISER),
        Way("POST", "/readmit", organising.readmit, _ORGANISER),
        Way("GET", "/status", status, _ORGANISER, patience=_STATUS_PATIENCE),
    )


async def _home(visit: Visit) -> Response:
    """The first page of each role."""
    role = visit.access.role if visit.access else None
    if role == "organiser":
        return await organising.overview(visit)
    if role == "adjudicator":
        return await adjudicating.disputes(visit)
    return await rating.start(visit)


def app(desk: Desk, *, hosts: Iterable[str] = (), limits: Limits | None = None) -> ASGIApp:
    """The rating desk as an ASGI app.

    Args:
        desk: What it shows and where it keeps what people say.
        hosts: Names under which it is reached, besides those of this machine for itself.
        limits: How much one visitor may ask for.
    """
    return housed(desk, ways, hosts=hosts, limits=limits)


def housed(
    house: House,
    table: Callable[[Admission], tuple[Way, ...]],
    *,
    hosts: Iterable[str] = (),
    limits: Limits | None = None,
) -> ASGIApp:
    """An ASGI app of these routes, to which people come by personal links.

    Args:
        house: Who may come in.
        table: Makes every route there is.
        hosts: Names under which it is reached, besides those of this machine for itself.
        limits: How much one visitor may ask for.
    """
    admission = Admission(house, limits or Limits())

    async def missing(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        refusal = Refusal(status, _MISSING.get(status, "This cannot be answered."))
        visit = Visit(request=request, house=house)
        return refused(visit, refusal, api=request.url.path.startswith("/api/"))

    inner = Starlette(
        routes=[
            Route(way.path, admission.endpoint(way), methods=[way.method])
            for way in table(admission)
        ],
        exception_handlers={HTTPException: missing},
    )
    inner.router.redirect_slashes = False
    return Guard(inner, loopback_names() | set(hosts))
