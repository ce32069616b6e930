"""From a plan to outputs and ratings, against a simulated provider."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from tests.runs.conftest import Project

from measurand.errors import PlanError, UsageError
from measurand.jobs.compare import run_report
from measurand.jobs.planning import plan
from measurand.jobs.run import Ran, RunOptions, run
from measurand.models.environment import Environment
from measurand.store.ledger import open_ledger

if TYPE_CHECKING:
    from measurand.simulate.server import SimulatedProvider

BOT = """
import asyncio

async def answer(question: str) -> str:
    await asyncio.sleep(0)
    return '{"reply": "You asked: nothing yet, thank you.", "next_step": "wait"}'

def broken(question):
    raise RuntimeError("no bot today")
"""


def go(project: Project, options: RunOptions | None = None) -> Ran:
    return run(project.plan, options, environment=project.environment)


def test_a_plan_becomes_outputs_ratings_and_an_exact_cost(
    project: Project, provider: SimulatedProvider
) -> None:
    ran = go(project)
    assert ran.exit_code == 0
    with open_ledger(project.ledger) as ledger:
        outputs, ratings = ledger.outputs(), ledger.ratings()
        assert ledger.check() == ()
    assert len(outputs) == 24
    assert len(ratings.where(kind="judge")) == 24 * 2 * 2
    assert len(ratings.where(kind="check")) == 24
    assert provider.counts.total.received == 24 + 96
    prices = {"today": (0.6, 2.4), "candidate": (1.1, 4.4), "sim/judge": (3, 15)}
    tokens = project.query("SELECT who, input_tokens, output_tokens FROM calls")
    costs = [(prices[who][0] * i + prices[who][1] * o) / 1e6 for who, i, o in tokens]
    assert ran.spent == pytest.approx(math.fsum(costs), rel=1e-12)
    assert ran.snapshot.cost == pytest.approx(ran.spent, rel=1e-12)


def test_a_second_run_asks_nothing(project: Project, provider: SimulatedProvider) -> None:
    go(project)
    before = provider.counts.total.received
    again = go(project)
    assert provider.counts.total.received == before
    assert again.snapshot.done == 0
    assert again.snapshot.reused == 24 + 24 + 96


def test_more_examples_ask_only_for_these(project: Project, provider: SimulatedProvider) -> None:
    go(project, RunOptions(limit=5))
    assert provider.counts.total.received == 5 * 2 * 5
    go(project)
    assert provider.counts.total.received == 12 * 2 * 5


def test_the_report_names_calls_and_money(project: Project) -> None:
    ran = go(project)
    answer = run_report(project.plan)
    told = answer.to_json()["run"]
    assert told["cost"] == pytest.approx(ran.spent)
    assert [(one["name"], one["calls"]) for one in told["models"]] == [
        ("today", 12),
        ("candidate", 12),
        ("sim/judge", 96),
    ]


def test_a_changed_definition_does_not_join_old_judgments(project: Project) -> None:
    go(project)
    text = project.plan.read_text(encoding="utf-8")
    project.plan.write_text(text.replace("Friendly.", "Warm and plain."), encoding="utf-8")
    answer = run_report(project.plan)
    assert any("definition of tone has changed" in limit for limit in answer.findings.limits)
    rated = {r.dimension for r in answer.findings.results if r.name == "mean"}
    assert "accuracy" in rated
    assert "tone" not in rated
    go(project)
    assert not any("has changed" in limit for limit in run_report(project.plan).findings.limits)


def test_functions_programs_and_recorded_outputs_are_systems_too(
    project: Project, provider: SimulatedProvider
) -> None:
    (project.folder / "bot.py").write_text(BOT, encoding="utf-8")
    lines = "".join(
        f'{{"example": "core-{n:03d}", "text": "{{}}", "cost": 0.5}}\n' for n in range(1, 13)
    )
    (project.folder / "recorded.jsonl").write_text(lines, encoding="utf-8")
    systems = [
        {"name": "mine", "target": "bot.py:answer"},
        {"name": "broken", "target": "bot.py:broken"},
        {"name": "cat", "target": "command:cat"},
        {"name": "expert", "target": "file:recorded.jsonl", "role": "expert"},
        {
            "name": "web",
            "target": f"{provider.base_url}/chat/completions",
            "request": {"body": {"model": "today", "messages": "{{messages}}"}},
            "answer": "choices[0].message.content",
        },
    ]
    project.write(12, systems=systems)
    ran = go(project)
    texts = project.query("SELECT system, count(text), count(failure_kind) FROM outputs GROUP BY 1")
    assert sorted(texts) == [
        ("broken", 0, 12),
        ("cat", 12, 0),
        ("expert", 12, 0),
        ("mine", 12, 0),
        ("web", 12, 0),
    ]
    assert ran.snapshot.failures["exception"] == 12
    assert ran.exit_code == 3
    ((details,),) = project.query("SELECT DISTINCT failure_details FROM outputs WHERE text IS NULL")
    assert "no bot today" in details
    assert go(project).snapshot.done == 0


def test_an_edited_recording_is_judged_anew_and_nothing_else(
    project: Project, provider: SimulatedProvider
) -> None:
    file = project.folder / "recorded.jsonl"
    lines = [f'{{"example": "core-{n:03d}", "text": "answer {n}"}}\n' for n in range(1, 13)]
    file.write_text("".join(lines), encoding="utf-8")
    project.write(12, systems=[{"name": "expert", "target": "file:recorded.jsonl"}])
    go(project)
    before = provider.counts.total.received
    assert before == 12 * 2 * 2
    lines[3] = lines[3].replace("answer 4", "a better answer")
    file.write_text("".join(lines), encoding="utf-8")
    go(project)
    assert provider.counts.total.received == before + 4
    with open_ledger(project.ledger) as ledger:
        assert len(ledger.ratings(kind="judge")) == 48
        assert all(row.value is not None for row in ledger.ratings(kind="judge"))


def test_trials_are_asked_for_each(project: Project, provider: SimulatedProvider) -> None:
    systems = [{"name": "today", "target": "sim/today", "repeats": 3}]
    project.write(4, systems=systems)
    go(project)
    assert provider.counts.total.received == 4 * 3 * 5
    assert project.query("SELECT count(DISTINCT trial) FROM outputs") == [(3,)]


def test_pairs_are_judged_in_both_orders(project: Project, provider: SimulatedProvider) -> None:
    rubric = [
        {"dimension": "better", "definition": "The better answer.", "scale": "win/tie/loss",
         "raters": [{"judge": {"form": "pairwise"}}]},
        {"dimension": "format", "weight": 100, "scale": "yes/no", "raters": ["check.json"]},
    ]  # fmt: skip
    project.write(12, rubric=rubric)
    go(project)
    assert provider.counts.total.received == 24 + 12 * 2 * 2
    orders = project.query('SELECT system, against, "order", count(*) FROM ratings '
                           "WHERE kind = 'judge' GROUP BY 1, 2, 3 ORDER BY 3")  # fmt: skip
    assert orders == [("candidate", "today", "ab", 24), ("candidate", "today", "ba", 24)]
    names = {result.name for result in run_report(project.plan).findings.results}
    assert "preference" in names
    assert go(project).snapshot.done == 0


def test_without_a_key_one_screen_says_what_is_needed(project: Project) -> None:
    systems = [
        {"name": "today", "role": "current", "target": "openai/gpt-4o-mini"},
        {"name": "web", "target": "https://bot.example", "request": {"headers": {"K": "${BOT}"}}},
    ]
    project.write(3, systems=systems, judge={"model": "mistral/mistral-large-latest"})
    with pytest.raises(UsageError) as refused:
        run(project.plan, environment=Environment({}))
    told = str(refused.value)
    for word in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "MISTRAL_API_KEY", "BOT", "measurand demo"):
        assert word in told
    assert len(told.splitlines()) < 24
    assert "nothing has been called" in told


def test_a_judge_of_the_same_family_is_refused_unless_it_is_audited(project: Project) -> None:
    systems = [{"name": "today", "target": "sim/today", "family": "gpt"}]
    panel = {"models": [{"model": "sim/judge", "family": "gpt"}], "repeats": 1}
    project.write(3, systems=systems, judge=panel)
    with pytest.raises(PlanError, match="family"):
        go(project)
    project.write(3, systems=systems, judge={**panel, "own_family": "audit"})
    assert go(project).exit_code == 0
    assert "OWN FAMILY" in (run_report(project.plan).document.banner or "")


def test_what_does_not_exist_is_named_with_its_place(project: Project) -> None:
    project.write(3, systems=[{"name": "mine", "target": "bot.py:answer"}])
    with pytest.raises(PlanError) as refused:
        go(project)
    assert "measurand.yaml:" in str(refused.value)
    assert "systems[0]" in str(refused.value)
    project.write(3, systems=[{"name": "x", "target": "sim/today", "prompt": "nowhere.md"}])
    with pytest.raises(PlanError, match=r"nowhere\.md"):
        go(project)


def test_the_forecast_after_a_pilot_is_within_a_tenth(
    project: Project, provider: SimulatedProvider
) -> None:
    project.write(60)
    planned = plan(project.plan, pilot=8, environment=project.environment)
    assert provider.counts.total.received == 8 * 2 * 5
    before = planned.forecast.spent
    ran = go(project)
    assert planned.forecast.calls == 52 * 2 * 5
    assert planned.forecast.cost.value == pytest.approx(ran.spent - before, rel=0.1)
    assert plan(project.plan, environment=project.environment).forecast.calls == 0


def test_a_plan_without_a_pilot_asks_nothing(project: Project, provider: SimulatedProvider) -> None:
    planned = plan(project.plan, environment=project.environment)
    assert provider.counts.total.received == 0
    assert planned.forecast.calls == 12 * 2 * 5
    assert not any(line.measured for line in planned.forecast.lines)


def test_the_budget_is_never_crossed(project: Project) -> None:
    limit = {"parameters": {"max_tokens": 300}}
    project.write(
        60,
        systems=[
            {"name": "today", "target": "sim/today", **limit},
            {"name": "candidate", "target": "sim/candidate", **limit},
        ],
        judge={"model": "sim/judge", "repeats": 2, "parameters": {"max_tokens": 200}},
        budget={"usd": 0.2},
    )
    ran = go(project)
    assert ran.stop.reason == "budget"
    assert ran.exit_code == 4
    assert 0.1 < ran.spent <= 0.2
    assert go(project).spent <= 0.2
    done = go(project, RunOptions(budget=5.0))
    assert done.exit_code == 0
    assert done.snapshot.examples == 60


def test_a_budget_that_cannot_be_kept_is_refused(project: Project) -> None:
    project.write(3, budget={"usd": 1}, prices={})
    with pytest.raises(UsageError, match="could not be kept"):
        go(project)


def means(project: Project) -> set[tuple[str, str | None]]:
    answer = run_report(project.plan, environment=project.environment)
    return {
        (r.systems[0], r.dimension) for r in answer.findings.named("mean") if r.estimate.present
    }


def test_a_run_of_a_part_leaves_the_rest_to_count(project: Project) -> None:
    go(project)
    whole = means(project)
    assert ("today", "tone") in whole
    go(project, RunOptions(systems=("candidate",)))
    assert means(project) == whole
    go(project, RunOptions(judge=False))
    assert means(project) == whole


def test_a_system_that_the_plan_has_not_is_refused(project: Project) -> None:
    with pytest.raises(UsageError, match="there are: today, candidate"):
        go(project, RunOptions(systems=("tomorrow",)))


def test_other_repeats_do_not_mix_the_trials(project: Project, provider: SimulatedProvider) -> None:
    systems = [{"name": "today", "target": "sim/today", "repeats": 2}]
    project.write(2, systems=systems, judge={"model": "sim/judge", "repeats": 2})
    go(project)
    project.write(2, systems=systems, judge={"model": "sim/judge", "repeats": 3})
    go(project)
    fresh = Project(project.folder.parent / "fresh", provider.base_url)
    fresh.write(2, systems=systems, judge={"model": "sim/judge", "repeats": 3})
    go(fresh)
    sql = """SELECT example, dimension, "repeat", value FROM ratings WHERE kind = 'judge'
             ORDER BY 1, 2, 3"""
    assert project.query(sql) == fresh.query(sql)
