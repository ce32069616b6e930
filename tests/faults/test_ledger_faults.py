"""Two processes at once, a process that is killed, a damaged file, a full disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import apsw
import pytest

from measurand.core.rating import Rating, Ratings
from measurand.errors import LedgerError
from measurand.store.ledger import open_ledger

BATCH = 200


def batch(writer: str, number: int) -> Ratings:
    return Ratings.of(
        Rating(
            example=f"e{at}",
            system=f"batch {number}",
            dimension="tone",
            rater=writer,
            kind="check",
            value=float(at),
        )
        for at in range(BATCH)
    )


def write(path: str, writer: str, batches: int) -> None:
    with open_ledger(path) as ledger:
        for number in range(batches):
            ledger.add_ratings(batch(writer, number), version=f"{writer} {number}")


def started(file: Path, writer: str, batches: int) -> subprocess.Popen[bytes]:
    script = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); "
        f"from {Path(__file__).stem} import write; write({str(file)!r}, {writer!r}, {batches})"
    )
    return subprocess.Popen([sys.executable, "-c", script])


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    writers = [started(file, name, 10) for name in ("anna", "ben", "anna")]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    with open_ledger(file) as ledger:
        assert ledger.check() == ()
        assert len(ledger.ratings()) == 2 * 10 * BATCH
        assert len(ledger.versions()) == 20
    history = apsw.Connection(str(file)).execute("SELECT count(*), max(revision) FROM rating").get
    assert history == (2 * 10 * BATCH, 0)


def test_a_writer_that_is_killed_leaves_whole_batches(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    for _ in range(3):
        writer = started(file, "anna", 100_000)
        before = rows(file)
        patience = time.monotonic() + 30
        while rows(file) < before + 3 * BATCH and time.monotonic() < patience:
            time.sleep(0.01)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        with open_ledger(file) as ledger:
            assert ledger.check() == ()
            ratings = ledger.ratings()
            assert len(ratings) > 0
            assert len(ratings) % BATCH == 0
            assert len(ratings) == BATCH * len(ledger.versions())


def rows(file: Path) -> int:
    if not file.exists():
        return 0
    try:
        with open_ledger(file) as ledger:
            return BATCH * len(ledger.versions())
    except LedgerError:
        return 0


def test_a_writer_waits_its_turn_and_then_says_so(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    with open_ledger(file, patience=0.05) as ledger:
        other = apsw.Connection(str(file))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="another process has been writing for too long"):
            ledger.add_ratings(batch("anna", 0))
        assert len(ledger.ratings()) == 0
        other.execute("ROLLBACK")
        assert ledger.add_ratings(batch("anna", 0)).added == BATCH
        other.close()


def test_a_ledger_cut_short_is_an_error_and_not_a_smaller_ledger(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    write(str(file), "anna", 5)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LedgerError, match=r"ledger\.db: the ledger is damaged"):  # noqa: SIM117
        with open_ledger(file) as ledger:
            ledger.ratings()


def test_a_full_disk_keeps_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    write(str(file), "anna", 1)
    with open_ledger(file) as ledger:
        connection = ledger._connection
        connection.pragma("max_page_count", connection.pragma("page_count") + 1)
        with pytest.raises(LedgerError, match="the disk is full; nothing of this was written"):
            ledger.add_ratings(
                Ratings.of(
                    Rating(
                        example=f"another {at} {'x' * 100}",
                        system="s",
                        dimension="d",
                        rater="r",
                        kind="people",
                        value=1.0,
                    )
                    for at in range(BATCH)
                )
            )
        assert ledger.check() == ()
        assert len(ledger.ratings()) == BATCH
    with open_ledger(file) as ledger:
        assert ledger.add_ratings(batch("anna", 1)).added == BATCH
