"""The demo: simulated, labelled as such, and its estimates find the planted truth."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from measurand.jobs.demo import BANNER, Demo, demo
from measurand.jobs.gate import GateOptions, gate
from measurand.jobs.planning import plan
from measurand.jobs.project import from_project
from measurand.models.environment import Environment
from measurand.report.document import Table
from measurand.report.markdown import markdown_text
from measurand.store.dataset import Dataset
from measurand.store.ledger import open_ledger
from measurand.store.outputs import read_outputs

FOLDER = Path("measurand-demo")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    with contextlib.chdir(folder):  # the page names the file of ratings as it was named
        done = demo(FOLDER)
    return replace(done, page=folder / done.page, folder=folder / done.folder)


def covered(done: Demo) -> tuple[int, int]:
    (section,) = [s for s in done.answer.document.sections if s.title == "Planted truth"]
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    hits = re.match(r"(\d+) of (\d+) intervals", table.note)
    assert hits
    return int(hits[1]), int(hits[2])


def test_it_says_that_it_is_simulated(done: Demo) -> None:
    assert done.answer.document.banner == BANNER
    assert BANNER in done.page.read_text(encoding="utf-8")
    assert "SIMULATED DATA" in markdown_text(done.answer.document)


def test_nearly_all_intervals_cover_the_planted_truth(done: Demo) -> None:
    hits, count = covered(done)
    assert count >= 35
    assert hits >= 0.88 * count


def test_the_planted_order_of_systems_is_found(done: Demo) -> None:
    overall = {
        verdict.systems: verdict.outcome
        for verdict in done.answer.findings.verdicts
        if verdict.name == "overall"
    }
    assert overall == {
        ("candidate", "today"): "a better",
        ("expert", "today"): "a better",
        ("floor", "today"): "b better",
    }


def test_equal_tone_is_not_called_a_difference(done: Demo) -> None:
    (tone,) = [
        verdict
        for verdict in done.answer.findings.verdicts
        if verdict.dimension == "tone" and verdict.systems == ("candidate", "today")
    ]
    assert tone.outcome in {"equivalent within margin", "inconclusive"}


def test_it_leaves_a_project_behind(done: Demo) -> None:
    dataset = Dataset.load(done.folder / "data")
    assert dataset.sizes() == {
        "core": 200,
        "edge": 100,
        "adversarial": 50,
        "regression": 50,
        "golden": 30,
    }
    assert len(read_outputs(done.folder / "outputs" / "expert.jsonl")) == 430
    with open_ledger(done.folder / ".measurand" / "ledger.db") as ledger:
        assert ledger.check() == ()
        assert len(ledger.outputs()) == 4 * 430
        calls = {purpose: a for (purpose, _), a in ledger.work.accounts().items() if a.requests}
        assert calls.keys() == {"output", "rating"}
        assert {str(kind) for kind in ledger.ratings().distinct("kind")} == {
            "people",
            "judge",
            "check",
        }
    again = from_project(done.folder / "measurand.yaml")
    people, outputs = done.answer.intakes[0].kept, 4 * len(dataset)
    assert len(again.ratings) == people + outputs * 4 + outputs * 4  # checks, and the judge


def test_what_the_demo_leaves_behind_is_complete(done: Demo) -> None:
    plan_file = done.folder / "measurand.yaml"
    told = plan(plan_file, environment=Environment({"SIM_BASE_URL": "http://127.0.0.1:9/v1"}))
    assert told.forecast.calls == 0
    decided = gate(plan_file, GateOptions(system="candidate"))
    assert decided.gate.outcome in {"pass", "fail"}
    assert not [item for item in decided.gate.items if item.outcome == "missing"]


@pytest.mark.long  # the README's excerpt holds the numbers in the quick suite
def test_the_same_seed_gives_the_same_page(
    done: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert demo(FOLDER).page.read_bytes() == done.page.read_bytes()


@pytest.mark.long
def test_another_world_is_covered_too(tmp_path: Path) -> None:
    hits, count = covered(demo(tmp_path, seed=11))
    assert hits >= 0.88 * count
