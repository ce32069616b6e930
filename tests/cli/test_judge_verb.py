"""``measurand judge``: outputs of a file, by a plan or by options alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.runs.conftest import Project, world

from measurand.cli import main
from measurand.jobs.compare import run_report
from measurand.jobs.run import run
from measurand.models.environment import Environment
from measurand.simulate.server import SimulatedProvider
from measurand.store.ledger import open_ledger
from measurand.store.ratings import read_ratings

ADDRESS = "jane.roe@acme-mail.com"
FREE = (
    *("--data", "data", "--model", "sim/judge", "--repeats", "1", "--scale", "1-5"),
    *("--dimension", "accuracy=Every statement is right. a = b counts too."),
    *("--dimension", "polite=It is polite.", "--scale", "polite=yes/no"),
)


@pytest.fixture
def provider() -> Iterator[SimulatedProvider]:
    with SimulatedProvider(world(), keep_requests=True) as server:
        yield server


@pytest.fixture
def project(
    tmp_path: Path, provider: SimulatedProvider, monkeypatch: pytest.MonkeyPatch
) -> Project:
    """A project with eight recorded outputs of an expert, in its folder."""
    made = Project(tmp_path / "project", provider.base_url)
    made.write(12)
    write_outputs(made.folder / "expert.jsonl", 8)
    monkeypatch.chdir(made.folder)
    for name, value in made.variables.items():
        monkeypatch.setenv(name, value)
    return made


def write_outputs(path: Path, count: int, system: str | None = "expert") -> None:
    rows = [
        {"example": example.id, "system": system, "text": f"Write to {ADDRESS}. {example.question}"}
        for example in world().examples[:count]
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def requests(provider: SimulatedProvider) -> int:
    return provider.counts.total.received


def test_with_a_plan_ratings_go_into_the_ledger_once(
    project: Project, provider: SimulatedProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["judge", "expert.jsonl", "-q"]) == 0
    told = capsys.readouterr().out
    assert requests(provider) == 8 * 2 * 2
    assert "8 outputs, 32 ratings" in told
    assert "Mean by system and dimension" in told
    assert 'target: "file:expert.jsonl"' in told
    with open_ledger(project.ledger) as ledger:
        assert len(ledger.ratings(kind="judge", system="expert")) == 32
        assert all(ADDRESS not in (output.text or "") for output in ledger.outputs())
    assert ADDRESS not in "".join(str(request.body) for request in provider.requests)
    assert ADDRESS.encode() not in b"".join(
        file.read_bytes() for file in project.ledger.parent.iterdir()
    )
    assert main(["judge", "expert.jsonl", "-q"]) == 0
    assert "40 of them were in the ledger already" in capsys.readouterr().out
    systems = [{"name": "expert", "role": "expert", "target": "file:expert.jsonl"}]
    project.write(8, systems=systems)
    assert run(project.plan).snapshot.calls == 0
    assert requests(provider) == 32


def test_what_counted_before_still_counts(project: Project, provider: SimulatedProvider) -> None:
    run(project.plan)
    before = requests(provider)
    assert main(["judge", "expert.jsonl", "--limit", "3", "-q"]) == 0
    assert requests(provider) - before == 3 * 2 * 2
    told = {
        result.systems for result in run_report(project.plan).findings.results
        if result.name == "mean"
    }  # fmt: skip
    assert {("today",), ("candidate",)} <= told
    assert run(project.plan).snapshot.calls == 0


def test_a_system_that_was_asked_and_is_recorded_now_is_replaced(project: Project) -> None:
    run(project.plan)
    write_outputs(project.folder / "old.jsonl", 3, "today")
    candidate = {"name": "candidate", "target": "sim/candidate"}
    project.write(12, systems=[{"name": "today", "target": "file:old.jsonl"}, candidate])
    assert main(["judge", "old.jsonl", "-q"]) == 0
    numbers = {
        result.systems: result.estimate.n
        for result in run_report(project.plan).findings.results
        if result.name == "mean" and result.dimension == "tone" and result.component is None
        and result.segment is None
    }  # fmt: skip
    assert numbers == {("today",): 3, ("candidate",): 12}


def test_another_rubric_says_that_the_rest_does_not_count(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    run(project.plan)
    text = project.plan.read_text(encoding="utf-8")
    project.plan.write_text(text.replace("Friendly.", "Warm and plain."), encoding="utf-8")
    assert main(["judge", "expert.jsonl", "-q"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "what was said before does not count any more" in told


def test_a_plan_that_judges_by_batch_is_told_that_this_is_live(
    project: Project, provider: SimulatedProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write(12, judge={"model": "sim/judge", "repeats": 1, "batch": True})
    assert main(["judge", "expert.jsonl", "-q"]) == 0
    assert "asked one by one" in " ".join(capsys.readouterr().out.split())
    assert requests(provider) == 16


def test_outputs_of_a_system_that_the_plan_asks_are_refused(
    project: Project, provider: SimulatedProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    write_outputs(project.folder / "today.jsonl", 3, "today")
    assert main(["judge", "today.jsonl"]) == 2
    assert "measurand run judges them" in capsys.readouterr().err
    write_outputs(project.folder / "nobody.jsonl", 3, None)
    assert main(["judge", "nobody.jsonl"]) == 2
    assert "--system NAME" in capsys.readouterr().err
    assert main(["judge", "nobody.jsonl", "--system", "new", "--limit", "1", "-q"]) == 0
    assert requests(provider) == 4


def test_without_a_plan_ratings_go_into_a_file_that_is_read_again(
    project: Project, provider: SimulatedProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(project.folder.rglob("*"))
    assert main(["judge", "expert.jsonl", *FREE, "-o", "out/ratings.csv", "-q"]) == 0
    told = capsys.readouterr().out
    assert requests(provider) == 16
    made = project.folder / "out" / "ratings.csv"
    assert sorted(project.folder.rglob("*")) == sorted([*before, made.parent, made])
    read = read_ratings(made)
    assert len(read.ratings) == 16
    assert set(read.ratings.distinct("dimension")) == {"accuracy", "polite"}
    assert set(read.ratings.distinct("kind")) == {"judge"}
    assert ADDRESS not in made.read_text(encoding="utf-8")
    (command,) = [line for line in told.splitlines() if "measurand compare" in line]
    words = command.partition("measurand ")[2].split()
    assert main(words) == 0
    assert "16 calls of unknown cost" in told


def test_a_ledger_of_its_own_keeps_what_was_paid_for(
    project: Project, provider: SimulatedProvider
) -> None:
    words = ["judge", "expert.jsonl", *FREE, "--ledger", "own.db", "-o", "ratings.jsonl", "-q"]
    assert main([*words, "--limit", "2"]) == 0
    assert main(words) == 0
    assert requests(provider) == 16
    assert not project.ledger.exists()
    assert len(read_ratings(project.folder / "ratings.jsonl").ratings) == 16
    assert main([*words, "--no-cache", "--limit", "1"]) == 0
    assert requests(provider) == 18


def test_json_is_one_document(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert project.ledger.parent.parent == Path.cwd()
    assert main(["judge", "expert.jsonl", "--json", "-q"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verb"] == "judge"
    assert [one["name"] for one in told["run"]["models"]] == ["sim/judge"]
    assert main(["judge", "expert.jsonl", "--json", "-q", "--no-cache", "--budget", "0.18"]) == 4
    stopped = json.loads(capsys.readouterr().out)
    assert stopped["verb"] == "judge"
    assert stopped["complete"] is False


def test_a_reached_budget_says_what_is_kept(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["judge", "expert.jsonl", "-q", "-o", "ratings.csv"]
    assert main([*words, "--budget", "0.12"]) == 4
    told = capsys.readouterr().out
    assert "stopped by the budget" in told
    assert "goes on where it stopped" in told
    written = len(read_ratings(project.folder / "ratings.csv").ratings)
    assert 0 < written < 32
    assert main([*words, "--no-cache", "--budget", "0.18"]) == 4
    assert "without --no-cache, which would do it again, goes on" in capsys.readouterr().out
    assert main(words) == 0


def test_failures_are_counted_and_decide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = [{"fault": "refused", "count": 2, "role": "judge"}]
    with SimulatedProvider(world(), faults=faults) as server:
        project = Project(tmp_path / "project", server.base_url)
        project.write(12)
        write_outputs(project.folder / "expert.jsonl", 8)
        monkeypatch.chdir(project.folder)
        for name, value in project.variables.items():
            monkeypatch.setenv(name, value)
        assert main(["judge", "expert.jsonl", "-q"]) == 3
    told = capsys.readouterr().out
    assert "failed: 2 refused" in told
    assert "--retry-failed" in told


def test_a_missing_key_is_told_on_one_screen(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MISTRAL_API_KEY", raising=False)
    project.write(12, judge={"model": "mistral/mistral-large-latest"})
    assert main(["judge", "expert.jsonl"]) == 2
    told = capsys.readouterr().err
    assert "MISTRAL_API_KEY" in told
    assert "nothing has been called yet" in told
    assert len(told.splitlines()) < 24


def test_a_key_of_the_plans_own_systems_is_not_wanted(project: Project) -> None:
    project.write(12, systems=[{"name": "today", "target": "mistral/mistral-large-latest"}])
    told = Environment({})
    assert told.get("MISTRAL_API_KEY") is None
    assert main(["judge", "expert.jsonl", "--limit", "1", "-q"]) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--plan", "measurand.yaml", "--model", "sim/judge"], "the plan says it already"),
        (["--model", "sim/judge", "-o", "r.csv"], "--data, --dimension"),
        ([*FREE], "-o ratings.csv"),
        ([*FREE, "-o", "r.txt"], ".csv, .jsonl"),
        ([*FREE, "-o", "expert.jsonl"], "the file that is judged"),
        ([*FREE, "-o", "r.csv", "--scale", "tone=1-5"], "no --dimension tone"),
        ([*FREE, "-o", "r.csv", "--dimension", "tone"], "NAME=DEFINITION"),
        ([*FREE, "-o", "r.csv", "--dimension", "polite=Twice."], "given twice"),
        ([*FREE, "-o", "r.csv", "--model", "sim/judge"], "the same model"),
        ([*FREE, "-o", "r.csv", "--budget", "1"], "could not be kept"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_any_call(
    words: list[str],
    said: str,
    project: Project,
    provider: SimulatedProvider,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["judge", "expert.jsonl", *words]) == 2
    assert said in capsys.readouterr().err
    assert requests(provider) == 0
    assert not project.ledger.exists()


def test_without_a_plan_here_it_says_what_it_needs(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.folder / "data")
    assert main(["judge", "../expert.jsonl"]) == 2
    assert "--model" in capsys.readouterr().err
