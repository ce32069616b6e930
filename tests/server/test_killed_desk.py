"""Killed while many people rate, the desk loses nothing that it has acknowledged."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from bench.desk_load import Counts, Crowd, counted, project
from tests.server.desks import DeskProcess

LASTS = 60.0


async def rated(desk: DeskProcess, crowd: Crowd, *, kills: int, saves: int) -> None:
    """So many saves between two kills, and as many after the last; then all come to an end."""
    goal = saves * (kills + 1)
    until = time.monotonic() + LASTS
    work = asyncio.create_task(
        crowd.work(lambda: len(crowd.kept) >= goal or time.monotonic() > until)
    )
    for kill in range(1, kills + 1):
        while len(crowd.kept) < kill * saves:
            assert not work.done()
            assert time.monotonic() < until
            await asyncio.sleep(0.001)
        desk.kill()
        await asyncio.to_thread(desk.start)
    await work


def killed(folder: Path, *, people: int, items: int, kills: int, saves: int) -> Counts:
    tokens = project(folder, items, people)
    plan = folder / "measurand.yaml"
    with DeskProcess(plan, rate=10_000) as desk:
        crowd = Crowd(desk.address, tokens)
        asyncio.run(rated(desk, crowd, kills=kills, saves=saves))
    assert crowd.refused == []
    counts = counted(plan, crowd)
    assert counts.acknowledged >= saves * (kills + 1)
    return counts


def test_what_was_acknowledged_is_there_once(tmp_path: Path) -> None:
    counts = killed(tmp_path, people=8, items=200, kills=2, saves=150)
    assert (counts.lost, counts.doubled, counts.more) == (0, 0, 0)


@pytest.mark.long
def test_fifty_people_and_five_kills(tmp_path: Path) -> None:
    counts = killed(tmp_path, people=50, items=2000, kills=5, saves=400)
    assert (counts.lost, counts.doubled, counts.more) == (0, 0, 0)
