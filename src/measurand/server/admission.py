"""Who may do what: every request passes here, and is refused unless its route says otherwise."""

from __future__ import annotations

import asyncio
import hmac
import logging
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from measurand.core.people import Access
from measurand.errors import InfrastructureError, MeasurandError
from measurand.server.limits import Limits, Pace
from measurand.server.pages import page
from measurand.server.visit import ANYONE, House, Refusal, Visit, Way, cookie_name, csrf_of, form_of

__all__ = ["Admission"]

_log = logging.getLogger(__name__)

_LONGEST_TOKEN = 200
_AGAIN = 2.0
_TITLES = {
    400: "That could not be read",
    401: "Please use your personal link",
    403: "Not for you",
    404: "Nothing here",
    405: "Not like this",
    408: "That took too long",
    413: "That is too long",
    415: "That could not be read",
    422: "Not accepted",
    429: "A little slower, please",
    503: "Not now",
}


@dataclass(frozen=True, slots=True)
class Admission:
    """Lets requests through to a desk.

    Args:
        house: Whose it is.
        limits: How much one visitor may ask for.
        clock: Seconds that only go on; tests bring their own.
    """

    house: House
    limits: Limits
    clock: Callable[[], float] = time.monotonic
    _pace: Pace = field(init=False)
    _tries: Pace = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_pace", Pace(self.limits.burst, self.limits.rate))
        object.__setattr__(self, "_tries", Pace(self.limits.tries, self.limits.tries_rate))

    def endpoint(self, way: Way) -> Callable[[Request], Awaitable[Response]]:
        """What Starlette calls for a route."""

        async def answer(request: Request) -> Response:
            visit = Visit(request=request, house=self.house)
            try:
                visit = self._admit(way, request)
                if way.method == "POST":
                    visit = await self._posted(visit, way)
                async with asyncio.timeout(way.patience or self.limits.answer):
                    return await way.handler(visit)
            except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets a page
                return refused(visit, error, api=way.api)

        return answer

    def entry(self, request: Request, token: str) -> Access:
        """Who a link's token lets in.

        Raises:
            Refusal: Nobody; or there were too many tries from this address.
        """
        address = request.client.host if request.client else ""
        if wait := self._tries.wait(address, self.clock()):
            raise Refusal(429, "Too many links were tried from here.", after=wait)
        access = self._known(token)
        if access is None:
            self._tries.take(address, self.clock())
            raise Refusal(
                403, "This link is not valid, or not any more. Ask whoever sent it for a new one."
            )
        return access

    def _known(self, token: str) -> Access | None:
        if not token or len(token) > _LONGEST_TOKEN or not token.isascii():
            return None
        return self.house.access(token)

    def _admit(self, way: Way, request: Request) -> Visit:
        token = request.cookies.get(cookie_name(request), "")
        access = self._known(token)
        csrf = csrf_of(token) if access else ""
        visit = Visit(request=request, house=self.house, access=access, csrf=csrf)
        if way.to == ANYONE:
            return visit
        if access is None:
            raise Refusal(401, "Open the personal link that you were sent, and go on from there.")
        if wait := self._pace.take(access.digest, self.clock()):
            raise Refusal(429, "Too many requests at once.", after=wait)
        if access.role not in way.to:
            raise Refusal(403, f"Your link is for the {access.role}, and this page is not.")
        return visit

    async def _posted(self, visit: Visit, way: Way) -> Visit:
        request = visit.request
        _check_origin(request)
        wanted = "application/json" if way.api else "application/x-www-form-urlencoded"
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != wanted:
            raise Refusal(415, f"Expected {wanted}.")
        body = await self._body(request)
        if way.to != ANYONE:
            given = request.headers.get("x-csrf-token", "")
            given = given if way.api else form_of(body).get("csrf", "")
            if not visit.csrf or not hmac.compare_digest(given.encode(), visit.csrf.encode()):
                raise Refusal(403, "This form is not from your own page. Reload it and try again.")
        return Visit(
            request=request, house=visit.house, access=visit.access, csrf=visit.csrf, body=body
        )

    async def _body(self, request: Request) -> bytes:
        declared = request.headers.get("content-length", "0")
        if not declared.isdigit() or int(declared) > self.limits.body:
            raise Refusal(413, f"At most {self.limits.body // 1024} KB at once.")
        body = bytearray()
        try:
            async with asyncio.timeout(self.limits.arrival):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > self.limits.body:
                        raise Refusal(413, f"At most {self.limits.body // 1024} KB at once.")
        except TimeoutError:
            raise Refusal(408, "The request did not arrive in time.") from None
        except ClientDisconnect:
            raise Refusal(400, "The request broke off.") from None
        return bytes(body)


def _check_origin(request: Request) -> None:
    """Refuse what another site makes a browser send.

    Browsers say ``null`` for the origin of a form on a page that sends no referrer, so only an
    origin that is there is held against the host.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        raise Refusal(403, "This came from another site.")
    origin = request.headers.get("origin", "null")
    if origin != "null" and origin.partition("://")[2].lower() != request.headers["host"].lower():
        raise Refusal(403, "This came from another site.")


def refused(visit: Visit, error: Exception, *, api: bool) -> Response:
    """An answer for whatever went wrong: a plain page, or JSON where a script asks."""
    refusal = error if isinstance(error, Refusal) else _refusal(error)
    status, message = refusal.status, refusal.message
    response: Response = (
        JSONResponse({"error": message}, status_code=status)
        if api
        else page(
            visit,
            "error.html.jinja",
            status=status,
            title=_TITLES.get(status, "Something went wrong"),
            message=message,
        )
    )
    if refusal.after is not None:
        response.headers["retry-after"] = str(math.ceil(refusal.after))
    if status in {408, 413, 415}:
        response.headers["connection"] = "close"
    return response


def _refusal(error: Exception) -> Refusal:
    if isinstance(error, TimeoutError):
        return Refusal(503, "This took too long. Please try again.", after=_AGAIN)
    if isinstance(error, InfrastructureError):
        _log.error("the desk could not answer: %s", error)
        return Refusal(503, "The desk cannot do this right now. Try again.", after=_AGAIN)
    if isinstance(error, MeasurandError):
        return Refusal(422, str(error))
    _log.exception("the desk could not answer", exc_info=error)
    return Refusal(500, "Something went wrong here. What you did so far is kept.")
