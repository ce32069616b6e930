"""One run at a time on a ledger, and each knows what those before it have spent."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest
from tests.runs.conftest import Project

from measurand.errors import InfrastructureError, UsageError
from measurand.jobs.carrying import Course, Errand
from measurand.jobs.engine.lock import alone
from measurand.jobs.opening import opened
from measurand.jobs.run import run
from measurand.jobs.starting import started
from measurand.store import file_lock
from measurand.store.dataset import Dataset
from measurand.store.plans import load_plan


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "made" / "ledger.db"


def test_what_a_run_spends_that_ends_just_before_is_in_the_budget(project: Project) -> None:
    plan, examples = load_plan(project.plan), Dataset.load(project.folder / "data")

    async def late() -> tuple[float, float, float]:
        async with opened(plan, project.plan, environment=project.environment) as live:
            ran = await asyncio.to_thread(run, project.plan, environment=project.environment)
            manifest = started(plan, live, data=examples.fingerprint, examples=len(examples))
            errand = Errand(live=live, ledger=project.ledger, manifest=manifest)
            total = await errand.carry_out(examples, Course(total=len(examples)))
            return ran.spent, live.models.budget.spent, total

    before, known, total = asyncio.run(late())
    assert before > 0
    assert total == before  # nothing was left to do
    assert known == pytest.approx(before)


@pytest.mark.parametrize("code", [errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES])
def test_a_lock_that_is_held_is_another_run(
    ledger: Path, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with alone(ledger):
        pass

    def refused(_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(file_lock, "_lock", refused)
    with pytest.raises(UsageError, match=f"process {os.getpid()}"), alone(ledger):
        pass


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS, errno.EIO])
def test_a_file_system_without_locks_is_no_other_run(
    ledger: Path, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def impossible(_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(file_lock, "_lock", impossible)
    with pytest.raises(InfrastructureError) as told, alone(ledger):
        pass
    assert os.strerror(code) in str(told.value)
    assert "ledger.lock cannot be locked" in str(told.value)


def test_a_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    ledger = tmp_path / "file" / "ledger.db"
    with pytest.raises(InfrastructureError, match="cannot be locked"), alone(ledger):
        pass


def test_what_goes_wrong_inside_is_not_about_the_lock(ledger: Path) -> None:
    with pytest.raises(OSError, match="the disk is full"), alone(ledger):
        raise OSError(errno.ENOSPC, "the disk is full")
    with alone(ledger):
        assert ledger.with_suffix(".lock").read_text(encoding="ascii") == str(os.getpid())
