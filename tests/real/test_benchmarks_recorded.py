"""Benchmarks against Arena Elo as recorded in benchbench, through the command line."""

import csv
import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurand.cli import main

DATA = Path(__file__).parents[2].parent / "shared" / "data"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]
BLZ = DATA / "benchbench" / "BLZ_240312.csv"
PRINTED = {
    "mt_bench": (51, 0.932, 0.958),
    "mmlu": (48, 0.912, 0.892),
    "humaneval": (20, 0.821, 0.829),
    "alpacav2": (34, 0.932, 0.833),
}
Document = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Document:
    return told(BLZ, "arena_elo")


def told(path: Path, outcome: str, *more: str) -> Document:
    out = StringIO()
    with redirect_stdout(out):
        assert main(["correlate", str(path), "--outcome", outcome, "--json", *more]) == 0
    found: Document = json.loads(out.getvalue())
    return found


def one(document: Document, name: str, benchmark: str, outcome: str = "arena_elo") -> Document:
    (found,) = (
        result
        for result in document["results"]
        if result["name"] == name and result.get("systems") == [benchmark, outcome]
    )
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("benchmark", PRINTED)
def test_the_recorded_figures(document: Document, benchmark: str) -> None:
    n, rho, r = PRINTED[benchmark]
    pearson, spearman = (one(document, name, benchmark) for name in ("pearson", "spearman"))
    assert (pearson["n"], spearman["n"]) == (n, n)
    assert (round(spearman["value"], 3), round(pearson["value"], 3)) == (rho, r)
    for found in (pearson, spearman):
        assert -1 < found["low"] < found["value"] < found["high"] < 1


def test_gsm8k(document: Document) -> None:
    found = one(document, "spearman", "gsm8k")
    assert (found["n"], round(found["value"], 3)) == (25, 0.544)


def test_the_regret_of_every_benchmark_is_that_of_its_first(document: Document) -> None:
    """Worked out from the file by hand; of several that share the first place the least good."""
    scores: dict[str, dict[str, float]] = {}
    with BLZ.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            scores.setdefault(row["scenario"], {})[row["model"]] = float(row["score"])
    elo = scores.pop("arena_elo")
    assert len(scores) == 19
    for benchmark, own in scores.items():
        both = {model: score for model, score in own.items() if model in elo}
        first = [model for model in both if both[model] == max(both.values())]
        lost = max(elo[model] for model in both) - min(elo[model] for model in first)
        found = one(document, "regret", benchmark)
        assert found["value"] == pytest.approx(lost, abs=1e-12)
        assert found["n"] == len(both)
        assert found["low"] <= found["value"] <= found["high"]
        chance = one(document, "probability_best", benchmark)
        assert 0 <= chance["low"] < chance["value"] < chance["high"] <= 1


def test_what_is_said_is_what_the_intervals_bear(document: Document) -> None:
    first = document["readings"][0]
    assert first.startswith("Shown to correlate above .75 with arena_elo: mt_bench")
    assert "of 18 the interval holds .75" in first
    verdicts = {tuple(v["systems"]): v for v in document["verdicts"]}
    assert verdicts["mmlu", "mt_bench"]["verdict"] == "cannot be told apart"
    assert verdicts["mmlu", "mt_bench"]["n_needed"] > 45
    assert len(verdicts) == 171
    assert any("59 systems" in limit for limit in document["limits"])
    assert any("families are not known" in limit for limit in document["limits"])


def test_a_large_table_names_what_stands_twice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = DATA / "benchbench" / "benchmarks_long.csv"
    assert main(["correlate", str(path), "--outcome", "arena_elo"]) == 2
    told = capsys.readouterr().err
    assert "has a score on it already, in line" in told
    assert "--benchmark-column file,task" in told


def test_files_and_scenarios_name_its_benchmarks_together() -> None:
    path = DATA / "benchbench" / "benchmarks_long.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    outcome = "chatbot_arena_241104_holistic/arena_elo"
    other = "arena_hard_240829_holistic/arena_hard"
    found = told(path, outcome, "--benchmark-column", "file,scenario", "--benchmark", other)
    by = {
        name: {
            row["model"]: float(row["score"])
            for row in rows
            if f"{row['file']}/{row['scenario']}" == name
        }
        for name in (outcome, other)
    }
    both = sorted(set(by[outcome]) & set(by[other]))
    r = np.corrcoef([by[outcome][m] for m in both], [by[other][m] for m in both]).item(1)
    pearson = one(found, "pearson", other, outcome)
    assert (pearson["n"], pearson["value"]) == (43, pytest.approx(r, abs=1e-9))


def test_names_that_differ_between_files_leave_too_few(capsys: pytest.CaptureFixture[str]) -> None:
    """MT-Bench and the Arena name models each in their own way: nothing is joined, none guessed."""
    words = ("--benchmark-column", "file,scenario", "--outcome")
    outcome = "chatbot_arena_241104_holistic/arena_elo"
    other = "mtbench_240829_holistic/MT-bench"
    path = str(DATA / "benchbench" / "benchmarks_long.csv")
    assert main(["correlate", path, *words, outcome, "--benchmark", other, "--json"]) == 3
    document: Document = json.loads(capsys.readouterr().out)
    assert one(document, "pearson", other, outcome)["value"] is None
    notes = " ".join(document["data"]["files"][0]["notes"])
    assert "names that differ by spelling alone are kept apart" in notes
