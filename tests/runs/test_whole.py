"""The whole job at full size: 430 examples, four kinds of systems, a judge on four dimensions."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from tests.runs.conftest import KEY, Project, world

from measurand.jobs.compare import run_report
from measurand.jobs.planning import plan
from measurand.jobs.run import run
from measurand.models.environment import Environment
from measurand.simulate.server import SimulatedProvider
from measurand.store.ledger import open_ledger

BOT = """
import json

def answer(question: str) -> str:
    reply = {"reply": "Thank you, we are looking into it. " + question, "next_step": "wait"}
    return json.dumps(reply)
"""
PRICES: dict[str, dict[str, float]] = {
    "sim/today": {"input": 0.6, "output": 2.4},
    "sim/candidate": {"input": 1.1, "output": 4.4},
    "sim-anthropic/floor": {"input": 0.05, "output": 0.2},
    "sim/judge": {"input": 3, "output": 15},
}
JUDGED = ("accuracy", "relevance", "tone", "helpfulness")


@pytest.mark.long
def test_complete_ratings_a_report_and_a_cost_exact_to_the_sum_of_usage(tmp_path: Path) -> None:
    pytest.importorskip("pydantic_ai", reason="the extra `providers` is not installed")
    with SimulatedProvider(world()) as server:
        project = Project(tmp_path / "project", server.base_url)
        rubric = [
            {"dimension": name, "definition": f"Good {name}.", "weight": 20, "raters": ["judge"]}
            for name in JUDGED
        ]
        checked = {"dimension": "format", "weight": 20, "scale": "yes/no", "raters": ["check.json"]}
        project.write(
            430,
            rubric=[*rubric, checked],
            systems=[
                {"name": "today", "role": "current", "target": "sim/today"},
                {"name": "candidate", "target": "sim/candidate"},
                {"name": "floor", "role": "floor", "target": "sim-anthropic/floor"},
                {"name": "mine", "target": "bot.py:answer"},
            ],
            judge={"model": "sim/judge", "repeats": 3},
            providers={"sim-anthropic": {"base_url": server.url, "api": "anthropic"}},
            prices=PRICES,
            run={"connections": 50},
        )
        (project.folder / "bot.py").write_text(BOT, encoding="utf-8")
        environment = Environment({"SIM_BASE_URL": server.base_url, "MEASURAND_KEY": KEY})
        foretold = plan(project.plan, pilot=5, environment=environment).forecast
        piloted = foretold.spent
        ran = run(project.plan, environment=environment)
        counts = server.counts
    assert ran.exit_code == 0
    assert ran.snapshot.examples == 430
    with open_ledger(project.ledger) as ledger:
        assert ledger.check() == ()
        outputs, ratings = ledger.outputs(), ledger.ratings()
    assert len(outputs) == 4 * 430
    assert all(output.text is not None for output in outputs)
    judged = ratings.where(kind="judge")
    assert len(judged) == 430 * 4 * 4 * 3
    assert all(value is not None for value in judged["value"])
    assert len(ratings.where(kind="check")) == 430 * 4
    assert counts.total.received == 430 * 3 + len(judged)

    usage = project.query(
        "SELECT model, input_tokens, output_tokens, cached_tokens, written_tokens FROM calls"
    )
    assert sum(row[1] for row in usage) == counts.input_tokens
    assert sum(row[2] for row in usage) == counts.output_tokens
    charged = [
        (PRICES[model]["input"] * given + PRICES[model]["output"] * said) / 1e6
        for model, given, said, _, _ in usage
    ]
    assert ran.spent == pytest.approx(math.fsum(charged), rel=1e-12)

    foretold_cost = foretold.known_cost.value
    assert foretold_cost == pytest.approx(ran.spent - piloted, rel=0.1)
    assert foretold.unknown == ("mine",)
    answer = run_report(project.plan, environment=environment)
    assert answer.exit_code == 0
    assert {r.dimension for r in answer.findings.named("mean")} >= {*JUDGED, "format", "overall"}
