"""Notes, weights and several references of an example, from the file to the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.runs.conftest import PLAN, Project

from measurand.cli import main
from measurand.jobs.compare import compare_findings, planned_options
from measurand.jobs.project import from_project
from measurand.jobs.run import run
from measurand.jobs.texts import texts_of
from measurand.simulate.provider_asked import Asked
from measurand.simulate.server import SimulatedProvider

NOTE = "Here the fee of five euros must be named."
RUBRIC = [
    {"dimension": "tone", "definition": "Friendly.", "weight": 80, "raters": ["judge"]},
    {
        "dimension": "right",
        "weight": 20,
        "scale": "yes/no",
        "raters": [{"check.reference": "normalised"}],
    },
]
SYSTEMS = [
    {"name": "short", "role": "current", "target": "bots.py:short"},
    {"name": "long", "target": "bots.py:long"},
]
BOTS = """\
def short(question):
    return "It is 5."

def long(question):
    return "Thank you for asking! It would be about six, I am glad to say."
"""
REFERENCES = ["Five.", "it is 5", "The answer is five."]
ROWS = 16


def _rows(**first: Any) -> list[dict[str, Any]]:
    """Examples whose second of three references alone is what one system says."""
    rows = [
        {
            "id": f"q{place}",
            "messages": f"What is {place} less {place - 5}?",
            "references": REFERENCES,
            "segments": ["sums"],
        }
        for place in range(ROWS)
    ]
    rows[0] |= first
    return rows


@dataclass
class _Judge:
    """A judge that likes long answers, and remembers what it was asked."""

    prompts: list[str]

    def __call__(self, asked: Asked) -> str:
        prompt = "\n".join(text for _, text in asked.turns)
        self.prompts.append(prompt)
        level = 5 if "Thank you" in prompt else 2
        canary = prompt.rpartition("canary")[0] and _canary(prompt)
        return json.dumps(
            {
                "evidence": [],
                "reason": "so it is",
                "level": level,
                "cannot_assess": False,
                "canary": canary,
            }
        )


def _canary(prompt: str) -> str:
    from measurand.raters.judge.words import CANARY  # noqa: PLC0415 - next to its use

    lines = [line for line in prompt.splitlines() if line.startswith(CANARY)]
    return lines[-1].removeprefix(CANARY).strip()


@pytest.fixture
def judge() -> Iterator[tuple[_Judge, SimulatedProvider]]:
    told = _Judge([])
    with SimulatedProvider(told) as server:
        yield told, server


@pytest.fixture
def reaching(tmp_path: Path, judge: tuple[_Judge, SimulatedProvider]) -> Project:
    made = Project(tmp_path / "project", judge[1].base_url)
    _write(made, _rows(notes={"tone": NOTE}))
    (made.folder / "bots.py").write_text(BOTS, encoding="utf-8")
    return made


def _write(project: Project, rows: list[dict[str, Any]], **changes: Any) -> None:
    import yaml  # noqa: PLC0415 - next to its use

    (project.folder / "data").mkdir(parents=True, exist_ok=True)
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    (project.folder / "data" / "core.jsonl").write_text(text, encoding="utf-8")
    plan = {**PLAN, "rubric": RUBRIC, "systems": SYSTEMS, **changes}
    plan["judge"] = {"model": "sim/likes-long", "repeats": 1}
    project.plan.write_text(yaml.safe_dump(plan), encoding="utf-8")


def _overall(project: Project) -> tuple[float, tuple[str, ...]]:
    source = from_project(project.plan, environment=project.environment)
    found = compare_findings(source, planned_options(source), every_result=True)
    values = {
        r.systems[0]: r.estimate.value or 0.0
        for r in found.named("mean")
        if r.dimension == "overall" and not (r.component or r.segment)
    }
    return values["short"] - values["long"], found.limits


def test_they_reach_the_judge_the_checks_the_scores_and_the_page(
    reaching: Project, judge: tuple[_Judge, SimulatedProvider], tmp_path: Path
) -> None:
    told, _ = judge
    assert run(reaching.plan, environment=reaching.environment).exit_code == 0
    assert len(told.prompts) == 2 * ROWS
    noted = [prompt for prompt in told.prompts if NOTE in prompt]
    assert len(noted) == 2
    assert all(f"What is {0} less" in prompt for prompt in noted)
    assert all(reference in prompt for prompt in told.prompts for reference in REFERENCES)

    source = from_project(reaching.plan, environment=reaching.environment)
    right = source.ratings.where(dimension="right", system="short")
    assert set(right.distinct("value")) == {1.0}
    assert set(source.ratings.where(dimension="right", system="long").distinct("value")) == {0.0}
    texts = texts_of(source)["q0", "short"]
    assert all(reference in (texts.reference or "") for reference in REFERENCES)
    assert texts.named("tone")[-1] == ("Note to raters", NOTE)
    assert "Note to raters" not in dict(texts.named("right"))

    behind, limits = _overall(reaching)
    assert behind < 0
    assert not any("weighed" in limit for limit in limits)
    _write(
        reaching,
        _rows(notes={"tone": NOTE}),
        weights_by_segment={"sums": {"tone": 10, "right": 90}},
    )
    ahead, limits = _overall(reaching)
    assert ahead > 0
    assert any("16 by those of the segment sums (tone 10 %, right 90 %)" in one for one in limits)

    page = tmp_path / "page.html"
    words = ["compare", "--plan", str(reaching.plan), "--html", str(page)]
    assert main([*words, "--json"]) in {0, 1, 3}
    assert "Weights by segment" in page.read_text(encoding="utf-8")


def test_another_note_is_another_question_for_that_example_alone(
    reaching: Project, judge: tuple[_Judge, SimulatedProvider]
) -> None:
    told, _ = judge
    run(reaching.plan, environment=reaching.environment)
    told.prompts.clear()
    run(reaching.plan, environment=reaching.environment)
    assert not told.prompts
    _write(reaching, _rows(notes={"tone": "Here no fee may be named."}))
    run(reaching.plan, environment=reaching.environment)
    assert len(told.prompts) == 2
    assert all("Here no fee may be named." in prompt for prompt in told.prompts)


def test_an_examples_own_weights_count_for_it_alone(reaching: Project) -> None:
    run(reaching.plan, environment=reaching.environment)
    before, _ = _overall(reaching)
    _write(reaching, _rows(notes={"tone": NOTE}, weights={"right": 100, "tone": 0}))
    run(reaching.plan, environment=reaching.environment)
    after, limits = _overall(reaching)
    # Of 16 examples one is weighed by itself: its difference goes from -.4 to 1.
    assert after - before == pytest.approx((1 - before) / ROWS, abs=1e-9)
    assert any("1 by weights of their own" in limit for limit in limits)


def test_a_plan_tells_of_notes_for_what_the_rubric_does_not_have(
    reaching: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in reaching.variables.items():
        monkeypatch.setenv(name, value)
    _write(reaching, _rows(notes={"tune": "?"}, weights={"wright": 3}))
    assert main(["plan", str(reaching.plan), "--json"]) == 0
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert any("tune, wright" in note for note in notes)
