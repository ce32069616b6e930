"""After an edit, nothing that was said of an answer to what an example said before counts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.runs.conftest import Project

from measurand.core.example import Example, Message
from measurand.errors import InsufficientData
from measurand.jobs.project import from_project
from measurand.jobs.run import RunOptions, run
from measurand.jobs.source import Source
from measurand.store.dataset import Dataset
from measurand.store.ledger import open_ledger
from measurand.store.ledger_work import Work, WorkLog

COUNT, REPEATS = 4, 2
BOT = """
def answer(question):
    return "yes" if "OLD" in question or "always" in question else "no"
"""


def asked(folder: Path, question: str, reference: str) -> None:
    """Write the set: the same ids, whatever they ask."""
    examples = tuple(
        Example(
            id=f"c{at}",
            messages=(Message("user", f"{question} {at}"),),
            references=(reference,),
        )
        for at in range(COUNT)
    )
    Dataset(examples).save(folder / "data")


def made(folder: Path, question: str, repeats: int = REPEATS) -> Project:
    project = Project(folder, "http://127.0.0.1:9")
    project.write(1)
    plan(project, repeats)
    (folder / "bot.py").write_text(BOT, encoding="utf-8")
    shutil.rmtree(folder / "data")
    asked(folder, question, "yes")
    run(project.plan, environment=project.environment)
    return project


def plan(project: Project, repeats: int) -> None:
    row: dict[str, Any] = {
        "rubric": [
            {
                "dimension": "right",
                "weight": 100,
                "scale": "yes/no",
                "raters": ["check.reference"],
            }
        ],
        "systems": [{"name": "bot", "target": "bot.py:answer", "repeats": repeats}],
        "judge": None,
        "prices": {},
    }
    whole = {"name": "t", "seed": 1, "data": {"path": "data/", "minimum": {}}, **row}
    project.plan.write_text(json.dumps(whole), encoding="utf-8")


@dataclass(frozen=True)
class Heard:
    """What the second run adds to the ledger, piece by piece."""

    manifest: Mapping[str, Any]
    works: Sequence[Work]


@pytest.fixture(params=["another answer", "the same answer"])
def edited(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Project, Heard]:
    """A project as it is right after an edit that turns right answers wrong, and a run of it."""
    same = request.param == "the same answer"
    before = made(tmp_path / "before", "always" if same else "OLD")
    asked(before.folder, "always" if same else "NEW", "no" if same else "yes")
    shutil.copytree(before.folder, tmp_path / "after")
    after = replace(before, folder=tmp_path / "after")
    works: list[Work] = []
    add: Callable[..., None] = WorkLog.add

    def heard(self: WorkLog, pieces: Sequence[Work], **how: Any) -> None:
        works.extend(pieces)
        add(self, pieces, **how)

    with monkeypatch.context() as patch:
        patch.setattr(WorkLog, "add", heard)
        run(after.plan, environment=after.environment)
    with open_ledger(after.ledger) as ledger:
        manifest = ledger.work.events("started")[-1].manifest
    assert set(read(after).ratings["value"]) == {0.0}
    assert len(works) == 2 * COUNT * REPEATS
    return before, Heard(manifest, works)


def read(project: Project) -> Source:
    return from_project(project.plan, environment=project.environment)


def test_a_run_that_is_cut_short_anywhere_counts_no_old_answer(
    edited: tuple[Project, Heard],
) -> None:
    project, heard = edited
    with open_ledger(project.ledger) as ledger:
        number = ledger.work.log("t", "started", heard.manifest)
    seen = set()
    for piece in heard.works:
        with open_ledger(project.ledger) as ledger:
            ledger.work.add([piece], run=number)
        try:
            source = read(project)
        except InsufficientData:
            continue
        values = [value for value in source.ratings["value"] if value is not None]
        assert set(values) <= {0.0}
        seen.add(len(values))
        if len(source.outputs) < COUNT * REPEATS:
            assert "changed" in source.limits[0] or "before" in source.limits[0]
    assert seen >= set(range(1, COUNT * REPEATS + 1))


def test_fewer_repeats_leave_no_old_answer(tmp_path: Path) -> None:
    project = made(tmp_path / "bot", "OLD")
    asked(project.folder, "NEW", "yes")
    plan(project, 1)
    run(project.plan, environment=project.environment)
    source = read(project)
    assert list(source.ratings["value"]) == [0.0] * COUNT
    assert {(one.text, one.trial) for one in source.outputs} == {("no", 0)}
    assert "Of 4 examples some answers are to what stood there before" in source.limits[0]


def test_a_part_of_the_set_that_is_asked_again_counts_alone(tmp_path: Path) -> None:
    project = made(tmp_path / "bot", "OLD")
    asked(project.folder, "NEW", "yes")
    run(project.plan, RunOptions(limit=2, repeats=1), environment=project.environment)
    assert sorted(map(str, read(project).ratings["example"])) == ["c0", "c1"]
