"""The verb raters: of a file, and of a project with its golden outputs and excluded raters."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from measurand.cli import main
from measurand.jobs.raters import raters
from measurand.jobs.source import Reading


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three people and an expert; Cem says 3 to everything."""
    path = tmp_path / "ratings.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(("example", "system", "dimension", "rater", "kind", "value"))
        for at in range(60):
            right = 1 + at * 7 % 5
            said = {"Ann": right, "Ben": min(max(right + at % 3 - 1, 1), 5), "Cem": 3}
            for rater, value in said.items():
                out.writerow((f"e{at}", "bot", "tone", rater, "people", value))
            if at < 20:
                out.writerow((f"e{at}", "bot", "tone", "expert", "reference", right))
    return path


def test_each_person_is_held_against_what_is_right(file: Path) -> None:
    answer = raters(file, reading=Reading())
    golden = {
        result.raters: result.estimate.value
        for result in answer.findings.named("golden_accuracy")
        if result.dimension == "tone"
    }
    assert golden == {("Ann",): 1.0, ("Ben",): pytest.approx(0.45, abs=0.15), ("Cem",): 0.2}
    failed = {v.raters[0] for v in answer.findings.verdicts if v.outcome == "fail"}
    assert "Cem" in failed
    assert "Ann" not in failed
    assert answer.exit_code == 0


def test_the_verb_tells_it(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = file.with_name("raters.html")
    assert main(["raters", str(file), "--scale", "1-5", "--html", str(page)]) == 0
    told = capsys.readouterr().out
    assert "Cem" in told
    assert "Qualification" in told
    assert "How well does each person rate?" in page.read_text("utf-8")
    assert main(["raters", str(file), "--scale", "1-5", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["verb"] == "raters"
    assert {"severity", "self_agreement"} <= {r["name"] for r in document["results"]}
