"""What the command leaves behind, whatever becomes of the gate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree
from tests.runs.gating import KEY, WRONG, Gating

from measurand.cli import main
from measurand.errors import LedgerError
from measurand.store import ledger_connection
from measurand.store.ledger import open_ledger
from measurand.store.ledger_gates import GateRecord

FILES = ("--junit", "j.xml", "--sarif", "s.sarif", "--markdown", "m.md")


@pytest.fixture
def gating(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gating:
    made = Gating(tmp_path / "project")
    made.write()
    monkeypatch.chdir(made.folder)
    monkeypatch.setenv("MEASURAND_KEY", KEY)
    return made


def test_no_file_of_an_earlier_gate_stays_where_nothing_is_decided(
    gating: Gating, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gate", "--run", "-q", *FILES]) == 0
    assert "pass" in Path("m.md").read_text().splitlines()[0]
    gating.plan.write_text("name: [")
    assert main(["gate", *FILES]) == 2
    assert "not YAML" in capsys.readouterr().err
    assert Path("m.md").read_text().startswith("# Gate of not known: inconclusive")
    (case,) = etree.parse("j.xml").iter("testcase")
    assert "nothing was decided" in case.find("error").get("message")
    (run,) = json.loads(Path("s.sarif").read_text())["runs"]
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert any("nothing was decided" in note["message"]["text"] for note in notes)


def test_a_file_that_is_read_is_never_taken_away(
    gating: Gating, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gate", "--markdown", "measurand.yaml"]) == 2
    assert "the gate reads this file" in capsys.readouterr().err
    assert gating.plan.read_text().startswith("data:")


@pytest.mark.parametrize("passes", [True, False])
def test_who_stops_listening_changes_nothing(gating: Gating, *, passes: bool) -> None:
    if not passes:
        gating.bot("new", WRONG.format(ids={"r3"}))
    assert gating.gate().exit_code == (0 if passes else 1)
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "measurand", "gate"]
    with os.fdopen(writing, "w") as nobody:
        done = subprocess.run(command, stdout=nobody, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0 if passes else 1, b"")


@pytest.mark.long
def test_no_output_at_all_changes_nothing(gating: Gating) -> None:
    assert gating.gate().exit_code == 0
    command = f'exec "{sys.executable}" -m measurand gate >&-'
    done = subprocess.run(["/bin/sh", "-c", command], stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_ledger_that_may_only_be_read_is_enough(
    gating: Gating, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gating.gate().exit_code == 0
    only_read = ledger_connection._only_read  # root may write to any file
    monkeypatch.setattr("measurand.store.ledger.connected", only_read)
    assert gating.gate(run=False, record=False).exit_code == 0
    answer = gating.gate(run=False)
    assert answer.exit_code == 0
    told = answer.gate.findings.limits[0]
    assert "was not kept" in told
    assert "may only read it" in told
    assert "--no-record" in told
    with (
        open_ledger(gating.folder / ".measurand" / "ledger.db") as ledger,
        pytest.raises(LedgerError, match="may only read it"),
    ):
        ledger.gates.add(GateRecord(system="s", version="", against="b", outcome="pass"))
