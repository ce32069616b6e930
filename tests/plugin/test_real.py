"""The plug-in on a real project: offline on its ledger, one gate for all workers."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.docs.repository import WORSE, Repository

from measurand.store.ledger import open_ledger

pytest_plugins = ["pytester"]

TESTS = """
import pytest

@pytest.mark.measurand
@pytest.mark.parametrize("number", range(4))
def test_ships(number): ...

def test_looks(measurand_gate):
    assert measurand_gate.result.system == "candidate"
"""


def decided(project: Repository) -> list[str]:
    with open_ledger(project.folder / ".measurand" / "ledger.db") as ledger:
        return [record.outcome for record in ledger.gates.records()]


@pytest.mark.long
def test_a_recorded_ledger_is_enough_and_is_asked_once(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = Repository.made(tmp_path / "clone")
    assert project.built().codes["Gate"] == 0
    assert decided(project) == ["pass"]
    project.write("test_gate.py", TESTS)
    monkeypatch.chdir(project.folder)
    words = ("--rootdir", str(project.folder), "-p", "no:cacheprovider", "-n", "2")

    result = pytester.runpytest_subprocess(str(project.folder), *words)
    result.assert_outcomes(passed=5)
    assert decided(project) == ["pass"]

    project.write("bot.py", WORSE)
    result = pytester.runpytest_subprocess(str(project.folder), *words)
    result.assert_outcomes(failed=4, passed=1)
    result.stdout.fnmatch_lines(["*measurand gate of candidate against today: inconclusive*"])
    assert decided(project) == ["pass"]
