"""A provider that follows a script, and a clock that jumps from one event to the next."""

from __future__ import annotations

import asyncio
import json
import selectors
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from aiohttp import web

T = TypeVar("T")
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Server:
    """What a scripted provider has heard, and where it is."""

    script: list[Answer]
    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer by the script; its last line stands for all that follow."""
        self.bodies.append(json.loads(await request.read()))
        self.headers.append(request.headers)
        self.paths.append(request.path_qs)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return await step(request)


class Say:
    """Lines of a script."""

    def text(self, text: str = "Yes.", finish: str = "stop", **more: object) -> Answer:
        """A good answer."""
        return self.choice({"role": "assistant", "content": text}, finish, **more)

    def choice(self, message: object, finish: str = "stop", **more: object) -> Answer:
        """A response with this message in it."""
        body: dict[str, object] = {
            "model": "gpt-4o-mini-2024-07-18",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }
        return self.json({**body, **more})

    def json(
        self, body: object, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Any JSON."""
        return self.raw(json.dumps(body), status, headers)

    def raw(self, text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
        """Any text."""

        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(text=text, status=status, headers=headers)

        return answer

    def error(self, status: int, message: str = "no", **more: object) -> Answer:
        """An error in OpenAI's form."""
        return self.json({"error": {"message": message, **more}}, status)

    def hang(self) -> Answer:
        """No answer for longer than anybody waits."""

        async def answer(_: web.Request) -> web.StreamResponse:
            await asyncio.sleep(60)
            return web.Response()

        return answer

    def half(self) -> Answer:
        """A body that breaks off."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b'{"choices": [')
            assert request.transport is not None
            request.transport.close()
            return response

        return answer


Serve = Callable[[Sequence[Answer]], AbstractAsyncContextManager[Server]]


@pytest.fixture
def say() -> Say:
    return Say()


@pytest.fixture
def serve() -> Serve:
    """Serve a script on 127.0.0.1."""

    @asynccontextmanager
    async def serving(script: Sequence[Answer]) -> AsyncIterator[Server]:
        server = Server(list(script))
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/{path:.*}", server.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        server.url = f"http://{host}:{port}/v1"
        try:
            yield server
        finally:
            await runner.cleanup()

    return serving


class _Selector(selectors.DefaultSelector):
    """Waits by moving the clock."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "everything waits for something that never comes"
        self.now += max(0.0, timeout)
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Selector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


Jump = Callable[[Coroutine[Any, Any, T]], T]


@pytest.fixture
def jump() -> Jump[Any]:
    """Run a coroutine whose time passes at once; it must do no input or output."""

    def run(work: Coroutine[Any, Any, T]) -> T:
        with asyncio.Runner(loop_factory=_Loop) as runner:
            return runner.run(work)

    return run


@asynccontextmanager
async def answering(answer: Answer) -> AsyncIterator[str]:
    """Where one answer is given to whatever is asked."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
