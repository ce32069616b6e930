"""A desk in memory, with the manners of the real one, and a browser without a screen."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any, cast

import httpx
import pytest

from measurand.core.example import Message
from measurand.core.judging import Order
from measurand.core.people import Access, Answer, Assignment, Mark, Role
from measurand.core.plan import Plan
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO, Scale, Value
from measurand.core.sheet import Sheet
from measurand.errors import UsageError
from measurand.jobs.desk import Desk
from measurand.jobs.desk_views import (
    Dispute,
    Feedback,
    Overview,
    Person,
    Progress,
    Shown,
    StaleAnswer,
)
from measurand.report.document import Document, Paragraph, Section
from measurand.server.app import app
from measurand.server.limits import Limits

TONE = Dimension(
    "tone",
    "Friendly and plain.",
    levels={"1": "Rude or cold.", "3": "Correct but stiff.", "5": "Friendly and plain."},
)
ACCURACY = Dimension(
    "accuracy",
    "Every statement agrees with the reference.",
    levels={"1": "Mostly wrong.", "3": "One minor error.", "5": "Nothing to correct."},
)
SAFETY = Dimension("safety", "Nothing harmful in it.", scale=YES_NO, blocking=True)
PREFERENCE = Dimension(
    "preference", "Which one helps more?", scale=Scale.of("win/tie/loss"), levels={"win": "Better."}
)
SHARE = Dimension("share", "How much is useful?", scale=Scale.of("0..1"))
RUBRIC = Rubric(SAFETY, ACCURACY, TONE, PREFERENCE, SHARE)


def sheet(text: str = "Restart the **router**, then wait.", *more: str) -> Sheet:
    return Sheet(
        messages=(Message("user", "My line is down. What now?"),),
        context=("Routers need two minutes.",),
        references=("Restart it and wait two minutes.",),
        texts=(text, *more),
        notes={"accuracy": "Two minutes are essential."},
    )


@dataclass(slots=True)
class FakeDesk:
    """The desk's API over lists and dictionaries."""

    queues: dict[str, list[tuple[Assignment, Sheet, tuple[Dimension, ...]]]]
    plan: Plan = field(default_factory=lambda: Plan(name="support bot", rubric=RUBRIC))
    instructions: str = "# How\n\nRead *everything* first."
    answers: dict[tuple[str, int], Answer] = field(default_factory=dict)
    saves: list[tuple[str, int, Answer]] = field(default_factory=list)
    links: dict[str, Access] = field(default_factory=dict)
    excluded: dict[str, str] = field(default_factory=dict)
    open_disputes: list[Dispute] = field(default_factory=list)
    settled_disputes: list[Dispute] = field(default_factory=list)
    done: list[tuple[Any, ...]] = field(default_factory=list)
    broken: Exception | None = None
    asked_status: int = 0
    status_gate: asyncio.Event | None = None

    @property
    def title(self) -> str:
        return self.plan.name

    def access(self, token: str) -> Access | None:
        link = self.links.get(hashlib.sha256(token.encode()).hexdigest())
        return link if link and not link.revoked and link.expires > datetime.now(UTC) else None

    async def enter(self, access: Access) -> None:
        self.done.append(("entered", access.name))

    async def next(self, rater: str, *, after: int = -1) -> Shown | None:
        if self.broken:
            raise self.broken
        for one, *_ in self.queues.get(rater, []):
            said = self.answers.get((rater, one.position), Answer())
            if one.position > after and not said.done and not said.skipped:
                return self.shown(rater, one.position)
        return None

    def shown(self, rater: str, position: int) -> Shown | None:
        queue = self.queues.get(rater, [])
        if not 0 <= position < len(queue):
            return None
        one, page, dimensions = queue[position]
        answer = self.answers.get((rater, position), Answer())
        return Shown(assignment=one, sheet=page, dimensions=dimensions, answer=answer)

    async def save(self, rater: str, position: int, answer: Answer) -> int:
        if self.broken:
            raise self.broken
        before = self.answers.get((rater, position), Answer())
        if answer.number <= before.number and answer != before:
            raise StaleAnswer(before)
        for name, mark in answer.marks.items():
            if mark.value is not None:
                try:
                    RUBRIC.dimension(name).scale.parse(mark.value)
                except ValueError as error:
                    raise UsageError(f"{name}: {error}") from None
        if answer != before:
            self.saves.append((rater, position, answer))
        self.answers[rater, position] = answer
        return answer.number

    def feedback(self, rater: str, position: int) -> Feedback | None:
        shown = self.shown(rater, position)
        if shown is None or shown.assignment.stage != "training" or not shown.answer.done:
            return None
        marks = {"accuracy": Mark(value=4.0, also=(5.0,)), "tone": Mark(value=5.0)}
        return Feedback(marks=marks, reasons={"accuracy": "The wait is left vague."})

    def progress(self, rater: str) -> Progress:
        queue = self.queues.get(rater, [])
        said = [self.answers.get((rater, one.position), Answer()) for one, *_ in queue]
        work = [a for (one, *_), a in zip(queue, said, strict=True) if one.stage == "work"]
        done = sum(a.done for a in work)
        training = sum(
            not a.done for (one, *_), a in zip(queue, said, strict=True) if one.stage == "training"
        )
        return Progress(
            done=done,
            left=sum(not a.done and not a.skipped for a in work),
            training_left=training,
            seconds=sum(a.seconds or 0.0 for a in said),
        )

    def skipped(self, rater: str) -> tuple[int, ...]:
        return tuple(at for (name, at), a in self.answers.items() if name == rater and a.skipped)

    def disputes(self, _name: str) -> tuple[Dispute, ...]:
        return tuple(self.open_disputes)

    def dispute_ids(self, _name: str) -> tuple[str, ...]:
        return tuple(one.id for one in self.open_disputes)

    def decided(self, _name: str) -> tuple[Dispute, ...]:
        return tuple(self.settled_disputes)

    def dispute(self, _name: str, number: str) -> Dispute | None:
        both = (*self.open_disputes, *self.settled_disputes)
        return next((one for one in both if one.id == number), None)

    async def adjudicate(self, name: str, dispute: str, *, value: Value, reason: str) -> None:
        self.settled_disputes += [one for one in self.open_disputes if one.id == dispute]
        self.open_disputes = [one for one in self.open_disputes if one.id != dispute]
        self.done.append(("adjudicated", name, dispute, value, reason))

    async def invite(self, name: str, role: Role, *, days: float = 30, by: str = "test") -> str:
        if not name or not name.isprintable():
            raise UsageError("that is no name")
        token = secrets.token_urlsafe(32)
        digest = hashlib.sha256(token.encode()).hexdigest()
        expires = datetime.now(UTC) + timedelta(days=days)
        self.links[digest] = Access(name=name, role=role, digest=digest, expires=expires)
        self.done.append(("invited", name, role, by))
        return token

    async def revoke(self, digest: str, *, by: str) -> None:
        if digest not in self.links:
            raise UsageError("there is no such link")
        name, now = self.links[digest].name, datetime.now(UTC)
        for key, link in self.links.items():
            if link.name == name and link.expires > now:
                self.links[key] = replace(link, revoked=True)
        self.done.append(("revoked", digest, by))

    async def exclude(self, rater: str, *, reason: str, by: str) -> None:
        self.excluded[rater] = reason
        self.done.append(("excluded", rater, reason, by))

    async def readmit(self, rater: str, *, reason: str, by: str) -> None:
        self.excluded.pop(rater, None)
        self.done.append(("readmitted", rater, reason, by))

    def people(self) -> tuple[Person, ...]:
        newest = {link.name: link for link in self.links.values()}
        return tuple(
            Person(
                name=link.name,
                access=link,
                excluded=self.excluded.get(link.name),
                done=self.progress(link.name).done,
                seconds=self.progress(link.name).seconds,
                last=datetime.now(UTC) if link.name in self.queues else None,
            )
            for link in newest.values()
        )

    def overview(self) -> Overview:
        return Overview(
            items=1240,
            rated=310,
            started=95,
            answers=len(self.saves),
            urgent_left=7,
            disputes=len(self.open_disputes),
        )

    async def status_document(self) -> Document:
        self.asked_status += 1
        if self.broken:
            raise self.broken
        if self.status_gate:
            await self.status_gate.wait()
        told = Paragraph("<script>alert(1)</script>")
        return Document(title="Status", sections=(Section("How far", (told,)),))


def queue_of(
    rater: str, *sheets: Sheet, training: int = 0
) -> list[tuple[Assignment, Sheet, tuple[Dimension, ...]]]:
    """A queue; pairs are shown with the other system on the left."""
    made: list[tuple[Assignment, Sheet, tuple[Dimension, ...]]] = []
    for position, one in enumerate(sheets):
        order: Order | None = "ba" if one.paired else None
        stage = "training" if position < training else "work"
        assignment = Assignment(
            rater=rater,
            position=position,
            item=f"secret-{position}",
            order=order,
            stage=stage,  # type: ignore[arg-type]  # one of the two
        )
        made.append((assignment, one, (PREFERENCE,) if one.paired else (SAFETY, ACCURACY, TONE)))
    return made


def dispute(number: str, **parts: Any) -> Dispute:
    votes = (
        (Mark(value=2.0), "Too vague."),
        (Mark(value=4.0, also=(5.0,)), ""),
        (Mark(cannot=True), "<b>No idea</b>"),
    )
    given = {"sheet": sheet(), "order": None, "dimension": ACCURACY, "votes": votes} | parts
    return Dispute(id=number, item=f"secret-{number}", **given)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk(
        queues={
            "ann": queue_of("ann", sheet(), sheet("Second."), sheet("A", "B"), training=1),
            "ben": queue_of("ben", sheet("For Ben only.")),
        },
        open_disputes=[dispute("d1"), dispute("d2")],
    )


class Browser(httpx.AsyncClient):
    """A client of one person, which sends what browsers send."""

    csrf = ""

    async def enter(self, token: str) -> httpx.Response:
        return await self.form("/enter", token=token)

    async def form(self, path: str, **fields: str) -> httpx.Response:
        data = {"csrf": self.csrf, **fields}
        return await self.post(path, data=data, headers={"sec-fetch-site": "same-origin"})

    async def say(self, path: str, body: Any, **headers: str) -> httpx.Response:
        own = {"x-csrf-token": self.csrf, "sec-fetch-site": "same-origin"} | headers
        own["content-type"] = "application/json"
        return await self.post(path, content=json.dumps(body), headers=own)


Visitor = Callable[..., Any]


@pytest.fixture
def visitor(desk: FakeDesk) -> Visitor:
    """Opens a browser, by default of somebody who has come in by a link."""

    @asynccontextmanager
    async def opened(
        name: str = "",
        role: Role = "rater",
        *,
        days: float = 1,
        limits: Limits | None = None,
        base: str = "http://127.0.0.1:8765",
    ) -> AsyncIterator[Browser]:
        made = app(cast("Desk", desk), hosts=["desk.example"], limits=limits)
        transport = httpx.ASGITransport(made, raise_app_exceptions=False)
        async with Browser(transport=transport, base_url=base) as browser:
            if name:
                token = await desk.invite(name, role, days=days)
                entered = await browser.enter(token)
                assert entered.status_code == 303
                page = await browser.get("/")
                browser.csrf = page.text.partition('name="csrf" content="')[2].partition('"')[0]
            yield browser

    return opened


@pytest.fixture
def makers() -> ModuleType:
    """This file, for tests that make their own sheets and queues."""
    import sys  # noqa: PLC0415 - the module's name depends on how pytest imports it

    return sys.modules[FakeDesk.__module__]
