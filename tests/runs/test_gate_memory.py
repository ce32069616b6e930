"""What a gate remembers: nothing that was decided on is lost in silence."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.runs.gating import WAIVER, WRONG, Gating

from measurand.errors import InsufficientData
from measurand.jobs.engine.agenda import Again
from measurand.jobs.gate import GateAnswer, GateOptions, gate
from measurand.jobs.run import RunOptions, run

DROPPED = [{"dimension": "correct", "scale": "yes/no", "raters": [{"check.reference": "any"}]}]


@pytest.fixture
def gating(tmp_path: Path) -> Gating:
    made = Gating(tmp_path / "project")
    made.write()
    return made


@pytest.fixture
def rules(gating: Gating, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gating]:
    """A system that leaves the answer to a module of the project's own."""
    monkeypatch.syspath_prepend(str(gating.folder))
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    _rules(gating, "references[0]")
    code = "from rules_of_new import rule\ndef answer(example):\n    return rule(example)\n"
    (gating.folder / "new.py").write_text(code)
    yield gating
    _rules(gating, "forgotten")  # no other test has a module of this name


def _rules(gating: Gating, what: str) -> None:
    text = f"def rule(example):\n    return example.{what}\n"
    (gating.folder / "rules_of_new.py").write_text(text)


def lost(answer: GateAnswer) -> set[tuple[str, str]]:
    """What is gone or changed, and keeps the gate from green."""
    return {
        (item.example, item.dimension)
        for item in answer.gate.items
        if item.outcome == "missing" and item.dimension in {"removed", "changed"}
    }


def notes(answer: GateAnswer) -> str:
    return "\n".join(answer.gate.findings.limits)


def plan(gating: Gating, **changes: Any) -> None:
    """Change keys of the plan, and nothing else of the project."""
    told = yaml.safe_load(gating.plan.read_text())
    gating.plan.write_text(yaml.safe_dump({**told, **changes}))


def test_code_that_a_system_calls_is_asked_again(rules: Gating) -> None:
    assert rules.gate().exit_code == 0
    _rules(rules, "id")
    assert rules.gate(run=False).exit_code == 3
    assert rules.gate().exit_code == 1
    assert "installed packages" in notes(rules.gate())


def test_a_version_asked_again_does_not_overwrite_what_passed(gating: Gating) -> None:
    state = gating.folder / "state.txt"
    state.write_text("right")
    read = f"__import__('pathlib').Path({str(state)!r}).read_text()"
    text = f"example.references[0] if {read} == 'right' else 'No.'"
    gating.bot("new", text)
    assert gating.gate().exit_code == 0
    same = gating.gate(against="last-passing")
    assert same.exit_code == 0
    assert "held against itself" in notes(same)
    state.write_text("wrong")
    assert gating.gate(against="last-passing").exit_code == 0, "nothing was asked"
    run(gating.plan, RunOptions(again=Again(everything=True)), environment=gating.environment)
    answer = gating.gate(against="last-passing")
    assert answer.exit_code == 1
    assert "held against itself" not in notes(answer)


def _core_passes_between(gating: Gating) -> None:
    gating.data(range(120), "core")
    assert gating.gate(components=("core",)).exit_code == 0


def _the_system_is_renamed(gating: Gating) -> None:
    systems = [
        {"name": "old", "role": "current", "target": "old.py:answer"},
        {"name": "newer", "target": "new.py:answer"},
    ]
    plan(gating, systems=systems)


def _the_plan_is_renamed(gating: Gating) -> None:
    plan(gating, name="another")


@pytest.mark.parametrize(
    "harm", [_core_passes_between, _the_system_is_renamed, _the_plan_is_renamed]
)
def test_a_deleted_example_is_remembered(gating: Gating, harm: Callable[[Gating], None]) -> None:
    assert gating.gate().exit_code == 0
    gating.bot("new", WRONG.format(ids={"r3"}))
    harm(gating)
    gating.data(n for n in range(30) if n != 3)
    answer = gating.gate()
    assert answer.exit_code == 3
    assert lost(answer) == {("r3", "removed")}


def test_an_example_cannot_hide_in_another_component(gating: Gating) -> None:
    plan(gating, gate={"components": ["regression", "core"], "margin": 0.3})
    gating.data(range(30), "core")
    assert gating.gate().exit_code == 0
    rows = (gating.folder / "data" / "regression.jsonl").read_text().splitlines(keepends=True)
    core = gating.folder / "data" / "core.jsonl"
    core.write_text(core.read_text() + rows.pop(3))
    (gating.folder / "data" / "regression.jsonl").write_text("".join(rows))
    answer = gating.gate()
    assert (answer.exit_code, lost(answer)) == (3, {("r3", "removed")})
    core.write_text("".join(core.read_text().splitlines(keepends=True)[1:-1]))
    (gating.folder / "data" / "regression.jsonl").write_text(
        "".join(rows) + rows[0].replace('"r0"', '"r3"')
    )
    assert ("c0", "removed") in lost(gating.gate())


def test_an_example_edited_in_place_needs_a_waiver(gating: Gating) -> None:
    plan(gating, gate={"waivers": "waivers.yaml"})
    gating.waivers()
    assert gating.gate().exit_code == 0
    file = gating.folder / "data" / "regression.jsonl"
    file.write_text(file.read_text().replace("It is 3.", "It is 99."))
    answer = gating.gate()
    assert (answer.exit_code, lost(answer)) == (3, {("r3", "changed")})
    assert "not as it was decided on before (r3)" in answer.gate.findings.verdicts[0].reason
    gating.waivers({**WAIVER, "dimension": "changed"})
    assert gating.gate().exit_code == 0
    gating.waivers()
    assert gating.gate().exit_code == 0


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"rubric": DROPPED}, ("rubric.safety", "removed")),
        ({"blocking": False}, ("rubric.safety", "changed")),
        ({"gate": {"max_failures": 5}}, ("gate.max_failures", "changed")),
        ({"gate": {"margin": 0.4}}, ("gate.margin.regression", "changed")),
        ({"gate": {"pass_mark": 0.2}}, ("gate.pass_mark", "changed")),
        ({"gate": {"confirm": "all"}}, ("gate.confirm", "changed")),
        ({"compare": {"level": 0.8}}, ("compare.level", "changed")),
    ],
)
def test_nothing_is_demanded_less_in_silence(
    gating: Gating, changes: dict[str, Any], what: tuple[str, str]
) -> None:
    assert gating.gate().exit_code == 0
    if "blocking" in changes:
        told = yaml.safe_load(gating.plan.read_text())
        told["rubric"][1]["blocking"] = False
        gating.plan.write_text(yaml.safe_dump(told))
    else:
        plan(gating, **changes)
    answer = gating.gate()
    assert (answer.exit_code, lost(answer)) == (3, {what})
    gating.waivers({**WAIVER, "example": what[0], "dimension": what[1]})
    section = yaml.safe_load(gating.plan.read_text()).get("gate", {})
    plan(gating, gate={**section, "waivers": "waivers.yaml"})
    assert gating.gate().exit_code == 0
    gating.waivers()
    assert gating.gate().exit_code == 0


def test_what_is_demanded_more_is_told_and_no_more(gating: Gating) -> None:
    assert gating.gate().exit_code == 0
    plan(gating, gate={"max_blocking": 0.2})
    answer = gating.gate()
    assert answer.exit_code == 0
    assert "gate.max_blocking was 1.0, is 0.2" in answer.gate.findings.limits[0]


def test_a_forced_pass_is_no_last_passing(gating: Gating) -> None:
    gating.bot("new", WRONG.format(ids={"r3", "r4"}))
    assert gating.gate().exit_code == 1
    forced = gating.gate(max_failures=30, margin=0.6)
    assert forced.exit_code == 0
    assert "by other terms than the plan's" in notes(forced)
    with pytest.raises(InsufficientData, match="but for passes on other terms"):
        gating.gate(against="last-passing")


def test_other_plans_of_a_folder_are_other_plans(gating: Gating) -> None:
    assert gating.gate().exit_code == 0
    told = yaml.safe_load(gating.plan.read_text())
    told["data"]["path"] = "others/"
    other = gating.folder / "other.yaml"
    other.write_text(yaml.safe_dump(told))
    shutil.copytree(gating.folder / "data", gating.folder / "others")
    file = gating.folder / "others" / "regression.jsonl"
    file.write_text(file.read_text().replace('"r', '"x'))
    answer = gate(other, GateOptions(run=True), environment=gating.environment)
    assert answer.exit_code == 0
    assert "none of them of other.yaml" in notes(answer)
    assert gating.gate().exit_code == 0


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_other_branches_are_other_lines(gating: Gating) -> None:
    def git(*words: str) -> None:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
        done = ["git", *who, *words]
        subprocess.run(done, cwd=gating.folder, check=True, capture_output=True)

    (gating.folder / ".gitignore").write_text(".measurand/\n__pycache__/\n")
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    assert gating.gate().exit_code == 0
    git("switch", "-q", "-c", "more")
    gating.data(range(31))
    git("commit", "-q", "-a", "-m", "one more")
    assert gating.gate().exit_code == 0
    git("switch", "-q", "main")
    assert gating.gate().exit_code == 0, "r30 is of another branch"
    git("switch", "-q", "-c", "fewer")
    gating.data(range(29))
    git("commit", "-q", "-a", "-m", "one less")
    assert lost(gating.gate()) == {("r29", "removed")}


def test_a_waiver_for_ever_is_told(gating: Gating) -> None:
    gating.waivers({**WAIVER, "example": "r4"})
    answer = gating.gate(waivers=gating.folder / "waivers.yaml")
    assert "holds until 2099-12-31, more than a year from now" in notes(answer)


def test_code_that_was_asked_before_does_not_borrow_the_rows_of_other_code(
    gating: Gating,
) -> None:
    wrong, right = WRONG.format(ids={"r3"}), "example.references[0]"
    for text, code in ((wrong, 1), (right, 0)):
        gating.bot("new", text)
        assert gating.gate().exit_code == code
    gating.bot("new", wrong)
    answer = gating.gate(run=False)
    assert answer.exit_code == 3
    assert "newest run was of another version of new" in answer.gate.findings.verdicts[0].reason
    assert gating.gate().exit_code == 1
