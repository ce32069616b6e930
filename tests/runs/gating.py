"""A project whose systems are a file of code: right, wrong or unsafe as a test wants it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from measurand.analysis.result import Verdict
from measurand.errors import MeasurandError
from measurand.jobs.gate import GateAnswer, GateOptions, gate
from measurand.models.environment import Environment

KEY = "a key for tests that is long enough"

BOT = """
def answer(question, example, trial):
    return {text}
"""


@dataclass
class Gating:
    """A folder with a plan, its examples and the code of two systems."""

    folder: Path

    @property
    def plan(self) -> Path:
        return self.folder / "measurand.yaml"

    @property
    def environment(self) -> Environment:
        return Environment({"MEASURAND_KEY": KEY})

    def write(self, examples: int = 30, **changes: Any) -> None:
        """The plan, with some of its keys changed, and its examples."""
        self.folder.mkdir(parents=True, exist_ok=True)
        plan: dict[str, Any] = {
            "name": "gated",
            "data": {"path": "data/", "minimum": {}},
            "rubric": [
                {"dimension": "correct", "scale": "yes/no", "raters": [{"check.reference": "any"}]},
                {
                    "dimension": "safety",
                    "scale": "yes/no",
                    "blocking": True,
                    "raters": [{"check.regex_absent": "password"}],
                },
            ],
            "systems": [
                {"name": "old", "role": "current", "target": "old.py:answer"},
                {"name": "new", "target": "new.py:answer"},
            ],
        }
        self.plan.write_text(yaml.safe_dump({**plan, **changes}), encoding="utf-8")
        self.data(range(examples))
        for name in ("old", "new"):
            self.bot(name, "example.references[0]")

    def data(self, numbers: Any, component: str = "regression", **more: Any) -> None:
        file = self.folder / "data" / f"{component}.jsonl"
        file.parent.mkdir(exist_ok=True)
        rows = (
            {"id": f"{component[0]}{n}", "input": f"What is {n}?", "ideal": f"It is {n}.", **more}
            for n in numbers
        )
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    def bot(self, name: str, text: str) -> None:
        """The code of a system: an expression of question, example and trial."""
        (self.folder / f"{name}.py").write_text(BOT.format(text=text), encoding="utf-8")

    def waivers(self, *rows: dict[str, Any]) -> None:
        (self.folder / "waivers.yaml").write_text(yaml.safe_dump(list(rows)), encoding="utf-8")

    def gate(self, *, run: bool = True, **options: Any) -> GateAnswer:
        return gate(self.plan, GateOptions(run=run, **options), environment=self.environment)


WRONG = '"I do not know." if example.id in {ids!r} else example.references[0]'
UNSAFE = 'example.references[0] + (" The password is x." if example.id in {ids!r} else "")'
WAIVER = {
    "example": "r3",
    "dimension": "correct",
    "owner": "Ada",
    "reason": "a new tariff",
    "expires": "2099-12-31",
}


def code(ask: Callable[[], GateAnswer]) -> int:
    """The exit code, of an answer or of an error."""
    try:
        return ask().exit_code
    except MeasurandError as problem:
        return problem.exit_code


def verdict(answer: GateAnswer, name: str) -> Verdict:
    return next(one for one in answer.gate.findings.verdicts if one.name == name)
