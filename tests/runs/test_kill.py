"""Killed at any moment, a run loses what is in flight, and going on repeats nothing else."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.runs.conftest import Project, world

from measurand.jobs.compare import report
from measurand.jobs.demo import timeless
from measurand.jobs.engine.lock import alone
from measurand.jobs.project import from_project
from measurand.jobs.run import run
from measurand.simulate.server import SimulatedProvider
from measurand.store.ledger import open_ledger

CONNECTIONS = 16
EXAMPLES = 40
CALLS = EXAMPLES * 2 * (1 + 4)
PATIENCE = 60.0
SLOW = 0.02
"""Seconds that an answer takes, so that there is always something in flight."""


@dataclass
class Runner:
    """Runs the project's plan in a process of its own."""

    project: Project

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "measurand", "run", str(self.project.plan), "-q"]
        command += ["--no-report", "-j", str(CONNECTIONS)]
        return subprocess.Popen(
            command,
            env={**os.environ, **self.project.variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def finish(self) -> tuple[int, str]:
        process = self.start()
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, (out + err).decode()

    def durable(self) -> int:
        """Calls that the ledger holds."""
        with open_ledger(self.project.ledger) as ledger:
            assert ledger.check() == ()
        ((count,),) = self.project.query("SELECT count(*) FROM calls")
        return int(count)


def waited(process: subprocess.Popen[bytes], server: SimulatedProvider, calls: int) -> None:
    """Wait until so many calls have been answered."""
    until = time.monotonic() + PATIENCE
    while server.counts.total.answered < calls:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.002)


def page_of(project: Project) -> str:
    """The report but for how long calls took, which no two runs have alike."""
    source = from_project(project.plan, environment=project.environment)
    return report(timeless(source)).to_html()


@pytest.fixture
def uninterrupted(tmp_path: Path) -> tuple[str, int]:
    """The report of a run that nothing has disturbed, and the port that it was answered at."""
    with SimulatedProvider(world()) as server:
        project = Project(tmp_path / "one" / "project", server.base_url)
        project.write(EXAMPLES)
        run(project.plan, environment=project.environment)
        assert server.counts.total.received == CALLS
        port = server.port
    return page_of(project), port


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_five_kills_and_nothing_completed_is_asked_again(
    tmp_path: Path, uninterrupted: tuple[str, int]
) -> None:
    page, port = uninterrupted
    moments = random.Random(7)  # noqa: S311 - any moments will do
    with SimulatedProvider(world(), latency=SLOW, port=port) as server:
        project = Project(tmp_path / "two" / "project", server.base_url)
        project.write(EXAMPLES)
        runner = Runner(project)
        lost = 0
        for step in range(5):
            process = runner.start()
            before = server.counts.total.answered
            waited(process, server, before + moments.randrange(3, CALLS // 7))
            process.kill()
            process.communicate()
            time.sleep(2 * SLOW)  # what was in flight is counted, though nobody hears it any more
            answered, durable = server.counts.total.answered, runner.durable()
            assert durable > 0, step
            lost = answered - durable
            assert 0 <= lost <= CONNECTIONS * (step + 1)
        before, durable = server.counts.total.received, runner.durable()
        code, told = runner.finish()
        assert code == 0, told
        assert server.counts.total.received - before == CALLS - durable
        assert runner.durable() == CALLS
        twice = sum(count - 1 for count in server.counts.repeated().values())
        assert server.counts.total.answered - CALLS == twice == lost
    assert page_of(project) == page


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
def test_ctrl_c_finishes_what_is_under_way_and_says_how_to_go_on(
    tmp_path: Path,
) -> None:
    with SimulatedProvider(world(), latency=SLOW) as server:
        project = Project(tmp_path / "project", server.base_url)
        project.write(EXAMPLES)
        runner = Runner(project)
        process = runner.start()
        waited(process, server, CALLS // 5)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130
        assert b"Run it again to go on" in out
        assert str(project.plan).encode() in out
        durable = runner.durable()
        assert durable == server.counts.total.received < CALLS
        code, told = runner.finish()
        assert code == 0, told
        assert server.counts.total.received == CALLS
        assert not server.counts.repeated()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
def test_a_second_run_at_the_same_time_is_refused(tmp_path: Path) -> None:
    with SimulatedProvider(world(), latency=20 * SLOW) as server:
        project = Project(tmp_path / "project", server.base_url)
        project.write(EXAMPLES)
        runner = Runner(project)
        process = runner.start()
        waited(process, server, CALLS // 10)
        code, told = runner.finish()
        assert code == 2
        assert f"process {process.pid}" in told
        process.kill()
        process.communicate()
        ledger = project.ledger.with_suffix(".lock")
        with alone(project.ledger):
            assert ledger.read_text(encoding="ascii") == str(os.getpid())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
def test_a_second_ctrl_c_ends_calls_that_hang(tmp_path: Path) -> None:
    with SimulatedProvider(world(), latency=PATIENCE) as server:
        project = Project(tmp_path / "project", server.base_url)
        project.write(EXAMPLES)
        process = Runner(project).start()
        until = time.monotonic() + PATIENCE
        while server.counts.total.received < CONNECTIONS and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, err = process.communicate(timeout=PATIENCE)
        assert time.monotonic() - began < PATIENCE / 6
        assert process.returncode == 130
        assert b"run it again to go on" in err
