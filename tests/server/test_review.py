"""The review of a set over HTTP: who may do what, and what is told to whom."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.server.review_sets import HOSTILE, journal, lineage_of, place_of, small_set

from measurand.core.people import REVIEW_ROLES, Role
from measurand.errors import UsageError
from measurand.jobs.inviting import invite as invite_rater
from measurand.jobs.review_desk import ReviewDesk, open_review_desk
from measurand.jobs.reviewing import inviting
from measurand.server.admission import Admission
from measurand.server.limits import Limits
from measurand.server.review_wire import read_wish
from measurand.server.reviewing import review_app, review_ways
from measurand.server.visit import ANYONE
from measurand.store.versions import versions

pytestmark = pytest.mark.anyio

ADDRESS = "http://127.0.0.1:8766"
PUBLIC = {
    ("GET", "/alive"),
    ("GET", "/static/{digest}/{name}"),
    ("GET", "/enter/{token}"),
    ("POST", "/enter"),
}
Opened = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return small_set(tmp_path)


@pytest.fixture
async def desk(data: Path) -> AsyncIterator[ReviewDesk]:
    async with open_review_desk(place_of(data)) as opened:
        yield opened


@pytest.fixture
def opened(desk: ReviewDesk) -> Opened:
    """A browser of somebody who has come in."""
    from tests.server.conftest import Browser  # noqa: PLC0415 - a fixture file of this folder

    @asynccontextmanager
    async def entered(name: str = "", role: Role = "reviewer") -> AsyncIterator[Any]:
        transport = httpx.ASGITransport(review_app(desk), raise_app_exceptions=False)
        async with Browser(transport=transport, base_url=ADDRESS) as browser:
            if name:
                token = desk.invite(name, role, days=1)
                assert (await browser.enter(token)).status_code == 303
                page = (await browser.get("/")).text
                browser.csrf = page.partition('name="csrf" content="')[2].partition('"')[0]
            yield browser

    return entered


async def decided(browser: Any, act: str, name: str, **parts: Any) -> httpx.Response:
    shown = (await browser.get("/api/example", params={"id": name})).json()
    seen = shown.get("example", {}).get("seen", "unseen")
    body = {"act": act, "example": name, "seen": seen} | parts
    answer: httpx.Response = await browser.say("/api/decide", body)
    return answer


async def test_every_route_says_who_may_come_and_refuses_everybody_else(
    desk: ReviewDesk, opened: Opened
) -> None:
    table = review_ways(Admission(desk, Limits()))
    assert {(way.method, way.path) for way in table if way.to == ANYONE} == PUBLIC
    closed = [way for way in table if way.to != ANYONE]
    assert all(way.to and set(way.to) <= set(REVIEW_ROLES) for way in closed)
    async with opened() as browser:
        for way in closed:
            asked = browser.get if way.method == "GET" else browser.post
            assert (await asked(way.path)).status_code == 401
        assert (await browser.get("/rate")).status_code == 404
    async with opened("Eva", "expert") as browser:
        assert (await browser.form("/finish")).status_code == 403
        browser.csrf = "0" * 64
        assert (await browser.say("/api/undo", {})).status_code == 403
        assert (await browser.get("/", headers={"host": "evil.example"})).status_code == 421


async def test_a_link_of_the_rating_desk_opens_nothing_here(data: Path, opened: Opened) -> None:
    place = place_of(data)
    with pytest.raises(UsageError, match="role"):
        inviting.invite(place, "Rae", role="rater")
    token = inviting.invite(place, "Eva", role="expert")
    async with opened() as browser:
        assert (await browser.get(f"/enter/{token}x")).status_code == 403
    with pytest.raises(UsageError, match="one name has one role"):
        inviting.invite(place, "Eva", role="reviewer")
    assert inviting.revoke(place, "Eva") == 1
    with pytest.raises(UsageError, match="no link"):
        inviting.revoke(place, "Nobody")
    assert invite_rater.__module__ == "measurand.jobs.inviting"


async def test_an_expert_sees_the_question_alone_and_decides_nothing_else(
    data: Path, opened: Opened
) -> None:
    async with opened("Eva", "expert") as browser:
        listed = (await browser.get("/api/examples")).json()
        assert [row["id"] for row in listed["rows"]] == ["gold-0", "gold-1"]
        assert set(listed["rows"][0]) == {"id", "question", "component"}
        shown = (await browser.get("/api/example", params={"id": "gold-0"})).json()["example"]
        assert set(shown) == {"id", "seen", "row", "messages", "context"}
        assert (await browser.get("/api/example", params={"id": "core-0"})).status_code == 404
        for act, name in (("accept", "gold-0"), ("answer", "core-0"), ("drop", "gold-0")):
            content = {"content": {"reference": "Mine."}, "because": "so"}
            assert (await decided(browser, act, name, **content)).status_code == 422
        assert not journal_there(data)
        answer = {"content": {"reference": " Five days. ", "checklist": ["five days"]}}
        assert (await decided(browser, "answer", "gold-0", **answer)).json()["left"] == 1
        missing = await decided(browser, "cannot", "gold-1")
        assert "say why" in missing.json()["error"]
        assert (await decided(browser, "cannot", "gold-1", because="no rule")).json()["left"] == 0
        assert (await browser.say("/api/undo", {})).json()["left"] == 1
    assert [(row["act"], row["by"]) for row in journal(data)] == [
        *(("answer", "Eva"), ("cannot", "Eva"), ("undo", "Eva")),
    ]


def journal_there(data: Path) -> bool:
    return (data / "versions" / "review" / "journal.jsonl").exists()


async def test_what_is_decided_is_told_and_comes_into_the_set_when_it_is_written(
    data: Path, opened: Opened
) -> None:
    async with opened("Ann") as browser, opened("Ben") as other:
        shown = (await browser.get("/api/example", params={"id": "core-0"})).json()["example"]
        assert ["stands for", "10 interactions of production"] in shown["facts"]
        assert shown["sampled"]
        assert shown["moves"] == ["core"]
        assert len(shown["neighbours"]) == 3
        told = (await decided(browser, "accept", "core-0")).json()
        assert told["progress"]["accepted"] == 1
        stale = {"act": "accept", "example": "edge-0", "seen": "as it was"}
        assert (await other.say("/api/decide", stale)).status_code == 409
        refused = await decided(other, "drop", "core-1", because="too easy")
        assert refused.status_code == 422
        assert "sample of production" in refused.json()["error"]
        dropped = await decided(
            other, "drop", "core-1", because="test traffic", content={"ineligible": True}
        )
        assert dropped.json()["kept"]["heir"] == "spare-0"
        wrong = {"content": {"fields": {"messages": [], "colour": 1}}}
        faults = (await decided(browser, "edit", "edge-0", **wrong)).json()["faults"]
        assert {fault["key"] for fault in faults} == {"messages", "colour"}
        assert len(versions(data)) == 1
        page = await browser.form("/finish")
        assert "1 accepted, 1 dropped" in page.text
        assert (await browser.get("/finished")).headers["location"] == "/"
        assert (await browser.get("/api/progress")).json()["progress"]["unwritten"] == 0
    assert lineage_of(data, "core-0").accepted_by == "Ann"
    assert "test traffic" in lineage_of(data, "spare-0").because


async def test_hostile_text_comes_as_data_and_nonsense_is_refused(opened: Opened) -> None:
    async with opened("Ann") as browser:
        page = await browser.get("/")
        assert "script-src 'self'" in page.headers["content-security-policy"]
        told = (await browser.get("/api/example", params={"id": "attack-1"})).json()["example"]
        # What is edited comes as it is; what is read shows what would hide or reorder.
        assert told.pop("fields")["messages"][0]["content"] == HOSTILE
        assert "U+202E" in str(told)
        assert not {"\x1b", "\u202e"} & set(json.dumps(told, ensure_ascii=False))
        name = HOSTILE + "x" * 600
        for body in (
            {},
            {"act": "undo", "example": "core-0", "seen": "x"},
            {"act": "accept", "example": name, "seen": "x"},
            {"act": "accept", "example": "core-0"},
            {"act": "tag", "example": "core-0", "seen": "x", "content": []},
            {"act": "accept", "example": "core-0", "seen": "x", "because": 1},
        ):
            assert (await browser.say("/api/decide", body)).status_code == 422
        tags = {"content": {"add": "all"}}
        assert (await decided(browser, "tag", "core-0", **tags)).status_code == 422
        assert (await browser.get("/api/example", params={"id": HOSTILE})).status_code == 404
        assert (await browser.say("/api/undo", {})).status_code == 422
    half = read_wish({"act": "edit", "example": "e", "seen": "s", "content": {"a": ["\ud800"]}})
    assert half.content == {"a": ["\ufffd"]}
