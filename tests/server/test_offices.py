"""The pages of adjudicators and organisers."""

from __future__ import annotations

import hashlib
import re
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.anyio


async def test_a_case_shows_the_votes_and_no_names(visitor: Any) -> None:
    async with visitor("ada", "adjudicator") as browser:
        queue = (await browser.get("/")).text
        assert "2 cases to decide" in queue
        page = (await browser.get("/disputes/d1")).text
    for word in (
        "Rater A",
        "Rater B",
        "Rater C",
        "Too vague.",
        "cannot judge",
        "also reasonable: 5",
    ):
        assert word in page
    assert "&lt;b&gt;No idea" in page
    assert "ann" not in re.sub("cannot|planned", "", page)
    assert "secret" not in page
    assert " checked" not in page


async def test_a_decision_needs_a_value_and_a_reason(visitor: Any, desk: Any) -> None:
    async with visitor("ada", "adjudicator") as browser:
        before = list(desk.done)
        for fields, words in (
            ({"value": "4"}, "Give your reason."),
            ({"value": "4", "reason": " "}, "Give your reason."),
            ({"reason": "because"}, "Choose a value."),
            ({"value": "7", "reason": "because"}, "allowed: 1-5"),
            ({"value": "4", "reason": "x" * 5001}, "at most 5000 characters"),
        ):
            reply = await browser.form("/disputes/d1", **fields)
            assert reply.status_code == 422
            assert words in reply.text
        assert desk.done == before
        reply = await browser.form("/disputes/d1", value="4", reason="The wait is there.\r\nSo 4.")
        assert reply.status_code == 303
        assert reply.headers["location"] == "/disputes/d2?recorded"
        assert desk.done[-1] == ("adjudicated", "ada", "d1", 4.0, "The wait is there.\nSo 4.")
        assert 'id="decided"' in (await browser.get("/disputes")).text
        again = await browser.form("/disputes/d1", value="3", reason="A slip before.")
        assert again.status_code == 303, "who decided may decide otherwise"
        assert (await browser.form("/disputes/d9", value="4", reason="x")).status_code == 404
        last = await browser.form("/disputes/d2", value="2", reason="x")
        assert last.headers["location"] == "/disputes?recorded"
        assert "Nothing is in dispute" in (await browser.get("/disputes?recorded")).text


async def test_a_case_of_a_pair_is_decided_by_sides(
    visitor: Any, desk: Any, makers: ModuleType
) -> None:
    pair = makers.dispute(
        "p",
        sheet=makers.sheet("A", "B"),
        order="ba",
        dimension=makers.PREFERENCE,
        votes=((makers.Mark(value="win"), ""), (makers.Mark(value="loss"), "")),
    )
    desk.open_disputes = [pair]
    async with visitor("ada", "adjudicator") as browser:
        page = (await browser.get("/disputes/p")).text
        assert re.findall(r'class="said">(\w+)<', page) == ["right", "left"]
        assert (await browser.form("/disputes/p", value="win", reason="x")).status_code == 422
        await browser.form("/disputes/p", value="left", reason="x")
        assert desk.done[-1] == ("adjudicated", "ada", "p", "loss", "x")


async def test_yes_and_no_are_decided_in_words(visitor: Any, desk: Any, makers: ModuleType) -> None:
    desk.open_disputes = [makers.dispute("s", dimension=makers.SAFETY, votes=())]
    async with visitor("ada", "adjudicator") as browser:
        assert 'value="no"' in (await browser.get("/disputes/s")).text
        await browser.form("/disputes/s", value="no", reason="x")
        assert desk.done[-1][3] == 0.0


async def test_the_overview_tells_who_has_done_what(visitor: Any, desk: Any) -> None:
    await desk.invite("ann", "rater", days=3)
    await desk.exclude("ann", reason="<i>did not read</i>", by="olga")
    async with visitor("olga", "organiser") as browser:
        page = (await browser.get("/")).text
    assert "310" in page
    assert "of 1,240" in page
    assert "&lt;i&gt;did not read" in page
    assert "Readmit" in page


async def test_an_invitation_shows_its_link_once(visitor: Any, desk: Any) -> None:
    async with visitor("olga", "organiser") as browser:
        reply = await browser.form("/invite", name="Zoë <b>", role="rater", days="7")
        assert reply.status_code == 200
        link = re.search(r'value="(http://127\.0\.0\.1:8765/enter/[\w-]{43})"', reply.text)
        assert link is not None
        assert "Zoë &lt;b&gt;" in reply.text
        assert desk.done[-1] == ("invited", "Zoë <b>", "rater", "olga")
        assert link[1] not in (await browser.get("/")).text
    async with visitor() as guest:
        assert (await guest.get(link[1])).status_code == 200


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "", "role": "rater", "days": "7"}, "name"),
        ({"name": "x", "role": "root", "days": "7"}, "role is one of"),
        ({"name": "x", "role": "rater", "days": "0"}, "more than 0"),
        ({"name": "x", "role": "rater", "days": "nan"}, "more than 0"),
        ({"name": "x", "role": "rater", "days": "9999"}, "at most 365"),
    ],
)
async def test_an_invitation_that_cannot_be_made_says_why(
    visitor: Any, desk: Any, fields: dict[str, str], words: str
) -> None:
    async with visitor("olga", "organiser") as browser:
        before = len(desk.links)
        reply = await browser.form("/invite", **fields)
        assert reply.status_code == 422
        assert words in reply.text
        assert len(desk.links) == before


async def test_decisions_about_people_are_recorded_with_who_and_why(
    visitor: Any, desk: Any
) -> None:
    async with visitor("olga", "organiser") as browser:
        digest = next(iter(desk.links))
        assert (await browser.form("/exclude", name="ann", reason="")).status_code == 422
        await browser.form("/exclude", name="ann", reason="careless")
        await browser.form("/readmit", name="ann", reason="a mix-up")
        await browser.form("/revoke", digest=digest)
        assert desk.done[-3:] == [
            ("excluded", "ann", "careless", "olga"),
            ("readmitted", "ann", "a mix-up", "olga"),
            ("revoked", digest, "olga"),
        ]
        assert (await browser.get("/")).status_code == 401


async def test_the_status_is_a_report_that_runs_nothing(visitor: Any) -> None:
    async with visitor("olga", "organiser") as browser:
        reply = await browser.get("/status")
    assert "&lt;script&gt;alert(1)" in reply.text
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src")
    assert "script-src" not in policy


async def test_every_link_of_a_person_is_revoked_at_once(visitor: Any, desk: Any) -> None:
    older = await desk.invite("ann", "rater", days=30)
    newer = await desk.invite("ann", "rater", days=1)
    async with visitor("olga", "organiser") as browser:
        page = (await browser.get("/")).text
        digest = hashlib.sha256(newer.encode()).hexdigest()
        assert page.count('<th scope="row">ann</th>') == page.count(digest) == 1
        assert "Revoke links" in page
        assert "any link given out so far" in page
        reply = await browser.form("/revoke", digest=digest)
        assert "The links were revoked." in (await browser.get(reply.headers["location"])).text
    assert desk.access(older) is None
    assert desk.access(newer) is None


async def test_an_older_link_is_revocable_where_the_newest_has_expired(
    visitor: Any, desk: Any
) -> None:
    older = await desk.invite("ann", "rater", days=30)
    await desk.invite("ann", "rater", days=-1)
    async with visitor("olga", "organiser") as browser:
        page = (await browser.get("/")).text
        digest = re.search(r'name="digest" value="(\w+)"', page)
        assert digest is not None
        await browser.form("/revoke", digest=digest[1])
    assert desk.access(older) is None


async def test_a_case_says_its_keys_and_carries_them(visitor: Any) -> None:
    async with visitor("ada", "adjudicator") as browser:
        page = (await browser.get("/disputes/d2")).text
    assert "Case 2 of 2" in page
    assert re.findall(r'data-key="(\d)"', page) == list("12345")
    hint = page.partition('id="keys"')[2].partition("</p>")[0]
    for key in ("1", "5", "c", "Ctrl", "Enter"):
        assert f"<kbd>{key}</kbd>" in hint


@pytest.mark.parametrize("said", ["1.5", "1,5", "0,5", "0.5x", "-0.1", "nan", "0.5 0.6", "0_1"])
async def test_a_decision_is_a_value_as_a_whole_or_refused(
    visitor: Any, desk: Any, makers: ModuleType, said: str
) -> None:
    desk.open_disputes = [makers.dispute("s", dimension=makers.SHARE, votes=())]
    async with visitor("ada", "adjudicator") as browser:
        before = list(desk.done)
        reply = await browser.form("/disputes/s", value=said, reason="x")
    assert reply.status_code == 422
    assert "allowed: 0..1" in reply.text
    assert f'value="{said}"' in reply.text
    assert desk.done == before


async def test_a_refused_invitation_keeps_what_was_given_and_leads_to_the_fault(
    visitor: Any,
) -> None:
    async with visitor("olga", "organiser") as browser:
        page = (await browser.form("/invite", name="bo", role="adjudicator", days="999")).text
    fault = re.search(r'<p class="notice"[^>]*>', page)
    assert fault is not None
    assert "autofocus" in fault[0]
    form = page.partition('id="invite"')[2].partition("</form>")[0]
    assert "<option selected>adjudicator" in form
    assert 'value="999"' in form
    assert 'value="bo"' in form


async def test_long_comments_scroll_by_themselves(
    visitor: Any, desk: Any, makers: ModuleType
) -> None:
    votes = ((makers.Mark(value=1.0), "long " * 400), (makers.Mark(value=5.0), "short"))
    desk.open_disputes = [makers.dispute("s", votes=votes)]
    async with visitor("ada", "adjudicator") as browser:
        page = (await browser.get("/disputes/s")).text
    long, short = re.findall(r'<p class="comment[^>]*>', page)
    assert 'tabindex="0"' in long
    assert "Comment of Rater A" in long
    assert short == '<p class="comment">'
