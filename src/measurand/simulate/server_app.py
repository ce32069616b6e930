"""The requests of a simulated provider's server: read, counted, delayed, answered or spoiled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiohttp import web

from measurand.simulate.faults import TRANSPORT, PlannedFault
from measurand.simulate.provider import NoSuchModel, Provider
from measurand.simulate.provider_asked import Asked
from measurand.simulate.provider_draws import draw
from measurand.simulate.server_anthropic import MESSAGES
from measurand.simulate.server_batches import Batches
from measurand.simulate.server_faults import NOT_JSON, failure, no_model
from measurand.simulate.server_openai import CHAT, RESPONSES, models_list
from measurand.simulate.server_routes import Request, routed
from measurand.simulate.server_wire import Refused, Wire, Written, dump, key_of, object_of

__all__ = ["App", "KeptRequest", "Latency"]

Latency = float | tuple[float, float]
"""Seconds that every answer takes, or the least and the most of them."""

_WIRES: Mapping[str, Wire] = {
    "/chat/completions": CHAT,
    "/responses": RESPONSES,
    "/messages": MESSAGES,
}
_ROOT = "/v1"
_SECRET = frozenset(("authorization", "x-api-key", "api-key", "cookie"))


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A request as it came.

    Args:
        path: Where it went.
        headers: Its headers, names in small letters, without keys.
        body: Its body.
    """

    path: str
    headers: Mapping[str, str]
    body: str


@dataclass(slots=True, kw_only=True)
class App:
    """Everything that a server answers.

    Args:
        provider: Who answers.
        batches: Where batches wait.
        latency: How long answers take.
        api_key: The key that requests must bear; None takes any and none.
        keep_requests: Whether requests are kept, to be searched afterwards.
        kept: Those that were.
    """

    provider: Provider
    batches: Batches
    latency: Latency = 0.0
    api_key: str | None = None
    keep_requests: bool = False
    kept: list[KeptRequest] = field(default_factory=list)

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        path = request.path
        while path.startswith(_ROOT):
            path = path[len(_ROOT) :]
        wire = _WIRES.get(path) if request.method == "POST" else None
        content = await request.content.read() if request.can_read_body else b""
        if self.keep_requests:
            self._keep(request, content)
        if wire is None:
            return _sent(self._other(request, path, content))
        try:
            self._check_key(request)
            key = key_of(request.headers.get("Idempotency-Key"), content)
            asked = wire.read(object_of(content), key)
        except Refused as refused:
            return _sent(wire.error(refused))
        return await self._answer(request, wire, asked)

    async def _answer(
        self, request: web.BaseRequest, wire: Wire, asked: Asked
    ) -> web.StreamResponse:
        fault = self.provider.take(asked)
        if fault is not None and fault.fault in TRANSPORT:
            return await self._fail(request, wire, asked, fault=fault)
        try:
            answered = self.provider.answer(asked, fault)
        except NoSuchModel as unknown:
            return _sent(wire.error(no_model(str(unknown))))
        written = Written(dump(wire.write(asked, answered)))
        await self._wait(asked)
        if _listening(request):  # counted first, so that whoever has the answer finds it counted
            if fault is not None:
                self.provider.counter.fault(asked.model, asked.key, fault.fault)
            used = (answered.input_tokens, answered.output_tokens, answered.cached_tokens)
            self.provider.counter.answered(asked.model, asked.key, used)
        return _sent(written)

    async def _fail(
        self, request: web.BaseRequest, wire: Wire, asked: Asked, *, fault: PlannedFault
    ) -> web.StreamResponse:
        count = partial(self.provider.counter.fault, asked.model, asked.key, fault.fault)
        if fault.fault == "hang":
            count()
            await asyncio.Event().wait()  # until the client, or the server, gives up
        await self._wait(asked)
        if _listening(request):
            count()
        if fault.fault == "half":
            body = dump(wire.write(asked, self.provider.answer(asked, None)))
            return await _broken_off(request, body)
        if fault.fault == "malformed_response":
            return _sent(Written(NOT_JSON))
        return _sent(failure(fault, wire))

    async def _wait(self, asked: Asked) -> None:
        if isinstance(self.latency, tuple):
            least, most = self.latency
            share = draw("latency", self.provider.seed, asked.key)
            await asyncio.sleep(least + (most - least) * share)
        elif self.latency:
            await asyncio.sleep(self.latency)

    def _check_key(self, request: web.BaseRequest) -> None:
        if self.api_key is None:
            return
        headers = request.headers
        given = {headers.get("x-api-key"), headers.get("api-key"), headers.get("Authorization")}
        if given.isdisjoint({self.api_key, f"Bearer {self.api_key}"}):
            raise Refused(401, "Incorrect API key provided.", code="invalid_api_key")

    def _keep(self, request: web.BaseRequest, content: bytes) -> None:
        headers = {
            name.lower(): value
            for name, value in request.headers.items()
            if name.lower() not in _SECRET
        }
        self.kept.append(KeptRequest(request.path, headers, content.decode("utf-8", "replace")))

    def _other(self, request: web.BaseRequest, path: str, content: bytes) -> Written:
        """Everything but a question to a model."""
        wire = MESSAGES if path.startswith("/messages") or _is_anthropic(request) else CHAT
        try:
            self._check_key(request)
            asked = Request(
                method=request.method,
                path=path,
                url=f"{request.scheme}://{request.host}",
                content_type=request.headers.get("Content-Type", ""),
                content=content,
            )
            found = routed(self.batches, asked)
            return found or Written(dump(self._report(request, path)))
        except Refused as refused:
            return wire.error(refused)

    def _report(self, request: web.BaseRequest, path: str) -> Mapping[str, Any]:
        if request.method == "GET":
            report = _REPORTS.get(path)
            if report is not None:
                return report(self)
        raise Refused(404, f"Invalid URL ({request.method} {request.path})")


_REPORTS: Mapping[str, Callable[[App], Mapping[str, Any]]] = {
    "": lambda app: {"simulated": True, "models": app.provider.models.names},
    "/": lambda app: {"simulated": True, "models": app.provider.models.names},
    "/models": lambda app: models_list(app.provider.models.names),
    "/counts": lambda app: app.provider.counter.read().to_json(),
    "/planted": lambda app: app.provider.planted.to_json(),
    "/log": lambda app: {"log": app.provider.counter.read().log},
    "/requests": lambda app: {
        "requests": [{"path": one.path, "body": one.body} for one in app.kept]
    },
}


def _sent(written: Written) -> web.StreamResponse:
    return web.Response(
        body=written.body,
        status=written.status,
        headers=written.headers,
        content_type=written.content_type,
    )


def _listening(request: web.BaseRequest) -> bool:
    """Whether the client is still there."""
    return request.transport is not None and not request.transport.is_closing()


async def _broken_off(request: web.BaseRequest, body: bytes) -> web.StreamResponse:
    """Send half of a response, and hang up."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def _is_anthropic(request: web.BaseRequest) -> bool:
    return "anthropic-version" in request.headers
