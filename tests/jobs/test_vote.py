"""The verb ``vote``, by the library and by the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import measurand as ms
from measurand.cli import main
from measurand.core.people import ADJUDICATION
from measurand.core.rating import Kind
from measurand.jobs.source import Source

HEAD = "example,system,dimension,rater,kind,value\n"
VOTES = {
    "q1": ("yes", "yes", "no"),
    "q2": ("yes", "no"),
    "q3": ("no", "no", "no"),
    "=HYPERLINK(1)": ("yes", "yes", "yes"),
}


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    rows = [
        f"{example},bot,safe,{name},people,{value}"
        for example, values in VOTES.items()
        for name, value in zip("ABC", values, strict=False)
    ]
    file = tmp_path / "ratings.csv"
    file.write_text(HEAD + "\n".join(rows) + "\nq1,bot,safe,J,judge,no\n", encoding="utf-8")
    return file


def test_the_library_gives_every_vote(ratings: Path) -> None:
    answer = ms.vote(ratings)
    assert {v.example: (v.outcome, v.value) for v in answer.votes} == {
        "q1": ("decided", 1.0),
        "q2": ("too few", None),
        "q3": ("decided", 0.0),
        "=HYPERLINK(1)": ("decided", 1.0),
    }
    assert answer.exit_code == 0
    two = ms.vote(ratings, options=ms.VoteOptions(raters=2))
    assert [v.example for v in two.queue] == ["q2"]
    assert any("1 of 4 votes have too few ratings" in limit for limit in answer.limits)


def test_the_table_has_a_row_a_vote_and_no_formula(
    ratings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ratings.parent / "votes.csv"
    assert main(["vote", str(ratings), "--raters", "2", "--csv", str(out)]) == 0
    told = capsys.readouterr().out
    assert "To be adjudicated" in told
    assert f"written: {out}" in told
    with out.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["example"] for row in rows] == ["q1", "q2", "q3", "'=HYPERLINK(1)"]
    assert [row["outcome"] for row in rows] == ["decided", "tie", "decided", "decided"]
    assert json.loads(rows[0]["counts"]) == {"0": 1, "1": 2}


def test_json_has_the_counts_and_the_votes(
    ratings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["vote", str(ratings), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (safe,) = told["dimensions"]
    assert (safe["decided"], safe["tie"], safe["split"], safe["too_few"]) == (3, 0, 0, 1)
    assert [v["needed"] for v in told["votes"]] == [0, 1, 0, 0]


def test_nobody_voted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "judged.csv"
    file.write_text(HEAD + "q1,bot,safe,J,judge,no\n", encoding="utf-8")
    assert main(["vote", str(file), "--scale", "yes/no"]) == 3
    assert "No person rated safe" in capsys.readouterr().out


def test_the_plan_says_the_rule_and_how_many(tmp_path: Path) -> None:
    plan = tmp_path / "measurand.yaml"
    plan.write_text(
        "name: p\nrubric:\n  - {dimension: tone, scale: 1-5, raters: [people]}\n"
        "people: {raters: 2, vote: mean}\n",
        encoding="utf-8",
    )
    file = tmp_path / "ratings.csv"
    file.write_text(HEAD + "q1,bot,tone,A,people,2\nq1,bot,tone,B,people,3\n", encoding="utf-8")
    (found,) = ms.vote(file, reading=ms.Reading(plan=plan)).votes
    assert (found.outcome, found.value, ms.vote(file).rule) == ("decided", 2.5, "majority")


def test_scores_take_the_adjudicated_value_and_agreement_the_votes(tmp_path: Path) -> None:
    rows = [
        f"q{i},{system},tone,{name},people,{1 + (i + place + (system == 'b')) % 5}"
        for i in range(20)
        for system in "ab"
        for place, name in enumerate("ABC")
    ]
    adjudicated = [f"q{i},a,tone,{ADJUDICATION},reference,5" for i in range(20)]
    plain, settled = tmp_path / "plain.csv", tmp_path / "settled.csv"
    plain.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    settled.write_text(HEAD + "\n".join([*rows, *adjudicated]) + "\n", encoding="utf-8")
    reading = ms.Reading(scales=ms.ONE_TO_FIVE)
    before, after = (ms.compare(file, reading=reading).findings for file in (plain, settled))

    def mean(findings: ms.Findings, system: str) -> float | None:
        (one,) = (
            r for r in findings.named("mean") if (r.systems, r.dimension) == ((system,), "tone")
        )
        return one.estimate.value

    assert (mean(before, "a"), mean(after, "a")) == (3.0, 5.0)
    assert mean(before, "b") == mean(after, "b")
    alphas = [next(f.named("krippendorff_alpha")).estimate for f in (before, after)]
    assert alphas[0] == alphas[1]
    assert any(limit.startswith("20 ratings were adjudicated") for limit in after.limits)


def test_routed_outputs_are_voted_on_and_golden_ones_are_not() -> None:
    def row(example: str, rater: str, value: float, kind: Kind = "people") -> ms.Rating:
        return ms.Rating(
            example=example, system="s", dimension="safe", rater=rater, kind=kind, value=value
        )

    drawn = [
        row("drawn", "A", 1.0),
        row("drawn", "B", 1.0),
        row("golden", "gold", 1.0, "reference"),
    ]
    aside = [
        row(name, rater, float(rater == "A")) for name in ("routed", "golden") for rater in "AB"
    ]
    source = Source(
        ratings=ms.Ratings.of(drawn),
        aside=ms.Ratings.of(aside),
        rubric=ms.Rubric(ms.Dimension("safe", scale=ms.YES_NO)),
        intakes=(),
    )
    answer = ms.vote(source, options=ms.VoteOptions(raters=2))
    assert [(v.example, v.outcome) for v in answer.votes] == [
        ("drawn", "decided"),
        ("routed", "tie"),
    ]
