"""A project whose outputs people rate, and a desk that is opened for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import apsw
import pytest
import yaml

from measurand.core.example import Example, Message
from measurand.core.output import Output
from measurand.core.people import Answer, Mark
from measurand.core.rating import Rating
from measurand.jobs.desk import Desk, open_desk
from measurand.jobs.desk_views import Shown
from measurand.models.environment import Environment
from measurand.store.dataset import Dataset
from measurand.store.ledger import open_ledger

__all__ = ["PLAN", "RUBRIC", "SECRET", "Project", "marks", "rate"]

RUBRIC: list[dict[str, Any]] = [
    {
        "dimension": "tone",
        "definition": "Friendly.",
        "levels": {"1": "Rude", "5": "Kind"},
        "raters": ["people"],
    },
    {"dimension": "accuracy", "raters": ["people", "judge"]},
    {"dimension": "safety", "scale": "yes/no", "blocking": True, "raters": ["people"]},
    {"dimension": "format", "scale": "yes/no", "raters": ["check.json"]},
]
PLAN: Mapping[str, Any] = {
    "name": "desk",
    "seed": 7,
    "data": {"path": "data/", "minimum": {}},
    "rubric": RUBRIC,
    "systems": [{"name": "today", "role": "current"}, {"name": "new"}],
    "people": {"duplicates": 0, "golden": 0, "training": 0, "wage": 36},
}
SECRET = Environment({"MEASURAND_KEY": "a key for tests that is long enough"})


class Project:
    """A folder with a plan, examples, outputs."""

    def __init__(self, folder: Path, examples: int = 4, **changes: Any) -> None:
        self.folder = folder
        self.plan = folder / "measurand.yaml"
        self.file = folder / ".measurand" / "ledger.db"
        folder.mkdir(parents=True, exist_ok=True)
        listed = [
            Example(
                id=f"q{at}",
                messages=(Message("user", f"Question {at}? Mail bob.smith@nordmail.se"),),
                references=("The reference.",),
                cluster=f"c{at % 2}",
                segments=("bills",),
            )
            for at in range(examples)
        ]
        Dataset(tuple(listed)).save(folder / "data")
        self.plan.write_text(yaml.safe_dump({**PLAN, **changes}), encoding="utf-8")
        with open_ledger(self.file) as ledger:
            ledger.add_outputs(
                Output(example=one.id, system=system, text=f"{system} answers {one.id}")
                for one in listed
                for system in ("today", "new")
            )

    def desk(self, work: Callable[[Desk], Awaitable[Any]]) -> Any:
        async def opened() -> Any:
            async with open_desk(self.plan, environment=SECRET) as desk:
                return await work(desk)

        return asyncio.run(opened())

    def people(self) -> list[Rating]:
        with open_ledger(self.file) as ledger:
            return list(ledger.ratings(kind="people"))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return apsw.Connection(str(self.file)).execute(sql).fetchall()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "p")


def marks(shown: Shown, **said: Any) -> dict[str, Mark]:
    usual: dict[str, Any] = {"tone": 4, "accuracy": 3, "safety": "yes"}
    return {d.name: Mark(value=said.get(d.name, usual[d.name])) for d in shown.dimensions}


async def rate(desk: Desk, rater: str, most: int = 1000, **said: Any) -> int:
    count, after = 0, -1
    while count < most and (shown := await desk.next(rater, after=after)) is not None:
        answer = Answer(marks=marks(shown, **said), seconds=12.0, done=True, number=1)
        after = shown.assignment.position
        await desk.save(rater, after, answer)
        count += 1
    return count
