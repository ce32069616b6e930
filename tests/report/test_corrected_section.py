"""What a page shows of a judge that people corrected, and of one that nobody did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurand.cli import main

HEADER = "example,system,dimension,rater,kind,value"


def world(path: Path, *, labels: int) -> Path:
    """Two systems, of one of which the judge takes what is bad for good."""
    rng = np.random.default_rng(1)
    lines = [HEADER]
    for system, share in (("honest", 0.8), ("smooth", 0.4)):
        for i in range(300):
            right = rng.random() < share
            passed = right or rng.random() < (0.2 if system == "honest" else 0.9)
            lines.append(f"e{i},{system},right,j,judge,{int(passed)}")
            if i < labels:
                lines.append(f"e{i},{system},right,p,people,{int(right)}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main([*words]) == 0
    return capsys.readouterr().out


def document(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(capsys, *words, "--json"))
    return found


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_report_shows_what_lies_behind_a_corrected_mean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(world(tmp_path / "ratings.csv", labels=80))
    page = told(capsys, "report", file, "--scale", "yes/no", "--full")
    for part in (
        "Judge and people",
        "How often the judge errs",
        "What the judge says by itself, uncorrected by people",
        "What each label is worth beside the judge",
        "What a judge calibrated on the other systems would miss",
        "does not carry over",
        "all systems",
    ):
        assert part in page
    found = document(capsys, "report", file, "--scale", "yes/no")
    names = {result["name"] for result in found["results"]}
    assert names >= {"judge_mean_raw", "labels_saved", "sensitivity", "transport_gap"}
    assert "corrected_mean" not in names  # it is the mean
    (smooth,) = (
        v for v in found["verdicts"] if v["name"] == "transport" and v["system"] == "smooth"
    )
    assert smooth["verdict"] == "does not carry over"
    assert smooth["bound"] == pytest.approx(0.05)


def test_a_comparison_shows_the_corrected_mean_and_the_judges_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(world(tmp_path / "ratings.csv", labels=80))
    found = document(capsys, "compare", file, "--scale", "yes/no")
    means = {
        (r["name"], r["system"]): r
        for r in found["results"]
        if r["dimension"] == "right" and r["name"] in {"mean", "judge_mean_raw"}
    }
    assert means["mean", "smooth"]["low"] < 0.4 < means["mean", "smooth"]["high"]
    assert means["judge_mean_raw", "smooth"]["low"] > 0.8
    assert "the judge's opinion" in means["judge_mean_raw", "smooth"]["method"]
    assert not [v for v in found["verdicts"] if v["name"] == "transport"]
    page = told(capsys, "compare", file, "--scale", "yes/no")
    assert "What the judge says of the overall score, uncorrected by people" in page


def test_where_nobody_rated_every_mean_is_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(world(tmp_path / "ratings.csv", labels=0))
    page = told(capsys, "compare", file, "--scale", "yes/no", "--full")
    assert "honest, judge's opinion" in page
    assert "right, judge's opinion" in page
    assert "no estimates of quality" in page
    assert "Judge and people" not in page
