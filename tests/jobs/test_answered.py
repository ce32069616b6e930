"""Recorded outputs that are of another set are refused; those that lack some are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from measurand.errors import PlanError
from measurand.jobs.check import check_project
from measurand.jobs.planning import plan
from measurand.jobs.run import run

PLAN = """\
name: two bots
task: Answer customers.
data: {path: set/}
systems:
  - {name: today, role: current, target: "file:outputs/today.jsonl"}
  - {name: new, role: candidate, target: "file:outputs/new.jsonl"}
rubric:
  - dimension: quality
    definition: It is right.
    scale: boolean
    raters: [check.length_ratio]
"""


def project(folder: Path, **answered: range) -> Path:
    """A plan with five examples, and the ids that each system has answers to."""
    for name in ("set", "outputs"):
        (folder / name).mkdir()
    lines(folder / "set" / "core.jsonl", [{"id": f"e{i}", "input": f"Why {i}?"} for i in range(5)])
    for name, ids in answered.items():
        rows = [{"id": f"e{i}", "output": "Because."} for i in ids]
        lines(folder / "outputs" / f"{name}.jsonl", rows)
    file = folder / "measurand.yaml"
    file.write_text(PLAN, encoding="utf-8")
    return file


def lines(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.mark.parametrize("verb", [plan, run, check_project])
def test_outputs_of_another_set_stop_everything(
    tmp_path: Path, verb: Callable[[Path], object]
) -> None:
    file = project(tmp_path, today=range(10, 17), new=range(5))
    with pytest.raises(PlanError) as caught:
        verb(file)
    [fault] = caught.value.faults
    assert fault.problem == (
        "outputs/today.jsonl holds no output for any of the 5 examples in set/"
    )
    assert fault.found == "outputs for 7 other ids"
    assert (fault.file, fault.line) == (str(file), 5)
    assert "Record what today answers to these examples" in str(caught.value)
    assert caught.value.exit_code == 2


def test_outputs_that_lack_some_are_told_before_a_run(tmp_path: Path) -> None:
    file = project(tmp_path, today=range(3), new=range(5))
    told = [note for note in plan(file).notes if "no output" in note]
    assert told == [
        "outputs/today.jsonl has no output for 2 of 5 examples; each would be a failure of today"
    ]
    ran = run(file)
    assert sum(ran.snapshot.failures.values()) > 0
