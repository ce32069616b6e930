"""Ratings by people as others have recorded them: import, agreement, vote."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import measurand as ms
from measurand.cli import main
from measurand.store.mapping import read_mapping

DATA = Path(__file__).parents[2].parent / "shared" / "data"
MAPPINGS = Path(__file__).parent / "mappings"
CONALA = DATA / "ice_score_code" / "conala_graders_judge.jsonl.gz"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]


def reading(mapping: str) -> ms.Reading:
    return ms.Reading(mapping=read_mapping(MAPPINGS / f"{mapping}.yaml"))


def alpha(document: dict[str, Any]) -> dict[str, Any]:
    found: list[dict[str, Any]] = [
        result for result in document["results"] if result["name"] == "krippendorff_alpha"
    ]
    assert len(found) == 1
    return found[0]


class Dialogues(NamedTuple):
    name: str
    rated: int
    ordinal: float
    ties: int


@pytest.mark.parametrize(
    "known",
    [Dialogues("MWOZ", 12_553, 0.211, 7), Dialogues("SGD", 13_833, 0.261, 21)],
    ids=lambda known: known.name,
)
class TestDialogues:
    """Three to seven ratings of every turn of a user, and of each dialogue."""

    def file(self, known: Dialogues) -> Path:
        return DATA / "uss_support_dialogues" / f"{known.name}.jsonl.gz"

    def test_every_rated_row_comes_in(self, known: Dialogues) -> None:
        source = ms.from_file(self.file(known), reading("uss"))
        assert len(source.ratings.distinct("example")) == known.rated
        assert len(source.ratings.distinct("cluster")) == 1_000
        (intake,) = source.intakes
        assert (intake.read, len(intake.refused)) == (len(source.ratings), 0)
        sizes = Counter(Counter(source.ratings["example"]).values())
        assert min(sizes) == 3
        assert max(sizes) == {"MWOZ": 6, "SGD": 7}[known.name]

    def test_through_the_command_line(
        self, known: Dialogues, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        long, votes = tmp_path / "long.csv", tmp_path / "votes.csv"
        where = ["--mapping", str(MAPPINGS / "uss.yaml")]
        assert main(["import", str(self.file(known)), *where, "-o", str(long)]) == 0
        capsys.readouterr()
        assert main(["agreement", str(long), "--scale", "1-5", "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        found = alpha(document)
        assert (round(found["value"], 3), found["n"]) == (known.ordinal, known.rated)
        assert found["high"] < 0.3
        told = " ".join(document["readings"])
        assert "Raters disagree about satisfaction" in told
        assert "differences are between 3 and 4" in told
        assert "satisfaction: the ceiling is below the target of 0.80" in told
        assert main(["vote", str(long), "--scale", "1-5", "--csv", str(votes)]) == 0
        with votes.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert len(rows) == known.rated
        assert Counter(row["outcome"] for row in rows) == {
            "decided": known.rated - known.ties,
            "tie": known.ties,
        }

    def test_most_people_say_three(self, known: Dialogues) -> None:
        votes = ms.vote(self.file(known), reading=reading("uss")).votes
        modes: Counter[float] = Counter()
        for vote in votes:
            _, low = min((-count, float(value)) for value, count in vote.counts)
            modes[low] += 1
        if known.name == "MWOZ":
            assert [modes[level] for level in (1, 2, 3, 4, 5)] == [11, 707, 11_145, 683, 7]
        assert 0.83 <= modes[3] / known.rated <= 0.89
        medians = Counter(vote.value for vote in votes)
        assert abs(medians[3] / known.rated - modes[3] / known.rated) < 0.12


class TestConala:
    """Sixteen people of whom two to eight graded each snippet, and a judge."""

    def test_agreement_among_few_of_many(self) -> None:
        source = ms.from_file(CONALA, reading("conala"))
        people = source.ratings.where(kind="people")
        assert (len(people), len(people.distinct("rater"))) == (11_033, 16)
        sizes = Counter(zip(people["example"], people["system"], strict=True))
        assert (len(sizes), set(sizes.values())) == (2_500, set(range(2, 9)))
        scales = {"0-4": 0.6418, "0..4": 0.6625}
        for text, published in scales.items():
            scaled = ms.Reading(
                mapping=reading("conala").mapping, scales={"usefulness": ms.Scale.of(text)}
            )
            found = next(
                ms.agreement(CONALA, reading=scaled).findings.named("krippendorff_alpha")
            ).estimate
            assert found.value == pytest.approx(published, abs=5e-5)
            assert found.n == 2_500

    def test_the_judge_correlates_with_the_mean_grade_as_published(self) -> None:
        source = ms.from_file(CONALA, reading("conala"))
        means = {(vote.example, vote.system): vote.mean for vote in ms.vote(source).votes}
        for judge, published in (("no_step_no_ref", 0.706), ("no_step_with_ref", 0.709)):
            rows = list(source.ratings.where(rater=judge))
            pairs = np.array([(means[row.example, row.system], row.value) for row in rows], float)
            assert round(float(np.corrcoef(pairs.T)[0, 1]), 3) == published

    def test_through_the_command_line(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        long = tmp_path / "long.jsonl"
        where = ["--mapping", str(MAPPINGS / "conala.yaml")]
        assert main(["import", str(CONALA), *where, "-o", str(long), "--json"]) == 0
        taken = json.loads(capsys.readouterr().out)
        assert (taken["read"], taken["kept"], taken["refused"]) == (16_033, 16_029, 4)
        assert {r["key"] for r in taken["refusals"]} == {"no_step_with_ref"}
        assert main(["agreement", str(long), "--scale", "0-4", "--json"]) == 0
        found = alpha(json.loads(capsys.readouterr().out))
        assert found["value"] == pytest.approx(0.6418, abs=5e-5)
        assert main(["vote", str(long), "--scale", "0-4", "--json"]) == 0
        (fell,) = json.loads(capsys.readouterr().out)["dimensions"]
        del fell["dimension"]
        outcomes = {"decided": 2_367, "adjudicated": 0, "tie": 51, "split": 76, "too_few": 6}
        assert fell == outcomes
