"""The starter runs as it stands: its checks find something, its commands answer."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from measurand.core.output import Output
from measurand.jobs.init import init
from measurand.raters.checks.checklist import Checklist
from measurand.store.dataset import Dataset
from measurand.store.outputs import read_outputs


@pytest.fixture
def project(tmp_path: Path) -> Path:
    init(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("system", "complete"), [("expert", True), ("today", False)])
def test_the_expert_covers_everything_and_the_current_system_does_not(
    project: Path, *, system: str, complete: bool
) -> None:
    data = Dataset.load(project / "data")
    check = Checklist("completeness")
    shares = [
        check.measure(data[output.example], output).value
        for output in read_outputs(project / "outputs" / f"{system}.jsonl", system=system)
    ]
    assert len(shares) == len(data)
    assert all(share == 1 for share in shares) == complete


def test_the_own_check_sees_slang(project: Path) -> None:
    made = runpy.run_path(str(project / "checks.py"))["no_slang"]
    example = next(iter(Dataset.load(project / "data")))
    for text, good in (("No worries, dude", 0.0), ("You are welcome.", 1.0)):
        answer = Output(example=example.id, system="today", text=text)
        assert made.measure(example, answer).value == good
    assert made.dimension == "tone"


def test_every_command_of_the_readme_answers(project: Path) -> None:
    text = (project / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ measurand ([^#\n]+?) *#", text, re.MULTILINE)
    assert [command.split()[0] for command in commands] == [
        *("run", "import", "agreement", "compare", "report"),
        *("import", "rate", "rate", "rate"),
        *("data", "data", "data", "data"),
    ]
    for command in commands:
        if command == "rate serve":  # it goes on until it is stopped; tests/server has it
            continue
        ran = subprocess.run(
            [sys.executable, "-m", "measurand", *command.split()],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
        awaits = "data check" in command  # experts' answers
        differs = "data mismatch" in command  # the set has too little of the storm
        assert ran.returncode == (3 if awaits else 1 if differs else 0), ran.stderr
        assert ran.stdout
