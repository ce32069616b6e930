"""What takes long is made once at a time, kept for a while, and waited for by all who ask."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from measurand.errors import LedgerError
from measurand.server.held import Held
from measurand.server.limits import Limits

pytestmark = pytest.mark.anyio


class Maker:
    """Makes texts that count up, when it is let."""

    def __init__(self) -> None:
        self.made = 0
        self.gate = asyncio.Event()
        self.fault: Exception | None = None

    async def __call__(self) -> str:
        self.made += 1
        number = self.made
        await self.gate.wait()
        if self.fault:
            raise self.fault
        return f"text {number}"


async def test_a_text_is_kept_for_its_time_and_then_made_anew() -> None:
    now, make = [0.0], Maker()
    make.gate.set()
    held = Held(60, lambda: now[0])
    assert [await held.get(make) for _ in range(3)] == ["text 1"] * 3
    now[0] = 59.9
    assert await held.get(make) == "text 1"
    now[0] = 60.0
    assert await held.get(make) == "text 2"


async def test_all_who_ask_meanwhile_wait_for_the_same() -> None:
    make = Maker()
    held = Held(60, lambda: 0.0)
    asked = [asyncio.create_task(held.get(make)) for _ in range(20)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    make.gate.set()
    assert set(await asyncio.gather(*asked)) == {"text 1"}
    assert make.made == 1


async def test_who_gives_up_takes_nothing_from_the_others() -> None:
    make = Maker()
    held = Held(60, lambda: 0.0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await held.get(make)
    other = asyncio.create_task(held.get(make))
    await asyncio.sleep(0)
    make.gate.set()
    assert await other == "text 1"
    assert make.made == 1


async def test_what_went_wrong_is_told_and_not_kept() -> None:
    make = Maker()
    make.gate.set()
    held = Held(60, lambda: 0.0)
    make.fault = LedgerError("not now")
    with pytest.raises(LedgerError):
        await held.get(make)
    make.fault = None
    assert await held.get(make) == "text 2"


async def test_the_status_is_made_once_for_a_minute_and_says_when(visitor: Any, desk: Any) -> None:
    desk.status_gate = asyncio.Event()
    async with visitor("olga", "organiser") as browser:
        asked = [asyncio.create_task(browser.get("/status")) for _ in range(5)]
        await asyncio.sleep(0.05)
        assert (await browser.get("/alive")).text == "ok\n"
        desk.status_gate.set()
        replies = await asyncio.gather(*asked)
        replies.append(await browser.get("/status"))
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.text for reply in replies}) == 1
    assert desk.asked_status == 1
    assert " UTC; made anew after a minute" in replies[0].text


async def test_the_status_has_a_time_limit_of_its_own(visitor: Any, desk: Any) -> None:
    desk.status_gate = asyncio.Event()
    async with visitor("olga", "organiser", limits=Limits(answer=0.01)) as browser:
        asked = asyncio.create_task(browser.get("/status"))
        await asyncio.sleep(0.1)
        desk.status_gate.set()
        assert (await asked).status_code == 200


async def test_a_status_that_cannot_be_made_is_asked_for_again(visitor: Any, desk: Any) -> None:
    async with visitor("olga", "organiser") as browser:
        desk.broken = LedgerError("not now")
        assert (await browser.get("/status")).status_code == 503
        desk.broken = None
        assert (await browser.get("/status")).status_code == 200
