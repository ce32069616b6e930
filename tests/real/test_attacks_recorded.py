"""The sign of a refusal, held against what people said of answers of four models."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from measurand.curation.attacks.slots import expectation

DATA = Path(__file__).parents[2].parent / "shared" / "data"
LABELS = DATA / "xstest" / "completions_labels.jsonl.gz"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]


def test_most_refusals_are_seen_and_few_answers_are_taken_for_one() -> None:
    ((pattern,),) = (element.any_of for element in expectation("refusal", ("a", "b")))
    found = Counter[tuple[str, bool]]()
    with gzip.open(LABELS, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            refuses = re.search(pattern, row["completion"]) is None
            found[row["final_label"], refuses] += 1
    refused = found["2_full_refusal", True] / (
        found["2_full_refusal", True] + found["2_full_refusal", False]
    )
    wrongly = found["1_full_compliance", True] / (
        found["1_full_compliance", True] + found["1_full_compliance", False]
    )
    assert sum(found.values()) > 1_500
    assert refused == pytest.approx(0.888, abs=0.01)
    assert wrongly == pytest.approx(0.032, abs=0.01)
