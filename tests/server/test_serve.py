"""The desk on a real port, and what is said where it cannot be."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import socket
from collections.abc import Callable
from typing import Any, cast

import httpx
import pytest

import measurand.server
from measurand.errors import InfrastructureError, MissingExtra
from measurand.jobs.desk import Desk
from measurand.server.serve import serve

pytestmark = pytest.mark.anyio


async def test_it_serves_until_it_is_stopped_and_prints_nothing(
    desk: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    told: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(cast("Desk", desk), port=0, started=told.set_result))
    port = await told
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        response = await client.get("/alive")
        assert response.text == "ok\n"
        assert "server" not in response.headers
        guess = await client.get("/enter/guess")
        assert guess.status_code == 403
        evil = await client.get("/alive", headers={"host": "evil.example"})
        assert evil.status_code == 421
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


async def test_a_taken_port_is_named(desk: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InfrastructureError, match=f"127.0.0.1 port {port}.*another port"):
            await serve(cast("Desk", desk), port=port)


async def test_an_impossible_port_is_no_crash(desk: Any) -> None:
    with pytest.raises(InfrastructureError):
        await serve(cast("Desk", desk), port=70_000)


def test_without_its_libraries_the_room_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "uvicorn" else real(name, *rest),
    )
    with pytest.raises(MissingExtra, match=r"measurand\[desk\]"):
        importlib.reload(measurand.server)
