"""Public data sets as their authors left them, through mappings that people can read."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from measurand.store.admit import Imported
from measurand.store.mapping import read_mapping
from measurand.store.ratings import read_ratings

DATA = Path(__file__).parents[2].parent / "shared" / "data"
MAPPINGS = Path(__file__).parent / "mappings"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]
REFUSAL = "I'm sorry, but I can't assist with that."


def imported(mapping: str, file: Path | str) -> Imported:
    return read_ratings(DATA / file, mapping=read_mapping(MAPPINGS / f"{mapping}.yaml"))


@pytest.mark.parametrize(
    ("mapping", "file", "kept", "refused"),
    [
        ("hanna_people", "hanna/human_ratings.csv.gz", 19_008, 0),
        ("hanna_judges", "hanna/judge_scores.csv.gz", 126_720 - 1_051, 1_051),
        ("pandalm", "pandalm_pairwise/items.jsonl.gz", 999 * 5 - 25, 25),
        ("xstest", "xstest/completions_labels.jsonl.gz", 1_800 * 5, 0),
        ("dices", "dices_350/items.jsonl.gz", 350 * 123, 0),
        ("ifeval", "ifeval_multi_model/verdicts.jsonl.gz", 2_164 // 541 * 834 * 2, 0),
        ("llmbar", "llmbar/verdicts.csv.gz", 54_336, 0),
        ("llmfao", "llmfao_pairwise/comparisons.csv.gz", 8_931, 0),
    ],
)
def test_every_rating_is_accounted_for(*, mapping: str, file: str, kept: int, refused: int) -> None:
    result = imported(mapping, file)
    assert (result.intake.kept, len(result.intake.refused)) == (kept, refused)
    assert len(result.ratings) == kept


def test_failed_parses_averaged_into_scores_are_refused_with_their_cell() -> None:
    refused = imported("hanna_judges", "hanna/judge_scores.csv.gz").intake.refused
    assert all(one.found is not None and float(one.found) < 1 for one in refused)
    for one in refused:
        assert dict(one.row)[str(one.key)] == one.found
        assert one.reason == f"found '{one.found}'; allowed: 1-5"


def test_the_verdict_garbage_is_refused_and_tie_is_recoded() -> None:
    result = imported("pandalm", "pandalm_pairwise/items.jsonl.gz")
    assert {one.found for one in result.intake.refused} == {"garbage"}
    judge = result.ratings.where(rater="gpt-3.5")
    assert Counter(judge["value"])["0"] == 38
    people = Counter((row.example, row.value) for row in result.ratings.where(kind="people"))
    majority = Counter(value for (_, value), votes in people.items() if votes >= 2)
    assert majority == {"0": 105, "1": 422, "2": 472}


def test_a_judge_that_refuses_or_rambles_gives_no_label(tmp_path: Path) -> None:
    source = gzip.decompress((DATA / "xstest/completions_labels.jsonl.gz").read_bytes())
    rows = [json.loads(line) for line in source.decode().splitlines()]
    planted = range(7, 7 + 20 * 50, 50)
    for at, row in enumerate(planted):
        rows[row]["gpt4_label"] = REFUSAL if at % 2 else f"It depends; see point {at}."
    file = tmp_path / "labels.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    intake = imported("xstest", file).intake
    assert [one.line for one in intake.refused] == [row + 1 for row in planted]
    assert all("not a label that people used" in one.reason for one in intake.refused)
    assert intake.read == 1_800 * 5


def test_the_people_of_a_list_keep_their_places() -> None:
    ratings = imported("dices", "dices_350/items.jsonl.gz").ratings
    assert len(ratings.distinct("rater")) == 123
    assert len(ratings.distinct("example")) == 350
    assert set(ratings.distinct("value")) == {"Yes", "No", "Unsure"}


def test_instructions_of_one_prompt_share_a_cluster() -> None:
    ratings = imported("ifeval", "ifeval_multi_model/verdicts.jsonl.gz").ratings.where(
        rater="strict"
    )
    assert len(ratings.distinct("cluster")) == 541
    assert len(ratings.distinct("example")) == 834
