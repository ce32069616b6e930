"""A project of the simulated support bot, and the simulated provider that answers it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import apsw
import pytest
import yaml

from measurand.models.environment import Environment
from measurand.simulate.server import SimulatedProvider
from measurand.simulate.support_bot import SupportBot, support_bot
from measurand.store.dataset import Dataset

KEY = "a key for tests that is long enough"

PLAN: Mapping[str, Any] = {
    "name": "run",
    "seed": 7,
    "data": {"path": "data/", "minimum": {}},
    "rubric": [
        {
            "dimension": "accuracy",
            "definition": "Every statement agrees with the reference.",
            "weight": 40,
            "levels": {"1": "Mostly wrong", "5": "Nothing to correct"},
            "raters": ["judge"],
        },
        {"dimension": "tone", "definition": "Friendly.", "weight": 30, "raters": ["judge"]},
        {"dimension": "format", "weight": 30, "scale": "yes/no", "raters": ["check.json"]},
    ],
    "systems": [
        {"name": "today", "role": "current", "target": "sim/today"},
        {"name": "candidate", "target": "sim/candidate"},
    ],
    "judge": {"model": "sim/judge", "repeats": 2},
    "prices": {
        "sim/today": {"input": 0.6, "output": 2.4},
        "sim/candidate": {"input": 1.1, "output": 4.4},
        "sim/judge": {"input": 3, "output": 15},
    },
}


@cache
def world() -> SupportBot:
    return support_bot(7)


@dataclass
class Project:
    """A folder with a plan."""

    folder: Path
    base_url: str

    @property
    def plan(self) -> Path:
        return self.folder / "measurand.yaml"

    @property
    def ledger(self) -> Path:
        return self.folder / ".measurand" / "ledger.db"

    @property
    def variables(self) -> dict[str, str]:
        return {"SIM_BASE_URL": self.base_url, "MEASURAND_KEY": KEY}

    @property
    def environment(self) -> Environment:
        return Environment(self.variables)

    def write(self, examples: int, **changes: Any) -> None:
        """Write the plan, with some of its keys changed, and the first examples."""
        self.folder.mkdir(parents=True, exist_ok=True)
        Dataset(world().examples[:examples]).save(self.folder / "data")
        self.plan.write_text(yaml.safe_dump({**PLAN, **changes}), encoding="utf-8")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        connection = apsw.Connection(str(self.ledger), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()


@pytest.fixture
def provider() -> Iterator[SimulatedProvider]:
    with SimulatedProvider(world(), keep_requests=True) as server:
        yield server


@pytest.fixture
def project(tmp_path: Path, provider: SimulatedProvider) -> Project:
    made = Project(tmp_path / "project", provider.base_url)
    made.write(12)
    return made


def changed(system: int, **parts: Any) -> list[dict[str, Any]]:
    """The plan's systems, one of them changed."""
    return [{**one, **parts} if at == system else one for at, one in enumerate(PLAN["systems"])]


__all__ = ["KEY", "PLAN", "Project", "changed", "replace", "world"]
