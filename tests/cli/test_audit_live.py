"""``measurand audit`` without a file: what it says before it asks, and what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.runs.conftest import PLAN, Project, world

from measurand.cli import main
from measurand.jobs.run import run
from measurand.simulate.server import SimulatedProvider


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("audit")
    with SimulatedProvider(world()) as server:
        made = Project(folder / "project", server.base_url)
        judge = {"models": [{"model": "sim/judge-fair", "family": "hazel"}], "repeats": 1}
        prices = {**PLAN["prices"], "sim/judge-fair": {"input": 1, "output": 5}}
        made.write(4, judge=judge, prices=prices)
        assert run(made.plan, environment=made.environment).stop.reason is None
    return made


@pytest.fixture
def live(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name, value in project.variables.items():
        monkeypatch.setenv(name, value)
    return project


def test_a_forecast_says_what_asking_would_cost(
    live: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "--plan", str(live.plan), "--forecast", "--items", "4"]) == 0
    said = capsys.readouterr().out
    assert "audit of sim/judge-fair" in said
    assert "about $" in said
    assert "nothing was asked" in said
    assert "--items 4 (fewer than 30 outputs cannot show that a bias is negligible" in said
    words = ["audit", "--plan", str(live.plan), "--forecast", "--items", "4", "--json"]
    assert main([*words, "--budget", "0.01"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["forecast"]["calls"] > 100
    assert told["forecast"]["budget"] == 0.01
    assert "it is refused" in told["refused"]


def test_what_does_not_fit_is_told_and_refused(
    live: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["audit", "--plan", str(live.plan), "--items", "4", "--budget", "0.01"]
    assert main(words) == 2
    told = capsys.readouterr()
    refused = told.err.removeprefix("measurand audit: ").strip()
    assert "more than the budget of $0.01: it is refused, and nothing was asked" in refused
    assert "no number of --items fits" in refused
    assert main([*words, "--forecast"]) == 2
    assert refused in capsys.readouterr().out


def test_the_number_of_outputs_that_is_said_to_fit_does(
    live: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["audit", "--plan", str(live.plan), "--forecast"]
    main([*words, "--items", "8", "--json"])
    found = json.loads(capsys.readouterr().out)["forecast"]
    budget = found["spent"] + 0.6 * found["known_cost"]["value"]
    words += ["--budget", f"{budget:.4f}"]
    assert main([*words, "--items", "8"]) == 2
    told = capsys.readouterr().out
    fits = re.search(r"--items (\d+) \(fewer than 30", told.partition("it is refused")[2])
    larger = re.search(r"--budget ([\d.]+);", told)
    assert fits
    assert larger
    assert 1 <= int(fits[1]) < 8
    assert main([*words, "--items", fits[1]]) == 0
    assert main([*words[:-1], larger[1], "--items", "8"]) == 0


@pytest.mark.parametrize("option", ["--items=3", "--forecast", "--biases=style", "--no-cache"])
def test_a_file_is_only_read(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", str(tmp_path / "ratings.csv"), option]) == 2
    assert f"{option.partition('=')[0]} is for asking judges" in capsys.readouterr().err


def test_without_a_plan_or_a_file_there_is_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["audit"]) == 2
    assert "name a plan with --plan, or a ratings file" in capsys.readouterr().err


def test_a_misspelt_bias_is_named(live: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--plan", str(live.plan), "--biases", "verbosty"]) == 2
    assert "did you mean 'verbosity'" in capsys.readouterr().err


def test_a_simulated_provider_that_is_gone_is_named_with_one_way_to_go_on(
    live: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("measurand.models.client._FIRST_WAIT", 0.001)
    words = ["audit", "--plan", str(live.plan), "--items", "4", "--biases", "style", "-q"]
    assert main(words) == 4
    told = capsys.readouterr().out
    assert "start it with measurand simulate, and set SIM_BASE_URL" in told
    assert "with --retry-failed goes on, and asks what failed" in told
    assert "where it stopped" not in told
