"""What a rater says, as the browser sends it and the desk keeps it."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from measurand.core.people import MOST_NUMBER, MOST_SECONDS, Answer, Mark, Span
from measurand.server.wire import MOST_COMMENT, MOST_NOTE, MOST_SPANS
from measurand.store.answers import answer_of, plain_answer

pytestmark = pytest.mark.anyio


async def item(browser: Any, position: int) -> Any:
    return (await browser.get(f"/api/items/{position}")).json()["item"]


async def say(browser: Any, position: int, **body: Any) -> Any:
    tag = (await item(browser, position))["tag"]
    return await browser.say(f"/api/items/{position}", {"tag": tag, "number": 1, **body})


async def test_an_item_comes_with_all_that_is_asked(visitor: Any) -> None:
    async with visitor("ann") as browser:
        found = (await browser.say("/api/next", {"after": -1})).json()["item"]
    assert found["position"] == 0
    assert found["stage"] == "training"
    assert [one["name"] for one in found["dimensions"]] == ["safety", "accuracy", "tone"]
    assert found["dimensions"][1]["note"] == "Two minutes are essential."
    assert found["dimensions"][2]["choices"][0] == {
        "value": 1.0,
        "key": "1",
        "label": "1",
        "anchor": "Rude or cold.",
    }
    assert found["messages"][0]["role"] == "user"
    assert found["texts"][0]["plain"] == [[0, "Restart the **router**, then wait."]]
    assert found["answer"] == {
        "marks": {},
        "comment": "",
        "spans": [],
        "seconds": None,
        "done": False,
        "skipped": False,
        "number": 0,
    }


async def test_an_answer_is_kept_whole_and_comes_back(visitor: Any, desk: Any) -> None:
    async with visitor("ann") as browser:
        said = {
            "marks": {
                "tone": {"value": 4, "also": [5], "cannot": False},
                "safety": {"value": None, "also": [], "cannot": True},
            },
            "comment": "=1+1 <b>\u202e\ud83d",
            "spans": [{"start": 0, "end": 7, "side": 0, "note": "why"}],
            "seconds": 12.5,
            "done": False,
            "skipped": False,
        }
        reply = await say(browser, 0, **said)
        assert reply.json() == {"number": 1}
        back = (await item(browser, 0))["answer"]
    assert desk.saves[-1][2] == Answer(
        marks={"tone": Mark(value=4.0, also=(5.0,)), "safety": Mark(cannot=True)},
        comment="=1+1 <b>\u202e\ufffd",
        spans=(Span(start=0, end=7, note="why"),),
        seconds=12.5,
        number=1,
    )
    assert back["marks"]["tone"] == {"value": 4.0, "also": [5.0], "cannot": False}
    assert back["spans"] == said["spans"]


async def test_a_pair_is_said_by_sides_and_kept_by_systems(visitor: Any, desk: Any) -> None:
    async with visitor("ann") as browser:
        found = await item(browser, 2)
        assert [one["value"] for one in found["dimensions"][0]["choices"]] == [
            "left",
            "tie",
            "right",
        ]
        mark = {"value": "left", "also": ["tie"], "cannot": False}
        span = {"start": 0, "end": 1, "side": 0, "note": ""}
        assert (await say(browser, 2, marks={"preference": mark}, spans=[span])).status_code == 200
        kept = desk.saves[-1][2]
        assert kept.marks["preference"] == Mark(value="loss", also=("tie",))
        assert kept.spans[0].side == 1
        back = (await item(browser, 2))["answer"]
        assert back["marks"]["preference"] == mark
        assert back["spans"] == [span]
        assert (await say(browser, 2, marks={"preference": {"value": "win"}})).status_code == 422


async def test_the_same_save_twice_is_one_and_an_older_one_is_told_what_stands(
    visitor: Any, desk: Any
) -> None:
    async with visitor("ann") as browser:
        body = {"number": 2, "marks": {"tone": {"value": 4}}}
        for _ in range(2):
            assert (await say(browser, 0, **body)).json() == {"number": 2}
        assert len(desk.saves) == 1
        late = await say(browser, 0, number=1, marks={"tone": {"value": 1}})
        assert late.status_code == 409
        assert late.json()["current"]["marks"]["tone"]["value"] == 4.0
        assert late.json()["current"]["number"] == 2
        assert len(desk.saves) == 1


async def test_a_save_about_another_item_is_not_taken(visitor: Any, desk: Any) -> None:
    async with visitor("ann") as browser:
        tag = (await item(browser, 1))["tag"]
        reply = await browser.say("/api/items/0", {"tag": tag, "number": 1})
        assert reply.status_code == 410
        assert (await browser.say("/api/items/0", {"number": 1})).status_code == 410
        assert desk.saves == []


@pytest.mark.parametrize(
    "body",
    [
        {"number": 0},
        {"number": True},
        {"number": 1.5},
        {"number": None},
        {"number": 2**31},
        {"number": 10**400},
        {"marks": []},
        {"marks": {"nothing": {"value": 1}}},
        {"marks": {"preference": {"value": "win"}}},
        {"marks": {"tone": 4}},
        {"marks": {"tone": {"value": 9}}},
        {"marks": {"tone": {"value": True}}},
        {"marks": {"tone": {"value": [4]}}},
        {"marks": {"tone": {"value": 10**400}}},
        {"marks": {"tone": {"value": 4, "also": [10**400]}}},
        {"marks": {"tone": {"value": 4, "also": 5}}},
        {"marks": {"tone": {"value": 4, "also": [5] * 21}}},
        {"marks": {"tone": {"value": None, "cannot": 1}}},
        {"comment": 4},
        {"comment": "x" * 5001},
        {"spans": {}},
        {"spans": [1]},
        {"spans": [{"start": 0, "end": 999}]},
        {"spans": [{"start": 5, "end": 5}]},
        {"spans": [{"start": -1, "end": 5}]},
        {"spans": [{"start": 0, "end": 1, "side": 1}]},
        {"spans": [{"start": 0, "end": 1, "note": "x" * 201}]},
        {"spans": [{"start": 0, "end": 1}] * 41},
        {"seconds": -1},
        {"seconds": True},
        {"seconds": "1"},
        {"seconds": 1e300},
        {"seconds": 10**400},
        {"seconds": -(10**400)},
        {"seconds": 604_801},
        {"done": 1},
        {"skipped": "no"},
    ],
)
async def test_what_is_not_an_answer_is_refused_and_says_why(
    visitor: Any, desk: Any, body: dict[str, Any]
) -> None:
    async with visitor("ann") as browser:
        reply = await say(browser, 0, **body)
        assert reply.status_code == 422
        assert reply.json()["error"]
        assert desk.saves == []


@pytest.mark.parametrize("seconds", [None, 0, 0.25, MOST_SECONDS])
@pytest.mark.parametrize("number", [1, MOST_NUMBER])
async def test_what_is_taken_is_read_back_from_the_log(
    visitor: Any, desk: Any, seconds: float | None, number: int
) -> None:
    span = {"start": 0, "end": 7, "side": 0, "note": "x" * MOST_NOTE}
    body = {
        "number": number,
        "seconds": seconds,
        "comment": "é" * MOST_COMMENT,
        "spans": [span] * MOST_SPANS,
        "marks": {"tone": {"value": 4, "also": [5] * 20}},
    }
    async with visitor("ann") as browser:
        assert (await say(browser, 0, **body)).status_code == 200
        assert (await item(browser, 0))["answer"]["seconds"] == seconds
    kept = desk.saves[-1][2]
    assert kept.seconds == seconds
    assert answer_of(plain_answer(kept)) == kept


async def test_time_that_nobody_told_is_unknown(visitor: Any, desk: Any) -> None:
    async with visitor("ann") as browser:
        await say(browser, 0, done=True)
    assert desk.saves[-1][2].seconds is None


async def test_feedback_comes_after_a_training_item_and_only_then(visitor: Any) -> None:
    async with visitor("ann") as browser:
        assert (await browser.get("/api/items/0/feedback")).status_code == 404
        await say(browser, 0, done=True)
        found = (await browser.get("/api/items/0/feedback")).json()["feedback"]
        assert found["accuracy"] == {
            "value": 4.0,
            "also": [5.0],
            "cannot": False,
            "reason": "The wait is left vague.",
        }
        await say(browser, 1, done=True)
        assert (await browser.get("/api/items/1/feedback")).status_code == 404


async def test_progress_and_what_was_skipped(visitor: Any) -> None:
    async with visitor("ann") as browser:
        await say(browser, 1, skipped=True)
        told = (await browser.get("/api/progress")).json()
        assert told.pop("csrf") == browser.csrf
        assert told == {
            "done": 0,
            "left": 1,
            "training_left": 1,
            "skipped": [1],
            "rater": "ann",
        }
        page = (await browser.get("/finished")).text
        assert 'href="/rate/1"' in page
        assert "Only what you skipped is left" in page


async def test_a_finished_queue_is_told_of(visitor: Any) -> None:
    async with visitor("ann") as browser:
        for position in range(3):
            await say(browser, position, done=True, seconds=60)
        assert (await browser.say("/api/next", {"after": -1})).json() == {"item": None}
        page = (await browser.get("/finished")).text
        assert "That was all" in page
        assert "3 min" in page


async def test_hostile_texts_are_text(visitor: Any, desk: Any, makers: ModuleType) -> None:
    attack = "<img src=x onerror=alert(1)>\u202e{{ 7*7 }}\x00"
    desk.queues["<b>zoë</b>"] = makers.queue_of("<b>zoë</b>", makers.sheet(attack))
    desk.instructions = attack
    async with visitor("<b>zoë</b>") as browser:
        page = (await browser.get("/")).text
        assert "<img" not in page
        assert "<b>zo" not in page
        assert "{{ 7*7 }}" in page
        assert "⟨U+202E⟩" in page
        found = await item(browser, 0)
        plain = "".join(piece[1] for piece in found["texts"][0]["plain"])
        assert plain == "<img src=x onerror=alert(1)>⟨U+202E⟩{{ 7*7 }}⟨U+0000⟩"


async def test_nobody_takes_everything_without_rating_any(
    visitor: Any, desk: Any, makers: ModuleType
) -> None:
    desk.queues["ann"] = makers.queue_of("ann", *[makers.sheet(str(n)) for n in range(20)])
    async with visitor("ann") as browser:
        seen = [(await browser.say("/api/next", {"after": at})).status_code for at in range(-1, 12)]
        assert seen == [200] * 8 + [429] * 5
        await say(browser, 3, done=True)
        assert (await browser.say("/api/next", {"after": 8})).status_code == 200
        assert (await browser.say("/api/next", {"after": 1000})).status_code == 404
