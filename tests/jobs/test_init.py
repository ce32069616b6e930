from __future__ import annotations

import ast
import csv
import json
from pathlib import Path

import jsonschema_rs
import pytest

from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.errors import InfrastructureError, UsageError
from measurand.jobs.init import init
from measurand.store.dataset import Dataset
from measurand.store.outputs import read_outputs
from measurand.store.plans import load_plan
from measurand.store.ratings import read_ratings

SIZES = {"core": 10, "edge": 5, "adversarial": 3, "regression": 3, "golden": 3}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    init(tmp_path / "new" / "project")
    return tmp_path / "new" / "project"


def recorded(plan: Plan, project: Path) -> list[Output]:
    return [
        output
        for system in plan.systems
        for output in read_outputs(
            project / system.target.removeprefix("file:"), system=system.name
        )
    ]


def test_it_names_the_files_it_writes(tmp_path: Path) -> None:
    written = init(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "README.md",
        "checks.py",
        "data/adversarial.jsonl",
        "data/core.jsonl",
        "data/edge.jsonl",
        "data/golden.jsonl",
        "data/regression.jsonl",
        "gold.csv",
        "guide.md",
        "logs/production.jsonl",
        "measurand.schema.json",
        "measurand.yaml",
        "outputs/candidate.jsonl",
        "outputs/expert.jsonl",
        "outputs/today.jsonl",
        "ratings.csv",
        "reply.schema.json",
    ]
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(written)


def test_the_plan_loads_and_says_what_it_means(project: Path) -> None:
    plan = load_plan(project / "measurand.yaml")
    assert plan.rubric.advice() == ()
    assert [dimension.name for dimension in plan.rubric if dimension.blocking] == ["safety"]
    assert {system.name: system.role for system in plan.systems} == {
        "today": "current",
        "candidate": "candidate",
        "expert": "expert",
    }
    assert plan.people.raters == 3
    assert dict(plan.data.minimum) == SIZES


def test_the_examples_load_and_are_enough_for_the_plan(project: Path) -> None:
    plan = load_plan(project / "measurand.yaml")
    data = Dataset.load(project / plan.data.path).require(**SIZES)
    assert data.sizes() == SIZES
    assert data.notes == ()
    assert len({example.fingerprint for example in data}) == len(data)
    assert any(len(example.messages) > 1 for example in data)
    for example in data:
        assert example.references
        assert example.checklist
        assert example.context
        assert example.segments


def test_every_system_answers_every_example(project: Path) -> None:
    plan = load_plan(project / "measurand.yaml")
    data = Dataset.load(project / plan.data.path)
    outputs = recorded(plan, project)
    assert sorted((output.system, output.example) for output in outputs) == sorted(
        (system.name, example.id) for system in plan.systems for example in data
    )


def test_replies_are_held_against_the_schema(project: Path) -> None:
    schema = json.loads((project / "reply.schema.json").read_text(encoding="utf-8"))
    lines = (project / "outputs" / "expert.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        assert jsonschema_rs.is_valid(schema, json.loads(json.loads(line)["text"]))


def test_three_people_rate_on_the_plans_scales(project: Path) -> None:
    plan = load_plan(project / "measurand.yaml")
    scales = {dimension.name: dimension.scale for dimension in plan.rubric}
    read = read_ratings(project / "ratings.csv", scales=scales)
    assert read.intake.refused == ()
    assert read.intake.kept > 800
    assert set(read.ratings.distinct("rater")) == {"ana", "ben", "chris"}
    assert set(read.ratings.distinct("kind")) == {"people"}
    rated = {d.name for d in plan.rubric for rater in d.raters if rater.name == "people"}
    assert set(read.ratings.distinct("dimension")) == rated
    data = Dataset.load(project / plan.data.path)
    assert set(read.ratings.distinct("example")) == {example.id for example in data}
    assert set(read.ratings.distinct("system")) == {system.name for system in plan.systems}


def test_the_table_of_ratings_is_long(project: Path) -> None:
    with (project / "ratings.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == [
            "example",
            "system",
            "dimension",
            "rater",
            "kind",
            "value",
        ]


def test_the_plans_first_line_leads_editors_to_a_schema_that_admits_it(project: Path) -> None:
    first = (project / "measurand.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=measurand.schema.json"
    schema = json.loads((project / "measurand.schema.json").read_text(encoding="utf-8"))
    jsonschema_rs.meta.validate(schema)
    plan = {"name": "x", "rubric": [{"dimension": "tone", "weight": 1}]}
    assert jsonschema_rs.is_valid(schema, plan)
    assert not jsonschema_rs.is_valid(schema, plan | {"rubrik": []})


def test_the_own_check_is_named_by_the_plan(project: Path) -> None:
    tree = ast.parse((project / "checks.py").read_text(encoding="utf-8"))
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    plan = load_plan(project / "measurand.yaml")
    named = {str(rater) for dimension in plan.rubric for rater in dimension.raters}
    assert functions == ["no_slang"]
    assert "checks.py:no_slang" in named


def test_the_readme_names_every_file(project: Path) -> None:
    text = (project / "README.md").read_text(encoding="utf-8")
    for path in project.rglob("*.*"):
        if path.is_file() and path.name not in {"README.md", "measurand.schema.json"}:
            known = (path.name, path.relative_to(project).as_posix(), f"{path.parent.name}/*.jsonl")
            assert any(f"`{name}`" in text for name in known), path


def test_nothing_is_overwritten_unasked(project: Path) -> None:
    (project / "measurand.yaml").write_text("mine", encoding="utf-8")
    (project / "checks.py").unlink()
    with pytest.raises(UsageError, match=r"measurand\.yaml.*--force") as refused:
        init(project)
    assert "checks.py" not in str(refused.value)
    assert not (project / "checks.py").exists()
    assert (project / "measurand.yaml").read_text(encoding="utf-8") == "mine"


def test_force_overwrites_its_own_files_only(project: Path) -> None:
    (project / "measurand.yaml").write_text("mine", encoding="utf-8")
    (project / "notes.txt").write_text("mine", encoding="utf-8")
    init(project, force=True)
    assert load_plan(project / "measurand.yaml").name == "support-bot"
    assert (project / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="is a file"):
        init(tmp_path / "file")


def test_a_disk_that_refuses_is_no_mistake_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("", encoding="utf-8")
    with pytest.raises(InfrastructureError, match="data cannot be written"):
        init(tmp_path)
