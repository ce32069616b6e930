"""430 examples from 2,000 recorded dialogues, each traced back to the turn that it was."""

from __future__ import annotations

import gzip
import json
import re
import time
from pathlib import Path

import pytest

from measurand.jobs.build import build
from measurand.jobs.building.options import BuildOptions
from measurand.store.built_set import load_set

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "uss_support_dialogues"

pytestmark = [
    pytest.mark.real,
    pytest.mark.long,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data are not here"),
]


def dialogues() -> dict[str, list[dict[str, list[dict[str, str]]]]]:
    return {
        file.name: [json.loads(line) for line in gzip.open(file, "rt", encoding="utf-8")]
        for file in sorted(DATA.glob("*.jsonl.gz"))
    }


def test_a_set_comes_from_dialogues_in_a_minute_with_provenance(tmp_path: Path) -> None:
    started = time.process_time()
    built = build([DATA], BuildOptions(out=tmp_path / "data"))
    assert time.process_time() - started < 60
    assert [part.size for part in built.account.parts] == [200, 100, 50, 50, 30]
    # What is asked again folds; what is asked else after the same history does not.
    came = built.account.came
    assert came.most[0] == ("I am looking for information in Cambridge", 9)
    assert 100 <= came.eligible - came.questions < 114
    assert (came.copied, came.unsure) == (0, 0)
    there = load_set(tmp_path / "data")
    logs, traced = dialogues(), 0
    for example in there.dataset:
        source = there.lineage[example.id].source
        if source is None:
            assert example.component == "adversarial"
            continue
        place = re.fullmatch(r"(.+):(\d+):turns\[(\d+)\]", source)
        assert place is not None, source
        turns = logs[place[1]][int(place[2]) - 1]["turns"]
        answer = turns[int(place[3])]["text"]
        if "[redacted" not in example.question and "[redacted" not in example.metadata["output"]:
            assert answer == example.metadata["output"]
            assert turns[int(place[3]) - 1]["text"] == example.question
            traced += 1
    assert traced > 350
    (core,) = (r for r in built.findings.named("known_failure_rate") if r.component == "core")
    (whole,) = (r for r in built.findings.named("known_failure_rate") if r.component is None)
    assert core.estimate.low is not None
    assert core.estimate.high is not None
    assert whole.estimate.value is not None
    assert core.estimate.low <= whole.estimate.value <= core.estimate.high
    (enriched,) = built.findings.named("enrichment")
    assert enriched.estimate.value is not None
    assert enriched.estimate.value > 5
