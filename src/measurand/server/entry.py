"""Coming in by a personal link, and leaving."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from starlette.responses import PlainTextResponse, RedirectResponse, Response

from measurand.server.admission import Admission
from measurand.server.pages import page, static_file, static_root
from measurand.server.visit import Refusal, Visit, cookie_name

__all__ = ["alive", "entering", "file", "greeting", "leave"]


def greeting(admission: Admission) -> Callable[[Visit], Awaitable[Response]]:
    """The page that a personal link opens.

    It sets nothing and uses nothing up: programs that look at links before people do see it too.
    """

    async def greet(visit: Visit) -> Response:
        token = str(visit.request.path_params["token"])
        access = admission.entry(visit.request, token)
        return page(visit, "enter.html.jinja", token=token, guest=access)

    return greet


def entering(admission: Admission) -> Callable[[Visit], Awaitable[Response]]:
    """Take the link's token out of the address: from here on only a cookie holds it."""

    async def enter(visit: Visit) -> Response:
        token = visit.form().get("token", "")
        access = admission.entry(visit.request, token)
        await visit.house.enter(access)
        response = RedirectResponse("/", status_code=303)
        left = (access.expires - datetime.now(UTC)).total_seconds()
        response.set_cookie(
            cookie_name(visit.request),
            token,
            max_age=max(int(left), 0),
            path="/",
            secure=visit.request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return response

    return enter


async def leave(visit: Visit) -> Response:
    """Forget the link in this browser."""
    response = page(visit, "left.html.jinja")
    response.delete_cookie(
        cookie_name(visit.request),
        path="/",
        secure=visit.request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response


async def file(visit: Visit) -> Response:
    """A file of the package."""
    params = visit.request.path_params
    found = static_file(str(params["name"]))
    if found is None or f"/static/{params['digest']}" != static_root():
        raise Refusal(404, "There is no such file.")
    return found


async def alive(_visit: Visit) -> Response:
    """An empty answer, for who waits for the desk and for who measures it."""
    return PlainTextResponse("ok\n")
