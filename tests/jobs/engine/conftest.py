"""Systems and judges of a few lines, that count what they are asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from measurand.core.example import Example, Message
from measurand.core.judging import BlindTask, Judgment
from measurand.core.model import Attempt, Call, ModelReply
from measurand.core.output import Failure, Output, Usage
from measurand.core.rating import Measurement
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO
from measurand.jobs.engine.agenda import Again, Agenda
from measurand.jobs.engine.engine import Engine, Stop
from measurand.jobs.engine.journal import Journal
from measurand.jobs.engine.parts import Parts
from measurand.jobs.engine.tally import Tally
from measurand.raters.checks import check
from measurand.raters.checks.own import FunctionCheck
from measurand.store.ledger import open_ledger

RUBRIC = Rubric(Dimension("tone"), Dimension("format", scale=YES_NO))


def call(model: str, text: str) -> Call:
    attempt = Attempt(status="ok", seconds=0.01, usage=Usage(10, 2), cost=0.5)
    return Call(model=model, attempts=(attempt,), reply=ModelReply(text=text))


def failed(failure: Failure) -> Call:
    attempt = Attempt(status=failure.kind, seconds=0.01, message=failure.message)
    return Call(model="sim/bot", attempts=(attempt,), failure=failure)


@dataclass
class Bot:
    """Answers with the question; what it does besides is up to the test."""

    name: str = "bot"
    version: str = "v1"
    asked: Counter[tuple[str, int]] = field(default_factory=Counter)
    before: Callable[[Example, int], Failure | None] = lambda _example, _trial: None
    width: int = 0
    under_way: int = 0

    async def answer(self, example: Example, trial: int) -> tuple[Output, tuple[Call, ...]]:
        self.asked[example.id, trial] += 1
        self.under_way += 1
        self.width = max(self.width, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        failure = self.before(example, trial)
        text = None if failure else f"{self.name} {self.version}: {example.question} ({trial})"
        output = Output(
            example=example.id, system=self.name, text=text, trial=trial, failure=failure
        )
        return output, (call("sim/bot", text or "") if failure is None else failed(failure),)


@dataclass
class Grader:
    """A judge that says 4, or fails as the test wants."""

    name: str = "sim/judge"
    version: str = "j1"
    repeats: int = 2
    asked: list[BlindTask] = field(default_factory=list)
    before: Callable[[BlindTask], str | None] = lambda _task: None

    def tasks(
        self, example: Example, output: str, *, other: str | None = None
    ) -> tuple[BlindTask, ...]:
        if other is not None:
            return tuple(
                BlindTask(
                    messages=example.messages,
                    output=output,
                    other=other,
                    dimension="tone",
                    order=order,
                )
                for order in ("ab", "ba")
            )
        return tuple(
            BlindTask(messages=example.messages, output=output, dimension="tone", repeat=repeat)
            for repeat in range(self.repeats)
        )

    async def judge(self, task: BlindTask) -> Judgment:
        self.asked.append(task)
        await asyncio.sleep(0)
        failure = self.before(task)
        said = Measurement(None, "it would not") if failure else Measurement(4.0, "kind", ("Hi",))
        return Judgment(measurement=said, failure=failure, calls=(call("sim/judge", "{}"),))


@check("format", name="check.polite", version="1")
def polite(_example: Example, output: Output) -> bool:
    return "rude" not in (output.text or "")


@dataclass
class Bench:
    """A ledger, and whatever is run on it."""

    path: Path
    bot: Bot = field(default_factory=Bot)
    grader: Grader = field(default_factory=Grader)
    checks: tuple[FunctionCheck, ...] = (polite,)
    redact: Callable[[str], str] = str
    repeats: int = 1
    tally: Tally = field(default_factory=Tally)
    stop: Stop = field(default_factory=Stop)

    @property
    def parts(self) -> Parts:
        return Parts(
            systems=(self.bot,),
            repeats={"bot": self.repeats},
            checks=self.checks,
            judges=(self.grader,),
            rubric=RUBRIC,
            redact=self.redact,
            rounds={"sim/judge": self.grader.repeats},
        )

    def run(self, count: int, *, again: Again | None = None, parts: Parts | None = None) -> None:
        self.tally = Tally(total=count)
        asyncio.run(self._run(examples(count), again or Again(), parts or self.parts))

    async def _run(self, listed: list[Example], again: Again, parts: Parts) -> None:
        with open_ledger(self.path) as ledger:
            run = ledger.work.log("plan", "started", {})
            async with Journal(self.path, run=run, repeats=parts.rounds) as journal:
                engine = Engine(
                    agenda=Agenda(parts, ledger, again),
                    journal=journal,
                    workers=4,
                    tally=self.tally,
                    stop=self.stop,
                )
                await engine.run(listed)


def examples(count: int) -> list[Example]:
    return [
        Example(
            id=f"q{at}", messages=(Message("user", f"question {at}"),), cluster="talk",
            segments=("billing",),
        )
        for at in range(count)
    ]  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "ledger.db")
