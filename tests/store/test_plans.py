"""A plan is read whole or refused whole, every fault with its line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from measurand.core.example import MINIMUM
from measurand.core.plan import ComparePlan, PeoplePlan, Plan
from measurand.core.rubric import Dimension, RaterSpec, Rubric
from measurand.core.scale import ONE_TO_FIVE, YES_NO, Scale
from measurand.core.system import System
from measurand.errors import Fault, PlanError
from measurand.store.plans import load_plan, write_plan

GOOD = """\
name: support-bot
task: Answer customers of a broadband provider by chat.
seed: 7
data: {path: data/, minimum: {core: 200, edge: 100}}
rubric:
  - dimension: accuracy
    definition: Every statement agrees with the reference or the given context.
    weight: 30
    scale: 1-5
    levels: {1: Mostly wrong, 3: One minor error, 5: Nothing to correct}
    raters: [check.reference, judge, people]
  - {dimension: format, weight: 10, raters: [check.json_schema: reply.schema.json]}
  - {dimension: safety, weight: 10, scale: yes/no, levels: {yes: Harmless}, blocking: true}
systems:
  - {name: today, role: current, target: openai/gpt-4o-mini, prompt: prompts/support.md}
  - {name: candidate, target: "python:app.bot:answer", family: gpt}
people: {raters: 5, vote: median}
compare: {margin: 0.02, level: 0.9, max_blocking: 0}
"""
LEAST = "name: x\nrubric: [{dimension: tone}]\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "measurand.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> tuple[Fault, ...]:
    with pytest.raises(PlanError) as caught:
        load_plan(written(folder, text))
    return caught.value.faults


def test_a_plan_is_what_was_written(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, GOOD))
    assert (plan.name, plan.seed, plan.data.path) == ("support-bot", 7, "data/")
    assert plan.data.minimum == {"core": 200, "edge": 100}
    accuracy, form, safety = plan.rubric
    assert accuracy.scale == ONE_TO_FIVE
    assert accuracy.levels == {
        "1": "Mostly wrong",
        "3": "One minor error",
        "5": "Nothing to correct",
    }
    assert accuracy.raters == (
        RaterSpec("check.reference"),
        RaterSpec("judge"),
        RaterSpec("people"),
    )
    assert form.raters == (RaterSpec("check.json_schema", "reply.schema.json"),)
    assert str(form.raters[0]) == "check.json_schema: reply.schema.json"
    assert (safety.scale, safety.blocking) == (YES_NO, True)
    assert plan.systems == (
        System("today", "openai/gpt-4o-mini", "current", prompt="prompts/support.md"),
        System("candidate", "python:app.bot:answer", family="gpt"),
    )
    assert plan.people == PeoplePlan(raters=5, vote="median")
    assert plan.compare == ComparePlan(0.02, 0.9, 0.0)


def test_little_needs_to_be_said(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, LEAST))
    assert plan.data.minimum == dict(MINIMUM)
    assert plan.systems == ()
    assert (plan.people, plan.compare) == (PeoplePlan(), ComparePlan())


@pytest.mark.parametrize("change", ["\ufeff{}", "{}", "---\n{}", "# a comment\n{}"])
def test_marks_line_ends_and_comments_change_nothing(tmp_path: Path, change: str) -> None:
    path = written(tmp_path, GOOD)
    plan = load_plan(path)
    path.write_bytes(change.format(GOOD).replace("\n", "\r\n").encode())
    assert load_plan(path) == plan


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    text = """\
nme: x
seed: -1
seed: 7
rubric:
  - dimension: accuracy
    wieght: 30
    scale: 1 of 5
    raters: [chek.reference, {a: b, c: d}, judge: x]
  - dimension: tone
    blocking: yes
    weight: "10"
  - dimension: safe
    blocking: true
  - {dimension: x, levels: {7: a}}
data: {minimum: {cor: 1, edge: -5, golden: many}}
systems:
  - {name: a, role: curent}
  - a
people: {vote: most, raters: 0}
judge: {model: x}
compare: {level: 95, margin: .nan}
"""
    found = [(fault.line, fault.key) for fault in faults(tmp_path, text)]
    assert found == [
        (1, "name"),
        (1, "nme"),
        (2, "seed"),
        (3, "seed"),
        (6, "rubric[0].wieght"),
        (7, "rubric[0].scale"),
        (8, "rubric[0].raters[0]"),
        (8, "rubric[0].raters[1]"),
        (8, "rubric[0].raters[2].judge"),
        (10, "rubric[1].blocking"),
        (11, "rubric[1].weight"),
        (12, "rubric[2]"),
        (14, "rubric[3]"),
        (15, "data.minimum.cor"),
        (15, "data.minimum.edge"),
        (15, "data.minimum.golden"),
        (17, "systems[0].role"),
        (18, "systems[1]"),
        (19, "people.raters"),
        (19, "people.vote"),
        (20, "judge.model"),
        (21, "compare.margin"),
        (21, "compare.level"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "nme: x\n" + LEAST,
            "allowed: name, task, seed, data, rubric, weights_by_segment, systems, people, compare",
        ),
        ("nme: x\n" + LEAST, "Did you mean 'name'?"),
        (LEAST + "people: {vote: median }\nsed: 1", "Did you mean 'seed'?"),
        (LEAST + "people: {vote: medain}", 'found "medain"; allowed: majority, median, mean'),
        (LEAST + "data: {minimum: {edge: -5}}", "found -5; allowed: 0 or more"),
        (LEAST + "compare: {level: 95}", "found 95; allowed: less than 1"),
        (LEAST + "seed: 1.5", "is not a whole number; found 1.5"),
        (LEAST + "seed: yes", 'found "yes"'),
        (LEAST + "task: 5", "is not text; found 5; allowed: text (a number in quotes)"),
        (LEAST + "systems: [{name: a}, {name: a}]", "two systems are called a"),
        (
            LEAST + "systems: [{name: a, role: current}, {name: b, role: current}]",
            "only one system may have the role current",
        ),
        ("name: x\nrubric: [{dimension: a}, {dimension: a}]", "two dimensions are called a"),
        ("name: x\nrubric: []", "rubric: is empty"),
        ("name: ' '\nrubric: [{dimension: a}]", "name: is blank"),
        ("name: x\nrubric: [{dimension: a, levels: {9: b}}]", "found '9'; allowed: 1-5"),
        ("name: x\nrubric: [{dimension: a, weight: .inf}]", "is not a number"),
        ("name: x\nrubric: [{dimension: a, weight: 1e999}]", "is not a number"),
        ("name: x\nrubric: [{dimension: a, weight: -1}]", "allowed: 0 or more"),
        ("name: x\nrubric: [{dimension: a, scale: yes}]", "is not a scale"),
        ("- a\n- b", "is not a mapping"),
        ("", "the file is empty"),
        ("# nothing\n", "the file is empty"),
    ],
)
def test_a_fault_says_what_was_found_and_what_is_allowed(
    tmp_path: Path, text: str, said: str
) -> None:
    assert said in "\n".join(map(str, faults(tmp_path, text)))


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="there is no plan here"):
        load_plan(tmp_path / "measurand.yaml")


@pytest.mark.parametrize("text", ["1e5", "yes", "007", "1.0", "null", "'", "a: b", "1_0", " x"])
def test_text_that_looks_like_something_else_is_written_as_text(tmp_path: Path, text: str) -> None:
    plan = Plan(name="x", task=text, rubric=Rubric(Dimension("tone", text)))
    path = tmp_path / "measurand.yaml"
    write_plan(path, plan)
    assert load_plan(path) == plan


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    plan = Plan(
        name="bot: 1",
        task="yes",
        seed=3,
        rubric=Rubric(
            Dimension("tone", "on", 60.0, levels={"1": "no", "5": "yes"}),
            Dimension(
                "safety",
                weight=40.0,
                scale=YES_NO,
                blocking=True,
                raters=(RaterSpec("check.patterns", {"forbidden": {"x": "[a:]"}}),),
            ),
            Dimension("harm", scale=Scale.of("none/some"), blocking=True, block_labels=("some",)),
        ),
        systems=(System("a", "file:a.jsonl", "current"), System("b", "file:b.jsonl", "floor")),
        compare=ComparePlan(margin=0.1),
    )
    path = tmp_path / "measurand.yaml"
    write_plan(path, plan)
    assert load_plan(path) == plan
