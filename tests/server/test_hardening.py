"""Other sites, other names, large bodies, strange bodies, and what errors say."""

from __future__ import annotations

from typing import Any

import pytest

from measurand.errors import LedgerError
from measurand.server.limits import Limits, Pace

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "headers",
    [
        {"x-csrf-token": ""},
        {"x-csrf-token": "0" * 64},
        {"x-csrf-token": "é"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:1"},
    ],
)
async def test_a_request_that_another_site_made_is_refused(
    visitor: Any, desk: Any, headers: dict[str, str]
) -> None:
    async with visitor("ann") as browser:
        item = (await browser.get("/api/items/0")).json()["item"]
        body = {"number": 1, "tag": item["tag"], "marks": {"tone": {"value": 4}}}
        encoded = {name: value.encode() for name, value in headers.items()}
        own = {"x-csrf-token": browser.csrf.encode(), "sec-fetch-site": b"same-origin"} | encoded
        reply = await browser.post("/api/items/0", json=body, headers=own)
        assert reply.status_code == 403
        assert desk.saves == []
        assert (await browser.say("/api/items/0", body)).json() == {"number": 1}
        assert len(desk.saves) == 1


async def test_a_forged_form_changes_nothing(visitor: Any, desk: Any) -> None:
    async with visitor("olga", "organiser") as browser:
        before = len(desk.done)
        for csrf in ("", "x", browser.csrf[:-1]):
            reply = await browser.form("/exclude", name="ben", reason="x", csrf=csrf)
            assert reply.status_code == 403
        text = await browser.post(
            "/exclude", content="name=ben", headers={"content-type": "text/plain"}
        )
        assert text.status_code == 415
        assert len(desk.done) == before


async def test_the_word_of_one_link_is_not_that_of_another(visitor: Any) -> None:
    async with visitor("ann") as ann, visitor("ben") as ben:
        assert len(ann.csrf) == 64
        assert ann.csrf != ben.csrf
        ben.csrf = ann.csrf
        assert (await ben.say("/api/next", {})).status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "desk.example:evil", "", "localhost@evil"]
)
async def test_another_name_is_not_answered(visitor: Any, host: str) -> None:
    async with visitor() as browser:
        response = await browser.get("/alive", headers={"host": host})
        assert response.status_code == 421
        assert "set-cookie" not in response.headers


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "[::1]:9", "DESK.example:443"])
async def test_our_own_names_are_answered(visitor: Any, host: str) -> None:
    async with visitor() as browser:
        assert (await browser.get("/alive", headers={"host": host})).text == "ok\n"


async def test_a_body_beyond_the_limit_is_refused_told_or_untold(visitor: Any, desk: Any) -> None:
    async with visitor("ann") as browser:
        reply = await browser.say("/api/items/0", {"comment": "x" * 70_000})
        assert reply.status_code == 413
        assert reply.headers["connection"] == "close"

        async def drip() -> Any:
            for _ in range(100):
                yield b"x" * 1000

        headers = {
            "content-type": "application/json",
            "x-csrf-token": browser.csrf,
            "transfer-encoding": "chunked",
        }
        dripped = await browser.post("/api/items/0", content=drip(), headers=headers)
        assert dripped.status_code == 413
        assert desk.saves == []


async def test_a_body_that_does_not_come_is_not_waited_for(visitor: Any) -> None:
    import anyio  # noqa: PLC0415

    async def never() -> Any:
        yield b"{"
        await anyio.sleep(5)
        yield b"}"

    async with visitor("ann", limits=Limits(arrival=0.05)) as browser:
        headers = {"content-type": "application/json", "x-csrf-token": browser.csrf}
        reply = await browser.post("/api/next", content=never(), headers=headers)
        assert reply.status_code == 408


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b'{"number": NaN}',
        b"\xff\xfe",
        b"[" * 30_000,
        b'{"after": true}',
        b'{"after": -2}',
        b'{"after": "0"}',
        b'{"after": 1e99}',
        b'{"after": 1e999}',
        b'{"after": -1e999}',
        b'{"after": 1' + b"0" * 400 + b"}",
        b'{"after": 1' + b"0" * 6000 + b"}",
        b'{"after": 1' + b"0" * 400 + b".5}",
        b'{"nothing": [1e999]}',
    ],
)
async def test_strange_bodies_are_refused_plainly(visitor: Any, body: bytes) -> None:
    async with visitor("ann") as browser:
        headers = {"content-type": "application/json", "x-csrf-token": browser.csrf}
        reply = await browser.post("/api/next", content=body, headers=headers)
        assert reply.status_code == 422
        assert set(reply.json()) == {"error"}


@pytest.mark.parametrize("digits", [11, 400, 6000])
async def test_a_place_of_many_digits_is_no_place(visitor: Any, digits: int) -> None:
    async with visitor("ann") as browser:
        for path in ("/rate/", "/api/items/"):
            assert (await browser.get(path + "9" * digits)).status_code == 404


@pytest.mark.parametrize("path", ["/", "/enter/x", "/nothing", "/rate", "/alive", "/api/progress"])
async def test_every_answer_has_the_headers(visitor: Any, path: str) -> None:
    async with visitor() as browser:
        headers = (await browser.get(path)).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["cross-origin-opener-policy"] == "same-origin"


async def test_errors_tell_nothing_of_the_inside(
    visitor: Any, desk: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with visitor("ann") as browser:
        desk.broken = RuntimeError("at /home/somebody/secret.db")
        reply = await browser.say("/api/next", {})
        assert reply.status_code == 500
        assert "secret" not in reply.text
        desk.broken = LedgerError("disk /dev/secret is full")
        reply = await browser.say("/api/next", {})
        assert reply.status_code == 503
        assert reply.headers["retry-after"] == "2"
        assert "secret" not in reply.text
    assert "somebody" in caplog.text


@pytest.mark.parametrize(
    "path", ["/static/x/desk.css", "/static/x/..%2f..%2fapp.py", "/static/../app.py"]
)
async def test_only_files_of_the_package_are_served(visitor: Any, path: str) -> None:
    async with visitor() as browser:
        assert (await browser.get(path)).status_code == 404


async def test_files_are_served_under_their_digest(visitor: Any) -> None:
    from measurand.server.pages import static_root  # noqa: PLC0415

    async with visitor() as browser:
        for name, kind in (("desk.css", "text/css"), ("rate.js", "text/javascript")):
            response = await browser.get(f"{static_root()}/{name}")
            assert response.status_code == 200
            assert response.headers["content-type"].startswith(kind)
            assert "immutable" in response.headers["cache-control"]
        assert (await browser.get(f"{static_root()}/app.py")).status_code == 404


async def test_websockets_are_closed(desk: Any) -> None:
    from measurand.server.app import app  # noqa: PLC0415

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {}

    await app(desk)({"type": "websocket"}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_a_pace_fills_up_again() -> None:
    pace = Pace(burst=2, rate=1)
    assert [pace.take("a", 0.0) for _ in range(3)] == [0.0, 0.0, 1.0]
    assert pace.take("b", 0.0) == 0.0
    assert pace.take("a", 1.0) == 0.0
    assert pace.take("a", 1.0) > 0


def test_a_pace_forgets_who_came_first() -> None:
    pace = Pace(burst=1, rate=1)
    for visitor in range(10_001):
        pace.take(str(visitor), 0.0)
    assert len(pace._buckets) == 10_000


async def test_who_has_no_link_is_not_told_what_is_rated(visitor: Any) -> None:
    async with visitor() as browser:
        for path in ("/", "/nothing", "/enter/guess", "/rate"):
            assert "support bot" not in (await browser.get(path)).text
