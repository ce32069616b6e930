"""What was said of one text is never taken for said of another, whatever changes between runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.runs.conftest import changed

from measurand.jobs.compare import run_report
from measurand.jobs.engine.agenda import Again
from measurand.jobs.import_ratings import import_ratings
from measurand.jobs.project import from_project
from measurand.jobs.run import Ran, RunOptions, run
from measurand.jobs.source import Reading

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runs.conftest import Project

    from measurand.simulate.server import SimulatedProvider

RUBRIC = [
    {"dimension": "tone", "definition": "Friendly.", "weight": 1, "raters": ["judge", "people"]}
]
EXAMPLES = [
    {"id": f"q{n}", "messages": [{"role": "user", "content": f"question {n}"}]} for n in (1, 2)
]


def go(project: Project, options: RunOptions | None = None) -> Ran:
    return run(project.plan, options, environment=project.environment)


def ask(
    project: Project, answer: str, *, version: int = 1, repeats: int = 1, judged: int = 1
) -> None:
    """A project whose only system always answers this."""
    project.write(
        1,
        rubric=RUBRIC,
        systems=[{"name": "bot", "target": f"bot{version}.py:answer", "repeats": repeats}],
        judge={"model": "sim/judge", "repeats": judged},
    )
    (project.folder / f"bot{version}.py").write_text(
        "from pathlib import Path\n\ndef answer(question):\n"
        f"    return Path(__file__).with_name('said{version}.txt').read_text()\n"
    )
    (project.folder / f"said{version}.txt").write_text(answer)
    examples(project, *EXAMPLES)


def examples(project: Project, *rows: object) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (project.folder / "data" / "core.jsonl").write_text(lines)


def people(project: Project, value: int) -> None:
    rows = "".join(f"q{n},bot,tone,ann,people,{value}\n" for n in (1, 2))
    path: Path = project.folder / f"people{value}.csv"
    path.write_text(f"example,system,dimension,rater,kind,value\n{rows}")
    import_ratings(path, ledger=project.ledger, reading=Reading(plan=project.plan))


def said_by(project: Project, kind: str) -> list[object]:
    source = from_project(project.plan, environment=project.environment)
    return [row.value for row in source.ratings.where(kind=kind) if row.value is not None]


def test_peoples_labels_stay_with_the_text_they_are_about(project: Project) -> None:
    ask(project, "A")
    go(project)
    people(project, 1)
    assert said_by(project, "people") == [1.0, 1.0]
    ask(project, "B", version=2)
    go(project)
    assert said_by(project, "people") == []
    ask(project, "C", version=3)
    go(project)
    assert said_by(project, "people") == []
    ask(project, "A")
    go(project)
    assert said_by(project, "people") == [1.0, 1.0]


def test_labels_of_the_newer_text_do_not_go_back_to_the_older(project: Project) -> None:
    ask(project, "A")
    go(project)
    people(project, 1)
    ask(project, "B", version=2)
    go(project)
    people(project, 5)
    assert said_by(project, "people") == [5.0, 5.0]
    ask(project, "A")
    go(project)
    assert 5.0 not in said_by(project, "people")


def test_labels_that_came_before_any_output_are_of_the_first(project: Project) -> None:
    ask(project, "A")
    people(project, 2)
    go(project)
    assert said_by(project, "people") == [2.0, 2.0]
    ask(project, "B", version=2)
    go(project)
    assert said_by(project, "people") == []


def test_a_question_that_is_edited_and_taken_back_has_its_own_answer(
    project: Project, provider: SimulatedProvider
) -> None:
    project.write(1, rubric=RUBRIC, systems=[{"name": "bot", "target": "sim/echo"}])
    examples(project, *EXAMPLES)
    go(project)
    edited = {"id": "q2", "messages": [{"role": "user", "content": "EDITED"}]}
    examples(project, EXAMPLES[0], edited)
    go(project)
    assert outputs(project) == {"q1": "question 1", "q2": "EDITED"}
    asked = provider.counts.models["echo"].received
    examples(project, *EXAMPLES)
    ran = go(project)
    assert outputs(project) == {"q1": "question 1", "q2": "question 2"}
    assert provider.counts.models["echo"].received == asked
    assert ran.exit_code == 0
    assert len(said_by(project, "judge")) == 2 * 2


def outputs(project: Project) -> dict[str, str | None]:
    source = from_project(project.plan, environment=project.environment)
    return {output.example: output.text for output in source.outputs}


def test_a_text_that_comes_back_is_judged_again(project: Project) -> None:
    ask(project, "yes")
    go(project)
    first = said_by(project, "judge")
    ask(project, "no")
    go(project, RunOptions(again=Again(everything=True)))
    ask(project, "yes")
    go(project, RunOptions(again=Again(everything=True), judge=False))
    go(project)
    assert said_by(project, "judge") == first
    assert len(first) == 2


def test_other_repeats_leave_nothing_of_a_replaced_text(project: Project) -> None:
    ask(project, "good", repeats=2, judged=3)
    go(project)
    ask(project, "good", repeats=2, judged=2)
    go(project)
    assert len(said_by(project, "judge")) == 2 * 2 * 2
    ask(project, "bad", repeats=2, judged=2)
    go(project, RunOptions(again=Again(everything=True)))
    source = from_project(project.plan, environment=project.environment)
    rows = list(source.ratings.where(kind="judge"))
    assert sorted(row.repeat for row in rows) == [0, 0, 1, 1, 2, 2, 3, 3]
    assert all(row.value is not None for row in rows)


def test_failures_are_told_again_by_a_run_that_does_nothing(project: Project) -> None:
    project.write(3, systems=[{"name": "bot", "target": "bot.py:answer"}])
    (project.folder / "bot.py").write_text(
        "def answer(question):\n    raise ValueError(question)\n"
    )
    first, second = go(project), go(project)
    assert first.exit_code == second.exit_code == 3
    assert second.snapshot.done == 0
    assert second.snapshot.failures["exception"] == 3


def test_what_functions_cost_is_spent_and_ends_at_the_budget(project: Project) -> None:
    project.write(12, systems=[{"name": "bot", "target": "bot.py:answer"}], judge=None)
    text = project.plan.read_text().replace("judge: null\n", "")
    project.plan.write_text(text)
    (project.folder / "bot.py").write_text(
        "def answer(question):\n    return {'text': 'hi', 'cost': 1.0}\n"
    )
    ran = go(project, RunOptions(budget=3.5, connections=1))
    assert ran.stop.reason == "budget"
    assert 4.0 <= ran.spent <= 6.0
    assert ran.snapshot.cost == ran.spent


@pytest.mark.parametrize("costs", [0.0, 7.0])
def test_what_was_recorded_is_not_spent_again(project: Project, costs: float) -> None:
    rows = [{"example": f"core-{n:03d}", "text": "hello", "cost": costs} for n in (1, 2)]
    (project.folder / "expert.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    project.write(2, systems=[{"name": "expert", "target": "file:expert.jsonl"}])
    ran = go(project)
    assert ran.spent < 1


def test_a_run_of_a_part_after_a_change_decides_nothing_overall(project: Project) -> None:
    go(project)
    whole = run_report(project.plan)
    assert not any("The newest run asked" in limit for limit in whole.findings.limits)
    project.write(12, systems=changed(1, parameters={"temperature": 0.4}))
    go(project, RunOptions(limit=5))
    answer = run_report(project.plan)
    assert answer.findings.limits[0].startswith("The newest run asked 5 of 12 examples: ")
    assert answer.document.banner is not None
    assert "PARTIAL RUN: the newest run asked 5 of 12 examples" in answer.document.banner
    overall = [v for v in answer.findings.verdicts if v.name == "overall"]
    assert overall
    assert all("no verdict is given: the newest run asked 5 of 12" in v.reason for v in overall)
