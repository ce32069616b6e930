"""The organiser's pages: how far the work is, who does it, and who may come in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from starlette.responses import HTMLResponse, RedirectResponse, Response

from measurand.core.people import RATING_ROLES, Role
from measurand.errors import UsageError
from measurand.jobs.desk import Desk
from measurand.report.html import html_page
from measurand.server.held import Held
from measurand.server.pages import page
from measurand.server.visit import Refusal, Visit

__all__ = ["exclude", "invite", "overview", "readmit", "revoke", "status"]

_MOST_NAME = 100
_MOST_REASON = 1_000
_MOST_DAYS = 365.0
_USUAL_DAYS = "14"
_KEPT = 60.0
"""Seconds for which the status is kept: it takes long to make where much was rated."""
_SAID = {
    "revoked": "The links were revoked.",
    "excluded": "The exclusion was recorded.",
    "readmitted": "The readmission was recorded.",
}

_STATUS_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""The report's own policy, which it carries, admits one stylesheet by its hash and nothing else."""


async def overview(visit: Visit) -> Response:
    """How far the work is, and the people."""
    said = next((text for key, text in _SAID.items() if key in visit.request.query_params), "")
    return _overview(visit, said=said)


def _overview(
    visit: Visit, *, said: str = "", problem: str = "", form: Mapping[str, str] | None = None
) -> Response:
    given = form or {}
    return page(
        visit,
        "overview.html.jinja",
        status=422 if problem else 200,
        overview=visit.desk.overview(),
        people=visit.desk.people(),
        now=datetime.now(UTC),
        roles=RATING_ROLES,
        days=given.get("days", _USUAL_DAYS),
        said=said,
        problem=problem,
        name=given.get("name", "").strip()[:_MOST_NAME],
        chosen=given.get("role", RATING_ROLES[0]),
    )


async def invite(visit: Visit) -> Response:
    """Make a personal link and show it this once."""
    form = visit.form()
    name, role, days = form.get("name", "").strip(), form.get("role", ""), form.get("days", "")
    try:
        token = await visit.desk.invite(name, _role(role), days=_days(days), by=visit.name)
    except UsageError as error:
        return _overview(visit, problem=str(error), form=form)
    url = visit.request.url
    link = f"{url.scheme}://{url.netloc}/enter/{token}"
    return page(visit, "invited.html.jinja", name=name, role=role, days=days, link=link)


async def revoke(visit: Visit) -> Response:
    """Take back every link of a person that is still good; one of them tells whose."""
    await visit.desk.revoke(_given(visit, "digest", _MOST_NAME), by=visit.name)
    return RedirectResponse("/?revoked", status_code=303)


async def exclude(visit: Visit) -> Response:
    """Leave a rater's ratings out, with a reason; the ratings themselves stay."""
    name, reason = _given(visit, "name", _MOST_NAME), _given(visit, "reason", _MOST_REASON)
    await visit.desk.exclude(name, reason=reason, by=visit.name)
    return RedirectResponse("/?excluded", status_code=303)


async def readmit(visit: Visit) -> Response:
    """Take a rater's ratings in again, with a reason."""
    name, reason = _given(visit, "name", _MOST_NAME), _given(visit, "reason", _MOST_REASON)
    await visit.desk.readmit(name, reason=reason, by=visit.name)
    return RedirectResponse("/?readmitted", status_code=303)


def status(clock: Callable[[], float]) -> Callable[[Visit], Awaitable[Response]]:
    """The whole status of the round, as the report has it; kept for a minute, with its time.

    Args:
        clock: Seconds that only go on.
    """
    held = Held(_KEPT, clock)

    async def told(visit: Visit) -> Response:
        text = await held.get(partial(_status, visit.desk))
        return HTMLResponse(text, headers={"content-security-policy": _STATUS_POLICY})

    return told


async def _status(desk: Desk) -> str:
    at = f"as of {datetime.now(UTC):%d %B %Y, %H:%M:%S} UTC; made anew after a minute"
    made = await desk.status_document()
    subtitle = f"{made.subtitle}, {at}" if made.subtitle else at
    # Others are served while a long page is put together.
    return await asyncio.to_thread(html_page, replace(made, subtitle=subtitle))


def _given(visit: Visit, name: str, most: int) -> str:
    found = visit.form().get(name, "").strip()
    if not found or len(found) > most:
        raise Refusal(422, f"The {name} is needed, with at most {most} characters.")
    return found


def _role(text: str) -> Role:
    for role in RATING_ROLES:
        if role == text:
            return role
    raise UsageError(f"The role is one of {', '.join(RATING_ROLES)}.")


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = 0.0
    if not 0 < days <= _MOST_DAYS:
        raise UsageError(f"The link holds for more than 0 and at most {_MOST_DAYS:g} days.")
    return days
