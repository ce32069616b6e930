"""The review of an evaluation set in a browser: its routes, and who may come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, cast

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from measurand.core.people import REVIEW_ROLES, Access, Role
from measurand.core.review import Decision
from measurand.errors import DataError, UsageError
from measurand.jobs.review_desk import ReviewDesk
from measurand.jobs.reviewing.book import Stale
from measurand.jobs.reviewing.telling import outcome_answer
from measurand.server import entry
from measurand.server.admission import Admission
from measurand.server.app import housed
from measurand.server.limits import Limits
from measurand.server.pages import page
from measurand.server.review_wire import (
    example_document,
    progress_part,
    read_wish,
    row_document,
)
from measurand.server.serve import reached_as, serve_app
from measurand.server.visit import ANYONE, Refusal, Visit, Way
from measurand.server.wire import decoded

__all__ = ["PORT", "review_app", "review_ways", "serve_review"]

PORT = 8766
_REVIEWER: frozenset[Role] = frozenset({"reviewer"})
_BOTH: frozenset[Role] = frozenset(REVIEW_ROLES)
_BODY = 2 * 2**20
"""Bytes of what is posted: an edit has the whole conversation in it."""
_FINISH_PATIENCE = 120.0


def review_ways(admission: Admission) -> tuple[Way, ...]:
    """Every route of the review, and who may come."""
    return (
        Way("GET", "/alive", entry.alive, ANYONE),
        Way("GET", "/static/{digest}/{name}", entry.file, ANYONE),
        Way("GET", "/enter/{token}", entry.greeting(admission), ANYONE),
        Way("POST", "/enter", entry.entering(admission), ANYONE),
        Way("POST", "/leave", entry.leave, _BOTH),
        Way("GET", "/", _screen, _BOTH),
        Way("GET", "/finished", _finished, _REVIEWER),
        Way("GET", "/api/progress", _progress, _BOTH, api=True),
        Way("GET", "/api/examples", _examples, _BOTH, api=True),
        Way("GET", "/api/example", _example, _BOTH, api=True),
        Way("POST", "/api/decide", _decide, _BOTH, api=True),
        Way("POST", "/api/undo", _undo, _BOTH, api=True),
        Way("POST", "/finish", _finish, _REVIEWER, patience=_FINISH_PATIENCE),
    )


def review_app(
    desk: ReviewDesk, *, hosts: Iterable[str] = (), limits: Limits | None = None
) -> ASGIApp:
    """The review of a set as an ASGI app.

    Args:
        desk: What is reviewed.
        hosts: Names under which it is reached, besides those of this machine for itself.
        limits: How much one visitor may ask for.
    """
    return housed(desk, review_ways, hosts=hosts, limits=limits or Limits(body=_BODY))


async def serve_review(
    desk: ReviewDesk,
    *,
    host: str,
    port: int = PORT,
    allow_hosts: Iterable[str] = (),
    started: Callable[[int], object] = int,
) -> None:
    """Serve until SIGINT, SIGTERM or cancellation ends it; what was decided is kept.

    Raises:
        InfrastructureError: The address or the port cannot be had.
    """
    made = review_app(desk, hosts=reached_as(host, allow_hosts))
    await serve_app(made, host=host, port=port, started=started)


def _desk(visit: Visit) -> ReviewDesk:
    return cast("ReviewDesk", visit.house)


def _access(visit: Visit) -> Access:
    if visit.access is None:
        raise Refusal(401, "Please enter by your personal link.")
    return visit.access


async def _screen(visit: Visit) -> Response:
    """The screen; the script on it asks for what is to be looked at."""
    return page(visit, "review.html.jinja", role=_access(visit).role)


async def _progress(visit: Visit) -> Response:
    """How far it is."""
    return JSONResponse(_told(visit))


async def _examples(visit: Visit) -> Response:
    """Everything there is to look at, in short."""
    access = _access(visit)
    rows = [row_document(row, access.role) for row in _desk(visit).rows(access)]
    return JSONResponse(_told(visit) | {"rows": rows})


async def _example(visit: Visit) -> Response:
    """One example."""
    access = _access(visit)
    try:
        one = _desk(visit).shown(access, visit.request.query_params.get("id", ""))
    except UsageError as problem:
        raise Refusal(404, str(problem)) from None
    return JSONResponse({"example": example_document(one, access.role)})


async def _decide(visit: Visit) -> Response:
    """Keep a decision; answered only when it is on disk."""
    wish = read_wish(decoded(visit.body))
    try:
        made = await _desk(visit).decide(_access(visit), wish)
    except Stale as problem:
        return JSONResponse({"error": str(problem)}, status_code=409)
    except DataError as problem:
        faults = [{"key": one.key or "", "told": _fault(one)} for one in problem.faults]
        return JSONResponse({"error": _joined(problem), "faults": faults}, status_code=422)
    return _kept(visit, made)


async def _undo(visit: Visit) -> Response:
    """Take the last decision back."""
    return _kept(visit, await _desk(visit).undo(_access(visit)))


def _kept(visit: Visit, made: Decision) -> Response:
    """What a browser is told of a decision: which example it was, and the one that came for it."""
    heir = str(made.content.get("heir", ""))
    kept = {"number": made.number, "act": made.act, "example": made.example, "heir": heir}
    return JSONResponse(_told(visit) | {"kept": kept})


async def _finish(visit: Visit) -> Response:
    """Write what was decided to the set."""
    done = await _desk(visit).finish()
    answer = await asyncio.to_thread(outcome_answer, done)
    return page(
        visit,
        "review_finished.html.jinja",
        said=_first(answer.document),
        limits=answer.findings.limits,
        version=done.version,
        written=done.written,
        progress=_desk(visit).progress(),
    )


async def _finished(_visit: Visit) -> Response:
    """What was written is told once, in answer to the writing."""
    return RedirectResponse("/", status_code=303)


def _first(document: Any) -> str:
    """The sentence that a short page begins with."""
    return str(document.sections[0].blocks[0].text)


def _told(visit: Visit) -> dict[str, Any]:
    desk, access = _desk(visit), _access(visit)
    # A page that was opened by an older link of the same person learns the word of the new one.
    shared = {"rater": access.name, "csrf": visit.csrf, "number": desk.number}
    if access.role == "expert":
        return shared | {"left": len(desk.rows(access))}
    return shared | {"progress": progress_part(desk.progress())}


def _fault(fault: Any) -> str:
    told = f"{fault.key}: {fault.problem}" if fault.key else str(fault.problem)
    more = (f"found {fault.found}" if fault.found else "", fault.remedy or "")
    return "; ".join(filter(None, (told, *more)))


def _joined(problem: DataError) -> str:
    return " · ".join(map(_fault, problem.faults))
