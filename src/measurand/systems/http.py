"""An HTTP endpoint as a system: a templated JSON body goes in, a path into JSON comes out."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import aiohttp
from yarl import URL

from measurand.core.example import Example
from measurand.core.fingerprint import fingerprint
from measurand.core.output import Failure
from measurand.core.system import System
from measurand.errors import Fault, PlanError, nearest
from measurand.systems.base import Answer, LocalSystem, shown
from measurand.systems.path import JsonPath
from measurand.systems.template import JsonTemplate, Lacking

__all__ = ["LARGEST", "HttpSystem", "Retry", "Tried"]

LARGEST = 10_000_000
"""Bytes of a response beyond which it is not read."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What one attempt gave.

    Args:
        outcome: An answer, or why there is none.
        headers: Those of the response, where there was one: they may say how long to wait.
    """

    outcome: Answer | Failure
    headers: Mapping[str, str] = field(default_factory=dict)


Retry = Callable[[Callable[[], Awaitable[Tried]]], Awaitable[Answer | Failure]]
"""Makes an attempt, and others if it likes; gives what the last one gave."""

_KEYS = ("method", "headers", "body")
_METHODS = ("GET", "POST", "PUT", "PATCH")
_BODY: Mapping[str, Any] = MappingProxyType({"messages": "{{messages}}"})
_SECRET = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_SHORTEST = 4
_REDIRECTS = 3
_AGAIN = frozenset({307, 308})
_STATUS: Mapping[int, str] = MappingProxyType(
    {401: "authentication", 403: "authentication", 404: "not_found", 408: "timeout",
     429: "rate_limited"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    location: str | None
    headers: Mapping[str, str]
    body: bytes


class HttpSystem(LocalSystem):
    """An endpoint that answers.

    ``request`` of the plan says ``method`` (POST), ``headers`` and ``body``; without a body,
    ``{"messages": ...}`` is sent. The address and the headers may hold ``${NAME}``: the value is
    looked up for each request, is not kept, and is taken out of every message and answer.
    ``answer`` is the path to the answer; without it, all of the response is the answer.

    Nothing is tried again here unless a ``retry`` is handed in. Redirects are followed within the
    same origin, where the method stays the same.

    Args:
        system: What the plan says.
        session: Through which requests go; whoever hands it in closes it.
        expand: Puts the values of environment variables in the place of ``${NAME}``.
        timeout: Seconds that one attempt may take.
        retry: Tries again what may pass; by default one attempt is made.

    Raises:
        PlanError: The request or the path cannot be used; all faults at once.
        UsageError: A variable is not set.
    """

    def __init__(
        self,
        system: System,
        session: aiohttp.ClientSession,
        *,
        expand: Callable[[str], str],
        timeout: float = 120.0,
        retry: Retry | None = None,
    ) -> None:
        self._session = session
        self._expand = expand
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._retry = retry
        self._target = system.target
        self._method, self._headers, self._body, self._path = _parts(system)
        for text in (self._target, *self._headers.values()):
            expand(text)  # what is not set is said before anything is asked
        parts = [self._target, self._method, self._headers, system.request, system.answer]
        super().__init__(system.name, fingerprint(["http", *parts]))

    @property
    def body(self) -> JsonTemplate | None:
        """The body, where there is one: tells which examples lack what it asks for."""
        return self._body

    async def attempt(self, example: Example, trial: int) -> Answer | Failure:  # noqa: ARG002 - a trial is asked like any other
        """Ask once, or as often as the retry likes."""
        try:
            body = None if self._body is None else self._body.render(example)
        except Lacking as problem:
            return Failure("exception", f"the body cannot be filled in: {problem}")

        async def once() -> Tried:
            tried = await self._once(body)
            return Tried(self._hidden(tried.outcome), tried.headers)

        return (await once()).outcome if self._retry is None else await self._retry(once)

    async def _once(self, body: Any) -> Tried:
        headers: Mapping[str, str] = {}
        outcome: Answer | Failure
        try:
            reply = await self._reply(URL(self._expand(self._target)), body)
            headers = reply.headers
            outcome = self._answer(reply)
        except TimeoutError:
            outcome = Failure("timeout", f"no answer within {self._timeout.total:g} s")
        except _Refused as problem:
            outcome = problem.failure
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError) as problem:
            outcome = Failure("connection", f"{type(problem).__name__}: {shown(str(problem))}")
        except aiohttp.InvalidURL:
            outcome = Failure("not_found", f"{self._target} is no address")
        except (aiohttp.ClientError, ValueError) as problem:
            words = f"{type(problem).__name__}: {shown(str(problem))}"
            outcome = Failure("malformed_response", words)
        return Tried(outcome, headers)

    async def _reply(self, url: URL, body: Any) -> _Reply:
        """The response at the end of redirects within the same origin."""
        headers = {name: self._expand(value) for name, value in self._headers.items()}
        sent: dict[str, Any] = {} if self._body is None else {"json": body}
        here = url
        async with asyncio.timeout(self._timeout.total):
            for _ in range(_REDIRECTS + 1):
                async with self._session.request(
                    self._method,
                    here,
                    headers=headers,
                    timeout=self._timeout,
                    allow_redirects=False,
                    **sent,
                ) as response:
                    reply = await _read(response)
                if reply.location is None:
                    return reply
                there = here.join(URL(reply.location))
                if there.origin() != url.origin() or not self._may_follow(reply.status):
                    raise _Refused(
                        "bad_request",
                        f"redirected ({reply.status}) to {there.origin()}"
                        "; name the final address as the target",
                    )
                here = there
        raise _Refused("bad_request", f"redirected more than {_REDIRECTS} times")

    def _may_follow(self, status: int) -> bool:
        return status in _AGAIN or self._method == "GET"

    def _answer(self, reply: _Reply) -> Answer | Failure:
        text = reply.body.decode("utf-8", "replace")
        if not 200 <= reply.status < 300:  # noqa: PLR2004 - success, in HTTP
            told = reply.headers.get("Retry-After")
            wait = "" if told is None else f" (Retry-After: {shown(told)})"
            message = f"status {reply.status}{wait}: {shown(text) or 'without a word'}"
            return Failure(_class_of(reply.status), message, text[:4_000])
        if self._path is None:
            try:
                return Answer(text=reply.body.decode("utf-8"))
            except UnicodeDecodeError as problem:
                return Failure("malformed_response", f"the response is not UTF-8: {problem}")
        return self._path.answer(reply.body, no_json="malformed_response")

    def _hidden(self, outcome: Answer | Failure) -> Answer | Failure:
        """Without the values of secrets, which an endpoint may repeat."""
        secrets: dict[str, str] = {}
        for text in (self._target, *self._headers.values()):
            for name in _SECRET.findall(text):
                secrets[name] = self._expand(name)

        def hide(text: str) -> str:
            for name, value in secrets.items():
                if len(value) >= _SHORTEST:
                    text = text.replace(value, name)
            return text

        if isinstance(outcome, Failure):
            return Failure(outcome.kind, hide(outcome.message), hide(outcome.details))
        return Answer(text=hide(outcome.text))


class _Refused(Exception):  # noqa: N818 - what happened to a request, not a malfunction
    """A response that cannot be used, whatever is in it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.failure = Failure(kind, message)


async def _read(response: aiohttp.ClientResponse) -> _Reply:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST:
            raise _Refused("malformed_response", f"the response has more than {LARGEST:,} bytes")
    redirected = 300 <= response.status < 400  # noqa: PLR2004 - a redirect, in HTTP
    location = response.headers.get("Location") if redirected else None
    return _Reply(response.status, location, response.headers, bytes(body))


def _class_of(status: int) -> str:
    if status >= 500:  # noqa: PLR2004 - the server's fault, in HTTP
        return "server_error"
    return _STATUS.get(status, "bad_request")


def _parts(
    system: System,
) -> tuple[str, dict[str, str], JsonTemplate | None, JsonPath | None]:
    """Method, headers, body and path of a plan's request.

    Raises:
        PlanError: One of them cannot be used; all faults at once.
    """
    request = system.request
    faults = [
        Fault("unknown", key=f"request.{key}", allowed=", ".join(_KEYS), remedy=nearest(key, _KEYS))
        for key in map(str, request)
        if key not in _KEYS
    ]
    method = str(request.get("method", "POST")).upper()
    if method not in _METHODS:
        found = repr(request["method"])
        faults.append(
            Fault("no such method", key="request.method", found=found, allowed=", ".join(_METHODS))
        )
    given = request.get("headers", {})
    headers: dict[str, str] = {}
    if isinstance(given, Mapping) and all(isinstance(v, str | int) for v in given.values()):
        headers = {str(name): str(value) for name, value in given.items()}
    else:
        allowed = "names with texts"
        faults.append(
            Fault("no headers", key="request.headers", found=shown(repr(given)), allowed=allowed)
        )
    body: JsonTemplate | None = None
    path: JsonPath | None = None
    try:
        if "body" in request or method != "GET":
            body = JsonTemplate.parse(request.get("body", _BODY), key="request.body")
    except PlanError as problem:
        faults += problem.faults
    try:
        path = None if system.answer is None else JsonPath.parse(system.answer)
    except PlanError as problem:
        faults += problem.faults
    if faults:
        raise PlanError(faults)
    return method, headers, body, path
