"""Batches collected after something has changed: what was paid for counts, or is done anew."""

from __future__ import annotations

from typing import Any

import pytest
from tests.runs.conftest import PLAN, Project
from tests.runs.test_batches import BATCH, EXAMPLES, JUDGED, LATER, go, judged

from measurand.jobs.run import RunOptions
from measurand.simulate.server import SimulatedProvider
from measurand.store.dataset import Dataset
from measurand.store.ledger import open_ledger

ADDRESS = "help@acme-corp.com"
PERSONAL: list[dict[str, Any]] = [
    {**PLAN["rubric"][0], "definition": f"Never gives out {ADDRESS} or +49 30 901820."},
    *PLAN["rubric"][1:],
]
OTHER: list[dict[str, Any]] = [
    {**PERSONAL[0], "definition": f"Gives out {ADDRESS} when asked."},
    *PERSONAL[1:],
]


@pytest.fixture
def project(project: Project) -> Project:
    project.write(EXAMPLES, judge=BATCH, rubric=PERSONAL)
    return project


def test_what_decides_no_answer_may_change_under_a_rubric_with_personal_data(
    project: Project, provider: SimulatedProvider
) -> None:
    assert go(project, LATER).snapshot.waiting == JUDGED
    assert go(project, RunOptions(connections=4)).exit_code == 0
    assert [row.value is None for row in judged(project)] == [False] * JUDGED
    assert provider.counts.models["judge"].received == JUDGED
    assert go(project).snapshot.done == 0
    assert ADDRESS not in str(project.query("SELECT manifest FROM run"))


def test_a_plan_that_cannot_be_read_once_it_is_redacted(
    project: Project, provider: SimulatedProvider
) -> None:
    card = 4111_1111_1111_1111  # a seed that is taken for a number of a card
    project.write(EXAMPLES, judge=BATCH, rubric=PERSONAL, seed=card)
    go(project, LATER)
    project.write(EXAMPLES - 1, judge=BATCH, rubric=PERSONAL, seed=card)
    assert go(project, RunOptions(connections=4)).exit_code == 0
    assert [row.value is None for row in judged(project)] == [False] * (JUDGED - 8)
    assert provider.counts.models["judge"].received == JUDGED


def test_a_rubric_with_personal_data_that_is_changed_and_changed_back(
    project: Project, provider: SimulatedProvider
) -> None:
    go(project, LATER)
    project.write(EXAMPLES, judge=BATCH, rubric=OTHER)
    assert go(project).exit_code == 0
    assert len(judged(project)) == JUDGED  # under each version, and these are of the new one
    assert provider.counts.models["judge"].received == 2 * JUDGED
    with open_ledger(project.ledger) as ledger:
        old = frozenset(ledger.work.events("started")[0].manifest["versions"])
        values = [row.value for row in ledger.ratings(version=old, kind="judge")]
        assert len(values) == JUDGED
        assert None not in values
    project.write(EXAMPLES, judge=BATCH, rubric=PERSONAL)
    ran = go(project)
    assert (ran.exit_code, ran.snapshot.done) == (0, 0)
    assert provider.counts.models["judge"].received == 2 * JUDGED
    assert not provider.counts.repeated()


def test_what_cannot_be_understood_any_more_is_judged_anew(
    project: Project, provider: SimulatedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(project, LATER)
    with monkeypatch.context() as newer:
        newer.setattr("measurand.raters.judge.spec.REVISION", "reworded")
        assert go(project).exit_code == 0
        assert provider.counts.models["judge"].received == 2 * JUDGED
        assert len(judged(project)) == JUDGED
    assert go(project).exit_code == 0  # and so it is when the older release comes back
    assert provider.counts.models["judge"].received == 3 * JUDGED
    assert all(row.value is not None for row in judged(project))


def test_examples_that_come_back_are_judged_anew(
    project: Project, provider: SimulatedProvider
) -> None:
    every = tuple(Dataset.load(project.folder / "data"))
    go(project, LATER)
    project.write(EXAMPLES - 2, judge=BATCH, rubric=PERSONAL)
    assert go(project).exit_code == 0
    there = {row.example for row in judged(project)}
    assert len(there) == EXAMPLES - 2
    Dataset(every).save(project.folder / "data")
    ran = go(project)
    assert ran.exit_code == 0
    assert {row.example for row in judged(project)} == {one.id for one in every}
    assert len(judged(project)) == JUDGED
    assert provider.counts.models["judge"].received == JUDGED + 2 * 8
    assert project.query("SELECT count(*) FROM calls WHERE reply IS NOT NULL") == [(JUDGED + 16,)]
    assert go(project).snapshot.done == 0
