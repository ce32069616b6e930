"""Users' own code, at its worst, in a whole run: each thing has its class, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.runs.conftest import Project

from measurand.core.example import Example, Message
from measurand.jobs.run import run
from measurand.models.environment import Environment
from measurand.store.dataset import Dataset
from measurand.store.ledger import open_ledger

PATIENCE = 30
BOT = """
def answer(question):
    if question == "generator":
        raise GeneratorExit
    if question == "stop":
        raise StopIteration
    if question == "interrupt":
        raise KeyboardInterrupt
    if question == "set":
        return {"text": "a", "tool_calls": [{"name": "x", "arguments": {"a": {1}}}]}
    if question == "keys":
        return {"text": "a", "tool_calls": [{"name": "x", "arguments": {1: 2, "b": 3}}]}
    if question == "tokens":
        return {"text": "a", "usage": {"input_tokens": 10**30}}
    if question == "words":
        raise ValueError("\\ud83d for jane.roe@acme-mail.com")
    return f"{question} \\ud83d"
"""
CHECK = """
import pathlib
import threading

def mine(example, output):
    if example.id == "blocks":
        pathlib.Path("blocked").touch()
        threading.Event().wait()
    if example.id == "off":
        return 7
    if example.id == "raises":
        raise GeneratorExit
    return None if example.id == "open" else True
"""
FAILURES = {
    **dict.fromkeys(("generator", "stop", "interrupt", "words"), "exception"),
    **dict.fromkeys(("set", "keys", "tokens"), "invalid"),
}
RATED = {"blocks": "timeout", "off": "out_of_range", "raises": "exception", "open": None}


def project(folder: Path, timeout: float) -> Project:
    made = Project(folder, "http://127.0.0.1:9")
    made.write(
        1,
        rubric=[{"dimension": "d", "weight": 100, "scale": "0..1", "raters": ["chk.py:mine"]}],
        systems=[{"name": "bot", "target": "bot.py:answer"}],
        judge=None,
        prices={},
        run={"timeout": timeout, "connections": 4},
    )
    for file in (folder / "data").iterdir():
        file.unlink()
    asked = (*FAILURES, *RATED, "good")
    examples = tuple(Example(id=q, messages=(Message("user", q),)) for q in asked)
    Dataset(examples).save(folder / "data")
    (folder / "bot.py").write_text(BOT, encoding="utf-8")
    (folder / "chk.py").write_text(CHECK, encoding="utf-8")
    return made


def test_all_of_it_ends_in_its_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = project(tmp_path / "project", 1.0)
    monkeypatch.chdir(made.folder)
    assert run(made.plan, environment=Environment(made.variables)).exit_code == 3
    with open_ledger(made.ledger) as ledger:
        assert ledger.check() == ()
        outputs, ratings = ledger.outputs(), list(ledger.ratings())
    failed = {one.example: one.failure.kind for one in outputs if one.failure is not None}
    assert failed == FAILURES
    assert {one.text for one in outputs if one.text} == {f"{q} \ufffd" for q in (*RATED, "good")}
    rated = {one.example: one.failure for one in ratings if one.example not in FAILURES}
    assert rated == {**RATED, "good": None}
    assert b"jane.roe" not in made.ledger.read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
def test_ctrl_c_ends_a_run_whose_check_never_comes_back(tmp_path: Path) -> None:
    made = project(tmp_path / "project", 600.0)
    process = subprocess.Popen(
        [sys.executable, "-m", "measurand", "run", "-q", "--no-report"],
        cwd=made.folder,
        env={**os.environ, **made.variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + PATIENCE
    while not (made.folder / "blocked").exists() and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)  # the first one lets go on what is under way, the second one does not
    process.send_signal(signal.SIGINT)
    try:
        _, told = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode == 130, told
    assert b"Traceback" not in told
