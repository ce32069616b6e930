"""What a kill can lose: never more answers than there are places, however slow the disk is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from tests.jobs.engine.conftest import RUBRIC, Bench, Bot, Grader, examples

from measurand.core.example import Example
from measurand.core.exemplars import ExemplarId
from measurand.core.judging import BlindTask, Judgment
from measurand.core.model import Call
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.jobs.engine.agenda import Again, Agenda, Asked, Judging
from measurand.jobs.engine.asking import Stop
from measurand.jobs.engine.engine import Engine
from measurand.jobs.engine.journal import Journal
from measurand.jobs.engine.parts import Parts
from measurand.jobs.engine.probing import Prober, threads_of
from measurand.jobs.engine.tally import Tally
from measurand.jobs.improving.pool import Rated
from measurand.jobs.improving.trying import Question, Trier
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.probes import ProbeTask
from measurand.store.ledger import open_ledger
from measurand.store.ledger_work import Work

PLACES, QUESTIONS = 3, 40
TURNS = 25
"""Of the loop, that the disk takes for each write."""


@dataclass
class Disk:
    """A journal that takes its time, and knows what was answered and is not written down."""

    answered: int = 0
    durable: int = 0
    most: int = 0

    def answer(self) -> None:
        self.answered += 1
        self.most = max(self.most, self.answered - self.durable)

    async def put(self, works: Sequence[Work]) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self.durable += sum(bool(work.calls) for work in works)

    @property
    def journal(self) -> Journal:
        return cast("Journal", self)


@dataclass
class Counted(Grader):
    """A judge whose answers are counted."""

    disk: Disk = field(default_factory=Disk)

    async def judge(self, task: BlindTask) -> Judgment:
        found = await super().judge(task)
        self.disk.answer()
        return found


@dataclass
class CountedBot(Bot):
    """A system whose answers are counted."""

    disk: Disk = field(default_factory=Disk)

    async def answer(self, example: Example, trial: int) -> tuple[Output, tuple[Call, ...]]:
        found = await super().answer(example, trial)
        self.disk.answer()
        return found


def task_of(example: Example) -> BlindTask:
    return BlindTask(messages=example.messages, output="Hi.", dimension="tone")


async def probed(disk: Disk, path: Path) -> None:
    judges = [cast("JudgeRater", Counted(f"sim/{name}", disk=disk)) for name in "ab"]
    tasks = [
        ProbeTask(tasks=(task_of(one),), example=one.id, system="bot", words=1)
        for one in examples(QUESTIONS // 2)
    ]
    with open_ledger(path) as ledger:
        prober = Prober(
            ledger=ledger,
            journal=disk.journal,
            again=Again(),
            rubric=RUBRIC,
            clean=str,
            stored=lambda call: call,
            width=PLACES,
            tally=Tally(),
            stop=Stop(),
        )
        await prober.run(
            [t for judge in judges for t in threads_of(judge, tasks)], workers=4 * PLACES
        )


async def tried(disk: Disk, path: Path) -> None:
    del path
    grader = Counted(disk=disk)
    listed = [
        Question(
            Rated(
                of=ExemplarId(one.id, "bot"),
                example=one,
                asked=Asked(system=Bot(), example=one, trial=0, key=one.id),
                group=one.id,
                fold=0,
            ),
            Judging(grader, task_of(one), f"judged {one.id}"),
        )
        for one in examples(QUESTIONS)
    ]
    trier = Trier(
        journal=disk.journal,
        plan=cast("Plan", _Plan()),
        redact=str,
        width=PLACES,
        tally=Tally(),
        stop=Stop(),
    )
    await trier.run(listed)


class _Plan:
    rubric = RUBRIC


@pytest.mark.parametrize("asked", [probed, tried])
def test_no_more_answers_than_places_are_not_yet_on_disk(asked: Any, tmp_path: Path) -> None:
    disk = Disk()
    asyncio.run(asked(disk, tmp_path / "ledger.db"))
    assert disk.answered == disk.durable == QUESTIONS
    assert disk.most == PLACES


@pytest.mark.parametrize("who", ["systems", "judges"])
def test_nor_are_they_in_a_run(who: str, bench: Bench) -> None:
    disk, other = Disk(), Disk()
    seen, unseen = (disk, other) if who == "systems" else (other, disk)
    parts = Parts(systems=(CountedBot(disk=seen),), judges=(Counted(disk=unseen),), rubric=RUBRIC)

    async def work() -> None:
        with open_ledger(bench.path) as ledger:
            engine = Engine(
                agenda=Agenda(parts, ledger, Again()),
                journal=_Both(seen, unseen).journal,
                workers=4 * PLACES,
                width=PLACES,
            )
            await engine.run(examples(QUESTIONS))

    asyncio.run(work())
    assert disk.most == PLACES


@dataclass
class _Both:
    """One journal for answers of systems and of judges."""

    outputs: Disk
    ratings: Disk

    async def put(self, works: Sequence[Work]) -> None:
        await self.outputs.put([one for one in works if one.purpose == "output"])
        await self.ratings.put([one for one in works if one.purpose == "rating"])

    @property
    def journal(self) -> Journal:
        return cast("Journal", self)
