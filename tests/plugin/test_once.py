"""What several processes of one session do, one of them does."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.report.gates import gate

from measurand.pytest_plugin.asking import Told
from measurand.pytest_plugin.once import once


def told(place: Path, log: Path) -> Told:
    def compute() -> Told:
        with log.open("a", encoding="utf-8") as file:
            file.write("computed\n")
        return Told(gate(), 1, "no")

    return once(place, compute, Told)


def test_those_that_come_together_compute_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: told(tmp_path / "gate", log), range(6)))
    assert found == [Told(gate(), 1, "no")] * 6
    assert log.read_text(encoding="utf-8") == "computed\n"


def test_what_went_wrong_is_not_kept(tmp_path: Path) -> None:
    def wrong() -> Told:
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        once(tmp_path / "gate", wrong, Told)
    assert told(tmp_path / "gate", tmp_path / "log").exit_code == 1


def test_what_is_no_answer_is_computed_anew(tmp_path: Path) -> None:
    (tmp_path / "gate.json").write_text(json.dumps("something else"))
    assert told(tmp_path / "gate", tmp_path / "log").words == "no"
