"""The page about the plan: its example is a project that loads, and it names every field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from measurand.cli import main
from measurand.core.example import Requirement
from measurand.errors import PlanError
from measurand.store.dataset import Dataset
from measurand.store.examples import ALIASES as EXAMPLE_NAMES
from measurand.store.outputs import ALIASES as OUTPUT_NAMES
from measurand.store.outputs import read_outputs
from measurand.store.plans import CompareForm, PlanForm, load_plan
from measurand.store.plans_rubric import DimensionForm, JudgeRaterForm
from measurand.store.plans_run import (
    EndpointForm,
    JudgeForm,
    JudgeModelForm,
    PriceForm,
    RedactForm,
    RunForm,
)
from measurand.store.plans_systems import RequestForm, SystemForm

PAGE = (Path(__file__).parents[2] / "docs" / "plan.md").read_text(encoding="utf-8")
PLAN, RUN = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
EXAMPLES, OUTPUTS = re.findall(r"```jsonl\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    files = {"measurand.yaml": PLAN, "data/core.jsonl": EXAMPLES}
    files |= {f"outputs/{name}.jsonl": OUTPUTS for name in ("today", "candidate")}
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_the_example_is_a_project(project: Path) -> None:
    plan = load_plan(project / "measurand.yaml")
    assert [d.name for d in plan.rubric] == ["accuracy", "completeness", "safety"]
    assert [d.blocking for d in plan.rubric] == [False, False, True]
    assert [system.role for system in plan.systems] == ["current", "candidate"]
    data = Dataset.load(project / plan.data.path)
    assert data["q1"].checklist == (Requirement(("nine",)), Requirement(("every day", "daily")))
    assert (data["q1"].references, data["q2"].cluster) == (("At nine.",), "talk-7")
    first, second = read_outputs(project / "outputs" / "today.jsonl", system="today")
    assert first.cost == 0.0004
    assert second.failure is not None
    assert second.failure.kind == "timeout"


def test_the_example_can_be_checked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    told = capsys.readouterr().out
    assert "completeness (0..1) by check.checklist: today 1.00, candidate 1.00" in told
    assert (project / ".measurand" / "ledger.db").exists()


def test_the_example_of_running_fits_the_project(project: Path) -> None:
    path = project / "measurand.yaml"
    path.write_text(PLAN + RUN, encoding="utf-8")
    plan = load_plan(path)
    assert plan.judge is not None
    assert [model.family for model in plan.judge.models] == [None, "mistral"]
    assert (plan.run.budget, plan.run.connections) == (25.0, 20)
    assert plan.redact.patterns == {"order number": r"A-\d{6}"}
    assert plan.providers["local"].key == "LOCAL_API_KEY"


def test_a_yes_for_a_truth_value_is_refused_as_the_page_says(project: Path) -> None:
    path = project / "measurand.yaml"
    path.write_text(PLAN.replace("blocking: true", "blocking: yes"), encoding="utf-8")
    with pytest.raises(PlanError, match=r"blocking: is not true or false.*: true, false"):
        load_plan(path)


def test_the_page_names_every_field() -> None:
    forms = (
        *(PlanForm, DimensionForm, SystemForm, CompareForm, JudgeRaterForm, RequestForm),
        *(JudgeForm, JudgeModelForm, RunForm, PriceForm, EndpointForm, RedactForm),
    )
    names = {name for form in forms for name in form.model_fields}
    for aliases in (EXAMPLE_NAMES, OUTPUT_NAMES):
        names |= {*aliases, *(other for others in aliases.values() for other in others)}
    shown = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`\n]+)`", PAGE))))
    assert sorted(names - shown) == []
