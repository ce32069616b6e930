"""An adopted change as a plan has it: what was written stays, and what changes is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from measurand.core.candidate import Candidate
from measurand.core.example import Message
from measurand.core.exemplars import ExemplarId, Settled
from measurand.core.judging import Exemplar
from measurand.jobs.improving.writing import Adopted
from measurand.store.plans import load_plan

PLAN = """\
name: p
rubric:
  - {dimension: accuracy, scale: 1-5, raters: [people, judge]}
  - {dimension: tone, scale: 1-5, raters: [judge]}
judge:
  models: [sim/a, {model: sim/b, family: rowan}]   # the panel
  repeats: 1   # for now
calibration:
  development: 50
  candidates:
    - {name: shown, exemplars: balanced, each: 1}
    - {name: three repeats, repeats: 3}
"""
SHOWN = Settled(
    dimension="accuracy",
    of=ExemplarId("q1", "s"),
    exemplar=Exemplar(messages=(Message("user", "When?"),), output="Now.", level=4.0),
)


def adopted(folder: Path, plan: str = PLAN, *, judge: str = "sim/a", **parts: Any) -> Adopted:
    file = folder / "measurand.yaml"
    file.write_text(plan, encoding="utf-8")
    rubric, shown = parts.pop("rubric", {}), parts.pop("shown", ())
    return Adopted(
        judge=judge,
        candidate=Candidate(**{"name": "three repeats", **parts}),
        file=file,
        text=plan,
        rubric=rubric,
        shown=shown,
    )


def test_what_is_the_default_is_written_and_nothing_else_changes(tmp_path: Path) -> None:
    one = adopted(tmp_path, repeats=3)
    judge = yaml.safe_load(one.snippet)["judge"]
    assert judge == {"models": ["sim/a", {"model": "sim/b", "family": "rowan"}], "repeats": 3}
    assert any("sim/b would be asked so too" in note for note in one.notes)
    (plan,) = one.write()
    wanted = PLAN.replace("repeats: 1 ", "repeats: 3 ")
    wanted = wanted.replace("    - {name: three repeats, repeats: 3}\n", "")
    assert plan.path.read_text(encoding="utf-8") == wanted
    assert load_plan(plan.path) == one.plan


def test_the_same_is_written_once_and_another_beside_it(tmp_path: Path) -> None:
    first = adopted(tmp_path, repeats=3).write()
    again = adopted(tmp_path, repeats=3).write()
    assert [one.fresh for one in (*first, *again)] == [True, False]
    assert first[0].path == again[0].path
    (other,) = adopted(tmp_path, repeats=5).write()
    assert other.fresh
    assert other.path.name == "measurand-sim-a-three-repeats-2.yaml"
    assert adopted(tmp_path, repeats=5).write()[0].fresh is False


def test_exemplars_are_written_beside_it_once(tmp_path: Path) -> None:
    one = adopted(tmp_path, name="shown", exemplars="balanced", shown=(SHOWN,))
    plan, shown = one.write()
    assert load_plan(plan.path).judge == one.plan.judge
    assert one.plan.judge is not None
    assert one.plan.judge.exemplars == shown.path.name
    assert [w.fresh for w in one.write()] == [False, False]
    shown.path.write_text("", encoding="utf-8")
    renewed = one.write()
    assert [w.fresh for w in renewed] == [True, True]
    assert renewed[1].path.name == "measurand-sim-a-shown-2-exemplars.jsonl"
    assert renewed[1].path.name in renewed[0].path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("judge", "change", "models"),
    [
        ("sim/a", {"model": "sim/c"}, ["sim/c", {"model": "sim/b", "family": "rowan"}]),
        ("sim/b", {"model": "sim/c", "family": "oak"},
         ["sim/a", {"model": "sim/c", "family": "oak"}]),
        ("sim/a", {"model": "sim/b"}, ["sim/b"]),
        ("sim/a", {"parameters": {"t": 0}},
         [{"model": "sim/a", "parameters": {"t": 0}}, {"model": "sim/b", "family": "rowan"}]),
    ],
)  # fmt: skip
def test_the_rest_of_the_panel_stays(
    tmp_path: Path, judge: str, change: dict[str, Any], models: list[Any]
) -> None:
    one = adopted(tmp_path, judge=judge, **change)
    assert yaml.safe_load(one.snippet)["judge"]["models"] == models
    (plan,) = one.write()
    assert load_plan(plan.path) == one.plan


def test_a_wording_is_the_judges_and_other_raters_stay(tmp_path: Path) -> None:
    told = {"judge": {"definition": "True: all of it."}}
    definition = {"accuracy": "True: all of it."}
    one = adopted(tmp_path, rubric={"accuracy": told}, definition=definition)
    assert yaml.safe_load(one.snippet) == {
        "rubric": [{"dimension": "accuracy", "raters": ["people", told]}]
    }
    text = one.write()[0].path.read_text(encoding="utf-8")
    assert "raters: [people, {judge: {definition: 'True: all of it.'}}]}" in text


def test_a_judge_by_batch_is_shown_no_exemplars(tmp_path: Path) -> None:
    plan = PLAN.replace("  repeats: 1", "  batch: true\n  repeats: 1")
    one = adopted(tmp_path, plan, name="shown", exemplars="balanced", shown=(SHOWN,))
    assert yaml.safe_load(one.snippet)["judge"]["batch"] is False
    assert any("batch is off" in note for note in one.notes)
