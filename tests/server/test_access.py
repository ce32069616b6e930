"""Who may come, to what, and from where: everything else is refused."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any, cast

import pytest

from measurand.core.people import ROLES
from measurand.jobs.desk import Desk
from measurand.server.admission import Admission
from measurand.server.app import ways
from measurand.server.limits import Limits
from measurand.server.visit import ANYONE, Way

pytestmark = pytest.mark.anyio

PUBLIC = {
    ("GET", "/alive"),
    ("GET", "/static/{digest}/{name}"),
    ("GET", "/enter/{token}"),
    ("POST", "/enter"),
}
FILLED = {"{position:place}": "0", "{id}": "d1", "{digest}": "0", "{name}": "x", "{token}": "t"}


def table() -> tuple[Way, ...]:
    return ways(Admission(cast("Desk", None), Limits()))


def filled(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(name, value)
    assert "{" not in path
    return path


async def ask(browser: Any, way: Way) -> int:
    if way.method == "GET":
        response = await browser.get(filled(way.path))
    elif way.api:
        response = await browser.say(filled(way.path), {})
    else:
        response = await browser.form(filled(way.path))
    return int(response.status_code)


def test_few_routes_are_for_anyone_and_every_other_names_its_roles() -> None:
    assert {(way.method, way.path) for way in table() if way.to == ANYONE} == PUBLIC
    assert all(way.to <= set(ROLES) and way.to for way in table() if way.to != ANYONE)


async def test_the_app_serves_the_table_and_nothing_else(desk: Any) -> None:
    from starlette.routing import Route  # noqa: PLC0415

    from measurand.server.app import app  # noqa: PLC0415

    routes = app(desk)._inner.routes  # type: ignore[attr-defined]  # the app within the guard
    assert all(isinstance(route, Route) for route in routes)
    served = {(m, r.path) for r in routes for m in r.methods - {"HEAD"}}
    assert served == {(way.method, way.path) for way in table()}


async def test_without_a_link_nothing_is_served(visitor: Any) -> None:
    async with visitor() as browser:
        for way in table():
            if way.to != ANYONE:
                assert await ask(browser, way) == 401, way.path


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_meets_only_what_is_its_own(visitor: Any, role: Any) -> None:
    async with visitor("ann", role) as browser:
        for way in table():
            if way.to == ANYONE or way.path == "/leave":
                continue
            status = await ask(browser, way)
            assert (status == 403) == (role not in way.to), f"{way.method} {way.path}: {status}"
            assert status < 500, way.path


async def test_what_is_not_in_the_table_does_not_exist(visitor: Any) -> None:
    async with visitor("ann") as browser:
        for path in ("/admin", "/rate/0/x", "/api", "/static", "/docs", "/rate/-1", "/rate/1.0"):
            assert (await browser.get(path)).status_code == 404
        assert (await browser.delete("/rate")).status_code == 405
        assert (await browser.put("/api/items/0")).json() == {
            "error": "This address is not used in that way."
        }


async def test_a_link_opens_without_setting_anything_and_is_then_a_cookie_only(
    visitor: Any, desk: Any
) -> None:
    async with visitor() as browser:
        token = await desk.invite("ann", "rater")
        looked = await browser.get(f"/enter/{token}")
        assert looked.status_code == 200
        assert "set-cookie" not in looked.headers
        assert "Welcome, ann" in looked.text
        entered = await browser.enter(token)
        assert entered.headers["location"] == "/"
        cookie = entered.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "secure" not in cookie
        assert ("entered", "ann") in desk.done
        home = await browser.get("/")
        assert "Hello, ann" in home.text
        assert token not in home.text


async def test_over_tls_the_cookie_is_bound_to_host_and_tls(visitor: Any, desk: Any) -> None:
    async with visitor(base="https://desk.example") as browser:
        entered = await browser.enter(await desk.invite("ann", "rater"))
        assert "; Secure" in entered.headers["set-cookie"]
        assert entered.headers["set-cookie"].startswith("__Host-")


@pytest.mark.parametrize("days", [-1.0, 0.0])
async def test_an_expired_link_lets_nobody_in(visitor: Any, desk: Any, days: float) -> None:
    async with visitor() as browser:
        token = await desk.invite("ann", "rater", days=days)
        assert (await browser.get(f"/enter/{token}")).status_code == 403
        assert (await browser.enter(token)).status_code == 403


async def test_a_revoked_link_is_shut_out_at_once(visitor: Any, desk: Any) -> None:
    async with visitor("ann") as browser:
        assert (await browser.get("/rate")).status_code == 200
        await desk.revoke(next(iter(desk.links)), by="olga")
        assert (await browser.get("/rate")).status_code == 401
        reply = await browser.say("/api/next", {})
        assert reply.status_code == 401
        assert "error" in reply.json()


@pytest.mark.parametrize("token", ["x", "x" * 201, "%00", "ü", "..%2f..%2fetc", "' or 1=1"])
async def test_a_guess_is_refused(visitor: Any, token: str) -> None:
    async with visitor() as browser:
        response = await browser.get(f"/enter/{token}")
        assert response.status_code in {403, 404}
        assert (await browser.enter(token)).status_code == 403


async def test_guesses_from_one_address_are_slowed(visitor: Any, desk: Any) -> None:
    token = await desk.invite("ann", "rater")
    async with visitor(limits=Limits(tries=3)) as browser:
        seen = [(await browser.enter("guess")).status_code for _ in range(4)]
        assert seen == [403, 403, 403, 429]
        response = await browser.enter(token)
        assert response.status_code == 429
        assert 1 <= int(response.headers["retry-after"]) <= 4


async def test_one_link_cannot_flood_and_another_is_not_slowed(visitor: Any) -> None:
    async with visitor("ann", limits=Limits(burst=5, rate=0.5)) as browser:
        seen = [(await browser.get("/api/progress")).status_code for _ in range(6)]
        assert seen[-1] == 429
        slow = await browser.get("/api/progress")
        assert int(slow.headers["retry-after"]) >= 1
        assert (await browser.get("/alive")).status_code == 200


async def test_nobody_reads_or_writes_anothers_place(visitor: Any, desk: Any) -> None:
    async with visitor("ben") as browser:
        assert (await browser.get("/api/items/0")).status_code == 200
        assert "For Ben only." in (await browser.get("/api/items/0")).text
        for path in ("/api/items/1", "/api/items/99999999999999999999", "/rate/1"):
            assert (await browser.get(path)).status_code == 404
        assert (await browser.say("/api/items/1", {"number": 1})).status_code == 404
        assert desk.saves == []
    async with visitor("ann") as browser:
        assert "For Ben only." not in (await browser.get("/api/items/0")).text


async def test_nothing_of_an_item_tells_whose_it_is(visitor: Any, makers: ModuleType) -> None:
    async with visitor("ann") as browser:
        for position in range(3):
            text = (await browser.get(f"/api/items/{position}")).text.removeprefix('{"item":')
            assert "secret" not in text
            assert '"ba"' not in text
            assert not re.search(r'"(system|item|order|visit|purpose|against)"', text)
    assert makers.queue_of("x", makers.sheet())[0][0].item == "secret-0"


async def test_leaving_forgets_the_link(visitor: Any) -> None:
    async with visitor("ann") as browser:
        assert (await browser.form("/leave")).status_code == 200
        assert (await browser.get("/rate")).status_code == 401
