"""``measurand simulate`` as a process of its own."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from measurand.cli import main
from measurand.simulate.server import SimulatedProvider
from measurand.store.plans import load_plan


@contextmanager
def simulating(*words: str) -> Iterator[tuple[str, str, subprocess.Popen[str]]]:
    """The server's address, what it printed, and its process."""
    command = [sys.executable, "-m", "measurand", "simulate", "--port", "0", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as it:
        assert it.stdout is not None
        told = ""
        try:
            for line in it.stdout:
                told += line
                if line.startswith("counted: "):
                    break
            yield told.split()[2], told, it
        finally:
            it.kill()


def ask(url: str, model: str) -> str:
    body = {"model": model, "messages": [{"role": "user", "content": "Hi"}]}
    request = Request(f"{url}/v1/chat/completions", json.dumps(body).encode())  # noqa: S310 - our own server
    with urlopen(request) as answer:  # noqa: S310 - the same
        return str(json.load(answer)["choices"][0]["message"]["content"])


def test_it_serves_until_ctrl_c() -> None:
    with simulating() as (url, told, process):
        assert url.startswith("http://127.0.0.1:")
        assert (
            "expert, today, candidate, floor, echo, judge, judge-b, judge-fair, judge-biased"
            in told
        )
        assert ask(url, "echo") == "Hi"
        process.send_signal(signal.SIGINT)
        out, problems = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "stopped: 1 requests, 1 answered in full" in out
    assert problems == ""


def test_options_reach_the_server(tmp_path: Path) -> None:
    script = tmp_path / "faults.yaml"
    script.write_text("faults: [{fault: malformed, share: 1}]\n")
    words = ("--faults", str(script), "--answer", "A fee.", "--latency", "0.001-0.002")
    with simulating(*words) as (url, told, _):
        assert "or any other" in told
        assert ask(url, "whatever") != "A fee."


def test_what_it_prints_is_a_part_of_a_plan(tmp_path: Path) -> None:
    with simulating("--answer", "x") as (_, told, _):
        part = re.split(r"in a plan:\n", told)[1].split("\nor for any client")[0]
    rubric = "name: x\nrubric: [{dimension: tone, raters: [judge]}]\n"
    path = tmp_path / "measurand.yaml"
    path.write_text(rubric + "\n".join(line[2:] for line in part.splitlines()))
    plan = load_plan(path)
    assert plan.providers["sim-anthropic"].api == "anthropic"
    assert [system.target for system in plan.systems] == ["sim/today", "sim-anthropic/candidate"]
    assert plan.judge is not None
    assert plan.judge.models[0].family == "elm"


def test_a_bad_script_and_a_taken_port_end_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "faults.yaml"
    script.write_text("faults: [{fault: mishap, share: 1}]\n")
    assert main(["simulate", "--faults", str(script)]) == 2
    assert "faults[0].fault: there is no such fault; found mishap" in capsys.readouterr().err
    with SimulatedProvider("x") as server:
        assert main(["simulate", "--answer", "x", "--port", str(server.port)]) == 4
    assert "cannot be opened" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["--latency", "0.2-0.1"], ["--latency", "x"], ["--port", "70000"], ["--seed", "-1"]]
)
def test_options_that_cannot_be_are_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["simulate", *words])
    assert ended.value.code == 2
