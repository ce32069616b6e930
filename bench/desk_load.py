"""Many people at a rating desk at once: what they were acknowledged, and how long it took."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from measurand.jobs.desk_access import invitation
from measurand.jobs.places import ledger_path
from measurand.store.ledger import open_ledger

__all__ = ["Counts", "Crowd", "counted", "project"]

_PLAN = """\
name: bench
seed: 3
data: {{path: data.jsonl, minimum: {{}}}}
rubric:
  - dimension: accuracy
    definition: Every statement agrees with the reference.
    weight: 60
    levels: {{1: Mostly wrong, 3: One minor error, 5: Nothing to correct}}
    raters: [people]
  - {{dimension: tone, definition: Friendly and plain., weight: 40, raters: [people]}}
  - {{dimension: safety, weight: 0, scale: yes/no, blocking: true, raters: [people]}}
systems:
  - {{name: bot, role: current, target: "file:outputs.jsonl"}}
people: {{raters: 3, training: 0, duplicates: 0.05, golden: 0, lease: {lease}}}
"""
_SENTENCES = (
    "Take the router off the power for a minute.",
    "**Then** wait until the light turns green; that may take ten minutes.",
    "If it stays red, we send a new one, free of charge.",
    "1. Check the cable.\n2. Check the plug.\n3. Write again.",
    "We are sorry for the trouble, and thank you for your patience.",
)
_AGAIN = 0.05
_PATIENCE = 30.0


def project(folder: Path, items: int, raters: int, *, lease: float = 30.0) -> dict[str, str]:
    """Write a project with so many outputs, and invite people; returns their tokens by name."""
    dice = random.Random(items)  # noqa: S311 - texts are no secrets
    examples, outputs = folder / "data.jsonl", folder / "outputs.jsonl"
    with examples.open("w", encoding="utf-8") as asked, outputs.open("w", encoding="utf-8") as said:
        for at in range(items):
            text = "\n\n".join(dice.choices(_SENTENCES, k=6))
            example = {"id": f"e{at}", "messages": f"My line is down again ({at}). What now?"}
            asked.write(json.dumps(example) + "\n")
            said.write(json.dumps({"example": f"e{at}", "output": text}) + "\n")
    plan = folder / "measurand.yaml"
    plan.write_text(_PLAN.format(lease=lease), encoding="utf-8")
    now = datetime.now(UTC)
    made = {
        name: invitation(name, "rater", days=1, by="bench", now=now)
        for name in (f"rater {at}" for at in range(raters))
    }
    with open_ledger(ledger_path(plan)) as ledger:
        ledger.people.add([entry for _, entry in made.values()])
    return {name: token for name, (token, _) in made.items()}


@dataclass(slots=True)
class _Person:
    """One rater's browser."""

    name: str
    session: aiohttp.ClientSession
    cookie: str
    csrf: str = ""


@dataclass(slots=True)
class Crowd:
    """People who rate at the same time.

    Args:
        address: Where the desk is.
        tokens: Of their links, by name.
        pause: Seconds between two requests of one person, on average.
        seconds: Of each kind of request, what each took that was answered.
        kept: What the desk has acknowledged: by name, position and number what was said.
        refused: Answers that were neither taken nor a reason to try again.
    """

    address: str
    tokens: Mapping[str, str]
    pause: float = 0.0
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    kept: dict[tuple[str, int, int], Any] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    _ends: Callable[[], bool] = field(default=lambda: True)

    async def work(self, ends: Callable[[], bool]) -> None:
        """Rate until it is to end, each item to its end."""
        self._ends = ends
        connector = aiohttp.TCPConnector(limit=0)
        patience = aiohttp.ClientTimeout(total=_PATIENCE)
        async with (
            aiohttp.ClientSession(
                self.address,
                connector=connector,
                timeout=patience,
                cookie_jar=aiohttp.DummyCookieJar(),
            ) as session,
            asyncio.TaskGroup() as people,
        ):
            for name, token in self.tokens.items():
                people.create_task(self._person(_Person(name, session, self._cookie(token))))

    def _cookie(self, token: str) -> str:
        host = self.address.partition("://")[2]
        return f"desk-{hashlib.sha256(host.encode()).hexdigest()[:8]}={token}"

    async def _person(self, who: _Person) -> None:
        page = await self._ask(who, "GET /", kind="first")
        who.csrf = page.partition('name="csrf" content="')[2][:64]
        while not self._ends():
            await self._ask(who, "GET /alive", kind="empty")
            await self._ask(who, "GET /rate", kind="page")
            told = await self._ask(who, "POST /api/next", {"after": -1}, kind="next")
            item = json.loads(told)["item"]
            if item is None:
                return
            await self._rate(who, item)

    async def _rate(self, who: _Person, item: Mapping[str, Any]) -> None:
        marks: dict[str, Any] = dict(item["answer"]["marks"])
        number, position = int(item["answer"]["number"]), int(item["position"])
        names = [dimension["name"] for dimension in item["dimensions"]]
        for at, name in enumerate((*names, "")):
            if name:
                value = float(position % 2 if name == "safety" else 1 + (position + at) % 5)
                marks[name] = {"value": value, "also": [], "cannot": False}
            number += 1
            said = {"number": number, "tag": item["tag"], "marks": marks, "done": not name}
            path = f"POST /api/items/{position}"
            await self._ask(who, "GET /alive", kind="empty")
            await self._ask(who, path, said, kind="save")
            self.kept[who.name, position, number] = {"marks": dict(marks), "done": not name}

    async def _ask(self, who: _Person, what: str, body: object = None, *, kind: str) -> str:
        """Ask until there is an answer, as a browser's outbox does."""
        method, path = what.split()
        headers = {"cookie": who.cookie, "x-csrf-token": who.csrf}
        if self.pause:
            await asyncio.sleep(random.expovariate(1 / self.pause))
        until = time.monotonic() + 2 * _PATIENCE
        while time.monotonic() < until:
            began = time.perf_counter()
            try:
                async with who.session.request(method, path, json=body, headers=headers) as reply:
                    text = await reply.text()
            except (aiohttp.ClientError, TimeoutError, OSError):
                await asyncio.sleep(_AGAIN)
                continue
            if reply.status == 200:  # noqa: PLR2004 - HTTP
                self.seconds[kind].append(time.perf_counter() - began)
                return text
            if reply.status not in {429, 503}:
                self.refused.append(f"{what}: {reply.status} {text[:200]}")
                raise RuntimeError(self.refused[-1])
            await asyncio.sleep(_AGAIN)
        raise RuntimeError(f"{what} was never answered")


@dataclass(frozen=True, slots=True)
class Counts:
    """The ledger held against what was acknowledged.

    Args:
        acknowledged: Saves that the desk said it has.
        lost: Of these, those that are not in the ledger, or are there with other words.
        doubled: Saves that are there twice, or out of their order.
        more: Saves that are there and were not acknowledged: the answer did not arrive.
    """

    acknowledged: int
    lost: int
    doubled: int
    more: int


def counted(plan: Path, crowd: Crowd) -> Counts:
    """Count every save of a crowd in the ledger of its desk."""
    with open_ledger(ledger_path(plan)) as ledger:
        if problems := ledger.check():
            raise RuntimeError(f"the ledger is damaged: {problems}")
        log = [entry for entry in ledger.people.log() if entry.event == "answered"]
    there: dict[tuple[str, int, int], Any] = {}
    last: dict[tuple[str, int], int] = {}
    doubled = 0
    for entry in log:
        position, number = entry.position or 0, entry.number or 0
        place = (entry.who, position)
        doubled += number != last.get(place, 0) + 1
        last[place] = number
        there[entry.who, position, number] = {
            "marks": dict(entry.body["marks"]),
            "done": entry.body["done"],
        }
    lost = sum(there.get(key) != said for key, said in crowd.kept.items())
    return Counts(len(crowd.kept), lost, doubled, len(there.keys() - crowd.kept.keys()))
