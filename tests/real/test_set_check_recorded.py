"""A set that was built from recorded dialogues is checked: nothing silly is told."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from measurand.cli import main
from measurand.jobs.set_check import check_set

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "uss_support_dialogues"

pytestmark = [
    pytest.mark.real,
    pytest.mark.long,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]


def test_a_set_from_dialogues_lacks_answers_and_reviews_and_has_nothing_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["data", "build", *map(str, sorted(DATA.glob("*.jsonl.gz")))]) == 0
    start = time.perf_counter()
    answer = check_set("data")
    assert time.perf_counter() - start < 10
    assert answer.exit_code == 3
    found = {one.kind.name: len(one.examples) for one in answer.found.concerns}
    assert found.pop("golden-unanswered") == 30
    assert found.get("nothing-asked", 0) < 8
    assert found.pop("unreviewed") == 430
    assert found.pop("no-truth") == 300
    assert found.keys() <= {"canary-absent", "nothing-asked"}
    assert json.loads(json.dumps(answer.to_json()))["account"]["outcome"] == "inconclusive"
