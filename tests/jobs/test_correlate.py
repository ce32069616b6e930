"""The verb correlate: files, exit codes, pages, and the outcome from a project's own people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import measurand as ms
from measurand.cli import main
from measurand.errors import DataError, UsageError
from measurand.jobs.correlate_ledger import _places, read_names

Document = dict[str, Any]
MODELS = ("Alpha", "Beta", "Gamma", "Delta", "Eta", "Zeta")
PLAN = """\
name: six
task: Answer.
data: {{path: data/}}
rubric:
  - {{dimension: tone, definition: It is friendly., weight: 100, scale: 1-5, raters: [people]}}
systems:
{systems}
"""


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(n: int = 12, *, text: str = "") -> Path:
    rng = np.random.default_rng(2)
    rows = ["model,arena,mmlu,<b>own</b>,quality"]
    for place in range(n):
        quality = rng.normal()
        arena, mmlu, own = (quality + scale * rng.normal() for scale in (0.7, 1.5, 0.3))
        rows.append(f"m{place},{arena:.3f},{mmlu:.3f},{own:.3f},{quality:.3f}")
    Path("models.csv").write_text("\n".join(rows) + "\n" + text, encoding="utf-8")
    return Path("models.csv")


def asked(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Document:
    capsys.readouterr()
    found = main(["correlate", *words, "--json"])
    told = capsys.readouterr()
    assert found == code, told.err
    document: Document = json.loads(told.out)
    return document


def test_a_plain_table(capsys: pytest.CaptureFixture[str]) -> None:
    document = asked(capsys, str(table()), "--outcome", "quality")
    assert document["verb"] == "correlate"
    for name in ("pearson", "spearman", "kendall", "regret", "probability_best"):
        found = [r for r in document["results"] if r["name"] == name]
        assert [r["systems"] for r in found] == [
            ["arena", "quality"],
            ["mmlu", "quality"],
            ["<b>own</b>", "quality"],
        ]
        assert {r["n"] for r in found} == {12}
        assert all(r["low"] <= r["value"] <= r["high"] for r in found)
    assert {v["name"] for v in document["verdicts"]} == {"benchmark"}
    assert document["data"]["files"][0]["read"] == 48


def test_the_page_shows_every_number_and_no_markup_of_others() -> None:
    answer = ms.correlate(table(), outcomes="quality")
    page, text = answer.to_html(), answer.to_markdown()
    assert "<b>own</b>" not in page
    for told in ("Correlations", "Choosing by a benchmark", "Which predicts better", "Screening"):
        assert told in page
        assert told in text
    assert "Further results" not in page
    several = ms.correlate(table(), outcomes=("quality", "arena"))
    assert "Heat map" in several.to_html()
    assert "Mean correlation over 2 outcomes" in several.to_markdown()
    assert "Further results" not in several.to_markdown()


def test_too_few_for_any_number_is_three(capsys: pytest.CaptureFixture[str]) -> None:
    document = asked(capsys, str(table(3)), "--outcome", "quality", code=3)
    assert all(r["value"] is None for r in document["results"])
    assert all(r["reason"] for r in document["results"])


def test_what_means_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="name a column with --outcome"):
        ms.correlate(table())
    with pytest.raises(UsageError, match="no benchmark besides the outcome"):
        ms.correlate(table(), outcomes=("quality", "arena", "mmlu", "<b>own</b>"))
    with pytest.raises(DataError, match="there are no scores of speed"):
        ms.correlate(table(), outcomes="speed")
    assert main(["correlate", str(table(text="m3,1,2,3,x\n")), "--outcome", "quality"]) == 2
    told = capsys.readouterr().err
    assert "models.csv:14: model: this system has a row already" in told


def test_lower_is_better_turns_a_column_round(capsys: pytest.CaptureFixture[str]) -> None:
    def r(*words: str) -> list[float]:
        found = asked(capsys, str(table()), "--outcome", "quality", *words)["results"]
        return [one["value"] for one in found if one["name"] == "pearson"]

    plain, turned = r(), r("--lower-is-better", "mmlu")
    assert turned == pytest.approx([plain[0], -plain[1], plain[2]])
    words = ("--outcome", "quality", "--lower-is-better", "quality")
    limits = asked(capsys, str(table()), *words)["limits"]
    assert "turned round before anything was computed: quality." in limits[0]


def test_pairs_and_screening_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    words = (str(table()), "--outcome", "quality")
    assert asked(capsys, *words, "--no-pairs")["verdicts"] == []
    assert len(asked(capsys, *words, "--pairs")["verdicts"]) == 3
    assert main(["correlate", *words, "--screen", "50"]) == 2
    assert "50 systems cannot go on where 12 have" in capsys.readouterr().err


def project(*, difficulty: float = 0.0) -> None:
    """Six systems that people rated on twelve examples, each a little better than the last.

    Args:
        difficulty: How much examples differ for all systems alike.
    """
    Path("data").mkdir()
    examples = [
        {"id": f"q{at}", "messages": [{"role": "user", "content": "?"}]} for at in range(12)
    ]
    lines = "\n".join(json.dumps(example | {"component": "core"}) for example in examples)
    Path("data/core.jsonl").write_text(lines + "\n", encoding="utf-8")
    systems = "\n".join(f'  - {{name: {name}, target: "file:x.jsonl"}}' for name in MODELS)
    Path("measurand.yaml").write_text(PLAN.format(systems=systems), encoding="utf-8")
    rng = np.random.default_rng(5)
    hard = np.where(np.arange(12) % 2, difficulty, -difficulty)
    rows = ["example,system,dimension,rater,kind,value"]
    for place, name in enumerate(MODELS):
        for at in range(12):
            for rater in ("Ann", "Ben"):
                grade = int(np.clip(round(1.5 + 0.5 * place + hard[at] + rng.normal(0, 0.7)), 1, 5))
                rows.append(f"q{at},{name},tone,{rater},people,{grade}")
    Path("ratings.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert main(["import", "ratings.csv"]) == 0


def scores(names: tuple[str, ...]) -> str:
    rows = [f"{name},{50 + 7 * place + (place % 2) * 9}" for place, name in enumerate(names)]
    Path("scores.csv").write_text("model,arena\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return "scores.csv"


def test_the_outcome_is_what_people_said(capsys: pytest.CaptureFixture[str]) -> None:
    project()
    file = scores((*MODELS[:4], "eta", "Zetta"))
    document = asked(capsys, file, "--from-ledger", "measurand.yaml")
    results = {r["name"]: r for r in document["results"]}
    assert results["pearson"]["systems"] == ["arena", "overall"]
    assert results["pearson"]["n"] == 5
    assert "Dunnett" in results["regret"]["method"]
    limits = " ".join(document["limits"])
    assert "5 of 6 systems of the table were joined by name." in limits
    assert "differ by spelling alone: eta = Eta." in limits
    assert "Zeta of the project is not in the table" in limits
    assert "did you mean 'Zetta'?" in limits


def test_names_join_what_is_not_spelt_alike(capsys: pytest.CaptureFixture[str]) -> None:
    project()
    file = scores(("A-1", *MODELS[1:]))
    Path("names.csv").write_text("table,project\nA-1,Alpha\n", encoding="utf-8")
    words = (file, "--from-ledger", "measurand.yaml", "--outcome", "tone", "--names", "names.csv")
    document = asked(capsys, *words)
    (found,) = (r for r in document["results"] if r["name"] == "pearson_disattenuated")
    assert (found["n"], found["systems"]) == (6, ["arena", "tone"])
    (plain,) = (r for r in document["results"] if r["name"] == "pearson")
    assert found["value"] > plain["value"]


def test_a_project_that_does_not_fit_is_refused() -> None:
    project()
    with pytest.raises(UsageError, match="people's ratings have no charm"):
        ms.correlate(scores(MODELS), project="measurand.yaml", outcomes="charm")
    with pytest.raises(UsageError, match=r"no system of scores.csv is one of the project's"):
        ms.correlate(scores(("p", "q")), project="measurand.yaml")
    reading = ms.ScoreReading(names={"p": "Alpha", "q": "Nobody"})
    with pytest.raises(UsageError, match="not a system of the project: Nobody"):
        ms.correlate(scores(("p", "q")), project="measurand.yaml", reading=reading)


def test_how_hard_examples_are_is_no_noise_between_systems(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Half of the examples are a grade easier for all; the mean by itself would know no better."""
    project(difficulty=1.0)
    document = asked(capsys, scores(MODELS), "--from-ledger", "measurand.yaml")
    by = {r["name"]: r for r in document["results"]}
    corrected, plain = (by[name]["value"] for name in ("pearson_disattenuated", "pearson"))
    assert 1 < corrected / plain < 1.04


def test_nobody_is_joined_twice(capsys: pytest.CaptureFixture[str]) -> None:
    project()
    plan = ("--from-ledger", "measurand.yaml", "--names", "names.csv")
    file = scores(("A-1", "A-2", *MODELS[1:]))
    Path("names.csv").write_text("table,project\nA-1,Alpha\nA-2,Alpha\n", encoding="utf-8")
    assert main(["correlate", file, *plan]) == 2
    assert "several rows of the table for one system" in capsys.readouterr().err
    file = scores(MODELS)
    Path("names.csv").write_text("table,project\nAlpha,Beta\n", encoding="utf-8")
    assert main(["correlate", file, *plan]) == 2
    assert "Alpha would be two systems of the project" in capsys.readouterr().err


def test_two_spellings_in_the_project_are_not_joined_to_one_row() -> None:
    places, notes = _places(("gpt4", "b"), ("gpt-4", "GPT 4", "b"), {})
    assert places == {"b": 1}
    assert sum("counts nowhere" in note for note in notes) == 2
    places, _ = _places(("gpt4", "b"), ("gpt4", "GPT-4", "b"), {})
    assert places == {"gpt4": 0, "b": 1}
    assert _places(("Command R+",), ("Command R",), {})[0] == {}


def test_two_spellings_of_one_name_are_not_joined(capsys: pytest.CaptureFixture[str]) -> None:
    project()
    file = scores((*MODELS[:5], "ze-ta", "ZETA"))
    limits = " ".join(asked(capsys, file, "--from-ledger", "measurand.yaml")["limits"])
    assert "5 of 7 systems" in limits
    assert "spelling alone" not in limits


def test_a_name_stands_for_one_other() -> None:
    Path("names.csv").write_text("a,b\nx,one\nx,two\ny,\n", encoding="utf-8")
    with pytest.raises(DataError) as refused:
        read_names(Path("names.csv"))
    assert "a name stands for two" in str(refused.value)
    assert "a row has two names" in str(refused.value)
