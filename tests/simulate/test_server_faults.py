"""Planted faults over HTTP, and counts that are exact."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from measurand.errors import InfrastructureError, UsageError
from measurand.simulate.faults import TRANSPORT
from measurand.simulate.server import SimulatedProvider

BODY = {"model": "any", "max_tokens": 50, "messages": [{"role": "user", "content": "Hi"}]}
JSON = '{"reply": "We open at nine, every day of the week."}'
CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"

Ask = Callable[[str], Awaitable[tuple[int, Any]]]


async def ask(
    session: aiohttp.ClientSession, server: SimulatedProvider, key: str, path: str = CHAT
) -> tuple[int, Any]:
    """Status and body of one request; the body is None where it is not JSON."""
    headers = {"Idempotency-Key": key}
    async with session.post(server.url + path, json=BODY, headers=headers) as answer:
        content = await answer.read()
        try:
            return answer.status, json.loads(content)
        except ValueError:
            return answer.status, None


def asked(server: SimulatedProvider, *keys: str, path: str = CHAT) -> list[tuple[int, Any]]:
    async def all_of_them() -> list[tuple[int, Any]]:
        async with aiohttp.ClientSession() as session:
            return [await ask(session, server, key, path) for key in keys]

    return asyncio.run(all_of_them())


def lasting(fault: str, **more: Any) -> list[dict[str, Any]]:
    return [{"fault": fault, "share": 1.0, "mode": "lasting", **more}]


@pytest.mark.parametrize(
    ("fault", "status", "openai", "anthropic"),
    [
        ("429", 429, "rate_limit_error", "rate_limit_error"),
        ("500", 500, "server_error", "api_error"),
        ("503", 503, "server_error", "api_error"),
        ("529", 529, "server_error", "overloaded_error"),
    ],
)
def test_errors_have_the_form_of_the_providers(
    fault: str, status: int, openai: str, anthropic: str
) -> None:
    with SimulatedProvider(JSON, faults=lasting(fault)) as server:
        ((got, body),) = asked(server, "a")
        assert (got, body["error"]["type"]) == (status, openai)
        ((got, body),) = asked(server, "a", path=MESSAGES)
        assert (got, body["type"], body["error"]["type"]) == (status, "error", anthropic)
        assert server.counts.keys["a"].faults == {fault: 2}
        assert server.counts.total.answered == 0


def test_retry_after_is_told() -> None:
    async def header(server: SimulatedProvider) -> str | None:
        async with (
            aiohttp.ClientSession() as session,
            session.post(server.base_url + "/chat/completions", json=BODY) as answer,
        ):
            return answer.headers.get("Retry-After")

    for seconds, told in ((2, "2"), (0.25, "0.25")):
        with SimulatedProvider(JSON, faults=lasting("429", retry_after=seconds)) as server:
            assert asyncio.run(header(server)) == told


def test_a_hang_never_answers_and_half_an_answer_breaks_off() -> None:
    async def hang(server: SimulatedProvider) -> None:
        wait = aiohttp.ClientTimeout(total=0.2)
        async with aiohttp.ClientSession(timeout=wait) as session:
            with pytest.raises(TimeoutError):
                await ask(session, server, "a")

    async def half(server: SimulatedProvider) -> None:
        async with aiohttp.ClientSession() as session:
            for path in (CHAT, MESSAGES):
                with pytest.raises(aiohttp.ClientPayloadError):
                    await ask(session, server, "a", path)

    with SimulatedProvider(JSON, faults=lasting("hang")) as server:
        asyncio.run(hang(server))
        assert server.counts.keys["a"].faults == {"hang": 1}
    with SimulatedProvider(JSON, faults=lasting("half")) as server:
        asyncio.run(half(server))
        assert server.counts.keys["a"].faults == {"half": 2}
        assert server.counts.total.answered == 0


def test_spoiled_bodies_and_replies() -> None:
    with SimulatedProvider(JSON, faults=lasting("malformed_response")) as server:
        assert asked(server, "a") == [(200, None)]
    with SimulatedProvider(JSON, faults=lasting("malformed")) as server:
        for _, body in asked(server, *"abcdef"):
            with pytest.raises(ValueError, match=r"Expecting|delimiter|Unterminated"):
                json.loads(body["choices"][0]["message"]["content"])
        assert server.counts.total.answered == 6
    with SimulatedProvider(JSON, faults=lasting("truncated")) as server:
        (_, body), (_, other) = asked(server, "a")[0], asked(server, "a", path=MESSAGES)[0]
        assert body["choices"][0]["finish_reason"] == "length"
        assert JSON.startswith(body["choices"][0]["message"]["content"])
        assert other["stop_reason"] == "max_tokens"
        assert body["usage"]["completion_tokens"] == 6 + 1
    with SimulatedProvider(JSON, faults=lasting("refused")) as server:
        (_, body), (_, other) = asked(server, "a")[0], asked(server, "a", path=MESSAGES)[0]
        assert body["choices"][0]["finish_reason"] == "content_filter"
        assert body["choices"][0]["message"]["content"] is None
        assert other["stop_reason"] == "refusal"


def test_every_item_gets_through_and_the_counts_are_exact() -> None:
    """Many clients at once, retrying as one does; planted and counted agree to the last one."""
    shares = {"429": 0.2, "500": 0.05, "malformed_response": 0.05, "half": 0.05}
    keys = [f"k{number}" for number in range(400)]

    async def until_answered(session: aiohttp.ClientSession, key: str) -> int:
        for tries in range(1, 4):
            try:
                status, body = await ask(session, server, key)
            except aiohttp.ClientPayloadError:
                continue
            if status == 200 and body is not None:
                return tries
        raise AssertionError(key)

    async def everybody() -> list[int]:
        connector = aiohttp.TCPConnector(limit=50)
        async with aiohttp.ClientSession(connector=connector) as session:
            return list(await asyncio.gather(*(until_answered(session, key) for key in keys)))

    with SimulatedProvider(JSON, faults=shares, latency=(0.0, 0.003)) as server:
        tries = asyncio.run(everybody())
        counts, planted = server.counts, server.planted
    assert counts.total.answered == 400
    assert counts.total.received == sum(tries)
    assert counts.repeated() == {}
    assert planted.lasting == {}
    assert dict(counts.total.faults) == dict(Counter(planted.passing.values()))
    assert {key for key, number in zip(keys, tries, strict=True) if number == 2} == set(
        planted.passing
    )
    assert set(planted.passing.values()) == set(shares)
    assert counts.models["any"] == counts.total
    assert Counter(what for _, what in counts.log)["answered"] == 400
    assert counts.output_tokens == 400 * 13
    assert counts.input_tokens == 400 * 5


KILLED = """
import asyncio, sys, aiohttp
async def main():
    async with aiohttp.ClientSession() as session:
        async def ask(key):
            url = sys.argv[1] + "/chat/completions"
            told = {{"Idempotency-Key": key}}
            async with session.post(url, json={body!r}, headers=told) as answer:
                await answer.read()
                print(key, flush=True)
        await asyncio.gather(*(ask(f"k{{n}}") for n in range(40)))
asyncio.run(main())
"""


def test_a_killed_client_s_calls_in_flight_are_not_counted_as_answered() -> None:
    with SimulatedProvider(JSON, latency=(0.05, 30.0)) as server:
        script = KILLED.format(body=BODY)
        with subprocess.Popen(
            [sys.executable, "-c", script, server.base_url], stdout=subprocess.PIPE, text=True
        ) as client:
            assert client.stdout is not None
            first = client.stdout.readline().strip()
            client.kill()
        deadline = time.monotonic() + 5
        while server.counts.total.received < 40 and time.monotonic() < deadline:
            time.sleep(0.01)
        counts = server.counts
    assert counts.keys[first].answered == 1
    assert 1 <= counts.total.answered < 10
    assert counts.total.received > counts.total.answered


def test_reports_are_served_too() -> None:
    async def got(server: SimulatedProvider, path: str) -> Any:
        async with (
            aiohttp.ClientSession() as session,
            session.get(server.url + path) as answer,
        ):
            return await answer.json()

    row = [{"fault": "refused", "count": 1}]
    with SimulatedProvider(JSON, faults=row, keep_requests=True) as server:
        asked(server, "a", "b")
        counts = asyncio.run(got(server, "/counts"))
        assert counts["total"] == {"received": 2, "answered": 2, "faults": {"refused": 1}}
        assert counts["keys"]["b"] == {"received": 1, "answered": 1, "faults": {}}
        assert asyncio.run(got(server, "/v1/counts")) == counts
        planted = asyncio.run(got(server, "/planted"))
        assert planted == {"lasting": {"a": "refused"}, "passing": {}}
        log = asyncio.run(got(server, "/log"))["log"]
        assert log[:3] == [["a", "received"], ["a", "refused"], ["a", "answered"]]
        kept = asyncio.run(got(server, "/requests"))["requests"]
        assert [one["path"] for one in kept[:2]] == [CHAT, CHAT]
        assert asyncio.run(got(server, "/"))["simulated"] is True


def test_a_request_without_a_key_is_known_by_its_content() -> None:
    async def twice(server: SimulatedProvider) -> None:
        async with aiohttp.ClientSession() as session:
            for _ in range(2):
                await (await session.post(server.base_url + "/chat/completions", json=BODY)).read()

    with SimulatedProvider(JSON) as server:
        asyncio.run(twice(server))
        ((key, tally),) = server.counts.keys.items()
    assert key.startswith("sha-")
    assert tally.received == 2


def test_a_server_can_be_started_again_and_a_taken_port_is_told() -> None:
    server = SimulatedProvider(JSON)
    with server:
        first = server.port
        assert asked(server, "a")[0][0] == 200
        with pytest.raises(
            InfrastructureError, match=f"port {first} of 127.0.0.1 cannot be opened"
        ):
            SimulatedProvider(JSON, port=first).__enter__()
    with server:
        assert asked(server, "b")[0][0] == 200
        assert server.port == first
        assert set(server.counts.keys) == {"a", "b"}


def test_whoever_still_waits_does_not_keep_it_from_stopping() -> None:
    async def left_waiting(server: SimulatedProvider) -> None:
        async with aiohttp.ClientSession() as session:
            waiting = asyncio.create_task(ask(session, server, "a"))
            while not server.counts.total.received:  # noqa: ASYNC110 - it counts in another thread
                await asyncio.sleep(0.01)
            await asyncio.to_thread(server.__exit__, None, None, None)
            with pytest.raises(aiohttp.ClientError):
                await asyncio.wait_for(waiting, 4)

    server = SimulatedProvider(JSON, faults=lasting("hang"))
    server.__enter__()
    asyncio.run(left_waiting(server))


def test_what_cannot_be_is_refused_at_once() -> None:
    with pytest.raises(UsageError, match="latency is seconds"):
        SimulatedProvider(JSON, latency=(0.2, 0.1))
    assert {fault for fault in TRANSPORT if not fault.isdigit()} == {
        "hang",
        "half",
        "malformed_response",
    }
