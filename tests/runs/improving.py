"""A world in which one change to a judge is worth something: what is tried, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.runs.conftest import Project

from measurand.analysis.forecast import Forecast
from measurand.jobs.improve import Improved
from measurand.simulate.judge_model_sim import SimJudge

EXAMPLES = 45
DEVELOPMENT, TEST = 30, 60
"""Outputs of two systems: too few for more than a third of them to be improved on."""
JUDGES = {
    "judge": SimJudge(severity=-0.6, noise=1.6, own=0.3),
    "fine": SimJudge(severity=0.4, noise=0.2, own=0.1),
    "twin": SimJudge(severity=-0.6, noise=1.6, own=0.3),
}
BETTER = {"name": "fine", "model": "sim/fine"}
EQUAL = {"name": "twin", "model": "sim/twin"}
SAME = {"name": "wording", "definition": {"accuracy": "All of it agrees with the reference."}}
RUBRIC = [
    {
        "dimension": "accuracy",
        "definition": "Every statement agrees with the reference.",
        "weight": 60,
        "raters": ["judge", "people"],
    },
    {"dimension": "tone", "definition": "Friendly.", "weight": 40, "raters": ["judge", "people"]},
]


def changes(*candidates: dict[str, Any], **more: Any) -> dict[str, Any]:
    prices = {f"sim/{name}": {"input": 3, "output": 15} for name in ("today", "candidate", *JUDGES)}
    return {
        "rubric": RUBRIC,
        "judge": {"model": "sim/judge", "repeats": 1},
        "calibration": {"candidates": list(candidates)},
        "prices": prices,
        **more,
    }


@dataclass(frozen=True)
class Done:
    """A project whose judge was improved, and what that was foretold to cost."""

    project: Project
    ahead: Forecast
    found: Improved


def verdicts(found: Improved, name: str) -> dict[str | None, str]:
    assert found.answer is not None
    return {v.dimension: v.outcome for v in found.answer.findings.verdicts if v.name == name}
