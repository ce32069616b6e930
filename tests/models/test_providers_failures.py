"""Failures of providers behind pydantic-ai, each planted in a server on 127.0.0.1."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from tests.models.conftest import Answer, answering

from measurand.core.example import Message
from measurand.core.model import ModelRequest
from measurand.models.environment import Environment
from measurand.models.providers import open_provider
from measurand.models.wire import CallFailed, Wire

pytest.importorskip("pydantic_ai", reason="needs the extra 'providers'")

KEY = "sk-ant-a-very-secret-key"
ASK = (Message("user", "Is it good?"),)


@asynccontextmanager
async def claude(handler: Answer) -> AsyncIterator[Wire]:
    async with answering(handler) as url:
        variables = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": url}
        wire = open_provider("anthropic", "claude-sonnet-4-6", environment=Environment(variables))
        yield wire
        await wire.close()


def failing(handler: Answer, *, timeout: float = 10) -> tuple[CallFailed, int]:
    """Send one request to a server that fails; what it came to, and how often it was asked."""
    count = 0

    async def counted(asked: web.Request) -> web.StreamResponse:
        nonlocal count
        count += 1
        return await handler(asked)

    async def go() -> CallFailed:
        async with claude(counted) as wire:
            with pytest.raises(CallFailed) as caught:
                await wire.send(ModelRequest(messages=ASK), timeout=timeout)
            return caught.value

    return asyncio.run(go()), count


@pytest.mark.parametrize(
    ("status", "error", "kind", "again"),
    [
        (429, "rate_limit_error", "rate_limited", True),
        (500, "api_error", "server_error", True),
        (529, "overloaded_error", "server_error", True),
        (401, "authentication_error", "authentication", False),
        (403, "permission_error", "authentication", False),
        (404, "not_found_error", "not_found", False),
        (400, "invalid_request_error", "bad_request", False),
        (413, "request_too_large", "bad_request", False),
    ],
)
def test_a_refusal_by_status_is_asked_once_and_classified(
    status: int, error: str, kind: str, *, again: bool
) -> None:
    async def handler(_: web.Request) -> web.Response:
        said = {"type": "error", "error": {"type": error, "message": f"No: {KEY}"}}
        return web.json_response(said, status=status, headers={"Retry-After": "7"})

    failed, count = failing(handler)
    assert (failed.failure.kind, failed.again, count) == (kind, again, 1)
    assert failed.retry_after == (7 if again else None)
    assert KEY not in str(failed)
    assert KEY not in failed.failure.message
    assert "No: " in failed.failure.message


def test_a_filter_and_an_empty_purse_are_not_tried_again() -> None:
    words = {
        "Output blocked by content filtering policy": "refused",
        "Your credit balance is too low": "rate_limited",
    }
    for text, kind in words.items():

        async def handler(_: web.Request, text: str = text) -> web.Response:
            said = {"type": "error", "error": {"type": "invalid_request_error", "message": text}}
            return web.json_response(said, status=400)

        failed, count = failing(handler)
        assert (failed.failure.kind, failed.again, count) == (kind, False, 1)


def test_a_server_that_hangs_is_a_timeout() -> None:
    async def handler(_: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.json_response({})

    failed, count = failing(handler, timeout=0.2)
    assert (failed.failure.kind, failed.again, count) == ("timeout", True, 1)


def test_a_connection_that_breaks_off_is_a_connection_failure() -> None:
    async def handler(asked: web.Request) -> web.Response:
        assert asked.transport is not None
        asked.transport.close()
        return web.Response()

    failed, count = failing(handler)
    assert (failed.failure.kind, failed.again, count) == ("connection", True, 1)
    assert failed.charged


def test_without_a_connection_nothing_was_charged() -> None:
    async def go() -> CallFailed:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
            variables = {
                "ANTHROPIC_API_KEY": KEY,
                "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{taken.getsockname()[1]}",
            }
            wire = open_provider("anthropic", "any", environment=Environment(variables))
            with pytest.raises(CallFailed) as caught:
                await wire.send(ModelRequest(messages=ASK), timeout=10)
            await wire.close()
            return caught.value

    failed = asyncio.run(go())
    assert (failed.failure.kind, failed.again, failed.charged) == ("connection", True, False)


@pytest.mark.parametrize("text", ['{"id": "msg', "upstream failure", "[]", '{"content": 3}'])
def test_what_is_not_the_providers_own_form_is_malformed(text: str) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(text=text, content_type="application/json")

    failed, count = failing(handler)
    assert (failed.failure.kind, failed.again, count) == ("malformed_response", True, 1)


def test_cancelling_a_call_cancels_it() -> None:
    async def handler(_: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.json_response({})

    async def go() -> None:
        async with claude(handler) as wire:
            call = asyncio.create_task(wire.send(ModelRequest(messages=ASK), timeout=60))
            await asyncio.sleep(0.05)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    asyncio.run(go())
