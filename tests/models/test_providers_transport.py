"""The providers' clients over aiohttp."""

import asyncio
import gzip
import socket
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

pytest.importorskip("pydantic_ai", reason="needs the extra 'providers'")

import httpx2

from measurand.models.providers_transport import AiohttpTransport

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def sent(handler: Handler, **options: object) -> httpx2.Response | httpx2.TransportError:
    """What a client gets from a server, over the transport."""

    async def go() -> httpx2.Response | httpx2.TransportError:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        client = httpx2.AsyncClient(transport=AiohttpTransport(), timeout=httpx2.Timeout(0.3))
        try:
            return await client.post(
                f"http://{host}:{port}/a%2Fb?q=%20",
                **options,  # type: ignore[arg-type]  # whatever a client takes
            )
        except httpx2.TransportError as error:
            return error
        finally:
            await client.aclose()
            await runner.cleanup()

    return asyncio.run(go())


def test_bytes_paths_and_headers_arrive_as_they_were() -> None:
    async def echo(asked: web.Request) -> web.Response:
        body = await asked.read()
        return web.Response(body=body[::-1], headers={"X-Path": asked.raw_path, "Retry-After": "3"})

    answer = sent(echo, content=b"\x00\xff", headers={"X-A": "1"})
    assert isinstance(answer, httpx2.Response)
    assert (answer.status_code, answer.content) == (200, b"\xff\x00")
    assert (answer.headers["x-path"], answer.headers["retry-after"]) == ("/a%2Fb?q=%20", "3")


def test_an_upload_in_parts_and_a_packed_answer() -> None:
    async def packed(asked: web.Request) -> web.Response:
        form = await asked.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        return web.Response(
            body=gzip.compress(file.file.read()), headers={"Content-Encoding": "gzip"}
        )

    answer = sent(packed, files={"file": ("n.jsonl", b"line")})
    assert isinstance(answer, httpx2.Response)
    assert answer.text == "line"


def test_no_answer_in_time_and_one_that_breaks_off() -> None:
    async def hang(_: web.Request) -> web.Response:
        await asyncio.sleep(3)
        return web.Response()

    async def hang_up(asked: web.Request) -> web.Response:
        assert asked.transport is not None
        asked.transport.close()
        return web.Response()

    async def half(asked: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Length": "100"})
        await answer.prepare(asked)
        await answer.write(b"half")
        assert asked.transport is not None
        asked.transport.close()
        return answer

    assert isinstance(sent(hang), httpx2.ReadTimeout)
    assert isinstance(sent(hang_up), httpx2.RemoteProtocolError)
    assert isinstance(sent(half), httpx2.RemoteProtocolError)


def test_nobody_there_is_a_connection_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        async def go() -> None:
            client = httpx2.AsyncClient(transport=AiohttpTransport())
            with pytest.raises(httpx2.ConnectError):
                await client.get(f"http://127.0.0.1:{port}/")
            await client.aclose()

        asyncio.run(go())
